#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "planwise/error.h"
#include "planwise/optimization.h"

namespace planwise {
namespace {

/// Indices in lexicographic order, the earlier of equals first: no point is dominated by one that comes after it.
std::vector<std::size_t> ordered(const std::vector<std::vector<double>>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a] < points[b]; });
  return order;
}

bool none_above(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
  }
  return true;
}

}  // namespace

std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& points) {
  std::vector<std::size_t> front;
  if (points.empty()) return front;
  const std::size_t length = points.front().size();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].size() == length) continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("point {} has {} values; allowed are {}, as the first has", i, points[i].size(), length));
  }
  double least_second = std::numeric_limits<double>::infinity();
  for (const std::size_t index : ordered(points)) {
    const std::vector<double>& point = points[index];
    if (length == 2) {
      if (!front.empty() && point[1] >= least_second) continue;
      least_second = point[1];
    } else if (std::any_of(front.begin(), front.end(),
                           [&](std::size_t other) { return none_above(points[other], point); })) {
      continue;
    }
    front.push_back(index);
  }
  return front;
}

std::size_t knee_of(const std::vector<std::vector<double>>& points, const std::vector<std::size_t>& front) {
  if (front.empty())
    throw Error(ErrorCode::invalid_argument, "an empty front has no knee; allowed is one point or more");
  const std::size_t length = points.at(front.front()).size();
  std::vector<double> low(length, std::numeric_limits<double>::infinity()),
      high(length, -std::numeric_limits<double>::infinity());
  for (const std::size_t index : front) {
    for (std::size_t i = 0; i < length; ++i) {
      low[i] = std::min(low[i], points.at(index).at(i));
      high[i] = std::max(high[i], points[index][i]);
    }
  }
  // With the extremes scaled to the ends of the axes, the distance below their plane falls with the sum of the parts.
  std::size_t knee = front.front();
  double least = std::numeric_limits<double>::infinity();
  for (const std::size_t index : front) {
    double sum = 0;
    for (std::size_t i = 0; i < length; ++i) {
      if (high[i] > low[i]) sum += (points[index][i] - low[i]) / (high[i] - low[i]);
    }
    if (sum < least) {
      least = sum;
      knee = index;
    }
  }
  return knee;
}

}  // namespace planwise
