// Times at the edges: text and zones. The zone rules are those of the system's tz database, read by Howard Hinnant's
// library; its exceptions end here.
#include "planwise/time.h"

#include <date/date.h>
#include <fmt/format.h>
#include <date/tz.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/json_text.h"
#include "core/near.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using Microseconds = std::chrono::microseconds;
using LocalTime = date::local_time<Microseconds>;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t first_instant = -62'135'596'800 * second;     // 0001-01-01T00:00:00Z
constexpr std::int64_t last_instant = 253'402'300'800 * second - 1;  // 9999-12-31T23:59:59.999999Z

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorCode::invalid_argument,
              "time " + core::excerpt(text) +
                  " is not allowed: expected YYYY-MM-DD, optionally followed by HH:MM[:SS[.ffffff]] and Z or +HH:MM");
}

Timestamp in_range(std::int64_t microseconds) {
  if (microseconds < first_instant || microseconds > last_instant) {
    throw Error(ErrorCode::invalid_argument, "time of " + std::to_string(microseconds) +
                                                 " microseconds since 1970 is outside the years 0001 to 9999");
  }
  return {microseconds};
}

const date::time_zone* find_zone(std::string_view name) {
  // Names lead to files: nothing that could leave the tz database is even looked up.
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("..") != std::string_view::npos)
    return nullptr;
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

const date::time_zone& zone_named(std::string_view name) {
  if (const auto* zone = find_zone(name)) return *zone;
  std::vector<std::string> owned;
  try {
    for (const auto& zone : date::get_tzdb().zones) owned.emplace_back(zone.name());
  } catch (const std::exception&) {
    throw Error(ErrorCode::io, "the time zone database of the system (package tzdata) cannot be read");
  }
  std::vector<std::string_view> known(owned.begin(), owned.end());
  // A city alone ("New York") is the commonest slip.
  std::string suggestion = core::did_you_mean(name, known);
  if (suggestion.empty()) {
    std::vector<std::string_view> cities;
    for (std::string_view zone : known) cities.push_back(zone.substr(zone.rfind('/') + 1));
    const auto near = core::near_names(name, cities);
    for (const auto& city : near) {
      const auto at = static_cast<std::size_t>(std::find(cities.begin(), cities.end(), city) - cities.begin());
      suggestion += (suggestion.empty() ? "; did you mean " : ", ") + owned[at];
    }
    if (!suggestion.empty()) suggestion += '?';
  }
  throw Error(
      ErrorCode::invalid_argument,
      "time zone " + core::excerpt(name) + " is unknown: expected an IANA name such as America/New_York" + suggestion);
}

/// Reads fixed-width digits from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text), rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  bool take(char character) {
    if (rest_.empty() || rest_.front() != character) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void need(char character) {
    if (!take(character)) refuse(text_);
  }
  [[nodiscard]] bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  int digits(int count) {
    int value = 0;
    for (int index = 0; index < count; ++index) {
      if (!at_digit()) refuse(text_);
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }
  /// One to nine digits of a fraction as microseconds; what is finer is cut off.
  int fraction() {
    int value = 0;
    int count = 0;
    for (; at_digit() && count < 9; ++count) {
      const int digit = digits(1);
      if (count < 6) value = value * 10 + digit;
    }
    if (count == 0) refuse(text_);
    for (; count < 6; ++count) value *= 10;
    return value;
  }
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
  std::string_view rest_;
};

constexpr std::int64_t days_of_400_years = 146'097;
constexpr std::int64_t whole_day = 86'400 * second;
// DuckDB's infinite times.
constexpr std::int64_t infinite = INT64_MAX;

