// GRID, RANDOM and LHS: which point comes next depends on the seed and its number alone.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "optimize/draws.h"
#include "optimize/latin_hypercube.h"
#include "optimize/search.h"
#include "optimize/ways_inside.h"

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

class Grid {
 public:
  Grid(std::size_t axes, std::uint64_t values, std::uint64_t seed)
      : axes_(axes), values_(values), seed_(seed), count_(count_of(axes, values, whole_)), order_(count_, seed) {}

  /// The next points; fewer where the grid ends.
  [[nodiscard]] std::vector<UnitPoint> next(std::size_t most) {
    std::vector<UnitPoint> points;
    for (; next_ < count_ && points.size() < most; ++next_) {
      UnitPoint point(axes_);
      std::uint64_t rest = order_(next_);
      for (std::size_t axis = 0; axis < axes_; ++axis) {
        const std::uint64_t digit = axis < whole_ ? rest % values_ : mix(mix(seed_ + axis) + next_) % values_;
        if (axis < whole_) rest /= values_;
        point[axis] = at(digit);
      }
      points.push_back(std::move(point));
    }
    return points;
  }
  [[nodiscard]] UnitPoint nearest(UnitPoint point) const {
    for (double& value : point) value = at(static_cast<std::uint64_t>(value * static_cast<double>(values_ - 1) + 0.5));
    return point;
  }

 private:
  [[nodiscard]] double at(std::uint64_t digit) const noexcept {
    return static_cast<double>(digit) / static_cast<double>(values_ - 1);
  }
  /// A grid beyond 2^62 points has the axes that one number cannot count follow by chance.
  static std::uint64_t count_of(std::size_t axes, std::uint64_t values, std::size_t& whole) noexcept {
    constexpr std::uint64_t most = 1ULL << 62U;
    std::uint64_t count = 1;
    for (; whole < axes && count <= most / values; ++whole) count *= values;
    return count;
  }

  std::size_t axes_;
  std::uint64_t values_, seed_;
  std::size_t whole_ = 0;  ///< Axes that one number can count.
  std::uint64_t count_, next_ = 0;
  Permutation order_;
};

/// Evaluates the hints and the first points of a sampling. Nothing, or ways on which the others are better looked for:
/// none of the first was feasible.
template <class Next>
std::optional<Blends> look_around(Search& search, const Next& next) {
  constexpr std::size_t first = 16;
  if (!search.begins_outside() || search.settings.hints.empty()) return std::nullopt;
  search.ask(search.hints());
  const std::vector<std::size_t> tried = search.ask(next(first));
  const bool any =
      std::any_of(tried.begin(), tried.end(), [&](std::size_t index) { return search.rank(index).feasible(); });
  return any ? std::nullopt : std::optional<Blends>(search.hints());
}

/// Points of the grid beside the ways inside come first, each with a point in the grid's own order.
Ending search_grid(Search& search) {
  Grid grid(search.box.size(), static_cast<std::uint64_t>(search.settings.grid_points), search.settings.seed);
  std::optional<Blends> blends = look_around(search, [&](std::size_t count) { return grid.next(count); });
  for (std::vector<UnitPoint> points; !(points = grid.next(portion)).empty();) {
    std::vector<UnitPoint> asked;
    for (UnitPoint& point : points) {
      if (blends) asked.push_back(grid.nearest(blends->next(point)));
      asked.push_back(std::move(point));
    }
    search.ask(asked);
  }
  return {StopReason::exhausted, "every point of the grid is evaluated"};
}

/// Goes on until the seam stops it, or until the box has no more points to give (it is a few doubles wide).
template <class Next>
Ending search_endlessly(Search& search, const Next& next) {
  std::optional<Blends> blends = look_around(search, next);
  constexpr int patience = 64;
  for (int in_vain = 0; in_vain < patience;) {
    const std::size_t before = search.evaluations.size();
    std::vector<UnitPoint> points = next(portion);
    if (blends) {
      for (UnitPoint& point : points) point = blends->next(point);
    }
    search.ask(points);
    in_vain = search.evaluations.size() == before ? in_vain + 1 : 0;
  }
  return {StopReason::exhausted, "the bounds leave no more points to try"};
}

}  // namespace

Ending search_by_sampling(Search& search) {
  if (search.settings.algorithm == Algorithm::grid) return search_grid(search);
  if (search.settings.algorithm == Algorithm::latin_hypercube) {
    GrowingHypercube hypercube(search.box.size(), search.settings.seed, 1);
    return search_endlessly(search, [&](std::size_t count) { return hypercube.next(count); });
  }
  Draws draws(search.settings.seed, 2);
  return search_endlessly(search, [&](std::size_t count) {
    std::vector<UnitPoint> points(count, UnitPoint(search.box.size()));
    for (UnitPoint& point : points) {
      for (double& value : point) value = draws.uniform();
    }
    return points;
  });
}

}  // namespace planwise::optimizing
