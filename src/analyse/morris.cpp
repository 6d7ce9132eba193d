// Elementary effects on random trajectories through a grid.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analyse/draws.h"
#include "analyse/intervals.h"
#include "analyse/sensitivity_model.h"
#include "planwise/error.h"

namespace planwise {

using namespace analyse;  // NOLINT(google-build-using-namespace): this file is part of it

namespace {

/// Trajectories of factors + 1 points, each of which moves one factor by half of the grid.
class Trajectories {
 public:
  Trajectories(const SensitivityModel& model, const MorrisSettings& settings)
      : model_(model), settings_(settings), factors_(model.factors.size()) {
    for (std::uint64_t number = 0; number < static_cast<std::uint64_t>(settings.trajectories); ++number) add(number);
  }

  [[nodiscard]] const Matrix& points() const noexcept { return points_; }

  /// Of one output: by factor, then trajectory. Also sets whether any step changed the output.
  [[nodiscard]] std::vector<std::vector<double>> effects(const Matrix& rows, std::size_t output,
                                                         std::vector<bool>& changed) const {
    std::vector<std::vector<double>> effects(factors_);
    changed.assign(factors_, false);
    for (std::size_t step = 0; step < steps_.size(); ++step) {
      const std::size_t before = step / factors_ * (factors_ + 1) + step % factors_;
      const double change = rows[before + 1][output] - rows[before][output];
      effects[steps_[step].factor].push_back(change / steps_[step].part);
      if (rows[before + 1][output] != rows[before][output]) changed[steps_[step].factor] = true;
    }
    return effects;
  }

 private:
  struct Step {
    std::size_t factor = 0;
    double part = 0;  ///< Of the factor's range; below 0: downwards.
  };

  void add(std::uint64_t number) {
    const auto half = static_cast<std::uint64_t>(settings_.levels / 2);
    const auto last = static_cast<double>(settings_.levels - 1);
    std::vector<std::uint64_t> from(factors_), to(factors_), rank(factors_);
    std::vector<std::size_t> order(factors_);
    std::vector<double> point(factors_);
    for (std::size_t i = 0; i < factors_; ++i) {
      from[i] = below(draw(settings_.seed, Purpose::grid, number, i), half);
      to[i] = from[i] + half;
      if (below(draw(settings_.seed, Purpose::direction, number, i), 2) == 1) std::swap(from[i], to[i]);
      rank[i] = draw(settings_.seed, Purpose::order, number, i);
      point[i] = at_part(model_.factors[i], static_cast<double>(from[i]) / last);
    }
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rank[i]; });
    points_.push_back(point);
    for (const std::size_t i : order) {
      point[i] = at_part(model_.factors[i], static_cast<double>(to[i]) / last);
      points_.push_back(point);
      steps_.push_back({i, (static_cast<double>(to[i]) - static_cast<double>(from[i])) / last});
    }
  }

  const SensitivityModel& model_;
  const MorrisSettings& settings_;
  std::size_t factors_;
  Matrix points_;
  std::vector<Step> steps_;  ///< In the order of the trajectories.
};

/// Of the mean of the magnitudes, over trajectories drawn again.
Interval bootstrap(const std::vector<double>& magnitudes, const MorrisSettings& settings) {
  std::vector<double> means(static_cast<std::size_t>(settings.resamples));
  const auto n = static_cast<double>(magnitudes.size());
  for (std::size_t sample = 0; sample < means.size(); ++sample) {
    for (std::size_t i = 0; i < magnitudes.size(); ++i)
      means[sample] += magnitudes[below(draw(settings.seed, Purpose::resample, sample, i), magnitudes.size())] / n;
  }
  return middle_of(means, settings.confidence);
}

MorrisEffect effect_of(const Factor& factor, const std::vector<double>& effects, bool changed,
                       const MorrisSettings& settings) {
  MorrisEffect effect;
  effect.factor = factor.name;
  effect.no_effect = !changed;
  effect.mu_star.interval = Interval{};
  if (!changed) return effect;
  const auto n = static_cast<double>(effects.size());
  std::vector<double> magnitudes;
  for (const double value : effects) {
    effect.mu += value / n;
    magnitudes.push_back(std::abs(value));
    effect.mu_star.value += magnitudes.back() / n;
  }
  double squares = 0;
  for (const double value : effects) squares += (value - effect.mu) * (value - effect.mu);
  effect.sigma = std::sqrt(squares / (n - 1));
  const Interval interval = bootstrap(magnitudes, settings);
  // Rounding of sums in another order must not put the estimate outside.
  effect.mu_star.interval =
      Interval{std::min(interval.low, effect.mu_star.value), std::max(interval.high, effect.mu_star.value)};
  return effect;
}

}  // namespace

MorrisResult morris_screening(const SensitivityModel& model, const MorrisSettings& settings) {
  check_model(model);
  check_count("trajectories", settings.trajectories, 2, 100'000);
  check_count("levels", settings.levels, 2, 100);
  if (settings.levels % 2 != 0)
    throw Error(ErrorCode::invalid_argument, fmt::format("levels is {}; an even number is allowed", settings.levels));
  check_count("resamples", settings.resamples, 100, 1'000'000);
  check_confidence(settings.confidence);
  const Trajectories trajectories(model, settings);
  const Matrix rows = outputs_at(model, model.evaluate, trajectories.points());
  MorrisResult result;
  result.evaluations = static_cast<std::int64_t>(rows.size());
  result.trajectories = settings.trajectories;
  result.levels = settings.levels;
  result.seed = settings.seed;
  result.confidence = settings.confidence;
  for (std::size_t number = 0; number < model.outputs.size(); ++number) {
    std::vector<bool> changed;
    const std::vector<std::vector<double>> effects = trajectories.effects(rows, number, changed);
    MorrisOutput output{model.outputs[number], {}};
    for (std::size_t i = 0; i < model.factors.size(); ++i)
      output.effects.push_back(effect_of(model.factors[i], effects[i], changed[i], settings));
    result.outputs.push_back(std::move(output));
  }
  return result;
}

}  // namespace planwise
