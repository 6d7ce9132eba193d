#include <fmt/format.h>

#include <utility>

#include "optimize/search.h"

namespace planwise {
namespace optimizing {
namespace {

Ending run(Search& search) {
  search.begin();
  if (search.box.size() == 0)
    return {StopReason::converged, "every variable is fixed: the start is the only point", true};
  switch (search.settings.algorithm) {
    case Algorithm::slsqp:
    case Algorithm::lbfgsb:
    case Algorithm::cobyla:
      return search_locally(search);
    case Algorithm::de:
    case Algorithm::cmaes:
    case Algorithm::nsga2:
      return search_by_evolution(search);
    case Algorithm::grid:
    case Algorithm::random:
    case Algorithm::latin_hypercube:
      break;
  }
  return search_by_sampling(search);
}

}  // namespace
}  // namespace optimizing

OptimizationResult optimize(const Problem& problem, const SolverSettings& settings) {
  optimizing::check(problem, settings);
  optimizing::Search search(problem, settings);
  OptimizationResult result;
  try {
    const optimizing::Ending ending = optimizing::run(search);
    result.stop_reason = ending.reason;
    result.message = ending.message;
    result.converged = ending.converged;
  } catch (const optimizing::Stopped& stopped) {
    result.stop_reason = stopped.reason;
    result.message = stopped.message;
  }
  result.evaluations = search.evaluations.take();
  optimizing::choose_best(problem, result);
  return result;
}

}  // namespace planwise
