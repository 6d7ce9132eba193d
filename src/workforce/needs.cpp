#include "workforce/needs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "workforce/schema.h"

namespace planwise::workforce {

namespace {

constexpr std::string_view status_column = "detailed_status_code";
constexpr std::string_view of_events = "events.";

constexpr std::array<std::string_view, 1> people{"employee_id"};
constexpr std::array<std::string_view, 1> heads{status_column};
constexpr std::array<std::string_view, 3> cost{status_column, "prorated_annual_compensation",
                                               "full_year_equivalent_compensation"};
constexpr std::array<std::string_view, 3> followed_pay{"employee_id", status_column, "current_compensation"};
constexpr std::array<std::string_view, 4> raises{"events.employee_id", "events.event_type",
                                                 "events.compensation_amount", "events.previous_compensation"};
constexpr std::array<std::string_view, 3> levels{status_column, "level_id", "current_compensation"};

bool is_pay(std::string_view column) { return column.ends_with("_compensation"); }

/// Whether a row of the snapshot says anything in the column.
bool says(const SnapshotColumns& rows, std::size_t row, std::string_view column) {
  if (column == "employee_id") return !rows.employee_id[row].empty();
  if (column == status_column) return rows.status[row] != RowStatus::unknown;
  if (column == "current_compensation") return !std::isnan(rows.current[row]);
  if (column == "prorated_annual_compensation") return !std::isnan(rows.prorated[row]);
  if (column == "full_year_equivalent_compensation") return !std::isnan(rows.full_year[row]);
  if (column == "level_id") return rows.level[row] != no_number;
  if (column == "current_age") return rows.age[row] != no_number;
  return column != "current_tenure" || rows.tenure[row] != no_number;
}

bool says(const EventColumns& rows, std::size_t row, std::string_view column) {
  if (column == "employee_id") return !rows.employee_id[row].empty();
  if (column == "event_type") return rows.kind[row] != EventKind::unknown;
  if (column == "compensation_amount") return !std::isnan(rows.compensation[row]);
  return !std::isnan(rows.previous[row]);
}

/// Pay of events is looked for where pay changes.
bool counts(const EventColumns& rows, std::size_t row, std::string_view column) {
  return column == "employee_id" || column == "event_type" || rows.kind[row] == EventKind::raise ||
         rows.kind[row] == EventKind::promotion;
}

/// Rows that count, and those of them that say something.
struct Looked {
  std::size_t rows = 0, saying = 0;
};

Looked look(const SnapshotColumns& rows, std::string_view column) {
  const bool active_only = is_pay(column) && std::any_of(rows.status.begin(), rows.status.end(),
                                                         [](RowStatus status) { return is_active(status); });
  Looked looked;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (active_only && !is_active(rows.status[row])) continue;
    ++looked.rows;
    looked.saying += says(rows, row, column) ? 1 : 0;
  }
  return looked;
}

Looked look(const EventColumns& rows, std::string_view column) {
  Looked looked;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!counts(rows, row, column)) continue;
    ++looked.rows;
    looked.saying += says(rows, row, column) ? 1 : 0;
  }
  return looked;
}

std::string_view consequence_of(const TableRule& table, std::string_view column) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const ColumnRule& rule) { return rule.name == column; });
  return found == table.columns.end() || found->consequence.empty() ? table.consequence : found->consequence;
}

bool holds(const std::vector<std::string_view>& columns, std::string_view column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

std::optional<Lack> lack_of(const YearColumns& year, std::string_view column) {
  const bool in_events = column.starts_with(of_events);
  if (in_events) column.remove_prefix(of_events.size());
  if (in_events && !year.has_events) return Lack{ErrorCode::not_found, year.no_events};
  const TableRule& table = in_events ? events_table() : snapshot_table();
  std::string_view named = table.name, stored = column;
  if (year.from_baseline && !in_events) {
    named = baseline_table().name;
    if (is_pay(column)) stored = "current_compensation";  // The baseline has one figure of pay.
  }
  bool absent = holds(in_events ? year.absent_event_columns : year.absent_columns, stored);
  if (column == status_column && !in_events) {
    if (year.from_baseline) return std::nullopt;  // Everybody in it is active.
    absent = absent && holds(year.absent_columns, "employment_status");
  }
  if (absent) {
    const bool status = column == status_column;
    return Lack{ErrorCode::not_found,
                fmt::format("{} has no column {}{}: {}", named, stored, status ? " and no employment_status" : "",
                            status ? "who is active cannot be told" : consequence_of(table, column))};
  }
  const Looked looked = in_events ? look(year.events, column) : look(year.people, column);
  if (looked.rows == 0 || looked.saying > 0) return std::nullopt;
  return Lack{
      ErrorCode::corrupt,
      fmt::format("{} has no {} that can be read in any of {} rows of {}: {}", named, stored, looked.rows, year.year,
                  column == status_column ? "who is active cannot be told" : consequence_of(table, column))};
}

void refuse(const std::optional<Lack>& lack) {
  if (lack) throw Error(lack->code, lack->text);
}

}  // namespace

std::span<const std::string_view> columns_of(Analysis analysis) {
  switch (analysis) {
    case Analysis::people:
      return people;
    case Analysis::heads:
      return heads;
    case Analysis::cost:
      return cost;
    case Analysis::growth:
    case Analysis::bridge:
      return followed_pay;
    case Analysis::raises:
      return raises;
    case Analysis::events:
      return std::span(raises).first(2);
    case Analysis::ranges:
    case Analysis::compression:
      return levels;
  }
  return {};
}

std::optional<Lack> lack_of(const YearColumns& year, std::span<const std::string_view> columns) {
  for (std::string_view column : columns) {
    if (std::optional<Lack> lack = lack_of(year, column)) return lack;
  }
  return std::nullopt;
}

std::optional<Lack> lack_of(const YearColumns& year, Analysis analysis) { return lack_of(year, columns_of(analysis)); }

void require_columns(const YearColumns& year, Analysis analysis) { refuse(lack_of(year, analysis)); }

void require_columns(const YearColumns& year, const DistributionRequest& request) {
  std::vector<std::string_view> columns;
  if (request.population == Population::active || request.by == PayGrouping::status) columns.push_back(status_column);
  if (request.by == PayGrouping::level) columns.push_back("level_id");
  if (request.by == PayGrouping::age_band) columns.push_back("current_age");
  if (request.by == PayGrouping::tenure_band) columns.push_back("current_tenure");
  columns.push_back(request.pay == PayFigure::current    ? "current_compensation"
                    : request.pay == PayFigure::prorated ? "prorated_annual_compensation"
                                                         : "full_year_equivalent_compensation");
  refuse(lack_of(year, columns));
}

void require_columns(const YearColumns& year, const DrillRequest& request) {
  std::vector<std::string_view> columns(people.begin(), people.end());
  if (request.status) columns.push_back(status_column);
  if (request.level) columns.push_back("level_id");
  if (!request.age_band.empty()) columns.push_back("current_age");
  if (!request.tenure_band.empty()) columns.push_back("current_tenure");
  refuse(lack_of(year, columns));
}

}  // namespace planwise::workforce
