/// \file
/// Random numbers that depend on a seed, a stream and a counter alone: the same on every machine and in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/mix.h"

namespace planwise::optimizing {

using core::mix;

class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t stream) noexcept : key_(mix(mix(seed) ^ mix(~stream))) {}
  [[nodiscard]] std::uint64_t bits() noexcept { return mix(key_ + mix(counter_++)); }
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
