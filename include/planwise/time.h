/// \file
/// Instants. Everything stored is UTC in microseconds; zones exist only at the edges, by name.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace planwise {

/// An instant: microseconds since 1970-01-01T00:00:00Z. Years 0001 to 9999 can be written and read as text.
struct Timestamp {
  std::int64_t microseconds = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

/// The present instant of the system's clock, never earlier than one this process has handed out before.
[[nodiscard]] Timestamp now();

/// "2025-07-29T20:24:00.886983Z"; the fraction is left out when zero.
[[nodiscard]] std::string to_text(Timestamp instant);

/// Reads "2025-07-29", "2025-07-29 20:24[:00[.886983]]" (blank or T), with or without "Z", "+02:00", "+0200".
/// Text without an offset is local time of `zone`, an IANA name ("UTC", "America/New_York"); an hour that
/// occurs twice means the earlier one, an hour that is skipped is moved forward by the gap.
/// Throws invalid_argument for anything else, an unknown zone included.
[[nodiscard]] Timestamp parse_time(std::string_view text, std::string_view zone = "UTC");

/// A local time's microseconds (as a zone-less TIMESTAMP column holds them) as an instant.
[[nodiscard]] Timestamp from_local(std::int64_t local_microseconds, std::string_view zone);

/// The IANA name of the machine's zone: TZ if it names one, else /etc/localtime, else "UTC".
[[nodiscard]] std::string machine_zone();

}  // namespace planwise
