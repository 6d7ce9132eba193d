// Text as a terminal shows it: how wide it is, and what must not reach it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace planwise::cli {

/// Columns that a text takes on a terminal: wide East Asian characters take two, marks none. No locale is asked.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// At most `width` columns, with `ending` when something was left out.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width, std::string_view ending = "…");

/// The same with the end kept: "…" and what still has room of it.
[[nodiscard]] std::string shortened_at_begin(std::string_view text, std::size_t width);

/// One line that can do nothing to a terminal: line breaks and tabs become blanks, other control characters their
/// pictures (␛), invisible ones that turn the direction of text and broken UTF-8 U+FFFD.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for text of several lines, whose line breaks stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// The text in lines of at most `width` columns, broken at blanks, all but the first led by `indent` blanks.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// Columns of the terminal that standard output is; 0 when it is none.
[[nodiscard]] std::size_t terminal_width();

}  // namespace planwise::cli
