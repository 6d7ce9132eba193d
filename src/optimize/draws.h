/// \file
/// Random numbers that depend on a seed, a stream and a counter alone: the same on every machine and in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace planwise::optimizing {

/// One 64-bit number per argument (the finalizer of SplitMix64): every bit of the argument moves half of the result's.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t value) noexcept {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t stream) noexcept : key_(mixed(mixed(seed) ^ mixed(~stream))) {}
  [[nodiscard]] std::uint64_t bits() noexcept { return mixed(key_ + mixed(counter_++)); }
  /// Uniform in [0, 1), in steps of 2^-53.
  [[nodiscard]] double uniform() noexcept { return static_cast<double>(bits() >> 11U) * 0x1p-53; }
  /// Uniform in 0 .. count - 1 (count far below 2^32, so that the bias is beyond notice).
  [[nodiscard]] std::size_t below(std::size_t count) noexcept { return static_cast<std::size_t>(bits() % count); }
  /// Every order of the values is equally likely.
  template <class Value>
  void shuffle(std::vector<Value>& values) noexcept {
    for (std::size_t left = values.size(); left > 1; --left) std::swap(values[left - 1], values[below(left)]);
  }

 private:
  std::uint64_t key_, counter_ = 0;
};

}  // namespace planwise::optimizing
