/// \file
/// What saving finds out about the levers of a run.
#pragma once

#include <functional>
#include <string_view>

#include "planwise/levers.h"
#include "planwise/run.h"
#include "store/run_store.h"

namespace planwise::manager {

/// Fills in what a new run lacks: risk_level and risk_assessment from optimal_parameters where no risk_level is given,
/// parameter_warnings where they are empty, and whether the levers lie within their bounds. What a caller has stated
/// stays. The same run gives the same text: the assessment is dated by completed_at, else by created_at.
///
/// A draft or running run without optimal parameters has its initial ones checked, for warnings alone. Without levers
/// nothing changes.
store::Assessed assess_risk(const LeverSchema& schema, Run& run);

/// assess_risk() by the schema in force, which is read at the first save. One that cannot be read costs no save: risk
/// stays absent, and `notice` says why.
[[nodiscard]] std::function<store::Assessed(Run&)> risk_assessor(std::function<void(std::string_view)> notice);

}  // namespace planwise::manager
