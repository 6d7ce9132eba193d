#include "manager/study_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/near.h"

namespace planwise::manager {

namespace {

constexpr std::size_t longest_shown = 80;

[[noreturn]] void refuse(const std::string& path, const Json& value, std::string_view allowed) {
  throw StudyFault(path, fmt::format("{} is {}; {} is allowed", path, shown(value), allowed));
}

double real_of(const std::string& path, const Json& value, Allowed allowed) {
  const double number = value.is_integer() || value.is_real() ? value.as_real() : std::nan("");
  if (number >= allowed.least && number <= allowed.most) return number;
  if (std::abs(allowed.least) >= 1e300 && std::abs(allowed.most) >= 1e300) refuse(path, value, "a finite number");
  if (allowed.most >= 1e300) refuse(path, value, fmt::format("a number of at least {}", allowed.least));
  refuse(path, value, fmt::format("a number from {} to {}", allowed.least, allowed.most));
}

std::int64_t whole_of(const std::string& path, const Json& value, std::int64_t least, std::int64_t most) {
  if (value.is_integer() && value.as_integer() >= least && value.as_integer() <= most) return value.as_integer();
  refuse(path, value, fmt::format("a whole number from {} to {}", least, most));
}

}  // namespace

std::string shown(const Json& value) {
  std::string text = value.is_string() ? fmt::format("'{}'", value.as_string()) : value.dump();
  if (value.is_real()) text = real_text(value.as_real());
  if (text.size() > longest_shown) text = fmt::format("{} of {}", value.kind_name(), value.size());
  return text;
}

// --- writing --------------------------------------------------------------------------------------------------------

void StudyWriter::seed(std::string_view key, std::uint64_t& value) {
  if (value <= static_cast<std::uint64_t>(INT64_MAX)) {
    object_.set(key, static_cast<std::int64_t>(value));
  } else {
    object_.set(key, Json::BigInteger{std::to_string(value)});
  }
}

void StudyWriter::reals(std::string_view key, std::map<std::string, double>& values, Allowed) {
  Json object = Json::object();
  for (const auto& [name, value] : values) object.set(name, value);
  object_.set(key, std::move(object));
}

void StudyWriter::bounds(std::string_view key, std::map<std::string, LeverBounds>& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values) object.set(name, Json(Json::Array{value.minimum, value.maximum}));
  object_.set(key, std::move(object));
}

void StudyWriter::points(std::string_view key, std::vector<std::vector<double>>& values) {
  Json list = Json::array();
  for (const std::vector<double>& point : values) list.push_back(Json(Json::Array(point.begin(), point.end())));
  object_.set(key, std::move(list));
}

// --- reading --------------------------------------------------------------------------------------------------------

StudyReader::StudyReader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
  if (!object.is_object()) refuse(path_.empty() ? "the study" : path_, object, "an object of keys");
}

void StudyReader::text(std::string_view key, std::string& value) {
  const Json* given = get(key);
  if (given == nullptr) return;
  if (!given->is_string()) refuse(path_of(key), *given, "text");
  value = given->as_string();
}

void StudyReader::texts(std::string_view key, std::vector<std::string>& values) {
  const Json* given = list(key);
  if (given == nullptr) return;
  values.clear();
  for (std::size_t i = 0; i < given->size(); ++i) {
    if (!given->at(i).is_string()) refuse(element(key, i), given->at(i), "text");
    values.push_back(given->at(i).as_string());
  }
}

void StudyReader::flag(std::string_view key, bool& value) {
  const Json* given = get(key);
  if (given == nullptr) return;
  if (!given->is_boolean()) refuse(path_of(key), *given, "true or false");
  value = given->as_boolean();
}

void StudyReader::real(std::string_view key, double& value, Allowed allowed) {
  const Json* given = get(key);
  if (given != nullptr) value = real_of(path_of(key), *given, allowed);
}

void StudyReader::real(std::string_view key, std::optional<double>& value, Allowed allowed) {
  const Json* given = get(key);
  if (given == nullptr) return;
  value = given->is_null() ? std::nullopt : std::optional(real_of(path_of(key), *given, allowed));
}

void StudyReader::whole(std::string_view key, int& value, std::int64_t least, std::int64_t most) {
  const Json* given = get(key);
  if (given != nullptr) value = static_cast<int>(whole_of(path_of(key), *given, least, most));
}

