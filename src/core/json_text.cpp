#include "core/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "planwise/error.h"
#include "planwise/json.h"

namespace planwise::core {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

void append_unicode_escape(std::string& out, std::uint32_t unit) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex_digits[(unit >> shift) & 0xF];
}

void append_ascii_escaped(std::string& out, char character) {
  switch (character) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      append_unicode_escape(out, static_cast<unsigned char>(character));
  }
}

void append_code_point_escaped(std::string& out, char32_t point) {
  if (point < 0x10000) {
    append_unicode_escape(out, point);
    return;
  }
  const std::uint32_t rest = point - 0x10000;
  append_unicode_escape(out, 0xD800 + (rest >> 10));
  append_unicode_escape(out, 0xDC00 + (rest & 0x3FF));
}

}  // namespace

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& offset) noexcept {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned lead = byte(offset);
  if (lead < 0x80) {
    ++offset;
    return lead;
  }
  std::size_t length = 0;
  if (lead >= 0xC2 && lead <= 0xDF)
    length = 2;
  else if (lead >= 0xE0 && lead <= 0xEF)
    length = 3;
  else if (lead >= 0xF0 && lead <= 0xF4)
    length = 4;
  if (length == 0 || text.size() - offset < length) return std::nullopt;
  char32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t index = 1; index < length; ++index) {
    const unsigned next = byte(offset + index);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (next & 0x3F);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
  offset += length;
  return point;
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t offset = 0; offset < text.size();) {
    if (!next_code_point(text, offset)) return false;
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t start = offset;
    if (next_code_point(text, offset)) {
      out += text.substr(start, offset - start);
    } else {
      out += "\xEF\xBF\xBD";
      ++offset;
    }
  }
  return out;
}

void append_quoted(std::string& out, std::string_view text, Escape escape) {
  out += '"';
  std::size_t plain = 0;  // start of the stretch that is copied as it is
  std::size_t offset = 0;
  const auto flush = [&] { out += text.substr(plain, offset - plain); };
  while (offset < text.size()) {
    const auto byte = static_cast<unsigned char>(text[offset]);
    if (byte < 0x80) {
      if (byte < 0x20 || byte == '"' || byte == '\\' || (byte == 0x7F && escape == Escape::non_ascii)) {
        flush();
        append_ascii_escaped(out, text[offset]);
        plain = offset + 1;
      }
      ++offset;
      continue;
    }
    if (escape == Escape::non_ascii) flush();
    const std::size_t start = offset;
    const auto point = next_code_point(text, offset);
    if (!point) {
      throw Error(ErrorCode::invalid_argument,
                  "text " + excerpt(text) + " is not valid UTF-8 at byte " + std::to_string(start));
    }
    if (escape == Escape::non_ascii) {
      append_code_point_escaped(out, *point);
      plain = offset;
    }
  }
  flush();
  out += '"';
}

std::string_view non_finite_tag(double value) noexcept {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

std::optional<double> from_non_finite_tag(std::string_view text) noexcept {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::optional<double> real_from_text(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(blanks) - first + 1);
  if (const auto tagged = from_non_finite_tag(text)) return tagged;
  // from_chars takes no plus, but "inf" and "nan", and a minus after a plus that was removed.
  const std::size_t sign = text.front() == '+' || text.front() == '-' ? 1 : 0;
  const std::string_view unsigned_text = text.substr(sign);
  if (text.front() == '+') text = unsigned_text;
  if (unsigned_text.find_first_of("0123456789.") != 0) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string excerpt(std::string_view text, std::size_t limit) {
  std::string out = "\"";
  bool cut = false;
  std::string_view shown = text;
  if (shown.size() > limit) {
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0) == 0x80) --end;
    shown = shown.substr(0, end);
    cut = true;
  }
  for (const char character : as_utf8(shown)) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7F)
      append_ascii_escaped(out, character);
    else
      out += character;
  }
  out += cut ? "...\"" : "\"";
  return out;
}

}  // namespace planwise::core

namespace planwise {

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  // Shortest digits in scientific form, "-d.ddde+XX", then spelled as Python's repr() does: plain for exponents from
  // -4 to 15, else with an exponent of at least two digits.
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view scientific(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t mark = scientific.find('e');
  std::string_view mantissa = scientific.substr(0, mark);
  int exponent = 0;
  const std::size_t sign = scientific[mark + 1] == '+' ? 1 : 0;
  std::from_chars(scientific.data() + mark + 1 + sign, scientific.data() + scientific.size(), exponent);
  if (exponent < -4 || exponent >= 16) return std::string(scientific);

  std::string out;
  if (mantissa.front() == '-') {
    out = "-";
    mantissa.remove_prefix(1);
  }
  std::string digits(1, mantissa.front());
  if (mantissa.size() > 2) digits += mantissa.substr(2);
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    return out + digits;
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    out += digits;
    out.append(whole - digits.size(), '0');
    return out + ".0";
  }
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace planwise
