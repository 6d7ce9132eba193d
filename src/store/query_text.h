/// \file
/// The text of a query: whether it is text at all, and how a fault in it is shown.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace planwise::store {

/// Offset of the first byte that is not part of well-formed UTF-8, or is a control character other than tab and line
/// ends. nullopt: the text is fine.
[[nodiscard]] std::optional<std::size_t> first_bad_byte(std::string_view text);

/// Throws invalid_argument: "query, character N: what", then the line around it and a caret below the character.
/// `position` is an offset in bytes into `query`; characters are counted from 1.
[[noreturn]] void refuse_query(std::string_view query, std::size_t position, const std::string& what);

}  // namespace planwise::store
