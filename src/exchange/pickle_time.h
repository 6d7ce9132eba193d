/// \file
/// Python's dates and times from their pickled states, as ISO 8601. Internal to the pickle reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace planwise::exchange {

/// "2025-07-29" from 4 bytes; nullopt when there is no such day.
[[nodiscard]] std::optional<std::string> date_text(std::string_view state);

/// "20:24:00.886983" from 6 bytes.
[[nodiscard]] std::optional<std::string> time_text(std::string_view state);

/// A datetime from 10 bytes. The fold bit tells the second of two equal local times.
struct LocalTime {
  std::string text;               // ISO 8601 without offset
  std::int64_t microseconds = 0;  // since 1970-01-01T00:00:00, local
  bool fold = false;
};
[[nodiscard]] std::optional<LocalTime> local_time(std::string_view state);

/// "+09:00", "-03:30", "+05:30:15.000001".
[[nodiscard]] std::string offset_text(std::int64_t microseconds_east);

/// The offset of a local time in an IANA zone, as zoneinfo gives it, fold included. Throws invalid_argument for an
/// unknown zone.
[[nodiscard]] std::int64_t zone_offset(const LocalTime& local, std::string_view zone);

/// Microseconds of timedelta(days, seconds, microseconds) in decimal; nullopt when a part is out of Python's range.
[[nodiscard]] std::optional<std::string> timedelta_text(std::int64_t days, std::int64_t seconds,
                                                        std::int64_t microseconds);
/// total_seconds() of such microseconds.
[[nodiscard]] double seconds_of(std::string_view microseconds);

}  // namespace planwise::exchange
