// An invented census as Parquet, through DuckDB.
#include <fmt/format.h>

#include <chrono>

#include "core/files.h"
#include "manager/parquet_tables.h"
#include "planwise/census.h"

namespace planwise {

namespace {

using Kind = exchange::ColumnType::Kind;

Json date_of(std::int32_t date) {
  if (date == Census::no_date) return {};
  const std::chrono::year_month_day civil{std::chrono::sys_days(std::chrono::days(date))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(civil.year()), static_cast<unsigned>(civil.month()),
                     static_cast<unsigned>(civil.day()));
}

std::vector<exchange::Column> columns() {
  constexpr Kind kinds[] = {Kind::text, Kind::text, Kind::date, Kind::date, Kind::date, Kind::real, Kind::boolean};
  std::vector<exchange::Column> result;
  for (std::size_t i = 0; i < std::size(census_columns); ++i)
    result.push_back({std::string(census_columns[i]), {kinds[i], {}}});
  return result;
}

}  // namespace

std::uint64_t write_census_parquet(const Census& census, const std::filesystem::path& file, Overwrite overwrite) {
  core::NewFile target(file, overwrite == Overwrite::replace ? core::Overwrite::replace : core::Overwrite::refuse);
  const auto rows = manager::parquet_table_writer(target.temporary(), columns());
  for (std::size_t row = 0; row < census.size(); ++row) {
    const bool paid = census.gross_cents[row] != Census::no_pay;
    rows->append({census.employee_id[row], Json(), date_of(census.birth_date[row]), date_of(census.hire_date[row]),
                  date_of(census.termination_date[row]), paid ? Json(census.gross_compensation(row)) : Json(),
                  Json(static_cast<bool>(census.active[row]))});
  }
  rows->finish();
  return target.commit();
}

}  // namespace planwise
