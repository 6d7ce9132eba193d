// The file cache as a whole: what it holds, and emptying it.
#include <filesystem>

#include "cache/file_cache.h"
#include "planwise/health.h"

namespace planwise {

namespace {

/// A folder that is not there is not made for a look at it.
bool is_there(const std::filesystem::path& folder) {
  std::error_code failure;
  return std::filesystem::exists(std::filesystem::symlink_status(folder, failure));
}

}  // namespace

CacheStatistics cache_statistics() {
  const cache::FileCacheOptions options{.folder = cache::default_cache_folder()};
  CacheStatistics statistics;
  if (is_there(options.folder)) statistics = cache::FileCache(options).statistics();
  statistics.folder = options.folder.string();
  statistics.limit_bytes = options.limit_bytes;
  return statistics;
}

std::int64_t clear_cache() {
  const cache::FileCacheOptions options{.folder = cache::default_cache_folder()};
  if (!is_there(options.folder)) return 0;
  cache::FileCache files(options);
  const std::int64_t entries = files.statistics().entries;
  files.clear();
  return entries;
}

}  // namespace planwise
