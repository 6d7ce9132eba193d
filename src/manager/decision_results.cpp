// What a search found, as the fields of a run.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "manager/decision_parts.h"
#include "manager/study_objective.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

const Json* part(const PointOutcome& outcome, std::string_view name) { return outcome.details.find(name); }

/// Values, never weights: those stand in the configuration's objectives.
Json breakdown_of(const PreparedStudy& prepared, const Evaluation& at) {
  Json breakdown = Json::object();
  const Json* terms = part(at.outcome, "terms");
  if (terms == nullptr) {
    for (std::size_t i = 0; i < at.outcome.objectives.size(); ++i)
      breakdown.set(prepared.problem.objectives[i], at.outcome.objectives[i]);
    return breakdown;
  }
  for (const auto& [name, value] : terms->as_object()) breakdown.set(name, value.as_real());
  const Json* scales = part(at.outcome, "scales");
  for (const std::string_view name : term_names) {
    // The term that is weighed, over the scale that it is weighed with.
    const Json* within =
        prepared.study.objective.within_pay_cap ? terms->find(fmt::format("{}_within_cap", name)) : nullptr;
    const Json* term = within != nullptr ? within : terms->find(name);
    const Json* scale = scales == nullptr ? nullptr : scales->find(name);
    if (term != nullptr && scale != nullptr && scale->as_real() > 0)
      breakdown.set(fmt::format("{}_normalised", name), term->as_real() / scale->as_real());
  }
  if (const Json* shares = part(at.outcome, "shares")) {
    for (const auto& [name, value] : shares->as_object()) breakdown.set(fmt::format("{}_share", name), value);
  }
  if (const Json* normalised = part(at.outcome, "normalised")) breakdown.set("normalised_total", *normalised);
  return breakdown;
}

std::optional<std::string_view> bound_at(const Variable& variable, double value) {
  if (!(variable.lower < variable.upper)) return std::nullopt;
  // A search ends within its tolerance of a bound, or a step of its differences beside it.
  const double near = 1e-5 * (variable.upper - variable.lower);
  if (value <= variable.lower + near) return "lower";
  if (value >= variable.upper - near) return "upper";
  return std::nullopt;
}

/// One row a lever searched: where it began, where it went, and whether its bound held it.
void keep_levers(const PreparedStudy& prepared, const Evaluation& start, const Evaluation& best, Json& outcomes) {
  Json rows = Json::array(), at_bound = Json::array();
  for (std::size_t i = 0; i < prepared.problem.variables.size(); ++i) {
    const Variable& variable = prepared.problem.variables[i];
    const std::optional<std::string_view> bound = bound_at(variable, best.point[i]);
    rows.push_back(Json(Json::Object{{"name", variable.name},
                                     {"start", start.point[i]},
                                     {"best", best.point[i]},
                                     {"change", best.point[i] - start.point[i]},
                                     {"lower", variable.lower},
                                     {"upper", variable.upper},
                                     {"at_bound", bound ? Json(*bound) : Json()}}));
    if (bound) at_bound.push_back(variable.name);
  }
  outcomes.set("levers", std::move(rows));
  outcomes.set("levers_at_bound", std::move(at_bound));
}

Json violated_rows(const Json& rows) {
  Json violated = Json::array();
  for (const Json& row : rows.as_array()) {
    const Json* satisfied = row.find("satisfied");
    if (satisfied != nullptr && satisfied->is_boolean() && !satisfied->as_boolean()) violated.push_back(row);
  }
  return violated;
}

Json texts(const std::vector<std::string>& lines) {
  Json list = Json::array();
  for (const std::string& line : lines) list.push_back(line);
  return list;
}

/// All levers by name; of a function its coordinates.
Json levers_of(const PreparedStudy& prepared, const std::vector<double>& point) {
  Json levers = prepared.levers_at(point);
  if (!levers.is_object() || levers.empty()) {
    levers = Json::object();
    for (std::size_t i = 0; i < point.size(); ++i) levers.set(prepared.problem.variables[i].name, point[i]);
  }
  return levers;
}

std::string ending_text(const OptimizationResult& result) {
  const std::size_t count = result.evaluations.size();
  switch (result.stop_reason) {
    case StopReason::cancelled:
      return fmt::format("cancelled after {} evaluations; what was found until then is kept", count);
    case StopReason::time_limit:
      return fmt::format("the time limit was reached after {} evaluations", count);
    default:
      return result.message.empty() ? std::string(to_text(result.stop_reason)) : result.message;
  }
}

}  // namespace

std::vector<double> start_of(const Problem& problem) {
  std::vector<double> point;
  for (const Variable& variable : problem.variables) point.push_back(variable.start);
  return point;
}

