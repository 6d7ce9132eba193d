#include "workforce/census.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "duck/chunk_appender.h"
#include "planwise/error.h"
#include "workforce/text_table.h"
#include "workforce/year_rows.h"

namespace planwise::workforce {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_issues = 100;
constexpr int oldest_year = 1900;
constexpr double doubtful_pay = 1e7;  // noted, not refused

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
    {{"employee_gross_compensation", ColumnKind::real, ""},
     true,
     "a number, 0 or more, without separators of thousands"},
}};

std::int32_t day_in(const duck::Rows& rows, std::size_t column) {
  if (rows.is_null(column)) return no_date;
  const std::int64_t days = rows.integer(column);
  return days > -1'000'000 && days < 3'000'000 ? static_cast<std::int32_t>(days) : (days < 0 ? -1'000'000 : 3'000'000);
}

/// "NH_2026_1_000042", of a year after the census'.
bool is_later_hire(const std::string& id, int plan_year) {
  int year = 0, level = 0, end = 0;
  long long number = 0;
  if (!id.starts_with("NH_") || std::sscanf(id.c_str(), "NH_%4d_%1d_%lld%n", &year, &level, &number, &end) != 3)
    return false;
  return static_cast<std::size_t>(end) == id.size() && year > plan_year;
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

void Census::check_dates(const CensusRow& row) {
  const std::int32_t last_day = days_of(plan_year_, 12, 31);
  const bool stays = row.termination_date == no_date;
  const auto in_range = [&](std::string_view column, std::int32_t date) {
    if (date == no_date) return true;
    const int year = date <= -1'000'000 ? 0 : year_of(date);
    if (year < oldest_year || year > plan_year_ + 1) {
      issue(row.number, column,
            fmt::format("{} is out of range; years from {} to {} are allowed", date_text(date), oldest_year,
                        plan_year_ + 1));
      return false;
    }
    if (!stays || date <= last_day) return true;
    issue(row.number, column,
          fmt::format("{} is after {}, the day that the census shows (the last one before the first simulated year)",
                      date_text(date), date_text(last_day)));
    return false;
  };
  // The simulator's own limits, told here with the row: it refuses what is beyond.
  if (in_range("employee_birth_date", row.birth_date) && stays && row.birth_date != no_date &&
      plan_year_ - year_of(row.birth_date) > oldest_age) {
    issue(row.number, "employee_birth_date",
          fmt::format("{} makes an age of {} in {}; 0 to {} is allowed", date_text(row.birth_date),
                      plan_year_ - year_of(row.birth_date), plan_year_, oldest_age));
  }
  if (in_range("employee_hire_date", row.hire_date) && stays && row.hire_date != no_date &&
      plan_year_ - year_of(row.hire_date) > longest_tenure) {
    issue(row.number, "employee_hire_date",
          fmt::format("{} makes a tenure of {} years in {}; 0 to {} is allowed", date_text(row.hire_date),
                      plan_year_ - year_of(row.hire_date), plan_year_, longest_tenure));
  }
  if (row.birth_date != no_date && row.hire_date != no_date && row.birth_date >= row.hire_date)
    hired_before_birth_.found_in(row.number);
  if (row.termination_date != no_date && row.hire_date != no_date && row.termination_date < row.hire_date) {
    issue(row.number, "employee_termination_date",
          fmt::format("{} is before the hire date {}", date_text(row.termination_date), date_text(row.hire_date)));
  }
}

void Census::check_pay(const CensusRow& row) {
  constexpr std::string_view column = "employee_gross_compensation";
  if (!std::isfinite(row.pay) || row.pay < 0 || row.pay > most_pay) {
    issue(row.number, column, fmt::format("{} is not allowed; a number from 0 to {} is", row.pay, most_pay));
    return;
  }
  if (const auto whole = annualised_pay(row); whole && *whole > most_pay && row.termination_date == no_date) {
    issue(row.number, column,
          fmt::format("{} is {} over the whole year; at most {} is allowed", row.pay, *whole, most_pay));
  }
  if (row.pay == 0) zero_pay_.found_in(row.number);
  if (row.pay > doubtful_pay) extreme_pay_.found_in(row.number);
}

void Census::add(CensusRow row) {
  report_.rows = std::max(report_.rows, row.number);
  const std::string& id = row.employee_id;
  if (id.front() == ' ' || id.back() == ' ' || id.front() == '\t' || id.back() == '\t') {
    issue(row.number, "employee_id",
          id.find_first_not_of(" \t") == std::string::npos
              ? "is blank; an id is needed"
              : fmt::format("'{}' begins or ends with a space: it would be another person than without", id));
  } else if (is_later_hire(id, plan_year_)) {
    issue(row.number, "employee_id", fmt::format("'{}' is an id that the simulator gives its hires", id));
  }
  check_dates(row);
  check_pay(row);
  rows_.push_back(std::move(row));
}

std::optional<double> Census::annualised_pay(const CensusRow& row) const {
  const std::int32_t first_day = days_of(plan_year_, 1, 1), last_day = days_of(plan_year_, 12, 31);
  // Who came on 1 January was paid for the whole year; of a later hire both days are worked.
  if (row.hire_date == no_date || row.hire_date <= first_day || row.hire_date > last_day) return std::nullopt;
  return row.pay * 365.0 / (last_day - row.hire_date + 1);
}

void Census::note_doubts() {
  const auto note = [&](const Doubt& doubt, std::string_view what) {
    if (doubt.count == 0) return;
    report_.start.notes.push_back(
        doubt.count == 1 ? fmt::format("row {} has {}", doubt.first_row, what)
                         : fmt::format("{} rows, the first row {}, have {}", doubt.count, doubt.first_row, what));
  };
  note(hired_before_birth_, "a hire date that is not after the birth date");
  note(zero_pay_, "a pay of 0");
  note(extreme_pay_, fmt::format("a pay above {:.0f}", doubtful_pay));
}

CensusReport Census::finish(std::string source) {
  std::sort(rows_.begin(), rows_.end(), [](const CensusRow& a, const CensusRow& b) {
    if (a.employee_id != b.employee_id) return a.employee_id < b.employee_id;
    if (a.hire_date != b.hire_date) return a.hire_date > b.hire_date;
    if (a.pay != b.pay) return a.pay > b.pay;
    return a.number < b.number;
  });
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
    if (const auto whole = annualised_pay(row)) {
      pay = *whole;
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
  note_doubts();
  return std::move(report_);
}

namespace {

/// A flag reads as the number 1, which nobody means as pay.
void refuse_types(const FoundTable& table, std::string_view source) {
  const FoundColumn* pay = table.column("employee_gross_compensation");
  if (pay != nullptr && pay->type == DUCKDB_TYPE_BOOLEAN)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: the column {} is of type BOOLEAN; numbers are allowed", source, pay->name));
}

}  // namespace

CensusReport read_census_table(duck::Connection& connection, const FoundTable& table, std::string source,
                               const SimulationSettings& settings, int plan_year,
                               const std::vector<UnreadRow>* unread) {
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
  refuse_types(table, source);
  Census census(settings, plan_year);
  std::size_t told = 0;
  const auto tell_unread_before = [&](std::int64_t number) {
    for (; unread != nullptr && told < unread->size() && (*unread)[told].number < number; ++told)
      census.issue((*unread)[told].number, "", (*unread)[told].why);
  };
  duck::Rows rows =
      connection.query(unread == nullptr ? fmt::format("SELECT {} FROM {}", selected, table.from)
                                         : fmt::format("SELECT {}, row FROM {} ORDER BY row", selected, table.from));
  for (std::int64_t count = 1; rows.next(); ++count) {
    const std::int64_t number = unread == nullptr ? count : rows.integer(2 * columns.size());
    tell_unread_before(number);
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
  tell_unread_before(INT64_MAX);
  return census.finish(std::move(source));
}

void throw_issues(const CensusReport& report, std::string_view source) {
  if (report.issue_count == 0) return;
  const CensusIssue& first = report.issues.front();
  std::string where;
  if (first.row > 0)
    where = first.column.empty() ? fmt::format("row {} ", first.row)
                                 : fmt::format("row {}, column {}: ", first.row, first.column);
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

/// The census' columns of a text, in a table of `instance`; what could not be read of it goes to `unread`.
FoundTable text_in(duck::Instance& instance, const fs::path& file, std::vector<UnreadRow>& unread) {
  TextTable text(file);
  FoundTable table{file.filename().string(), "memory.main.census", "", {}};
  std::vector<std::size_t> taken;
  std::string definition = "row BIGINT";
  for (std::size_t index = 0; index < text.header().size(); ++index) {
    const std::string& name = text.header()[index];
    if (std::ranges::none_of(columns, [&](const CensusColumn& column) { return column.rule.name == lower(name); }))
      continue;
    taken.push_back(index);
    table.columns.push_back({name, DUCKDB_TYPE_VARCHAR});
    definition += fmt::format(", {} VARCHAR", identifier(name));
  }
  instance.connection().run(fmt::format("CREATE TABLE {} ({})", table.from, definition));
  duck::ChunkAppender rows(instance.connection(), "memory", "census");
  text.read(
      [&](std::int64_t number, std::span<const std::string> fields) {
        rows.integer(number);
        for (const std::size_t index : taken) {
          if (fields[index].empty()) {
            rows.null();
          } else {
            rows.text(fields[index]);
          }
        }
        rows.end_row();
      },
      [&](std::int64_t number, const std::string& why) {
        unread.push_back({number, why});
      });
  rows.close();
  return table;
}

FoundTable parquet_in(duck::Instance& instance, const fs::path& file) {
  FoundTable table{file.filename().string(), fmt::format("read_parquet({})", duck::sql_literal(file.string())), "", {}};
  try {
    const std::string statement = fmt::format("SELECT * FROM {} LIMIT 0", table.from);
    instance.connection().run(statement, file.string());  // first, since its errors quote no statement
    duck::Rows rows = instance.connection().query(statement);
    for (std::size_t column = 0; column < rows.column_count(); ++column)
      table.columns.push_back({std::string(rows.column_name(column)), rows.column_type(column)});
  } catch (const Error& error) {
    std::string_view reason = error.what();
    reason = reason.substr(0, reason.find('\n'));  // what follows is DuckDB's advice on SQL
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' cannot be read as a table: {}", file.string(), reason));
  }
  return table;
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
  const bool parquet = extension == ".parquet" || (extension != ".csv" && says_parquet(file));
  duck::Instance instance;
  std::vector<UnreadRow> unread;
  const FoundTable table = parquet ? parquet_in(instance, file) : text_in(instance, file, unread);
  return read_census_table(instance.connection(), table, "'" + file.string() + "'", settings, plan_year,
                           parquet ? nullptr : &unread);
}

StartingPeople read_census(const std::filesystem::path& file, const SimulationSettings& settings, int plan_year) {
  CensusReport report = check_census(file, settings, plan_year);
  throw_issues(report, report.start.source);
  return std::move(report.start);
}

}  // namespace planwise
