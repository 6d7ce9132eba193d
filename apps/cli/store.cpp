// health, verify, sql, and the group store: move, backup, restore, spool, migrate.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

// --- health, verify, sql --------------------------------------------------------------------------------------------

void add_health(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("health", "State of the store and its file, of simulation, cache, levers, disk and log; exit 1 when "
                                   "something failed")
          ->group(heading::store);
  examples(*command, "  planwise health\n  planwise health --output json\n"
           "  planwise --simulation simulation.duckdb health");
  command->callback([&session] {
    const HealthReport report = session.manager().health({.simulation = session.simulation_file()});
    if (session.globals.output == Output::json || session.globals.output == Output::jsonl) {
      print_json(to_json(report), session.globals);
    } else {
      std::vector<Json> objects;
      const Json document = to_json(report);
      for (const Json& line : document.at("components").as_array()) objects.push_back(line);
      print_objects(objects,
                    {{"component", "state", "message", "remedy"},
                     {{"component", "COMPONENT", Align::left, 9},
                      {"state", "STATE", Align::left, 9},
                      {"message", "MESSAGE", Align::left, 2},
                      {"remedy", "REMEDY", Align::left, 1}}},
                    session.globals);
    }
    if (report.worst() == HealthState::failed) session.exit_status = 1;
  });
}

void print_verify(const VerifyReport& report, Session& session) {
  if (session.globals.output != Output::table) {
    Json findings = Json::array();
    for (const Finding& finding : report.findings) {
      findings.push_back(Json(Json::Object{
          {"table", finding.table}, {"row", finding.row}, {"what", finding.what}, {"repairable", finding.repairable}}));
    }
    Json repaired = Json::array();
    for (const std::string& text : report.repaired) repaired.push_back(text);
    Json notes = Json::array();
    for (const std::string& text : report.notes) notes.push_back(text);
    print_json(Json(Json::Object{{"clean", report.clean()},
                                 {"runs", report.runs},
                                 {"versions", report.versions},
                                 {"audit_entries", report.audit_entries},
                                 {"findings", std::move(findings)},
                                 {"repaired", std::move(repaired)},
                                 {"notes", std::move(notes)}}),
               session.globals);
    return;
  }
  if (!report.findings.empty()) {
    TextTable table(
        {{"", "TABLE", Align::left, 8}, {"", "ROW", Align::left, 9}, {"", "WHAT DOES NOT FIT", Align::left, 1}});
    for (const Finding& finding : report.findings)
      table.add({finding.table, finding.row, finding.what + (finding.repairable ? " (--repair mends it)" : "")});
    fmt::print("{}", table.render(session.globals));
  }
  for (const std::string& text : report.repaired) fmt::print("repaired {}\n", text);
  for (const std::string& text : report.notes) session.say(text);
  fmt::print("{}: {} runs, {} earlier versions, {} audit entries\n",
             report.clean() ? "verified, all fits" : fmt::format("{} findings", report.findings.size()), report.runs,
             report.versions, report.audit_entries);
}

void add_verify(CLI::App& app, Session& session) {
  struct Flags {
    bool repair = false;
  };
  CLI::App* command =
      app.add_subcommand("verify", "Recompute every hash and walk the audit chain; exit 1 with findings")
          ->group(heading::store);
  auto flags = make_options<Flags>();
  command->add_flag("--repair", flags->repair, "Rebuild the copies for fast filters where they do not fit (logged)");
  examples(*command, "  planwise verify\n  planwise verify --output json");
  command->callback([flags, &session] {
    const VerifyReport report = session.manager().verify(flags->repair, session.progress("verifying"));
    print_verify(report, session);
    if (!report.clean()) session.exit_status = 1;
  });
}

/// Two columns of one name would be one in an object: the later ones get _1, _2 and so on.
std::vector<std::string> distinct_names(const std::vector<std::string>& names) {
  std::vector<std::string> distinct;
  for (const std::string& name : names) {
    std::string candidate = name;
    for (int i = 1; std::find(distinct.begin(), distinct.end(), candidate) != distinct.end(); ++i)
      candidate = fmt::format("{}_{}", name, i);
    distinct.push_back(std::move(candidate));
  }
  return distinct;
}

