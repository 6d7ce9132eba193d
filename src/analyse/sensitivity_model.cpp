#include "analyse/sensitivity_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "planwise/error.h"

namespace planwise::analyse {
namespace {

constexpr std::size_t most_factors = 1000;

[[noreturn]] void refuse(const std::string& message) { throw Error(ErrorCode::invalid_argument, message); }

void check_factor(const Factor& factor) {
  if (!std::isfinite(factor.lower) || !std::isfinite(factor.upper) || !(factor.lower < factor.upper) ||
      !std::isfinite(factor.upper - factor.lower))
    refuse(fmt::format("factor '{}' goes from {} to {}; finite bounds are allowed, the lower below the upper",
                       factor.name, factor.lower, factor.upper));
}

}  // namespace

void check_model(const SensitivityModel& model) {
  if (model.factors.empty() || model.factors.size() > most_factors)
    refuse(fmt::format("{} factors; 1 to {} are allowed", model.factors.size(), most_factors));
  if (model.outputs.empty()) refuse("the model has no outputs; 1 or more are allowed");
  if (!model.evaluate) refuse("the model has no function to evaluate");
  std::set<std::string> names;
  for (const Factor& factor : model.factors) {
    check_factor(factor);
    if (!names.insert(factor.name).second) refuse(fmt::format("two factors are called '{}'", factor.name));
  }
  for (const BatchFunction& function : model.replications)
    if (!function) refuse("a replication of the model has no function to evaluate");
}

void check_point(const SensitivityModel& model, const std::vector<double>& point) {
  if (point.size() != model.factors.size())
    refuse(fmt::format("the point has {} values; the model has {} factors", point.size(), model.factors.size()));
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Factor& factor = model.factors[i];
    if (!(point[i] >= factor.lower && point[i] <= factor.upper))
      refuse(fmt::format("the point has {} for factor '{}'; {} to {} are allowed", point[i], factor.name, factor.lower,
                         factor.upper));
  }
}

Matrix outputs_at(const SensitivityModel& model, const BatchFunction& function, const Matrix& points,
                  std::size_t first) {
  Matrix rows = function(points);
  if (rows.size() != points.size())
    refuse(fmt::format("the function gave {} rows of outputs for {} points", rows.size(), points.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].size() != model.outputs.size())
      refuse(
          fmt::format("point {} has {} outputs; the model names {}", first + i, rows[i].size(), model.outputs.size()));
    for (std::size_t output = 0; output < rows[i].size(); ++output)
      if (!std::isfinite(rows[i][output]))
        refuse(fmt::format("output '{}' of point {} is {}; finite numbers are allowed", model.outputs[output],
                           first + i, rows[i][output]));
  }
  return rows;
}

double at_part(const Factor& factor, double part) noexcept {
  // Rounding must not carry a point over its bound.
  return std::clamp(factor.lower + part * (factor.upper - factor.lower), factor.lower, factor.upper);
}

}  // namespace planwise::analyse
