#include "store/query_values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>

#include "planwise/error.h"

namespace planwise::store {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t after_last_instant = 253'402'300'800 * second;  // 10000-01-01T00:00:00Z

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Whether the text has the shape of the pattern, in which 9 stands for any digit.
bool has_shape(std::string_view text, std::string_view pattern) {
  return text.size() == pattern.size() && std::equal(text.begin(), text.end(), pattern.begin(),
                                                     [](char c, char p) { return p == '9' ? is_digit(c) : c == p; });
}

int number_at(std::string_view text, std::size_t position, std::size_t digits) {
  int value = 0;
  std::from_chars(text.data() + position, text.data() + position + digits, value);
  return value;
}

std::string date_text(std::chrono::year_month_day date) {
  std::string year = std::to_string(static_cast<int>(date.year()));
  const auto two = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return std::string(4 - std::min<std::size_t>(4, year.size()), '0') + year + '-' +
         two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day()));
}

/// The start of a local day; the day after the last that can be written is the end of time.
Timestamp start_of(std::chrono::year_month_day date, std::string_view zone) {
  if (static_cast<int>(date.year()) > 9999) return {after_last_instant};
  return parse_time(date_text(date), zone);
}

/// Years, months and days, whose length depends on calendar and zone.
std::optional<Period> calendar_period(std::string_view text, std::string_view zone) {
  using namespace std::chrono;
  const bool is_year = has_shape(text, "9999");
  const bool is_month = has_shape(text, "9999-99");
  if (!is_year && !is_month && !has_shape(text, "9999-99-99")) return std::nullopt;
  const year_month_day first{year{number_at(text, 0, 4)},
                             month{is_year ? 1U : static_cast<unsigned>(number_at(text, 5, 2))},
                             day{is_year || is_month ? 1U : static_cast<unsigned>(number_at(text, 8, 2))}};
  if (!first.ok() || static_cast<int>(first.year()) < 1) {
    throw Error(ErrorCode::invalid_argument, "there is no date \"" + std::string(text) + "\"");
  }
  const year_month_day next = is_year    ? first + years{1}
                              : is_month ? first + months{1}
                                         : year_month_day{sys_days{first} + days{1}};
  return Period{start_of(first, zone), start_of(next, zone)};
}

std::optional<Period> relative_period(std::string_view text, Timestamp now) {
  if (text.size() < 2 || text.size() > 7 || !std::all_of(text.begin(), text.end() - 1, is_digit)) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 'm':
      unit = 60 * second;
      break;
    case 'h':
      unit = 3600 * second;
      break;
    case 'd':
      unit = 86400 * second;
      break;
    case 'w':
      unit = 7 * 86400 * second;
      break;
    default:
      return std::nullopt;
  }
  const Timestamp instant{now.microseconds - unit * number_at(text, 0, text.size() - 1)};
  return Period{instant, instant, true};
}

/// Length of what a text with a time of day names: a minute, a second, or one microsecond.
std::int64_t clock_length(std::string_view text) {
  const std::string_view clock = text.substr(std::min<std::size_t>(16, text.size()));  // behind YYYY-MM-DDTHH:MM
  if (clock.empty() || clock.front() != ':') return 60 * second;
  return clock.size() > 3 && clock[3] == '.' ? 1 : second;
}

}  // namespace

std::optional<QueryNumber> read_number(std::string_view text) {
  const char* end = text.data() + text.size();
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::int64_t integer = 0;
  if (const auto read = std::from_chars(text.data(), end, integer); read.ec == std::errc() && read.ptr == end)
    return integer;
  double real = 0;
  const auto read = std::from_chars(text.data(), end, real);
  if (read.ptr != end || read.ec != std::errc()) return std::nullopt;
  return real;
}

double as_double(const QueryNumber& number) {
  return std::visit([](auto value) { return static_cast<double>(value); }, number);
}

bool same_word(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

std::optional<bool> read_boolean(std::string_view text) {
  if (same_word(text, "true") || same_word(text, "yes")) return true;
  if (same_word(text, "false") || same_word(text, "no")) return false;
  return std::nullopt;
}

Period read_period(std::string_view text, std::string_view zone, Timestamp now) {
  if (const auto period = calendar_period(text, zone)) return *period;
  if (const auto period = relative_period(text, now)) return *period;
  const Timestamp begin = parse_time(text, zone);
  return {begin, {begin.microseconds + clock_length(text)}};
}

}  // namespace planwise::store
