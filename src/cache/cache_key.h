/// \file
/// Keys of cached results. A key names the data, the format and the program that a result came from, so that neither a
/// changed database nor an upgrade is served old figures; none of the three can be left out.
#pragma once

#include <string>
#include <string_view>

#include "planwise/json.h"

namespace planwise::cache {

struct CacheKey {
  std::string text;    ///< One line of canonical JSON: what the entry is about.
  std::string digest;  ///< SHA-256 of it in hexadecimal.
};

/// What a cached result depends on besides its arguments.
struct Origin {
  std::string data_fingerprint;  ///< Changes with the data: of the file's content, or of (inode, size, mtime).
  int format = 0;                ///< Of the cached bytes, from 1; raised when their meaning changes.
  std::string program_version;   ///< planwise::version().
};

/// CacheKeyBuilder("summary", origin).with("year", 2025).key()
class CacheKeyBuilder {
 public:
  /// Throws invalid_argument when `what` or a part of the origin is empty.
  CacheKeyBuilder(std::string_view what, const Origin& origin);
  /// Order does not count; a second value of the same name replaces the first. 1 and 1.0 are different.
  CacheKeyBuilder& with(std::string_view name, Json value);
  [[nodiscard]] CacheKey key() const;

 private:
  Json document_ = Json::object();
  Json arguments_ = Json::object();
};

}  // namespace planwise::cache
