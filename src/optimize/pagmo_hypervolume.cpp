// The only file that knows pagmo's hypervolume.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <pagmo/utils/hypervolume.hpp>

#include "planwise/error.h"
#include "planwise/optimization.h"

namespace planwise {
namespace {

void check_point(const std::vector<double>& point, std::size_t length, const char* what) {
  if (point.size() != length) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} has {} values; allowed are {}, as the reference has", what, point.size(), length));
  }
  if (!std::all_of(point.begin(), point.end(), [](double value) { return std::isfinite(value); })) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} has a value that is not finite; allowed are finite ones", what));
  }
}

}  // namespace

double hypervolume(const std::vector<std::vector<double>>& points, const std::vector<double>& reference) {
  constexpr std::size_t most_values = 10;
  if (reference.empty() || reference.size() > most_values) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the reference has {} values; allowed are 1 to {}", reference.size(), most_values));
  }
  check_point(reference, reference.size(), "the reference");
  std::vector<std::vector<double>> within;
  for (const std::vector<double>& point : points) {
    check_point(point, reference.size(), "a point");
    if (std::equal(point.begin(), point.end(), reference.begin(), std::less<>())) within.push_back(point);
  }
  if (within.empty()) return 0;
  if (reference.size() == 1) return reference.front() - (*std::min_element(within.begin(), within.end())).front();
  std::vector<std::vector<double>> front;  // pagmo's time grows fast with the number of points.
  for (const std::size_t index : pareto_front(within)) front.push_back(within[index]);
  try {
    return pagmo::hypervolume(std::move(front), false).compute(reference);
  } catch (const std::exception& failure) {
    throw Error(ErrorCode::internal, std::string("pagmo says: ") + failure.what());
  }
}

}  // namespace planwise
