#include <algorithm>
#include <functional>

#include "simulate/calendar.h"
#include "simulate/kernels.h"

namespace planwise::simulation {

namespace {

constexpr unsigned pick_bits = 54;  // 53 of the draw, above them whether it missed the hazard
constexpr unsigned bucket_bits = 12;
constexpr std::uint64_t missed = std::uint64_t{1} << 53;

/// Last day of the year, counted from 0, on which a hire leaves by rule 4, and the first.
constexpr int first_leave_day = 90, last_leave_day = 275, dbt_leave_days = 185;

std::int32_t leave_date_of_hire(const Year& year, const Cohort& cohort, std::size_t row, const Draw& drawn) {
  if (year.dbt.new_hire_leaves_fixed) return year.first_day + first_leave_day + drawn.below(dbt_leave_days);
  const std::int32_t first = std::max(year.first_day + first_leave_day, cohort.hire_date[row]);
  const std::int32_t last = std::max(year.first_day + last_leave_day, cohort.hire_date[row]);
  return first + drawn.below(last - first + 1);
}

}  // namespace

/// Counting by the leading bits finds the bucket in which the last one picked stands; only that bucket is ordered.
void pick_first(const PickOrder& order, std::size_t count, const std::function<void(std::size_t)>& take) {
  if (count == 0) return;
  const auto bucket_of = [](std::uint64_t rank) { return static_cast<std::size_t>(rank >> (pick_bits - bucket_bits)); };
  std::vector<std::size_t> sizes(std::size_t{1} << bucket_bits);
  for (const std::uint64_t rank : order) {
    if (rank != never_picked) ++sizes[bucket_of(rank)];
  }
  std::size_t bucket = 0, whole = 0;
  while (whole + sizes[bucket] < count) whole += sizes[bucket++];
  std::vector<std::pair<std::uint64_t, std::size_t>> edge;
  edge.reserve(sizes[bucket]);
  for (std::size_t row = 0; row < order.size(); ++row) {
    if (order[row] == never_picked || bucket_of(order[row]) > bucket) continue;
    if (bucket_of(order[row]) < bucket) {
      take(row);
    } else {
      edge.emplace_back(order[row], row);
    }
  }
  const auto end = edge.begin() + static_cast<std::ptrdiff_t>(count - whole);
  if (end != edge.end()) std::nth_element(edge.begin(), end, edge.end());
  std::for_each(edge.begin(), end, [&](const auto& picked) { take(picked.second); });
}

std::size_t terminate_experienced(const Year& year, Cohort& cohort, PickOrder& order, Workers& workers) {
  order.resize(cohort.size());
  std::vector<std::size_t> experienced(range_count(cohort.size()));
  const std::int32_t year_before = first_day_of(year.number - 1);
  workers.each_range(cohort.size(), [&](std::size_t index, Range range) {
    const Year::Draws draws(year, cohort, range, Purpose::termination);
    for (std::size_t row = range.begin; row < range.end; ++row) {
      cohort.leave_date[row] = no_date;
      order[row] = never_picked;
      if (cohort.hire_date[row] >= year_before) continue;
      ++experienced[index];
      const Draw drawn = draws[row];
      const double hazard = year.termination_hazard_of(cohort.age[row], cohort.tenure[row]);
      order[row] = drawn.falls_under(hazard) ? drawn.chance : missed | drawn.chance;
    }
  });
  std::size_t people = 0;
  for (const std::size_t some : experienced) people += some;
  const auto leavers =
      static_cast<std::size_t>(rounded(static_cast<double>(people) * year.settings.total_termination_rate));
  pick_first(order, leavers, [&](std::size_t row) {
    cohort.leave_date[row] = year.day_of(year.draw_of(cohort, row, Purpose::termination));
  });
  return leavers;
}

std::size_t terminate_new_hires(const Year& year, Cohort& cohort, PickOrder& order, Workers& workers) {
  const std::size_t hires = cohort.size() - cohort.experienced;
  order.resize(hires);
  workers.each_range(hires, [&](std::size_t, Range range) {
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const std::size_t row = cohort.experienced + i;
      cohort.leave_date[row] = no_date;
      const std::uint64_t chance = year.draw_of(cohort, row, Purpose::new_hire_termination).chance;
      // Those hired too late to leave in time come last: an exact count that needs them all takes them too.
      const bool too_late = !year.dbt.new_hire_leaves_fixed && cohort.hire_date[row] > year.first_day + last_leave_day;
      order[i] = too_late ? missed | chance : chance;
    }
  });
  const auto leavers =
      static_cast<std::size_t>(rounded(static_cast<double>(hires) * year.settings.new_hire_termination_rate));
  pick_first(order, leavers, [&](std::size_t i) {
    const std::size_t row = cohort.experienced + i;
    cohort.leave_date[row] =
        leave_date_of_hire(year, cohort, row, year.draw_of(cohort, row, Purpose::new_hire_termination));
  });
  return leavers;
}

}  // namespace planwise::simulation
