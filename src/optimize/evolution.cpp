// DE, CMA-ES and NSGA-II: their populations, when they have converged, and what follows.
#include "optimize/evolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "optimize/draws.h"
#include "optimize/latin_hypercube.h"
#include "optimize/local_model.h"
#include "optimize/ways_inside.h"

namespace planwise::optimizing {
namespace {

/// A population that asks for nothing new for so many generations has come to rest.
constexpr int longest_standstill = 20;

Evolution::Fitness fitness_of(Search& search) {
  return [&search](const std::vector<UnitPoint>& points) {
    std::vector<std::vector<double>> out;
    for (const std::size_t index : search.ask(points)) {
      const PointOutcome& outcome = search.outcome(index);
      const double violation = violation_of(search.problem, outcome);
      std::vector<double>& values = out.emplace_back();
      for (const double value : outcome.objectives) values.push_back(penalised(value, violation));
    }
    return out;
  };
}

/// The first: start and warm starts (the best of them where there are more than fit), and a Latin hypercube. While
/// nothing is feasible, ways inside are among them, and every second point of the hypercube is moved towards one.
std::vector<UnitPoint> first_population(Search& search, std::size_t size, std::uint64_t stream) {
  std::vector<UnitPoint> ways = ways_inside(search);
  if (ways.size() > size / 3) ways.resize(size / 3);
  std::vector<UnitPoint> out = search.known();
  if (out.size() > size - ways.size()) out.resize(size - ways.size());
  out.insert(out.end(), ways.begin(), ways.end());
  GrowingHypercube hypercube(search.box.size(), search.settings.seed, stream);
  Blends blends(std::move(ways));
  const bool moved = search.begins_outside();
  for (UnitPoint& point : hypercube.next(size - out.size()))
    out.push_back(moved && out.size() % 2 == 0 ? blends.next(point) : std::move(point));
  return out;
}

/// One that begins anew.
std::vector<UnitPoint> new_population(const Search& search, std::size_t size, std::uint64_t stream) {
  return GrowingHypercube(search.box.size(), search.settings.seed, stream).next(size);
}

struct Spread {
  double of_points = 0;  ///< The widest axis, as a part of the range.
  double least = 0, most = 0;
  [[nodiscard]] bool values_within(double tolerance) const noexcept {
    return most - least <= tolerance * std::max(1e-3, std::fabs(least));
  }
};
Spread spread_of(const Evolution& evolution) {
  Spread out;
  const std::vector<UnitPoint> points = evolution.points();
  for (std::size_t axis = 0; axis < points.front().size(); ++axis) {
    const auto [low, high] = std::minmax_element(
        points.begin(), points.end(), [&](const UnitPoint& a, const UnitPoint& b) { return a[axis] < b[axis]; });
    out.of_points = std::max(out.of_points, (*high)[axis] - (*low)[axis]);
  }
  const std::vector<std::vector<double>> values = evolution.values();
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  out.least = least->front();
  out.most = most->front();
  return out;
}

/// Generations until `rested` says so, or nothing new is asked for.
template <class Rested>
void evolve(Search& search, Evolution& evolution, const Rested& rested) {
  for (int in_vain = 0; in_vain < longest_standstill;) {
    if (rested(spread_of(evolution))) return;
    const std::size_t before = search.evaluations.size();
    evolution.generation();
    in_vain = search.evaluations.size() == before ? in_vain + 1 : 0;
  }
}

std::size_t population_size(const Search& search, std::size_t usual, std::size_t least) {
  const auto asked = static_cast<std::size_t>(search.settings.population);
  return std::max(least, asked == 0 ? usual : asked);
}

LocalSearch descend_from_best(Search& search) {
  const std::size_t best = *search.evaluations.best();
  return descend(search, LocalMethod::Kind::slsqp, search.box.unit(search.evaluations[best].point));
}

/// A population finds valleys, SLSQP their floors, and is cheaper at that: now and then (ever more seldom) it goes down
/// from the best individual, and what it finds takes that one's place.
class Differential {
 public:
  /// The first holds the start and the warm starts; those after it are drawn anew, whole.
  Differential(Search& search, std::uint64_t start)
      : search_(search),
        evolution_(Evolving::de, search.settings.seed + start, 1, population_of(search, start), fitness_of(search)) {}

  /// The value that it ends at.
  double run() {
    evolve(search_, evolution_, [&](const Spread& spread) {
      if (++generation_ == next_descent_) {
        const LocalSearch found = descend_from_fittest();
        evolution_.replace_best(found.best, penalised(found.rank.objective, found.rank.violation));
        next_descent_ *= 2;
      }
      return spread.of_points < 100 * search_.settings.tolerance ||
             spread.values_within(search_.settings.tolerance * 1e-3);
    });
    const LocalSearch last = descend_from_fittest();
    return penalised(last.rank.objective, last.rank.violation);
  }

