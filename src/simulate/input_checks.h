/// \file
/// What a simulation is given, looked at before anything is computed.
#pragma once

#include "planwise/simulation.h"

namespace planwise::simulation {

/// Throws invalid_argument naming the person, column or setting, its value and what is allowed. Repeated ids are found
/// later, by cohort_of.
void check_input(const SimulationInput& input);

}  // namespace planwise::simulation
