/// \file
/// Quantiles and confidence intervals that several analyses share.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "planwise/sensitivity.h"

namespace planwise::analyse {

/// Linear between ranks (type 7 of Hyndman and Fan 1996); `sorted` ascends and has at least one value, part is 0 to 1.
[[nodiscard]] double quantile_of(const std::vector<double>& sorted, double part);

/// The same part of the values from both ends: what is between holds `confidence` of them. Sorts; not empty.
[[nodiscard]] Interval middle_of(std::vector<double>& values, double confidence);

/// Mean and its t interval; none for one value. Not empty.
[[nodiscard]] Estimate mean_of(const std::vector<double>& values, double confidence);

/// Of a share of which `hits` of `n` were seen (Clopper and Pearson 1934): holds with at least that confidence.
[[nodiscard]] Interval share_interval(std::int64_t hits, std::int64_t n, double confidence);

/// Between two order statistics, so that the quantile of any distribution is inside with at least that confidence; as
/// narrow in ranks as that allows. Absent where the outermost values are not enough.
[[nodiscard]] std::optional<Interval> quantile_interval(const std::vector<double>& sorted, double part,
                                                        double confidence);

/// Throws invalid_argument unless it is above 0.5 and below 1.
void check_confidence(double confidence);
/// Throws invalid_argument naming the setting.
void check_count(std::string_view setting, std::int64_t value, std::int64_t least, std::int64_t most);

}  // namespace planwise::analyse
