/// \file
/// One year of the simulation: its calendar, levers and hazards, in the form in which the kernels look things up.
#pragma once

#include <array>
#include <cstdint>

#include "planwise/simulation.h"
#include "simulate/cohort.h"
#include "simulate/draws.h"
#include "simulate/workers.h"

namespace planwise::simulation {

template <class T>
using ByBands = std::array<std::array<T, age_band_count>, tenure_band_count>;

[[nodiscard]] constexpr std::size_t age_band(int age) noexcept {
  return std::size_t{age >= 25} + std::size_t{age >= 35} + std::size_t{age >= 45} + std::size_t{age >= 55} +
         std::size_t{age >= 65};
}
[[nodiscard]] constexpr std::size_t tenure_band(int tenure) noexcept {
  return std::size_t{tenure >= 2} + std::size_t{tenure >= 5} + std::size_t{tenure >= 10} + std::size_t{tenure >= 20};
}

/// std::round(money * 100) / 100 of money from 0 to 1e16, half away from zero as everything in the model rounds;
/// without the call that std::round is.
[[nodiscard]] inline double to_cents(double money) noexcept {
  const double cents = money * 100.0;
  const auto whole = static_cast<std::int64_t>(cents);
  return static_cast<double>(whole + (cents - static_cast<double>(whole) >= 0.5 ? 1 : 0)) / 100.0;
}

struct Year {
  Year(const SimulationInput& input, int number);

  const SimulationInput& input;
  const SimulationSettings& settings;
  const YearLevers& levers;
  const DbtBehaviour& dbt;
  int number;
  std::int32_t first_day;
  int days;
  bool gets_older;  ///< Whether the year adds to age and tenure.
  ByBands<double> termination_hazard;
  std::array<ByBands<double>, level_count> promotion_hazard;  ///< Before the levers.
  ByLevel<double> promotion_factor;                           ///< What the levers make of it.
  ByLevel<double> hire_factor;                                ///< Of the middle of the range.
  std::array<std::uint64_t, 12> raise_month_end;              ///< Fractions of 2^53 at which each month's raises end.
  std::array<std::uint8_t, 256> raise_month_from;  ///< Month of the least fraction with these leading 8 bits.
  std::array<std::int32_t, 13> month_start;

  /// Under one_draw that one draw serves terminations and promotions alike. The pick among new hires, their pay and
  /// dates and the dates of raises go by draws of their own there too: the tables that dbt writes show no trace of the
  /// one draw in them.
  [[nodiscard]] Draw draw_of(const Cohort& cohort, std::size_t row, Purpose purpose) const noexcept {
    return is_one_draw(purpose) ? one_draw(cohort.one_hash[row]) : draw(input.seed, cohort.key[row], number, purpose);
  }
  [[nodiscard]] bool is_one_draw(Purpose purpose) const noexcept {
    return dbt.one_draw &&
           (purpose == Purpose::termination || purpose == Purpose::promotion || purpose == Purpose::promotion_raise);
  }
  /// draw_of each row of a range.
  class Draws {
   public:
    Draws(const Year& year, const Cohort& cohort, Range range, Purpose purpose);
    [[nodiscard]] Draw operator[](std::size_t row) const noexcept {
      return {chances_[row - begin_], spreads_[row - begin_], one_};
    }

   private:
    std::size_t begin_;
    bool one_;
    std::array<std::uint64_t, range_rows> chances_, spreads_;  // of the range's rows
  };
  /// A day of the year; dbt's one day is one of 365.
  [[nodiscard]] std::int32_t day_of(const Draw& drawn) const noexcept {
    return first_day + drawn.below(drawn.is_one_draw ? 365 : days);
  }

  [[nodiscard]] double termination_hazard_of(int age, int tenure) const noexcept {
    return termination_hazard[tenure_band(tenure)][age_band(age)];
  }
  [[nodiscard]] std::size_t raise_month_of(std::uint64_t chance) const noexcept {
    std::size_t month = raise_month_from[chance >> 45];
    while (chance >= raise_month_end[month]) ++month;
    return month;
  }
  [[nodiscard]] double promotion_hazard_of(int age, int tenure, std::size_t level) const noexcept {
    return promotion_hazard[level][tenure_band(tenure)][age_band(age)] * promotion_factor[level];
  }
};

}  // namespace planwise::simulation
