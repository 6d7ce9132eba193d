/// \file
/// The share of the variance between bins, from rows of any origin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "planwise/sensitivity.h"

namespace planwise::analyse {

/// The bin of each row by its rank in `column`: one a different value where these are few, else bins of about equal
/// count that never divide equal values. Numbered from 0 without gaps.
[[nodiscard]] std::vector<std::size_t> bins_of(const std::vector<double>& column);

/// Ranks from 1, equal values share the mean of theirs.
[[nodiscard]] std::vector<double> ranks_of(const std::vector<double>& column);

/// 0 when one of them is constant.
[[nodiscard]] double correlation_of(const std::vector<double>& a, const std::vector<double>& b);

/// Adjusted correlation ratio (Kelley 1935): 1 - variance within bins / variance, each by its degrees of freedom; its
/// interval from half samples without replacement. At least two rows more than bins; values differ.
[[nodiscard]] Estimate share_between(const std::vector<std::size_t>& bins, const std::vector<double>& values,
                                     const GivenDataSettings& settings);

}  // namespace planwise::analyse
