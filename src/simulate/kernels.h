/// \file
/// The events of a year, a kernel each, in the order of the model. A kernel works on a range of rows and touches no
/// other, but for the two that pick an exact number of people out of all.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "simulate/cohort.h"
#include "simulate/workers.h"
#include "simulate/year.h"

namespace planwise::simulation {

/// Half away from zero, as decimal fractions round: 0.5 that came out a hair low is still a half.
[[nodiscard]] inline std::int64_t rounded(double exact) noexcept {
  return std::llround(exact + std::copysign(1e-9, exact));
}

// --- who leaves: exact numbers (terminations.cpp) --------------------------------------------------------------------
/// The order in which people are picked: ascending, ties by row.
using PickOrder = Column<std::uint64_t>;
inline constexpr std::uint64_t never_picked = UINT64_MAX;

/// Calls take(row) for the `count` rows that come first; count at most the rows that are not never_picked.
void pick_first(const PickOrder& order, std::size_t count, const std::function<void(std::size_t)>& take);

/// Rule 2, over the whole cohort of the start. Returns how many leave.
std::size_t terminate_experienced(const Year& year, Cohort& cohort, PickOrder& order, Workers& workers);
/// Rule 4, over the rows of this year's hires. Returns how many leave.
std::size_t terminate_new_hires(const Year& year, Cohort& cohort, PickOrder& order, Workers& workers);

// --- who comes (hires.cpp) -------------------------------------------------------------------------------------------
/// A hire by its place: what its id is made of.
struct HirePlace {
  std::int32_t year = 0;
  std::uint8_t level = 0;    ///< From 0.
  std::uint32_t number = 0;  ///< From 1, within the level.
};

/// Hires of each level for a total: largest remainder, or dbt's way.
[[nodiscard]] ByLevel<std::size_t> hires_by_level(const Year& year, std::int64_t total);
/// Rule 3: appends the hires as rows [experienced, size). first_origin: the origin of the first of them.
void hire(const Year& year, Cohort& cohort, std::size_t leavers, std::size_t first_origin, Workers& workers);
/// The hires that hire() appended, in its order.
[[nodiscard]] std::vector<HirePlace> places_of_hires(const Year& year, std::size_t start, std::size_t leavers);
[[nodiscard]] std::int32_t birth_date_of(const HirePlace& place, int age_at_hire);

// --- what changes (promotions.cpp, raises.cpp) -----------------------------------------------------------------------
/// Rule 5: sets promotion_date of those promoted.
void promote(const Year& year, Cohort& cohort, Range range);
/// Rule 6: sets raise_date of those raised.
void raise(const Year& year, Cohort& cohort, Range range);
/// The pay that promotions and raises lead to, in order of their dates: promotion_pay, raise_pay, end_pay, end_level.
void settle_pay(const Year& year, Cohort& cohort, Range range);
/// Pay after the promotion of that row from a level and pay.
[[nodiscard]] double promoted_pay(const Year& year, const Cohort& cohort, std::size_t row, std::size_t level,
                                  double pay);

// --- what it comes to (figures.cpp) ----------------------------------------------------------------------------------
/// Sums over a range of rows; added up in the order of the ranges.
struct Sums {
  std::array<std::int64_t, 4> headcount{}, events{};
  std::array<double, 4> status_pay{};
  struct Level {
    std::int64_t people = 0;
    double pay = 0, squares = 0;  ///< squares: of the differences to the mean.
  };
  ByLevel<Level> levels;
  ByLevel<Level> within_cap;  ///< Those of `levels` whose pay is not above outlier_pay.
  ByLevel<std::int64_t> everybody{};
  std::int64_t stayers_with_pay = 0;
  double start_pay = 0, growth = 0, prorated = 0;

  void add(const Sums& other);
};

[[nodiscard]] inline DetailedStatus status_of(const Cohort& cohort, std::size_t row) noexcept {
  const bool left = cohort.leave_date[row] != no_date;
  if (row < cohort.experienced)
    return left ? DetailedStatus::experienced_termination : DetailedStatus::continuous_active;
  return left ? DetailedStatus::new_hire_termination : DetailedStatus::new_hire_active;
}
/// Rule 7: pay over the days of the year at each rate.
[[nodiscard]] double prorated_pay(const Year& year, const Cohort& cohort, std::size_t row);
[[nodiscard]] Sums sums_of(const Year& year, const Cohort& cohort, Range range);
/// active_pay: of everybody active at the end; reordered.
[[nodiscard]] YearFigures figures_of(const Year& year, const Sums& sums, std::span<double> active_pay);

// --- everything about everybody (rows.cpp) ---------------------------------------------------------------------------
/// hires: of all years so far, in the order of their origins.
[[nodiscard]] YearRows rows_of(const Year& year, const Cohort& cohort, const std::vector<HirePlace>& hires);

}  // namespace planwise::simulation
