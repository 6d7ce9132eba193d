/// \file
/// One description of a study's keys serves reading and writing, so that the two cannot differ: a describe() function
/// names each key once, and the archive it is given reads or writes it. Internal to manager.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planwise/decisions.h"
#include "planwise/error.h"

namespace planwise::manager {

/// A key or value of a study that does not fit, with its path ("constraints[0].minimum").
class StudyFault : public Error {
 public:
  StudyFault(std::string path, const std::string& message)
      : Error(ErrorCode::invalid_argument, message), path_(std::move(path)) {}
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// A value as messages show it.
[[nodiscard]] std::string shown(const Json& value);

/// Numbers that are allowed.
struct Allowed {
  double least, most;
};

class StudyWriter {
 public:
  static constexpr bool reads = false;

  void text(std::string_view key, std::string& value) { object_.set(key, value); }
  void texts(std::string_view key, std::vector<std::string>& values) { put_list(key, values); }
  void flag(std::string_view key, bool& value) { object_.set(key, value); }
  void real(std::string_view key, double& value, Allowed) { object_.set(key, value); }
  void real(std::string_view key, std::optional<double>& value, Allowed) {
    object_.set(key, value ? Json(*value) : Json());
  }
  void whole(std::string_view key, int& value, std::int64_t, std::int64_t) { object_.set(key, value); }
  void whole(std::string_view key, std::int64_t& value, std::int64_t, std::int64_t) { object_.set(key, value); }
  void seed(std::string_view key, std::uint64_t& value);
  void wholes(std::string_view key, std::vector<int>& values, std::int64_t, std::int64_t) { put_list(key, values); }
  void reals(std::string_view key, std::map<std::string, double>& values, Allowed);
  void bounds(std::string_view key, std::map<std::string, LeverBounds>& values);
  void points(std::string_view key, std::vector<std::vector<double>>& values);
  void levers(std::string_view key, Json& value) { object_.set(key, value); }
  /// One of named values.
  template <class Enum>
  void word(std::string_view key, Enum& value, std::span<const std::pair<std::string_view, Enum>> words) {
    for (const auto& [name, meant] : words) {
      if (meant == value) object_.set(key, name);
    }
  }
  /// An object of its own: describe(archive).
  template <class Describe>
  void section(std::string_view key, Describe&& describe) {
    StudyWriter inner;
    describe(inner);
    object_.set(key, std::move(inner.object_));
  }
  /// A list of objects: describe(archive, element).
  template <class T, class Describe>
  void sections(std::string_view key, std::vector<T>& values, Describe&& describe) {
    Json list = Json::array();
    for (T& value : values) {
      StudyWriter inner;
      describe(inner, value);
      list.push_back(std::move(inner.object_));
    }
    object_.set(key, std::move(list));
  }
  [[nodiscard]] Json take() { return std::move(object_); }

 private:
  template <class T>
  void put_list(std::string_view key, const std::vector<T>& values) {
    Json list = Json::array();
    for (const T& value : values) list.push_back(value);
    object_.set(key, std::move(list));
  }
  Json object_ = Json::object();
};

/// Strict: throws StudyFault for a value that does not fit, and in finish() for a key that nobody asked for. A missing
/// key leaves the value alone.
class StudyReader {
 public:
  static constexpr bool reads = true;

  /// `object` lives as long as the reader. Throws when it is no object.
  StudyReader(const Json& object, std::string path);

  void text(std::string_view key, std::string& value);
  void texts(std::string_view key, std::vector<std::string>& values);
  void flag(std::string_view key, bool& value);
  void real(std::string_view key, double& value, Allowed allowed);
  void real(std::string_view key, std::optional<double>& value, Allowed allowed);
  void whole(std::string_view key, int& value, std::int64_t least, std::int64_t most);
  void whole(std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most);
  void seed(std::string_view key, std::uint64_t& value);
  void wholes(std::string_view key, std::vector<int>& values, std::int64_t least, std::int64_t most);
  void reals(std::string_view key, std::map<std::string, double>& values, Allowed allowed);
  void bounds(std::string_view key, std::map<std::string, LeverBounds>& values);
  void points(std::string_view key, std::vector<std::vector<double>>& values);
  /// Flat names or the tuning form: an object.
  void levers(std::string_view key, Json& value);
  template <class Enum>
  void word(std::string_view key, Enum& value, std::span<const std::pair<std::string_view, Enum>> words) {
    const Json* given = get(key);
    if (given == nullptr) return;
    std::vector<std::string_view> names;
    for (const auto& [name, meant] : words) {
      if (given->is_string() && same_word(given->as_string(), name)) {
        value = meant;
        return;
      }
      names.push_back(name);
    }
    refuse_word(path_of(key), *given, names);
  }
  template <class Describe>
  void section(std::string_view key, Describe&& describe) {
    const Json* given = get(key);
    if (given == nullptr) return;
    StudyReader inner(*given, path_of(key));
    describe(inner);
    inner.finish();
  }
  template <class T, class Describe>
  void sections(std::string_view key, std::vector<T>& values, Describe&& describe) {
    const Json* given = list(key);
    if (given == nullptr) return;
    values.clear();
    for (std::size_t i = 0; i < given->size(); ++i) {
      StudyReader inner(given->at(i), element(key, i));
      describe(inner, values.emplace_back());
      inner.finish();
    }
  }
  void finish() const;

 private:
  [[nodiscard]] const Json* get(std::string_view key);
  /// Of an array, or nullptr when the key is not there.
  [[nodiscard]] const Json* list(std::string_view key);
  [[nodiscard]] std::string path_of(std::string_view key) const;
  [[nodiscard]] std::string element(std::string_view key, std::size_t index) const;
  [[nodiscard]] static bool same_word(std::string_view a, std::string_view b) noexcept;
  [[noreturn]] static void refuse_word(const std::string& path, const Json& value,
                                       const std::vector<std::string_view>& names);

  const Json& object_;
  std::string path_;
  std::vector<std::string_view> asked_;
};

}  // namespace planwise::manager
