/// \file
/// Which run is best: the direction in which an objective improves, and the runs' values for it.
#pragma once

#include <vector>

#include "planwise/compare.h"

namespace planwise::analyse {

/// objective_value first, then every term of the runs' breakdowns in the order in which they are first met.
[[nodiscard]] std::vector<ComparedObjective> compare_objectives(const std::vector<Run>& runs);

}  // namespace planwise::analyse
