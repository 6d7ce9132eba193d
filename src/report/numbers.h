/// \file
/// Figures as people read them. The same text in every locale. Internal to report.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "planwise/json.h"
#include "report/model.h"

namespace planwise::report {

/// "722.7 M", "4.10 M", "812,500", "-3.2 M".
[[nodiscard]] std::string money_text(double value);
/// "722,665,432" without decimals.
[[nodiscard]] std::string grouped(double value);
/// "2.50 %".
[[nodiscard]] std::string percent_text(double fraction);
/// "0.00 %": always two decimals, for levers and what else is set rather than computed.
[[nodiscard]] std::string rate_text(double fraction);
/// What is left of a limit or goes beyond it: of fractions in points without a sign, "1.04 pp".
[[nodiscard]] std::string gap_text(double value, Unit unit);
/// At most five significant digits, large ones with groups.
[[nodiscard]] std::string number_text(double value);
[[nodiscard]] std::string unit_text(double value, Unit unit);
/// With the sign, also of what is above zero: "+2.10 M".
[[nodiscard]] std::string signed_text(double value, Unit unit);
/// "0.30 points" of a difference of fractions.
[[nodiscard]] std::string points_text(double fraction);
/// What unit a figure of that name has: "active_compensation" money, "mean_growth" percent, "active_headcount" count.
[[nodiscard]] Unit unit_of(std::string_view name);
/// "active_compensation" as "Active compensation".
[[nodiscard]] std::string readable(std::string_view name);
/// What stands before words of that tone, so that no colour alone tells it: "✓ ", "! ", "✗ " or nothing.
[[nodiscard]] const char* mark_of(Tone tone) noexcept;
/// A finite number of any kind, tagged text excluded.
[[nodiscard]] std::optional<double> finite(const Json* value);
/// Any plain value for a cell, numbers by `unit`; objects and lists as compact JSON cut at 120 bytes.
[[nodiscard]] std::string value_text(const Json& value, Unit unit = Unit::number);

}  // namespace planwise::report
