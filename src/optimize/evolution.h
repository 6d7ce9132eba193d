/// \file
/// A population of pagmo, one generation at a time, its trial points evaluated together.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "optimize/search.h"

namespace planwise::optimizing {

enum class Evolving { de, cmaes, nsga2 };

class Evolution {
 public:
  /// Fitnesses of points, one list of values a point; all less is better.
  using Fitness = std::function<std::vector<std::vector<double>>(const std::vector<UnitPoint>&)>;

  /// Evaluates the first population; at least 7 points, for NSGA-II a multiple of 4.
  Evolution(Evolving kind, std::uint64_t seed, std::size_t objectives, const std::vector<UnitPoint>& population,
            Fitness fitness);
  ~Evolution();
  Evolution(const Evolution&) = delete;
  Evolution& operator=(const Evolution&) = delete;

  void generation();
  /// Puts a point in the place of the best, of one objective.
  void replace_best(const UnitPoint& point, double value);
  [[nodiscard]] std::vector<UnitPoint> points() const;
  [[nodiscard]] std::vector<std::vector<double>> values() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace planwise::optimizing
