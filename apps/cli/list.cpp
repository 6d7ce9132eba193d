// list: a page, or the whole of what a query matches.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

const Listing run_listing{{"run_id",
                           "scenario_id",
                           "user_id",
                           "session_id",
                           "optimization_type",
                           "optimization_engine",
                           "status",
                           "created_at",
                           "updated_at",
                           "completed_at",
                           "random_seed",
                           "max_evaluations",
                           "timeout_minutes",
                           "use_synthetic_mode",
                           "runtime_seconds",
                           "function_evaluations",
                           "converged",
                           "convergence_message",
                           "description",
                           "tags",
                           "business_justification",
                           "objective_value",
                           "risk_level",
                           "version",
                           "content_hash",
                           "locked",
                           "archived_at",
                           "queued",
                           "run_state",
                           "heartbeat"},
                          {{"run_id", "RUN", Align::left, 3, Cut::id},
                           {"scenario_id", "SCENARIO", Align::left, 4},
                           {"optimization_type", "TYPE", Align::left, 1},
                           {"optimization_engine", "ENGINE", Align::left, 1},
                           {"status", "STATUS", Align::left, 6},
                           {"created_at", "CREATED (UTC)", Align::left, 7},
                           {"objective_value", "OBJECTIVE", Align::right, 8},
                           {"risk_level", "RISK", Align::left, 7},
                           {"tags", "TAGS", Align::left, 0}}};

/// What a column with a dot is read from: the same prefixes as in queries.
const Json* inside(const Run& run, std::string_view prefix) {
  const Configuration& c = run.configuration;
  const Results& r = run.results;
  const std::pair<std::string_view, const Json*> places[] = {
      {"param", &r.optimal_parameters},
      {"optimal_parameters", &r.optimal_parameters},
      {"initial", &c.initial_parameters},
      {"initial_parameters", &c.initial_parameters},
      {"objective", &r.objective_breakdown},
      {"objective_breakdown", &r.objective_breakdown},
      {"config", &c.algorithm_config},
      {"algorithm_config", &c.algorithm_config},
      {"bounds", &c.parameter_bounds},
      {"parameter_bounds", &c.parameter_bounds},
      {"risk_assessment", &r.risk_assessment},
      {"cost_impact", &r.estimated_cost_impact},
      {"estimated_cost_impact", &r.estimated_cost_impact},
      {"employee_impact", &r.estimated_employee_impact},
      {"estimated_employee_impact", &r.estimated_employee_impact},
      {"projected_outcomes", &r.projected_outcomes}};
  for (const auto& [name, place] : places) {
    if (name == prefix) return place;
  }
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format(
          "there is no column '{}.'; param., initial., objective., config., bounds., risk_assessment., cost_impact., "
          "employee_impact. and projected_outcomes. are allowed before a name",
          prefix));
}

Json value_at(const Run& run, std::string_view column) {
  const std::size_t dot = column.find('.');
  const Json* place = inside(run, column.substr(0, dot));
  std::string_view path = column.substr(dot + 1);
  while (place != nullptr) {
    if (const Json* whole = place->find(path)) return *whole;  // a key may hold dots itself
    const std::size_t next = path.find('.');
    if (next == std::string_view::npos) break;
    place = place->find(path.substr(0, next));
    path.remove_prefix(next + 1);
  }
  return {};
}

struct ListFlags {
  std::vector<std::string> query;
  std::string sort, cursor, as_of, text, zone = "UTC";
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
  request.limit = flags.limit;
  request.zone = flags.zone;
  request.archived = flags.archived        ? ArchivedRuns::only
                     : flags.with_archived ? ArchivedRuns::include
                                           : ArchivedRuns::exclude;
  return request;
}

/// The objects of a page, with the values of columns that stand inside the run (which cost loading it).
std::vector<Json> objects_of(const RunPage& page, Session& session) {
  std::vector<std::string> deeper;
  for (std::string& name : chosen_columns(session.globals)) {
    if (name.find('.') != std::string::npos) deeper.push_back(std::move(name));
  }
  std::vector<Json> objects;
  for (const RunSummary& summary : page.runs) {
    Json object = to_json(summary);
    if (session.globals.output == Output::table && summary.run_state == "lost")
      object.set("status", summary.status + " (lost)");
    if (!deeper.empty()) {
      const Run run = session.manager().load(summary.run_id);
      for (const std::string& name : deeper) object.set(name, value_at(run, name));
    }
    objects.push_back(std::move(object));
  }
  return objects;
}

void print_page(const RunPage& page, Session& session) {
  const Globals& globals = session.globals;
  const std::vector<Json> objects = objects_of(page, session);
  if (globals.output == Output::json) {
    Json runs = Json::array();
    for (const Json& object : objects) runs.push_back(chosen_members(object, run_listing, globals));
    print_json(Json(Json::Object{{"runs", std::move(runs)}, {"total", page.total}, {"next_cursor", page.next_cursor}}),
               globals);
    return;
  }
  print_objects(objects, run_listing, globals);
  if (globals.output == Output::table && !globals.quiet)
    fmt::print("{}\n", faint(fmt::format("{} of {} runs", page.runs.size(), page.total), globals));
}

