// audit log, seal, prove.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

struct LogFlags {
  std::string run, actor, action, source, from, until, format, target;
  std::int64_t after = 0, limit = -1;
  bool force = false;
};

AuditRequest request_of(const LogFlags& flags, Session& session) {
  AuditRequest request;
  if (!flags.run.empty()) request.run_id = session.run_id(flags.run);
  if (!flags.actor.empty()) request.actor = flags.actor;
  if (!flags.action.empty()) request.action = flags.action;
  if (!flags.source.empty()) request.source = flags.source;
  if (!flags.from.empty()) request.from = parse_time(flags.from);
  if (!flags.until.empty()) request.until = parse_time(flags.until);
  request.after = flags.after;
  request.limit = flags.limit;
  return request;
}

const Listing log_listing{{"sequence", "recorded_at", "actor", "session_id", "source", "action", "run_id", "version",
                           "changes", "reason", "content_hash", "previous_hash", "entry_hash"},
                          {{"sequence", "#", Align::right, 9},
                           {"recorded_at", "TIME (UTC)", Align::left, 8},
                           {"actor", "USER", Align::left, 7},
                           {"source", "SOURCE", Align::left, 5},
                           {"action", "ACTION", Align::left, 8},
                           {"run_id", "RUN", Align::left, 3, Cut::id},
                           {"changes", "CHANGES", Align::left, 1},
                           {"reason", "REASON", Align::left, 2}}};

/// "status: completed -> failed, 2 more".
std::string summary_of(const Json& changes) {
  if (!changes.is_object() || changes.empty()) return changes.is_null() ? "(purged)" : "";
  const auto& [field, sides] = changes.as_object().front();
  const Json* before = sides.find("old");
  const Json* after = sides.find("new");
  std::string text = fmt::format("{}: {} → {}", field, before != nullptr ? shown(*before) : "-",
                                 after != nullptr ? shown(*after) : "-");
  if (changes.size() > 1) text += fmt::format(", {} more", changes.size() - 1);
  return text;
}

void print_log(const LogFlags& flags, Session& session) {
  const AuditRequest request = request_of(flags, session);
  if (!flags.target.empty()) {
    const std::string format = !flags.format.empty() ? flags.format : flags.target.ends_with(".xlsx") ? "xlsx" : "csv";
    const std::int64_t rows = session.manager().export_audit_log(
        request, flags.target, format == "csv" ? AuditFormat::csv : AuditFormat::excel,
        flags.force ? Overwrite::replace : Overwrite::refuse);
    fmt::print("{}\n", flags.target);
    session.say(fmt::format("{} rows", rows));
    return;
  }
  if (!flags.format.empty())
    throw Error(ErrorCode::invalid_argument, "--format wants --to FILE; --output csv prints the entries");
  const Globals& globals = session.globals;
  if (globals.output == Output::csv) print_csv_header(log_listing, globals);
  std::vector<Json> objects;
  session.manager().audit_log(request, [&](const AuditEntry& entry) {
    Json object = without_ssn(to_json(entry));
    if (globals.output == Output::table) object.set("changes", summary_of(entry.changes));
    const bool streamed = globals.output == Output::jsonl || globals.output == Output::csv;
    if (streamed)
      print_lines({std::move(object)}, log_listing, globals);
    else
      objects.push_back(std::move(object));
    return true;
  });
  if (globals.output == Output::json || globals.output == Output::table) print_objects(objects, log_listing, globals);
}

Seal read_seal(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorCode::not_found, fmt::format("there is no file '{}' that can be read", file));
  try {
    return seal_from_json(Json::parse(std::string{std::istreambuf_iterator<char>(in), {}}));
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is no seal: {}", file, error.what()));
  }
}

