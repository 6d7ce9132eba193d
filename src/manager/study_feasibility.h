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

/// Exact for limits that exclude each other, for empty bounds and for conditions on levers; figures of cost are looked
/// at where all levers are lowest and where they are highest. `measure` is asked for those corners, and nullptr where
/// asking costs (programs) or there is nothing to ask. Probes are no evaluations.
[[nodiscard]] Feasibility feasibility_of(const Study& study, const Conditions& conditions, const StudyLevers& levers,
                                         const FigureList& figures, const Measured* baseline, const Measure* measure);

}  // namespace planwise::manager
