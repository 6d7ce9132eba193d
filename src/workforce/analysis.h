/// \file
/// Analyses over years in memory: pure functions, whatever the years were read from.
#pragma once

#include "planwise/workforce.h"
#include "workforce/year_rows.h"

namespace planwise::workforce {

[[nodiscard]] std::vector<PayDistribution> distribution_of(const YearColumns& year, const DistributionRequest& request,
                                                           double outlier_pay);
[[nodiscard]] std::vector<LevelPosition> positions_of(const YearColumns& year, const SimulationSettings& settings);
[[nodiscard]] std::vector<LevelCompression> compression_of(const YearColumns& year);
[[nodiscard]] YearCost cost_of(const YearColumns& year, double loading_factor);
/// Growth from `before` (nullptr: there is none).
[[nodiscard]] YearGrowth growth_of(const YearColumns* before, const YearColumns& now, double outlier_pay);

/// How one person's pay went from one year's end to the next, in cents.
struct PersonChange {
  std::uint32_t before_row = 0, now_row = 0;
  std::int64_t promotion = 0, merit = 0, cola = 0, other = 0;
  std::int64_t promotion_overwritten = 0;
  bool promoted = false, raised = false;
};
/// The bridge with the rows behind its parts.
struct BridgeDetail {
  CostBridge bridge;
  std::vector<PersonChange> stayed;
  std::vector<std::uint32_t> left;   ///< Rows of `before`.
  std::vector<std::uint32_t> hired;  ///< Rows of `now`.
};
/// `levers` of the later year; nullptr where there are none: then the event's probability is taken as merit.
[[nodiscard]] BridgeDetail bridge_between(const YearColumns& before, const YearColumns& now, const YearLevers* levers);

}  // namespace planwise::workforce
