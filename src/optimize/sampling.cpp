// GRID, RANDOM and LHS: which point comes next depends on the seed and its number alone.
#include <algorithm>
#include <array>
#include <limits>

#include "optimize/draws.h"
#include "optimize/latin_hypercube.h"
#include "optimize/search.h"

namespace planwise::optimizing {
namespace {

constexpr std::size_t portion = 256;  ///< Points asked for at once; no result depends on it.

/// Every number below `count` once, in an order without pattern: a Feistel network over the next power of four, walked
/// until it comes below `count`.
class Permutation {
 public:
  Permutation(std::uint64_t count, std::uint64_t seed) noexcept : count_(count) {
    while (half_bits_ < 32 && (1ULL << (2 * half_bits_)) < count) ++half_bits_;
    for (std::size_t i = 0; i < keys_.size(); ++i) keys_[i] = mix(mix(seed) + i);
  }
  [[nodiscard]] std::uint64_t operator()(std::uint64_t index) const noexcept {
    do index = once(index);
    while (index >= count_);
    return index;
  }

 private:
  [[nodiscard]] std::uint64_t once(std::uint64_t index) const noexcept {
    const std::uint64_t mask = (1ULL << half_bits_) - 1;
    std::uint64_t left = index >> half_bits_, right = index & mask;
    for (const std::uint64_t key : keys_) {
      const std::uint64_t next = left ^ (mix(right + key) & mask);
      left = right;
      right = next;
    }
    return (left << half_bits_) | right;
  }
  std::uint64_t count_;
  unsigned half_bits_ = 1;
  std::array<std::uint64_t, 6> keys_{};
};

Ending search_grid(Search& search) {
  const auto values = static_cast<std::uint64_t>(search.settings.grid_points);
  constexpr std::uint64_t most = 1ULL << 62U;
  std::uint64_t count = 1;
  std::size_t whole = 0;  // Axes that one number can count; a grid beyond 2^62 points has the others follow by chance.
  while (whole < search.box.size() && count <= most / values) {
    count *= values;
    ++whole;
  }
  const Permutation order(count, search.settings.seed);
  for (std::uint64_t next = 0; next < count;) {
    std::vector<UnitPoint> points;
    for (; next < count && points.size() < portion; ++next) {
      UnitPoint point(search.box.size());
      std::uint64_t rest = order(next);
      for (std::size_t axis = 0; axis < point.size(); ++axis) {
        const std::uint64_t digit =
            axis < whole ? rest % values : mix(mix(search.settings.seed + axis) + next) % values;
        if (axis < whole) rest /= values;
        point[axis] = static_cast<double>(digit) / static_cast<double>(values - 1);
      }
      points.push_back(std::move(point));
    }
    search.ask(points);
  }
  return {StopReason::exhausted, "every point of the grid is evaluated"};
}

/// Goes on until the seam stops it, or until the box has no more points to give (it is a few doubles wide).
template <class Next>
Ending search_endlessly(Search& search, const Next& next) {
  constexpr int patience = 64;
  for (int in_vain = 0; in_vain < patience;) {
    const std::size_t before = search.evaluations.size();
    search.ask(next());
    in_vain = search.evaluations.size() == before ? in_vain + 1 : 0;
  }
  return {StopReason::exhausted, "the bounds leave no more points to try"};
}

}  // namespace

Ending search_by_sampling(Search& search) {
  if (search.settings.algorithm == Algorithm::grid) return search_grid(search);
  if (search.settings.algorithm == Algorithm::latin_hypercube) {
    GrowingHypercube hypercube(search.box.size(), search.settings.seed, 1);
    return search_endlessly(search, [&] { return hypercube.next(portion); });
  }
  Draws draws(search.settings.seed, 2);
  return search_endlessly(search, [&] {
    std::vector<UnitPoint> points(portion, UnitPoint(search.box.size()));
    for (UnitPoint& point : points) {
      for (double& value : point) value = draws.uniform();
    }
    return points;
  });
}

}  // namespace planwise::optimizing
