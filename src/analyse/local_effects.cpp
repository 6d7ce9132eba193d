// Around one point: slopes by central differences, and the bars of a tornado.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyse/intervals.h"
#include "analyse/sensitivity_model.h"
#include "planwise/error.h"

namespace planwise {

using namespace analyse;  // NOLINT(google-build-using-namespace): this file is part of it

namespace {

/// The point first, then each factor lower and higher than there.
struct Design {
  std::vector<double> low, high;  ///< By factor.
  Matrix points;

  void add(const std::vector<double>& point, std::size_t factor, double lower, double higher) {
    if (points.empty()) points.push_back(point);
    low.push_back(lower);
    high.push_back(higher);
    for (const double value : {lower, higher}) {
      points.push_back(point);
      points.back()[factor] = value;
    }
  }
};

/// One output under one seed.
struct Three {
  double low = 0, middle = 0, high = 0;
  [[nodiscard]] bool same() const noexcept { return low == middle && middle == high; }
};

Three three_of(const Matrix& rows, std::size_t factor, std::size_t output) {
  return {rows[1 + 2 * factor][output], rows[0][output], rows[2 + 2 * factor][output]};
}

void check_step(std::string_view name, double step) {
  if (!(step > 0 && step <= 0.5))
    throw Error(ErrorCode::invalid_argument, fmt::format("{} is {}; above 0 to 0.5 is allowed", name, step));
}

Design design_of(const SensitivityModel& model, const std::vector<double>& point, const LocalSettings& settings) {
  Design design;
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Factor& factor = model.factors[i];
    const double step = (factor.upper - factor.lower) * (factor.stepped ? settings.stepped_step : settings.smooth_step);
    const double low = std::max(factor.lower, point[i] - step), high = std::min(factor.upper, point[i] + step);
    if (!(low < high))
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("factor '{}' at {}: its range from {} to {} is too narrow for a step", factor.name,
                              point[i], factor.lower, factor.upper));
    design.add(point, i, low, high);
  }
  return design;
}

LocalEffect effect_of(const Factor& factor, const Design& design, std::size_t number, std::size_t output,
                      const std::vector<Matrix>& seeds, double confidence) {
  LocalEffect effect;
  effect.factor = factor.name;
  effect.low = design.low[number];
  effect.high = design.high[number];
  effect.no_effect = true;
  const double at = design.points.front()[number];
  bool has_elasticity = true;
  std::vector<double> slopes, per_range, elasticities;
  for (const Matrix& rows : seeds) {
    const Three three = three_of(rows, number, output);
    effect.no_effect = effect.no_effect && three.same();
    slopes.push_back((three.high - three.low) / (effect.high - effect.low));
    per_range.push_back(slopes.back() * (factor.upper - factor.lower));
    has_elasticity = has_elasticity && three.middle != 0;
    if (has_elasticity) elasticities.push_back(slopes.back() * at / three.middle);
  }
  effect.slope = mean_of(slopes, confidence);
  effect.per_range = mean_of(per_range, confidence);
  if (has_elasticity) effect.elasticity = mean_of(elasticities, confidence);
  return effect;
}

}  // namespace

LocalResult local_sensitivity(const SensitivityModel& model, const std::vector<double>& point,
                              const LocalSettings& settings) {
  check_model(model);
  check_point(model, point);
  check_step("smooth_step", settings.smooth_step);
  check_step("stepped_step", settings.stepped_step);
  check_confidence(settings.confidence);
  const Design design = design_of(model, point, settings);
  std::vector<Matrix> seeds{outputs_at(model, model.evaluate, design.points)};
  for (const BatchFunction& function : model.replications) seeds.push_back(outputs_at(model, function, design.points));
  LocalResult result;
  result.point = point;
  result.replications = static_cast<std::int64_t>(seeds.size());
  result.evaluations = result.replications * static_cast<std::int64_t>(design.points.size());
  result.confidence = settings.confidence;
  for (std::size_t number = 0; number < model.outputs.size(); ++number) {
    LocalOutput output;
    output.output = model.outputs[number];
    std::vector<double> values;
    for (const Matrix& rows : seeds) values.push_back(rows[0][number]);
    output.value = mean_of(values, settings.confidence);
    for (std::size_t i = 0; i < model.factors.size(); ++i)
      output.effects.push_back(effect_of(model.factors[i], design, i, number, seeds, settings.confidence));
    result.outputs.push_back(std::move(output));
  }
  return result;
}

TornadoResult tornado(const SensitivityModel& model, const std::vector<double>& point) {
  check_model(model);
  check_point(model, point);
  Design design;
  for (std::size_t i = 0; i < point.size(); ++i) design.add(point, i, model.factors[i].lower, model.factors[i].upper);
  const Matrix rows = outputs_at(model, model.evaluate, design.points);
  TornadoResult result;
  result.point = point;
  result.evaluations = static_cast<std::int64_t>(rows.size());
  for (std::size_t number = 0; number < model.outputs.size(); ++number) {
    TornadoOutput output{model.outputs[number], rows[0][number], {}};
    for (std::size_t i = 0; i < model.factors.size(); ++i) {
      const Three three = three_of(rows, i, number);
      output.bars.push_back({model.factors[i].name, design.low[i], design.high[i], three.low, three.high,
                             std::abs(three.high - three.low), three.same()});
    }
    std::ranges::stable_sort(output.bars, [](const TornadoBar& a, const TornadoBar& b) { return a.swing > b.swing; });
    result.outputs.push_back(std::move(output));
  }
  return result;
}

}  // namespace planwise
