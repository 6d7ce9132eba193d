#include "simulate/objectives.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include "planwise/error.h"

namespace planwise::simulation {

namespace {

constexpr double million = 1e6;
constexpr double weight_tolerance = 1e-6;

double square(double value) { return value * value; }
double growth(double from, double to) { return from > 0 ? to / from - 1.0 : 0.0; }
double sum(const ByLevel<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }
double mean(const ByLevel<double>& values) { return sum(values) / static_cast<double>(level_count); }

double equity(const ByLevel<double>& means, const ByLevel<double>& deviations) {
  double variation = 0;
  int levels = 0;
  for (std::size_t level = 0; level < level_count; ++level) {
    if (means[level] <= 0) continue;
    variation += deviations[level] / means[level];
    ++levels;
  }
  return levels == 0 ? 0.0 : variation / levels;
}

}  // namespace

double cost_of(const YearFigures& figures) { return figures.active_compensation / million; }

double equity_of(const YearFigures& figures) { return equity(figures.mean_by_level, figures.deviation_by_level); }

double cost_within_cap_of(const YearFigures& figures) { return sum(figures.compensation_within_cap_by_level) / million; }

double equity_within_cap_of(const YearFigures& figures) {
  return equity(figures.mean_within_cap_by_level, figures.deviation_within_cap_by_level);
}

double mean_growth_of(const YearFigures& figures) {
  const auto start = static_cast<double>(figures.start_headcount);
  return growth(start > 0 ? figures.start_compensation / start : 0.0, figures.active_mean);
}

double headcount_growth_of(const YearFigures& figures) {
  return growth(static_cast<double>(figures.start_headcount), static_cast<double>(figures.active_headcount));
}

double targets_of(const YearFigures& figures, const ObjectiveTargets& targets) {
  double term = square(headcount_growth_of(figures) - targets.headcount_growth);
  if (targets.compensation_growth) term += square(mean_growth_of(figures) - *targets.compensation_growth);
  return term;
}

ObjectiveTerms objectives_of(const SimulationResult& result, int target_year, const ObjectiveTargets& targets) {
  const auto found = std::find_if(result.years.begin(), result.years.end(),
                                  [&](const YearFigures& year) { return year.year == target_year; });
  if (found == result.years.end()) {
    const std::string years =
        result.years.empty() ? "none" : fmt::format("{} to {}", result.years.front().year, result.years.back().year);
    throw Error(ErrorCode::invalid_argument, fmt::format("target year is {}; simulated are {}", target_year, years));
  }
  return {cost_of(*found), equity_of(*found), targets_of(*found, targets)};
}

ObjectiveTerms synthetic_objectives(const YearLevers& levers) {
  const double merit = mean(levers.merit_rate);
  double variance = 0;
  for (const double rate : levers.merit_rate) variance += square(rate - merit) / static_cast<double>(level_count);
  return {
      (sum(levers.merit_rate) + 5.0 * mean(levers.cola_rate) + (mean(levers.new_hire_salary_adjustment) - 1.0) * 0.1) *
          100.0,
      variance * 1000.0, square(2.0 * mean(levers.promotion_probability) - 0.03)};
}

double combined(const ObjectiveTerms& terms, const ObjectiveWeights& weights) {
  const auto check = [](std::string_view name, double weight) {
    if (!(weight >= 0 && weight <= 1)) {
      throw Error(ErrorCode::invalid_argument, fmt::format("the weight of {} is {}; allowed is 0 to 1", name, weight));
    }
  };
  check("cost", weights.cost);
  check("equity", weights.equity);
  check("targets", weights.targets);
  const double whole = weights.cost + weights.equity + weights.targets;
  if (!(std::abs(whole - 1.0) <= weight_tolerance)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the weights of cost, equity and targets sum to {}; they must sum to 1", whole));
  }
  return weights.cost * terms.cost + weights.equity * terms.equity + weights.targets * terms.targets;
}

}  // namespace planwise::simulation
