#include "analyse/same_value.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace planwise::analyse {
namespace {

bool same_number(const Json& a, const Json& b, const Tolerance& tolerance) {
  // Seeds beyond 2^53 differ by less than a double can tell.
  const bool whole = (a.is_integer() || a.is_big_integer()) && (b.is_integer() || b.is_big_integer());
  if (a == b) return true;
  if (whole && tolerance.absolute == 0 && tolerance.relative == 0) return false;
  const double x = *number_in(a);
  const double y = *number_in(b);
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  if (std::isinf(x) || std::isinf(y)) return x == y;
  return std::fabs(x - y) <= tolerance.absolute + tolerance.relative * std::max(std::fabs(x), std::fabs(y));
}

bool same_object(const Json& a, const Json& b, const Tolerance& tolerance) {
  if (a.size() != b.size()) return false;
  std::unordered_map<std::string_view, const Json*> members;
  for (const auto& [key, value] : b.as_object()) members.emplace(key, &value);
  return std::all_of(a.as_object().begin(), a.as_object().end(), [&](const Json::Member& member) {
    const auto found = members.find(member.first);
    return found != members.end() && same_value(member.second, *found->second, tolerance);
  });
}

}  // namespace

std::optional<double> number_in(const Json& value) {
  if (value.is_number()) return value.as_real();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.as_string();
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") return value.as_real();
  return std::nullopt;
}

bool same_value(const Json& a, const Json& b, const Tolerance& tolerance) {
  if (number_in(a) && number_in(b)) return same_number(a, b, tolerance);
  if (a.is_object() && b.is_object()) return same_object(a, b, tolerance);
  if (a.is_array() && b.is_array()) {
    return std::equal(a.as_array().begin(), a.as_array().end(), b.as_array().begin(), b.as_array().end(),
                      [&](const Json& x, const Json& y) { return same_value(x, y, tolerance); });
  }
  return a == b;
}

}  // namespace planwise::analyse
