/// \file
/// The constraints of a study made ready: which figures they need, the rows that the solvers see, the rows that people
/// see. Internal to manager.
#pragma once

#include <string>
#include <vector>

#include "manager/study_figures.h"
#include "manager/study_levers.h"
#include "planwise/decisions.h"

namespace planwise::manager {

/// The figures that a study needs of its evaluator, each once.
class FigureList {
 public:
  std::size_t index_of(const FigureRef& figure);
  [[nodiscard]] const std::vector<FigureRef>& all() const noexcept { return figures_; }

 private:
  std::vector<FigureRef> figures_;
};

/// What an evaluator can tell.
struct FigureScope {
  EvaluatorChoice::Kind kind = EvaluatorChoice::Kind::simulator;
  int first_year = 0, last_year = 0, target_year = 0;
};

/// One side of one constraint in one year: what a solver sees. It holds when (value - limit) / scale, turned so that
/// above 0 is a violation, is at most `tolerance`.
struct ConditionRow {
  std::size_t constraint = 0;  ///< Index into the study's.
  std::string name;
  int year = 0;
  bool upper = true;
  double limit = 0;  ///< Relative ones: the change allowed.
  double scale = 1;  ///< 0: from the limit, once the baseline is known.
  bool on_levers = false;
  std::size_t figure = 0;  ///< In the FigureList; of levers unused.
  LinearForm form;         ///< Of levers.
};

class Conditions {
 public:
  static constexpr double tolerance = 1e-8;

  Conditions() = default;
  /// Gives nameless constraints a name and their year, and checks them. Throws invalid_argument naming the constraint
  /// and what is allowed. Limits that exclude each other are no error here.
  Conditions(std::vector<StudyConstraint>& constraints, const FigureScope& scope, const StudyLevers* levers,
             FigureList& figures);

  [[nodiscard]] const std::vector<ConditionRow>& rows() const noexcept { return rows_; }
  [[nodiscard]] std::vector<PointConstraint> point_constraints() const;
  [[nodiscard]] bool need_baseline() const noexcept { return need_baseline_; }
  /// One a row. `baseline`: its figures; needed when need_baseline().
  [[nodiscard]] std::vector<double> values(const std::vector<double>& point, const Measured& measured,
                                           const Measured& baseline) const;
  /// {constraint name: {"value", "year", "level", "minimum", "maximum", "violation", "headroom", "satisfied"}}, of the
  /// worst year, in the figure's unit.
  [[nodiscard]] Json details(const std::vector<double>& point, const Measured& measured,
                             const Measured& baseline) const;
  /// The value of a row in its unit, and the limit that it is held against.
  [[nodiscard]] static double value_of(const ConditionRow& row, const std::vector<double>& point,
                                       const Measured& measured);
  [[nodiscard]] double limit_of(const ConditionRow& row, const Measured& baseline) const;

 private:
  struct Builder;
  [[nodiscard]] double excess(const ConditionRow& row, double value, const Measured& baseline) const;

  std::vector<StudyConstraint> constraints_;
  std::vector<ConditionRow> rows_;
  bool need_baseline_ = false;
};

/// The study's constraint as lists show it: {name, figure, unit, year, level, minimum, maximum, value, violation,
/// headroom, satisfied}. `detail`: the constraint's member of Conditions::details, or nullptr when there is none.
[[nodiscard]] Json constraint_row(const StudyConstraint& constraint, const Json* detail);

}  // namespace planwise::manager
