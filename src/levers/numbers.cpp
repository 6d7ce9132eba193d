#include "levers/numbers.h"

#include <fmt/format.h>

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::levers {

double required_number(std::string_view name, const Json& value) {
  if (const auto number = finite_number(value)) return *number;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} is {}; a lever must be a finite number", core::as_utf8(name), value_text(value)));
}

bool holds(const LeverRule& rule, double value) noexcept {
  switch (rule.test) {
    case LeverTest::above:
      return value > rule.limit;
    case LeverTest::below:
      return value < rule.limit;
    case LeverTest::equal:
      return value == rule.limit;
    case LeverTest::spread_above:
      break;
  }
  return false;
}

std::string number_text(double value) {
  if (!std::isfinite(value) || std::fabs(value) >= 1e12) return real_text(value);
  std::string text = fmt::format("{:.4f}", value);
  const bool exact = std::fabs(value - std::round(value * 1e4) / 1e4) <= 1e-12 * std::max(1.0, std::fabs(value));
  return exact ? text : real_text(value);
}

std::string value_text(const Json& value) {
  if (value.is_string()) return core::excerpt(value.as_string());
  if (value.is_real()) return real_text(value.as_real());
  if (value.is_array() || value.is_object()) return fmt::format("an {}", value.kind_name());
  return value.dump();
}

void require_object(const Json& levers, std::string_view what) {
  if (levers.is_null() || levers.is_object()) return;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} must be an object of name: number; it is {}", what, value_text(levers)));
}

}  // namespace planwise::levers
