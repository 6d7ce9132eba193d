/// \file
/// What an evidence report is written from, read from the store. Internal to the manager.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "planwise/results_manager.h"
#include "report/facts.h"

namespace planwise::manager {

/// One run in the version asked for, without personal data and without the folder that its data lay in.
[[nodiscard]] report::StoredRun run_for_report(ResultsManager& manager, std::string_view run_id,
                                               const std::optional<std::int64_t>& version);
/// Facts of the full edition on one run, nothing compared and nothing simulated.
[[nodiscard]] report::ReportFacts report_facts(ResultsManager& manager, std::string_view run_id,
                                               const std::optional<std::int64_t>& version);

}  // namespace planwise::manager
