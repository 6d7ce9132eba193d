// The only file that knows pagmo's algorithms.
//
// pagmo's DE and CMA-ES ask for one point after the other, although no trial point of a generation depends on the
// values of another. So a copy of the algorithm (with the same state of its generator) first goes through the
// generation over a problem that only notes the points; they are evaluated together, and the algorithm itself then
// reads them. pagmo frees what Eigen's inline functions have allocated here: both must take memory in the way of plain
// x86-64, which Eigen would leave under AddressSanitizer or with -mavx.
#define EIGEN_MALLOC_ALREADY_ALIGNED 1
#define EIGEN_MAX_ALIGN_BYTES 16
#include <algorithm>
#include <exception>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/algorithms/sade.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

#include "optimize/draws.h"
#include "optimize/evolution.h"
#include "planwise/error.h"

namespace planwise::optimizing {
namespace {

/// Shared by all copies that pagmo makes of the problem.
struct PagmoBridge {
  Evolution::Fitness fitness;
  std::size_t axes, objectives;
  bool noting = false;
  std::vector<UnitPoint> noted;
};

struct UnitProblem {
  PagmoBridge* bridge = nullptr;
  [[nodiscard]] pagmo::vector_double fitness(const pagmo::vector_double& point) const {
    if (!bridge->noting) return bridge->fitness({point}).front();
    bridge->noted.push_back(point);
    return pagmo::vector_double(bridge->objectives, 1.7e308);  // Worse than all: the copy keeps its population.
  }
  [[nodiscard]] std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    const std::size_t axes = bridge == nullptr ? 1 : bridge->axes;
    return {pagmo::vector_double(axes, 0.0), pagmo::vector_double(axes, 1.0)};
  }
  [[nodiscard]] pagmo::vector_double::size_type get_nobj() const { return bridge == nullptr ? 1 : bridge->objectives; }
};

/// Evaluates the children of NSGA-II together.
struct Together {
  PagmoBridge* bridge = nullptr;
  pagmo::vector_double operator()(const pagmo::problem&, const pagmo::vector_double& genes) const {
    std::vector<UnitPoint> points;
    for (auto gene = genes.begin(); gene != genes.end(); gene += static_cast<std::ptrdiff_t>(bridge->axes)) {
      points.emplace_back(gene, gene + static_cast<std::ptrdiff_t>(bridge->axes));
    }
    pagmo::vector_double out;
    for (const std::vector<double>& values : bridge->fitness(points))
      out.insert(out.end(), values.begin(), values.end());
    return out;
  }
};

pagmo::algorithm algorithm_of(Evolving kind, unsigned seed, PagmoBridge& bridge) {
  switch (kind) {
    case Evolving::de: {
      constexpr unsigned rand_1_bin = 7, jde = 1;
      return pagmo::algorithm(pagmo::sade(1, rand_1_bin, jde, 0, 0, true, seed));
    }
    case Evolving::cmaes:
      return pagmo::algorithm(pagmo::cmaes(1, -1, -1, -1, -1, 0.3, 0, 0, true, true, seed));
    case Evolving::nsga2:
      break;
  }
  pagmo::nsga2 nsga2(1, 0.9, 15, 1.0 / static_cast<double>(bridge.axes), 20, seed);
  nsga2.set_bfe(pagmo::bfe(Together{&bridge}));
  return pagmo::algorithm(nsga2);
}

/// pagmo throws std::exception for its own faults; the seam's Stopped and our errors pass.
template <class Work>
void translated(const Work& work) {
  try {
    work();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Stopped{StopReason::solver_failed, std::string("pagmo says: ") + failure.what()};
  }
}

}  // namespace

struct Evolution::State {
  bool notes;  ///< The algorithm asks one by one.
  PagmoBridge bridge;
  pagmo::algorithm algorithm;
  pagmo::population population;
};

Evolution::Evolution(Evolving kind, std::uint64_t seed, std::size_t objectives,
                     const std::vector<UnitPoint>& population, Fitness fitness)
    : state_(new State{
          kind != Evolving::nsga2, {std::move(fitness), population.front().size(), objectives, false, {}}, {}, {}}) {
  const std::vector<std::vector<double>> values = state_->bridge.fitness(population);
  translated([&] {
    const auto short_seed = static_cast<unsigned>(mix(seed));
    state_->algorithm = algorithm_of(kind, short_seed, state_->bridge);
    state_->population = pagmo::population(UnitProblem{&state_->bridge}, 0, short_seed);
    for (std::size_t i = 0; i < population.size(); ++i) state_->population.push_back(population[i], values[i]);
  });
}

Evolution::~Evolution() = default;

void Evolution::generation() {
  PagmoBridge& bridge = state_->bridge;
  if (state_->notes) {
    bridge.noted.clear();
    bridge.noting = true;
    translated([&] { pagmo::algorithm(state_->algorithm).evolve(state_->population); });
    bridge.noting = false;
    bridge.fitness(bridge.noted);
  }
  translated([&] { state_->population = state_->algorithm.evolve(state_->population); });
}

void Evolution::replace_best(const UnitPoint& point, double value) {
  translated([&] { state_->population.set_xf(state_->population.best_idx(), point, {value}); });
}

std::vector<UnitPoint> Evolution::points() const { return state_->population.get_x(); }
std::vector<std::vector<double>> Evolution::values() const { return state_->population.get_f(); }

}  // namespace planwise::optimizing
