// Options that become a study: those given go over what a plan file says.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "decisions.h"

namespace planwise::cli {

namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    std::string part = text.substr(begin, end - begin);
    part.erase(0, part.find_first_not_of(' '));
    part.erase(part.find_last_not_of(' ') + 1);
    if (!part.empty()) parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

double number_from(const std::string& text, const std::string& what) {
  double value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, failure] = std::from_chars(begin, text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: '{}' is no finite number", what, text));
  return value;
}

/// "cost=0.4,equity=0.3,targets=0.3": weights not named are 0.
void set_weights(const std::string& text, ObjectiveChoice& objective) {
  objective.cost = objective.equity = objective.targets = 0;
  for (const std::string& part : split(text, ',')) {
    const std::size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    double* weight = name == "cost"      ? &objective.cost
                     : name == "equity"  ? &objective.equity
                     : name == "targets" ? &objective.targets
                                         : nullptr;
    if (weight == nullptr || equals == std::string::npos) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("--weights '{}': allowed are cost=W, equity=W and targets=W, comma-separated", part));
    }
    *weight = number_from(part.substr(equals + 1), "--weights " + name);
  }
}

/// A lever's name without a level stands for all of its levels.
std::vector<std::string> lever_list(const std::string& text, const LeverSchema& schema, const std::string& option) {
  std::vector<std::string> names;
  for (const std::string& part : split(text, ',')) {
    bool found = false;
    for (const Lever& lever : schema.levers()) {
      if (lever.name != part || !lever.by_level) continue;
      for (const int level : lever.levels) names.push_back(flat_name(lever, level));
      found = true;
    }
    if (found) continue;
    if (!schema.find(part)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}: there is no lever '{}'; `planwise levers show` lists all", option, part));
    }
    names.push_back(part);
  }
  if (names.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("{} '{}' names no lever", option, text));
  return names;
}

/// Words of a command line: blanks part them, quotes and a backslash keep them together. No shell looks at it.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool open = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      open = true;
    } else if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (c == ' ' || c == '\t') {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (quote != 0)
    throw Error(ErrorCode::invalid_argument, fmt::format("--evaluator-command {}: a quote is not closed", text));
  if (open) words.push_back(std::move(word));
  return words;
}

/// "cola_rate=0.03" over the start; "cola_rate=0.01:0.04" as bounds.
void set_start(const std::string& text, LeverChoice& levers) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(ErrorCode::invalid_argument, fmt::format("--set '{}' is not NAME=NUMBER", text));
  levers.start.set(text.substr(0, equals), number_from(text.substr(equals + 1), "--set " + text.substr(0, equals)));
}

void set_bounds(const std::string& text, LeverChoice& levers, const LeverSchema& schema) {
  const std::size_t equals = text.find('='), colon = text.find(':', equals == std::string::npos ? 0 : equals);
  if (equals == std::string::npos || colon == std::string::npos)
    throw Error(ErrorCode::invalid_argument, fmt::format("--bounds '{}' is not NAME=LOWEST:HIGHEST", text));
  const LeverBounds bounds{number_from(text.substr(equals + 1, colon - equals - 1), "--bounds"),
                           number_from(text.substr(colon + 1), "--bounds")};
  for (const std::string& name : lever_list(text.substr(0, equals), schema, "--bounds")) levers.bounds[name] = bounds;
}

bool given(const CLI::App& command, const char* option) {
  const CLI::Option* found = command.get_option_no_throw(option);
  return found != nullptr && found->count() > 0;
}

void set_evaluator(const CLI::App& command, const StudyFlags& flags, EvaluatorChoice& evaluator) {
  const int named = (flags.synthetic ? 1 : 0) + (given(command, "--function") ? 1 : 0) +
                    (given(command, "--evaluator-command") ? 1 : 0);
  if (named > 1)
    throw Error(ErrorCode::invalid_argument, "--synthetic, --function and --evaluator-command exclude each other");
  if (flags.synthetic) evaluator.kind = EvaluatorChoice::Kind::synthetic;
  if (given(command, "--function")) {
    evaluator.kind = EvaluatorChoice::Kind::function;
    evaluator.function = flags.function;
  }
  if (given(command, "--dimensions")) evaluator.dimensions = flags.dimensions;
  if (given(command, "--evaluator-command")) {
    evaluator.kind = EvaluatorChoice::Kind::command;
    evaluator.command = words_of(flags.evaluator_command);
  }
  if (given(command, "--evaluator-timeout")) evaluator.timeout_seconds = flags.evaluator_timeout;
  if (given(command, "--retries")) evaluator.retries = flags.retries;
}