/// +YYYYYY-MM-DDTHH:MM:SS[.ffffff]Z, as ISO 8601 expands years.
std::optional<Timestamp> read_expanded(std::string_view text) {
  if (text == "infinity") return Timestamp{infinite};
  if (text == "-infinity") return Timestamp{-infinite};
  if (text.size() < 8 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  int year = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 7, year);
  if (error != std::errc{} || end != text.data() + 7 || year > 290'000) return std::nullopt;
  if (text[0] == '-') year = -year;
  const int cycle = (year >= 0 ? year : year - 399) / 400;
  const std::string within = fmt::format("{:04}{}", year - cycle * 400 + 2000, text.substr(7));
  if (within.back() != 'Z') return std::nullopt;
  return Timestamp{parse_time(within).microseconds + (cycle - 5) * days_of_400_years * whole_day};
}

std::int64_t read_date(Cursor& cursor) {
  const int year = cursor.digits(4);
  cursor.need('-');
  const int month = cursor.digits(2);
  cursor.need('-');
  const int day = cursor.digits(2);
  const date::year_month_day date{date::year{year}, date::month{static_cast<unsigned>(month)},
                                  date::day{static_cast<unsigned>(day)}};
  if (!date.ok() || year < 1) refuse(cursor.text());
  return std::int64_t{date::local_days{date}.time_since_epoch().count()} * 86'400 * second;
}

std::int64_t read_clock(Cursor& cursor) {
  const int hour = cursor.digits(2);
  cursor.need(':');
  const int minute = cursor.digits(2);
  int seconds = 0;
  int fraction = 0;
  if (cursor.take(':')) {
    seconds = cursor.digits(2);
    if (cursor.take('.')) fraction = cursor.fraction();
  }
  if (hour > 23 || minute > 59 || seconds > 59) refuse(cursor.text());
  return (hour * 3600 + minute * 60 + seconds) * second + fraction;
}

/// The offset from UTC in microseconds, or nothing when the text ends here.
std::optional<std::int64_t> read_offset(Cursor& cursor) {
  if (cursor.done()) return std::nullopt;
  if (cursor.take('Z')) return 0;
  const bool west = cursor.take('-');
  if (!west) cursor.need('+');
  const int hours = cursor.digits(2);
  int minutes = 0;
  if (cursor.take(':') || cursor.at_digit()) minutes = cursor.digits(2);
  if (hours > 23 || minutes > 59) refuse(cursor.text());
  const std::int64_t offset = (hours * 3600 + minutes * 60) * second;
  return west ? -offset : offset;
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

}  // namespace

Timestamp now() {
  static std::atomic<std::int64_t> latest{INT64_MIN};
  const auto clock = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t present = std::chrono::duration_cast<Microseconds>(clock).count();
  std::int64_t seen = latest.load();
  while (seen < present && !latest.compare_exchange_weak(seen, present)) {
  }
  return {std::max(seen, present)};
}

std::string to_text(Timestamp instant) {
  const std::int64_t microseconds = instant.microseconds;
  if (microseconds < first_instant || microseconds > last_instant) {
    if (microseconds == infinite || microseconds <= -infinite) return microseconds > 0 ? "infinity" : "-infinity";
    // Moved by whole cycles of the calendar into the range, and its year back again.
    constexpr std::int64_t cycle_length = days_of_400_years * whole_day;
    const std::int64_t cycle = (microseconds >= 0 ? microseconds : microseconds - cycle_length + 1) / cycle_length;
    const std::string within = to_text(Timestamp{microseconds - cycle * cycle_length});
    const std::int64_t year = std::stoi(within.substr(0, 4)) + cycle * 400;
    return fmt::format("{}{:06}{}", year < 0 ? '-' : '+', std::abs(year), within.substr(4));
  }
  const date::sys_time<Microseconds> time{Microseconds{microseconds}};
  const auto days = date::floor<date::days>(time);
  const date::year_month_day date{days};
  const std::int64_t in_day = (time - days).count();
  std::string out;
  append_padded(out, int{date.year()}, 4);
  out += '-';
  append_padded(out, unsigned{date.month()}, 2);
  out += '-';
  append_padded(out, unsigned{date.day()}, 2);
  out += 'T';
  append_padded(out, in_day / (3600 * second), 2);
  out += ':';
  append_padded(out, in_day / (60 * second) % 60, 2);
  out += ':';
  append_padded(out, in_day / second % 60, 2);
  if (in_day % second != 0) {
    out += '.';
    append_padded(out, in_day % second, 6);
  }
  return out + 'Z';
}

Timestamp parse_time(std::string_view text, std::string_view zone) {
  if (const auto expanded = read_expanded(text)) return *expanded;
  Cursor cursor(text);
  std::int64_t local = read_date(cursor);
  std::optional<std::int64_t> offset;
  if (!cursor.done()) {
    if (!cursor.take('T')) cursor.need(' ');
    local += read_clock(cursor);
    offset = read_offset(cursor);
    if (!cursor.done()) refuse(text);
  }
  return offset ? in_range(local - *offset) : in_range(from_local(local, zone).microseconds);
}

Timestamp from_local(std::int64_t local_microseconds, std::string_view zone) {
  // Beyond four-digit years nobody's clock was changed.
  if (local_microseconds < first_instant || local_microseconds > last_instant) return {local_microseconds};
  if (zone == "UTC") return {local_microseconds};
  // The first of two possible offsets is the one before the clock was changed: for an hour that occurs twice it gives
  // the earlier instant, for one that is skipped the instant as much after the gap as the text is after its start.
  try {
    const auto info = zone_named(zone).get_info(LocalTime{Microseconds{local_microseconds}});
    return {local_microseconds - Microseconds{info.first.offset}.count()};
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Error(ErrorCode::io, "time zone " + core::excerpt(zone) + " cannot be read: " + failure.what());
  }
}

std::string machine_zone() {
  if (const char* variable = std::getenv("TZ")) {  // NOLINT(concurrency-mt-unsafe): nothing here sets it
    std::string_view name = variable;
    if (name.empty()) return "UTC";  // as POSIX has it
    if (name.front() == ':') name.remove_prefix(1);
    constexpr std::string_view folder = "/usr/share/zoneinfo/";
    if (name.starts_with(folder)) name.remove_prefix(folder.size());
    if (find_zone(name) != nullptr) return std::string(name);
  }
  std::error_code failure;
  const std::string target = std::filesystem::canonical("/etc/localtime", failure).string();
  if (const auto at = target.find("/zoneinfo/"); !failure && at != std::string::npos) {
    std::string name = target.substr(at + 10);
    if (find_zone(name) != nullptr) return name;
  }
  return "UTC";
}

}  // namespace planwise
