#include "optimize/search.h"

#include <algorithm>
#include <cmath>

namespace planwise::optimizing {
namespace {

std::vector<double> start_of(const Problem& problem) {
  std::vector<double> out;
  out.reserve(problem.variables.size());
  for (const Variable& variable : problem.variables) out.push_back(variable.start);
  return out;
}

std::vector<std::vector<double>> known_points(const Problem& problem, const SolverSettings& settings) {
  std::vector<std::vector<double>> out{start_of(problem)};
  out.insert(out.end(), settings.warm_starts.begin(), settings.warm_starts.end());
  return out;
}

std::vector<std::vector<double>> exact_points(const Problem& problem, const SolverSettings& settings) {
  std::vector<std::vector<double>> out = known_points(problem, settings);
  out.insert(out.end(), settings.hints.begin(), settings.hints.end());
  return out;
}

}  // namespace

Search::Search(const Problem& problem_, const SolverSettings& settings_)
    : problem(problem_),
      settings(settings_),
      box(problem.variables, exact_points(problem, settings)),
      evaluations(problem, settings) {}

void Search::begin() {
  evaluations.ask(known_points(problem, settings));
  begun_ = evaluations.size();
}

bool Search::begins_outside() const noexcept { return !problem.constraints.empty() && !rank(0).feasible(); }

std::vector<UnitPoint> Search::hints() const {
  std::vector<UnitPoint> out;
  for (const std::vector<double>& point : settings.hints) out.push_back(box.unit(point));
  return out;
}

std::vector<UnitPoint> Search::known() const {
  std::vector<std::size_t> order(begun_);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a).better_than(rank(b)); });
  std::vector<UnitPoint> out;
  for (const std::size_t index : order) out.push_back(box.unit(evaluations[index].point));
  return out;
}

std::vector<std::size_t> Search::ask(const std::vector<UnitPoint>& points) {
  std::vector<std::vector<double>> asked;
  asked.reserve(points.size());
  for (const UnitPoint& point : points) asked.push_back(box.point(point));
  return evaluations.ask(asked);
}

std::int64_t at_the_least(const std::vector<double>& ends, double tolerance) {
  const double least = *std::min_element(ends.begin(), ends.end());
  return std::count_if(ends.begin(), ends.end(), [&](double end) {
    return end - least <= std::sqrt(tolerance) * std::max(1e-3, std::fabs(least));
  });
}

}  // namespace planwise::optimizing
