#include "exchange/pickle_writer.h"

#include <bit>
#include <limits>
#include <vector>

#include "exchange/pickle_text.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::size_t frame_bytes = std::size_t{64} << 10;
constexpr std::size_t most_keys = 256;  // what one byte of BINGET can name

// Little-endian two's complement of decimal digits, as short as Python writes it.
std::string two_complement(std::string_view digits) {
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  std::vector<std::uint32_t> limbs;
  for (const char digit : digits) {
    std::uint64_t carry = static_cast<std::uint64_t>(digit - '0');
    for (std::uint32_t& limb : limbs) {
      carry += std::uint64_t{limb} * 10;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
  }
  limbs.push_back(0);  // room for the sign
  std::uint64_t carry = negative ? 1 : 0;
  std::string bytes;
  for (std::uint32_t limb : limbs) {
    carry += negative ? static_cast<std::uint32_t>(~limb) : limb;
    for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(carry >> (8 * i) & 0xFFU));
    carry >>= 32;
  }
  const char sign = negative ? '\xFF' : '\0';
  const auto has_sign = [&](char byte) { return ((static_cast<unsigned char>(byte) & 0x80U) != 0) == negative; };
  while (bytes.size() > 1 && bytes.back() == sign && has_sign(bytes[bytes.size() - 2])) bytes.pop_back();
  return bytes;
}

}  // namespace

PickleEncoder::PickleEncoder(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {
  sink_("\x80\x04");
}

void PickleEncoder::put_little_endian(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) frame_.push_back(static_cast<char>(value >> (8 * i) & 0xFFU));
}

void PickleEncoder::end_frame() {
  if (frame_.empty()) return;
  std::string head = "\x95";
  for (int i = 0; i < 8; ++i) head.push_back(static_cast<char>(std::uint64_t{frame_.size()} >> (8 * i) & 0xFFU));
  sink_(head);
  sink_(frame_);
  frame_.clear();
}

// Frames end between instructions only.
void PickleEncoder::instruction(char code) {
  if (frame_.size() >= frame_bytes) end_frame();
  frame_.push_back(code);
}

void PickleEncoder::finish() {
  instruction('.');
  end_frame();
}

void PickleEncoder::number(std::int64_t value) {
  if (value >= 0 && value <= 0xFF) {
    instruction('K');
    put_little_endian(static_cast<std::uint64_t>(value), 1);
  } else if (value >= 0 && value <= 0xFFFF) {
    instruction('M');
    put_little_endian(static_cast<std::uint64_t>(value), 2);
  } else if (value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max()) {
    instruction('J');
    put_little_endian(static_cast<std::uint64_t>(value), 4);
  } else {
    big_number(std::to_string(value));
  }
}

void PickleEncoder::big_number(const std::string& digits) {
  const std::string bytes = two_complement(digits);
  const bool small = bytes.size() <= 0xFF;
  instruction(small ? '\x8A' : '\x8B');
  put_little_endian(bytes.size(), small ? 1 : 4);
  frame_ += bytes;
}

void PickleEncoder::text(std::string_view text) {
  if (check_utf8(text) == Utf8::invalid)
    throw Error(ErrorCode::invalid_argument,
                "a text of " + std::to_string(text.size()) + " bytes is not UTF-8; a pickle holds nothing else");
  const bool small = text.size() <= 0xFF;
  const bool large = text.size() > 0xFFFFFFFFU;
  instruction(small ? '\x8C' : large ? '\x8D' : 'X');
  put_little_endian(text.size(), small ? 1 : large ? 8 : 4);
  frame_ += text;
}

// The same few dozen keys come again and again.
void PickleEncoder::key(const std::string& key) {
  if (const auto known = memo_.find(key); known != memo_.end()) {
    instruction('h');
    frame_.push_back(static_cast<char>(known->second));
    return;
  }
  text(key);
  if (memo_.size() >= most_keys) return;
  memo_.emplace(key, static_cast<std::uint8_t>(memo_.size()));
  instruction('\x94');
}

void PickleEncoder::value(const Json& value) {
  if (value.is_null()) return instruction('N');
  if (value.is_boolean()) return instruction(value.as_boolean() ? '\x88' : '\x89');
  if (value.is_integer()) return number(value.as_integer());
  if (value.is_big_integer()) return big_number(value.as_big_integer().digits);
  if (value.is_string()) return text(value.as_string());
  if (value.is_real()) {
    instruction('G');
    const auto bits = std::bit_cast<std::uint64_t>(value.as_real());
    for (int i = 7; i >= 0; --i) frame_.push_back(static_cast<char>(bits >> (8 * i) & 0xFFU));
    return;
  }
  instruction(value.is_array() ? ']' : '}');
  if (value.empty()) return;
  instruction('(');
  if (value.is_array()) {
    for (const Json& element : value.as_array()) this->value(element);
    instruction('e');
  } else {
    for (const auto& [name, member] : value.as_object()) {
      key(name);
      this->value(member);
    }
    instruction('u');
  }
}

std::string write_pickle(const Json& document) {
  std::string bytes;
  PickleEncoder encoder([&bytes](std::string_view part) { bytes += part; });
  encoder.value(document);
  encoder.finish();
  return bytes;
}

PickleListWriter::PickleListWriter(std::function<void(std::string_view)> sink) : encoder_(std::move(sink)) {
  encoder_.instruction(']');
}

void PickleListWriter::add(const Json& document) {
  encoder_.value(document);
  encoder_.instruction('a');
}

void PickleListWriter::finish() { encoder_.finish(); }

}  // namespace planwise::exchange
