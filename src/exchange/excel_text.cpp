// Text in cells: characters that XML or Excel would change, and text longer than a cell.
#include <array>

#include "core/json_text.h"
#include "exchange/excel_book.h"

namespace planwise::exchange {
namespace {

constexpr std::size_t escape_length = 7;  // _xHHHH_

bool is_hex(char character) {
  return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f') ||
         (character >= 'A' && character <= 'F');
}

bool looks_like_escape(std::string_view text) {
  if (text.size() < escape_length || text[0] != '_' || text[1] != 'x' || text[6] != '_') return false;
  for (std::size_t index = 2; index < 6; ++index) {
    if (!is_hex(text[index])) return false;
  }
  return true;
}

void append_escape(std::string& out, char32_t point) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  out += "_x";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[(point >> shift) & 0xF];
  out += '_';
}

bool cannot_stand_in_xml(char32_t point) {
  // A bare CR would come back as LF.
  return (point < 0x20 && point != '\t' && point != '\n') || point == 0xFFFE || point == 0xFFFF;
}

}  // namespace

std::string excel_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (looks_like_escape(text.substr(at))) append_escape(out, '_'), ++at;
    if (at == text.size()) break;
    const std::size_t start = at;
    const auto point = core::next_code_point(text, at);
    if (!point) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else if (cannot_stand_in_xml(*point)) {
      append_escape(out, *point);
    } else {
      out += text.substr(start, at - start);
    }
  }
  return out;
}

std::vector<std::string> excel_parts(const std::string& escaped, std::size_t limit) {
  std::vector<std::string> parts(1);
  std::size_t units = 0;
  for (std::size_t at = 0; at < escaped.size();) {
    const std::size_t start = at;
    std::size_t length = 0;
    if (looks_like_escape(std::string_view(escaped).substr(at))) {
      at += escape_length;
      length = escape_length;
    } else {
      const auto point = core::next_code_point(escaped, at);
      if (!point) ++at;
      length = point && *point > 0xFFFF ? 2 : 1;
    }
    if (units + length > limit) {
      parts.emplace_back();
      units = 0;
    }
    parts.back().append(escaped, start, at - start);
    units += length;
  }
  return parts;
}

}  // namespace planwise::exchange