void say_rest(const RunPage& page, const ListFlags& flags, Session& session) {
  const std::string count = session.globals.output == Output::jsonl || session.globals.output == Output::csv
                                ? fmt::format("{} of {} runs; ", page.runs.size(), page.total)
                                : "";
  if (!page.next_cursor.empty()) session.say(fmt::format("{}more with --cursor {}", count, page.next_cursor));
  if (page.total > 0 || session.globals.output != Output::table) return;
  session.say(flags.query.empty() && flags.text.empty()
                  ? "no runs here yet; `planwise save` and `planwise import` add some"
                  : "no run matches; `planwise list` shows all");
}

/// Everything that matches. Lines are printed page by page, so that a large store needs no more memory than a small
/// one.
void print_all(ListRequest request, Session& session) {
  const Globals& globals = session.globals;
  constexpr std::int64_t page_length = 5000;
  const bool streamed = globals.output == Output::jsonl || globals.output == Output::csv;
  request.limit = page_length;
  if (globals.output == Output::csv) print_csv_header(run_listing, globals);
  RunPage whole;
  do {
    RunPage page = session.manager().list(request);
    if (streamed)
      print_lines(objects_of(page, session), run_listing, globals);
    else
      std::move(page.runs.begin(), page.runs.end(), std::back_inserter(whole.runs));
    whole.total = page.total;
    request.cursor = page.next_cursor;
    request.offset = 0;
  } while (!request.cursor.empty());
  if (!streamed) print_page(whole, session);
}

/// Prints the page again whenever it has changed, until Ctrl-C. A file that has not changed is not opened.
void watch(const ListFlags& flags, Session& session) {
  heed_interrupts();
  std::string last;
  while (!interrupted()) {
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::duration<double>(flags.watch_seconds));
    if (interrupted()) break;
    const RunPage page = session.manager().list(request_of(flags));
    std::string now = std::to_string(page.total);
    for (const RunSummary& run : page.runs)
      now += " " + run.run_id + " " + std::to_string(run.updated_at.microseconds) + run.run_state.value_or("");
    if (now == last) continue;
    if (!last.empty()) print_page(page, session);
    last = now;
  }
}

void run_list(const ListFlags& flags, Session& session) {
  for (const std::string& name : chosen_columns(session.globals)) {
    if (name.find('.') != std::string::npos)
      (void)value_at(Run{}, name);  // an unknown one fails before anything is printed
  }
  if (!flags.as_of.empty()) {
    if (!flags.query.empty() || !flags.text.empty() || !flags.sort.empty() || !flags.cursor.empty()) {
      throw Error(ErrorCode::invalid_argument,
                  "--as-of lists all runs of that time; it does not go with a query, --text, --sort or --cursor");
    }
    RunPage page;
    page.runs = session.manager().list_as_of(parse_time(flags.as_of, flags.zone));
    page.total = static_cast<std::int64_t>(page.runs.size());
    print_page(page, session);
    return;
  }
  if (flags.all) {
    print_all(request_of(flags), session);
    return;
  }
  const RunPage page = session.manager().list(request_of(flags));
  print_page(page, session);
  say_rest(page, flags, session);
  if (flags.watch_seconds > 0) watch(flags, session);
}

}  // namespace

void add_list_command(CLI::App& app, Session& session) {
  CLI::App* list =
      app.add_subcommand("list", "List runs, newest first, or those that a query matches")->group(heading::runs);
  auto flags = make_options<ListFlags>();
  list->add_option("query", flags->query,
                   "A query, e.g. 'status:completed objective<0.3'; docs/query-language.md describes it")
      ->type_name("QUERY");
  list->add_option("--sort", flags->sort, "Fields, comma-separated; - before one for descending")->type_name("FIELDS");
  list->add_option("--limit", flags->limit, "Runs to show; default 50")->type_name("N")->transform(whole_number(1));
  list->add_option("--cursor", flags->cursor, "Go on where the page before ended")->type_name("CURSOR");
  list->add_option("--offset", flags->offset, "Runs to skip")->type_name("N")->transform(whole_number(0));
  list->add_flag("--all", flags->all, "All of them, without a limit");
  list->add_option("--text", flags->text, "Also: this text as it stands in scenario, description or justification")
      ->type_name("TEXT");
  list->add_flag("--archived", flags->archived, "Only archived runs");
  list->add_flag("--with-archived", flags->with_archived, "Archived runs too");
  list->add_option("--as-of", flags->as_of, "All runs as they were at a time")->type_name("TIME");
  list->add_option("--timezone", flags->zone, "Zone of times that name none, in the query and in --as-of; default UTC")
      ->type_name("ZONE");
  list->add_option("--watch", flags->watch_seconds, "Look again every so many seconds, until Ctrl-C")
      ->type_name("SECONDS")
      ->check(seconds(0.05));
  examples(
      *list,
      "  planwise list\n  planwise list 'type:advanced_scipy objective<0.3 not risk:HIGH' --sort -param.cola_rate\n"
      "  planwise list tag:q4 --columns run_id,objective_value,param.cola_rate\n  planwise list tag:q4 --all --output "
      "jsonl");
  list->callback([flags, &session] { run_list(*flags, session); });
}

}  // namespace planwise::cli
