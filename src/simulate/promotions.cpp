#include <algorithm>

#include "simulate/kernels.h"

namespace planwise::simulation {

namespace {

constexpr int age_without_promotion = 65;

}  // namespace

double promoted_pay(const Year& year, const Cohort& cohort, std::size_t row, std::size_t level, double pay) {
  if (year.dbt.promotions_ignore_levers) {
    const int thousandths = year.draw_of(cohort, row, Purpose::promotion_raise).below(100);
    return to_cents(pay * (1.15 + thousandths / 1000.0));
  }
  return std::max(to_cents(pay * (1.0 + year.levers.promotion_raise[level])), year.settings.levels[level + 1].minimum);
}

void promote(const Year& year, Cohort& cohort, Range range) {
  const Year::Draws draws(year, cohort, range, Purpose::promotion);
  for (std::size_t row = range.begin; row < range.end; ++row) {
    cohort.promotion_date[row] = no_date;
    const std::size_t level = cohort.level[row];
    const Draw drawn = draws[row];
    // The draw first: it decides most rows, which the processor can then foresee.
    if (!drawn.falls_under(year.promotion_hazard_of(cohort.age[row], cohort.tenure[row], level))) continue;
    if (cohort.tenure[row] < 1 || level + 1 >= level_count || cohort.age[row] >= age_without_promotion) continue;
    const std::int32_t date = year.day_of(drawn);
    const bool there = cohort.leave_date[row] == no_date || date < cohort.leave_date[row];
    if (there || year.dbt.promotions_ignore_levers) cohort.promotion_date[row] = date;
  }
}

}  // namespace planwise::simulation
