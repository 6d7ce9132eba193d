// Looking for the best point, or for a front.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "manager/decision_parts.h"
#include "manager/study_objective.h"
#include "manager/watched_work.h"
#include "planwise/error.h"
#include "planwise/sensitivity.h"

namespace planwise::manager {

namespace {

std::vector<std::vector<double>> objective_values(const OptimizationResult& result) {
  std::vector<std::vector<double>> values;
  for (const Evaluation& evaluation : result.evaluations) values.push_back(evaluation.outcome.objectives);
  return values;
}

/// The worst of each goal over the front, a tenth of its range beyond: where the volume is measured to.
std::vector<double> reference_of(const std::vector<std::vector<double>>& front) {
  std::vector<double> reference;
  for (std::size_t goal = 0; goal < front.front().size(); ++goal) {
    double least = front.front()[goal], most = least;
    for (const std::vector<double>& values : front) {
      least = std::min(least, values[goal]);
      most = std::max(most, values[goal]);
    }
    reference.push_back(most + 0.1 * (most > least ? most - least : std::max(1.0, std::fabs(most))));
  }
  return reference;
}

/// What one point (0.01) less of equity costs on the way along the front, between neighbours by cost. Money a year.
/// Both are goals of the front, or there is no price: within the pay cap where the study looks there.
Json price_of_equity(const std::vector<std::string>& goals, const std::vector<const Evaluation*>& front) {
  const auto place = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(goals, name) - goals.begin());
  };
  const std::size_t cost_at = place("cost"), equity_at = place("equity");
  if (cost_at == goals.size() || equity_at == goals.size()) return Json();
  const auto cost_of = [&](const Evaluation* of) { return of->outcome.objectives[cost_at]; };
  const auto equity_of = [&](const Evaluation* of) { return of->outcome.objectives[equity_at]; };
  std::vector<const Evaluation*> by_cost = front;
  std::ranges::stable_sort(by_cost, {}, cost_of);
  Json steps = Json::array();
  const Evaluation* last = nullptr;
  for (const Evaluation* point : by_cost) {
    if (last != nullptr && equity_of(point) < equity_of(last) && cost_of(point) > cost_of(last)) {
      const double points = (equity_of(last) - equity_of(point)) * 100;
      const double money = (cost_of(point) - cost_of(last)) * 1e6;
      steps.push_back(Json(Json::Object{{"from_evaluation", last->number},
                                        {"to_evaluation", point->number},
                                        {"equity_points", points},
                                        {"cost", money},
                                        {"money_per_point", money / points}}));
    }
    if (last == nullptr || equity_of(point) < equity_of(last)) last = point;
  }
  if (steps.empty()) return Json();
  double cost = 0, points = 0;
  for (const Json& step : steps.as_array()) {
    cost += step.at("cost").as_real();
    points += step.at("equity_points").as_real();
  }
  return Json(Json::Object{{"money_per_point", cost / points},
                           {"unit", "currency of the data a year for 0.01 of equity"},
                           {"steps", std::move(steps)}});
}

void keep_front(const PreparedStudy& prepared, const OptimizationResult& result, Run& run) {
  if (result.front.empty()) return;
  const std::vector<std::vector<double>> all = objective_values(result);
  std::vector<std::vector<double>> values;
  std::vector<const Evaluation*> members;
  const std::vector<std::string> names = prepared.problem.objectives.size() > 1
                                             ? prepared.problem.objectives
                                             : std::vector<std::string>{"cost", "equity", "targets"};
  Json points = Json::array();
  const std::size_t knee = knee_of(all, result.front);
  for (const std::size_t index : result.front) {
    const Evaluation& member = result.evaluations[index];
    members.push_back(&member);
    values.push_back(member.outcome.objectives);
    Json goals = Json::object();
    for (std::size_t goal = 0; goal < names.size(); ++goal) {
      const double minimised = member.outcome.objectives[goal];
      goals.set(names[goal], names[goal] == "growth" ? -minimised : minimised);  // As people read it: more is better.
    }
    Json point = Json::object();
    point.set("evaluation", member.number);
    point.set("goals", std::move(goals));
    if (const Json* terms = member.outcome.details.find("terms")) point.set("terms", *terms);
    Json levers = Json::object();
    for (std::size_t i = 0; i < member.point.size(); ++i)
      levers.set(prepared.problem.variables[i].name, member.point[i]);
    point.set("levers", std::move(levers));
    point.set("knee", index == knee);
    points.push_back(std::move(point));
  }
  const std::vector<double> reference = reference_of(values);
  Json at = Json::array();
  for (const double value : reference) at.push_back(value);
  Json front = Json::object();
  front.set("size", static_cast<std::int64_t>(members.size()));
  front.set("points", std::move(points));
  front.set("knee_evaluation", result.evaluations[knee].number);
  front.set("hypervolume", hypervolume(values, reference));
  front.set("hypervolume_reference", std::move(at));
  front.set("price_of_equity", price_of_equity(names, members));
  run.results.projected_outcomes.set("front", std::move(front));
}

