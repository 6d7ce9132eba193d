/// \file
/// The plan of a stored run, simulated again for figures that runs do not hold. Internal to manager.
#pragma once

#include <optional>
#include <string>

#include "planwise/simulation_service.h"
#include "report/facts.h"

namespace planwise::manager {

/// Baseline and plan by year with cost bridges. Nothing, with the reason in `why_not`, unless the run is a study on the
/// simulator with one seed, the data are those that it saw, and its own figures come out again.
[[nodiscard]] std::optional<report::SimulatedPlan> simulated_plan(const report::StoredRun& stored,
                                                                  SimulationService& simulation, std::string& why_not);

}  // namespace planwise::manager
