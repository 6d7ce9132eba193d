// Which levers a figure depends on, over the whole box or around the start.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "manager/decision_parts.h"
#include "manager/watched_work.h"
#include "planwise/error.h"
#include "planwise/sensitivity.h"

namespace planwise::manager {

namespace {

constexpr std::int64_t most_stored_runs = 10'000;

/// The figure at points whose free levers are `rows` and whose others are the start's.
std::vector<std::vector<double>> figures_at(const std::vector<std::vector<double>>& rows,
                                            const std::vector<std::size_t>& places, const std::vector<double>& start,
                                            BatchEvaluator& evaluate) {
  std::vector<std::vector<double>> points;
  for (const std::vector<double>& row : rows) {
    std::vector<double>& whole = points.emplace_back(start);
    for (std::size_t i = 0; i < row.size(); ++i) whole[places[i]] = row[i];
  }
  std::vector<std::vector<double>> outputs;
  for (const PointOutcome& outcome : evaluate(points)) outputs.push_back({outcome.objectives.front()});
  return outputs;
}

/// The figure looked at as a function of the free levers, through the evaluator that counts and records.
SensitivityModel model_of(const PreparedStudy& prepared, BatchEvaluator& evaluate) {
  SensitivityModel model;
  const std::vector<std::size_t> places = free_places(prepared.problem);
  if (places.empty())
    throw Error(ErrorCode::invalid_argument, "no lever can move: all that are searched are locked or fixed");
  for (const std::size_t place : places) {
    const Variable& variable = prepared.problem.variables[place];
    model.factors.push_back({variable.name, variable.lower, variable.upper, variable.stepped});
  }
  model.outputs = {prepared.study.sensitivity.figure};
  model.evaluate = [places, start = start_of(prepared.problem),
                    &evaluate](const std::vector<std::vector<double>>& rows) {
    return figures_at(rows, places, start, evaluate);
  };
  return model;
}

/// Slopes of other seeds beside those of the study's own, for intervals: not recorded, and no evaluations of the run.
void add_replications(const PreparedStudy& prepared, const StudyCall& call, SensitivityModel& model) {
  const std::vector<std::size_t> places = free_places(prepared.problem);
  for (PreparedStudy& other : other_seeds(prepared, call)) {
    model.replications.emplace_back(
        [places, other = std::move(other), &call](const std::vector<std::vector<double>>& rows) {
          StudyCall quiet;
          quiet.threads = call.threads;
          quiet.progress = call.progress;
          BatchEvaluator evaluate(other.problem, quiet, static_cast<std::int64_t>(rows.size()));
          return figures_at(rows, places, start_of(other.problem), evaluate);
        });
  }
}

/// What a method found: its own result, and one number a lever for those who want a list.
struct Found {
  Json result;
  Json by_lever = Json::object();
  std::string message;
  bool converged = true;
};

Found local(const PreparedStudy& prepared, const SensitivityModel& model) {
  std::vector<double> point;
  for (const std::size_t place : free_places(prepared.problem))
    point.push_back(prepared.problem.variables[place].start);
  const LocalResult result = local_sensitivity(model, point);
  Found found{planwise::to_json(result), Json::object(), "slopes around the start", true};
  for (const LocalEffect& effect : result.outputs.front().effects)
    found.by_lever.set(effect.factor, effect.no_effect ? 0.0 : effect.per_range.value);
  return found;
}

Found morris(const PreparedStudy& prepared, const SensitivityModel& model) {
  MorrisSettings settings;
  settings.seed = prepared.study.solver.seed;
  const auto row = static_cast<std::int64_t>(model.factors.size()) + 1;
  settings.trajectories = prepared.study.sensitivity.max_evaluations / row;
  if (settings.trajectories < 2) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} evaluations are too few for Morris over {} levers; {} or more are allowed",
                            prepared.study.sensitivity.max_evaluations, model.factors.size(), 2 * row));
  }
  settings.trajectories = std::min<std::int64_t>(settings.trajectories, 1000);
  const MorrisResult result = morris_screening(model, settings);
  Found found{planwise::to_json(result), Json::object(), fmt::format("{} trajectories", result.trajectories), true};
  for (const MorrisEffect& effect : result.outputs.front().effects)
    found.by_lever.set(effect.factor, effect.no_effect ? 0.0 : effect.mu_star.value);
  return found;
}

Found sobol(const PreparedStudy& prepared, const SensitivityModel& model) {
  SobolSettings settings;
  settings.seed = prepared.study.solver.seed;
  settings.max_evaluations = prepared.study.sensitivity.max_evaluations;
  settings.width = prepared.study.sensitivity.width;
  const SobolResult result = sobol_indices(model, settings);
  const bool narrow = result.stop == SobolStop::width_reached;
  Found found{planwise::to_json(result), Json::object(),
              fmt::format("the widest interval is {:.4f}; {}", result.widest_interval,
                          narrow ? "as narrow as asked for" : "more evaluations would narrow it"),
              narrow};
  for (const SobolEffect& effect : result.outputs.front().effects)
    found.by_lever.set(effect.factor, effect.no_effect ? 0.0 : effect.total_order.value);
  return found;
}

// --- from stored runs
// -------------------------------------------------------------------------------------------------

double stored_figure(const Run& run, const std::string& figure) {
  if (figure == "objective") return run.results.objective_value.value_or(std::nan(""));
  const Json* value = run.results.objective_breakdown.find(figure);
  return value != nullptr && value->is_number() ? value->as_real() : std::nan("");
}

