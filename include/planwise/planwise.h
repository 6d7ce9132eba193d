/// \file
/// Everything at once.
#pragma once

#include "planwise/census.h"           // IWYU pragma: export
#include "planwise/compare.h"          // IWYU pragma: export
#include "planwise/decisions.h"        // IWYU pragma: export
#include "planwise/error.h"            // IWYU pragma: export
#include "planwise/exchange.h"         // IWYU pragma: export
#include "planwise/health.h"           // IWYU pragma: export
#include "planwise/history.h"          // IWYU pragma: export
#include "planwise/json.h"             // IWYU pragma: export
#include "planwise/levers.h"           // IWYU pragma: export
#include "planwise/optimization.h"     // IWYU pragma: export
#include "planwise/query.h"            // IWYU pragma: export
#include "planwise/report.h"           // IWYU pragma: export
#include "planwise/results_manager.h"  // IWYU pragma: export
#include "planwise/run.h"              // IWYU pragma: export
#include "planwise/sensitivity.h"      // IWYU pragma: export
#include "planwise/simulation.h"       // IWYU pragma: export
#include "planwise/simulation_service.h"  // IWYU pragma: export
#include "planwise/time.h"             // IWYU pragma: export
#include "planwise/workforce.h"        // IWYU pragma: export
