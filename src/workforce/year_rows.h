/// \file
/// One year of a database in memory, as columns: what summaries and analyses are computed from.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "planwise/simulation.h"
#include "workforce/source.h"

namespace planwise::workforce {

inline constexpr std::int32_t no_number = INT32_MIN;

/// DetailedStatus, and what the database may say besides.
enum class RowStatus : std::uint8_t {
  continuous_active,
  new_hire_active,
  experienced_termination,
  new_hire_termination,
  other_termination,
  unknown,
};
[[nodiscard]] std::string_view to_text(RowStatus status) noexcept;
[[nodiscard]] inline bool is_active(RowStatus status) noexcept { return status <= RowStatus::new_hire_active; }
[[nodiscard]] inline bool is_termination(RowStatus status) noexcept {
  return status >= RowStatus::experienced_termination && status <= RowStatus::other_termination;
}

struct SnapshotColumns {
  std::vector<std::string> employee_id;
  std::vector<double> current, prorated, full_year;                   ///< NaN where missing or no money().
  std::vector<std::int32_t> age, tenure, level;                       ///< no_number where missing.
  std::vector<std::int32_t> birth_date, hire_date, termination_date;  ///< no_date where missing.
  std::vector<RowStatus> status;
  [[nodiscard]] std::size_t size() const noexcept { return employee_id.size(); }
};

enum class EventKind : std::uint8_t { hire, termination, promotion, raise, unknown };
[[nodiscard]] std::string_view to_text(EventKind kind) noexcept;

struct EventColumns {
  std::vector<std::string> employee_id;
  std::vector<EventKind> kind;
  std::vector<std::int32_t> date, level;
  std::vector<double> compensation, previous, probability;
  /// Under the spelling that most events of the type have; letter case makes no other type.
  std::map<std::string, std::int64_t> by_type;
  [[nodiscard]] std::size_t size() const noexcept { return employee_id.size(); }
};

struct YearColumns {
  int year = 0;
  SnapshotColumns people;
  EventColumns events;
  bool from_baseline = false;         ///< The people of int_baseline_workforce, not of a simulated year.
  bool has_events = false;            ///< Whether there is a table of events at all.
  std::vector<std::string> warnings;  ///< What the year lacks.
  std::string no_events;              ///< Why there is no table of events; empty where there is one.
  /// Columns that schema.h names and the table has not.
  std::vector<std::string_view> absent_columns, absent_event_columns;
};

/// Age and tenure bands, lowest first; the index that a number falls into, or the number of bands for no_number.
[[nodiscard]] std::string_view age_band(std::size_t index);
[[nodiscard]] std::string_view tenure_band(std::size_t index);
[[nodiscard]] std::size_t age_band_of(std::int32_t age) noexcept;
[[nodiscard]] std::size_t tenure_band_of(std::int32_t tenure) noexcept;

/// The year's rows; a year without rows is empty. Throws not_found without a snapshot table.
[[nodiscard]] YearColumns load_year(const Session& session, int year);
/// The people of int_baseline_workforce as if they were a year's end; throws not_found without it.
[[nodiscard]] YearColumns load_baseline_year(const Session& session, int year);
/// Years of the snapshot, rising. Throws not_found without the table or its simulation_year.
[[nodiscard]] std::vector<int> snapshot_years(const Session& session);
/// The year before the first simulated one, when the database has a baseline.
[[nodiscard]] std::optional<int> baseline_year(const Session& session);
/// The table; throws not_found with the consequence when it is not there or cannot be read.
[[nodiscard]] const FoundTable& required(const Session& session, const TableRule& rule);

/// "2025-07-29"; empty for no_date. And the days of a civil date.
[[nodiscard]] std::string date_text(std::int32_t days);
[[nodiscard]] std::int32_t days_of(int year, unsigned month, unsigned day);
[[nodiscard]] int year_of(std::int32_t days);

}  // namespace planwise::workforce
