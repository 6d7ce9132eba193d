// A study resolved: what is left open is filled in from data, schema and stored runs; then the problem is put together.
#include "manager/prepared_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <set>

#include "core/near.h"
#include "core/refuse.h"
#include "manager/command_evaluator.h"
#include "manager/study_conditions.h"
#include "manager/study_evaluators.h"
#include "manager/study_feasibility.h"
#include "manager/study_objective.h"
#include "manager/warm_starts.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

using Kind = EvaluatorChoice::Kind;

using core::refuse;

/// Named test functions cost nothing, and solvers are compared on them by what they do with all evaluations.
constexpr std::int64_t starts_of_functions = 1'000'000;

/// Seeds that fit the store's column of 32 bits; 0 means "draw one".
std::uint64_t drawn_seed() {
  std::random_device device;
  return std::uniform_int_distribution<std::uint64_t>(1, 0x7fffffff)(device);
}

/// One call of prepare().
class Preparation {
 public:
  Preparation(const Study& study, SimulationService* simulation, const LeverSchema& schema, ResultsManager* stored_runs,
              const EvaluatorTable& evaluators)
      : simulation_(simulation), schema_(schema), stored_runs_(stored_runs), evaluators_(evaluators) {
    // Reading what was written checks what a caller in C++ has put together.
    out_.study = study_from_json(to_json(study));
    out_.state = std::make_shared<StudyState>();
  }

  PreparedStudy run() {
    check_choices();
    if (study().solver.seed == 0) study().solver.seed = drawn_seed();
    if (study().evaluator.kind == Kind::function) {
      prepare_function();
    } else {
      prepare_levers();
    }
    out_.state->study = study();
    return std::move(out_);
  }

 private:
  Study& study() { return out_.study; }
  StudyState& state() { return *out_.state; }
  void note(std::string text) { out_.notes.push_back(std::move(text)); }
  void warn(std::string text) { out_.warnings.push_back(std::move(text)); }

  void check_choices() {
    Study& of = study();
    (void)simulation::combined({}, {of.objective.cost, of.objective.equity, of.objective.targets});
    for (const auto& [name, scale] : of.objective.scales) {
      if (name != "cost" && name != "equity" && name != "targets")
        refuse(fmt::format("objective.scales.{}: there is no term '{}'; cost, equity and targets are allowed", name,
                           name));
    }
    const bool known_cap = of.evaluator.kind == Kind::simulator;
    if (of.objective.within_pay_cap && !known_cap)
      refuse("objective.within_pay_cap is true; it is allowed with the simulator alone, which knows people's pay");
    constexpr std::array<std::string_view, 4> methods{"local", "morris", "sobol", "stored"};
    if (of.kind == StudyKind::sensitivity && std::ranges::find(methods, of.sensitivity.method) == methods.end()) {
      refuse(fmt::format("sensitivity.method is '{}'; allowed are {}{}", of.sensitivity.method,
                         fmt::join(methods, ", "), core::did_you_mean(of.sensitivity.method, methods)));
    }
    if (of.evaluator.kind == Kind::command && of.evaluator.command.empty())
      refuse("evaluator.command is empty; the program and its arguments are needed");
    if (of.evaluator.kind == Kind::function && of.evaluator.function.empty())
      refuse(fmt::format("evaluator.function is empty; allowed are {}", fmt::join(test_function_names(), ", ")));
    if (of.evaluator.kind == Kind::callable && !evaluators_.contains(of.evaluator.callable)) {
      std::vector<std::string_view> names;
      for (const auto& [name, function] : evaluators_) names.push_back(name);
      refuse(fmt::format("evaluator.callable is '{}'; {}{}", of.evaluator.callable,
                         names.empty() ? "no evaluator is registered (DecisionService::add_evaluator)"
                                       : fmt::format("registered are {}", fmt::join(names, ", ")),
                         core::did_you_mean(of.evaluator.callable, names)));
    }
  }

