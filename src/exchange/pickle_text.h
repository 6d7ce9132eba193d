/// \file
/// How Python spells numbers and text inside pickles. Internal to the pickle reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace planwise::exchange {

enum class Utf8 { valid, with_surrogates, invalid };
/// Whether bytes are UTF-8; lone surrogates in UTF-8's form (Python's "surrogatepass") are told apart.
[[nodiscard]] Utf8 check_utf8(std::string_view bytes) noexcept;
[[nodiscard]] bool is_ascii(std::string_view bytes) noexcept;
void append_utf8(std::string& out, std::uint32_t code_point);
[[nodiscard]] std::string utf8_from_latin1(std::string_view bytes);
/// nullopt when a code point is beyond U+00FF.
[[nodiscard]] std::optional<std::string> latin1_from_utf8(std::string_view text);
/// Each lone surrogate becomes '?'.
[[nodiscard]] std::string without_surrogates(std::string_view text);

/// The argument of the UNICODE instruction: Latin-1 with \uXXXX and \UXXXXXXXX.
[[nodiscard]] std::optional<std::string> from_raw_unicode_escape(std::string_view bytes);
/// The argument of the STRING instruction: a quoted Python 2 literal.
[[nodiscard]] std::optional<std::string> from_quoted_literal(std::string_view line);

/// An integer of any size up to 4300 digits, the limit of Python's own int().
struct PickleInteger {
  bool fits = true;  // in value
  std::int64_t value = 0;
  std::string digits;  // when it does not fit; canonical
};
[[nodiscard]] std::optional<PickleInteger> integer_from_text(std::string_view text);
/// Little-endian two's complement, any length; nullopt beyond the limit.
[[nodiscard]] std::optional<PickleInteger> integer_from_bytes(std::string_view bytes);

/// What Python's float() accepts and repr() writes.
[[nodiscard]] std::optional<double> real_from_text(std::string_view text);

/// str(decimal.Decimal(text)), or nullopt when that would fail. At most 4300 digits and an exponent of 9 digits.
[[nodiscard]] std::optional<std::string> decimal_text(std::string_view text);

/// The text of a UUID of 128 bits given in decimal.
[[nodiscard]] std::optional<std::string> uuid_from_decimal(std::string_view digits);

[[nodiscard]] std::string lower_ascii(std::string_view text);

}  // namespace planwise::exchange
