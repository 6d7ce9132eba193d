// Studies as stored runs: checked and resolved first, then begun in the store, worked on with a heartbeat, and ended
// there as completed, failed or cancelled.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/ids.h"
#include "manager/decision_parts.h"
#include "manager/run_reporter.h"
#include "manager/study_objective.h"
#include "planwise/error.h"
#include "planwise/sensitivity.h"

namespace planwise {

namespace manager {

namespace {

std::string_view type_of(StudyKind kind) noexcept {
  switch (kind) {
    case StudyKind::optimize:
    case StudyKind::pareto:
      return "policy_optimization";
    case StudyKind::tune:
      return "compensation_tuning";
    case StudyKind::sensitivity:
      return "sensitivity_analysis";
    case StudyKind::uncertainty:
      return "uncertainty_analysis";
  }
  return "policy_optimization";
}

std::string engine_of_study(const Study& study) {
  switch (study.kind) {
    case StudyKind::optimize:
      return std::string(engine_of(study.solver.algorithm));
    case StudyKind::pareto:
      return std::string(engine_of(Algorithm::nsga2));
    case StudyKind::tune:
      return "tuning_loop";
    case StudyKind::sensitivity:
      return study.sensitivity.method == "stored" ? "importance_from_runs" : study.sensitivity.method;
    case StudyKind::uncertainty:
      return "seed_ensemble";
  }
  return "manual";
}

Objective objective(std::string name, double weight, std::string description,
                    std::optional<double> target = std::nullopt) {
  Objective made;
  made.name = std::move(name);
  made.weight = weight;
  made.target_value = target;
  made.description = std::move(description);
  return made;
}

std::vector<Objective> objectives_of(const PreparedStudy& prepared) {
  const Study& study = prepared.study;
  std::vector<Objective> objectives;
  const bool by_terms = study.evaluator.kind != EvaluatorChoice::Kind::function;
  if (study.kind == StudyKind::optimize && by_terms) {
    const ObjectiveChoice& choice = study.objective;
    const std::string form = choice.form == ObjectiveForm::normalised ? " (weight on the normalised term)" : "";
    objectives.push_back(objective("cost", choice.cost, "Pay of the active, in millions" + form));
    objectives.push_back(objective("equity", choice.equity, "Spread of pay within levels" + form));
    objectives.push_back(objective("targets", choice.targets, "Squared distance from the growth targets" + form,
                                   choice.headcount_growth));
    return objectives;
  }
  const double weight = 1.0 / static_cast<double>(std::max<std::size_t>(1, prepared.problem.objectives.size()));
  for (const std::string& name : prepared.problem.objectives) {
    if (study.kind == StudyKind::tune) {
      objectives.push_back(
          objective(name, 1, "Growth of average pay, steered to the target", study.tune.target_growth));
    } else {
      objectives.push_back(objective(name, study.kind == StudyKind::pareto ? 0 : weight, ""));
    }
  }
  return objectives;
}

std::vector<Constraint> constraints_of(const Study& study) {
  std::vector<Constraint> constraints;
  const auto bound = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
  for (const StudyConstraint& each : study.constraints) {
    Constraint made;
    made.name = each.name;
    const bool equal = each.minimum && each.maximum && *each.minimum == *each.maximum;
    made.constraint_type = equal ? "equality" : "inequality";
    made.bounds = Json(Json::Array{bound(each.minimum), bound(each.maximum)});
    if (!each.order.empty()) {
      made.description = fmt::format("{} by level {}, at least {} apart", each.lever, each.order, each.gap);
    } else if (each.figure.empty()) {
      made.description = "a sum of levers";
    } else {
      made.description = each.relative ? fmt::format("{}, change from the baseline", each.figure) : each.figure;
    }
    constraints.push_back(std::move(made));
  }
  return constraints;
}

std::size_t free_variables(const Problem& problem) {
  std::size_t count = 0;
  for (const Variable& variable : problem.variables) count += variable.lower < variable.upper ? 1 : 0;
  return count;
}

/// Infeasible from the start: no search, and the reasons as they were found.
bool refused_as_infeasible(const PreparedStudy& prepared, Run& run) {
  if (prepared.feasibility.possible) return false;
  Json reasons = Json::array();
  for (const std::string& reason : prepared.feasibility.reasons) reasons.push_back(reason);
  run.metadata.status = "failed";
  run.metadata.converged = false;
  run.metadata.function_evaluations = 0;
  run.metadata.convergence_message =
      fmt::format("the conditions cannot hold together: {}", fmt::join(prepared.feasibility.reasons, "; "));
  run.results.projected_outcomes.set("stop_reason", "infeasible");
  run.results.projected_outcomes.set("feasible", false);
  run.results.projected_outcomes.set("constraints", Json::array());  // no point was looked at
  run.results.projected_outcomes.set("infeasible_because", std::move(reasons));
  return true;
}

}  // namespace

std::int64_t evaluation_limit(const PreparedStudy& prepared) {
  const Study& study = prepared.study;
  const auto around = static_cast<std::int64_t>(2 * free_variables(prepared.problem) + 1);
  switch (study.kind) {
    case StudyKind::optimize:
    case StudyKind::pareto:
      return study.solver.max_evaluations;
    case StudyKind::tune:
      return 2 * study.tune.max_iterations;
    case StudyKind::sensitivity:
      if (study.sensitivity.method == "stored") return 0;
      return study.sensitivity.method == "local" ? around : study.sensitivity.max_evaluations;
    case StudyKind::uncertainty:
      return 2 * study.uncertainty.seeds + around;
  }
  return 0;
}

Run begun_run(const PreparedStudy& prepared) {
  const Study& study = prepared.study;
  Run run;
  Metadata& metadata = run.metadata;
  metadata.scenario_id = study.scenario_id;
  metadata.optimization_type = type_of(study.kind);
  metadata.optimization_engine = engine_of_study(study);
  metadata.status = "running";
  metadata.created_at = now();
  if (study.solver.seed <= static_cast<std::uint64_t>(INT64_MAX))
    metadata.random_seed = static_cast<std::int64_t>(study.solver.seed);
  metadata.max_evaluations = evaluation_limit(prepared);
  if (study.solver.timeout_minutes > 0)
    metadata.timeout_minutes = static_cast<std::int64_t>(std::ceil(study.solver.timeout_minutes));
  metadata.use_synthetic_mode = study.evaluator.kind == EvaluatorChoice::Kind::synthetic;
  metadata.description = study.description;
  metadata.tags = study.tags;
  metadata.business_justification = study.business_justification;
  Configuration& configuration = run.configuration;
  configuration.objectives = objectives_of(prepared);
  configuration.constraints = constraints_of(study);
  configuration.initial_parameters = prepared.start_levers;
  for (const Variable& variable : prepared.problem.variables) {
    if (!configuration.initial_parameters.is_object() ||
        configuration.initial_parameters.find(variable.name) == nullptr)
      configuration.initial_parameters.set(variable.name, variable.start);
    configuration.parameter_bounds.set(variable.name, Json(Json::Array{variable.lower, variable.upper}));
  }
  configuration.algorithm_config = planwise::to_json(study);
  keep_notes(prepared, run);
  return run;
}

/// A method's least design; what is left over beyond it is used where the method can.
void refuse_too_few(const PreparedStudy& prepared) {
  const SensitivityChoice& choice = prepared.study.sensitivity;
  const auto levers = static_cast<std::int64_t>(free_variables(prepared.problem));
  const std::int64_t least = choice.method == "local"    ? 2 * levers + 1
                             : choice.method == "morris" ? 2 * (levers + 1)
                             : choice.method == "sobol"  ? least_sobol_evaluations(levers)
                                                         : 0;
  if (choice.max_evaluations >= least) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("sensitivity.max_evaluations is {}; {} over {} levers takes {} or more",
                          choice.max_evaluations, choice.method, levers, least));
}

void refuse_unfit(const PreparedStudy& prepared) {
  const Study& study = prepared.study;
  if (study.kind == StudyKind::uncertainty && !prepared.scenario_at) {
    throw Error(ErrorCode::invalid_argument,
                "an uncertainty study simulates many seeds; evaluator.kind = \"simulator\" is allowed");
  }
  if (study.kind == StudyKind::sensitivity && prepared.feasibility.possible) refuse_too_few(prepared);
  if (study.kind != StudyKind::optimize || study.evaluator.kind != EvaluatorChoice::Kind::function) return;
  if (prepared.problem.objectives.size() == 1 || study.solver.algorithm == Algorithm::nsga2) return;
  throw Error(ErrorCode::unsupported,
              fmt::format("'{}' has {} objectives, and {} is for one; NSGA-II is allowed", study.evaluator.function,
                          prepared.problem.objectives.size(), to_text(study.solver.algorithm)));
}

void find_out(PreparedStudy& prepared, const StudyCall& call, Run& run) {
  try {
    keep_notes(prepared, run);
    if (!call.recorded.empty() && call.recorded.front().error.empty())
      prepared.state->take_baseline(call.recorded.front().outcome);
    if (refused_as_infeasible(prepared, run)) return;
    switch (prepared.study.kind) {
      case StudyKind::optimize:
      case StudyKind::pareto:
        return carry_out_optimization(prepared, call, run);
      case StudyKind::tune:
        return carry_out_tuning(prepared, call, run);
      case StudyKind::sensitivity:
        return carry_out_sensitivity(prepared, call, run);
      case StudyKind::uncertainty:
        return carry_out_uncertainty(prepared, call, run);
    }
  } catch (const std::exception& error) {
    run.metadata.status = "failed";
    run.metadata.converged = false;
    run.metadata.convergence_message = error.what();
    run.results.projected_outcomes.set("stop_reason", "failed");
  }
}

/// Scales that evaluation 0 has told belong to the study from then on: gone on with or made again, it has the same.
void keep_scales(PreparedStudy& prepared, Run& run) {
  std::map<std::string, double>& scales = prepared.study.objective.scales;
  const std::map<std::string, double>& found = prepared.state->objective.scales();
  if (prepared.study.evaluator.kind == EvaluatorChoice::Kind::function || found.size() == scales.size()) return;
  scales = found;
  run.configuration.algorithm_config = planwise::to_json(prepared.study);
}

void carry_out(PreparedStudy& prepared, const StudyCall& call, Run& run) {
  find_out(prepared, call, run);
  keep_scales(prepared, run);
}

}  // namespace manager