 private:
  /// Small: what a larger population would find later, the descents find sooner.
  static std::size_t usual_size(const Search& search) { return std::clamp<std::size_t>(3 * search.box.size(), 24, 40); }

  static std::vector<UnitPoint> population_of(Search& search, std::uint64_t start) {
    const std::size_t size = population_size(search, usual_size(search), 7);
    return start == 0 ? first_population(search, size, 4) : new_population(search, size, 200 + start);
  }

  LocalSearch descend_from_fittest() {
    const std::vector<UnitPoint> points = evolution_.points();
    const std::vector<std::vector<double>> values = evolution_.values();
    const auto fittest = std::min_element(values.begin(), values.end()) - values.begin();
    return descend(search_, LocalMethod::Kind::slsqp, points[static_cast<std::size_t>(fittest)]);
  }

  Search& search_;
  Evolution evolution_;
  int generation_ = 0, next_descent_ = 5;
};

/// Populations until two of them end at the same least value.
Ending run_de(Search& search) {
  std::vector<double> ends;
  constexpr std::int64_t most_populations = 12;
  const std::int64_t starts = search.settings.starts == 0 ? most_populations : search.settings.starts;
  for (std::int64_t start = 0; start < starts; ++start) {
    ends.push_back(Differential(search, static_cast<std::uint64_t>(start)).run());
    if (at_the_least(ends, search.settings.tolerance) < 2) continue;
    return {StopReason::converged, fmt::format("two of {} populations ended at the same least value", start + 1), true};
  }
  if (ends.size() == 1) {
    return {StopReason::converged, "the population has converged, and SLSQP from its best", true};
  }
  return {StopReason::exhausted, fmt::format("all {} populations have converged", ends.size()), true};
}

/// Runs with populations twice as large each, until three of them end at the same least value.
Ending run_cmaes(Search& search) {
  const double axes = static_cast<double>(search.box.size());
  std::size_t size = population_size(search, 4 + static_cast<std::size_t>(3 * std::log(axes)), 6);
  constexpr int most_runs = 12;
  const double tolerance = search.settings.tolerance;
  std::vector<double> ends;
  for (int run = 0; run < most_runs; ++run, size *= 2) {
    const auto stream = static_cast<std::uint64_t>(100 + run);
    Evolution evolution(Evolving::cmaes, search.settings.seed + static_cast<std::uint64_t>(run), 1,
                        run == 0 ? first_population(search, size, stream) : new_population(search, size, stream),
                        fitness_of(search));
    double least = std::numeric_limits<double>::infinity();
    int unimproved = 0;
    const int patience = 100 + static_cast<int>(30 * axes);
    evolve(search, evolution, [&](const Spread& spread) {
      unimproved = spread.least < least ? 0 : unimproved + 1;
      least = std::min(least, spread.least);
      return spread.of_points < tolerance * 1e-3 || unimproved > patience ||
             (spread.values_within(tolerance * 1e-3) && spread.of_points < 1e-4);
    });
    ends.push_back(least);
    if (at_the_least(ends, tolerance) >= 3) {
      if (!search.problem.constraints.empty()) descend_from_best(search);  // Ranks alone hardly follow their edges.
      return {StopReason::converged, fmt::format("three of {} runs ended at the same least value", run + 1), true};
    }
  }
  return {StopReason::exhausted, fmt::format("all {} runs have converged", most_runs), true};
}

/// pagmo's takes two objectives or more: one is given twice, and the fronts are then ranks by its value.
Ending run_nsga2(Search& search) {
  std::size_t size = population_size(search, 100, 8);
  size = (size + 3) / 4 * 4;
  const std::size_t objectives = search.problem.objectives.size();
  Evolution::Fitness fitness = fitness_of(search);
  if (objectives == 1) {
    fitness = [of_one = std::move(fitness)](const std::vector<UnitPoint>& points) {
      std::vector<std::vector<double>> out = of_one(points);
      for (std::vector<double>& values : out) values.push_back(values.front());
      return out;
    };
  }
  Evolution evolution(Evolving::nsga2, search.settings.seed, std::max<std::size_t>(2, objectives),
                      first_population(search, size, 5), std::move(fitness));
  evolve(search, evolution, [&](const Spread& spread) { return spread.of_points < search.settings.tolerance; });
  return {StopReason::converged, "the population has come to rest", true};
}

}  // namespace

Ending search_by_evolution(Search& search) {
  if (search.settings.algorithm == Algorithm::de) return run_de(search);
  return search.settings.algorithm == Algorithm::cmaes ? run_cmaes(search) : run_nsga2(search);
}

}  // namespace planwise::optimizing
