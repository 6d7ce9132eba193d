// summary: the years of a simulation; growth, cost, targets and early warnings of them.
#include <fmt/format.h>

#include <cmath>

#include "show.h"
#include "simulation.h"

namespace planwise::cli {

namespace {

struct SummaryFlags {
  SourceFlags source;
  int year = 0;
  std::string years, attach;
  bool growth = false, cost = false, targets = false, warnings = false;
  double loading = 0;
};

/// A fraction as percent; "" where there is none.
std::string percent(double fraction) { return std::isfinite(fraction) ? percent_text(fraction) : "-"; }

bool for_people(const Globals& globals) { return globals.output == Output::table && globals.columns.empty(); }

void print_growth(const std::vector<YearGrowth>& years, const Globals& globals) {
  if (!for_people(globals)) {
    std::vector<Json> rows;
    for (const YearGrowth& year : years) rows.push_back(to_json(year));
    print_rows(rows, {{"year", "YEAR", Align::left, 9}}, globals);
    return;
  }
  TextTable table({{"", "YEAR", Align::left, 9},
                   {"", "HEADS", Align::right, 5},
                   {"", "TOTAL PAY", Align::right, 6},
                   {"", "MEAN", Align::right, 3},
                   {"", "MEDIAN", Align::right, 4},
                   {"", "W/O OUTLIERS", Align::right, 5},
                   {"", "LIKE FOR LIKE", Align::right, 9},
                   {"", "THEIR PAYROLL", Align::right, 3},
                   {"", "PEOPLE", Align::right, 3}});
  for (const YearGrowth& year : years) {
    table.add({std::to_string(year.year), percent(year.headcount), percent(year.total), percent(year.mean),
               percent(year.median), percent(year.mean_without_outliers), percent(year.like_for_like),
               percent(year.like_for_like_total), grouped(static_cast<double>(year.like_for_like_count))});
  }
  fmt::print("{}", table.render(globals));
}

void print_cost(const std::vector<YearCost>& years, const Globals& globals) {
  if (!for_people(globals)) {
    std::vector<Json> rows;
    for (const YearCost& year : years) rows.push_back(to_json(year));
    print_rows(rows, {{"year", "YEAR", Align::left, 9}}, globals);
    return;
  }
  std::vector<Column> columns{{"", "YEAR", Align::left, 9},
                              {"", "IN THE YEAR", Align::right, 9},
                              {"", "OF LEAVERS", Align::right, 3},
                              {"", "RUN RATE", Align::right, 9},
                              {"", "CARRY-OVER", Align::right, 7}};
  const bool loaded = !years.empty() && years.front().loading_factor != 0;
  if (loaded) {
    columns.push_back({"", "LOADED", Align::right, 6});
    columns.push_back({"", "LOADED RUN RATE", Align::right, 6});
  }
  TextTable table(columns);
  for (const YearCost& year : years) {
    std::vector<std::string> cells{std::to_string(year.year), grouped(year.in_year), grouped(year.in_year_leavers),
                                   grouped(year.run_rate), signed_grouped(year.carry_over)};
    if (loaded) {
      cells.push_back(grouped(year.loaded_in_year));
      cells.push_back(grouped(year.loaded_run_rate));
    }
    table.add(std::move(cells));
  }
  fmt::print("{}", table.render(globals));
}

void print_targets(const std::vector<TargetResult>& targets, const Session& session) {
  std::vector<Json> rows;
  for (const TargetResult& target : targets) rows.push_back(to_json(target));
  print_rows(rows,
             {{"year", "YEAR", Align::left, 9},
              {"metric", "TARGET", Align::left, 7},
              {"target", "WANTED", Align::right, 8},
              {"tolerance", "TOLERANCE", Align::right, 3},
              {"actual", "ACTUAL", Align::right, 9},
              {"state", "STATE", Align::left, 9},
              {"priority", "PRIORITY", Align::left, 2}},
             session.globals);
  if (rows.empty()) session.say("the database has no targets (comp_targets)");
}

void print_warnings(const std::vector<EarlyWarning>& warnings, const Session& session) {
  std::vector<Json> rows;
  for (const EarlyWarning& warning : warnings) rows.push_back(to_json(warning));
  print_rows(rows,
             {{"year", "YEAR", Align::left, 9},
              {"name", "WARNING", Align::left, 7},
              {"value", "VALUE", Align::right, 8},
              {"limit", "LIMIT", Align::right, 8},
              {"message", "MESSAGE", Align::left, 3}},
             session.globals);
  if (rows.empty()) session.say("no early warning");
}

/// Early warnings that could not be looked for, which is not the same as none.
void tell_not_looked_for(const SimulationDatabase& database, YearRange years, const Session& session) {
  std::vector<int> without_levers, without_events;
  for (const int year : database.years()) {
    if (year < years.first || year > years.last) continue;
    const Json summary = database.summary(year);
    const Json *levers = summary.find("parameters"), *events = summary.find("events");
    if (levers == nullptr || levers->empty()) without_levers.push_back(year);
    if (events == nullptr || events->find("RAISE") == nullptr) without_events.push_back(year);
  }
  const auto tell = [&](const std::vector<int>& missing, std::string_view name, std::string_view what) {
    if (!missing.empty())
      session.say(
          fmt::format("{} could not be looked for in {}: there are no {}", name, fmt::join(missing, ", "), what));
  };
  tell(without_levers, "merit_spread", "levers");
  tell(without_events, "minimum_raise", "raises");
}

/// A report over the years asked for; false when none was asked for.
bool print_report(const SummaryFlags& flags, SimulationService& service, YearRange years, const Session& session) {
  const SimulationDatabase& database = service.database();
  const auto within = [&](const auto& row) { return row.year >= years.first && row.year <= years.last; };
  if (flags.growth) {
    std::vector<YearGrowth> rows = database.growth();
    std::erase_if(rows, [&](const YearGrowth& row) { return !within(row); });
    print_growth(rows, session.globals);
    for (const YearGrowth& row : rows) {
      if (!row.reason.empty()) session.say(fmt::format("growth of {}: {}", row.year, row.reason));
    }
  } else if (flags.cost) {
    std::vector<YearCost> rows;
    for (int year : database.years()) {
      if (year >= years.first && year <= years.last) rows.push_back(database.cost(year, flags.loading));
    }
    print_cost(rows, session.globals);
  } else if (flags.targets) {
    std::vector<TargetResult> rows = database.targets();
    std::erase_if(rows, [&](const TargetResult& row) { return !within(row); });
    print_targets(rows, session);
  } else if (flags.warnings) {
    std::vector<EarlyWarning> rows = database.early_warnings();
    std::erase_if(rows, [&](const EarlyWarning& row) { return !within(row); });
    print_warnings(rows, session);
    tell_not_looked_for(database, years, session);
  } else {
    return false;
  }
  return true;
}

/// Years that cannot be summarised are an error, told beside the shape that callers read.
void tell_errors(const std::vector<std::pair<std::string, Json>>& summaries, Session& session) {
  for (const auto& [year, summary] : summaries) {
    if (const Json* error = summary.find("error")) {
      session.say(fmt::format("{}: {}", year, error->as_string()));
      session.exit_status = exit_status_of(ErrorCode::not_found);
    } else if (const Json* warnings = summary.find("warnings")) {
      for (const Json& warning : warnings->as_array()) session.say(fmt::format("{}: {}", year, warning.as_string()));
    }
  }
}

void run_summary(const SummaryFlags& flags, Session& session) {
  SimulationService service = open_simulation(session, flags.source);
  YearRange years{flags.year, flags.year};
  if (!flags.years.empty()) years = years_from(flags.years, "--years");
  const bool report = flags.growth || flags.cost || flags.targets || flags.warnings;
  if (years.first == 0 || report) {
    const std::vector<int> there = service.database().years();
    if (there.empty())  // The summary of any year says why there is none.
      throw Error(ErrorCode::not_found, service.database().summary(0).at("error").as_string());
    if (years.first == 0) years = {there.front(), there.back()};
  }
  if (print_report(flags, service, years, session)) return;
  if (!flags.attach.empty()) {
    attach_to_run(session.manager().load(session.run_id(flags.attach)),
                  Json(Json::Object{{"simulation_results", service.summaries(years.first, years.last)}}),
                  fmt::format("simulated years {} to {}", years.first, years.last), session);
  }
  if (flags.year != 0) {
    const Json summary = service.summary(flags.year);
    if (summary.find("error") != nullptr && session.globals.output != Output::json)
      throw Error(ErrorCode::not_found, summary.at("error").as_string());
    print_year(flags.year, summary, session.globals);
    tell_errors({{std::to_string(flags.year), summary}}, session);
    return;
  }
  const Json several = service.summaries(years.first, years.last);
  print_years(several, session.globals);
  const auto& summaries = several.at("year_summaries").as_object();
  tell_errors({summaries.begin(), summaries.end()}, session);
}

}  // namespace

void add_summary_command(CLI::App& app, Session& session) {
  CLI::App* summary =
      app.add_subcommand("summary", "The years of a simulation: heads, pay, events; growth, cost, targets, warnings")
          ->group(heading::workforce);
  auto flags = make_options<SummaryFlags>();
  CLI::Option* year = summary->add_option("--year", flags->year, "One year, with its levers")
                          ->type_name("YEAR")
                          ->transform(whole_number(1900));
  summary->add_option("--years", flags->years, "Years, e.g. 2025-2029; default all")
      ->type_name("YEARS")
      ->check(year_range())
      ->excludes(year);
  CLI::Option* growth =
      summary->add_flag("--growth", flags->growth, "Growth against the year before, and like for like");
  CLI::Option* cost =
      summary->add_flag("--cost", flags->cost, "Cost in the year, run rate, and what carries over into the next");
  summary->add_option("--loading", flags->loading, "With --cost: taxes and benefits on top, as a fraction of pay")
      ->type_name("FRACTION")
      ->needs(cost);
  CLI::Option* targets = summary->add_flag("--targets", flags->targets, "Targets of the database beside the figures");
  CLI::Option* warnings = summary->add_flag("--warnings", flags->warnings, "Early warnings");
  growth->excludes(cost)->excludes(targets)->excludes(warnings);
  cost->excludes(targets)->excludes(warnings);
  targets->excludes(warnings);
  CLI::Option* attach =
      summary->add_option("--attach", flags->attach, "Put the years into this run's simulation data, as a new version")
          ->type_name("RUN");
  for (CLI::Option* report : {growth, cost, targets, warnings}) attach->excludes(report);
  add_source_options(*summary, flags->source);
  examples(*summary,
           "  planwise summary --simulation simulation.duckdb --year 2025 --output json\n  planwise summary --years "
           "2025-2029\n  planwise summary --years 2025-2029 --attach 6f0c21\n  planwise summary --growth\n  planwise "
           "summary --cost --loading 0.25");
  summary->callback([flags, &session] { run_summary(*flags, session); });
}

}  // namespace planwise::cli
