// simulate: years from a baseline with levers changed, compared, over many seeds, written as tables.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "show.h"
#include "simulation.h"

namespace planwise::cli {

namespace {

struct SimulateFlags {
  SourceFlags source;
  std::string years, run, compare_to, dbt, save_to, attach;
  std::vector<std::string> set;
  std::uint64_t seed = 42;
  std::int64_t seeds = 0, threads = 0;
  double budget = std::nan("");
  bool ignore_locks = false, dbt_compatible = false, force = false, notes = false;
  CLI::Option* seeds_option = nullptr;
  CLI::Option* budget_option = nullptr;
};

/// "cola_rate=0.03", "cola_rate@2026=0.03", "cola_rate@2026-2028=0.03".
LeverPlan plan_from(const std::string& text) {
  const std::size_t equals = text.find('=');
  std::string name = text.substr(0, equals);
  LeverPlan plan;
  if (const std::size_t at = name.find('@'); at != std::string::npos) {
    const YearRange years = years_from(name.substr(at + 1), fmt::format("--set {}: the year", text));
    for (int year = years.first; year <= years.last; ++year) plan.years.push_back(year);
    name.resize(at);
  }
  try {
    if (equals != std::string::npos && !name.empty()) {
      const Json value = Json::parse(text.substr(equals + 1));
      if (value.is_number()) {
        plan.levers.set(name, value.as_real());
        return plan;
      }
    }
  } catch (const Error&) {  // told below, in words
  }
  throw Error(ErrorCode::invalid_argument,
              fmt::format("--set '{}' is neither NAME=NUMBER nor NAME@YEAR=NUMBER nor NAME@YEAR-YEAR=NUMBER", text));
}

struct DbtSwitch {
  std::string_view name;
  bool DbtBehaviour::*field;
};
constexpr DbtSwitch dbt_switches[] = {{"one_draw", &DbtBehaviour::one_draw},
                                      {"hires_short", &DbtBehaviour::hires_short},
                                      {"hires_by_number", &DbtBehaviour::hires_by_number},
                                      {"new_hire_leaves_fixed", &DbtBehaviour::new_hire_leaves_fixed},
                                      {"promotions_ignore_levers", &DbtBehaviour::promotions_ignore_levers},
                                      {"raises_at_start", &DbtBehaviour::raises_at_start},
                                      {"levels_from_pay", &DbtBehaviour::levels_from_pay},
                                      {"first_year_not_older", &DbtBehaviour::first_year_not_older},
                                      {"lever_letter_case", &DbtBehaviour::lever_letter_case}};

DbtBehaviour dbt_from(const SimulateFlags& flags) {
  if (flags.dbt_compatible) return DbtBehaviour::all();
  DbtBehaviour dbt;
  for (std::size_t begin = 0; !flags.dbt.empty() && begin <= flags.dbt.size();) {
    const std::size_t end = std::min(flags.dbt.find(',', begin), flags.dbt.size());
    const std::string name = flags.dbt.substr(begin, end - begin);
    bool known = false;
    for (const DbtSwitch& each : dbt_switches) {
      if (each.name != name) continue;
      dbt.*each.field = true;
      known = true;
    }
    if (!known) {
      std::string all;
      for (const DbtSwitch& each : dbt_switches) all += (all.empty() ? "" : ", ") + std::string(each.name);
      throw Error(ErrorCode::invalid_argument, fmt::format("--dbt '{}' is unknown; allowed are {}", name, all));
    }
    begin = end + 1;
  }
  return dbt;
}

/// The years that a study's run decided about; empty, which is all, for runs that do not say.
std::vector<int> years_decided(const Run& run) {
  std::vector<int> years;
  const Json* levers = run.configuration.algorithm_config.find("levers");
  const Json* named = levers != nullptr && levers->is_object() ? levers->find("years") : nullptr;
  if (named == nullptr || !named->is_array()) return years;
  for (const Json& year : named->as_array()) {
    if (year.is_integer()) years.push_back(static_cast<int>(year.as_integer()));
  }
  return years;
}

ScenarioRequest request_from(const SimulateFlags& flags, Session& session) {
  ScenarioRequest request;
  if (!flags.years.empty()) {
    const YearRange years = years_from(flags.years, "--years");
    request.first_year = years.first;
    request.last_year = years.last;
  }
  if (!flags.run.empty()) {
    const Run run = session.manager().load(session.run_id(flags.run));
    request.levers.push_back({run.results.optimal_parameters, years_decided(run), true});
  }
  for (const std::string& text : flags.set) request.levers.push_back(plan_from(text));
  request.locks = flags.ignore_locks ? LockRule::ignore : LockRule::honour;
  request.seed = flags.seed;
  request.dbt = dbt_from(flags);
  request.detail = flags.save_to.empty() ? SimulationDetail::summary : SimulationDetail::rows;
  request.threads = static_cast<unsigned>(flags.threads);
  request.progress = [progress = session.progress("simulating")](int done, int total) { return progress(done, total); };
  return request;
}

// ---- many seeds ----

void print_bands(const SeedBands& bands, const Globals& globals) {
  if (globals.output == Output::json) {
    print_json(to_json(bands), globals);
    return;
  }
  std::vector<Json> rows;
  for (const SeedBand& band : bands.bands) {
    rows.push_back(Json(
        Json::Object{{"year", band.year},
                     {"figure", band.figure},
                     {"p10", band.p10},
                     {"p50", band.p50},
                     {"p90", band.p90},
                     {"mean", band.mean},
                     {"chance_above_budget", band.chance_above_budget ? Json(*band.chance_above_budget) : Json()}}));
  }
  if (globals.output != Output::table || !globals.columns.empty()) {
    print_rows(rows, {{"year", "YEAR", Align::left, 9}, {"figure", "FIGURE", Align::left, 9}}, globals);
    return;
  }
  std::vector<Column> columns{{"", "YEAR", Align::left, 9}, {"", "FIGURE", Align::left, 9},
                              {"", "P10", Align::right, 6}, {"", "P50", Align::right, 9},
                              {"", "P90", Align::right, 6}, {"", "MEAN", Align::right, 3}};
  if (bands.budget) columns.push_back({"", "CHANCE ABOVE BUDGET", Align::right, 9});
  TextTable table(columns);
  for (const SeedBand& band : bands.bands) {
    std::vector<std::string> cells{std::to_string(band.year), band.figure,       grouped(band.p10),
                                   grouped(band.p50),         grouped(band.p90), grouped(band.mean)};
    if (bands.budget)
      cells.push_back(band.chance_above_budget ? fmt::format("{:.1f} %", *band.chance_above_budget * 100) : "");
    table.add(std::move(cells));
  }
  fmt::print("{}", table.render(globals));
  if (bands.budget)
    fmt::print("{}\n", faint(fmt::format("budget {}; {} seeds", grouped(*bands.budget), bands.seeds), globals));
}

void say_notes(const std::vector<std::string>& warnings, const std::vector<std::string>& notes,
               const SimulateFlags& flags, const Session& session) {
  for (const std::string& warning : warnings) session.say(warning);
  if (!flags.notes) return;
  for (const std::string& note : notes) session.say(note);
}

void run_seeds(const SimulateFlags& flags, SimulationService& service, const ScenarioRequest& request,
               Session& session) {
  if (!flags.save_to.empty() || !flags.compare_to.empty() || !flags.attach.empty())
    throw Error(ErrorCode::invalid_argument, "--seeds goes with none of --save-to, --compare-to and --attach");
  if (flags.budget_option->count() > 0 && !(flags.budget >= 0 && std::isfinite(flags.budget)))
    throw Error(ErrorCode::invalid_argument, fmt::format("--budget {} is no amount of at least 0", flags.budget));
  const std::optional<double> budget = flags.budget_option->count() > 0 ? std::optional(flags.budget) : std::nullopt;
  ScenarioRequest plain = request;
  plain.progress = {};
  const SeedBands bands = service.simulate_seeds(plain, flags.seeds, budget, session.progress("simulating seeds"));
  say_remarks(bands.remarks, service.schema(), session);
  say_notes(bands.warnings, bands.notes, flags, session);
  print_bands(bands, session.globals);
}

// ---- compared with the baseline ----

struct ComparedFigure {
  std::string_view name, title;
  double (*value)(const YearFigures&);
  bool is_rate;
};
constexpr ComparedFigure compared_figures[] = {
    {"active_headcount", "active headcount",
     [](const YearFigures& y) { return static_cast<double>(y.active_headcount); }, false},
    {"active_compensation", "pay of the active", [](const YearFigures& y) { return y.active_compensation; }, false},
    {"prorated_compensation", "cost in the year", [](const YearFigures& y) { return y.prorated_compensation; }, false},
    {"mean_compensation", "mean", [](const YearFigures& y) { return y.active_mean; }, false},
    {"mean_compensation_without_outliers", "mean w/o outliers",
     [](const YearFigures& y) { return y.active_mean_without_outliers; }, false},
    {"median_compensation", "median", [](const YearFigures& y) { return y.active_median; }, false},
    {"promotions", "promotions",
     [](const YearFigures& y) { return static_cast<double>(y.events[static_cast<std::size_t>(EventType::promotion)]); },
     false},
    {"like_for_like_growth", "growth of stayers", [](const YearFigures& y) { return y.like_for_like_growth; }, true}};

/// null for what is no number: the mean without outliers where everybody is one.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

std::vector<Json> changes_between(const Scenario& baseline, const Scenario& scenario) {
  std::vector<Json> rows;
  for (std::size_t year = 0; year < scenario.result.years.size(); ++year) {
    for (const ComparedFigure& figure : compared_figures) {
      const double before = figure.value(baseline.result.years[year]), now = figure.value(scenario.result.years[year]);
      rows.push_back(Json(Json::Object{{"year", scenario.result.years[year].year},
                                       {"figure", figure.name},
                                       {"baseline", number_or_null(before)},
                                       {"scenario", number_or_null(now)},
                                       {"change", number_or_null(now - before)},
                                       {"relative_change", before == 0 ? Json() : number_or_null(now / before - 1)}}));
    }
  }
  return rows;
}

void print_changes(const Scenario& baseline, const Scenario& scenario, const Globals& globals) {
  const std::vector<Json> rows = changes_between(baseline, scenario);
  if (globals.output == Output::json) {
    print_json(
        Json(Json::Object{{"baseline", to_json(baseline)}, {"scenario", to_json(scenario)}, {"changes", Json(rows)}}),
        globals);
    return;
  }
  if (globals.output != Output::table || !globals.columns.empty()) {
    print_rows(rows, {{"year", "YEAR", Align::left, 9}, {"figure", "FIGURE", Align::left, 9}}, globals);
    return;
  }
  TextTable table({{"", "YEAR", Align::left, 9},
                   {"", "FIGURE", Align::left, 9},
                   {"", "BASELINE", Align::right, 9},
                   {"", "SCENARIO", Align::right, 9},
                   {"", "CHANGE", Align::right, 9},
                   {"", "CHANGE %", Align::right, 1}});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ComparedFigure& figure = compared_figures[row % std::size(compared_figures)];
    const double before = real_member(rows[row], "baseline"), now = real_member(rows[row], "scenario");
    const bool first = row % std::size(compared_figures) == 0;
    table.add({first ? rows[row].at("year").dump() : "", std::string(figure.title),
               figure.is_rate ? fmt::format("{:.2f} %", before * 100) : grouped(before),
               figure.is_rate ? fmt::format("{:.2f} %", now * 100) : grouped(now),
               figure.is_rate ? now == before ? "0" : fmt::format("{:+.2f} points", (now - before) * 100)
                              : signed_grouped(now - before),
               figure.is_rate || before == 0 || now == before || !std::isfinite(now / before) ? "" : percent_text(now / before - 1)});
  }
  fmt::print("{}", table.render(globals));
}

// ---- the command ----

std::vector<KeptPath> kept_paths(const SimulateFlags& flags, const Session& session) {
  return {{session.globals.database, "the store in use"},
          {session.simulation_file(), "the simulation being read"},
          {flags.source.census, "the census being read"},
          {flags.source.settings, "the settings file"}};
}

void save_tables(const Scenario& scenario, const SimulateFlags& flags, const Session& session) {
  SimulationTablesOptions options;
  options.replace = flags.force;
  options.keep = kept_paths(flags, session);
  const bool file = flags.save_to.ends_with(".duckdb") || flags.save_to.ends_with(".db");
  options.format = file ? SimulationFormat::duckdb : SimulationFormat::parquet_folder;
  write_scenario(scenario, flags.save_to, options);
  session.say(fmt::format("wrote {} years of {} as tables to '{}'", scenario.result.years.size(),
                          scenario.input.people.size(), flags.save_to));
}

/// What was simulated, so that it can be done again.
Json provenance_of(const Scenario& scenario, const SimulateFlags& flags, const SimulationService& service) {
  Json dbt = Json::array();
  for (const DbtSwitch& each : dbt_switches) {
    if (scenario.input.dbt.*each.field) dbt.push_back(each.name);
  }
  Json remarks = Json::array(), notes = Json::array(), warnings = Json::array(), levers = Json::array();
  for (const PlanRemark& remark : scenario.remarks) remarks.push_back(to_json(remark));
  for (const std::string& warning : scenario.warnings) warnings.push_back(warning);
  for (const std::string& note : scenario.notes) notes.push_back(note);
  for (const std::string& text : flags.set) levers.push_back(text);
  return Json(Json::Object{{"program", "planwise " + std::string(version())},
                           {"seed", seed_json(flags.seed)},
                           {"levers", std::move(levers)},
                           {"locks", flags.ignore_locks ? "ignored" : "honoured"},
                           {"dbt_behaviour", std::move(dbt)},
                           {"remarks", std::move(remarks)},
                           {"warnings", std::move(warnings)},
                           {"notes", std::move(notes)},
                           {"data", to_json(service.fingerprint(service.has_database()))}});
}

void run_simulate(const SimulateFlags& flags, Session& session) {
  SimulationService service = open_simulation(session, flags.source);
  const ScenarioRequest request = request_from(flags, session);
  if (flags.seeds_option->count() > 0) {
    run_seeds(flags, service, request, session);
    return;
  }
  if (flags.budget_option->count() > 0)
    throw Error(ErrorCode::invalid_argument, "--budget goes with --seeds: the chance is taken over seeds");
  const Scenario scenario = service.simulate(request);
  say_remarks(scenario.remarks, service.schema(), session);
  say_notes(scenario.warnings, scenario.notes, flags, session);
  if (!flags.save_to.empty()) save_tables(scenario, flags, session);
  if (!flags.attach.empty()) {
    attach_to_run(session.manager().load(session.run_id(flags.attach)),
                  Json(Json::Object{{"simulation_results", to_json(scenario)},
                                    {"simulation_provenance", provenance_of(scenario, flags, service)}}),
                  "simulated with planwise", session);
  }
  if (flags.compare_to.empty()) {
    print_years(to_json(scenario), session.globals);
    return;
  }
  ScenarioRequest plain = request;
  plain.levers.clear();
  if (flags.compare_to != "baseline") {
    const Run run = session.manager().load(session.run_id(flags.compare_to));
    plain.levers.push_back({run.results.optimal_parameters, {}, true});
  }
  plain.detail = SimulationDetail::summary;
  print_changes(service.simulate(plain), scenario, session.globals);
}

CLI::Validator amount() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        double value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure == std::errc{} && end == text.data() + text.size()) return "";
        return fmt::format("'{}' is no amount; write it in digits, such as 800000000", text);
      },
      "");
}

