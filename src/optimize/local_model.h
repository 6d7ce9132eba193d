/// \file
/// What a local solver sees of a problem: values, and slopes by finite differences.
#pragma once

#include <limits>
#include <vector>

#include "optimize/search.h"

namespace planwise::optimizing {

/// How slopes are taken. Steps are parts of a variable's range.
struct Differences {
  double step = 1e-6;
  bool central = false;
  double stepped_step = 0.05;  ///< Along a variable that the function takes in steps.
};

struct LocalMethod {
  enum class Kind { slsqp, lbfgsb, cobyla };
  Kind kind = Kind::slsqp;
  Differences differences;
  double tolerance = 1e-8;           ///< Change of the variables, as a part of their ranges, that is none.
  double relative_tolerance = 1e-8;  ///< Change of the objective.
  double first_step = 1;             ///< How far the first step goes about, as a part of the ranges.
};

class LocalModel {
 public:
  LocalModel(Search& search, const Differences& differences) : search_(search), differences_(differences) {}

  /// One evaluation, or none where the point is remembered.
  [[nodiscard]] const PointOutcome& at(const UnitPoint& point);
  /// Slopes at a point: the objective's, then each constraint's, one value an axis each. The points beside it are one
  /// batch; steps go inward where a bound is near.
  [[nodiscard]] const std::vector<UnitPoint>& slopes(const UnitPoint& point);

  [[nodiscard]] std::size_t axes() const noexcept { return search_.box.size(); }
  [[nodiscard]] const std::vector<PointConstraint>& constraints() const noexcept { return search_.problem.constraints; }
  [[nodiscard]] const UnitPoint& best() const noexcept { return best_; }
  [[nodiscard]] const Rank& best_rank() const noexcept { return best_rank_; }
  /// Values asked for since the last new evaluation: a solver that only asks for what it knows does not move any more.
  [[nodiscard]] std::size_t asked_in_vain() const noexcept { return in_vain_; }

 private:
  std::vector<std::size_t> ask(const std::vector<UnitPoint>& points);

  Search& search_;
  Differences differences_;
  UnitPoint slopes_at_;
  std::vector<UnitPoint> slopes_;
  UnitPoint best_;
  Rank best_rank_{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  std::size_t in_vain_ = 0;
};

struct LocalEnding {
  bool converged = false;
  std::string words;  ///< The solver's own, where it gave up.
};
/// One run of a solver of NLopt from a point. Throws what the seam throws.
[[nodiscard]] LocalEnding run_nlopt(LocalModel& model, const LocalMethod& method, UnitPoint start);

/// Runs with finer and finer differences from a point until nothing is gained; the best found.
struct LocalSearch {
  UnitPoint best;
  Rank rank;
  bool converged = false;
  std::string words;
};
[[nodiscard]] LocalSearch descend(Search& search, LocalMethod::Kind kind, const UnitPoint& start);

}  // namespace planwise::optimizing
