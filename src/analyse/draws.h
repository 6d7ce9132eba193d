/// \file
/// Draws that are a pure function of (seed, purpose, numbers): no order of work and no number of threads moves one.
#pragma once

#include <cstdint>

#include "core/mix.h"

namespace planwise::analyse {

using core::mix;

/// What a draw is for. Part of every result: never change a number.
enum class Purpose : std::uint64_t {
  scramble = 1,
  resample = 2,
  grid = 3,
  direction = 4,
  order = 5,
  blocks = 6,
};

/// 64 even bits.
[[nodiscard]] constexpr std::uint64_t draw(std::uint64_t seed, Purpose purpose, std::uint64_t first,
                                           std::uint64_t second = 0) noexcept {
  return mix(mix(mix(mix(seed) ^ static_cast<std::uint64_t>(purpose)) ^ first) ^ second);
}

/// 0 to count - 1, each equally likely (to 1 in 2^32 / count); count is at most 2^32.
[[nodiscard]] constexpr std::uint64_t below(std::uint64_t bits, std::uint64_t count) noexcept {
  return ((bits >> 32U) * count) >> 32U;
}

}  // namespace planwise::analyse
