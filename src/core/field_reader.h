/// \file
/// Takes the fields of one JSON object into typed values, and keeps account of which it has no place for. Internal to
/// core.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"
#include "planwise/run.h"
#include "planwise/time.h"

namespace planwise::core {

/// Settings of one call of run_from_json(), and what it could not place.
struct ReadingRules {
  UnknownFields unknown = UnknownFields::refuse;
  std::string_view zone = "UTC";
  Json::Object kept = {};  ///< With UnknownFields::keep: name -> value, names unique.

  [[nodiscard]] bool lenient() const noexcept { return unknown == UnknownFields::keep; }
  /// Keeps a value under `key`, or under `path` when another value has that name.
  void keep(std::string_view key, const std::string& path, const Json& value);
};

/// Throws invalid_argument: "<path> is <value>; expected <allowed>".
[[noreturn]] void refuse_field(const std::string& path, const Json& value, std::string_view allowed);

/// [lower, upper], each a number, numeric text or null.
[[nodiscard]] bool is_pair_of_bounds(const Json& value);

/// Reads one object. Every take_...() leaves `out` alone when the field is missing. Null means absent for an optional
/// and the value already there for everything else.
class FieldReader {
 public:
  /// `object` may be nullptr or null (no fields at all). Throws invalid_argument for another kind than object.
  FieldReader(const Json* object, std::string path, ReadingRules& rules);

  void take_text(std::string_view field, std::string& out);
  void take_text(std::string_view field, std::optional<std::string>& out);
  /// Any text but an empty one.
  void take_name(std::string_view field, std::string& out);
  void take_integer(std::string_view field, std::optional<std::int64_t>& out);
  void take_real(std::string_view field, double& out);
  void take_real(std::string_view field, std::optional<double>& out);
  void take_boolean(std::string_view field, std::optional<bool>& out);
  void take_time(std::string_view field, Timestamp& out);
  void take_time(std::string_view field, std::optional<Timestamp>& out);
  void take_texts(std::string_view field, std::vector<std::string>& out);

  /// JSON that must satisfy `fits`, or is kept as it is when reading is lenient.
  void take_json(std::string_view field, Json& out, bool (*fits)(const Json&), std::string_view allowed);
  /// name -> real.
  void take_parameters(std::string_view field, Json& out);
  /// name -> [lower, upper].
  void take_bounds(std::string_view field, Json& out);
  /// [real].
  void take_reals(std::string_view field, Json& out);
  /// [{name: real}].
  void take_parameter_list(std::string_view field, Json& out);
  /// The field as it is, or nullptr; for nested records.
  [[nodiscard]] const Json* take(std::string_view field);

  [[nodiscard]] std::string path_of(std::string_view field) const;
  /// Refuses or keeps every field that nobody took. To be called last.
  void finish();

 private:
  [[nodiscard]] const Json* take_value(std::string_view field);
  [[nodiscard]] std::string text_of(std::string_view field, const Json& value) const;

  const Json::Object* object_ = nullptr;
  std::string path_;
  ReadingRules& rules_;
  std::vector<std::string_view> known_;
  std::vector<bool> taken_;
};

}  // namespace planwise::core
