/// \file
/// Which of two outcomes is better.
#pragma once

#include "planwise/optimization.h"

namespace planwise::optimizing {

/// Feasible before infeasible, then by the least violation, then by the objective (the first one).
struct Rank {
  double violation = 0, objective = 0;
  [[nodiscard]] bool feasible() const noexcept { return violation == 0; }
  [[nodiscard]] bool better_than(const Rank& other) const noexcept {
    return violation != other.violation ? violation < other.violation : objective < other.objective;
  }
};
[[nodiscard]] inline Rank rank_of(const Problem& problem, const PointOutcome& outcome) noexcept {
  return {violation_of(problem, outcome), outcome.objectives.front()};
}

/// One number for solvers that know no constraints: the value where feasible, else above every feasible value and
/// rising with the violation.
[[nodiscard]] double penalised(double value, double violation) noexcept;

/// "planwise::Error invalid_argument" for whatever does not fit in the problem or the settings.
void check(const Problem& problem, const SolverSettings& settings);
void check_problem(const Problem& problem);

/// Best and front of the evaluations that the result holds.
void choose_best(const Problem& problem, OptimizationResult& result);

}  // namespace planwise::optimizing
