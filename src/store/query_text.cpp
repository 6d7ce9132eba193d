#include "store/query_text.h"

#include <algorithm>

#include "planwise/error.h"

namespace planwise::store {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Bytes of the sequence that starts here, 0 when it is not well formed (overlong, surrogate, beyond U+10FFFF, cut).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const unsigned char second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
      (first == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

bool is_control(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return (code < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || code == 0x7F;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

/// The offset `count` characters before or after `position`, within the text.
std::size_t back(std::string_view text, std::size_t position, std::size_t count) {
  while (position > 0 && count > 0) {
    if (!is_continuation(text[--position])) --count;
  }
  return position;
}
std::size_t forth(std::string_view text, std::size_t position, std::size_t count) {
  while (position < text.size()) {
    if (!is_continuation(text[position]) && count-- == 0) break;
    ++position;
  }
  return position;
}

}  // namespace

std::optional<std::size_t> first_bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    if (length == 0 || is_control(text[i])) return i;
    i += length;
  }
  return std::nullopt;
}

void refuse_query(std::string_view query, std::size_t position, const std::string& what) {
  constexpr std::size_t around = 40;
  position = std::min(position, query.size());
  std::string message = "query, character " + std::to_string(characters(query.substr(0, position)) + 1) + ": " + what;
  // A query that is no text is not quoted: the message must be text itself.
  if (!query.empty() && !first_bad_byte(query)) {
    const std::size_t begin = back(query, position, around);
    const std::size_t end = forth(query, position, around);
    const std::string left = begin > 0 ? "... " : "";
    std::string line(query.substr(begin, end - begin));
    for (char& c : line) {
      if (c == '\t' || c == '\n' || c == '\r') c = ' ';
    }
    message += "\n  " + left + line + (end < query.size() ? " ..." : "") + "\n  " +
               std::string(left.size() + characters(query.substr(begin, position - begin)), ' ') + "^";
  }
  throw Error(ErrorCode::invalid_argument, message);
}

}  // namespace planwise::store
