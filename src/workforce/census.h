/// \file
/// Census rows to the people a simulation starts from.
#pragma once

#include <optional>

#include "planwise/workforce.h"
#include "workforce/source.h"

namespace planwise::workforce {

/// One row as it was read, with what could not be read of it.
struct CensusRow {
  std::int64_t number = 0;  ///< From 1.
  std::string employee_id;
  std::int32_t birth_date = no_date, hire_date = no_date, termination_date = no_date;
  double pay = 0;
};

/// Checks rows as they come, then makes people of them.
class Census {
 public:
  Census(const SimulationSettings& settings, int plan_year) : settings_(settings), plan_year_(plan_year) {}

  void issue(std::int64_t row, std::string_view column, std::string message);
  void add(CensusRow row);
  /// Duplicates removed, leavers left out, pay annualised, ages and levels derived. Ordered by employee_id.
  [[nodiscard]] CensusReport finish(std::string source);

 private:
  const SimulationSettings& settings_;
  int plan_year_;
  std::vector<CensusRow> rows_;
  CensusReport report_;
  /// Doubtful, yet no reason to refuse.
  struct Doubt {
    std::int64_t count = 0, first_row = 0;
    void found_in(std::int64_t row) {
      if (count++ == 0) first_row = row;
    }
  };
  void check_dates(const CensusRow& row);
  void check_pay(const CensusRow& row);
  void note_doubts();
  /// Of a hire within the year that the census shows: pay of the whole year.
  [[nodiscard]] std::optional<double> annualised_pay(const CensusRow& row) const;
  Doubt hired_before_birth_, zero_pay_, extreme_pay_;
};

/// The lowest level whose range holds the pay, else 1.
[[nodiscard]] std::int32_t level_of_pay(const SimulationSettings& settings, double pay) noexcept;

/// A row that is not in the table: what was wrong with its text.
struct UnreadRow {
  std::int64_t number = 0;
  std::string why;
};

/// All rows of a table whose columns may be of any type. Where `unread` are given, by rising number, the table has a
/// column `row` with the numbers of the others.
[[nodiscard]] CensusReport read_census_table(duck::Connection& connection, const FoundTable& table, std::string source,
                                             const SimulationSettings& settings, int plan_year,
                                             const std::vector<UnreadRow>* unread = nullptr);

/// The first issue and the number of all as an error; nothing without issues.
void throw_issues(const CensusReport& report, std::string_view source);

}  // namespace planwise::workforce