  void prepare_function() {
    if (study().solver.starts == 0) study().solver.starts = starts_of_functions;
    Study& of = study();
    TestFunction function = test_function(of.evaluator.function, of.evaluator.dimensions);
    of.evaluator.dimensions = static_cast<std::int64_t>(function.problem.variables.size());
    FigureList figures;
    Conditions(of.constraints, {Kind::function}, nullptr, figures);
    out_.problem = std::move(function.problem);
    out_.problem.evaluate = [inner = std::move(out_.problem.evaluate)](const std::vector<double>& point,
                                                                       const EvaluationControl& control) {
      PointOutcome outcome = inner(point, control);
      if (outcome.details.is_null()) outcome.details = Json::object();
      outcome.details.set("objective", outcome.objectives.at(0));
      return outcome;
    };
  }

  void prepare_levers() {
    read_base();
    state().levers.emplace(schema_, base_, study().levers, out_.notes);
    const StudyLevers& levers = *state().levers;
    out_.start_levers = levers.start();
    const SimulationChoice& years = study().simulation;
    state().conditions =
        Conditions(study().constraints, {study().evaluator.kind, years.first_year, years.last_year, years.target_year},
                   &levers, state().figures);
    state().objective = StudyObjective(study(), state().figures);
    make_measure();
    out_.problem.variables = levers.variables();
    out_.problem.objectives = state().objective.names();
    out_.problem.constraints = state().conditions.point_constraints();
    if (!acts_on_draws()) {
      for (Variable& variable : out_.problem.variables) variable.stepped = false;
    }
    state().start = levers.start_point();
    measure_baseline();
    out_.problem.evaluate = [state = out_.state](const std::vector<double>& point, const EvaluationControl& control) {
      return state->evaluate(point, control);
    };
    note_levers_without_effect();
    const bool cheap = study().evaluator.kind == Kind::simulator || study().evaluator.kind == Kind::synthetic;
    out_.feasibility =
        feasibility_of(study(), state().conditions, levers, state().figures,
                       state().baseline ? &*state().baseline : nullptr, cheap ? &state().measure : nullptr, out_.hints);
    find_warm_starts(study(), levers, stored_runs_, out_.notes);
  }

  [[nodiscard]] bool acts_on_draws() {
    return study().evaluator.kind == Kind::simulator || study().evaluator.kind == Kind::command;
  }

  void read_base() {
    const Kind kind = study().evaluator.kind;
    if (kind == Kind::simulator && simulation_ == nullptr) {
      throw Error(
          ErrorCode::wrong_state,
          "the study simulates, and no data are named; name a simulation database, a folder of Parquet or a "
          "census (--simulation FILE), or choose evaluator.kind = \"synthetic\" to try algorithms without data");
    }
    const bool from_data = simulation_ != nullptr && kind != Kind::synthetic;
    if (from_data) {
      read_data();
    } else {
      read_defaults(kind);
    }
  }

  void read_data() {
    Study& of = study();
    ScenarioRequest request;
    request.first_year = of.simulation.first_year;
    request.last_year = of.simulation.last_year;
    request.seed = of.simulation.seed;
    if (of.simulation.dbt_compatible) request.dbt = DbtBehaviour::all();
    scenario_ = simulation_->simulate(request);
    const SimulationSettings& settings = scenario_.input.settings;
    resolve_years(settings.start_year, settings.end_year);
    if (!of.objective.headcount_growth) of.objective.headcount_growth = settings.target_growth_rate;
    if (of.objective.pay_cap == 0) of.objective.pay_cap = settings.outlier_pay;
    scenario_.input.settings.outlier_pay = of.objective.pay_cap;
    base_.levers = scenario_.input.levers.at(of.simulation.target_year);
    base_.locks = scenario_.locks;
    base_.source = fmt::format("the data's levers of {}", of.simulation.target_year);
    out_.notes.insert(out_.notes.end(), scenario_.notes.begin(), scenario_.notes.end());
    out_.warnings.insert(out_.warnings.end(), scenario_.warnings.begin(), scenario_.warnings.end());
    out_.data = simulation_->fingerprint(true);
    note_levers_by_year();
  }

