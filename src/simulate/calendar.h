/// \file
/// Civil dates as days since 1970-01-01.
#pragma once

#include <chrono>
#include <cstdint>

namespace planwise::simulation {

[[nodiscard]] constexpr std::int32_t day_of(int year, unsigned month, unsigned day) noexcept {
  return static_cast<std::int32_t>(
      std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}}
          .time_since_epoch()
          .count());
}
[[nodiscard]] constexpr std::int32_t first_day_of(int year) noexcept { return day_of(year, 1, 1); }
[[nodiscard]] constexpr int days_in(int year) noexcept { return first_day_of(year + 1) - first_day_of(year); }

}  // namespace planwise::simulation
