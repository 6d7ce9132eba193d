/// \file
/// Draws that are a pure function of (seed, purpose, numbers): no order of work and no number of threads moves one.
#pragma once

#include <cstdint>

namespace planwise::analyse {

/// The finishing step of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits in which every input bit moves
/// half of the output bits.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

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
