/// \file
/// The people of one year as a structure of arrays: what the event kernels read and write, a range of rows at a time.
///
/// Rows stand in canonical order: the people of the start by the hash of their id (then by id), hires behind them by year,
/// level and number. Sums and ties follow it, so that the order of the input changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "planwise/simulation.h"

namespace planwise::simulation {

class Workers;

struct Cohort {
  // Carried from year to year.
  std::vector<std::uint64_t> key;     ///< Of the person's draws.
  std::vector<std::uint64_t> one_hash;  ///< What stands for all draws under DbtBehaviour::one_draw; empty without it.
  std::vector<std::uint32_t> origin;  ///< Index into the people of the start; hires count on from there.
  std::vector<double> pay;            ///< At the start of the year; of a hire, at the hire.
  std::vector<std::int32_t> hire_date;
  std::vector<std::int32_t> age, tenure;
  std::vector<std::uint8_t> level;  ///< From 0, at the start of the year.
  // Of the year: dates are no_date where the event did not happen, pay is then meaningless.
  std::vector<std::int32_t> leave_date, promotion_date, raise_date;
  std::vector<double> promotion_pay, raise_pay, end_pay;
  std::vector<std::uint8_t> raise_level, end_level;  ///< The level whose merit the raise used; the level at the end.
  std::size_t experienced = 0;  ///< Rows below it were there at the start of the year; the others are its hires.

  [[nodiscard]] std::size_t size() const noexcept { return key.size(); }
  void reserve(std::size_t rows);
  void resize_carried(std::size_t rows, bool with_one_hash);
  void resize_of_year(std::size_t rows);
};

/// The people in canonical order. Throws invalid_argument for a repeated id.
[[nodiscard]] Cohort cohort_of(const SimulationInput& input, Workers& workers);

}  // namespace planwise::simulation