void write_new(const std::string& file, const std::string& text, bool replace) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL), 0600);
  if (descriptor < 0) {
    if (errno == EEXIST)
      throw Error(ErrorCode::already_exists, fmt::format("'{}' exists already; --force replaces it", file));
    throw Error(ErrorCode::io, fmt::format("'{}' cannot be written: {}", file, std::strerror(errno)));
  }
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<::ssize_t>(text.size()) && ::fsync(descriptor) == 0;
  if (::close(descriptor) != 0 || !written) throw Error(ErrorCode::io, fmt::format("'{}' cannot be written", file));
}

}  // namespace

void add_audit_commands(CLI::App& app, Session& session) {
  CLI::App* audit =
      app.add_subcommand("audit",
                         "Who changed what, when and why, and the proof that the log is whole: log, seal, prove")
          ->group(heading::store);
  audit->require_subcommand(1);
  examples(*audit,
           "  planwise audit log --run 6f0c21\n  planwise audit seal --to seal.json\n  planwise audit prove seal.json");
  CLI::App* log = audit->add_subcommand("log", "The audit log, or its export as csv or xlsx");
  auto flags = make_options<LogFlags>();
  log->add_option("--run", flags->run, "Only this run")->type_name("RUN");
  log->add_option("--by", flags->actor, "Only this user")->type_name("NAME");
  log->add_option("--action", flags->action, "Only this action, e.g. revise")->type_name("NAME");
  log->add_option("--source", flags->source, "Only this source: cli, library, import, migration ...")
      ->type_name("NAME");
  log->add_option("--from", flags->from, "From this time on (UTC)")->type_name("TIME");
  log->add_option("--until", flags->until, "Before this time (UTC)")->type_name("TIME");
  log->add_option("--after", flags->after, "Only entries after this number")
      ->type_name("N")
      ->transform(whole_number(0));
  log->add_option("--limit", flags->limit, "Entries at most")->type_name("N")->transform(whole_number(1));
  log->add_option("--to", flags->target, "Write a file instead: time UTC, user, source, field, old, new, reason")
      ->type_name("FILE");
  add_choice(*log, "--format", flags->format, "csv|xlsx", "Of the file; default by its ending");
  log->add_flag("--force", flags->force, "Replace an existing file");
  examples(*log, "  planwise audit log --run 6f0c21\n  planwise audit log --from 2026-01-01 --to audit-q1.xlsx");
  log->callback([flags, &session] { print_log(*flags, session); });

  struct SealFlags {
    std::string file;
    bool force = false;
  };
  CLI::App* seal = audit->add_subcommand(
      "seal", "The head of the chain as JSON. Keep it elsewhere; it proves later that nothing was cut");
  auto sealing = make_options<SealFlags>();
  seal->add_option("--to", sealing->file, "Write it to this file (default: standard output)")->type_name("FILE");
  seal->add_flag("--force", sealing->force, "Replace an existing file");
  examples(*seal, "  planwise audit seal --to seal-2026-03-01.json");
  seal->callback([sealing, &session] {
    const std::string text = to_json(session.manager().seal()).dump(JsonStyle::pretty) + "\n";
    if (sealing->file.empty()) {
      fmt::print("{}", text);
      return;
    }
    write_new(sealing->file, text, sealing->force);
    fmt::print("{}\n", sealing->file);
  });
  CLI::App* prove =
      audit->add_subcommand("prove", "Whether the store still continues what was sealed; exit 1 when not");
  auto proof = make_options<SealFlags>();
  prove->add_option("file", proof->file, "The seal")->required()->type_name("FILE");
  examples(*prove, "  planwise audit prove seal-2026-03-01.json");
  prove->callback([proof, &session] {
    const ProofReport report = session.manager().prove(read_seal(proof->file));
    if (session.globals.output == Output::table) {
      fmt::print("{}: {}\n", report.holds ? "holds" : "does not hold", report.what);
    } else {
      print_json(Json(Json::Object{{"holds", report.holds}, {"what", report.what}}), session.globals);
    }
    if (!report.holds) session.exit_status = 1;
  });
}

}  // namespace planwise::cli