/// The years decided about. People of a database are those of the end of one year, so that earlier years are simulated
/// too, with the levers they have; a census is read as of the year before the first.
void set_years(const StudyFlags& flags, const Session& session, Study& study) {
  const YearRange years = years_from(flags.years, "--years");
  study.simulation.last_year = years.last;
  study.levers.years.clear();
  for (int year = years.first; year <= years.last; ++year) study.levers.years.push_back(year);
  const std::string extension = std::filesystem::path(session.simulation_file()).extension().string();
  const bool census = !flags.source.census.empty() || extension == ".csv" || extension == ".parquet";
  if (census) study.simulation.first_year = years.first;
}

void set_simulation(const CLI::App& command, const StudyFlags& flags, SimulationChoice& simulation) {
  if (given(command, "--target-year")) simulation.target_year = static_cast<int>(flags.target_year);
  if (given(command, "--simulation-seed")) simulation.seed = flags.simulation_seed;
  if (given(command, "--seeds-each")) simulation.seeds = flags.seeds;
  if (flags.dbt_compatible) simulation.dbt_compatible = true;
}

/// The levers of a stored run, and the years in which it gives them: without those another plan would be meant.
void set_run(const StudyFlags& flags, const LeverSchema& schema, Study& study, Session& session) {
  const Run run = session.manager().load(session.run_id(flags.run));
  const Json& optimal = run.results.optimal_parameters;
  if (!optimal.is_object() || optimal.empty()) {
    throw Error(ErrorCode::wrong_state, fmt::format("--run {}: the run holds no levers to start from (status {})",
                                                    flags.run, run.metadata.status));
  }
  for (const auto& [name, value] : optimal.as_object()) {
    if (schema.find(name)) study.levers.start.set(name, value);
  }
  const Json& made_by = run.configuration.algorithm_config;
  if (!made_by.is_object() || made_by.find("kind") == nullptr || made_by.find("solver") == nullptr) return;
  const Study before = study_from_json(made_by);
  // Years that are named have a target of their own.
  if (before.evaluator.kind != study.evaluator.kind || !study.levers.years.empty()) return;
  study.levers.years = before.levers.years;
  SimulationChoice& here = study.simulation;
  if (here.first_year == 0) here.first_year = before.simulation.first_year;
  if (here.last_year == 0) here.last_year = before.simulation.last_year;
  if (here.target_year == 0) here.target_year = before.simulation.target_year;
}

void set_levers(const CLI::App& command, const StudyFlags& flags, const LeverSchema& schema, LeverChoice& levers) {
  if (given(command, "--levers")) levers.search = lever_list(flags.levers, schema, "--levers");
  if (given(command, "--lock")) levers.locked = lever_list(flags.lock, schema, "--lock");
  for (const std::string& text : flags.set) set_start(text, levers);
  for (const std::string& text : flags.bounds) set_bounds(text, levers, schema);
  if (flags.ignore_locks) levers.ignore_locks = true;
}

void set_objective(const CLI::App& command, const StudyFlags& flags, ObjectiveChoice& objective) {
  if (given(command, "--weights")) set_weights(flags.weights, objective);
  if (flags.normalised) objective.form = ObjectiveForm::normalised;
  if (flags.within_pay_cap) objective.within_pay_cap = true;
  if (given(command, "--pay-cap")) objective.pay_cap = flags.pay_cap;
  if (given(command, "--target-growth")) objective.compensation_growth = flags.target_growth;
  if (given(command, "--headcount-growth")) objective.headcount_growth = flags.headcount_growth;
}

