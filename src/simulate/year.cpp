#include "simulate/year.h"

#include <algorithm>
#include <numeric>

#include "simulate/calendar.h"

namespace planwise::simulation {

namespace {

constexpr double factor_of_a_lever_not_found = 1.18;

std::array<std::uint64_t, 12> month_ends(const std::array<double, 12>& weights) {
  const double whole = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::array<std::uint64_t, 12> ends{};
  double sum = 0;
  for (std::size_t month = 0; month < 12; ++month) {
    sum += weights[month];
    ends[month] = static_cast<std::uint64_t>(std::min(sum / whole, 1.0) * 0x1p53);
  }
  // The last month that has a weight ends the year, whatever the rounding of the sums did.
  for (std::size_t month = 12; month-- > 0;) {
    ends[month] = std::uint64_t{1} << 53;
    if (weights[month] > 0) break;
  }
  return ends;
}

}  // namespace

Year::Year(const SimulationInput& from, int year)
    : input(from),
      settings(from.settings),
      levers(from.levers.at(year)),
      dbt(from.dbt),
      number(year),
      first_day(first_day_of(year)),
      days(days_in(year)),
      gets_older(!(dbt.first_year_not_older && year == settings.start_year)),
      raise_month_end(month_ends(settings.raise_month)) {
  for (std::size_t tenure = 0; tenure < tenure_band_count; ++tenure) {
    for (std::size_t age = 0; age < age_band_count; ++age) {
      termination_hazard[tenure][age] =
          settings.termination_base * settings.termination_by_tenure[tenure] * settings.termination_by_age[age];
      for (std::size_t level = 0; level < level_count; ++level) {
        const double dampened = std::max(0.0, 1.0 - settings.promotion_level_dampener * static_cast<double>(level));
        promotion_hazard[level][tenure][age] =
            settings.promotion_base * settings.promotion_by_tenure[tenure] * settings.promotion_by_age[age] * dampened;
      }
    }
  }
  for (std::size_t level = 0; level < level_count; ++level) {
    const double average = settings.levels[level].average_promotion_probability;
    promotion_factor[level] = dbt.promotions_ignore_levers ? 1.0
                              : average > 0                ? levers.promotion_probability[level] / average
                                                           : 0.0;
    const bool lost = dbt.lever_letter_case && levers.new_hire_stored_as_HIRE;
    hire_factor[level] = lost ? factor_of_a_lever_not_found : levers.new_hire_salary_adjustment[level];
  }
  for (unsigned month = 0; month < 12; ++month) month_start[month] = simulation::day_of(year, month + 1, 1);
  month_start[12] = first_day + days;
  for (std::size_t leading = 0; leading < raise_month_from.size(); ++leading) {
    const auto month = std::upper_bound(raise_month_end.begin(), raise_month_end.end(), std::uint64_t{leading} << 45);
    raise_month_from[leading] = static_cast<std::uint8_t>(month - raise_month_end.begin());
  }
}

Year::Draws::Draws(const Year& year, const Cohort& cohort, Range range, Purpose purpose)
    : begin_(range.begin), one_(year.is_one_draw(purpose)) {
  const std::size_t rows = range.end - range.begin;
  if (!one_) {
    draw_column(year.input.seed, std::span(cohort.key).subspan(range.begin, rows), year.number, purpose,
                std::span(chances_).first(rows), std::span(spreads_).first(rows));
    return;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const Draw drawn = one_draw(cohort.one_hash[range.begin + i]);
    chances_[i] = drawn.chance;
    spreads_[i] = drawn.spread;
  }
}

}  // namespace planwise::simulation
