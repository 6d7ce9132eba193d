/// \file
/// Numbers and limits as all rules about levers take them. Internal to levers.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "planwise/json.h"
#include "planwise/levers.h"

namespace planwise::levers {

/// Room for rounding when a computed figure is held against a limit: (0.042 - 0.04) / 0.04 is not 0.05 in binary.
inline constexpr double rounding = 1e-9;
[[nodiscard]] inline bool clearly_below(double figure, double limit) noexcept {
  return figure < limit - rounding * std::max(1.0, std::fabs(limit));
}
[[nodiscard]] inline bool clearly_above(double figure, double limit) noexcept {
  return figure > limit + rounding * std::max(1.0, std::fabs(limit));
}

/// A finite integer or real; nullopt for everything else: texts, booleans and the tags of non-finite numbers too.
[[nodiscard]] inline std::optional<double> finite_number(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.as_real();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}
/// finite_number(), or invalid_argument naming `name`.
[[nodiscard]] double required_number(std::string_view name, const Json& value);

/// A rule about one value. spread_above holds for no single value.
[[nodiscard]] bool holds(const LeverRule& rule, double value) noexcept;

/// At least 4 decimals, more where 4 would hide what the number is.
[[nodiscard]] std::string number_text(double value);

/// `value` short enough for a message.
[[nodiscard]] std::string value_text(const Json& value);

/// "<what> must be an object of name: number; it is a <kind>", unless object or null (no levers).
void require_object(const Json& levers, std::string_view what);

}  // namespace planwise::levers
