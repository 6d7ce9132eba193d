#include "terminal_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace planwise::cli {

namespace {

struct Range {
  char32_t first, last;
};

#include "width_ranges.inc"

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t point) {
  const auto* after = std::upper_bound(std::begin(ranges), std::end(ranges), point,
                                       [](char32_t c, const Range& range) { return c < range.first; });
  return after != std::begin(ranges) && point <= std::prev(after)->last;
}

constexpr char32_t broken = 0xFFFD;

struct Point {
  char32_t value;
  std::size_t bytes;
  bool valid;
};

/// The first code point; broken text is taken byte by byte.
Point first_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || length > text.size()) return {broken, 1, false};
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {broken, 1, false};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const bool too_long = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  if (too_long || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {broken, 1, false};
  return {value, length, true};
}

std::size_t width_of(char32_t point) {
  if (point < 0x300) return point == 0 ? 0 : 1;
  if (in(no_width, point)) return 0;
  return in(double_width, point) ? 2 : 1;
}

bool turns_text(char32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

/// The picture of a control character: U+2400 and up, all of three bytes.
std::string picture_of(unsigned control) {
  const unsigned point = control == 0x7F ? 0x2421 : 0x2400 + control;
  return {static_cast<char>(0xE2), static_cast<char>(0x80 | ((point >> 6U) & 0x3FU)),
          static_cast<char>(0x80 | (point & 0x3FU))};
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Point point = first_point(text);
    width += width_of(point.value);
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t width, std::string_view ending) {
  if (display_width(text) <= width) return std::string(text);
  const std::size_t ending_width = display_width(ending);
  if (width < ending_width) return {};
  std::string kept;
  std::size_t used = 0;
  while (!text.empty()) {
    const Point point = first_point(text);
    if (used + width_of(point.value) + ending_width > width) break;
    used += width_of(point.value);
    kept += text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
  }
  return kept.append(ending);
}

std::string shortened_at_begin(std::string_view text, std::size_t width) {
  std::size_t used = display_width(text);
  if (used <= width || width == 0) return shortened(text, width);
  while (used + 1 > width) {
    const Point point = first_point(text);
    used -= width_of(point.value);
    text.remove_prefix(point.bytes);
  }
  return "…" + std::string(text);
}

std::string printable(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const Point point = first_point(text);
    if (point.value == '\n' || point.value == '\r' || point.value == '\t') {
      line += ' ';
    } else if (point.value < 0x20 || point.value == 0x7F) {
      line += picture_of(static_cast<unsigned>(point.value));
    } else if (!point.valid || (point.value >= 0x80 && point.value < 0xA0) || turns_text(point.value)) {
      line += "\uFFFD";
    } else {
      line += text.substr(0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  return line;
}

std::string printable_lines(std::string_view text) {
  std::string lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines += printable(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    lines += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string lines;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t needs = display_width(word);
    if (used > 0 && used + 1 + needs > width) {
      lines += "\n" + std::string(indent, ' ');
      used = 0;
    } else if (used > 0) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += needs;
  }
  return lines;
}

std::size_t terminal_width() {
  struct winsize size {};
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace planwise::cli