void print_rows(const SqlResult& result, const Globals& globals) {
  const std::vector<std::string> names = distinct_names(result.columns);
  Listing listing{names, {}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool number = std::any_of(result.rows.begin(), result.rows.end(),
                                    [i](const std::vector<Json>& row) { return row[i].is_number(); });
    listing.columns.push_back({names[i], names[i], number ? Align::right : Align::left, 5});
  }
  std::vector<Json> objects;
  for (const std::vector<Json>& row : result.rows) {
    Json::Object object;
    for (std::size_t i = 0; i < row.size(); ++i) object.emplace_back(names[i], row[i]);
    objects.emplace_back(std::move(object));
  }
  print_objects(objects, listing, globals);
}

/// Ends the process some time after a statement should have been stopped: DuckDB looks for an interruption only between
/// pieces of work, and one function call can be a long piece. Reading needs no tidying up.
class EndAfter {
 public:
  explicit EndAfter(double seconds)
      : thread_([this, seconds](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          wake_.wait_for(lock, stop, std::chrono::duration<double>(seconds + 1), [] { return false; });
          if (stop.stop_requested()) return;
          fmt::print(stderr, "planwise: the statement ran longer than {} s and was ended; raise the limit or narrow it\n", seconds);
          std::_Exit(exit_status_of(ErrorCode::cancelled));
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the members above
};

void add_sql(CLI::App& app, Session& session) {
  struct Flags {
    std::string statement;
    std::int64_t limit = 1000;
    double timeout = 30;
  };
  CLI::App* command =
      app.add_subcommand("sql",
                         "Read the file with one SELECT. Your own access to the file: it shows whatever lies in it")
          ->group(heading::store);
  auto flags = make_options<Flags>();
  command->add_option("statement", flags->statement, "SELECT, WITH, FROM, SHOW, DESCRIBE or EXPLAIN")
      ->required()
      ->type_name("SQL");
  command->add_option("--limit", flags->limit, "Rows at most; default 1000")->type_name("N")->transform(whole_number(1));
  command->add_option("--timeout", flags->timeout, "Seconds at most; default 30")->type_name("SECONDS")->check(seconds(0.001));
  examples(*command, "  planwise sql 'SELECT status, count(*) AS runs FROM optimization_runs GROUP BY status'");
  command->callback([flags, &session] {
    const EndAfter hard_limit(flags->timeout);
    const SqlResult result = session.manager().sql(
        flags->statement, flags->limit, std::chrono::milliseconds(static_cast<std::int64_t>(flags->timeout * 1000)));
    print_rows(result, session.globals);
    if (result.truncated) session.say(fmt::format("only the first {} rows are shown; --limit raises it", flags->limit));
  });
}

// --- store ----------------------------------------------------------------------------------------------------------

struct PathFlags {
  std::string path;
  bool flag = false;
};

void add_copies(CLI::App* store, Session& session) {
  CLI::App* move =
      store->add_subcommand("move", "Copy the store out of a simulation's database into a file of its own");
  auto target = make_options<PathFlags>();
  move->add_option("target", target->path, "The new file")->required()->type_name("FILE");
  move->add_flag("--drop-source", target->flag, "Then drop the store's tables from the file they were in");
  examples(*move, "  planwise --db simulation.duckdb store move planwise.duckdb");
  move->callback([target, &session] {
    heed_interrupts();  // a move is finished once it has begun
    const std::int64_t runs = session.manager().move_to(target->path, target->flag);
    fmt::print("{}\n", target->path);
    session.say(fmt::format("{} runs moved; use --db '{}' from now on", runs, target->path));
  });

  CLI::App* backup = store->add_subcommand(
      "backup", "A consistent copy while in use, verified by opening it. Everything in the file is in it");
  auto copy = make_options<PathFlags>();
  backup->add_option("target", copy->path, "The copy; must not exist")->required()->type_name("FILE");
  examples(*backup, "  planwise store backup planwise-2026-03-01.duckdb");
  backup->callback([copy, &session] {
    session.manager().backup(copy->path, session.progress("copying"));
    fmt::print("{}\n", copy->path);
  });

  CLI::App* restore =
      store->add_subcommand("restore", "Put a backup in the store's place; the store from before is kept beside it");
  auto source = make_options<PathFlags>();
  restore->add_option("file", source->path, "The backup")->required()->type_name("FILE");
  examples(*restore, "  planwise store restore planwise-2026-03-01.duckdb");
  restore->callback([source, &session] {
    heed_interrupts();  // a restore is finished once it has begun
    session.manager(true).restore_backup(source->path);
    session.say(fmt::format("restored from '{}'", source->path));
  });
}

void add_spool(CLI::App* store, Session& session) {
  CLI::App* spool = store->add_subcommand("spool", "Saves that wait for the file, and those that no longer fitted");
  auto drain = make_options<PathFlags>();
  spool->add_flag("--drain", drain->flag, "Store what waits now");
  examples(*spool, "  planwise store spool\n  planwise store spool --drain");
  spool->callback([drain, &session] {
    if (drain->flag) {
      const DrainReport report = session.manager().drain();
      session.say(fmt::format("{} stored, {} were stored before, {} put aside, {} left", report.applied,
                              report.already_applied, report.rejected, report.waiting));
    }
    std::vector<Json> objects;
    for (const SpoolEntry& entry : session.manager().spool()) {
      objects.push_back(Json(Json::Object{{"spool_id", entry.spool_id},
                                          {"run_id", entry.run_id},
                                          {"state", entry.state},
                                          {"queued_at", to_text(entry.queued_at)},
                                          {"actor", entry.actor},
                                          {"reason", entry.reason},
                                          {"path", entry.path.string()}}));
    }
    print_objects(objects,
                  {{"spool_id", "run_id", "state", "queued_at", "actor", "reason", "path"},
                   {{"run_id", "RUN", Align::left, 3, Cut::id},
                    {"state", "STATE", Align::left, 8},
                    {"queued_at", "QUEUED (UTC)", Align::left, 7},
                    {"actor", "BY", Align::left, 6},
                    {"reason", "REASON", Align::left, 1}}},
                  session.globals);
    if (objects.empty() && session.globals.output == Output::table && !session.globals.quiet)
      fmt::print("{}\n", faint("the spool is empty", session.globals));
  });
}

void add_migrate(CLI::App* store, Session& session) {
  CLI::App* migrate = store->add_subcommand(
      "migrate", "Bring an older store to the newest schema, after a copy; --dry-run only says what would happen");
  auto dry = make_options<PathFlags>();
  migrate->add_flag("--dry-run", dry->flag, "Change nothing");
  examples(*migrate,
           "  planwise --db old.duckdb store migrate --dry-run\n  planwise --db old.duckdb --legacy-timezone "
           "America/New_York store migrate");
  migrate->callback([dry, &session] {
    heed_interrupts();  // a migration is finished once it has begun
    const MigrationReport report = session.manager().migrate(dry->flag);
    Json steps = Json::array();
    for (const MigrationStep& step : report.steps)
      steps.push_back(Json(Json::Object{{"version", step.version}, {"name", step.name}}));
    if (session.globals.output != Output::table) {
      print_json(Json(Json::Object{{"from", report.from},
                                   {"to", report.to},
                                   {"steps", std::move(steps)},
                                   {"adopted_runs", report.adopted_runs},
                                   {"zone", report.zone},
                                   {"copy", report.copy.string()},
                                   {"dry_run", dry->flag}}),
                 session.globals);
    } else if (report.steps.empty()) {
      fmt::print("schema {} is the newest\n", report.from);
    } else {
      fmt::print("schema {} {} {}: {} runs {}, their times read as {}\n", report.from,
                 dry->flag ? "would become" : "is now", report.to, report.adopted_runs,
                 dry->flag ? "would be adopted" : "adopted", report.zone);
      if (!report.copy.empty()) fmt::print("a copy from before is '{}'\n", report.copy.string());
    }
    if (!dry->flag && !report.steps.empty()) {
      const HealthReport health = session.manager().health();
      for (const HealthLine& line : health.lines)
        session.say(fmt::format("{}: {}, {}", line.component, to_text(line.state), line.message));
      const VerifyReport verified = session.manager().verify(false, session.progress("verifying"));
      session.say(verified.clean() ? "verified, all fits"
                                   : fmt::format("verify has {} findings", verified.findings.size()));
      if (!verified.clean()) session.exit_status = 1;
    }
  });
}

void add_store_group(CLI::App& app, Session& session) {
  CLI::App* store =
      app.add_subcommand("store", "The store as a file: move, backup, restore, spool, migrate")->group(heading::store);
  store->require_subcommand(1);
  examples(*store,
           "  planwise store backup copy.duckdb\n  planwise --db simulation.duckdb store move planwise.duckdb\n  "
           "planwise store spool --drain");
  add_copies(store, session);
  add_spool(store, session);
  add_migrate(store, session);
}

}  // namespace

void add_store_commands(CLI::App& app, Session& session) {
  add_setup_command(app, session);
  add_health(app, session);
  add_verify(app, session);
  add_sql(app, session);
  add_store_group(app, session);
}

}  // namespace planwise::cli
