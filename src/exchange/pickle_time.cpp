#include "exchange/pickle_time.h"

#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "planwise/time.h"

namespace planwise::exchange {
namespace {

unsigned byte_at(std::string_view state, std::size_t at) { return static_cast<unsigned char>(state[at]); }

std::optional<std::chrono::sys_days> day_from(std::string_view state, unsigned month) {
  const auto year = static_cast<int>(byte_at(state, 0) << 8 | byte_at(state, 1));
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{byte_at(state, 3)}};
  if (year < 1 || year > 9999 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::string day_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<std::int64_t> microseconds_of_day(std::string_view state, unsigned hour) {
  const unsigned fraction = byte_at(state, 3) << 16 | byte_at(state, 4) << 8 | byte_at(state, 5);
  if (hour > 23 || byte_at(state, 1) > 59 || byte_at(state, 2) > 59 || fraction > 999'999) return std::nullopt;
  return (std::int64_t{hour} * 3600 + byte_at(state, 1) * 60 + byte_at(state, 2)) * 1'000'000 + fraction;
}

std::string clock_text(std::int64_t microseconds) {
  const std::int64_t seconds = microseconds / 1'000'000;
  std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (microseconds % 1'000'000 != 0) text += fmt::format(".{:06}", microseconds % 1'000'000);
  return text;
}

}  // namespace

std::optional<std::string> date_text(std::string_view state) {
  if (state.size() != 4) return std::nullopt;
  const auto day = day_from(state, byte_at(state, 2));
  return day ? std::optional(day_text(*day)) : std::nullopt;
}

std::optional<std::string> time_text(std::string_view state) {
  if (state.size() != 6) return std::nullopt;
  const auto clock = microseconds_of_day(state, byte_at(state, 0) & 0x7FU);
  return clock ? std::optional(clock_text(*clock)) : std::nullopt;
}

std::optional<LocalTime> local_time(std::string_view state) {
  if (state.size() != 10) return std::nullopt;
  const auto day = day_from(state, byte_at(state, 2) & 0x7FU);
  const auto clock = microseconds_of_day(state.substr(4), byte_at(state, 4));
  if (!day || !clock) return std::nullopt;
  LocalTime result;
  result.text = day_text(*day) + "T" + clock_text(*clock);
  result.microseconds = std::int64_t{day->time_since_epoch().count()} * 86'400'000'000 + *clock;
  result.fold = (byte_at(state, 2) & 0x80U) != 0;
  return result;
}

std::string offset_text(std::int64_t microseconds_east) {
  const std::int64_t size = microseconds_east < 0 ? -microseconds_east : microseconds_east;
  const std::int64_t seconds = size / 1'000'000;
  std::string text = fmt::format("{}{:02}:{:02}", microseconds_east < 0 ? '-' : '+', seconds / 3600, seconds / 60 % 60);
  if (seconds % 60 != 0 || size % 1'000'000 != 0) text += fmt::format(":{:02}", seconds % 60);
  if (size % 1'000'000 != 0) text += fmt::format(".{:06}", size % 1'000'000);
  return text;
}

// from_local() gives the first of two equal local times, and moves a skipped one forward, which is what fold=0 means.
// For fold=1: with `gap` the change of the offset at the next transition, a local time is ambiguous exactly when the
// time `gap` later has the later offset already, and skipped exactly when from_local() maps both to one instant.
std::int64_t zone_offset(const LocalTime& local, std::string_view zone) {
  const auto offset_at = [&](std::int64_t time) { return time - from_local(time, zone).microseconds; };
  const std::int64_t first = offset_at(local.microseconds);
  if (!local.fold) return first;
  const std::int64_t later = offset_at(local.microseconds + std::int64_t{3} * 3600 * 1'000'000);
  const std::int64_t change = later - first;
  if (change < 0 && offset_at(local.microseconds - change) == later) return later;
  if (change > 0 && from_local(local.microseconds + change, zone) == from_local(local.microseconds, zone)) return later;
  return first;
}

std::optional<std::string> timedelta_text(std::int64_t days, std::int64_t seconds, std::int64_t microseconds) {
  if (days < -999'999'999 || days > 999'999'999 || seconds < 0 || seconds >= 86'400 || microseconds < 0 ||
      microseconds >= 1'000'000)
    return std::nullopt;
  // In seconds and microseconds of the same sign, so that no 128-bit number is needed.
  std::int64_t whole = days * 86'400 + seconds;
  std::int64_t rest = microseconds;
  if (whole < 0 && rest > 0) {
    ++whole;
    rest -= 1'000'000;
  }
  if (whole == 0) return std::to_string(rest);
  return fmt::format("{}{:06}", whole, rest < 0 ? -rest : rest);
}

double seconds_of(std::string_view microseconds) {
  const bool negative = microseconds.starts_with('-');
  std::string digits(microseconds.substr(negative ? 1 : 0));
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  digits.insert(digits.size() - 6, ".");
  double seconds = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return negative ? -seconds : seconds;
}

}  // namespace planwise::exchange
