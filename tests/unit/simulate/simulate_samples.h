// Invented people, and a result as bytes.
#pragma once

#include <cstring>
#include <string>
#include <type_traits>

#include "planwise/simulation.h"
#include "simulate/calendar.h"
#include "simulate/draws.h"

namespace planwise::simulation {

/// A census of `count` people over all levels and bands, the same at every call.
inline People sample_people(std::size_t count, int start_year = 2025) {
  constexpr ByLevel<double> least{50000, 81000, 121000, 161000, 275000}, span{38000, 39000, 39000, 139000, 400000};
  People people;
  for (std::size_t i = 0; i < count; ++i) {
    const auto part = [&, at = i](std::uint64_t which) { return mixed(mixed(at + 1) + which); };
    const std::size_t level = part(1) % 100 < 45   ? 0
                              : part(1) % 100 < 75 ? 1
                              : part(1) % 100 < 90 ? 2
                              : part(1) % 100 < 97 ? 3
                                                   : 4;
    const auto tenure = static_cast<std::int32_t>(part(2) % 28);
    const std::int32_t age = 22 + static_cast<std::int32_t>(part(3) % 45);
    people.employee_id.push_back("EMP_" + std::to_string(100000 + i));
    people.compensation.push_back(least[level] + static_cast<double>(part(4) % 1000) / 1000.0 * span[level]);
    people.age.push_back(age);
    people.tenure.push_back(tenure);
    people.level.push_back(static_cast<std::int32_t>(level) + 1);
    people.birth_date.push_back(first_day_of(start_year - 1 - age) + static_cast<std::int32_t>(part(5) % 365));
    people.hire_date.push_back(first_day_of(start_year - 1 - tenure) + static_cast<std::int32_t>(part(6) % 365));
  }
  return people;
}

inline SimulationInput sample_input(std::size_t count, SimulationDetail detail = SimulationDetail::rows) {
  SimulationInput input;
  input.people = sample_people(count);
  for (int year = input.settings.start_year; year <= input.settings.end_year; ++year) input.levers[year] = YearLevers{};
  input.detail = detail;
  input.threads = 1;
  return input;
}

// --- bytes: every figure of a result, in order -----------------------------------------------------------------------

template <class T>
void add_bytes(std::string& into, const T& value) {
  static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T>);
  into.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T, std::size_t n>
void add_bytes(std::string& into, const std::array<T, n>& values) {
  for (const T& value : values) add_bytes(into, value);
}
template <class T>
void add_bytes(std::string& into, const std::vector<T>& values) {
  add_bytes(into, values.size());
  for (const T& value : values) {
    if constexpr (std::is_same_v<T, std::string>) {
      into += value + '\n';
    } else {
      add_bytes(into, value);
    }
  }
}

inline std::string bytes_of(const YearFigures& f) {
  std::string bytes;
  const auto add = [&](const auto&... values) { (add_bytes(bytes, values), ...); };
  add(f.year, f.headcount, f.status_compensation, f.events, f.start_headcount, f.start_compensation, f.active_headcount,
      f.active_compensation, f.active_mean, f.active_median, f.active_mean_without_outliers, f.active_by_level,
      f.compensation_by_level, f.mean_by_level, f.deviation_by_level, f.within_cap_by_level,
      f.compensation_within_cap_by_level, f.mean_within_cap_by_level, f.deviation_within_cap_by_level,
      f.like_for_like_growth, f.prorated_compensation);
  return bytes;
}

inline std::string bytes_of(const SimulationResult& result) {
  std::string bytes;
  for (const YearFigures& year : result.years) bytes += bytes_of(year);
  for (const YearRows& r : result.rows) {
    const auto add = [&](const auto&... values) { (add_bytes(bytes, values), ...); };
    add(r.year, r.employee_id, r.birth_date, r.hire_date, r.termination_date, r.current_compensation,
        r.prorated_compensation, r.full_year_equivalent, r.age, r.tenure, r.level, r.status, r.events.row,
        r.events.type, r.events.date, r.events.compensation, r.events.previous_compensation, r.events.probability,
        r.events.level);
  }
  return bytes;
}

inline std::int64_t count_of(const YearFigures& figures, DetailedStatus status) {
  return figures.headcount[static_cast<std::size_t>(status)];
}
inline std::int64_t count_of(const YearFigures& figures, EventType type) {
  return figures.events[static_cast<std::size_t>(type)];
}

}  // namespace planwise::simulation