using manager::PreparedStudy;

DecisionService::Parts::Parts(ResultsManager& results, SimulationService* data)
    : manager(results), simulation(data), schema(data != nullptr ? data->schema() : LeverSchema::in_force()) {}

PreparedStudy DecisionService::Parts::prepared(const Study& study, bool look_for_runs) {
  if (look_for_runs && study.solver.warm_start > 0) {
    try {
      (void)manager.ids_starting_with("", 1);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
      look_for_runs = false;  // a store that this run is the first of
    }
  }
  return manager::prepare(study, simulation, schema, look_for_runs ? &manager : nullptr, evaluators);
}

Json DecisionService::Parts::provenance_of(const PreparedStudy& prepared) const {
  Json provenance = Json::object();
  provenance.set("program", "planwise " + std::string(version()));
  if (manager::has_data(prepared.study)) {
    provenance.set("data", to_json(prepared.data));
    if (simulation != nullptr && simulation->has_database())
      provenance.set("source", simulation->database().path().string());
  }
  provenance.set("seed", to_json(prepared.study).at("solver").at("seed"));
  provenance.set("solver", manager::begun_run(prepared).metadata.optimization_engine);
  return provenance;
}

void DecisionService::Parts::complete(manager::StudyCall& call) {
  call.prepare = [this](const Study& study) { return prepared(study, false); };
  call.stored_runs = &manager;
}