std::vector<std::size_t> free_places(const Problem& problem) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < problem.variables.size(); ++i) {
    if (problem.variables[i].lower < problem.variables[i].upper) places.push_back(i);
  }
  return places;
}

bool has_data(const Study& study) noexcept { return study.evaluator.kind == EvaluatorChoice::Kind::simulator; }

void take_notes(const Run& stored, PreparedStudy& prepared) {
  const auto lines = [&](std::string_view name) {
    std::vector<std::string> kept;
    const Json* list = stored.results.projected_outcomes.find(name);
    if (list == nullptr || !list->is_array()) return kept;
    for (const Json& line : list->as_array()) {
      if (line.is_string()) kept.push_back(line.as_string());
    }
    return kept;
  };
  prepared.notes = lines("notes");
  prepared.warnings = lines("warnings");
}

void keep_notes(const PreparedStudy& prepared, Run& run) {
  Json& outcomes = run.results.projected_outcomes;
  outcomes.set("notes", texts(prepared.notes));
  outcomes.set("warnings", texts(prepared.warnings));
  if (!prepared.study.solver.warm_runs.empty()) outcomes.set("warm_starts", texts(prepared.study.solver.warm_runs));
}

void keep_ending(const PreparedStudy& prepared, const OptimizationResult& result, const StudyCall& call, Run& run) {
  StopReason reason = result.stop_reason;
  OptimizationResult told = result;
  if (call.stop_after && !call.stopped_by.empty()) {
    if (call.stopped_by == stopped_by_loss) reason = StopReason::cancelled;
    for (const StopReason each : {StopReason::cancelled, StopReason::time_limit}) {
      if (to_text(each) == call.stopped_by) reason = each;
    }
    told.stop_reason = reason;
  }
  Metadata& metadata = run.metadata;
  metadata.function_evaluations = static_cast<std::int64_t>(result.evaluations.size());
  const bool cut_short = reason == StopReason::cancelled || reason == StopReason::evaluation_failed;
  metadata.converged = result.converged && !cut_short && reason != StopReason::time_limit;
  metadata.convergence_message = ending_text(told);
  metadata.status = reason == StopReason::cancelled           ? "cancelled"
                    : reason == StopReason::evaluation_failed ? "failed"
                                                              : "completed";
  if (result.best && !result.feasible && metadata.status == "completed") {
    metadata.status = "failed";
    metadata.converged = false;
    metadata.convergence_message =
        fmt::format("no feasible point was found in {} evaluations; the least violated is kept as such ({})",
                    result.evaluations.size(), ending_text(told));
  }
  Json& outcomes = run.results.projected_outcomes;
  outcomes.set("stop_reason",
               call.stop_after && call.stopped_by == stopped_by_loss ? stopped_by_loss : to_text(reason));
  outcomes.set("feasible", result.best.has_value() && result.feasible);
  if (result.best) outcomes.set("best_evaluation", result.evaluations.at(*result.best).number);
  (void)prepared;
}

void keep_point(const PreparedStudy& prepared, const Evaluation& start, const Evaluation& best, Run& run) {
  Results& results = run.results;
  results.objective_value = value_of(best);
  results.objective_breakdown = breakdown_of(prepared, best);
  results.optimal_parameters = levers_of(prepared, best.point);
  Json rows = prepared.constraint_rows(best.outcome);
  results.constraint_violations = rows.is_array() ? violated_rows(rows) : Json::array();
  Json& outcomes = results.projected_outcomes;
  outcomes.set("constraints", std::move(rows));
  keep_levers(prepared, start, best, outcomes);
  outcomes.set("start", Json(Json::Object{{"objective_value", value_of(start)},
                                          {"objective_breakdown", breakdown_of(prepared, start)},
                                          {"constraints", prepared.constraint_rows(start.outcome)}}));
}

void keep_least_violated(const PreparedStudy& prepared, const Evaluation& least, Run& run) {
  Json rows = prepared.constraint_rows(least.outcome);
  run.results.constraint_violations = rows.is_array() ? violated_rows(rows) : Json::array();
  Json kept = Json::object();
  kept.set("feasible", false);
  kept.set("evaluation", least.number);
  kept.set("violation", violation_of(prepared.problem, least.outcome));
  kept.set("objective_value", value_of(least));
  kept.set("objective_breakdown", breakdown_of(prepared, least));
  kept.set("levers", levers_of(prepared, least.point));
  kept.set("constraints", rows);
  run.results.projected_outcomes.set("constraints", std::move(rows));
  run.results.projected_outcomes.set("least_violated", std::move(kept));
}

}  // namespace planwise::manager