void add_lever_options(CLI::App& simulate, SimulateFlags& flags) {
  simulate
      .add_option("--set", flags.set,
                  "A lever for all years, NAME@YEAR=VALUE or NAME@YEAR-YEAR=VALUE for some; may be repeated, the later "
                  "one wins. Years not named keep the database's value")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  simulate.add_option("--run", flags.run, "The levers of a stored run; --set goes over them")
      ->type_name("RUN")
      ->check(not_empty());
  simulate.add_flag("--ignore-locks", flags.ignore_locks, "Change levers that the database has locked too");
  simulate
      .add_option("--compare-to", flags.compare_to,
                  "With changes against `baseline`, the database's own levers, or against a stored run's")
      ->type_name("RUN")
      ->check(not_empty());
}

}  // namespace

void add_simulate_command(CLI::App& app, Session& session) {
  CLI::App* simulate = app.add_subcommand("simulate",
                                          "Simulate years from a simulation's baseline or a census, with "
                                          "levers changed, compared, or over many seeds")
                           ->group(heading::workforce);
  auto flags = make_options<SimulateFlags>();
  simulate->add_option("--years", flags->years, "Years, e.g. 2025-2029; default the settings'")
      ->type_name("YEARS")
      ->check(year_range());
  simulate->add_option("--seed", flags->seed, "Seed of the draws; default 42")
      ->type_name("N")
      ->transform(seed_number());
  add_lever_options(*simulate, *flags);
  flags->seeds_option =
      simulate
          ->add_option("--seeds", flags->seeds, "Simulate this many seeds, --seed the first, and show P10, P50 and P90")
          ->type_name("N")
          ->transform(whole_number(1));
  flags->budget_option =
      simulate->add_option("--budget", flags->budget, "With --seeds: the chance that the pay of the active exceeds it")
          ->type_name("AMOUNT")
          ->check(amount());
  simulate->add_flag("--dbt-compatible", flags->dbt_compatible, "With all of the dbt project's own ways");
  simulate->add_option("--dbt", flags->dbt, "With some of them, comma-separated; docs/simulation.md lists them")
      ->type_name("NAMES")
      ->check(not_empty());
  simulate
      ->add_option("--save-to", flags->save_to,
                   "Write all rows as dbt's tables: a DuckDB file (.duckdb or .db), else a folder of Parquet")
      ->type_name("PATH")
      ->check(not_empty());
  simulate
      ->add_option("--attach", flags->attach, "Put the years and how they came about into this run's simulation data")
      ->type_name("RUN")
      ->check(not_empty());
  simulate->add_flag("--force", flags->force, "Replace what is at --save-to");
  simulate->add_option("--threads", flags->threads, "Threads; default one a core. Never changes a result")
      ->type_name("N")
      ->transform(whole_number(1));
  simulate->add_flag("--notes", flags->notes,
                     "Say on stderr where people, settings and levers came from, piece by piece");
  add_source_options(*simulate, flags->source, true);
  examples(*simulate,
           "  planwise simulate --simulation simulation.duckdb --years 2025-2029 --set cola_rate=0.03 --compare-to "
           "baseline\n"
           "  planwise simulate --set cola_rate@2027-2029=0.02 --set merit_rate_level_1=0.04 --output json\n"
           "  planwise simulate --run 6f0c21 --attach 6f0c21\n"
           "  planwise simulate --seeds 200 --budget 800000000\n"
           "  planwise simulate --census census.csv --settings plan.toml --save-to scenario.duckdb");
  simulate->callback([flags, &session] { run_simulate(*flags, session); });
}

}  // namespace planwise::cli
