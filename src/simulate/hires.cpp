#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "planwise/error.h"
#include "simulate/calendar.h"
#include "simulate/kernels.h"

namespace planwise::simulation {

namespace {

constexpr std::size_t most_people_ever = 100'000'000;  // as many as may stand in the input, and what memory holds
constexpr int pay_steps = 10;                          // 0.90 to 1.08 of the middle

std::string id_before_number(int year, int level) { return fmt::format("NH_{:04}_{}_", year, level); }

/// The number with at least six digits; fmt would take as long as everything else that is done for a hire.
class NumberText {
 public:
  explicit NumberText(std::uint64_t number) noexcept {
    for (; number > 0 || digits_.size() - at_ < 6; number /= 10) digits_[--at_] = static_cast<char>('0' + number % 10);
  }
  [[nodiscard]] std::string_view text() const noexcept { return {digits_.data() + at_, digits_.size() - at_}; }

 private:
  std::array<char, 20> digits_;
  std::size_t at_ = digits_.size();
};

double hire_pay(const Year& year, std::size_t level, int step) {
  const JobLevel& range = year.settings.levels[level];
  return to_cents((range.minimum + range.hire_maximum) / 2.0 * (0.9 + 0.02 * step) * year.hire_factor[level]);
}

std::int64_t total_hires(const Year& year, std::size_t start, std::size_t leavers) {
  const auto growth = static_cast<double>(rounded(static_cast<double>(start) * year.settings.target_growth_rate));
  return std::max<std::int64_t>(
      0, rounded((growth + static_cast<double>(leavers)) / (1.0 - year.settings.new_hire_termination_rate)));
}

/// dbt counts hires over the levels, from 1: age, day and pay step are the number modulo 5, 365 and 10.
void fill_by_number(const Year& year, Cohort& cohort, std::size_t row, std::size_t level) {
  const std::size_t number = row - cohort.experienced + 1;
  cohort.age[row] = year.settings.hire_ages[number % year.settings.hire_ages.size()];
  cohort.hire_date[row] = year.first_day + static_cast<std::int32_t>(number % 365);
  cohort.pay[row] = hire_pay(year, level, static_cast<int>(number % pay_steps));
}

void fill_by_draw(const Year& year, Cohort& cohort, std::size_t row, std::size_t level, std::uint32_t number) {
  const Draw drawn = year.draw_of(cohort, row, Purpose::hire);
  cohort.age[row] = year.settings.hire_ages[(number - 1) % year.settings.hire_ages.size()];
  cohort.hire_date[row] = year.first_day + drawn.below(year.days);
  cohort.pay[row] = hire_pay(year, level, static_cast<int>(static_cast<double>(drawn.chance) * draw_unit * pay_steps));
}

}  // namespace

/// Shares are decimal fractions: what is within `hair` of a whole number is meant to be it.
ByLevel<std::size_t> hires_by_level(const Year& year, std::int64_t total) {
  constexpr double hair = 1e-9;
  const auto& levels = year.settings.levels;
  const double whole = std::accumulate(levels.begin(), levels.end(), 0.0,
                                       [](double sum, const JobLevel& level) { return sum + level.hire_share; });
  ByLevel<std::size_t> counts{};
  ByLevel<std::int64_t> remainders{};
  for (std::size_t level = 0; level < level_count; ++level) {
    if (year.dbt.hires_short) {
      counts[level] = static_cast<std::size_t>(
          std::max(0.0, std::ceil(static_cast<double>(total) * levels[level].hire_share - hair) - 1.0));
      continue;
    }
    const double exact = static_cast<double>(total) * levels[level].hire_share / whole;
    counts[level] = static_cast<std::size_t>(std::floor(exact + hair));
    remainders[level] = std::llround((exact - static_cast<double>(counts[level])) / hair);
  }
  if (year.dbt.hires_short) return counts;
  ByLevel<std::size_t> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return remainders[left] > remainders[right]; });
  const auto given = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t i = 0; given + i < static_cast<std::size_t>(total); ++i) ++counts[order[i % level_count]];
  return counts;
}

std::vector<HirePlace> places_of_hires(const Year& year, std::size_t start, std::size_t leavers) {
  const ByLevel<std::size_t> counts = hires_by_level(year, total_hires(year, start, leavers));
  std::vector<HirePlace> places;
  places.reserve(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
  for (std::size_t level = 0; level < level_count; ++level) {
    for (std::uint32_t number = 1; number <= counts[level]; ++number)
      places.push_back({year.number, static_cast<std::uint8_t>(level), number});
  }
  return places;
}

void hire(const Year& year, Cohort& cohort, std::size_t leavers, std::size_t first_origin, Workers& workers) {
  const ByLevel<std::size_t> counts = hires_by_level(year, total_hires(year, cohort.experienced, leavers));
  ByLevel<std::size_t> ends{};
  std::partial_sum(counts.begin(), counts.end(), ends.begin());
  if (first_origin + ends.back() > most_people_ever) {
    throw Error(
        ErrorCode::invalid_argument,
        fmt::format("settings: growth and termination rates lead to {} hires in {}; allowed are {} people in all",
                    ends.back(), year.number, most_people_ever));
  }
  cohort.resize_carried(cohort.experienced + ends.back(), year.dbt.one_draw);
  cohort.resize_of_year(cohort.size());
  workers.each_range(ends.back(), [&](std::size_t, Range range) {
    ByLevel<std::string> ids;
    for (std::size_t level = 0; level < level_count; ++level)
      ids[level] = id_before_number(year.number, static_cast<int>(level) + 1);
    ByLevel<std::uint64_t> hashes{};
    std::transform(ids.begin(), ids.end(), hashes.begin(), [](const std::string& id) { return fnv(id); });
    auto level = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), range.begin) - ends.begin());
    for (std::size_t i = range.begin; i < range.end; ++i) {
      while (i >= ends[level]) ++level;
      const auto number = static_cast<std::uint32_t>(i - (ends[level] - counts[level]) + 1);
      const std::size_t row = cohort.experienced + i;
      const NumberText digits(number);
      cohort.key[row] = mixed(fnv(digits.text(), hashes[level]));  // key_of the whole id
      if (year.dbt.one_draw) {
        const std::uint64_t hash = duckdb_hash(ids[level] + std::string(digits.text()));
        cohort.one_hash[row] = mixed(hash ^ mixed(year.input.seed));  // dbt: of a random id
      }
      cohort.origin[row] = static_cast<std::uint32_t>(first_origin + i);
      cohort.tenure[row] = 0;
      cohort.level[row] = static_cast<std::uint8_t>(level);
      if (year.dbt.hires_by_number) {
        fill_by_number(year, cohort, row, level);
      } else {
        fill_by_draw(year, cohort, row, level, number);
      }
    }
  });
}

std::int32_t birth_date_of(const HirePlace& place, int age_at_hire) {
  return first_day_of(place.year - age_at_hire) + static_cast<std::int32_t>(place.number % 365);
}

}  // namespace planwise::simulation

std::string planwise::hire_id(int year, int level, std::int64_t number) {
  return simulation::id_before_number(year, level)
      .append(simulation::NumberText(static_cast<std::uint64_t>(number)).text());
}
