/// \file
/// When two JSON values count as the same.
#pragma once

#include <optional>

#include "planwise/json.h"

namespace planwise::analyse {

struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

/// The number a value stands for; the tagged texts "NaN", "Infinity" and "-Infinity" are numbers too, booleans are not.
[[nodiscard]] std::optional<double> number_in(const Json& value);

/// Numbers within the tolerance are the same, 1 and 1.0 always, NaN and NaN too; lists and objects element by element.
[[nodiscard]] bool same_value(const Json& a, const Json& b, const Tolerance& tolerance);

}  // namespace planwise::analyse
