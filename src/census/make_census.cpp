#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "census/draws.h"
#include "census/faults.h"
#include "planwise/census.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using census::Draws;
using census::Question;

constexpr std::int64_t most_people = 20'000'000;
constexpr int first_year = 1950, last_year = 2200;

/// Out of 10,000; a group of tenures is even within itself.
struct TenureGroup {
  std::int64_t weight;
  int first, last;
};
constexpr std::array<TenureGroup, 8> tenures{
    {{1200, 0, 0}, {1400, 1, 1}, {1150, 2, 2}, {950, 3, 3}, {800, 4, 4}, {2400, 5, 9}, {1600, 10, 19}, {500, 20, 34}}};
/// Out of 1,000, levels 1 to 5.
using LevelShares = std::array<std::int64_t, 5>;
constexpr LevelShares below_25{800, 200, 0, 0, 0}, below_30{600, 300, 100, 0, 0}, from_30{350, 310, 220, 95, 25};
struct PayRange {
  std::int64_t lowest, highest;
};
constexpr std::array<PayRange, 5> pay_ranges{
    {{53000, 84000}, {77000, 126000}, {115000, 168000}, {153000, 315000}, {262000, 520000}}};
constexpr std::int64_t youngest = 20, ages = 47;  // 20 to 66

std::int32_t day(int year, unsigned month, unsigned of_month) {
  using namespace std::chrono;
  const sys_days date = std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(of_month);
  return static_cast<std::int32_t>(date.time_since_epoch().count());
}
std::int64_t days_of(int year) { return day(year + 1, 1, 1) - day(year, 1, 1); }

std::int64_t tenure_of(const Draws& draws, std::int64_t age) {
  std::int64_t left = draws.below(Question::tenure, 10'000);
  std::int64_t tenure = 0;
  for (const TenureGroup& group : tenures) {
    if (left < group.weight) {
      tenure = group.first + draws.below(Question::tenure_within, group.last - group.first + 1);
      break;
    }
    left -= group.weight;
  }
  return std::min(tenure, age - youngest);
}

std::size_t level_of(const Draws& draws, std::int64_t age) {
  const LevelShares& shares = age < 25 ? below_25 : age < 30 ? below_30 : from_30;
  std::int64_t left = draws.below(Question::level, 1000);
  std::size_t level = 0;
  while (left >= shares[level]) left -= shares[level++];
  return level;
}

/// Whole units.
std::int64_t annual_pay(const Draws& draws, std::size_t level) {
  const PayRange range = pay_ranges[level];
  const std::uint64_t sum =
      draws.bits(Question::pay_first) + draws.bits(Question::pay_second) + draws.bits(Question::pay_third);
  const auto width = static_cast<std::uint64_t>(range.highest - range.lowest);
  const std::int64_t pay = range.lowest + static_cast<std::int64_t>(width * sum / 3 >> 32U);
  const bool outlier = draws.below(Question::outlier, 1000) < 4;
  return outlier ? pay * (3 + draws.below(Question::outlier_factor, 10)) : pay;
}

void add_person(Census& census, const CensusOptions& options, std::int64_t number) {
  const Draws draws(options.seed, static_cast<std::uint64_t>(number));
  const int year = options.plan_year;
  const std::int64_t age =
      youngest + (draws.below(Question::age_first, ages) + draws.below(Question::age_second, ages)) / 2;
  const int birth_year = year - static_cast<int>(age);
  const int hire_year = year - static_cast<int>(tenure_of(draws, age));
  const auto within = [&](int of_year, Question question) {
    return day(of_year, 1, 1) + static_cast<std::int32_t>(draws.below(question, days_of(of_year)));
  };
  const std::int32_t hired = within(hire_year, Question::hire_day);
  const std::int32_t year_end = day(year, 12, 31);
  const std::int32_t first_day = std::max(hired, day(year, 1, 1));
  const bool left = draws.below(Question::leaves, 100) < 12;
  const std::int32_t last_day =
      left ? first_day + static_cast<std::int32_t>(draws.below(Question::leaving_day, year_end - first_day + 1))
           : year_end;

  // A whole year counts 365 days, leap year or not.
  std::int64_t days = 365;
  if (left || hire_year == year) days = std::clamp<std::int64_t>(last_day - first_day, 1, 365);
  const std::int64_t annual_cents = annual_pay(draws, level_of(draws, age)) * 100;

  census.employee_id.push_back(fmt::format("P{:07}", number));
  census.birth_date.push_back(within(birth_year, Question::birth_day));
  census.hire_date.push_back(hired);
  census.termination_date.push_back(left ? last_day : Census::no_date);
  census.gross_cents.push_back((annual_cents * days * 2 + 365) / (2 * 365));
  census.active.push_back(!left);
}

void check(const CensusOptions& options) {
  const auto refuse = [](std::string_view what, std::int64_t value, std::int64_t least, std::int64_t most) {
    if (value >= least && value <= most) return;
    throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}; allowed is {} to {}", what, value, least, most));
  };
  refuse("people", options.people, 0, most_people);
  refuse("plan_year", options.plan_year, first_year, last_year);
  std::int64_t rows = 0;
  for (const auto& [fault, count] : options.faults) {
    refuse(fmt::format("number of faults {}", to_text(fault)), count, 0, options.people);
    rows += fault == CensusFault::duplicate_id ? 2 * count : count;
  }
  if (rows > options.people) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("faults need {} rows (a duplicate two); allowed are at most the {} people", rows, options.people));
  }
}

}  // namespace

double Census::gross_compensation(std::size_t row) const {
  const std::int64_t cents = gross_cents.at(row);
  return cents == no_pay ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(cents) / 100;
}

Census make_census(const CensusOptions& options) {
  check(options);
  Census census;
  const auto size = static_cast<std::size_t>(options.people);
  census.employee_id.reserve(size);
  for (auto* dates : {&census.birth_date, &census.hire_date, &census.termination_date}) dates->reserve(size);
  census.gross_cents.reserve(size);
  census.active.reserve(size);
  for (std::int64_t number = 1; number <= options.people; ++number) add_person(census, options, number);
  census::put_faults(census, options);
  return census;
}

}  // namespace planwise