void set_solver(const CLI::App& command, const StudyFlags& flags, SolverChoice& solver) {
  if (given(command, "--algorithm")) solver.algorithm = algorithm_from(flags.algorithm);
  if (given(command, "--max-evaluations")) solver.max_evaluations = flags.max_evaluations;
  if (given(command, "--seed")) solver.seed = flags.seed;
  if (given(command, "--tolerance")) solver.tolerance = flags.tolerance;
  if (given(command, "--starts")) solver.starts = flags.starts;
  if (given(command, "--population")) solver.population = flags.population;
  if (given(command, "--grid-points")) solver.grid_points = flags.grid_points;
  if (given(command, "--timeout")) solver.timeout_minutes = flags.timeout;
  if (given(command, "--warm-start")) solver.warm_start = flags.warm_start;
}

}  // namespace

StudyConstraint constraint_from(const std::string& text, const LeverSchema& schema) {
  StudyConstraint constraint;
  if (const std::vector<std::string> words = split(text, ' ');
      words.size() >= 2 && (words[1] == "ascending" || words[1] == "descending")) {
    constraint.lever = words[0];
    constraint.order = words[1];
    if (words.size() > 2) constraint.gap = number_from(words[2], "--constraint " + text);
    return constraint;
  }
  std::size_t limits = 0, relative_limits = 0;
  const auto limit = [&](std::string value) {
    ++limits;
    if (value.ends_with('%')) {
      value.pop_back();
      constraint.relative = true;
      ++relative_limits;
      return number_from(value, "--constraint " + text) / 100;
    }
    return number_from(value, "--constraint " + text);
  };
  const auto whole = [&](const std::string& word, const char* what) {
    int number = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (failure == std::errc{} && end == word.data() + word.size() && number > 0) return number;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--constraint '{}': {} '{}' is no whole number above 0", text, what, word));
  };
  std::vector<std::string> parts;
  std::vector<bool> at_most;
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if ((text[i] != '<' && text[i] != '>') || text[i + 1] != '=') continue;
    parts.push_back(text.substr(begin, i - begin));
    at_most.push_back(text[i] == '<');
    begin = i + 2;
  }
  parts.push_back(text.substr(begin));
  for (std::string& part : parts) std::erase(part, ' ');
  std::string name;
  if (parts.size() == 2) {
    name = parts[0];
    (at_most[0] ? constraint.maximum : constraint.minimum) = limit(parts[1]);
  } else if (parts.size() == 3 && at_most[0] && at_most[1]) {
    name = parts[1];
    constraint.minimum = limit(parts[0]);
    constraint.maximum = limit(parts[2]);
  } else {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("--constraint '{}': allowed are FIGURE<=VALUE, FIGURE>=VALUE, VALUE<=FIGURE<=VALUE and "
                            "'LEVER ascending|descending [GAP]'; FIGURE may be followed by @YEAR or @each and by "
                            "/LEVEL, VALUE by % for a change from the baseline",
                            text));
  }
  if (relative_limits != 0 && relative_limits != limits) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("--constraint '{}': one limit has % and the other has not; give each its own --constraint", text));
  }
  // "@2027/3" and "/3@2027" say the same.
  for (std::size_t mark = name.find_last_of("/@"); mark != std::string::npos; mark = name.find_last_of("/@")) {
    const std::string value = name.substr(mark + 1);
    if (name[mark] == '/')
      constraint.level = whole(value, "level");
    else
      constraint.year = value == "each" ? -1 : whole(value, "year");
    name.resize(mark);
  }
  if (schema.find(name)) {
    constraint.levers[name] = 1;
  } else {
    constraint.figure = name;
  }
  return constraint;
}

