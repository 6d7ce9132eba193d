/// \file
/// What a study minimises: terms, their scales and shares, goals; and one evaluation put together. Internal to manager.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manager/study_conditions.h"
#include "manager/study_evaluators.h"
#include "planwise/decisions.h"

namespace planwise::manager {

inline constexpr std::array<std::string_view, 3> term_names{"cost", "equity", "targets"};

class StudyObjective {
 public:
  using Terms = std::array<double, 3>;  ///< In the order of term_names.

  StudyObjective() = default;
  /// Asks for the figures that its goals need. Throws invalid_argument for goals that nobody knows.
  StudyObjective(const Study& study, FigureList& figures);

  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
  [[nodiscard]] bool has_scales() const noexcept;
  /// The study's scales, else the baseline's terms where they are large enough to divide by. Kept.
  void resolve_scales(const Measured& baseline);
  [[nodiscard]] const std::map<std::string, double>& scales() const noexcept { return resolved_scales_; }

  /// The terms that are optimized: within the pay cap if the study says so.
  [[nodiscard]] Terms terms_of(const Measured& measured) const;
  [[nodiscard]] double as_it_stands(const Terms& terms) const;
  [[nodiscard]] double normalised(const Terms& terms) const;
  /// Parts of the weighted sum, of the terms as they are or normalised; all 0 when the sum is 0.
  [[nodiscard]] Terms shares(const Terms& terms, ObjectiveForm form) const;
  /// One a name.
  [[nodiscard]] std::vector<double> values(const Measured& measured) const;
  /// The reverse of values(), for the figures among the goals.
  void put_figures(const std::vector<double>& values, Measured& into) const;
  /// Everything but the conditions of PreparedStudy's details.
  [[nodiscard]] Json details(const Measured& measured) const;

 private:
  struct Goal {
    enum class What { objective, term, figure } what = What::objective;
    std::size_t index = 0;  ///< Of the term or figure.
    double sign = 1;
  };
  void add_goal(const Study& study, const std::string& name, FigureList& figures);
  void add_figure(const Study& study, const std::string& name, const std::string& figure, double sign,
                  FigureList& figures);

  Terms weights_{}, scales_{};  ///< A scale of 0 is not known yet.
  bool within_cap_ = false;
  ObjectiveForm form_ = ObjectiveForm::as_it_stands;
  std::map<std::string, double> resolved_scales_;
  std::vector<std::string> names_;
  std::vector<Goal> goals_;
};

/// Objectives that can only run to the bounds, or to which one term alone matters, are told.
void warn_of_traps(const Study& study, const StudyObjective& objective, const Measured& baseline,
                   std::vector<std::string>& warnings);

/// Everything that evaluations share.
struct StudyState {
  Study study;
  std::optional<StudyLevers> levers;
  FigureList figures;
  Conditions conditions;
  StudyObjective objective;
  Measure measure;
  std::vector<double> start;
  std::optional<Measured> baseline;  ///< Of the start; never changes once `known`.
  std::atomic<bool> known{false};
  bool needs_baseline = false;  ///< For scales or relative conditions.
  std::mutex mutex;             ///< Over asking for the baseline and the objective's scales until it is known.

  void set_baseline(Measured measured);
  /// From evaluation 0 of an earlier call, so that nobody is asked for it again and the scales stay what they were.
  void take_baseline(const PointOutcome& recorded);
  [[nodiscard]] PointOutcome evaluate(const std::vector<double>& point, const EvaluationControl& control);

 private:
  void know_baseline(const EvaluationControl& control);
};

}  // namespace planwise::manager
