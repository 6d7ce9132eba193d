/// \file
/// An invented census: people who do not exist, for trying, testing and measuring. No part of it comes from real
/// people.
///
///     planwise::CensusOptions options;
///     options.people = 5000;
///     options.faults[planwise::CensusFault::negative_pay] = 3;
///     planwise::write_census_csv(planwise::make_census(options), "census.csv");
///
/// Deterministic: the same options give the same bytes on every platform, in any locale and time zone. Every draw is
/// keyed by (seed, number of the person, question), so that a census of 100 people is the beginning of one of 5,000,
/// and faults change nobody but the rows they are put into. Integers alone decide; no floating point is involved before
/// the last division of cents.
///
/// Distributions (chances in percent):
/// - age at the end of the plan year: 20 to 66, the mean of two even draws (peak at 43);
/// - tenure in calendar years: 0: 12, 1: 14, 2: 11.5, 3: 9.5, 4: 8, 5-9: 24, 10-19: 16, 20-34: 5, evenly within a
/// group; cut
///   so that nobody is hired before the year of turning 20; the day of hire is even over the year, so 12 % are hired
///   through the plan year;
/// - level by age: below 25: 80 20 0 0 0; 25-29: 60 30 10 0 0; from 30: 35 31 22 9.5 2.5;
/// - annual pay of a level: the mean of three even draws over the range (level 1 to 5) 53000-84000, 77000-126000,
///   115000-168000, 153000-315000, 262000-520000, in whole units: neighbouring levels overlap;
/// - outliers: 0.4 % have 3 to 12 times that pay;
/// - 12 % left during the plan year, on an even day between hire or 1 January and 31 December.
/// Gross compensation is what was paid in the plan year: annual pay x days / 365 for those hired in it (days from hire
/// to 31 December, at least 1) or gone (to the last day), so that annualising it gives annual pay back up to a cent's
/// share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planwise/exchange.h"

namespace planwise {

/// What can be wrong with a row on request.
enum class CensusFault {
  duplicate_id,  ///< The id of another row.
  missing_id,    ///< Empty.
  negative_pay,
  zero_pay,
  missing_pay,
  extreme_pay,  ///< A thousand times the pay.
  missing_birth_date,
  missing_hire_date,
  hire_before_birth,
  hire_in_future,  ///< In the year after the plan year.
  termination_before_hire,
  active_though_terminated  ///< A termination date in the plan year, and active.
};
inline constexpr std::size_t census_fault_count = 12;
/// "duplicate_id", ...
[[nodiscard]] std::string_view to_text(CensusFault fault) noexcept;
/// Throws invalid_argument naming what is allowed.
[[nodiscard]] CensusFault census_fault_from(std::string_view name);

struct CensusOptions {
  std::int64_t people = 5000;  ///< 0 to 20,000,000.
  std::uint64_t seed = 42;
  int plan_year = 2024;                        ///< 1950 to 2200.
  std::map<CensusFault, std::int64_t> faults;  ///< How many rows get each; no row gets two.
};

/// Columns of equal length, in the order of the census file. employee_ssn is not here: it is always null.
struct Census {
  static constexpr std::int32_t no_date = INT32_MIN;
  static constexpr std::int64_t no_pay = INT64_MIN;
  std::vector<std::string> employee_id;                               ///< "P0000001"
  std::vector<std::int32_t> birth_date, hire_date, termination_date;  ///< Days since 1970-01-01; no_date: null.
  std::vector<std::int64_t> gross_cents;  ///< employee_gross_compensation x 100; no_pay: null.
  std::vector<bool> active;
  std::vector<std::pair<CensusFault, std::size_t>> faults;  ///< Which row got which, by row.

  [[nodiscard]] std::size_t size() const noexcept { return employee_id.size(); }
  /// NaN for null.
  [[nodiscard]] double gross_compensation(std::size_t row) const;
};

/// Column names of a census file in their order, employee_ssn among them.
inline constexpr std::string_view census_columns[] = {"employee_id",
                                                      "employee_ssn",
                                                      "employee_birth_date",
                                                      "employee_hire_date",
                                                      "employee_termination_date",
                                                      "employee_gross_compensation",
                                                      "active"};

/// Throws invalid_argument for options outside what they say, and for more faults than rows can hold (a duplicate needs
/// two). About 0.2 s and 90 MB for a million people.
[[nodiscard]] Census make_census(const CensusOptions& options);

/// With a header line, LF at line ends, dates as 2024-12-31, pay with two decimals, true or false, nothing for null.
[[nodiscard]] std::string census_csv(const Census& census);
/// The same into a file that appears when it is complete. Returns its bytes. Throws already_exists, not_found, denied,
/// io.
std::uint64_t write_census_csv(const Census& census, const std::filesystem::path& file,
                               Overwrite overwrite = Overwrite::refuse);
/// The same rows as Parquet: text, DATE, DOUBLE and BOOLEAN columns. About 3 s for a million people.
std::uint64_t write_census_parquet(const Census& census, const std::filesystem::path& file,
                                   Overwrite overwrite = Overwrite::refuse);

}  // namespace planwise
