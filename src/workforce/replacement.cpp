#include "workforce/replacement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "duck/database_file.h"
#include "duck/file_locks.h"
#include "planwise/error.h"
#include "workforce/settings_tables.h"
#include "workforce/source.h"

namespace planwise::workforce {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds longest_wait{10};

/// Whether SimulationTables writes a table of this name, in lower case.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 4> of_years{"fct_workforce_snapshot", "fct_yearly_events",
                                                     "int_baseline_workforce", "int_effective_parameters"};
  const auto settings = settings_tables();
  return std::ranges::find(of_years, name) != of_years.end() || std::ranges::find(settings, name) != settings.end();
}

fs::path whole_path(const fs::path& path) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(fs::absolute(path), error);
  if (error) whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

bool lies_within(const fs::path& inner, const fs::path& outer) {
  const auto [outer_end, inner_at] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return outer_end == outer.end();
}

bool same_file(const fs::path& a, const fs::path& b) {
  const auto identity = duck::identity_of(a);
  return identity && identity == duck::identity_of(b);
}

[[noreturn]] void refuse(const fs::path& target, const std::string& why) {
  throw Error(ErrorCode::already_exists,
              fmt::format("'{}' {}; it is not replaced, --force or not: name another", target.string(), why));
}

}  // namespace

void refuse_kept(const fs::path& target, std::span<const KeptPath> kept) {
  const fs::path wanted = whole_path(target);
  for (const KeptPath& each : kept) {
    if (each.path.empty()) continue;
    const fs::path there = whole_path(each.path);
    if (same_file(target, each.path) || wanted == there) refuse(target, fmt::format("is {}", each.what));
    std::error_code ignored;
    if (lies_within(there, wanted) && fs::exists(there, ignored))
      refuse(target, fmt::format("holds '{}', {}", each.path.string(), each.what));
    if (lies_within(wanted, there) && fs::is_directory(there, ignored))
      refuse(target, fmt::format("lies within '{}', {}", each.path.string(), each.what));
  }
}

void refuse_foreign_database(const fs::path& target) {
  std::error_code ignored;
  if (fs::is_regular_file(target, ignored) && fs::file_size(target, ignored) == 0) return;
  std::string foreign;
  try {
    const duck::Lease lease = duck::DatabaseFile::at(target)->lease(duck::Access::read, longest_wait);
    duck::Rows rows = lease.connection().query(
        "SELECT lower(name) FROM (SELECT table_name AS name FROM duckdb_tables() WHERE database_name = 'store' AND NOT "
        "internal UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = 'store' AND NOT internal) "
        "ORDER BY NOT starts_with(lower(name), 'optimization_'), 1");
    while (rows.next() && foreign.empty()) {
      if (!is_ours(rows.text(0))) foreign = std::string(rows.text(0));
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::busy) throw;
    refuse(target, fmt::format("cannot be read as tables of a simulation ({})", error.what()));
  }
  if (foreign.starts_with("optimization_")) refuse(target, fmt::format("holds a store of runs ({})", foreign));
  if (!foreign.empty()) refuse(target, fmt::format("also holds {}, which no simulation here wrote", foreign));
}

void refuse_foreign_folder(const fs::path& target) {
  std::error_code error;
  if (!fs::is_directory(target, error)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(target, error)) {
    const fs::path& file = entry.path();
    if (lower(file.extension().string()) == ".parquet" && is_ours(lower(file.stem().string()))) continue;
    refuse(target, fmt::format("also holds {}, which no simulation here wrote", file.filename().string()));
  }
  if (error)
    throw Error(ErrorCode::io, fmt::format("the folder '{}' cannot be read: {}", target.string(), error.message()));
}

}  // namespace planwise::workforce
