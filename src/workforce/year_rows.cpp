#include "workforce/year_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "planwise/error.h"
#include "workforce/numbers.h"

namespace planwise::workforce {

namespace {

constexpr std::array<std::string_view, age_band_count> age_bands{"< 25", "25-34", "35-44", "45-54", "55-64", "65+"};
constexpr std::array<std::string_view, tenure_band_count> tenure_bands{"< 2", "2-4", "5-9", "10-19", "20+"};

double real_or_nan(const duck::Rows& rows, std::size_t column) {
  if (rows.is_null(column)) return nan;
  const double value = rows.real(column);
  return std::isfinite(value) ? value : nan;
}

double money(const duck::Rows& rows, std::size_t column) {
  const double amount = real_or_nan(rows, column);
  // What a simulation refuses as pay counts as unreadable.
  return std::abs(amount) <= most_pay ? amount : nan;
}

std::int32_t number_or(const duck::Rows& rows, std::size_t column, std::int32_t otherwise) {
  if (rows.is_null(column)) return otherwise;
  const std::int64_t value = rows.integer(column);
  return value > INT32_MIN && value <= INT32_MAX ? static_cast<std::int32_t>(value) : otherwise;
}

std::string text_or_empty(const duck::Rows& rows, std::size_t column) {
  return rows.is_null(column) ? std::string() : std::string(rows.text(column));
}

/// The code where there is one, else employment_status and the year of hire.
RowStatus status_of(std::string_view code, std::string_view employment, std::int32_t hire_date, int year) {
  const std::string known = lower(code);
  if (known == "continuous_active") return RowStatus::continuous_active;
  if (known == "new_hire_active") return RowStatus::new_hire_active;
  if (known == "experienced_termination") return RowStatus::experienced_termination;
  if (known == "new_hire_termination") return RowStatus::new_hire_termination;
  if (known.find("termination") != std::string::npos) return RowStatus::other_termination;
  if (!known.empty()) return RowStatus::unknown;
  const bool hired_now = hire_date != no_date && year_of(hire_date) == year;
  const std::string state = lower(employment);
  if (state == "active") return hired_now ? RowStatus::new_hire_active : RowStatus::continuous_active;
  if (state == "terminated") return hired_now ? RowStatus::new_hire_termination : RowStatus::experienced_termination;
  return RowStatus::unknown;
}

EventKind kind_of(std::string_view type) {
  const std::string known = lower(type);
  if (known == "hire") return EventKind::hire;
  if (known == "termination") return EventKind::termination;
  if (known == "promotion") return EventKind::promotion;
  if (known == "raise") return EventKind::raise;
  return EventKind::unknown;
}

SnapshotColumns read_people(duck::Rows rows, int year) {
  SnapshotColumns people;
  while (rows.next()) {
    people.employee_id.push_back(text_or_empty(rows, 0));
    people.current.push_back(money(rows, 1));
    people.prorated.push_back(money(rows, 2));
    people.full_year.push_back(money(rows, 3));
    people.age.push_back(number_or(rows, 4, no_number));
    people.tenure.push_back(number_or(rows, 5, no_number));
    people.level.push_back(number_or(rows, 6, no_number));
    people.birth_date.push_back(number_or(rows, 7, no_date));
    people.hire_date.push_back(number_or(rows, 8, no_date));
    people.termination_date.push_back(number_or(rows, 9, no_date));
    people.status.push_back(status_of(text_or_empty(rows, 10), text_or_empty(rows, 11), people.hire_date.back(), year));
  }
  return people;
}

/// Spellings that differ in letter case alone are one type, under the spelling of most events (the first by the
/// alphabet of those with equally many).
std::map<std::string, std::int64_t> merged(const std::map<std::string, std::int64_t>& spellings) {
  struct Type {
    std::string spelling;
    std::int64_t most = 0, all = 0;
  };
  std::map<std::string, Type> types;
  for (const auto& [spelling, count] : spellings) {
    Type& type = types[lower(spelling)];
    type.all += count;
    if (count <= type.most) continue;
    type.most = count;
    type.spelling = spelling;
  }
  std::map<std::string, std::int64_t> counts;
  for (const auto& [key, type] : types) counts[type.spelling] = type.all;
  return counts;
}

EventColumns read_events(duck::Rows rows) {
  EventColumns events;
  while (rows.next()) {
    const std::string type = rows.is_null(1) ? "(none)" : std::string(rows.text(1));
    ++events.by_type[type];
    events.employee_id.push_back(text_or_empty(rows, 0));
    events.kind.push_back(kind_of(type));
    events.date.push_back(number_or(rows, 2, no_date));
    events.level.push_back(number_or(rows, 3, no_number));
    events.compensation.push_back(money(rows, 4));
    events.previous.push_back(money(rows, 5));
    events.probability.push_back(real_or_nan(rows, 6));
  }
  events.by_type = merged(events.by_type);
  return events;
}

/// Warns about the columns that something depends on; gives all that are not there.
std::vector<std::string_view> absent_columns(const FoundTable& table, const TableRule& rule,
                                             std::vector<std::string>& warnings) {
  std::vector<std::string_view> absent;
  for (const ColumnRule& column : rule.columns) {
    if (table.column(column.name) != nullptr) continue;
    absent.push_back(column.name);
    if (!column.consequence.empty()) {
      warnings.push_back(fmt::format("{} has no column {}: {}", rule.name, column.name, column.consequence));
    }
  }
  return absent;
}

void warn_about_pay(const SnapshotColumns& people, std::string_view table, std::vector<std::string>& warnings) {
  std::int64_t without = 0, negative = 0;
  for (double pay : people.current) {
    without += std::isnan(pay) ? 1 : 0;
    negative += pay < 0 ? 1 : 0;
  }
  if (without > 0) {
    warnings.push_back(
        fmt::format("{} of {} rows of {} have no current_compensation that can be read; they count as "
                    "people but are left out of every pay figure",
                    without, people.size(), table));
  }
  if (negative > 0)
    warnings.push_back(fmt::format("{} rows of {} have a negative current_compensation", negative, table));
}

void warn_about_status(const SnapshotColumns& people, std::vector<std::string>& warnings) {
  const auto unknown = std::count(people.status.begin(), people.status.end(), RowStatus::unknown);
  if (unknown == 0) return;
  warnings.push_back(
      fmt::format("{} of {} rows of {} have no detailed_status_code that is known; they count in the total headcount "
                  "and neither as active nor as terminated",
                  unknown, people.size(), snapshot_table().name));
}

/// Rows of no year are in no summary: every year tells of them.
void warn_about_years(const Session& session, const FoundTable& snapshot, std::vector<std::string>& warnings) {
  duck::Rows rows = session.connection().query(
      fmt::format("SELECT count(*) FROM {} WHERE (simulation_year BETWEEN -9999 AND 9999) IS NOT TRUE",
                  normalised(snapshot, snapshot_table())));
  if (!rows.next() || rows.integer(0) == 0) return;
  warnings.push_back(
      fmt::format("{} rows of {} have no simulation_year that can be read; they are in no year's figures",
                  rows.integer(0), snapshot_table().name));
}

}  // namespace

std::string_view to_text(RowStatus status) noexcept {
  constexpr std::array<std::string_view, 6> names{"continuous_active",       "new_hire_active",
                                                  "experienced_termination", "new_hire_termination",
                                                  "other_termination",       "unknown"};
  return names.at(static_cast<std::size_t>(status));
}

std::string_view to_text(EventKind kind) noexcept {
  constexpr std::array<std::string_view, 5> names{"hire", "termination", "promotion", "raise", "unknown"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view age_band(std::size_t index) { return index < age_bands.size() ? age_bands[index] : "unknown"; }
std::string_view tenure_band(std::size_t index) {
  return index < tenure_bands.size() ? tenure_bands[index] : "unknown";
}

std::size_t age_band_of(std::int32_t age) noexcept {
  if (age == no_number) return age_band_count;
  return age < 25 ? 0 : age < 35 ? 1 : age < 45 ? 2 : age < 55 ? 3 : age < 65 ? 4 : 5;
}

std::size_t tenure_band_of(std::int32_t tenure) noexcept {
  if (tenure == no_number) return tenure_band_count;
  return tenure < 2 ? 0 : tenure < 5 ? 1 : tenure < 10 ? 2 : tenure < 20 ? 3 : 4;
}

const FoundTable& required(const Session& session, const TableRule& rule) {
  const FoundTable* table = session.find(rule.name);
  if (table == nullptr) {
    throw Error(ErrorCode::not_found, fmt::format("the database has no table {}: {}", rule.name, rule.consequence));
  }
  if (!table->problem.empty()) {
    throw Error(ErrorCode::corrupt, fmt::format("{} {}: {}", rule.name, table->problem, rule.consequence));
  }
  return *table;
}

YearColumns load_year(const Session& session, int year) {
  YearColumns loaded;
  loaded.year = year;
  const FoundTable& snapshot = required(session, snapshot_table());
  loaded.absent_columns = absent_columns(snapshot, snapshot_table(), loaded.warnings);
  loaded.people = read_people(
      session.connection().query(
          fmt::format("SELECT employee_id, current_compensation, prorated_annual_compensation, "
                      "full_year_equivalent_compensation, current_age, current_tenure, level_id, employee_birth_date, "
                      "employee_hire_date, termination_date, detailed_status_code, employment_status FROM {} "
                      "WHERE simulation_year = ?",
                      normalised(snapshot, snapshot_table())),
          {std::int64_t{year}}),
      year);
  warn_about_pay(loaded.people, snapshot_table().name, loaded.warnings);
  warn_about_status(loaded.people, loaded.warnings);
  if (loaded.people.size() > 0) warn_about_years(session, snapshot, loaded.warnings);
  const FoundTable* events = session.find(events_table().name);
  if (events == nullptr || !events->problem.empty()) {
    loaded.no_events =
        fmt::format("{} {}: {}", events_table().name, events == nullptr ? "is not in the database" : events->problem,
                    events_table().consequence);
    loaded.warnings.push_back(loaded.no_events);
    return loaded;
  }
  loaded.has_events = true;
  loaded.absent_event_columns = absent_columns(*events, events_table(), loaded.warnings);
  loaded.events = read_events(session.connection().query(
      fmt::format(
          "SELECT employee_id, event_type, effective_date, level_id, compensation_amount, previous_compensation, "
          "event_probability FROM {} WHERE simulation_year = ?",
          normalised(*events, events_table())),
      {std::int64_t{year}}));
  return loaded;
}

YearColumns load_baseline_year(const Session& session, int year) {
  YearColumns loaded;
  loaded.year = year;
  loaded.from_baseline = true;
  const FoundTable& table = required(session, baseline_table());
  loaded.absent_columns = absent_columns(table, baseline_table(), loaded.warnings);
  loaded.people = read_people(
      session.connection().query(fmt::format(
          "SELECT employee_id, current_compensation, current_compensation, current_compensation, current_age, "
          "current_tenure, level_id, employee_birth_date, employee_hire_date, CAST(NULL AS BIGINT), "
          "'continuous_active', 'active' FROM {}",
          normalised(table, baseline_table()))),
      year);
  warn_about_pay(loaded.people, baseline_table().name, loaded.warnings);
  return loaded;
}

std::vector<int> snapshot_years(const Session& session) {
  const FoundTable& snapshot = required(session, snapshot_table());
  if (snapshot.column("simulation_year") == nullptr) {
    throw Error(ErrorCode::not_found, fmt::format("{} has no column simulation_year: no year can be told from another",
                                                  snapshot_table().name));
  }
  duck::Rows rows = session.connection().query(
      fmt::format("SELECT DISTINCT simulation_year FROM {} WHERE simulation_year BETWEEN -9999 AND 9999 ORDER BY 1",
                  normalised(snapshot, snapshot_table())));
  std::vector<int> years;
  while (rows.next()) years.push_back(static_cast<int>(rows.integer(0)));
  return years;
}

std::optional<int> baseline_year(const Session& session) {
  const FoundTable* table = session.first_of({baseline_table().name});
  if (table == nullptr) return std::nullopt;
  duck::Rows rows = session.connection().query(
      fmt::format("SELECT min(simulation_year) FROM {}", normalised(*table, baseline_table())));
  if (rows.next() && !rows.is_null(0)) return static_cast<int>(rows.integer(0)) - 1;
  const std::vector<int> years =
      session.first_of({snapshot_table().name}) != nullptr ? snapshot_years(session) : std::vector<int>();
  return years.empty() ? std::nullopt : std::optional(years.front() - 1);
}

std::string date_text(std::int32_t days) {
  if (days == no_date) return {};
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::int32_t days_of(int year, unsigned month, unsigned day) {
  return static_cast<std::int32_t>(
      std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}}
          .time_since_epoch()
          .count());
}

int year_of(std::int32_t days) {
  return static_cast<int>(std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{days}}}.year());
}

}  // namespace planwise::workforce
