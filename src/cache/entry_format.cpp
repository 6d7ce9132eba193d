#include "cache/entry_format.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "core/hash.h"

namespace planwise::cache {
namespace {

constexpr std::string_view magic = "planwise-cache-1 ";

std::string checksum(std::string_view key, std::string_view value, std::int64_t created) {
  return core::Sha256()
      .update(fmt::format("{} {} {}\n", created, key.size(), value.size()))
      .update(key)
      .update(value)
      .hex();
}

/// Takes a number and the character after it off the front.
std::optional<std::int64_t> take_number(std::string_view& text, char after) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end == text.data() + text.size() || *end != after) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return number;
}

}  // namespace

std::string entry_bytes(std::string_view key, std::string_view value, Timestamp created) {
  std::string bytes = fmt::format("{}{} {} {} {}\n", magic, created.microseconds, key.size(), value.size(),
                                  checksum(key, value, created.microseconds));
  bytes.reserve(bytes.size() + key.size() + 1 + value.size());
  return bytes.append(key).append("\n").append(value);
}

std::optional<Entry> read_entry(std::string_view bytes) {
  if (!bytes.starts_with(magic)) return std::nullopt;
  bytes.remove_prefix(magic.size());
  const auto created = take_number(bytes, ' ');
  const auto key_bytes = created ? take_number(bytes, ' ') : std::nullopt;
  const auto value_bytes = key_bytes ? take_number(bytes, ' ') : std::nullopt;
  if (!value_bytes || *key_bytes < 0 || *value_bytes < 0) return std::nullopt;
  const std::size_t line_end = bytes.find('\n');
  if (line_end == std::string_view::npos) return std::nullopt;
  const std::string_view sum = bytes.substr(0, line_end);
  bytes.remove_prefix(line_end + 1);
  const auto key_size = static_cast<std::size_t>(*key_bytes);
  const auto value_size = static_cast<std::size_t>(*value_bytes);
  // Written without a sum of the two, which may overflow.
  if (key_size >= bytes.size() || value_size != bytes.size() - key_size - 1 || bytes[key_size] != '\n')
    return std::nullopt;
  Entry entry{bytes.substr(0, key_size), bytes.substr(key_size + 1), {*created}};
  if (checksum(entry.key, entry.value, *created) != sum) return std::nullopt;
  return entry;
}

std::optional<Timestamp> created_of(std::string_view head) {
  if (!head.starts_with(magic)) return std::nullopt;
  head.remove_prefix(magic.size());
  const auto created = take_number(head, ' ');
  return created ? std::optional(Timestamp{*created}) : std::nullopt;
}

}  // namespace planwise::cache
