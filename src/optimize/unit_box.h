/// \file
/// The free variables of a problem, each scaled by its range to 0 .. 1.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "planwise/optimization.h"

namespace planwise::optimizing {

class UnitBox {
 public:
  /// Of a problem that was checked. Points of `exact` come back bit by bit: point(unit(p)) == p.
  UnitBox(const std::vector<Variable>& variables, const std::vector<std::vector<double>>& exact);
  /// Variables that are not fixed.
  [[nodiscard]] std::size_t size() const noexcept { return axes_.size(); }
  /// The problem's point; values outside 0 .. 1 count as the nearer end.
  [[nodiscard]] std::vector<double> point(const std::vector<double>& unit) const;
  [[nodiscard]] std::vector<double> unit(const std::vector<double>& point) const;
  [[nodiscard]] bool stepped(std::size_t axis) const noexcept { return axes_[axis].stepped; }

 private:
  struct Axis {
    std::size_t variable;
    double lower, upper;
    bool stepped;
    std::vector<std::pair<double, double>> exact;  ///< Unit value and the value that it stands for.
  };
  std::vector<Axis> axes_;
  std::vector<double> fixed_;
};

}  // namespace planwise::optimizing
