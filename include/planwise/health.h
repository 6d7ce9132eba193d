/// \file
/// What the library says of itself: the state of a store and what surrounds it (each line with cause and remedy), how
/// caches fare, the log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"

namespace planwise {

enum class HealthState { ok, warning, failed };
[[nodiscard]] std::string_view to_text(HealthState state) noexcept;

struct HealthLine {
  /// Of the store: "file", "lock", "store", "schema", "running", "spool", "disk", "file system"; around it: "simulation",
  /// "simulation tables", "recent data", "cache", "levers", "log".
  std::string component;
  HealthState state = HealthState::ok;
  std::string message;    ///< What is the case.
  std::string remedy;     ///< What to do; empty when ok.
};

/// What ResultsManager::health() looks at besides the store.
struct HealthOptions {
  /// The simulation's database. Empty: PLANWISE_SIMULATION; where nothing is named, its absence is no fault.
  std::filesystem::path simulation;
};

struct HealthReport {
  std::vector<HealthLine> lines;
  [[nodiscard]] HealthState worst() const noexcept;
};
[[nodiscard]] Json to_json(const HealthReport& report);

/// What a cache holds and how it fares. Counters of the file cache are those of all processes since its folder was made;
/// a process that is killed may take its last few with it.
struct CacheStatistics {
  std::string folder;  ///< Empty for a cache in memory.
  std::int64_t entries = 0;
  std::int64_t bytes = 0;  ///< Of all entries, their heads included.
  std::int64_t limit_bytes = 0;
  std::int64_t hits = 0, misses = 0;
  std::int64_t evictions = 0;  ///< Dropped for room, least recently used first.
  std::int64_t expired = 0;    ///< Dropped for age.
  std::int64_t corrupt = 0;    ///< Dropped because they were not what was once written.
  std::optional<double> oldest_seconds, newest_seconds;  ///< Age of entries since they were written; absent without one.
};
[[nodiscard]] Json to_json(const CacheStatistics& statistics);
/// Of the file cache in PLANWISE_CACHE_DIR, else planwise_optimization_cache in the temporary folder: what it holds,
/// and the counters of all processes. A cache that nobody made yet is an empty one. Throws denied, io.
[[nodiscard]] CacheStatistics cache_statistics();
/// Drops all its entries; counters stay. Returns how many there were. Throws denied, io.
std::int64_t clear_cache();

// --- log ------------------------------------------------------------------------------------------------------------
// The library's log: JSON lines in a file of the caller's choice, nothing until it is started.
/// Appends to `file` (mode 0600) from now on, {"time", "level", "event", ...} a line; at 10 MB the file is renamed to
/// file.1 and so on, five are kept. `level` is debug, info, warning, error or off. Throws invalid_argument for another
/// level, io or denied when the file cannot be opened. Not for several threads at once.
void start_log(const std::filesystem::path& file, std::string_view level = "info");

/// Flushes and closes the log.
void stop_log() noexcept;

/// One line of the caller's own. `event` is a short fixed name, `text` what happened. Never throws.
void log_event(std::string_view level, std::string_view event, std::string_view text) noexcept;

}  // namespace planwise