/// NSGA-II asked for by name with weights: the front of the three terms is looked for, and of all plans the one with
/// the least weighted objective is the best.
OptimizationResult searched_as_front(const PreparedStudy& prepared, const StudyCall& call) {
  Study front = prepared.study;
  front.kind = StudyKind::pareto;
  front.pareto = {"cost", "equity", "targets"};
  const PreparedStudy goals = call.prepare(front);
  if (!call.recorded.empty()) goals.state->take_baseline(call.recorded.front().outcome);
  OptimizationResult result = optimize(goals.problem, solver_settings(prepared, call));
  if (!result.evaluations.empty() && result.evaluations.front().error.empty())
    prepared.state->take_baseline(result.evaluations.front().outcome);
  const auto is_feasible = [&](const Evaluation& each) {
    return each.error.empty() && violation_of(goals.problem, each.outcome) == 0;
  };
  for (std::size_t i = 0; result.feasible && i < result.evaluations.size(); ++i) {
    if (is_feasible(result.evaluations[i]) &&
        value_of(result.evaluations[i]) < value_of(result.evaluations[*result.best]))
      result.best = i;
  }
  return result;
}

OptimizationResult searched(const PreparedStudy& prepared, const StudyCall& call) {
  if (call.stop_after && *call.stop_after == 0) {
    OptimizationResult nothing;
    nothing.stop_reason = StopReason::cancelled;
    return nothing;
  }
  const bool weighed = prepared.study.kind == StudyKind::optimize && prepared.problem.objectives.size() == 1 &&
                       prepared.study.evaluator.kind != EvaluatorChoice::Kind::function;
  if (weighed && prepared.study.solver.algorithm == Algorithm::nsga2) return searched_as_front(prepared, call);
  return optimize(prepared.problem, solver_settings(prepared, call));
}

void keep_search(const PreparedStudy& prepared, const OptimizationResult& result, const StudyCall& call, Run& run) {
  keep_ending(prepared, result, call, run);
  keep_evaluations(prepared, result.evaluations, run);
  if (result.best && result.feasible) {
    keep_point(prepared, result.evaluations.front(), result.evaluations[*result.best], run);
  } else if (result.best) {
    keep_least_violated(prepared, result.evaluations[*result.best], run);
  }
  if (!result.front.empty()) keep_front(prepared, result, run);
}

}  // namespace

SolverSettings solver_settings(const PreparedStudy& prepared, const StudyCall& call) {
  const SolverChoice& choice = prepared.study.solver;
  SolverSettings settings;
  settings.algorithm = prepared.study.kind == StudyKind::pareto ? Algorithm::nsga2 : choice.algorithm;
  settings.max_evaluations = evaluation_limit(prepared);
  settings.seed = choice.seed;
  settings.tolerance = choice.tolerance;
  settings.starts = choice.starts;
  settings.population = choice.population;
  settings.grid_points = choice.grid_points;
  settings.threads = call.threads;
  settings.warm_starts = choice.warm_points;
  settings.hints = prepared.hints;
  settings.recorded = call.recorded;
  settings.record = call.record;
  settings.progress = call.progress;
  if (choice.timeout_minutes > 0 && !call.stop_after) {
    const double left = std::max(0.001, choice.timeout_minutes * 60 - call.seconds_used);
    settings.time_limit = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(left * 1000)));
  }
  if (call.stop_after) settings.max_evaluations = std::min(settings.max_evaluations, *call.stop_after);
  return settings;
}

void carry_out_optimization(const PreparedStudy& prepared, const StudyCall& call, Run& run) {
  OptimizationResult result = searched(prepared, call);
  keep_search(prepared, result, call, run);
  if (run.metadata.status != "completed" || !result.best || !result.feasible) return;
  const Evaluation& best = result.evaluations[*result.best];
  keep_impacts(prepared, result.evaluations.front().point, best.point, run);
  if (keep_local_sensitivity(prepared, best.point, call, run)) return;
  // Cancelled while it was looked at what the result rests on: the run is as if that had come a moment earlier.
  run.metadata.status = "cancelled";
  run.metadata.converged = false;
  result.stop_reason = StopReason::cancelled;
  run.results = {};
  run.simulation_data.reset();
  keep_notes(prepared, run);
  keep_search(prepared, result, call, run);
}

}  // namespace planwise::manager