  void read_defaults(Kind kind) {
    base_.levers = to_year_levers(schema_, schema_.defaults());
    base_.source = "the schema's defaults";
    if (kind == Kind::synthetic) return;
    const SimulationSettings defaults;
    const SimulationChoice& asked = study().simulation;
    resolve_years(asked.first_year != 0 ? asked.first_year : defaults.start_year,
                  asked.last_year != 0 ? asked.last_year : std::max(defaults.end_year, asked.first_year));
  }

  void resolve_years(int first, int last) {
    SimulationChoice& years = study().simulation;
    years.first_year = first;
    years.last_year = last;
    if (first > last) refuse(fmt::format("simulation.last_year is {}; {} or later is allowed", last, first));
    if (years.target_year == 0) years.target_year = last;
    if (years.target_year < first || years.target_year > last)
      refuse(fmt::format("simulation.target_year is {}; {} to {} are simulated", years.target_year, first, last));
    std::vector<int>& changed = study().levers.years;
    if (changed.empty()) {
      for (int year = first; year <= last; ++year) changed.push_back(year);
    }
    for (const int year : changed) {
      if (year < first || year > last)
        refuse(fmt::format("levers.years names {}; {} to {} are simulated", year, first, last));
    }
    const bool looks_at_target = study().kind != StudyKind::uncertainty;
    if (looks_at_target && std::ranges::min(changed) > years.target_year) {
      refuse(
          fmt::format("levers.years begin in {}, after simulation.target_year {}: no lever could move a figure of "
                      "that year; a target year of {} or later is allowed",
                      std::ranges::min(changed), years.target_year, std::ranges::min(changed)));
    }
    base_.years = changed;
  }

  void note_levers_by_year() {
    std::vector<int> others;
    const Json target = flat_levers(base_.levers);
    for (const int year : base_.years) {
      if (!(flat_levers(scenario_.input.levers.at(year)) == target)) others.push_back(year);
    }
    if (!others.empty()) {
      note(fmt::format(
          "the data's levers of {} differ from those of {}, where every point starts: it sets one value for "
          "all its years",
          fmt::join(others, ", "), study().simulation.target_year));
    }
  }

  void make_measure() {
    const Study& of = study();
    const StudyLevers& levers = *state().levers;
    const std::vector<FigureRef>& figures = state().figures.all();
    switch (of.evaluator.kind) {
      case Kind::simulator: {
        SimulationInput input = std::move(scenario_.input);
        levers.put_start(input.levers);
        SimulatorEvaluator::Asked asked{of.simulation.target_year,
                                        of.simulation.seeds,
                                        figures,
                                        {*of.objective.headcount_growth, of.objective.compensation_growth}};
        auto evaluator = std::make_shared<SimulatorEvaluator>(std::move(input), levers, std::move(asked));
        state().measure = [evaluator](const std::vector<double>& point, const EvaluationControl& control) {
          return evaluator->measure(point, control);
        };
        out_.scenario_at = [evaluator](const std::vector<double>& point, std::int64_t replication) {
          return evaluator->scenario_at(point, replication);
        };
        return;
      }
      case Kind::synthetic:
        state().measure = synthetic_measure(schema_, levers, figures);
        return;
      case Kind::command:
        state().measure =
            function_measure(command_evaluator(of.evaluator), fmt::format("'{}'", of.evaluator.command[0]), levers,
                             of.simulation, figures);
        return;
      default:
        state().measure =
            function_measure(evaluators_.at(of.evaluator.callable),
                             fmt::format("evaluator '{}'", of.evaluator.callable), levers, of.simulation, figures);
    }
  }