void StudyReader::whole(std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most) {
  const Json* given = get(key);
  if (given != nullptr) value = whole_of(path_of(key), *given, least, most);
}

void StudyReader::seed(std::string_view key, std::uint64_t& value) {
  const Json* given = get(key);
  if (given == nullptr) return;
  if (given->is_integer() && given->as_integer() >= 0) {
    value = static_cast<std::uint64_t>(given->as_integer());
    return;
  }
  if (given->is_big_integer()) {
    const std::string& digits = given->as_big_integer().digits;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure == std::errc{} && end == digits.data() + digits.size()) return;
  }
  refuse(path_of(key), *given, fmt::format("a whole number from 0 to {}", UINT64_MAX));
}

void StudyReader::wholes(std::string_view key, std::vector<int>& values, std::int64_t least, std::int64_t most) {
  const Json* given = list(key);
  if (given == nullptr) return;
  values.clear();
  for (std::size_t i = 0; i < given->size(); ++i)
    values.push_back(static_cast<int>(whole_of(element(key, i), given->at(i), least, most)));
}

void StudyReader::reals(std::string_view key, std::map<std::string, double>& values, Allowed allowed) {
  const Json* given = get(key);
  if (given == nullptr) return;
  if (!given->is_object()) refuse(path_of(key), *given, "an object of name = number");
  values.clear();
  for (const auto& [name, value] : given->as_object())
    values[name] = real_of(fmt::format("{}.{}", path_of(key), name), value, allowed);
}

void StudyReader::bounds(std::string_view key, std::map<std::string, LeverBounds>& values) {
  const Json* given = get(key);
  if (given == nullptr) return;
  if (!given->is_object()) refuse(path_of(key), *given, "an object of lever = [lower, upper]");
  values.clear();
  for (const auto& [name, value] : given->as_object()) {
    const std::string path = fmt::format("{}.{}", path_of(key), name);
    if (!value.is_array() || value.size() != 2) refuse(path, value, "a list of two numbers, [lower, upper],");
    constexpr Allowed finite{-1e300, 1e300};
    values[name] = {real_of(path + "[0]", value.at(0), finite), real_of(path + "[1]", value.at(1), finite)};
  }
}

void StudyReader::points(std::string_view key, std::vector<std::vector<double>>& values) {
  const Json* given = list(key);
  if (given == nullptr) return;
  values.clear();
  for (std::size_t i = 0; i < given->size(); ++i) {
    const Json& point = given->at(i);
    if (!point.is_array()) refuse(element(key, i), point, "a list of numbers");
    std::vector<double>& value = values.emplace_back();
    for (std::size_t k = 0; k < point.size(); ++k)
      value.push_back(real_of(fmt::format("{}[{}]", element(key, i), k), point.at(k), {-1e300, 1e300}));
  }
}

void StudyReader::levers(std::string_view key, Json& value) {
  const Json* given = get(key);
  if (given == nullptr) return;
  if (!given->is_object()) refuse(path_of(key), *given, "an object of lever = number");
  value = *given;
}

void StudyReader::finish() const {
  for (const auto& [key, value] : object_.as_object()) {
    if (std::ranges::find(asked_, key) != asked_.end()) continue;
    const std::string path = path_of(key);
    std::string hint = core::did_you_mean(key, asked_);
    if (hint.empty()) hint = fmt::format("; allowed are {}", fmt::join(asked_, ", "));
    throw StudyFault(path, fmt::format("there is no key '{}' in a study{}", path, hint));
  }
}

const Json* StudyReader::get(std::string_view key) {
  asked_.push_back(key);
  return object_.find(key);
}

const Json* StudyReader::list(std::string_view key) {
  const Json* given = get(key);
  if (given != nullptr && !given->is_array()) refuse(path_of(key), *given, "a list");
  return given;
}

std::string StudyReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

std::string StudyReader::element(std::string_view key, std::size_t index) const {
  return fmt::format("{}[{}]", path_of(key), index);
}

bool StudyReader::same_word(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

void StudyReader::refuse_word(const std::string& path, const Json& value, const std::vector<std::string_view>& names) {
  const std::string hint = value.is_string() ? core::did_you_mean(value.as_string(), names) : "";
  throw StudyFault(path, fmt::format("{} is {}; allowed are {}{}", path, shown(value), fmt::join(names, ", "), hint));
}

}  // namespace planwise::manager
