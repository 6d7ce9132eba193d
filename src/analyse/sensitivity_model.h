/// \file
/// Checking a model and asking it.
#pragma once

#include <cstddef>
#include <vector>

#include "planwise/sensitivity.h"

namespace planwise::analyse {

using Matrix = std::vector<std::vector<double>>;

/// Throws invalid_argument naming what does not fit.
void check_model(const SensitivityModel& model);
void check_point(const SensitivityModel& model, const std::vector<double>& point);

/// The outputs of the points, all of them there and finite. `first` is the number of the first point in messages.
[[nodiscard]] Matrix outputs_at(const SensitivityModel& model, const BatchFunction& function, const Matrix& points,
                                std::size_t first = 0);

/// The point at a part (0 to 1) of the factor's range.
[[nodiscard]] double at_part(const Factor& factor, double part) noexcept;

}  // namespace planwise::analyse