  /// Programs and callables are asked by the first evaluation.
  void measure_baseline() {
    const Kind kind = study().evaluator.kind;
    state().needs_baseline = !state().objective.has_scales() || state().conditions.need_baseline();
    if (kind != Kind::simulator && kind != Kind::synthetic) {
      if (!state().needs_baseline) return;
      note("the baseline, evaluation 0, tells the scales of the terms and what relative conditions are relative to");
      return;
    }
    state().set_baseline(state().measure(state().start, EvaluationControl()));
    study().objective.scales = state().objective.scales();
    warn_of_traps(study(), state().objective, *state().baseline, out_.warnings);
    if (kind == Kind::simulator) note_outliers();
  }

  void note_outliers() {
    const Scenario scenario = out_.scenario_at(state().start, 0);
    const YearFigures& year = year_of(scenario.result, study().simulation.target_year);
    std::int64_t within = 0;
    for (const std::int64_t people : year.within_cap_by_level) within += people;
    const double all = simulation::equity_of(year), capped = simulation::equity_within_cap_of(year);
    if (within == year.active_headcount || all <= 0) return;
    constexpr std::int64_t fewest_people = 5;  // figures of fewer are a person's
    const std::int64_t above = year.active_headcount - within;
    if (above < fewest_people) {
      note(fmt::format("fewer than {} of {} people are paid above the cap of {:.0f} in {}{}", fewest_people,
                       year.active_headcount, study().objective.pay_cap, year.year,
                       study().objective.within_pay_cap ? "" : "; objective.within_pay_cap = true leaves them out"));
      return;
    }
    note(fmt::format(
        "{} of {} people are paid above the cap of {:.0f} in {}: they make {:.0f} % of the equity term ({:.4f}; "
        "{:.4f} without them) and {:.0f} % of the cost{}",
        above, year.active_headcount, study().objective.pay_cap, year.year, 100 * (1 - capped / all), all, capped,
        100 * (1 - simulation::cost_within_cap_of(year) / simulation::cost_of(year)),
        study().objective.within_pay_cap ? "" : "; objective.within_pay_cap = true leaves them out"));
  }

  void note_levers_without_effect() {
    std::vector<std::string> without;
    const Kind kind = study().evaluator.kind;
    if (kind != Kind::simulator && kind != Kind::synthetic) return;
    std::set<std::size_t> live;
    for (const StudyLevers::Put& put : state().levers->puts()) live.insert(put.variable);
    for (std::size_t i = 0; i < out_.problem.variables.size(); ++i) {
      const std::string& name = out_.problem.variables[i].name;
      const bool raise = name.starts_with("promotion_raise"), probability = name.starts_with("promotion_probability");
      const bool promotion = raise || probability;
      const bool highest = promotion && name.ends_with(fmt::format("_level_{}", level_count));
      bool dead =
          kind == Kind::simulator && (!live.contains(i) || highest || (promotion && study().simulation.dbt_compatible));
      if (kind == Kind::synthetic) dead = raise;
      if (dead) without.push_back(name);
    }
    if (!without.empty()) note(fmt::format("without effect here: {}", fmt::join(without, ", ")));
  }

  SimulationService* simulation_;
  const LeverSchema& schema_;
  ResultsManager* stored_runs_;
  const EvaluatorTable& evaluators_;
  PreparedStudy out_;
  Scenario scenario_;  ///< Of the data as they are.
  LeverBase base_;
};

}  // namespace

PreparedStudy prepare(const Study& study, SimulationService* simulation, const LeverSchema& schema,
                      ResultsManager* stored_runs, const EvaluatorTable& evaluators) {
  return Preparation(study, simulation, schema, stored_runs, evaluators).run();
}

Json PreparedStudy::levers_at(const std::vector<double>& point) const {
  return state->levers ? state->levers->at(point) : Json::object();
}

Json PreparedStudy::constraint_rows(const PointOutcome& outcome) const {
  Json rows = Json::array();
  const Json* conditions = outcome.details.find("conditions");
  for (const StudyConstraint& constraint : study.constraints)
    rows.push_back(constraint_row(constraint, conditions == nullptr ? nullptr : conditions->find(constraint.name)));
  return rows;
}

}  // namespace planwise::manager
