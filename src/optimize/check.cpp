#include <fmt/format.h>

#include <cmath>
#include <unordered_set>

#include "optimize/ranking.h"
#include "planwise/error.h"

namespace planwise::optimizing {
namespace {

template <class... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Error(ErrorCode::invalid_argument, fmt::format(format, std::forward<Arguments>(arguments)...));
}

void check_variable(const Variable& variable) {
  if (!std::isfinite(variable.lower) || !std::isfinite(variable.upper) || variable.lower > variable.upper ||
      !std::isfinite(variable.upper - variable.lower)) {
    refuse("variable '{}' has the bounds {} to {}; allowed are finite ones, the lower not above the upper",
           variable.name, variable.lower, variable.upper);
  }
  if (!(variable.start >= variable.lower && variable.start <= variable.upper)) {
    refuse("variable '{}' starts at {}; allowed is {} to {}", variable.name, variable.start, variable.lower,
           variable.upper);
  }
}

void check_point(const Problem& problem, const char* what, const std::vector<double>& point, std::size_t number) {
  if (point.size() != problem.variables.size()) {
    refuse("{} {} has {} values; allowed is one a variable, {}", what, number, point.size(), problem.variables.size());
  }
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Variable& variable = problem.variables[i];
    if (!(point[i] >= variable.lower && point[i] <= variable.upper)) {
      refuse("{} {} has {} for variable '{}'; allowed is {} to {}", what, number, point[i], variable.name,
             variable.lower, variable.upper);
    }
  }
}

void check_at_least(const char* name, std::int64_t value, std::int64_t least) {
  if (value < least) refuse("{} is {}; allowed is {} or more", name, value, least);
}

}  // namespace

void check_problem(const Problem& problem) {
  if (problem.variables.empty()) refuse("the problem has no variables; allowed is one or more");
  if (problem.objectives.empty()) refuse("the problem has no objectives; allowed is one or more");
  if (!problem.evaluate) refuse("the problem has no function to evaluate");
  for (const Variable& variable : problem.variables) check_variable(variable);
  for (const PointConstraint& constraint : problem.constraints) {
    if (!std::isfinite(constraint.tolerance) || constraint.tolerance < 0) {
      refuse("constraint '{}' has the tolerance {}; allowed is 0 or more", constraint.name, constraint.tolerance);
    }
  }
}

void check(const Problem& problem, const SolverSettings& settings) {
  check_problem(problem);
  check_at_least("max_evaluations", settings.max_evaluations, 1);
  check_at_least("starts", settings.starts, 0);
  check_at_least("population", settings.population, 0);
  check_at_least("grid_points", settings.grid_points, 2);
  if (settings.population > 100'000) refuse("population is {}; allowed is 0 to 100000", settings.population);
  if (!(settings.tolerance > 0) || !std::isfinite(settings.tolerance)) {
    refuse("tolerance is {}; allowed is a finite number above 0", settings.tolerance);
  }
  for (const auto& limit : {settings.time_limit, settings.evaluation_time_limit}) {
    if (limit && limit->count() <= 0) refuse("a time limit is {} ms; allowed is 1 or more", limit->count());
  }
  for (std::size_t i = 0; i < settings.warm_starts.size(); ++i) {
    check_point(problem, "warm start", settings.warm_starts[i], i);
  }
  for (std::size_t i = 0; i < settings.hints.size(); ++i) check_point(problem, "hint", settings.hints[i], i);
  if (problem.objectives.size() > 1 && settings.algorithm != Algorithm::nsga2) {
    throw Error(ErrorCode::unsupported, fmt::format("{} cannot search for {} objectives; allowed is NSGA-II",
                                                    to_text(settings.algorithm), problem.objectives.size()));
  }
}

}  // namespace planwise::optimizing
