/// \file
/// What a solver works with: the unit box, the seam, and the ways in which a search ends.
#pragma once

#include <string>
#include <vector>

#include "optimize/evaluations.h"
#include "optimize/unit_box.h"
#include "planwise/optimization.h"

namespace planwise::optimizing {

/// How a search ended that was not stopped by the seam.
struct Ending {
  StopReason reason;
  std::string message;
  bool converged = false;
};

using UnitPoint = std::vector<double>;

struct Search {
  Search(const Problem& problem_, const SolverSettings& settings_);

  const Problem& problem;
  const SolverSettings& settings;
  UnitBox box;
  Evaluations evaluations;

  /// Evaluates the problem's start and the warm starts.
  void begin();
  /// Start and warm starts, best first.
  [[nodiscard]] std::vector<UnitPoint> known() const;
  /// There are constraints, and evaluation 0 does not keep them: the hints count.
  [[nodiscard]] bool begins_outside() const noexcept;
  [[nodiscard]] std::vector<UnitPoint> hints() const;

  /// Indices of evaluations. Throws Stopped.
  std::vector<std::size_t> ask(const std::vector<UnitPoint>& points);
  std::size_t ask(const UnitPoint& point) { return ask(std::vector<UnitPoint>{point}).front(); }
  [[nodiscard]] const PointOutcome& outcome(std::size_t index) const noexcept { return evaluations[index].outcome; }
  [[nodiscard]] Rank rank(std::size_t index) const noexcept { return rank_of(problem, outcome(index)); }

 private:
  std::size_t begun_ = 0;  ///< Evaluations that begin() made.
};

/// How many of the values that searches ended at are the least of all, but for the root of the tolerance.
[[nodiscard]] std::int64_t at_the_least(const std::vector<double>& ends, double tolerance);

/// SLSQP, L-BFGS-B, COBYLA with their starts.
[[nodiscard]] Ending search_locally(Search& search);
/// GRID, RANDOM, LHS.
[[nodiscard]] Ending search_by_sampling(Search& search);
/// DE, CMA-ES, NSGA-II.
[[nodiscard]] Ending search_by_evolution(Search& search);

}  // namespace planwise::optimizing
