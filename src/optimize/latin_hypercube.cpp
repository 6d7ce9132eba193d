#include "optimize/latin_hypercube.h"

#include <algorithm>
#include <cmath>

#include "optimize/draws.h"

namespace planwise::optimizing {

void GrowingHypercube::grow() {
  constexpr std::size_t first = 8;
  const std::size_t before = points_.size();
  const std::size_t strata = before == 0 ? first : 2 * before;
  points_.resize(strata, std::vector<double>(axes_));
  for (std::size_t axis = 0; axis < axes_; ++axis) {
    std::vector<bool> taken(strata);
    // Strata are powers of two in number, so that this product is exact and no two points share one.
    for (std::size_t i = 0; i < before; ++i) {
      taken[static_cast<std::size_t>(points_[i][axis] * static_cast<double>(strata))] = true;
    }
    std::vector<std::size_t> empty;
    for (std::size_t i = 0; i < strata; ++i) {
      if (!taken[i]) empty.push_back(i);
    }
    Draws draws(seed_, mix(mix(stream_) + axis) + before);
    draws.shuffle(empty);
    for (std::size_t i = 0; i < empty.size(); ++i) {
      const double low = static_cast<double>(empty[i]);
      const double at = std::min(low + draws.uniform(), std::nextafter(low + 1, 0.0));
      points_[before + i][axis] = at / static_cast<double>(strata);
    }
  }
}

std::vector<std::vector<double>> GrowingHypercube::next(std::size_t count) {
  std::vector<std::vector<double>> out;
  while (out.size() < count) {
    if (given_ == points_.size()) grow();
    out.push_back(points_[given_++]);
  }
  return out;
}

}  // namespace planwise::optimizing
