/// \file
/// Pieces of JSON as text that Json itself and the readers of a Run share. Internal to core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace planwise::core {

/// Levels of arrays and objects that text may nest: read and written alike, so nothing is stored that cannot be read.
inline constexpr int max_json_depth = 500;

/// The code point that starts at `offset`, which is moved past it; nullopt when the bytes are not valid UTF-8
/// (overlong forms, surrogates and values above U+10FFFF included).
[[nodiscard]] std::optional<char32_t> next_code_point(std::string_view text, std::size_t& offset) noexcept;

/// True when all of `text` is valid UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD, for logs and messages.
[[nodiscard]] std::string as_utf8(std::string_view text);

enum class Escape { control_only, non_ascii };
/// Appends `text` as a JSON string with its quotes. Throws invalid_argument when it is not valid UTF-8.
void append_quoted(std::string& out, std::string_view text, Escape escape);

/// "NaN", "Infinity" or "-Infinity" for a non-finite value.
[[nodiscard]] std::string_view non_finite_tag(double value) noexcept;
/// The value of a tag as written by non_finite_tag().
[[nodiscard]] std::optional<double> from_non_finite_tag(std::string_view text) noexcept;

/// The number that `text` spells (blanks around it and a leading plus allowed, as Python's float() does), or the value
/// of a non-finite tag; nullopt for everything else. Independent of the locale.
[[nodiscard]] std::optional<double> real_from_text(std::string_view text) noexcept;

/// `text` for a message: quoted, cut to about `limit` bytes, always valid UTF-8.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t limit = 80);

}  // namespace planwise::core
