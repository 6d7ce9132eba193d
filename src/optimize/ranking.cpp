#include "optimize/ranking.h"

#include <algorithm>
#include <cmath>

namespace planwise {

double violation_of(const Problem& problem, const PointOutcome& outcome) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < std::min(problem.constraints.size(), outcome.constraints.size()); ++i) {
    const PointConstraint& constraint = problem.constraints[i];
    const double value =
        constraint.kind == PointConstraint::Kind::equality ? std::fabs(outcome.constraints[i]) : outcome.constraints[i];
    sum += std::max(0.0, value - constraint.tolerance);
  }
  return sum;
}

namespace optimizing {

double penalised(double value, double violation) noexcept {
  constexpr double beyond = 1e300;  // Values are kept below it.
  if (violation > 0) return beyond * (1 + (std::isinf(violation) ? 1 : violation / (1 + violation)));
  return std::clamp(value, -beyond / 2, beyond / 2);
}

namespace {

bool strictly_feasible(const Problem& problem, const PointOutcome& outcome) noexcept {
  for (std::size_t i = 0; i < problem.constraints.size(); ++i) {
    if (problem.constraints[i].kind == PointConstraint::Kind::inequality && outcome.constraints[i] > 0) return false;
  }
  return true;
}

/// A point beyond a condition by less than its tolerance may lie below the optimum. The best of those within is the
/// better answer if it is all but as good.
std::size_t within(const Problem& problem, const OptimizationResult& result, const std::vector<std::size_t>& feasible,
                   std::size_t best) {
  constexpr double as_good = 1e-8;
  const auto objective = [&](std::size_t index) { return result.evaluations[index].outcome.objectives.front(); };
  const double most = objective(best) + as_good * std::max(1e-3, std::fabs(objective(best)));
  std::optional<std::size_t> found;
  for (const std::size_t index : feasible) {
    if (objective(index) > most || (found && objective(index) >= objective(*found))) continue;
    if (strictly_feasible(problem, result.evaluations[index].outcome)) found = index;
  }
  return found.value_or(best);
}

}  // namespace

void choose_best(const Problem& problem, OptimizationResult& result) {
  std::vector<Rank> ranks;
  std::vector<std::size_t> feasible;
  for (const Evaluation& evaluation : result.evaluations) {
    if (!evaluation.error.empty()) break;  // The last one.
    const std::size_t index = ranks.size();
    ranks.push_back(rank_of(problem, evaluation.outcome));
    if (ranks[index].feasible()) feasible.push_back(index);
    if (!result.best || ranks[index].better_than(ranks[*result.best])) result.best = index;
  }
  result.feasible = !feasible.empty();
  if (feasible.empty()) return;
  if (problem.objectives.size() < 2) {
    result.best = within(problem, result, feasible, *result.best);
    return;
  }
  std::vector<std::vector<double>> points;
  points.reserve(feasible.size());
  for (const std::size_t index : feasible) points.push_back(result.evaluations[index].outcome.objectives);
  const std::vector<std::size_t> front = pareto_front(points);
  result.best = feasible[knee_of(points, front)];
  for (const std::size_t index : front) result.front.push_back(feasible[index]);
}

}  // namespace optimizing
}  // namespace planwise
