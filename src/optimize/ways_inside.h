/// \file
/// From a start that does not keep the constraints to where they are kept, for solvers that only compare points: where
/// the feasible region is a small corner of the box, hardly any point that is drawn lies in it.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "optimize/search.h"

namespace planwise::optimizing {

/// The hints; without any, the corner of the box that the slopes of what the start violates point to (one batch of
/// evaluations beside the start). None where the search begins inside.
[[nodiscard]] std::vector<UnitPoint> ways_inside(Search& search);

/// Points on the way from others to the ways inside, by turns: at parts spread evenly however many are taken, and
/// closer together towards the end.
class Blends {
 public:
  explicit Blends(std::vector<UnitPoint> ends) : ends_(std::move(ends)) {}
  [[nodiscard]] UnitPoint next(const UnitPoint& from);

 private:
  std::vector<UnitPoint> ends_;
  std::size_t given_ = 0;
};

}  // namespace planwise::optimizing