Study study_from(const CLI::App& command, const StudyFlags& flags, StudyKind kind, Session& session) {
  Study study;
  if (!flags.plan.empty()) {
    study = read_plan(flags.plan);
    if (study.kind != kind)
      session.say(fmt::format("'{}' is a plan of kind {}; it is run as {} here", flags.plan,
                              to_json(study).at("kind").as_string(), command.get_name()));
  }
  study.kind = kind;
  const LeverSchema schema = LeverSchema::in_force();
  set_evaluator(command, flags, study.evaluator);
  set_simulation(command, flags, study.simulation);
  if (given(command, "--years")) set_years(flags, session, study);
  if (given(command, "--run")) set_run(flags, schema, study, session);
  set_levers(command, flags, schema, study.levers);
  set_objective(command, flags, study.objective);
  set_solver(command, flags, study.solver);
  if (given(command, "--budget")) {
    if (kind == StudyKind::uncertainty) {
      study.uncertainty.budget = flags.budget;
    } else {
      // In place of the plan's: options go over it.
      const StudyConstraint wanted = budget(flags.budget);
      std::erase_if(study.constraints, [&](const StudyConstraint& each) { return each.name == wanted.name; });
      study.constraints.push_back(wanted);
    }
  }
  for (const std::string& text : flags.constraint) study.constraints.push_back(constraint_from(text, schema));
  if (given(command, "--scenario")) study.scenario_id = flags.scenario;
  if (given(command, "--description")) study.description = flags.description;
  if (given(command, "--justification")) study.business_justification = flags.justification;
  if (!flags.tag.empty()) study.tags = flags.tag;
  return study;
}

// ---- the options
// -----------------------------------------------------------------------------------------------------

namespace {

CLI::Validator finite_number() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        double value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failure == std::errc{} && end == text.data() + text.size() && std::isfinite(value)) return {};
        return fmt::format("'{}' is no finite number", text);
      },
      "");
}

void add_evaluator_options(CLI::App& command, StudyFlags& flags) {
  command.add_flag("--synthetic", flags.synthetic, "Evaluate by the formula for trying algorithms, without data");
  command
      .add_option("--evaluator-command", flags.evaluator_command,
                  "Evaluate with a program: levers as JSON on its stdin, terms as JSON on its stdout. Words as in a "
                  "shell, but no shell runs it")
      ->type_name("COMMAND");
  command.add_option("--evaluator-timeout", flags.evaluator_timeout, "Of one call of that program; default 600")
      ->type_name("SECONDS")
      ->check(seconds(0.001));
  command.add_option("--retries", flags.retries, "Further tries of a call that failed; default 0")
      ->type_name("N")
      ->transform(whole_number(0));
}

void add_lever_choice(CLI::App& command, StudyFlags& flags) {
  command
      .add_option("--levers", flags.levers,
                  "Levers to move, comma-separated; a name without a level means all of its levels. Default all")
      ->type_name("NAMES");
  command.add_option("--lock", flags.lock, "Levers that stay as they are, comma-separated")->type_name("NAMES");
  command.add_option("--run", flags.run, "Start from the levers of a stored run, in its years unless others are named")
      ->type_name("RUN");
  command.add_option("--set", flags.set, "Start with this value of a lever; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command.add_option("--bounds", flags.bounds, "Search a lever between these; may be repeated")
      ->type_name("NAME=LOWEST:HIGHEST")
      ->allow_extra_args(false);
  command.add_flag("--ignore-locks", flags.ignore_locks, "Move levers that the database has locked too");
}

void add_objective_options(CLI::App& command, StudyFlags& flags) {
  command
      .add_option("--weights", flags.weights,
                  "Weights of the terms, together 1; default cost=0.4,equity=0.3,targets=0.3")
      ->type_name("cost=W,equity=W,targets=W");
  command.add_flag("--normalised", flags.normalised,
                   "Weigh each term in parts of the baseline's; as it stands, weights mean cost alone");
  command.add_option("--target-growth", flags.target_growth, "Growth of average pay that is wanted, e.g. 0.03")
      ->type_name("RATE")
      ->check(finite_number());
  command
      .add_option("--headcount-growth", flags.headcount_growth,
                  "Growth of headcount that is wanted; default the settings'")
      ->type_name("RATE")
      ->check(finite_number());
  command.add_option("--pay-cap", flags.pay_cap, "Pay above which people are left out of the terms within the cap")
      ->type_name("AMOUNT")
      ->check(finite_number());
  command.add_flag("--within-pay-cap", flags.within_pay_cap, "Weigh the terms without people above the pay cap");
}

void add_constraint_options(CLI::App& command, StudyFlags& flags) {
  command.add_option("--budget", flags.budget, "Pay of the active at the end of the target year is at most this")
      ->type_name("AMOUNT")
      ->check(finite_number());
  command
      .add_option("--constraint", flags.constraint,
                  "A condition such as 'active_mean@2027>=120000' or 'merit_rate descending'; may be repeated")
      ->type_name("CONDITION")
      ->allow_extra_args(false);
}

void add_run_options(CLI::App& command, StudyFlags& flags) {
  command.add_option("--scenario", flags.scenario, "Scenario that the run is stored under; default `default`")
      ->type_name("ID");
  command.add_option("--description", flags.description, "Of the run")->type_name("TEXT");
  command.add_option("--justification", flags.justification, "Business reason of the run")->type_name("TEXT");
  command.add_option("--tag", flags.tag, "Of the run; may be repeated")->type_name("TAG")->allow_extra_args(false);
}

}  // namespace

