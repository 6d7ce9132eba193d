#include "manager/health_checks.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "cache/file_cache.h"
#include "core/log.h"
#include "planwise/error.h"
#include "planwise/levers.h"
#include "planwise/workforce.h"

namespace planwise::manager {

namespace {

namespace fs = std::filesystem;

HealthLine simulation_failure(const Error& error) {
  const std::string_view remedy =
      error.code() == ErrorCode::busy          ? "wait for the other program, or close it"
      : error.code() == ErrorCode::not_found   ? "name another with --simulation or PLANWISE_SIMULATION, or run dbt"
      : error.code() == ErrorCode::unsupported ? "EXPORT DATABASE writes a folder of Parquet, which is read too"
      : error.code() == ErrorCode::denied      ? "take the rights to read it, or name another"
                                               : "see the message; run dbt again, or restore the file from a copy";
  return {"simulation", error.code() == ErrorCode::busy ? HealthState::warning : HealthState::failed, error.what(),
          std::string(remedy)};
}

HealthLine tables_line(const SimulationDatabase& database) {
  std::vector<MissingPart> missing = database.missing();
  std::erase_if(missing, [](const MissingPart& part) { return part.table == "comp_targets"; });  // not everybody sets any
  if (missing.empty()) return {"simulation tables", HealthState::ok, "all tables and columns are there", ""};
  std::string text;
  const std::size_t shown = std::min<std::size_t>(missing.size(), 3);
  for (std::size_t i = 0; i < shown; ++i) {
    const MissingPart& part = missing[i];
    text += fmt::format("{}{}{}{} {}", i == 0 ? "" : "; ", part.table, part.column.empty() ? "" : ".", part.column,
                        part.reason);
  }
  if (missing.size() > shown) text += fmt::format("; and {} more", missing.size() - shown);
  return {"simulation tables", HealthState::warning, text,
          "`planwise quality` tells what follows; dbt makes missing tables"};
}

HealthLine recent_line(const SimulationDatabase& database) {
  const std::vector<int> years = database.years();
  if (years.empty())
    return {"recent data", HealthState::failed, "the snapshot holds no year", "run dbt, or `planwise simulate`"};
  const int planned = database.load_settings().settings.end_year;
  const std::string there = fmt::format("years {} to {}", years.front(), years.back());
  if (years.back() < planned) {
    return {"recent data", HealthState::warning, fmt::format("{}; the settings plan to {}", there, planned),
            "run the simulation to its last year"};
  }
  if (static_cast<int>(years.size()) != years.back() - years.front() + 1) {
    return {"recent data", HealthState::warning,
            fmt::format("{}, of which only {} are there", there, years.size()), "run the simulation for all years"};
  }
  return {"recent data", HealthState::ok, fmt::format("{}; the settings plan to {}", there, planned), ""};
}

}  // namespace

void add_simulation_lines(HealthReport& report, fs::path file, std::chrono::milliseconds deadline) {
  const char* named = std::getenv("PLANWISE_SIMULATION");
  if (file.empty() && named != nullptr) file = named;
  if (file.empty()) {
    report.lines.push_back({"simulation", HealthState::ok,
                            "skipped: no database is named, and simulation.duckdb is not here (--simulation FILE)",
                            ""});
    return;
  }
  try {
    SimulationDatabaseOptions options;
    options.deadline = deadline;
    const SimulationDatabase database(file, options);
    HealthLine tables = tables_line(database);  // opens it
    report.lines.push_back({"simulation", HealthState::ok, fmt::format("'{}' can be read", file.string()), ""});
    report.lines.push_back(std::move(tables));
    try {
      report.lines.push_back(recent_line(database));
    } catch (const Error& error) {
      report.lines.push_back({"recent data", HealthState::failed, error.what(), "run dbt, or `planwise simulate`"});
    }
  } catch (const Error& error) {
    report.lines.push_back(simulation_failure(error));
  }
}

HealthLine cache_line() {
  const fs::path folder = cache::default_cache_folder();
  struct stat status {};
  if (::lstat(folder.c_str(), &status) != 0)
    return {"cache", HealthState::ok, fmt::format("'{}' is not made yet; its first use makes it", folder.string()), ""};
  const unsigned mode = status.st_mode & 0777U;
  if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid()) {
    return {"cache", HealthState::failed, fmt::format("'{}' is no folder of this account", folder.string()),
            "name another folder with PLANWISE_CACHE_DIR"};
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return {"cache", HealthState::failed, fmt::format("'{}' cannot be written (mode {:o})", folder.string(), mode),
            fmt::format("chmod 700 '{}', or name another folder with PLANWISE_CACHE_DIR", folder.string())};
  }
  try {
    const CacheStatistics s = cache_statistics();
    const std::string text = fmt::format(
        "'{}' (mode {:o}): {} entries, {:.1f} of {:.0f} MB, {} hits, {} misses, {} evicted, {} damaged", s.folder, mode,
        s.entries, static_cast<double>(s.bytes) / 1e6, static_cast<double>(s.limit_bytes) / 1e6, s.hits, s.misses,
        s.evictions, s.corrupt);
    if ((mode & 077U) != 0) {
      return {"cache", HealthState::warning, text + "; other accounts could enter it",
              fmt::format("chmod 700 '{}'", s.folder)};
    }
    return {"cache", HealthState::ok, text, ""};
  } catch (const Error& error) {
    return {"cache", HealthState::failed, error.what(), "name another folder with PLANWISE_CACHE_DIR"};
  }
}

HealthLine levers_line() {
  try {
    const LeverSchema schema = LeverSchema::in_force();
    return {"levers", HealthState::ok,
            fmt::format("{} levers ({}), market of {}", schema.names().size(), schema.source(), schema.market_date()),
            ""};
  } catch (const Error& error) {
    return {"levers", HealthState::failed, error.what(),
            "mend the file that PLANWISE_LEVERS names: until then runs are saved without a risk"};
  }
}

HealthLine log_line() {
  const fs::path file = core::current_log_file();
  if (file.empty()) return {"log", HealthState::ok, "none is written (--log-file FILE)", ""};
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0 || ::access(file.c_str(), W_OK) != 0) {
    return {"log", HealthState::warning, fmt::format("'{}' is gone or cannot be written", file.string()),
            "start the log anew, or name another file"};
  }
  return {"log", HealthState::ok,
          fmt::format("'{}', {:.1f} MB", file.string(), static_cast<double>(status.st_size) / 1e6), ""};
}

}  // namespace planwise::manager
