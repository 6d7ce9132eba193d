/// \file
/// The folder of the file cache: opened so that no link is followed and nobody else owns it, and its lock file, which
/// also holds the totals and counters of all processes. Internal to cache.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "core/descriptor.h"

namespace planwise::cache {

using core::Descriptor;

/// Makes the folder (not its parents) if it is not there, and opens it. Mode 0700: a folder with wider rights gets it
/// when it is empty or a cache already. Throws denied for a link, a folder of somebody else, or one with wider rights
/// and other content; not_found without its parent; io.
[[nodiscard]] Descriptor open_cache_folder(const std::filesystem::path& folder);

/// Totals and counters, as the lock file holds them.
struct CacheState {
  bool settled = false;  ///< False while files are being changed: whoever finds it false counts anew.
  std::int64_t entries = 0, bytes = 0;
  std::int64_t hits = 0, misses = 0, evictions = 0, expired = 0, corrupt = 0;
};

enum class Waiting { until_free, not_at_all };

/// Exclusive among processes and threads; the kernel lets go of it when its process dies.
class CacheLock {
 public:
  /// nullopt when somebody has it (Waiting::not_at_all). Throws io, denied.
  [[nodiscard]] static std::optional<CacheLock> take(const Descriptor& folder, Waiting waiting);

  [[nodiscard]] CacheState read() const;
  void write(const CacheState& state) const;

 private:
  explicit CacheLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

/// Throws the Error for an errno: "cannot <doing> <path>: <reason>".
[[noreturn]] void fail(int error, std::string_view doing, const std::filesystem::path& path);

}  // namespace planwise::cache
