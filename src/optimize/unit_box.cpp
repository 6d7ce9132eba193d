#include "optimize/unit_box.h"

#include <algorithm>

namespace planwise::optimizing {

UnitBox::UnitBox(const std::vector<Variable>& variables, const std::vector<std::vector<double>>& exact) {
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const Variable& variable = variables[i];
    fixed_.push_back(variable.lower);
    if (variable.lower == variable.upper) continue;
    Axis axis{i, variable.lower, variable.upper, variable.stepped, {}};
    for (const std::vector<double>& point : exact) {
      const double scaled = (point[i] - axis.lower) / (axis.upper - axis.lower);
      const bool known =
          std::any_of(axis.exact.begin(), axis.exact.end(), [&](const auto& pair) { return pair.first == scaled; });
      if (!known) axis.exact.emplace_back(scaled, point[i]);
    }
    axes_.push_back(std::move(axis));
  }
}

std::vector<double> UnitBox::point(const std::vector<double>& unit) const {
  std::vector<double> out = fixed_;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const Axis& axis = axes_[i];
    const double at = std::clamp(unit[i], 0.0, 1.0);
    double value =
        at == 1 ? axis.upper : std::clamp(axis.lower + at * (axis.upper - axis.lower), axis.lower, axis.upper);
    for (const auto& [scaled, exact] : axis.exact) {
      if (at == scaled) value = exact;
    }
    out[axis.variable] = value;
  }
  return out;
}

std::vector<double> UnitBox::unit(const std::vector<double>& point) const {
  std::vector<double> out;
  out.reserve(axes_.size());
  for (const Axis& axis : axes_) {
    out.push_back(std::clamp((point[axis.variable] - axis.lower) / (axis.upper - axis.lower), 0.0, 1.0));
  }
  return out;
}

}  // namespace planwise::optimizing
