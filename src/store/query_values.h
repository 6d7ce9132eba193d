/// \file
/// What a written value means for a field that holds numbers, booleans or times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "planwise/time.h"

namespace planwise::store {

/// Integers stay integers; everything else that reads as a number is a real ("nan", "inf" and "-inf" included).
/// nullopt also for what is beyond the range of a double.
using QueryNumber = std::variant<std::int64_t, double>;
[[nodiscard]] std::optional<QueryNumber> read_number(std::string_view text);
[[nodiscard]] double as_double(const QueryNumber& number);

/// true, false, yes, no in any letter case.
[[nodiscard]] std::optional<bool> read_boolean(std::string_view text);

/// The instants [begin, end) that a written time covers: "2025" a year, "2025-01" a month, "2025-01-15" a day,
/// "2025-01-15T10:00" a minute, with seconds a second, with a fraction one instant.
struct Period {
  Timestamp begin, end;
  bool point = false;  ///< "7d": an instant before now, for ranges and < > only.
};

/// Also reads "90m", "36h", "7d", "2w": that long before `now`. Throws invalid_argument.
[[nodiscard]] Period read_period(std::string_view text, std::string_view zone, Timestamp now);

/// Whether two texts are equal but for the case of ASCII letters.
[[nodiscard]] bool same_word(std::string_view text, std::string_view lower_case);

}  // namespace planwise::store
