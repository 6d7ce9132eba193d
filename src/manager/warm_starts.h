/// \file
/// Points of stored runs to begin from. Internal to manager.
#pragma once

#include <string>
#include <vector>

#include "manager/study_levers.h"
#include "planwise/decisions.h"

namespace planwise::manager {

/// Fills solver.warm_points and warm_runs with the nearest `solver.warm_start` runs, unless they are filled: completed
/// runs among the newest 200 with levers for every variable, and simulated data or not as the study; nearest by their
/// distance to the start, each variable as a part of its range; of equally near ones the newer. Points are moved into
/// the search bounds; the start itself and repeated points do not count. Objectives of other studies are not compared:
/// their weights and constraints are others. Tells in `notes` which were taken, or that there were none. `stored_runs`
/// may be nullptr.
void find_warm_starts(Study& study, const StudyLevers& levers, ResultsManager* stored_runs,
                      std::vector<std::string>& notes);

}  // namespace planwise::manager
