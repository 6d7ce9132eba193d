#include "workforce/census.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "planwise/error.h"
#include "workforce/year_rows.h"

namespace planwise::workforce {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_issues = 100;
constexpr int oldest_year = 1900;

/// A column of the census: where its text and its value stand in the row of the statement.
struct CensusColumn {
  ColumnRule rule;
  bool needed;
  std::string_view kind;
};
constexpr std::array<CensusColumn, 5> columns{{
    {{"employee_id", ColumnKind::text, ""}, true, "text"},
    {{"employee_birth_date", ColumnKind::date, ""}, true, "a date such as 1980-12-31"},
    {{"employee_hire_date", ColumnKind::date, ""}, true, "a date such as 2020-12-31"},
    {{"employee_termination_date", ColumnKind::date, ""}, false, "a date such as 2024-12-31, or nothing"},
    {{"employee_gross_compensation", ColumnKind::real, ""}, true, "a number, 0 or more"},
}};

std::int32_t day_in(const duck::Rows& rows, std::size_t column) {
  if (rows.is_null(column)) return no_date;
  const std::int64_t days = rows.integer(column);
  return days > -1'000'000 && days < 3'000'000 ? static_cast<std::int32_t>(days) : (days < 0 ? -1'000'000 : 3'000'000);
}

}  // namespace

std::int32_t level_of_pay(const SimulationSettings& settings, double pay) noexcept {
  for (std::size_t index = 0; index < level_count; ++index) {
    if (settings.levels[index].minimum <= pay && pay < settings.levels[index].maximum)
      return static_cast<std::int32_t>(index) + 1;
  }
  return 1;
}

void Census::issue(std::int64_t row, std::string_view column, std::string message) {
  ++report_.issue_count;
  report_.rows = std::max(report_.rows, row);  // rows that cannot be read count too
  if (report_.issues.size() < most_issues) report_.issues.push_back({row, std::string(column), std::move(message)});
}

void Census::add(CensusRow row) {
  report_.rows = std::max(report_.rows, row.number);
  const auto check_date = [&](std::string_view column, std::int32_t date) {
    if (date == no_date) return;
    const int year = date <= -1'000'000 ? 0 : year_of(date);
    if (year >= oldest_year && year <= plan_year_ + 1) return;
    issue(row.number, column,
          fmt::format("{} is out of range; years from {} to {} are allowed", date_text(date), oldest_year,
                      plan_year_ + 1));
  };
  check_date("employee_birth_date", row.birth_date);
  check_date("employee_hire_date", row.hire_date);
  if (row.birth_date != no_date && row.hire_date != no_date && row.birth_date >= row.hire_date) ++hired_before_birth_;
  if (row.termination_date != no_date && row.hire_date != no_date && row.termination_date < row.hire_date) {
    issue(row.number, "employee_termination_date",
          fmt::format("{} is before the hire date {}", date_text(row.termination_date), date_text(row.hire_date)));
  }
  if (!std::isfinite(row.pay) || row.pay < 0) {
    issue(row.number, "employee_gross_compensation",
          fmt::format("{} is not allowed; a number, 0 or more, is", row.pay));
  }
  rows_.push_back(std::move(row));
}

CensusReport Census::finish(std::string source) {
  std::sort(rows_.begin(), rows_.end(), [](const CensusRow& a, const CensusRow& b) {
    if (a.employee_id != b.employee_id) return a.employee_id < b.employee_id;
    if (a.hire_date != b.hire_date) return a.hire_date > b.hire_date;
    if (a.pay != b.pay) return a.pay > b.pay;
    return a.number < b.number;
  });
  const std::int32_t first_day = days_of(plan_year_, 1, 1), last_day = days_of(plan_year_, 12, 31);
  People& people = report_.start.people;
  for (std::size_t index = 0; index < rows_.size(); ++index) {
    const CensusRow& row = rows_[index];
    if (index > 0 && rows_[index - 1].employee_id == row.employee_id) {
      ++report_.duplicates;
      continue;
    }
    if (row.termination_date != no_date) {
      ++report_.terminated;
      continue;
    }
    double pay = row.pay;
    const int hire_year = row.hire_date == no_date ? plan_year_ : year_of(row.hire_date);
    // Who came on 1 January was paid for the whole year; of a later hire both days are worked.
    if (row.hire_date != no_date && row.hire_date > first_day && hire_year == plan_year_) {
      pay = pay * 365.0 / std::max(1, last_day - row.hire_date + 1);
      ++report_.annualised;
    }
    people.employee_id.push_back(row.employee_id);
    people.compensation.push_back(pay);
    people.age.push_back(row.birth_date == no_date ? 0 : plan_year_ - year_of(row.birth_date));
    people.tenure.push_back(std::max(0, plan_year_ - hire_year));
    people.level.push_back(level_of_pay(settings_, pay));
    people.birth_date.push_back(row.birth_date);
    people.hire_date.push_back(row.hire_date);
  }
  if (report_.rows == 0) {
    issue(0, "", "there is no row: a census needs at least one person");
  } else if (people.size() == 0 && report_.issue_count == 0) {
    issue(0, "",
          fmt::format("everybody of the {} rows has a termination date: nobody is left to start from", report_.rows));
  }
  report_.start.first_year = plan_year_ + 1;
  report_.start.source = std::move(source);
  if (report_.duplicates > 0) {
    report_.start.notes.push_back(fmt::format(
        "{} rows repeat an employee_id: the latest hire, then the highest pay, was kept", report_.duplicates));
  }
  if (hired_before_birth_ > 0) {
    report_.start.notes.push_back(
        fmt::format("{} rows have a hire date that is not after the birth date", hired_before_birth_));
  }
  return std::move(report_);
}

