#include "exchange/pickle_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace planwise::exchange {
namespace {

constexpr std::size_t most_digits = 4300;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The code point of `count` hexadecimal digits, or nullopt.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    number = number * 16 + static_cast<std::uint32_t>(digit);
  }
  return number;
}

PickleInteger from_canonical_digits(std::string digits) {
  PickleInteger result;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), result.value);
  if (error == std::errc{} && end == digits.data() + digits.size()) return result;
  result.fits = false;
  result.digits = std::move(digits);
  return result;
}

// Decimal digits of a magnitude in base 2^32, least significant limb first.
std::string decimal_digits(std::vector<std::uint32_t> limbs) {
  std::string reversed;
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  while (!limbs.empty()) {
    std::uint64_t rest = 0;
    for (std::size_t i = limbs.size(); i-- > 0;) {
      const std::uint64_t part = rest << 32 | limbs[i];
      limbs[i] = static_cast<std::uint32_t>(part / 1'000'000'000U);
      rest = part % 1'000'000'000U;
    }
    while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
    for (int i = 0; i < 9 && (rest != 0 || !limbs.empty()); ++i, rest /= 10)
      reversed.push_back(static_cast<char>('0' + rest % 10));
  }
  if (reversed.empty()) reversed = "0";
  std::ranges::reverse(reversed);
  return reversed;
}

// One escape of a Python 2 literal; `rest` begins after the backslash. Returns the length consumed, 0 when invalid.
std::size_t append_escape(std::string& out, std::string_view rest) {
  if (rest.empty()) return 0;
  static constexpr std::string_view names = "\\'\"abfnrtv";
  static constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
  if (const auto at = names.find(rest[0]); at != std::string_view::npos) {
    out.push_back(meanings[at]);
    return 1;
  }
  if (rest[0] == 'x') {
    const auto number = hex_number(rest.substr(1), 2);
    if (!number) return 0;
    out.push_back(static_cast<char>(*number));
    return 3;
  }
  if (rest[0] >= '0' && rest[0] <= '7') {
    unsigned number = 0;
    std::size_t length = 0;
    while (length < 3 && length < rest.size() && rest[length] >= '0' && rest[length] <= '7')
      number = number * 8 + static_cast<unsigned>(rest[length++] - '0');
    out.push_back(static_cast<char>(number & 0xFFU));
    return length;
  }
  out.push_back('\\');
  out.push_back(rest[0]);
  return 1;
}

}  // namespace

Utf8 check_utf8(std::string_view bytes) noexcept {
  bool surrogates = false;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > bytes.size()) return Utf8::invalid;
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(bytes[i + k]) & 0xC0U) != 0x80) return Utf8::invalid;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F))
      return Utf8::invalid;
    if (lead == 0xED && second >= 0xA0) surrogates = true;
    i += length;
  }
  return surrogates ? Utf8::with_surrogates : Utf8::valid;
}

bool is_ascii(std::string_view bytes) noexcept {
  return std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | code_point >> 12);
    } else {
      put(0xF0 | code_point >> 18);
      put(0x80 | (code_point >> 12 & 0x3F));
    }
    put(0x80 | (code_point >> 6 & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

std::string utf8_from_latin1(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) append_utf8(text, static_cast<unsigned char>(c));
  return text;
}

std::optional<std::string> latin1_from_utf8(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes.push_back(text[i]);
    } else if (lead <= 0xC3 && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++i]);
      bytes.push_back(static_cast<char>((lead & 0x03U) << 6 | (next & 0x3FU)));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

std::string without_surrogates(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool surrogate = text[i] == '\xED' && i + 2 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0xA0;
    result.push_back(surrogate ? '?' : text[i]);
    if (surrogate) i += 2;
  }
  return result;
}

std::optional<std::string> from_raw_unicode_escape(std::string_view bytes) {
  std::string text;
  std::size_t backslashes = 0;  // a u or U after an odd number of them begins an escape
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if ((c == 'u' || c == 'U') && backslashes % 2 == 1) {
      const std::size_t count = c == 'u' ? 4 : 8;
      const auto number = hex_number(bytes.substr(i + 1), count);
      if (!number || *number > 0x10FFFF) return std::nullopt;
      text.pop_back();
      append_utf8(text, *number);
      i += count;
      backslashes = 0;
      continue;
    }
    backslashes = c == '\\' ? backslashes + 1 : 0;
    append_utf8(text, static_cast<unsigned char>(c));
  }
  return text;
}

std::optional<std::string> from_quoted_literal(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t')) line.remove_suffix(1);
  if (line.size() < 2 || line.front() != line.back() || (line.front() != '\'' && line.front() != '"'))
    return std::nullopt;
  line = line.substr(1, line.size() - 2);
  std::string bytes;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] != '\\') {
      bytes.push_back(line[i++]);
      continue;
    }
    const std::size_t length = append_escape(bytes, line.substr(i + 1));
    if (length == 0) return std::nullopt;
    i += 1 + length;
  }
  return bytes;
}

std::optional<PickleInteger> integer_from_text(std::string_view text) {
  if (!text.empty() && text.back() == 'L') text.remove_suffix(1);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > most_digits || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  return from_canonical_digits((negative && text != "0" ? "-" : "") + std::string(text));
}

std::optional<PickleInteger> integer_from_bytes(std::string_view bytes) {
  if (bytes.size() > most_digits * 10 / 24) return std::nullopt;  // log2(10) / 8 bytes a digit
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
  std::vector<std::uint32_t> limbs((bytes.size() + 3) / 4, negative ? 0xFFFFFFFFU : 0U);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto shift = static_cast<unsigned>(i % 4 * 8);
    limbs[i / 4] &= ~(0xFFU << shift);
    limbs[i / 4] |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << shift;
  }
  if (negative) {
    std::uint64_t carry = 1;
    for (std::uint32_t& limb : limbs) {
      carry += static_cast<std::uint32_t>(~limb);
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
  }
  std::string digits = decimal_digits(std::move(limbs));
  if (digits.size() > most_digits) return std::nullopt;
  return from_canonical_digits((negative ? "-" : "") + digits);
}

std::optional<double> real_from_text(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::string name = text.size() <= 8 ? lower_ascii(text) : "";
  double value = 0;
  if (name == "inf" || name == "infinity") {
    value = std::numeric_limits<double>::infinity();
  } else if (name == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size()) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
      // Python rounds to zero or infinity; which one depends on the sign of the exponent.
      const auto exponent = text.find_first_of("eE");
      const bool tiny = exponent != std::string_view::npos && text.substr(exponent + 1).starts_with('-');
      value = tiny ? 0.0 : std::numeric_limits<double>::infinity();
    } else if (error != std::errc{}) {
      return std::nullopt;
    }
  }
  return negative ? -value : value;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

std::optional<std::string> uuid_from_decimal(std::string_view digits) {
  std::array<std::uint32_t, 4> limbs{};  // most significant first
  if (digits.empty() || digits.size() > 39) return std::nullopt;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    std::uint64_t carry = static_cast<std::uint64_t>(c - '0');
    for (std::size_t i = limbs.size(); i-- > 0;) {
      carry += std::uint64_t{limbs[i]} * 10;
      limbs[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) return std::nullopt;
  }
  std::string text;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text.push_back('-');
    const std::uint32_t limb = limbs[static_cast<std::size_t>(nibble / 8)];
    text.push_back("0123456789abcdef"[limb >> (28 - nibble % 8 * 4) & 0xFU]);
  }
  return text;
}

}  // namespace planwise::exchange
