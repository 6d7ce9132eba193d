#include "optimize/local_model.h"

#include <algorithm>
#include <cmath>

namespace planwise::optimizing {

std::vector<std::size_t> LocalModel::ask(const std::vector<UnitPoint>& points) {
  const std::size_t before = search_.evaluations.size();
  const std::vector<std::size_t> indices = search_.ask(points);
  in_vain_ = search_.evaluations.size() == before ? in_vain_ + 1 : 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Rank rank = search_.rank(indices[i]);
    if (!rank.better_than(best_rank_)) continue;
    best_rank_ = rank;
    best_ = points[i];
  }
  return indices;
}

bool LocalModel::stands_still() const noexcept {
  constexpr std::size_t longest_in_vain = 500;
  // Under constraints a solver may go on without, and come back to the feasible much later.
  const std::size_t slopes_in_vain = constraints().empty() ? 12 : 100;
  constexpr double least_gain = 1e-4;  // Of the objective.
  if (in_vain_ >= longest_in_vain) return true;
  if (bests_.size() <= slopes_in_vain) return false;
  const Rank& before = bests_[bests_.size() - 1 - slopes_in_vain];
  return best_rank_.violation == before.violation &&
         before.objective - best_rank_.objective <= least_gain * std::fabs(best_rank_.objective);
}

const PointOutcome& LocalModel::at(const UnitPoint& point) { return search_.outcome(ask({point}).front()); }

const std::vector<UnitPoint>& LocalModel::slopes(const UnitPoint& point) {
  if (!slopes_at_.empty() && point == slopes_at_) return slopes_;
  std::vector<UnitPoint> points{point};
  std::vector<std::pair<double, double>> ends;  // Of each axis: where the two values are taken.
  for (std::size_t axis = 0; axis < axes(); ++axis) {
    const double step = search_.box.stepped(axis) ? differences_.stepped_step : differences_.step;
    double low = point[axis], high = point[axis] + step;
    if (high > 1) {
      high = point[axis];
      low = high - step;
    } else if (differences_.central && low - step >= 0) {
      low -= step;
    }
    ends.emplace_back(low, high);
    for (const double end : {low, high}) {
      if (end == point[axis]) continue;
      points.push_back(point);
      points.back()[axis] = end;
    }
  }
  const std::vector<std::size_t> indices = ask(points);
  const auto value = [&](std::size_t index, std::size_t row) {
    const PointOutcome& outcome = search_.outcome(indices[index]);
    return row == 0 ? outcome.objectives.front() : outcome.constraints[row - 1];
  };
  slopes_.assign(1 + constraints().size(), UnitPoint(axes()));
  std::size_t next = 1;
  for (std::size_t axis = 0; axis < axes(); ++axis) {
    const auto [low, high] = ends[axis];
    const std::size_t at_low = low == point[axis] ? 0 : next++;
    const std::size_t at_high = high == point[axis] ? 0 : next++;
    for (std::size_t row = 0; row < slopes_.size(); ++row) {
      slopes_[row][axis] = (value(at_high, row) - value(at_low, row)) / (high - low);
    }
  }
  slopes_at_ = point;
  bests_.push_back(best_rank_);
  return slopes_;
}

}  // namespace planwise::optimizing