CensusReport read_census_table(duck::Connection& connection, const FoundTable& table, std::string source,
                               const SimulationSettings& settings, int plan_year) {
  std::string selected;
  std::string missing;
  for (const CensusColumn& column : columns) {
    const FoundColumn* found = table.column(column.rule.name);
    if (found == nullptr && column.needed)
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", column.rule.name);
    selected += fmt::format(
        "{}{}, {}", selected.empty() ? "" : ", ", column_expression(table, column.rule),
        found == nullptr ? "CAST(NULL AS VARCHAR)" : fmt::format("CAST({} AS VARCHAR)", identifier(found->name)));
  }
  if (!missing.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("{} lacks the column(s) {}; a census has employee_id, employee_birth_date, employee_hire_date, "
                    "employee_gross_compensation, and may have employee_termination_date",
                    source, missing));
  }
  Census census(settings, plan_year);
  duck::Rows rows = connection.query(fmt::format("SELECT {} FROM {}", selected, table.from));
  for (std::int64_t number = 1; rows.next(); ++number) {
    bool readable = true;
    for (std::size_t index = 0; index < columns.size(); ++index) {
      const CensusColumn& column = columns[index];
      const bool empty = rows.is_null(2 * index + 1) || rows.text(2 * index + 1).empty();
      if (!rows.is_null(2 * index) && !(empty && column.needed)) continue;
      if (empty && !column.needed) continue;
      census.issue(number, column.rule.name,
                   empty ? fmt::format("is empty; {} is needed", column.kind)
                         : fmt::format("'{}' is not allowed; {} is", rows.text(2 * index + 1), column.kind));
      readable = false;
    }
    if (!readable) continue;
    census.add({number, std::string(rows.text(0)), day_in(rows, 2), day_in(rows, 4), day_in(rows, 6), rows.real(8)});
  }
  return census.finish(std::move(source));
}

void throw_issues(const CensusReport& report, std::string_view source) {
  if (report.issue_count == 0) return;
  const CensusIssue& first = report.issues.front();
  std::string where;
  if (first.row > 0) where = fmt::format("row {}, column {}: ", first.row, first.column);
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{}: {}{}{}", source, where, first.message,
                          report.issue_count > 1 ? fmt::format(" (and {} more)", report.issue_count - 1) : ""));
}

namespace {

bool says_parquet(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::array<char, 4> magic{};
  in.read(magic.data(), magic.size());
  return in.gcount() == 4 && std::string_view(magic.data(), 4) == "PAR1";
}

}  // namespace
}  // namespace planwise::workforce

namespace planwise {

using namespace workforce;

CensusReport check_census(const std::filesystem::path& file, const SimulationSettings& settings, int plan_year) {
  if (!fs::exists(file)) throw Error(ErrorCode::not_found, fmt::format("there is no census '{}'", file.string()));
  if (fs::is_directory(file))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' is a folder; a census is one Parquet or CSV file", file.string()));
  const std::string extension = lower(file.extension().string());
  const std::string path = duck::sql_literal(file.string());
  FoundTable table;
  table.name = file.filename().string();
  table.from = extension == ".parquet" || (extension != ".csv" && says_parquet(file))
                   ? fmt::format("read_parquet({})", path)
                   : fmt::format("read_csv({}, header = true, all_varchar = true, null_padding = true)", path);
  duck::Instance instance;
  try {
    duck::Rows rows = instance.connection().query(fmt::format("SELECT * FROM {} LIMIT 0", table.from));
    for (std::size_t column = 0; column < rows.column_count(); ++column) {
      table.columns.push_back({std::string(rows.column_name(column)), rows.column_type(column)});
    }
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("'{}' cannot be read as a table: {}", file.string(), error.what()));
  }
  return read_census_table(instance.connection(), table, "'" + file.string() + "'", settings, plan_year);
}

StartingPeople read_census(const std::filesystem::path& file, const SimulationSettings& settings, int plan_year) {
  CensusReport report = check_census(file, settings, plan_year);
  throw_issues(report, report.start.source);
  return std::move(report.start);
}

}  // namespace planwise
