/// \file
/// Social security numbers are kept nowhere: they are dropped from what comes in.
#pragma once

#include "planwise/run.h"

namespace planwise::core {

/// Removes members named employee_ssn (in any letter case) at any depth. Returns how many were removed.
std::int64_t drop_ssn(Json& value);
/// The same for all free-form parts of a run.
std::int64_t drop_ssn(Run& run);

}  // namespace planwise::core
