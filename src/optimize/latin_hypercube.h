/// \file
/// Points that fill a box evenly, however many of them are taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace planwise::optimizing {

/// A Latin hypercube that grows: the first 8, 16, 32, ... points are each one, so that nobody need know beforehand how
/// many there will be. Every doubling puts one point into each half stratum of each axis that is still empty.
class GrowingHypercube {
 public:
  GrowingHypercube(std::size_t axes, std::uint64_t seed, std::uint64_t stream)
      : axes_(axes), seed_(seed), stream_(stream) {}
  /// The next points, each value in 0 .. 1 exclusive of 1.
  [[nodiscard]] std::vector<std::vector<double>> next(std::size_t count);

 private:
  void grow();

  std::size_t axes_;
  std::uint64_t seed_, stream_;
  std::vector<std::vector<double>> points_;  ///< Of all levels so far; a power of two of them, or none.
  std::size_t given_ = 0;
};

}  // namespace planwise::optimizing
