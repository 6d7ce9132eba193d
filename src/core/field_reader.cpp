#include "core/field_reader.h"

#include <algorithm>
#include <cmath>

#include "core/json_text.h"
#include "core/near.h"
#include "core/run_numbers.h"
#include "planwise/error.h"

namespace planwise::core {
namespace {

std::string shown(const Json& value) {
  if (value.is_string()) return excerpt(value.as_string());
  if (value.is_array() || value.is_object()) {
    return "an " + std::string(value.kind_name()) + " of " + std::to_string(value.size());
  }
  return value.is_null() ? "null" : value.dump().substr(0, 80);
}

constexpr std::string_view a_number = "a number";
constexpr std::string_view an_integer = "an integer within 64 bits";

std::optional<std::int64_t> integer_of(const Json& value) {
  if (value.is_integer()) return value.as_integer();
  if (value.is_string()) {
    // Digits by themselves first: a double would lose those of a large seed.
    try {
      const std::string& text = value.as_string();
      const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
      if (!digits.empty() && digits.size() < 20 && digits.find_first_not_of("0123456789") == std::string_view::npos) {
        return std::stoll(text);
      }
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }
  if (value.is_boolean() || value.is_big_integer()) return std::nullopt;
  const auto real = real_of(value);
  constexpr double limit = 9223372036854775808.0;
  if (!real || std::trunc(*real) != *real || *real < -limit || *real >= limit) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

}  // namespace

void refuse_field(const std::string& path, const Json& value, std::string_view allowed) {
  throw Error(ErrorCode::invalid_argument, path + " is " + shown(value) + "; expected " + std::string(allowed));
}

bool is_pair_of_bounds(const Json& value) {
  const auto fits = [](const Json& bound) { return bound.is_null() || (!bound.is_boolean() && real_of(bound)); };
  return value.is_array() && value.size() == 2 && fits(value.at(0)) && fits(value.at(1));
}

void ReadingRules::keep(std::string_view key, const std::string& path, const Json& value) {
  const auto has = [&](std::string_view name) {
    return std::any_of(kept.begin(), kept.end(), [&](const Json::Member& member) { return member.first == name; });
  };
  std::string name(key);
  if (has(name)) name = path;
  while (has(name)) name += '_';
  kept.emplace_back(std::move(name), value);
}

FieldReader::FieldReader(const Json* object, std::string path, ReadingRules& rules)
    : path_(std::move(path)), rules_(rules) {
  if (object == nullptr || object->is_null()) return;
  if (!object->is_object()) refuse_field(path_.empty() ? "run" : path_, *object, "an object");
  object_ = &object->as_object();
  taken_.assign(object_->size(), false);
}

std::string FieldReader::path_of(std::string_view field) const {
  return path_.empty() ? std::string(field) : path_ + '.' + std::string(field);
}

const Json* FieldReader::take(std::string_view field) {
  known_.push_back(field);
  if (object_ == nullptr) return nullptr;
  for (std::size_t index = 0; index < object_->size(); ++index) {
    if ((*object_)[index].first != field) continue;
    taken_[index] = true;
    return &(*object_)[index].second;
  }
  return nullptr;
}

const Json* FieldReader::take_value(std::string_view field) {
  const Json* value = take(field);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string FieldReader::text_of(std::string_view field, const Json& value) const {
  if (value.is_string()) return value.as_string();
  if (!rules_.lenient()) refuse_field(path_of(field), value, "text");
  return value.dump();
}

void FieldReader::take_text(std::string_view field, std::string& out) {
  if (const Json* value = take_value(field)) out = text_of(field, *value);
}

void FieldReader::take_text(std::string_view field, std::optional<std::string>& out) {
  const Json* value = take(field);
  if (value == nullptr) return;
  out = value->is_null() ? std::nullopt : std::optional(text_of(field, *value));
}

void FieldReader::take_name(std::string_view field, std::string& out) {
  const Json* value = take_value(field);
  if (value == nullptr) return;
  out = text_of(field, *value);
  // What older programs have stored is not refused for what it lacks.
  if (out.empty() && !rules_.lenient()) refuse_field(path_of(field), *value, "text that is not empty");
}

void FieldReader::take_integer(std::string_view field, std::optional<std::int64_t>& out) {
  const Json* value = take(field);
  if (value == nullptr) return;
  out.reset();
  if (value->is_null()) return;
  out = integer_of(*value);
  if (!out) refuse_field(path_of(field), *value, an_integer);
}

void FieldReader::take_real(std::string_view field, double& out) {
  std::optional<double> value = out;
  take_real(field, value);
  if (value) out = *value;
}

void FieldReader::take_real(std::string_view field, std::optional<double>& out) {
  const Json* value = take(field);
  if (value == nullptr) return;
  out.reset();
  if (value->is_null()) return;
  if (!value->is_boolean()) out = real_of(*value);
  if (!out) refuse_field(path_of(field), *value, a_number);
}

void FieldReader::take_boolean(std::string_view field, std::optional<bool>& out) {
  const Json* value = take(field);
  if (value == nullptr) return;
  if (value->is_null())
    out.reset();
  else if (value->is_boolean())
    out = value->as_boolean();
  else if (*value == Json(0) || *value == Json("false") || *value == Json("False"))
    out = false;
  else if (*value == Json(1) || *value == Json("true") || *value == Json("True"))
    out = true;
  else
    refuse_field(path_of(field), *value, "true or false");
}

void FieldReader::take_time(std::string_view field, Timestamp& out) {
  std::optional<Timestamp> value = out;
  take_time(field, value);
  if (value) out = *value;
}

void FieldReader::take_time(std::string_view field, std::optional<Timestamp>& out) {
  const Json* value = take(field);
  if (value == nullptr) return;
  out.reset();
  if (value->is_null()) return;
  if (!value->is_string()) refuse_field(path_of(field), *value, "a time as text");
  try {
    out = parse_time(value->as_string(), rules_.zone);
  } catch (const Error& failure) {
    throw Error(failure.code(), path_of(field) + ": " + failure.what());
  }
}

void FieldReader::take_texts(std::string_view field, std::vector<std::string>& out) {
  const Json* value = take_value(field);
  if (value == nullptr) return;
  if (rules_.lenient() && !value->is_array()) {
    out = {text_of(field, *value)};
    return;
  }
  if (!value->is_array()) refuse_field(path_of(field), *value, "an array of texts");
  out.clear();
  for (const Json& element : value->as_array()) {
    out.push_back(text_of(std::string(field) + '[' + std::to_string(out.size()) + ']', element));
  }
}

void FieldReader::take_json(std::string_view field, Json& out, bool (*fits)(const Json&), std::string_view allowed) {
  const Json* value = take_value(field);
  if (value == nullptr) return;
  if (!rules_.lenient() && !fits(*value)) refuse_field(path_of(field), *value, allowed);
  out = *value;
}

void FieldReader::take_parameters(std::string_view field, Json& out) {
  const Json* value = take_value(field);
  if (value == nullptr) return;
  if (!rules_.lenient()) {
    if (!value->is_object()) refuse_field(path_of(field), *value, "an object of name: number");
    for (const auto& [name, member] : value->as_object()) {
      if (!real_of(member)) refuse_field(path_of(field) + '.' + name, member, a_number);
    }
  }
  out = with_real_values(*value);
}

void FieldReader::take_bounds(std::string_view field, Json& out) {
  const Json* value = take_value(field);
  if (value == nullptr) return;
  if (!rules_.lenient()) {
    if (!value->is_object()) refuse_field(path_of(field), *value, "an object of name: [lower, upper]");
    for (const auto& [name, pair] : value->as_object()) {
      if (!is_pair_of_bounds(pair)) refuse_field(path_of(field) + '.' + name, pair, "[lower, upper], numbers or null");
    }
  }
  out = with_real_pairs(*value);
}

void FieldReader::take_reals(std::string_view field, Json& out) {
  const Json* value = take_value(field);
  if (value == nullptr) return;
  if (!rules_.lenient()) {
    if (!value->is_array()) refuse_field(path_of(field), *value, "an array of numbers");
    std::size_t index = 0;
    for (const Json& element : value->as_array()) {
      const std::string path = path_of(field) + '[' + std::to_string(index++) + ']';
      if (!element.is_null() && !real_of(element)) refuse_field(path, element, "a number or null");
    }
  }
  out = with_real_elements(*value);
}

void FieldReader::take_parameter_list(std::string_view field, Json& out) {
  const Json* value = take_value(field);
  if (value == nullptr) return;
  if (!rules_.lenient()) {
    if (!value->is_array()) refuse_field(path_of(field), *value, "an array of objects");
    std::size_t index = 0;
    for (const Json& element : value->as_array()) {
      const std::string path = path_of(field) + '[' + std::to_string(index++) + ']';
      if (!element.is_object()) refuse_field(path, element, "an object of name: number");
      for (const auto& [name, member] : element.as_object()) {
        if (!real_of(member)) refuse_field(path + '.' + name, member, a_number);
      }
    }
  }
  out = with_real_elements(*value);
}

void FieldReader::finish() {
  if (object_ == nullptr) return;
  for (std::size_t index = 0; index < object_->size(); ++index) {
    if (taken_[index]) continue;
    const auto& [key, value] = (*object_)[index];
    if (!rules_.lenient()) {
      throw Error(ErrorCode::invalid_argument, path_of(excerpt(key)) + " is no field of " +
                                                   (path_.empty() ? "a run" : path_) + did_you_mean(key, known_));
    }
    rules_.keep(key, path_of(key), value);
  }
}

}  // namespace planwise::core
