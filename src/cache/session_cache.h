/// \file
/// Results kept in the memory of one process: least recently used go first when the bytes are used up.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/cache_key.h"
#include "planwise/health.h"
#include "planwise/time.h"

namespace planwise::cache {

struct SessionCacheOptions {
  std::int64_t limit_bytes = 64 << 20;
  std::chrono::microseconds time_to_live = std::chrono::hours(24);
  std::function<Timestamp()> clock = now;
};

/// Safe for several threads. Nothing is ever handed out after its time to live, and no caller can change what another
/// reads. An entry counts with the bytes of its key and value and 128 bytes of book-keeping.
class SessionCache {
 public:
  explicit SessionCache(SessionCacheOptions options = {}) : options_(std::move(options)) {}

  /// nullptr when there is none, or it is too old.
  [[nodiscard]] std::shared_ptr<const std::string> get(const CacheKey& key);
  /// False, and nothing is kept under the key, when the entry alone is beyond the limit.
  bool put(const CacheKey& key, std::string value);
  void clear();
  [[nodiscard]] CacheStatistics statistics() const;

 private:
  struct Entry {
    std::string digest;
    std::shared_ptr<const std::string> value;
    std::int64_t bytes = 0;
    Timestamp created;
  };
  using Entries = std::list<Entry>;  // most recently used first
  void drop(Entries::iterator entry);

  SessionCacheOptions options_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_digest_;  // views into entries_
  CacheStatistics counters_;                                           // its bytes are kept current
};

}  // namespace planwise::cache
