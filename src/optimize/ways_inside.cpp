#include "optimize/ways_inside.h"

#include "optimize/local_model.h"

namespace planwise::optimizing {
namespace {

/// Of each axis, how what the start violates rises along it.
UnitPoint slopes_of_violation(Search& search, const UnitPoint& start) {
  LocalModel model(search, Differences{});
  const std::vector<UnitPoint>& slopes = model.slopes(start);
  const PointOutcome& outcome = search.outcome(0);
  UnitPoint out(start.size());
  for (std::size_t row = 0; row < search.problem.constraints.size(); ++row) {
    const PointConstraint& constraint = search.problem.constraints[row];
    const double value = outcome.constraints[row];
    const bool below = constraint.kind == PointConstraint::Kind::equality && value < -constraint.tolerance;
    if (value <= constraint.tolerance && !below) continue;
    for (std::size_t axis = 0; axis < out.size(); ++axis) out[axis] += (below ? -1 : 1) * slopes[row + 1][axis];
  }
  return out;
}

}  // namespace

std::vector<UnitPoint> ways_inside(Search& search) {
  if (!search.begins_outside()) return {};
  if (!search.settings.hints.empty()) return search.hints();
  UnitPoint corner = search.box.unit(search.evaluations[0].point);
  const UnitPoint slopes = slopes_of_violation(search, corner);
  for (std::size_t axis = 0; axis < corner.size(); ++axis) {
    if (slopes[axis] != 0) corner[axis] = slopes[axis] > 0 ? 0 : 1;
  }
  return {corner};
}

UnitPoint Blends::next(const UnitPoint& from) {
  constexpr double golden = 0.6180339887498949;  // Its multiples without their whole parts fill 0 .. 1 evenly.
  const std::size_t number = ++given_;
  const UnitPoint& end = ends_[number % ends_.size()];
  const double turns = golden * static_cast<double>(number);
  const double rest = 1 - (turns - static_cast<double>(static_cast<std::size_t>(turns)));
  UnitPoint out = end;
  for (std::size_t axis = 0; axis < out.size(); ++axis) out[axis] += rest * rest * (from[axis] - end[axis]);
  return out;
}

}  // namespace planwise::optimizing
