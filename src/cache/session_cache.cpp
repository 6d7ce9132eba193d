#include "cache/session_cache.h"

#include <algorithm>

namespace planwise::cache {
namespace {

constexpr std::int64_t bookkeeping_bytes = 128;

}  // namespace

void SessionCache::drop(Entries::iterator entry) {
  counters_.bytes -= entry->bytes;
  by_digest_.erase(entry->digest);
  entries_.erase(entry);
}

std::shared_ptr<const std::string> SessionCache::get(const CacheKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_digest_.find(key.digest);
  if (found == by_digest_.end()) {
    ++counters_.misses;
    return nullptr;
  }
  const auto entry = found->second;
  if (options_.clock().microseconds - entry->created.microseconds >= options_.time_to_live.count()) {
    ++counters_.misses;
    ++counters_.expired;
    drop(entry);
    return nullptr;
  }
  ++counters_.hits;
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->value;
}

bool SessionCache::put(const CacheKey& key, std::string value) {
  const auto bytes = static_cast<std::int64_t>(key.digest.size() + value.size()) + bookkeeping_bytes;
  const std::lock_guard lock(mutex_);
  if (const auto found = by_digest_.find(key.digest); found != by_digest_.end()) drop(found->second);
  if (bytes > options_.limit_bytes) return false;
  while (counters_.bytes + bytes > options_.limit_bytes) {
    drop(std::prev(entries_.end()));
    ++counters_.evictions;
  }
  entries_.push_front({key.digest, std::make_shared<const std::string>(std::move(value)), bytes, options_.clock()});
  by_digest_.emplace(entries_.front().digest, entries_.begin());
  counters_.bytes += bytes;
  return true;
}

void SessionCache::clear() {
  const std::lock_guard lock(mutex_);
  by_digest_.clear();
  entries_.clear();
  counters_.bytes = 0;
}

CacheStatistics SessionCache::statistics() const {
  const std::lock_guard lock(mutex_);
  CacheStatistics result = counters_;
  result.entries = static_cast<std::int64_t>(entries_.size());
  result.limit_bytes = options_.limit_bytes;
  const std::int64_t at = options_.clock().microseconds;
  for (const Entry& entry : entries_) {
    const double age = static_cast<double>(at - entry.created.microseconds) / 1e6;
    result.oldest_seconds = std::max(result.oldest_seconds.value_or(age), age);
    result.newest_seconds = std::min(result.newest_seconds.value_or(age), age);
  }
  return result;
}

}  // namespace planwise::cache
