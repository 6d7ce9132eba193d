/// \file
/// The last results of one function, for a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "cache/cache_key.h"
#include "planwise/health.h"
#include "planwise/time.h"

namespace planwise::cache {

struct FunctionCacheOptions {
  std::chrono::microseconds time_to_live = std::chrono::minutes(60);  ///< 0: never a hit.
  std::size_t most_entries = 50;                                      ///< Beyond them the oldest go. At least 1.
  std::function<Timestamp()> clock = now;
};

/// Safe for several threads, which may compute the same value at the same time; the last one stays. An exception of the
/// function passes through and is not kept. Values are shared and never change. statistics().bytes is not known: 0.
template <class Value>
class FunctionCache {
 public:
  explicit FunctionCache(FunctionCacheOptions options = {}) : options_(std::move(options)) {}

  /// The kept value, or that of `compute`, which is called without a lock held.
  template <class Compute>
  [[nodiscard]] std::shared_ptr<const Value> get(const CacheKey& key, Compute&& compute) {
    if (auto kept = find(key)) return kept;
    auto value = std::make_shared<const Value>(std::forward<Compute>(compute)());
    keep(key, value);
    return value;
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
  }

  [[nodiscard]] CacheStatistics statistics() const {
    const std::lock_guard lock(mutex_);
    CacheStatistics result = counters_;
    result.entries = static_cast<std::int64_t>(entries_.size());
    return result;
  }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    Timestamp created;
  };

  std::shared_ptr<const Value> find(const CacheKey& key) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key.digest);
    if (found == entries_.end()) {
      ++counters_.misses;
      return nullptr;
    }
    if (options_.clock().microseconds - found->second.created.microseconds >= options_.time_to_live.count()) {
      entries_.erase(found);
      ++counters_.expired;
      ++counters_.misses;
      return nullptr;
    }
    ++counters_.hits;
    return found->second.value;
  }

  void keep(const CacheKey& key, std::shared_ptr<const Value> value) {
    const std::lock_guard lock(mutex_);
    entries_.insert_or_assign(key.digest, Entry{std::move(value), options_.clock()});
    while (entries_.size() > std::max<std::size_t>(options_.most_entries, 1)) {
      auto oldest = entries_.begin();
      for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
        const bool own = entry->first == key.digest;
        if (oldest->first == key.digest || (!own && entry->second.created < oldest->second.created)) oldest = entry;
      }
      entries_.erase(oldest);
      ++counters_.evictions;
    }
  }

  FunctionCacheOptions options_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  CacheStatistics counters_;
};

}  // namespace planwise::cache
