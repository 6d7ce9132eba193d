/// \file
/// The bijection of 64 bits that draws by key are made with.
#pragma once

#include <cstdint>

namespace planwise::core {

/// The finishing step of SplitMix64 (Steele, Lea, Flood 2014): every input bit moves half of the output bits. Part of the
/// bytes of everything that is drawn: never change it.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace planwise::core
