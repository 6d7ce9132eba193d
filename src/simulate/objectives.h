/// \file
/// What an optimisation minimises, from the figures of a simulated year or, without data, from the levers alone. All
/// pure.
#pragma once

#include <optional>

#include "planwise/simulation.h"

namespace planwise::simulation {

/// The terms of the objective. Their scales differ by orders of magnitude: cost in millions, equity a ratio, targets a
/// square.
struct ObjectiveTerms {
  double cost = 0, equity = 0, targets = 0;
};
/// Each 0 to 1; they sum to 1 within 1e-6.
struct ObjectiveWeights {
  double cost = 0.4, equity = 0.3, targets = 0.3;
};
struct ObjectiveTargets {
  double headcount_growth = 0.03;                  ///< Against the start of the year.
  std::optional<double> compensation_growth = {};  ///< Of average pay, likewise; unset: no part of the term.
};

/// Pay of everybody active at the end of the year, in millions.
[[nodiscard]] double cost_of(const YearFigures& figures);
/// Mean over the levels that have people of deviation / mean of active pay; 0 with nobody.
[[nodiscard]] double equity_of(const YearFigures& figures);
/// cost_of and equity_of without people whose pay is above SimulationSettings::outlier_pay.
[[nodiscard]] double cost_within_cap_of(const YearFigures& figures);
[[nodiscard]] double equity_within_cap_of(const YearFigures& figures);
/// Growth of average pay of the active against the start of the year, and of their number; 0 from nothing.
[[nodiscard]] double mean_growth_of(const YearFigures& figures);
[[nodiscard]] double headcount_growth_of(const YearFigures& figures);
/// (headcount growth - target)^2, and where there is a target the same of average pay. Growth from nothing counts as 0.
[[nodiscard]] double targets_of(const YearFigures& figures, const ObjectiveTargets& targets);

/// The terms in the target year. Throws invalid_argument when the result does not hold that year.
[[nodiscard]] ObjectiveTerms objectives_of(const SimulationResult& result, int target_year,
                                           const ObjectiveTargets& targets);
/// Without data, for trying algorithms: cost = (sum of merits + 5 cola + (new hire adjustment - 1) x 0.1) x 100, equity
/// = population variance of the merits x 1000, targets = (2 x mean promotion probability - 0.03)^2; cola and the
/// adjustment are means over the levels.
[[nodiscard]] ObjectiveTerms synthetic_objectives(const YearLevers& levers);

/// The weighted sum. Throws invalid_argument for weights that do not sum to 1, or one outside 0 to 1.
[[nodiscard]] double combined(const ObjectiveTerms& terms, const ObjectiveWeights& weights);

}  // namespace planwise::simulation
