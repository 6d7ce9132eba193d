/// \file
/// Whether the conditions of a study can hold at all, told in words before the search. Internal to manager.
#pragma once

#include <string>
#include <vector>

#include "manager/study_conditions.h"
#include "manager/study_evaluators.h"
#include "manager/study_levers.h"
#include "planwise/decisions.h"

namespace planwise::manager {

/// Exact for limits that exclude each other, for empty bounds and for conditions on levers. Figures of cost are looked
/// at where all levers are lowest and where they are highest, with the probabilities of promotion at whichever end
/// misses less; other figures, whether any corner moves them. `measure` is asked for those corners, and nullptr where
/// asking costs (programs) or there is nothing to ask. Probes are no evaluations; `hints` are the corners where costs
/// are least and most, as far as conditions ask for them.
[[nodiscard]] Feasibility feasibility_of(const Study& study, const Conditions& conditions, const StudyLevers& levers,
                                         const FigureList& figures, const Measured* baseline, const Measure* measure,
                                         std::vector<std::vector<double>>& hints);

}  // namespace planwise::manager
