#include "report/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace planwise::report {

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string with_groups(std::string digits) {
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  for (std::size_t at = point; at > first + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

/// "-0" and "-0.00" tell nothing that "0" does not.
std::string without_empty_sign(std::string text) {
  if (text.starts_with('-') && text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);
  return text;
}

}  // namespace

std::string grouped(double value) {
  if (!std::isfinite(value)) return real_text(value);
  return without_empty_sign(with_groups(fmt::format("{:.0f}", value)));
}

std::string money_text(double value) {
  if (!std::isfinite(value)) return real_text(value);
  const double size = std::abs(value);
  if (size >= 99.995e6) return with_groups(fmt::format("{:.1f}", value / 1e6)) + " M";
  if (size >= 0.9995e6) return fmt::format("{:.2f} M", value / 1e6);
  if (size > 0 && size < 1000 && std::abs(size - std::round(size)) > 1e-9) return fmt::format("{:.2f}", value);
  return grouped(value);
}

std::string percent_text(double fraction) {
  if (!std::isfinite(fraction)) return real_text(fraction);
  const double percent = fraction * 100;
  const double size = std::abs(percent);
  constexpr double nothing = 1e-7;  // rounding of a change, not a change
  if (size > nothing && size < 0.005) return fmt::format("{:.2g} %", percent);
  return without_empty_sign(with_groups(fmt::format("{:.{}f}", percent, size >= 99.95 ? 1 : 2))) + " %";
}

std::string rate_text(double fraction) {
  if (!std::isfinite(fraction)) return real_text(fraction);
  return without_empty_sign(with_groups(fmt::format("{:.2f}", fraction * 100))) + " %";
}

std::string gap_text(double value, Unit unit) {
  if (unit != Unit::percent || !std::isfinite(value)) return unit_text(value, unit);
  return without_empty_sign(fmt::format("{:.2f}", value * 100)) + " pp";
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return real_text(value);
  const double size = std::abs(value);
  if (size == std::floor(size) && size < 1e15) return grouped(value);
  if (size >= 1e5 && size < 1e15) return with_groups(fmt::format("{:.1f}", value));
  return fmt::format("{:.5g}", value);
}

std::string unit_text(double value, Unit unit) {
  switch (unit) {
    case Unit::money:
      return money_text(value);
    case Unit::percent:
      return percent_text(value);
    case Unit::count:
      return value == std::floor(value) ? grouped(value) : number_text(value);
    case Unit::number:
      break;
  }
  return number_text(value);
}

std::string signed_text(double value, Unit unit) {
  const std::string text = unit_text(value, unit);
  return value > 0 && text.find_first_of("123456789") != std::string::npos ? "+" + text : text;
}

std::string points_text(double fraction) {
  if (!std::isfinite(fraction)) return real_text(fraction);
  const std::string text = without_empty_sign(fmt::format("{:+.2f}", fraction * 100));
  return (text == "+0.00" ? "0.00" : text) + " pp";
}

Unit unit_of(std::string_view name) {
  if (has(name, "headcount") || has(name, "count") || has(name, "employees") || has(name, "people") ||
      has(name, "promotions") || has(name, "hires") || has(name, "terminations") || has(name, "evaluations"))
    return has(name, "growth") || has(name, "share") ? Unit::percent : Unit::count;
  if (has(name, "relative") || has(name, "growth") || has(name, "_rate") || has(name, "share") ||
      has(name, "percent") || has(name, "probability") || has(name, "chance") || has(name, "promotion_raise"))
    return Unit::percent;
  if (has(name, "compensation") || has(name, "budget") || has(name, "mean") || has(name, "median") ||
      has(name, "_pay") || has(name, "impact") || has(name, "salary_total") || has(name, "total_cost") ||
      has(name, "cost_") || has(name, "run_rate") || has(name, "in_year"))
    return Unit::money;
  return Unit::number;
}

std::string readable(std::string_view name) {
  if (name.empty()) return {};
  for (char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return std::string(name);
  }
  std::string text(name);
  for (char& c : text) c = c == '_' ? ' ' : c;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (const auto at = text.find("ola rate"); at == 1) text.replace(0, 4, "COLA");
  return text;
}

const char* mark_of(Tone tone) noexcept {
  return tone == Tone::good ? "✓ " : tone == Tone::caution ? "! " : tone == Tone::bad ? "✗ " : "";
}

std::optional<double> finite(const Json* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double real = value->as_real();
  return std::isfinite(real) ? std::optional(real) : std::nullopt;
}

std::string value_text(const Json& value, Unit unit) {
  if (value.is_null()) return "none";
  if (value.is_boolean()) return value.as_boolean() ? "yes" : "no";
  if (value.is_string()) return value.as_string();
  if (value.is_big_integer()) return value.as_big_integer().digits;
  if (value.is_number()) return unit_text(value.as_real(), unit);
  std::string text = value.dump();
  constexpr std::size_t most = 120;
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

}  // namespace planwise::report
