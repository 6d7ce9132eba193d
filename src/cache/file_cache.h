/// \file
/// Results kept in files that all processes of a user share.
///
/// Each entry is one file of plain data (entry_format.h) that appears by rename, complete or not at all. Writers take
/// turns by a lock file; readers need no lock. What is read is verified against its checksum and its key: a damaged,
/// truncated, foreign or planted entry is dropped, counted, and never served. Links in the folder are never followed.
/// Files of other names are left alone and do not count.
///
///     cache::FileCache files({.folder = cache::default_cache_folder()});
///     if (auto kept = files.get(key)) return *kept;
///     files.put(key, bytes);
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/cache_folder.h"
#include "cache/cache_key.h"
#include "planwise/health.h"
#include "planwise/time.h"

namespace planwise::cache {

/// PLANWISE_CACHE_DIR, else planwise_optimization_cache in the folder for temporary files, with -<uid> at its end where
/// that name is a link, no folder, or another user's.
[[nodiscard]] std::filesystem::path default_cache_folder();
/// `preferred`, or `preferred`-<uid>.
[[nodiscard]] std::filesystem::path own_folder(const std::filesystem::path& preferred);

struct FileCacheOptions {
  std::filesystem::path folder;
  std::int64_t limit_bytes = 500'000'000;  ///< Of all entries; their files are never more.
  std::chrono::microseconds time_to_live = std::chrono::hours(24);
  std::function<Timestamp()> clock = now;
};

enum class Kept { yes, too_large };

/// Safe for several threads and processes, and across fork(). Constructing touches no file. Every call throws denied,
/// io or not_found when the folder cannot be used (open_cache_folder); callers may then go on without a cache.
class FileCache {
 public:
  explicit FileCache(FileCacheOptions options) : options_(std::move(options)) {}
  /// Writes the counters that are still in memory.
  ~FileCache();
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;

  /// The value, or nothing: never an old one, never a wrong one. A hit makes the entry the most recently used.
  [[nodiscard]] std::optional<std::string> get(const CacheKey& key);
  /// Makes room first: too old entries go, then the least recently used, so that the limit holds at every moment. An
  /// entry larger than the limit is not kept, and what was under its key is gone. A write that fails leaves nothing
  /// behind.
  Kept put(const CacheKey& key, std::string_view value);
  /// Drops what is too old, damaged or beyond the limit.
  void sweep();
  /// Drops all entries; counters stay.
  void clear();
  /// Reads the head of every entry: some microseconds each.
  [[nodiscard]] CacheStatistics statistics();

 private:
  struct Found {
    std::string name;
    std::int64_t bytes = 0;
    std::int64_t used = 0;  ///< Nanoseconds since 1970 of the last use.
    bool usable = true;     ///< A plain file of ours.
  };
  [[nodiscard]] static std::vector<Found> scan(const Descriptor& folder);
  [[nodiscard]] bool too_old(Timestamp created) const;
  /// State with counters of this process added; counts the files anew unless settled.
  [[nodiscard]] CacheState settle(const Descriptor& folder, const CacheLock& lock);
  void make_room(const Descriptor& folder, CacheState& state, std::int64_t needed);
  void drop_expired(const Descriptor& folder, std::vector<Found>& found, CacheState& state) const;
  void drop_if_same(const Descriptor& folder, const std::string& name, int file, std::int64_t CacheState::*counter);
  void write_file(const Descriptor& folder, const std::string& name, std::string_view bytes) const;
  void count(const Descriptor& folder, std::int64_t CacheState::*counter);
  void add_pending(CacheState& state);

  FileCacheOptions options_;
  std::mutex mutex_;    // over pending_
  CacheState pending_;  // counters not yet in the lock file
};

}  // namespace planwise::cache
