#include "core/run_numbers.h"

#include "core/json_text.h"

namespace planwise::core {
namespace {

Json as_real_where_possible(const Json& value) {
  const auto real = real_of(value);
  return real ? Json(*real) : value;
}

}  // namespace

std::optional<double> real_of(const Json& value) noexcept {
  if (value.is_boolean()) return value.as_boolean() ? 1.0 : 0.0;
  if (value.is_number()) return value.as_real();
  if (value.is_string()) return real_from_text(value.as_string());
  return std::nullopt;
}

Json with_real_values(const Json& map) {
  if (map.is_null()) return Json::object();
  if (!map.is_object()) return map;
  Json::Object out;
  out.reserve(map.size());
  for (const auto& [key, value] : map.as_object()) out.emplace_back(key, as_real_where_possible(value));
  return out;
}

Json with_real_pairs(const Json& map) {
  if (map.is_null()) return Json::object();
  if (!map.is_object()) return map;
  Json::Object out;
  out.reserve(map.size());
  for (const auto& [key, pair] : map.as_object())
    out.emplace_back(key, pair.is_array() ? with_real_elements(pair) : pair);
  return out;
}

Json with_real_elements(const Json& list) {
  if (list.is_null()) return Json::array();
  if (!list.is_array()) return list;
  Json::Array out;
  out.reserve(list.size());
  for (const Json& element : list.as_array()) {
    out.push_back(element.is_object() ? with_real_values(element) : as_real_where_possible(element));
  }
  return out;
}

}  // namespace planwise::core
