/// \file
/// Makes text that the JSON parser takes out of text that it would not. Internal to core.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"

namespace planwise::core {

/// Text with replacements, and the way back from its offsets to those of the original.
struct RewrittenText {
  struct Edit {
    std::size_t offset;    ///< First byte after the replacement, in the new text.
    std::size_t original;  ///< The same place in the original.
  };
  std::string text;
  std::vector<Edit> edits;

  [[nodiscard]] std::size_t original_offset(std::size_t offset) const;
};

/// False when reading `text` in the Python dialect needs no rewriting for certain.
[[nodiscard]] bool has_python_tokens(std::string_view text);

/// In the Python dialect: bare NaN, Infinity and -Infinity quoted, lone surrogate escapes made U+FFFD. In both, unless
/// `integer_mark` is empty: integers that no double can hold as strings that begin with the mark. What is wrong with
/// the text otherwise stays wrong. Throws invalid_argument for a bare token as a key.
[[nodiscard]] RewrittenText rewritten_for_parser(std::string_view text, JsonDialect dialect,
                                                 std::string_view integer_mark);

}  // namespace planwise::core
