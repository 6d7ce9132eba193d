// str(decimal.Decimal(text)) by the rules of Python's decimal module (General Decimal Arithmetic, to-scientific-string).
#include <algorithm>
#include <charconv>

#include "exchange/pickle_text.h"

namespace planwise::exchange {
namespace {

struct Parts {
  std::string digits;      // coefficient without leading zeros, at least "0"
  std::int64_t exponent = 0;
};

bool all_digits(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string without_leading_zeros(std::string_view digits) {
  const auto first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? "" : std::string(digits.substr(first));
}

std::optional<Parts> parse(std::string_view text) {
  Parts parts;
  const auto mark = text.find_first_of("eE");
  std::string_view number = text.substr(0, mark);
  if (mark != std::string_view::npos) {
    std::string_view exponent = text.substr(mark + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const std::string_view magnitude = exponent.starts_with('-') ? exponent.substr(1) : exponent;
    if (magnitude.empty() || magnitude.size() > 9 || !all_digits(magnitude)) return std::nullopt;
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), parts.exponent);
  }
  const auto point = number.find('.');
  const std::string_view whole = number.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : number.substr(point + 1);
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (!all_digits(whole) || !all_digits(fraction)) return std::nullopt;
  parts.digits = without_leading_zeros(std::string(whole) + std::string(fraction));
  if (parts.digits.empty()) parts.digits = "0";
  parts.exponent -= static_cast<std::int64_t>(fraction.size());
  return parts;
}

std::string written(const Parts& parts) {
  const auto count = static_cast<std::int64_t>(parts.digits.size());
  const std::int64_t left = parts.exponent + count;  // digits before the point when written without exponent
  const bool fixed = parts.exponent <= 0 && left > -6;
  const std::int64_t point = fixed ? left : 1;
  std::string text;
  if (point <= 0) {
    text = "0." + std::string(static_cast<std::size_t>(-point), '0') + parts.digits;
  } else if (point >= count) {
    text = parts.digits;
  } else {
    text = parts.digits.substr(0, static_cast<std::size_t>(point)) + "." +
           parts.digits.substr(static_cast<std::size_t>(point));
  }
  if (!fixed) {
    const std::int64_t exponent = left - 1;
    text += exponent < 0 ? "E-" : "E+";
    text += std::to_string(exponent < 0 ? -exponent : exponent);
  }
  return text;
}

}  // namespace

std::optional<std::string> decimal_text(std::string_view text) {
  if (text.size() > 4300) return std::nullopt;
  std::string sign;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (text[0] == '-') sign = "-";
    text.remove_prefix(1);
  }
  const std::string name = lower_ascii(text);
  if (name == "inf" || name == "infinity") return sign + "Infinity";
  for (const auto& [prefix, spelled] : {std::pair<std::string_view, std::string_view>{"nan", "NaN"}, {"snan", "sNaN"}})
    if (name.starts_with(prefix) && all_digits(std::string_view(name).substr(prefix.size())))
      return sign + std::string(spelled) + without_leading_zeros(std::string_view(name).substr(prefix.size()));
  const auto parts = parse(text);
  if (!parts) return std::nullopt;
  return sign + written(*parts);
}

}  // namespace planwise::exchange
