#include <algorithm>

#include "simulate/kernels.h"

namespace planwise::simulation {

namespace {

/// The month by the weights, any day of it.
std::int32_t raise_date(const Year& year, const Draw& drawn) {
  const std::size_t month = year.raise_month_of(drawn.chance);
  return year.month_start[month] + drawn.below(year.month_start[month + 1] - year.month_start[month]);
}

double raised_pay(const Year& year, std::size_t level, double pay) {
  return to_cents(pay * (1.0 + year.levers.merit_rate[level] + year.levers.cola_rate[level]));
}

std::uint8_t level_by_pay(const Year& year, double pay) {
  for (std::size_t level = 0; level < level_count; ++level) {
    if (pay >= year.settings.levels[level].minimum && pay < year.settings.levels[level].maximum)
      return static_cast<std::uint8_t>(level);
  }
  return 0;
}

/// Both as they come: each on the pay, and the raise on the level, that the other left if it came first.
void settle_in_order(const Year& year, Cohort& cohort, std::size_t row) {
  const bool promoted = cohort.promotion_date[row] != no_date, raised = cohort.raise_date[row] != no_date;
  const bool promotion_first = promoted && raised && cohort.promotion_date[row] <= cohort.raise_date[row];
  double pay = cohort.pay[row];
  std::uint8_t level = cohort.level[row];
  const auto take_raise = [&] {
    cohort.raise_level[row] = level;
    cohort.raise_pay[row] = pay = raised_pay(year, level, pay);
  };
  if (raised && !promotion_first) take_raise();
  if (promoted) cohort.promotion_pay[row] = pay = promoted_pay(year, cohort, row, level++, pay);
  if (promotion_first) take_raise();
  cohort.end_pay[row] = pay;
  cohort.end_level[row] = level;
}

/// dbt: both on the pay of the start; the raise stays.
void settle_from_start(const Year& year, Cohort& cohort, std::size_t row) {
  double pay = cohort.pay[row];
  std::uint8_t level = cohort.level[row];
  if (cohort.promotion_date[row] != no_date)
    cohort.promotion_pay[row] = pay = promoted_pay(year, cohort, row, level++, pay);
  if (cohort.raise_date[row] != no_date) {
    cohort.raise_level[row] = cohort.level[row];
    cohort.raise_pay[row] = pay = raised_pay(year, cohort.level[row], cohort.pay[row]);
  }
  cohort.end_pay[row] = pay;
  cohort.end_level[row] = level;
}

}  // namespace

void raise(const Year& year, Cohort& cohort, Range range) {
  const bool at_start = year.dbt.raises_at_start;
  const Year::Draws draws(year, cohort, range, Purpose::raise);
  for (std::size_t row = range.begin; row < range.end; ++row) {
    cohort.raise_date[row] = no_date;
    if (cohort.tenure[row] < 1 || (at_start && year.levers.merit_rate[cohort.level[row]] <= 0)) continue;
    const std::int32_t date = raise_date(year, draws[row]);
    if (at_start || cohort.leave_date[row] == no_date || date < cohort.leave_date[row]) cohort.raise_date[row] = date;
  }
}

void settle_pay(const Year& year, Cohort& cohort, Range range) {
  for (std::size_t row = range.begin; row < range.end; ++row) {
    if (year.dbt.raises_at_start) {
      settle_from_start(year, cohort, row);
    } else {
      settle_in_order(year, cohort, row);
    }
    if (year.dbt.levels_from_pay) cohort.end_level[row] = level_by_pay(year, cohort.end_pay[row]);
  }
}

}  // namespace planwise::simulation
