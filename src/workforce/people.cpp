// The people a simulation starts from: the database's baseline, else its census.
#include <fmt/format.h>

#include <cmath>
#include <unordered_set>

#include "planwise/error.h"
#include "workforce/census.h"
#include "workforce/parts.h"

namespace planwise {

using namespace workforce;

namespace {

[[noreturn]] void refuse(const FoundTable& table, const std::string& employee, std::string_view column,
                         const std::string& why) {
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: {} of employee '{}' {}", table.name, column, employee, why));
}

std::int32_t whole_years(const FoundTable& table, const std::string& employee, std::string_view column,
                         const duck::Rows& rows, std::size_t index) {
  if (rows.is_null(index)) refuse(table, employee, column, "is missing; 0 to 120 is allowed");
  const std::int64_t years = rows.integer(index);
  if (years < 0 || years > 120) refuse(table, employee, column, fmt::format("is {}; 0 to 120 is allowed", years));
  return static_cast<std::int32_t>(years);
}

std::int32_t date_or_none(const duck::Rows& rows, std::size_t index) {
  if (rows.is_null(index)) return no_date;
  const std::int64_t days = rows.integer(index);
  return days > -1'000'000 && days < 3'000'000 ? static_cast<std::int32_t>(days) : no_date;
}

void check_needed_columns(const FoundTable& table) {
  for (std::string_view needed : {"employee_id", "current_compensation", "current_age", "current_tenure"}) {
    if (table.column(needed) == nullptr) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{} has no column {}: the people to start from cannot be read", table.name, needed));
    }
  }
}

/// Ranges are read only where a level is missing: most baselines need none of the settings.
StartingPeople read_baseline(const Session& session, const FoundTable& table,
                             const SimulationDatabaseOptions& options) {
  std::optional<ModelSettings> model;
  check_needed_columns(table);
  StartingPeople start;
  start.source = table.name;
  People& people = start.people;
  duck::Rows rows =
      session.connection().query(fmt::format("SELECT coalesce(employee_id, ''), current_compensation, current_age, "
                                             "current_tenure, level_id, employee_birth_date, "
                                             "employee_hire_date, simulation_year FROM {}",
                                             normalised(table, baseline_table())));
  std::unordered_set<std::string> known;
  std::int64_t derived = 0;
  while (rows.next()) {
    std::string id(rows.text(0));
    if (id.empty()) refuse(table, id, "employee_id", fmt::format("is missing (row {})", people.size() + 1));
    if (!known.insert(id).second) refuse(table, id, "employee_id", "stands there twice; every employee has one row");
    if (rows.is_null(1)) refuse(table, id, "current_compensation", "is missing or no number");
    const double pay = rows.real(1);
    if (!std::isfinite(pay) || pay < 0)
      refuse(table, id, "current_compensation", fmt::format("is {}; a number, 0 or more, is allowed", pay));
    std::int64_t level = rows.optional_integer(4).value_or(0);
    if (rows.is_null(4)) {
      if (!model) model = read_settings(session, options);
      level = level_of_pay(model->settings, pay);
      ++derived;
    }
    if (level < 1 || level > static_cast<std::int64_t>(level_count)) {
      refuse(table, id, "level_id", fmt::format("is {}; 1 to {} is allowed", level, level_count));
    }
    people.age.push_back(whole_years(table, id, "current_age", rows, 2));
    people.tenure.push_back(whole_years(table, id, "current_tenure", rows, 3));
    people.employee_id.push_back(std::move(id));
    people.compensation.push_back(pay);
    people.level.push_back(static_cast<std::int32_t>(level));
    people.birth_date.push_back(date_or_none(rows, 5));
    people.hire_date.push_back(date_or_none(rows, 6));
    if (start.first_year == 0 && !rows.is_null(7) && std::abs(rows.integer(7)) < 10000)
      start.first_year = static_cast<int>(rows.integer(7));
  }
  if (derived > 0)
    start.notes.push_back(
        fmt::format("{} people of {} have no level: it was derived from their pay", derived, table.name));
  return start;
}

}  // namespace

StartingPeople SimulationDatabase::load_people() const {
  const Session session = parts_->source.open();
  const FoundTable* baseline = session.first_of({baseline_table().name});
  std::string without = "is not there";
  if (baseline != nullptr) {
    StartingPeople start = read_baseline(session, *baseline, parts_->options);
    if (start.people.size() > 0) return start;
    without = "is empty";
  }
  const FoundTable* census = session.first_of({"stg_census_data", "census", "census_data", "census_preprocessed"});
  if (census == nullptr) {
    throw Error(ErrorCode::not_found,
                fmt::format("int_baseline_workforce {} and there is no census (stg_census_data, census, census_data, "
                            "census_preprocessed): there is nobody to start from",
                            without));
  }
  const ModelSettings model = read_settings(session, parts_->options);
  CensusReport report =
      read_census_table(session.connection(), *census, census->name, model.settings, model.settings.start_year - 1);
  throw_issues(report, census->name);
  report.start.notes.push_back(
      fmt::format("int_baseline_workforce {}: the start was made from {}", without, census->name));
  return std::move(report.start);
}

}  // namespace planwise