Run DecisionService::Parts::work_on(PreparedStudy& prepared, Run run, const SaveReceipt& receipt,
                                    manager::StudyCall call, const DecisionOptions& options,
                                    std::int64_t reports_before) {
  complete(call);
  call.threads = options.threads;
  manager::RunReporter reporter(manager, receipt, options);
  reporter.continue_from(reports_before, call.seconds_used);
  reporter.begin();
  call.record = [&](const Evaluation& evaluation) { reporter.record(evaluation); };
  call.progress = [&](const OptimizationProgress& progress) { return reporter.go_on(progress); };
  manager::carry_out(prepared, call, run);
  reporter.rethrow_failure();
  run.metadata.runtime_seconds = reporter.seconds();
  run.metadata.completed_at = now();
  SaveOptions save;
  save.owner_token = receipt.owner_token;
  manager.save(run, save);
  return manager.load(receipt.run_id);
}

DecisionService::DecisionService(ResultsManager& manager, SimulationService* simulation)
    : parts_(std::make_unique<Parts>(manager, simulation)) {}
DecisionService::~DecisionService() = default;

void DecisionService::add_evaluator(std::string name, EvaluatorFunction function) {
  parts_->evaluators.insert_or_assign(std::move(name), std::move(function));
}

Study DecisionService::resolved(const Study& study) { return parts_->prepared(study, true).study; }
Feasibility DecisionService::feasibility(const Study& study) { return parts_->prepared(study, true).feasibility; }

Run DecisionService::run(const Study& study, const DecisionOptions& options) {
  PreparedStudy prepared = parts_->prepared(study, true);
  manager::refuse_unfit(prepared);
  manager::choose_runs(prepared, parts_->manager);
  Run run = manager::begun_run(prepared);
  run.metadata.run_id = core::new_uuid();
  SaveOptions save;
  save.provenance = parts_->provenance_of(prepared);
  save.working = true;
  const SaveReceipt receipt = parts_->manager.save(run, save);
  return parts_->work_on(prepared, std::move(run), receipt, {}, options);
}

}  // namespace planwise
