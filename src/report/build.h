/// \file
/// From facts to a report. Pure: the same facts, the same report.
#pragma once

#include "report/facts.h"
#include "report/model.h"

namespace planwise::report {

/// Never fails for what a run lacks: the report says what is not stored. Personal data are in none of it: no employee
/// ids, and no figure of fewer than five people.
[[nodiscard]] EvidenceReport build_report(const ReportFacts& facts);

}  // namespace planwise::report
