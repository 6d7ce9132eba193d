/// \file
/// The people of one year as a structure of arrays: what the event kernels read and write, a range of rows at a time.
///
/// Rows stand in canonical order: the people of the start by the hash of their id (then by id), hires behind them by
/// year, level and number. Sums and ties follow it, so that the order of the input changes nothing.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <vector>

#include "planwise/simulation.h"

namespace planwise::simulation {

class Workers;

template <class T>
using Column = std::pmr::vector<T>;

/// Bytes that the columns of `rows` people take at most, those of the year and those carried over to the next included.
[[nodiscard]] constexpr std::size_t column_bytes(std::size_t rows) noexcept { return rows * 152 + 4096; }

struct Cohort {
  explicit Cohort(std::pmr::memory_resource* memory);

  // Carried from year to year.
  Column<std::uint64_t> key;       ///< Of the person's draws.
  Column<std::uint64_t> one_hash;  ///< What stands for draws under DbtBehaviour::one_draw; empty without it.
  Column<std::uint32_t> origin;    ///< Index into the people of the start; hires count on from there.
  Column<double> pay;              ///< At the start of the year; of a hire, at the hire.
  Column<std::int32_t> hire_date;
  Column<std::int32_t> age, tenure;
  Column<std::uint8_t> level;  ///< From 0, at the start of the year.
  // Of the year: dates are no_date where the event did not happen, pay is then meaningless.
  Column<std::int32_t> leave_date, promotion_date, raise_date;
  Column<double> promotion_pay, raise_pay, end_pay;
  Column<std::uint8_t> raise_level, end_level;  ///< The level whose merit the raise used; the level at the end.
  std::size_t experienced = 0;  ///< Rows below it were there at the start of the year; the others are its hires.

  [[nodiscard]] std::size_t size() const noexcept { return key.size(); }
  void reserve_carried(std::size_t rows, bool with_one_hash);
  void reserve_of_year(std::size_t rows);
  void resize_carried(std::size_t rows, bool with_one_hash);
  void resize_of_year(std::size_t rows);
  void swap_carried(Cohort& other) noexcept;
};

/// Puts the people into an empty cohort, in canonical order. Throws invalid_argument for a repeated id.
void fill_from(const SimulationInput& input, Cohort& cohort, Workers& workers);

}  // namespace planwise::simulation