void add_data_options(CLI::App& command, SourceFlags& source, std::int64_t& threads) {
  command.add_option("--census", source.census, "Start from the people of this census (CSV or Parquet)")
      ->type_name("FILE");
  command.add_option("--settings", source.settings, "TOML with settings that the database has no table of")
      ->type_name("FILE");
  command
      .add_option("--database-scenario", source.scenario,
                  "Whose levers of the database; default `default`, else the only one")
      ->type_name("ID");
  command.add_flag("--no-cache", source.no_cache, "Neither read nor fill the caches");
  command.add_option("--threads", threads, "Threads; default one a core. Never changes a result")
      ->type_name("N")
      ->transform(whole_number(1));
}

void add_study_options(CLI::App& command, StudyFlags& flags) {
  command.add_option("--plan", flags.plan, "A plan file (TOML) with the whole study; options go over it")
      ->type_name("FILE");
  add_evaluator_options(command, flags);
  add_lever_choice(command, flags);
  add_objective_options(command, flags);
  add_constraint_options(command, flags);
  command
      .add_option("--years", flags.years,
                  "Years decided about, e.g. 2026-2029; earlier ones keep their levers; default all simulated")
      ->type_name("YEARS")
      ->check(year_range());
  command.add_option("--target-year", flags.target_year, "Whose figures count; default the last")
      ->type_name("YEAR")
      ->transform(whole_number(1900));
  command.add_option("--simulation-seed", flags.simulation_seed, "Seed of the simulation's draws; default 42")
      ->type_name("N")
      ->transform(seed_number());
  command.add_option("--seeds-each", flags.seeds, "Each point is the mean over this many seeds; default 1")
      ->type_name("N")
      ->transform(whole_number(1));
  command.add_flag("--dbt-compatible", flags.dbt_compatible, "Simulate with all of the dbt project's own ways");
  command.add_option("--seed", flags.seed, "Of everything the method draws; 0 or none: one is drawn, and stored")
      ->type_name("N")
      ->transform(seed_number());
  command.add_option("--timeout", flags.timeout, "Stop after so many minutes and keep what was found")
      ->type_name("MINUTES")
      ->check(finite_number());
  add_run_options(command, flags);
  add_data_options(command, flags.source, flags.threads);
}

void add_solver_options(CLI::App& command, StudyFlags& flags) {
  command.add_option("--max-evaluations", flags.max_evaluations, "Never more than this many evaluations; default 200")
      ->type_name("N")
      ->transform(whole_number(1));
  command
      .add_option("--tolerance", flags.tolerance, "Relative change below which a solver has converged; default 1e-6")
      ->type_name("X")
      ->check(finite_number());
  command
      .add_option("--starts", flags.starts,
                  "Starts of a local solver or of DE at most; 0, the default: while they show that valleys are left")
      ->type_name("N")
      ->transform(whole_number(0));
  command.add_option("--population", flags.population, "Individuals of DE, CMA-ES and NSGA-II; default by the levers")
      ->type_name("N")
      ->transform(whole_number(0));
  command.add_option("--grid-points", flags.grid_points, "Values a lever of GRID; default 3")
      ->type_name("N")
      ->transform(whole_number(2));
  command
      .add_option("--warm-start", flags.warm_start, "Begin from the nearest this many stored runs too; default none")
      ->type_name("N")
      ->transform(whole_number(0));
}

}  // namespace planwise::cli
