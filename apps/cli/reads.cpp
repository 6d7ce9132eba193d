// list, show, compare, history, diff.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <thread>

#include "commands.h"
#include "show.h"
#include "table.h"

namespace planwise::cli {

namespace {

const std::vector<Column> run_columns{{"run_id", "RUN", Align::left, 9},
                                      {"scenario_id", "SCENARIO", Align::left, 2},
                                      {"optimization_type", "TYPE", Align::left, 1},
                                      {"optimization_engine", "ENGINE", Align::left, 1},
                                      {"status", "STATUS", Align::left, 6},
                                      {"created_at", "CREATED (UTC)", Align::left, 7},
                                      {"objective_value", "OBJECTIVE", Align::right, 8},
                                      {"risk_level", "RISK", Align::left, 7},
                                      {"tags", "TAGS", Align::left, 0}};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream in(list);
  for (std::string name; std::getline(in, name, ',');) {
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

struct ListFlags {
  std::vector<std::string> query;
  std::string sort, cursor, columns, as_of, text, zone = "UTC";
  std::int64_t limit = 50, offset = 0;
  bool all = false, archived = false, with_archived = false;
  double watch_seconds = 0;
};

ListRequest request_of(const ListFlags& flags) {
  ListRequest request;
  for (const std::string& word : flags.query) request.query += (request.query.empty() ? "" : " ") + word;
  if (!flags.text.empty()) request.literal = LiteralSearch{flags.text, {}};
  request.sort = flags.sort;
  request.cursor = flags.cursor;
  request.offset = flags.offset;
  request.limit = flags.all ? 1'000'000'000 : flags.limit;
  request.zone = flags.zone;
  request.archived = flags.archived ? ArchivedRuns::only : flags.with_archived ? ArchivedRuns::include : ArchivedRuns::exclude;
  return request;
}

void print_page(const RunPage& page, const ListFlags& flags, Session& session) {
  std::vector<Json> objects;
  for (const RunSummary& run : page.runs) objects.push_back(to_json(run));
  const Globals& globals = session.globals;
  if (globals.output == Output::json) {
    Json runs = Json::array();
    for (Json& object : objects) runs.push_back(std::move(object));
    print_json(Json(Json::Object{{"runs", std::move(runs)}, {"total", page.total}, {"next_cursor", page.next_cursor}}), globals);
    return;
  }
  print_objects(objects, split(flags.columns), run_columns, globals);
  if (globals.output == Output::table && !globals.quiet) {
    fmt::print("{}\n", faint(fmt::format("{} of {} runs", page.runs.size(), page.total), globals));
    if (!page.next_cursor.empty()) session.say(fmt::format("more with --cursor {}", page.next_cursor));
  } else if (!page.next_cursor.empty()) {
    session.say(fmt::format("{} of {} runs; more with --cursor {}", page.runs.size(), page.total, page.next_cursor));
  }
}

/// Prints the page again whenever it has changed, until Ctrl-C. A file that has not changed is not opened.
void watch(const ListFlags& flags, Session& session) {
  std::string last;
  while (!interrupted()) {
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::duration<double>(flags.watch_seconds));
    const RunPage page = session.manager().list(request_of(flags));
    std::string now = std::to_string(page.total);
    for (const RunSummary& run : page.runs) now += " " + run.run_id + " " + std::to_string(run.updated_at.microseconds);
    if (now == last) continue;
    if (!last.empty()) print_page(page, flags, session);
    last = now;
  }
}

void add_list(CLI::App& app, Session& session) {
  CLI::App* list = app.add_subcommand("list", "List runs, newest first, or those that a query matches");
  auto flags = make_options<ListFlags>();
  list->add_option("query", flags->query, "A query, e.g. status:completed objective<0.3 (docs/query-language.md)")->type_name("QUERY");
  list->add_option("--sort", flags->sort, "Fields, comma-separated; - before one for descending")->type_name("FIELDS");
  list->add_option("--limit", flags->limit, "Runs to show")->type_name("N")->check(CLI::PositiveNumber.description(""));
  list->add_option("--cursor", flags->cursor, "Where the page before ended")->type_name("CURSOR");
  list->add_option("--offset", flags->offset, "Runs to skip")->type_name("N")->check(CLI::NonNegativeNumber.description(""));
  list->add_flag("--all", flags->all, "All of them");
  list->add_option("--text", flags->text, "Also: this text as it stands in scenario, description or justification")->type_name("TEXT");
  list->add_flag("--archived", flags->archived, "Only archived runs");
  list->add_flag("--with-archived", flags->with_archived, "Archived runs too");
  list->add_option("--as-of", flags->as_of, "The store as it was at a time (UTC)")->type_name("TIME");
  list->add_option("--columns", flags->columns, "Columns, comma-separated, by their names in JSON")->type_name("NAMES");
  list->add_option("--timezone", flags->zone, "Zone of dates in the query")->type_name("ZONE");
  list->add_option("--watch", flags->watch_seconds, "Look again every so many seconds, until Ctrl-C")->type_name("SECONDS")->check(CLI::PositiveNumber.description(""));
  examples(*list, "  planwise list\n  planwise list 'type:advanced_scipy objective<0.3 not risk:HIGH' --sort -param.cola_rate\n"
                  "  planwise list tag:q4 --output jsonl");
  list->callback([flags, &session] {
    if (!flags->as_of.empty()) {
      RunPage page;
      page.runs = session.manager().list_as_of(parse_time(flags->as_of, flags->zone));
      page.total = static_cast<std::int64_t>(page.runs.size());
      print_page(page, *flags, session);
      return;
    }
    print_page(session.manager().list(request_of(*flags)), *flags, session);
    if (flags->watch_seconds > 0) watch(*flags, session);
  });
}

void add_show(CLI::App& app, Session& session) {
  struct Flags {
    std::string run, as_of, section;
    std::int64_t version = 0;
  };
  CLI::App* show = app.add_subcommand("show", "Everything about one run");
  auto flags = make_options<Flags>();
  show->add_option("run", flags->run, "Run id, or its first 6 or more characters")->required()->type_name("RUN");
  show->add_option("--version", flags->version, "An earlier version")->type_name("N");
  show->add_option("--as-of", flags->as_of, "The run as it was at a time (UTC)")->type_name("TIME");
  show->add_option("--section", flags->section, "Only metadata, configuration, results or simulation_data (JSON)")->type_name("NAME");
  examples(*show, "  planwise show 6f0c21\n  planwise show 6f0c21 --output json --section results");
  show->callback([flags, &session] {
    const std::string id = session.run_id(flags->run);
    ResultsManager& manager = session.manager();
    const Run run = flags->version > 0          ? manager.load_version(id, flags->version)
                    : !flags->as_of.empty() ? manager.load_as_of(id, parse_time(flags->as_of))
                                            : manager.load(id);
    if (!flags->section.empty()) {
      const Json document = to_json(run);
      const Json* section = document.find(flags->section);
      if (section == nullptr) {
        throw Error(ErrorCode::invalid_argument, fmt::format("there is no section '{}'; there are metadata, configuration, results, simulation_data, notes", flags->section));
      }
      print_json(without_ssn(*section), session.globals);
    } else if (session.globals.output == Output::table) {
      const bool current = flags->version == 0 && flags->as_of.empty();
      print_run(run, current ? std::optional(manager.summary(id)) : std::nullopt, session.globals);
    } else {
      print_json(without_ssn(to_json(run)), session.globals);
    }
  });
}

void add_compare(CLI::App& app, Session& session) {
  struct Flags {
    std::vector<std::string> runs;
    std::string baseline;
    bool all = false;
    CompareOptions options;
  };
  CLI::App* compare = app.add_subcommand("compare", "What differs between runs, with change against a baseline");
  auto flags = make_options<Flags>();
  compare->add_option("runs", flags->runs, "Two or more run ids")->required()->type_name("RUN");
  compare->add_option("--baseline", flags->baseline, "The run that changes are taken against (default: the first)")->type_name("RUN");
  compare->add_option("--tolerance", flags->options.absolute_tolerance, "Numbers closer than this are the same")->type_name("NUMBER");
  compare->add_option("--relative-tolerance", flags->options.relative_tolerance, "The same as a fraction of the larger number")->type_name("NUMBER");
  compare->add_flag("--all", flags->all, "Also what does not differ");
  examples(*compare, "  planwise compare 6f0c21 81aa09 c4d2fe --baseline 81aa09\n  planwise compare 6f0c21 81aa09 --output json");
  compare->callback([flags, &session] {
    const std::vector<std::string> ids = session.run_ids(flags->runs);
    CompareOptions options = flags->options;
    options.rows = flags->all ? Rows::all : Rows::differing;
    if (!flags->baseline.empty()) {
      const std::string id = session.run_id(flags->baseline);
      const auto found = std::find(ids.begin(), ids.end(), id);
      if (found == ids.end()) throw Error(ErrorCode::invalid_argument, fmt::format("the baseline '{}' is not among the runs", id));
      options.baseline = static_cast<std::size_t>(found - ids.begin());
    }
    print_comparison(session.manager().compare(ids, options), session.globals);
  });
}

void add_history(CLI::App& app, Session& session) {
  struct Flags {
    std::string run;
    std::int64_t from = 0, to = 0;
  };
  CLI::App* history = app.add_subcommand("history", "Versions of a run: who, when, why");
  auto flags = make_options<Flags>();
  history->add_option("run", flags->run, "Run id")->required()->type_name("RUN");
  examples(*history, "  planwise history 6f0c21");
  history->callback([flags, &session] {
    std::vector<Json> objects;
    for (const VersionSummary& v : session.manager().history(session.run_id(flags->run))) {
      objects.push_back(Json(Json::Object{{"version", v.version},
                                          {"state", v.state},
                                          {"recorded_at", to_text(v.recorded_at)},
                                          {"actor", v.actor},
                                          {"source", v.source},
                                          {"action", v.action},
                                          {"reason", v.reason ? Json(*v.reason) : Json()},
                                          {"content_hash", v.content_hash}}));
    }
    print_objects(objects, {},
                  {{"version", "VERSION", Align::right, 9}, {"state", "STATE", Align::left, 8}, {"recorded_at", "RECORDED (UTC)", Align::left, 8},
                   {"actor", "BY", Align::left, 7}, {"source", "FROM", Align::left, 5}, {"action", "ACTION", Align::left, 6}, {"reason", "REASON", Align::left, 1}},
                  session.globals);
  });

  CLI::App* diff = app.add_subcommand("diff", "What two versions of a run differ in, field by field");
  auto versions = make_options<Flags>();
  diff->add_option("run", versions->run, "Run id")->required()->type_name("RUN");
  diff->add_option("from", versions->from, "Version before")->required()->type_name("FROM");
  diff->add_option("to", versions->to, "Version after")->required()->type_name("TO");
  examples(*diff, "  planwise diff 6f0c21 1 2");
  diff->callback([versions, &session] {
    std::vector<Json> objects;
    for (const FieldChange& change : session.manager().diff(session.run_id(versions->run), versions->from, versions->to)) {
      objects.push_back(Json(Json::Object{{"path", change.path},
                                          {"old", change.old_value ? *change.old_value : Json()},
                                          {"new", change.new_value ? *change.new_value : Json()},
                                          {"added", !change.old_value.has_value()},
                                          {"removed", !change.new_value.has_value()}}));
    }
    print_objects(objects, {}, {{"path", "FIELD", Align::left, 9}, {"old", "OLD", Align::left, 3}, {"new", "NEW", Align::left, 3}}, session.globals);
  });
}

}  // namespace

void add_read_commands(CLI::App& app, Session& session) {
  add_list(app, session);
  add_show(app, session);
  add_compare(app, session);
  add_history(app, session);
}

}  // namespace planwise::cli
