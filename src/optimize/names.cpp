#include <algorithm>
#include <array>

#include "planwise/error.h"
#include "planwise/optimization.h"

namespace planwise {
namespace {

struct NamedAlgorithm {
  Algorithm algorithm;
  std::string_view name, engine;
};
constexpr std::array algorithms{
    NamedAlgorithm{Algorithm::slsqp, "SLSQP", "nlopt_slsqp"},
    NamedAlgorithm{Algorithm::lbfgsb, "L-BFGS-B", "nlopt_lbfgsb"},
    NamedAlgorithm{Algorithm::cobyla, "COBYLA", "nlopt_cobyla"},
    NamedAlgorithm{Algorithm::de, "DE", "pagmo_de"},
    NamedAlgorithm{Algorithm::cmaes, "CMA-ES", "pagmo_cmaes"},
    NamedAlgorithm{Algorithm::nsga2, "NSGA-II", "pagmo_nsga2"},
    NamedAlgorithm{Algorithm::grid, "GRID", "grid_search"},
    NamedAlgorithm{Algorithm::random, "RANDOM", "random_search"},
    NamedAlgorithm{Algorithm::latin_hypercube, "LHS", "latin_hypercube"},
};

const NamedAlgorithm& entry_of(Algorithm algorithm) noexcept {
  return *std::find_if(algorithms.begin(), algorithms.end() - 1,
                       [&](const NamedAlgorithm& entry) { return entry.algorithm == algorithm; });
}

bool same_but_for_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

[[noreturn]] void refuse(std::string_view what, std::string_view text, const std::string& allowed) {
  throw Error(ErrorCode::invalid_argument,
              "unknown " + std::string(what) + " '" + std::string(text) + "'; allowed are " + allowed);
}

}  // namespace

std::string_view to_text(Algorithm algorithm) noexcept { return entry_of(algorithm).name; }
std::string_view engine_of(Algorithm algorithm) noexcept { return entry_of(algorithm).engine; }

Algorithm algorithm_from(std::string_view text) {
  std::string allowed;
  for (const NamedAlgorithm& entry : algorithms) {
    if (same_but_for_case(entry.name, text)) return entry.algorithm;
    allowed += (allowed.empty() ? "" : ", ") + std::string(entry.name);
  }
  refuse("algorithm", text, allowed);
}

std::string_view to_text(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::converged:
      return "converged";
    case StopReason::max_evaluations:
      return "max_evaluations";
    case StopReason::exhausted:
      return "exhausted";
    case StopReason::time_limit:
      return "time_limit";
    case StopReason::cancelled:
      return "cancelled";
    case StopReason::evaluation_failed:
      return "evaluation_failed";
    case StopReason::solver_failed:
      return "solver_failed";
  }
  return "solver_failed";
}

std::string_view to_text(TuningStrategy strategy) noexcept {
  switch (strategy) {
    case TuningStrategy::conservative:
      return "conservative";
    case TuningStrategy::balanced:
      return "balanced";
    case TuningStrategy::aggressive:
      return "aggressive";
  }
  return "balanced";
}

TuningStrategy tuning_strategy_from(std::string_view text) {
  for (const TuningStrategy strategy :
       {TuningStrategy::conservative, TuningStrategy::balanced, TuningStrategy::aggressive}) {
    if (same_but_for_case(to_text(strategy), text)) return strategy;
  }
  refuse("tuning strategy", text, "conservative, balanced, aggressive");
}

}  // namespace planwise
