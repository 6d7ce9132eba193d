/// \file
/// Draws that depend on their key alone. Internal to census.
#pragma once

#include <cstdint>

#include "core/mix.h"

namespace planwise::census {

using core::mix;

/// What a draw is for. Numbers are part of the bytes of every census: never reuse or renumber one.
enum class Question : std::uint64_t {
  age_first = 1,
  age_second = 2,
  birth_day = 3,
  tenure = 4,
  tenure_within = 5,
  hire_day = 6,
  level = 7,
  pay_first = 8,
  pay_second = 9,
  pay_third = 10,
  outlier = 11,
  outlier_factor = 12,
  leaves = 13,
  leaving_day = 14,
  fault_row = 15,
};

/// The draws of one person (or of one other thing with a number).
class Draws {
 public:
  constexpr Draws(std::uint64_t seed, std::uint64_t number) noexcept : key_(mix(mix(seed) ^ number)) {}

  /// 32 even bits.
  [[nodiscard]] constexpr std::uint64_t bits(Question question) const noexcept {
    return mix(key_ + static_cast<std::uint64_t>(question) * 0xd1342543de82ef95U) >> 32U;
  }
  /// 0 to count - 1; count is at most 2^32.
  [[nodiscard]] constexpr std::int64_t below(Question question, std::int64_t count) const noexcept {
    return static_cast<std::int64_t>((bits(question) * static_cast<std::uint64_t>(count)) >> 32U);
  }

 private:
  std::uint64_t key_;
};

}  // namespace planwise::census
