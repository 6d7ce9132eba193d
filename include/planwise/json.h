/// \file
/// A JSON value of our own: what crosses the public headers instead of a JSON library's type.
///
///     planwise::Json limits = planwise::Json::parse(R"({"cola_rate": [0.0, 0.05]})");
///     double top = limits.at("cola_rate").at(1).as_real();
///
/// Facts that differ from other JSON types:
/// - Integers and reals are told apart and survive: `1` and `1.0` are different values that compare equal by
///   numerically_equal() and different by ==. Integers beyond 64 bits are kept exactly, as their decimal digits.
/// - Objects keep the order in which keys were put. Equality and hashing ignore that order.
/// - Non-finite reals may be held in memory; text never contains bare NaN or Infinity: they are written as the strings
///   "NaN", "Infinity" and "-Infinity".
///
/// A Json is a value: copying copies, moving moves, no sharing. Concurrent reads of one value are safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace planwise {

/// How text is read.
enum class JsonDialect {
  strict,  ///< RFC 8259.
  python,  ///< Also what Python's json module writes: bare NaN, Infinity, -Infinity (read as the tagged strings) and
           ///< lone surrogate escapes (read as U+FFFD).
};

/// How text is written. Numbers are always the shortest text that reads back as the same number, spelled as Python
/// spells it (0.045, 1e-05, 1.0, 1e+16); no setting of the process's locale changes a byte.
enum class JsonStyle {
  compact,      ///< No spaces, keys in their order.
  canonical,    ///< No spaces, keys sorted by their UTF-8 bytes at every level: the form that is hashed.
  pretty,       ///< Two spaces of indentation, keys in their order, no newline at the end.
  python_hash,  ///< Sorted keys, ", " and ": ", non-ASCII as \uXXXX: the form of configuration_hash.
};

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;
  /// Decimal digits of an integer that does not fit int64_t, with an optional leading minus.
  struct BigInteger {
    std::string digits;
    friend bool operator==(const BigInteger&, const BigInteger&) = default;
  };

  Json() noexcept = default;
  Json(std::nullptr_t) noexcept {}                                // NOLINT(google-explicit-constructor)
  Json(bool value) noexcept : value_(value) {}                    // NOLINT(google-explicit-constructor)
  Json(int value) noexcept : value_(std::int64_t{value}) {}       // NOLINT(google-explicit-constructor)
  Json(std::int64_t value) noexcept : value_(value) {}            // NOLINT(google-explicit-constructor)
  Json(double value) noexcept : value_(value) {}                  // NOLINT(google-explicit-constructor)
  Json(const char* value) : value_(std::string(value)) {}         // NOLINT(google-explicit-constructor)
  Json(std::string_view value) : value_(std::string(value)) {}    // NOLINT(google-explicit-constructor)
  Json(std::string value) noexcept : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Json(BigInteger value) noexcept : value_(std::move(value)) {}   // NOLINT(google-explicit-constructor)
  Json(Array value) noexcept : value_(std::move(value)) {}        // NOLINT(google-explicit-constructor)
  Json(Object value) noexcept : value_(std::move(value)) {}       // NOLINT(google-explicit-constructor)

  [[nodiscard]] static Json array() { return Json(Array{}); }
  [[nodiscard]] static Json object() { return Json(Object{}); }

  [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_boolean() const noexcept { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_integer() const noexcept { return std::holds_alternative<std::int64_t>(value_); }
  [[nodiscard]] bool is_big_integer() const noexcept { return std::holds_alternative<BigInteger>(value_); }
  [[nodiscard]] bool is_real() const noexcept { return std::holds_alternative<double>(value_); }
  /// Integer, big integer or real; a boolean is no number.
  [[nodiscard]] bool is_number() const noexcept { return is_integer() || is_real() || is_big_integer(); }
  [[nodiscard]] bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_array() const noexcept { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_object() const noexcept { return std::holds_alternative<Object>(value_); }
  /// "null", "boolean", "integer", "real", "string", "array" or "object" (a big integer is an integer).
  [[nodiscard]] std::string_view kind_name() const noexcept;

  /// The value as the named type; throws invalid_argument naming the kind it has instead. as_real() also reads
  /// integers (nearest double) and the tagged strings "NaN", "Infinity", "-Infinity".
  [[nodiscard]] bool as_boolean() const;
  [[nodiscard]] std::int64_t as_integer() const;
  [[nodiscard]] double as_real() const;
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const BigInteger& as_big_integer() const;
  [[nodiscard]] const Array& as_array() const;
  [[nodiscard]] Array& as_array();
  [[nodiscard]] const Object& as_object() const;
  [[nodiscard]] Object& as_object();

  /// Member count of an object, element count of an array, 0 for everything else.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// The member, or nullptr when this is no object or has no such key. Linear in the number of members.
  [[nodiscard]] const Json* find(std::string_view key) const noexcept;
  [[nodiscard]] Json* find(std::string_view key) noexcept;
  /// The member or element; throws not_found.
  [[nodiscard]] const Json& at(std::string_view key) const;
  [[nodiscard]] const Json& at(std::size_t index) const;
  /// Puts a member: replaces the value of an existing key, else appends. A null value becomes an object first.
  Json& set(std::string_view key, Json value);
  /// Removes a member if there.
  void erase(std::string_view key);
  /// Appends an element. A null value becomes an array first.
  void push_back(Json value);

  /// Reads text. Depth is limited to 500 levels. Throws invalid_argument with the byte offset and what was found.
  [[nodiscard]] static Json parse(std::string_view text, JsonDialect dialect = JsonDialect::strict);
  /// Throws invalid_argument for text that is not valid UTF-8 and beyond 500 levels: what is written can be read.
  [[nodiscard]] std::string dump(JsonStyle style = JsonStyle::compact) const;

  /// Same kind and same content; order of keys does not count; NaN equals NaN; -0.0 differs from 0.0.
  friend bool operator==(const Json& a, const Json& b);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, BigInteger, Array, Object> value_;
};

/// As ==, but numbers are equal when their values are, whatever their kind (1 and 1.0, NaN and "NaN", 0.0 and -0.0).
/// Exact: an integer that no double holds equals none.
[[nodiscard]] bool numerically_equal(const Json& a, const Json& b);

/// A real as Python's repr() spells it: the shortest digits that read back the same ("0.1", "1e-05", "1.0", "nan").
[[nodiscard]] std::string real_text(double value);

}  // namespace planwise
