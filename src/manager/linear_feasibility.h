/// \file
/// Whether linear conditions can hold together within a box. Internal to manager.
#pragma once

#include <vector>

namespace planwise::manager {

/// sum of factors x variables <= limit.
struct LinearCondition {
  std::vector<double> factors;
  double limit = 0;
};

/// The least t at which some point of the box (lower <= x <= upper) violates no condition by more than t; 0 when all
/// can hold. Exact up to rounding: the simplex method on a dense tableau, for tens of variables and conditions.
[[nodiscard]] double least_violation(const std::vector<LinearCondition>& conditions, const std::vector<double>& lower,
                                     const std::vector<double>& upper);

}  // namespace planwise::manager
