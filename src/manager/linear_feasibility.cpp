// The first phase of the simplex method: minimise t under a.y - t <= b, y <= u, y >= 0, t >= 0, where y = x - lower.
#include "manager/linear_feasibility.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

namespace planwise::manager {

namespace {

constexpr double row_rounding = 1e-12;

/// Rows: basic variable = right side - sum of coefficients x nonbasic. Bland's rule, so that it ends.
class Tableau {
 public:
  Tableau(std::size_t rows, std::size_t columns)
      : coefficients_(rows + 1, std::vector<double>(columns, 0)), right_(rows + 1, 0), basic_(rows), free_(columns) {
    std::iota(free_.begin(), free_.end(), std::size_t{0});
    std::iota(basic_.begin(), basic_.end(), columns);
  }

  std::vector<double>& row(std::size_t i) { return coefficients_[i]; }
  double& right(std::size_t i) { return right_[i]; }
  [[nodiscard]] std::size_t rows() const { return basic_.size(); }
  /// The goal is row rows(): what is minimised is right(rows()) + sum of its coefficients x nonbasic.
  [[nodiscard]] double minimum() {
    while (const auto column = entering()) {
      const auto leaving = leaving_for(*column);
      if (!leaving) break;  // unbounded below cannot be: t >= 0
      pivot(*leaving, *column);
    }
    return right_.back();
  }
  void pivot(std::size_t row, std::size_t column) {
    std::vector<double>& of = coefficients_[row];
    const double by = of[column];
    of[column] = 1;
    for (double& value : of) value /= by;
    right_[row] /= by;
    for (std::size_t i = 0; i < coefficients_.size(); ++i) {
      const double factor = coefficients_[i][column];
      if (i == row || factor == 0) continue;
      coefficients_[i][column] = 0;
      // The goal row adds its coefficients, the others take theirs away.
      for (std::size_t k = 0; k < of.size(); ++k) coefficients_[i][k] -= factor * of[k];
      right_[i] += (i == rows() ? factor : -factor) * right_[row];
    }
    std::swap(basic_[row], free_[column]);
  }

 private:
  /// Of the columns that lower the goal, that of the first variable.
  [[nodiscard]] std::optional<std::size_t> entering() const {
    std::optional<std::size_t> first;
    for (std::size_t k = 0; k < free_.size(); ++k) {
      if (coefficients_.back()[k] < -row_rounding && (!first || free_[k] < free_[*first])) first = k;
    }
    return first;
  }
  /// The row that bounds the column's variable most; of equal ones that of the first variable.
  [[nodiscard]] std::optional<std::size_t> leaving_for(std::size_t column) const {
    std::optional<std::size_t> best;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < rows(); ++i) {
      if (coefficients_[i][column] <= row_rounding) continue;
      const double ratio = right_[i] / coefficients_[i][column];
      const bool tie = best && std::abs(ratio - least) <= row_rounding;
      if (tie ? basic_[i] >= basic_[*best] : ratio >= least) continue;
      least = std::min(least, ratio);
      best = i;
    }
    return best;
  }

  std::vector<std::vector<double>> coefficients_;
  std::vector<double> right_;
  std::vector<std::size_t> basic_, free_;
};

}  // namespace

double least_violation(const std::vector<LinearCondition>& conditions, const std::vector<double>& lower,
                       const std::vector<double>& upper) {
  const std::size_t count = lower.size(), rows = conditions.size() + count;
  Tableau tableau(rows, count + 1);  // the last column is t
  double most = 0;
  std::size_t worst = 0;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    tableau.right(i) = conditions[i].limit;
    for (std::size_t k = 0; k < count; ++k) {
      tableau.row(i)[k] = conditions[i].factors[k];
      tableau.right(i) -= conditions[i].factors[k] * lower[k];
    }
    tableau.row(i)[count] = -1;
    if (-tableau.right(i) > most) {
      most = -tableau.right(i);
      worst = i;
    }
  }
  if (most <= 0) return 0;  // all hold at the lower ends
  for (std::size_t k = 0; k < count; ++k) {
    tableau.row(conditions.size() + k)[k] = 1;
    tableau.right(conditions.size() + k) = upper[k] - lower[k];
  }
  tableau.row(rows)[count] = 1;
  tableau.pivot(worst, count);  // t as large as the worst violation: all right sides are >= 0 from here on
  return std::max(0.0, tableau.minimum());
}

}  // namespace planwise::manager