Found stored(const PreparedStudy& prepared, const StudyCall& call) {
  GivenData given;
  given.output = prepared.study.sensitivity.figure;
  for (const Variable& variable : prepared.problem.variables) given.factors.push_back(variable.name);
  Json used = Json::array();
  for (const std::string& id : prepared.study.solver.warm_runs) {
    const Run run = call.stored_runs->load(id);
    std::vector<double> point;
    for (const std::string& name : given.factors) {
      const Json* value = run.results.optimal_parameters.find(name);
      point.push_back(value != nullptr && value->is_number() ? value->as_real() : std::nan(""));
    }
    given.points.push_back(std::move(point));
    given.values.push_back(stored_figure(run, given.output));
    used.push_back(id);
  }
  GivenDataSettings settings;
  settings.seed = prepared.study.solver.seed;
  Found found;
  if (given.points.empty()) {
    found.result = Json(Json::Object{{"refusal", "there are no stored runs of these levers"}});
    found.message = "there are no stored runs of these levers";
    found.converged = false;
    return found;
  }
  const GivenDataResult result = importance_from_rows(given, settings);
  found.result = planwise::to_json(result);
  found.result.set("runs", std::move(used));
  found.converged = result.refusal.empty();
  found.message = result.refusal.empty() ? fmt::format("importance from {} stored runs", result.rows) : result.refusal;
  for (const GivenDataEffect& effect : result.effects)
    found.by_lever.set(effect.factor, effect.first_order ? Json(effect.first_order->value) : Json());
  return found;
}

/// Which runs count, oldest first, so that the run says it and can be made again.
void choose_stored_runs(PreparedStudy& prepared, ResultsManager& manager) {
  std::vector<std::string>& ids = prepared.study.solver.warm_runs;
  if (!ids.empty()) return;
  ListRequest request;
  request.query = "status:completed";
  request.limit = most_stored_runs;
  const bool synthetic = prepared.study.evaluator.kind == EvaluatorChoice::Kind::synthetic;
  std::vector<RunSummary> runs;
  try {
    runs = manager.list(request).runs;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;  // a store that this run is the first of
  }
  for (const RunSummary& summary : runs) {
    if (summary.objective_value && summary.use_synthetic_mode.value_or(false) == synthetic)
      ids.push_back(summary.run_id);
  }
  std::ranges::reverse(ids);
}

Found found_by(const PreparedStudy& prepared, const StudyCall& call, BatchEvaluator& evaluate) {
  const std::string& method = prepared.study.sensitivity.method;
  if (method == "stored") return stored(prepared, call);
  SensitivityModel model = model_of(prepared, evaluate);
  if (method == "local") {
    if (!call.stop_after) add_replications(prepared, call, model);
    Found found = local(prepared, model);
    // A run that was cut short while other seeds were simulated holds all of its evaluations, and no slopes.
    if (call.stop_after) throw Error(ErrorCode::cancelled, "cut short while other seeds were simulated");
    return found;
  }
  if (method == "morris") return morris(prepared, model);
  return sobol(prepared, model);
}

void keep_found(const PreparedStudy& prepared, Found found, Run& run) {
  run.results.sensitivity_analysis = Json(Json::Object{{"method", prepared.study.sensitivity.method},
                                                       {"figure", prepared.study.sensitivity.figure},
                                                       {"by_lever", std::move(found.by_lever)},
                                                       {prepared.study.sensitivity.method, std::move(found.result)}});
  run.metadata.converged = found.converged;
  run.metadata.convergence_message = found.message;
}

}  // namespace

void carry_out_sensitivity(PreparedStudy& prepared, const StudyCall& call, Run& run) {
  BatchEvaluator evaluate(prepared.problem, call, evaluation_limit(prepared));
  if (prepared.study.solver.timeout_minutes > 0 && !call.stop_after)
    evaluate.limit_time(std::max(0.001, prepared.study.solver.timeout_minutes * 60 - call.seconds_used));
  Metadata& metadata = run.metadata;
  std::string reason = "completed";
  metadata.status = "completed";
  try {
    keep_found(prepared, found_by(prepared, call, evaluate), run);
    reason = *metadata.converged                             ? "converged"
             : prepared.study.sensitivity.method == "stored" ? "too_few_runs"
                                                             : "max_evaluations";
  } catch (const Error& error) {
    const bool stopped = error.code() == ErrorCode::cancelled;
    metadata.status = stopped ? "cancelled" : "failed";
    reason = !stopped                   ? "evaluation_failed"
             : !call.stopped_by.empty() ? call.stopped_by
                                        : std::string(to_text(evaluate.stop_reason()));
    metadata.converged = false;
    metadata.convergence_message =
        stopped ? fmt::format("{} after {} evaluations", reason, evaluate.evaluations().size()) : error.what();
  }
  metadata.function_evaluations = static_cast<std::int64_t>(evaluate.evaluations().size());
  run.results.projected_outcomes.set("stop_reason", reason);
  keep_evaluations(prepared, evaluate.evaluations(), run);
}

void choose_runs(PreparedStudy& prepared, ResultsManager& manager) {
  if (prepared.study.kind == StudyKind::sensitivity && prepared.study.sensitivity.method == "stored")
    choose_stored_runs(prepared, manager);
}

}  // namespace planwise::manager
