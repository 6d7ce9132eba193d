#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "optimize/search.h"
#include "planwise/error.h"

namespace planwise {
namespace optimizing {
namespace {

double part_of(TuningStrategy strategy) noexcept {
  switch (strategy) {
    case TuningStrategy::conservative:
      return 0.3;
    case TuningStrategy::balanced:
      return 0.5;
    case TuningStrategy::aggressive:
      return 0.8;
  }
  return 0.5;
}

class Tuner {
 public:
  Tuner(Search& search, const TuningSettings& settings, TuningResult& result)
      : search_(search), settings_(settings), result_(result) {}

  Ending run() {
    UnitPoint at = search_.box.unit(start());
    for (std::int64_t number = 0; number < settings_.max_iterations; ++number) {
      const double value = look(at, number);
      TuningIteration& iteration = result_.iterations.back();
      if (std::fabs(iteration.distance) <= settings_.tolerance) {
        result_.reached = true;
        return {StopReason::converged, fmt::format("iteration {} is within the tolerance of the target", number), true};
      }
      if (number + 1 == settings_.max_iterations) break;
      const double slope = slope_at(at, value);
      if (slope == 0) return {StopReason::solver_failed, "the objective does not move with the variables"};
      iteration.step = std::clamp(-iteration.distance / slope * part_of(settings_.strategy), -1.0, 1.0);
      UnitPoint next = moved(at, iteration.step);
      if (next == at) return {StopReason::exhausted, "every variable is at the bound that is nearest the target"};
      at = std::move(next);
    }
    return {StopReason::max_evaluations, fmt::format("the {} iterations are done", settings_.max_iterations)};
  }

 private:
  [[nodiscard]] std::vector<double> start() const {
    std::vector<double> out;
    for (const Variable& variable : search_.problem.variables) out.push_back(variable.start);
    return out;
  }
  double look(const UnitPoint& at, std::int64_t number) {
    TuningIteration iteration;
    iteration.number = number;
    iteration.evaluation = search_.ask(at);
    iteration.value = search_.outcome(iteration.evaluation).objectives.front();
    iteration.distance = iteration.value - settings_.target;
    result_.iterations.push_back(iteration);
    return iteration.value;
  }
  [[nodiscard]] static UnitPoint moved(const UnitPoint& at, double step) {
    UnitPoint out = at;
    for (double& value : out) value = std::clamp(value + step, 0.0, 1.0);
    return out;
  }
  /// Change of the objective a part of the ranges, from one point beside it: above it, or below where all are at the
  /// top.
  double slope_at(const UnitPoint& at, double value) {
    bool stepped = false;
    for (std::size_t axis = 0; axis < at.size(); ++axis) stepped = stepped || search_.box.stepped(axis);
    double step = stepped ? 0.05 : 1e-3;
    if (std::all_of(at.begin(), at.end(), [&](double part) { return part + step > 1; })) step = -step;
    return (search_.outcome(search_.ask(moved(at, step))).objectives.front() - value) / step;
  }

  Search& search_;
  const TuningSettings& settings_;
  TuningResult& result_;
};

void check_tuning(const TuningSettings& settings) {
  const auto refuse = [](const char* name, double value, const char* allowed) {
    throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}; allowed is {}", name, value, allowed));
  };
  if (!std::isfinite(settings.target)) refuse("target", settings.target, "a finite number");
  if (!(settings.tolerance > 0) || !std::isfinite(settings.tolerance))
    refuse("tolerance", settings.tolerance, "a finite number above 0");
  if (settings.max_iterations < 1) refuse("max_iterations", static_cast<double>(settings.max_iterations), "1 or more");
}

}  // namespace
}  // namespace optimizing

TuningResult tune_to_target(const Problem& problem, const TuningSettings& settings) {
  optimizing::check_tuning(settings);
  SolverSettings seam = settings.seam;
  seam.algorithm = Algorithm::nsga2;  // Takes any number of objectives; no solver runs here.
  seam.warm_starts.clear();
  seam.hints.clear();
  optimizing::check(problem, seam);
  optimizing::Search search(problem, seam);
  TuningResult result;
  try {
    const optimizing::Ending ending = optimizing::Tuner(search, settings, result).run();
    result.search.stop_reason = ending.reason;
    result.search.message = ending.message;
    result.search.converged = ending.converged;
  } catch (const optimizing::Stopped& stopped) {
    result.search.stop_reason = stopped.reason;
    result.search.message = stopped.message;
  }
  result.search.evaluations = search.evaluations.take();
  const auto nearest =
      std::min_element(result.iterations.begin(), result.iterations.end(),
                       [](const auto& a, const auto& b) { return std::fabs(a.distance) < std::fabs(b.distance); });
  if (nearest != result.iterations.end()) {
    result.search.best = nearest->evaluation;
    result.search.feasible = violation_of(problem, result.search.evaluations[nearest->evaluation].outcome) == 0;
  }
  return result;
}

}  // namespace planwise
