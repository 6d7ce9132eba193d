#include "planwise/json.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise {
namespace {

[[noreturn]] void wrong_kind(const Json& value, std::string_view wanted) {
  throw Error(ErrorCode::invalid_argument,
              "JSON value is " + std::string(value.kind_name()) + ", expected " + std::string(wanted));
}

double nearest_real(const Json::BigInteger& value) {
  double real = 0;
  const char* end = value.digits.data() + value.digits.size();
  const auto result = std::from_chars(value.digits.data(), end, real);
  if (result.ec == std::errc::result_out_of_range) {
    const double infinity = std::numeric_limits<double>::infinity();
    return value.digits.front() == '-' ? -infinity : infinity;
  }
  return real;
}

bool same_real(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::vector<const Json::Member*> sorted_members(const Json::Object& object) {
  std::vector<const Json::Member*> members;
  members.reserve(object.size());
  for (const auto& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  return members;
}

template <typename Same>
bool same_object(const Json::Object& a, const Json::Object& b, Same same) {
  if (a.size() != b.size()) return false;
  const auto same_member = [&](const Json::Member& x, const Json::Member& y) {
    return x.first == y.first && same(x.second, y.second);
  };
  const auto same_key = [](const Json::Member& x, const Json::Member& y) { return x.first == y.first; };
  if (std::equal(a.begin(), a.end(), b.begin(), same_key))
    return std::equal(a.begin(), a.end(), b.begin(), same_member);
  const auto left = sorted_members(a);
  const auto right = sorted_members(b);
  return std::equal(left.begin(), left.end(), right.begin(),
                    [&](const auto* x, const auto* y) { return same_member(*x, *y); });
}

Json with_real_tag(const Json& value) {
  if (!value.is_string()) return value;
  const auto real = core::from_non_finite_tag(value.as_string());
  return real ? Json(*real) : value;
}

/// Decimal digits of an integer, or of a real that is one; "" for other reals.
std::string integer_digits(const Json& value) {
  if (!value.is_real()) return value.dump();
  const double real = value.as_real();
  if (!std::isfinite(real) || std::trunc(real) != real) return "";
  std::array<char, 400> buffer{};  // the largest double has 309 digits
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), real == 0 ? 0.0 : real, std::chars_format::fixed, 0)
          .ptr;
  return {buffer.data(), end};
}

bool same_digits(const Json& a, const Json& b) {
  const std::string digits = integer_digits(a);
  return !digits.empty() && digits == integer_digits(b);
}

}  // namespace

std::string_view Json::kind_name() const noexcept {
  if (is_null()) return "null";
  if (is_boolean()) return "boolean";
  if (is_integer() || is_big_integer()) return "integer";
  if (is_real()) return "real";
  if (is_string()) return "string";
  return is_array() ? "array" : "object";
}

bool Json::as_boolean() const {
  if (const auto* value = std::get_if<bool>(&value_)) return *value;
  wrong_kind(*this, "boolean");
}

std::int64_t Json::as_integer() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  wrong_kind(*this, is_big_integer() ? "an integer within 64 bits" : "integer");
}

double Json::as_real() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<BigInteger>(&value_)) return nearest_real(*value);
  if (const auto* value = std::get_if<std::string>(&value_)) {
    if (const auto tagged = core::from_non_finite_tag(*value)) return *tagged;
  }
  wrong_kind(*this, "real");
}

const std::string& Json::as_string() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  wrong_kind(*this, "string");
}

const Json::BigInteger& Json::as_big_integer() const {
  if (const auto* value = std::get_if<BigInteger>(&value_)) return *value;
  wrong_kind(*this, "an integer beyond 64 bits");
}

const Json::Array& Json::as_array() const {
  if (const auto* value = std::get_if<Array>(&value_)) return *value;
  wrong_kind(*this, "array");
}

Json::Array& Json::as_array() {
  if (auto* value = std::get_if<Array>(&value_)) return *value;
  wrong_kind(*this, "array");
}

const Json::Object& Json::as_object() const {
  if (const auto* value = std::get_if<Object>(&value_)) return *value;
  wrong_kind(*this, "object");
}

Json::Object& Json::as_object() {
  if (auto* value = std::get_if<Object>(&value_)) return *value;
  wrong_kind(*this, "object");
}

std::size_t Json::size() const noexcept {
  if (const auto* object = std::get_if<Object>(&value_)) return object->size();
  if (const auto* array = std::get_if<Array>(&value_)) return array->size();
  return 0;
}

const Json* Json::find(std::string_view key) const noexcept {
  const auto* object = std::get_if<Object>(&value_);
  if (object == nullptr) return nullptr;
  for (const auto& member : *object) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

Json* Json::find(std::string_view key) noexcept {
  return const_cast<Json*>(static_cast<const Json*>(this)->find(key));  // NOLINT: *this is not const here
}

const Json& Json::at(std::string_view key) const {
  if (const Json* value = find(key)) return *value;
  throw Error(ErrorCode::not_found, "JSON " + std::string(kind_name()) + " has no member " + core::excerpt(key));
}

const Json& Json::at(std::size_t index) const {
  const auto* array = std::get_if<Array>(&value_);
  if (array != nullptr && index < array->size()) return (*array)[index];
  throw Error(ErrorCode::not_found, "JSON " + std::string(kind_name()) + " of " + std::to_string(size()) +
                                        " elements has no element " + std::to_string(index));
}

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  Object& object = as_object();
  if (Json* old = find(key)) {
    *old = std::move(value);
    return *old;
  }
  return object.emplace_back(std::string(key), std::move(value)).second;
}

void Json::erase(std::string_view key) {
  if (auto* object = std::get_if<Object>(&value_)) {
    std::erase_if(*object, [&](const Member& member) { return member.first == key; });
  }
}

void Json::push_back(Json value) {
  if (is_null()) value_ = Array{};
  as_array().push_back(std::move(value));
}

bool operator==(const Json& a, const Json& b) {
  if (a.value_.index() != b.value_.index()) return false;
  if (a.is_real()) return same_real(std::get<double>(a.value_), std::get<double>(b.value_));
  if (a.is_object()) return same_object(a.as_object(), b.as_object(), std::equal_to<Json>());
  return a.value_ == b.value_;
}

bool numerically_equal(const Json& a, const Json& b) {
  if (a.is_array() && b.is_array()) {
    return std::equal(a.as_array().begin(), a.as_array().end(), b.as_array().begin(), b.as_array().end(),
                      numerically_equal);
  }
  if (a.is_object() && b.is_object()) return same_object(a.as_object(), b.as_object(), numerically_equal);
  const Json left = with_real_tag(a);
  const Json right = with_real_tag(b);
  if (left == right) return true;
  if (left.is_real() && right.is_real()) return left.as_real() == right.as_real();
  if (left.is_number() && right.is_number()) return same_digits(left, right);
  return false;
}

}  // namespace planwise
