/// \file
/// One entry of the file cache as bytes: a head line, the key's text, the value. Plain data; the head carries a
/// checksum of all that follows it and of the time.
///
///     planwise-cache-1 <microseconds written> <bytes of key> <bytes of value> <SHA-256>\n<key>\n<value>
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "planwise/time.h"

namespace planwise::cache {

[[nodiscard]] std::string entry_bytes(std::string_view key, std::string_view value, Timestamp created);

struct Entry {
  std::string_view key, value;  ///< Into the bytes that were read.
  Timestamp created;
};
/// nullopt when the bytes are not exactly what entry_bytes() made.
[[nodiscard]] std::optional<Entry> read_entry(std::string_view bytes);

/// When the entry that begins with `head` says that it was written; nothing is verified.
[[nodiscard]] std::optional<Timestamp> created_of(std::string_view head);
inline constexpr std::size_t most_head_bytes = 160;

}  // namespace planwise::cache
