// The evaluator of a study in the caller's hands: no search, nothing stored.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/near.h"
#include "manager/decision_parts.h"
#include "planwise/error.h"

namespace planwise {

namespace {

std::vector<double> point_from(const Problem& problem, const Json& levers) {
  if (!levers.is_object())
    throw Error(ErrorCode::invalid_argument, "levers: an object of names and numbers is allowed");
  std::vector<double> point;
  std::vector<std::string_view> names;
  for (const Variable& variable : problem.variables) {
    point.push_back(variable.start);
    names.push_back(variable.name);
  }
  for (const auto& [name, value] : levers.as_object()) {
    const auto found = std::ranges::find(names, std::string_view(name));
    if (found == names.end()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("'{}' is not among what this study searches{}", name, core::did_you_mean(name, names)));
    }
    const auto index = static_cast<std::size_t>(found - names.begin());
    const Variable& variable = problem.variables[index];
    const double asked = value.is_number() ? value.as_real() : std::nan("");
    if (!(asked >= variable.lower && asked <= variable.upper)) {
      throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}; a number from {} to {} is allowed", name,
                                                           value.dump(), variable.lower, variable.upper));
    }
    point[index] = asked;
  }
  return point;
}

Json answer(const manager::PreparedStudy& prepared, const std::vector<double>& point, const PointOutcome& outcome) {
  Json levers = Json::object(), objectives = Json::object();
  for (std::size_t i = 0; i < point.size(); ++i) levers.set(prepared.problem.variables[i].name, point[i]);
  for (std::size_t i = 0; i < outcome.objectives.size(); ++i)
    objectives.set(prepared.problem.objectives[i], outcome.objectives[i]);
  const double violation = violation_of(prepared.problem, outcome);
  Json document = Json::object();
  document.set("levers", std::move(levers));
  document.set("objectives", std::move(objectives));
  document.set("objective_value", manager::value_of(Evaluation{0, point, outcome, ""}));
  document.set("violation", violation);
  document.set("feasible", violation == 0);
  document.set("constraints", prepared.constraint_rows(outcome));
  document.set("details", outcome.details);
  return document;
}

}  // namespace

std::function<Json(const Json&)> DecisionService::evaluator(const Study& study) {
  auto prepared = std::make_shared<const manager::PreparedStudy>(parts_->prepared(study, true));
  return [prepared](const Json& levers) {
    const std::vector<double> point = point_from(prepared->problem, levers);
    return answer(*prepared, point, prepared->problem.evaluate(point, EvaluationControl()));
  };
}

}  // namespace planwise
