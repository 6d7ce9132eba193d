#include "manager/study_feasibility.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "manager/linear_feasibility.h"

namespace planwise::manager {

namespace {

/// Conditions on levers are sums of fractions: what rounding makes of them is less than this.
constexpr double rounding = 1e-9;
/// Part of a limit that a corner may miss it by without a doubt that the search could find better.
constexpr double doubtful = 5e-4;

/// An amount in its unit as a sentence shows it.
std::string amount(double value, std::string_view unit) {
  if (unit == "currency a year" || unit == "people" || unit == "events") return fmt::format("{:.2f}", value);
  return fmt::format("{:.6g}", value);
}

class Check {
 public:
  Check(const Study& study, const Conditions& conditions, const StudyLevers& levers, const FigureList& figures,
        const Measured* baseline, const Measure* measure)
      : study_(study),
        conditions_(conditions),
        levers_(levers),
        figures_(figures),
        baseline_(baseline),
        measure_(measure) {}

  [[nodiscard]] const std::vector<std::vector<double>>& hints() const noexcept { return hints_; }

  Feasibility run() {
    // What a figure depends on is asked over the whole box, whether or not the conditions hold there.
    const bool is_sensitivity = study_.kind == StudyKind::sensitivity;
    if (!is_sensitivity) ranges();
    if (study_.kind == StudyKind::uncertainty) return std::move(result_);  // nothing is searched
    for (const std::string& reason : levers_.empty_bounds()) add(reason);
    if (!is_sensitivity) lever_conditions();
    const bool free = std::ranges::any_of(levers_.variables(), [](const Variable& of) { return of.lower < of.upper; });
    if (!free) nothing_to_search();
    if (free && result_.possible && !is_sensitivity) corners();
    return std::move(result_);
  }

 private:
  void add(std::string reason) {
    result_.possible = false;
    result_.reasons.push_back(std::move(reason));
  }

  /// A constraint's own minimum above its maximum, and two constraints on one figure that leave nothing between them.
  void ranges() {
    const std::vector<ConditionRow>& rows = conditions_.rows();
    std::set<std::pair<std::size_t, std::size_t>> told;
    for (const ConditionRow& low : rows) {
      for (const ConditionRow& high : rows) {
        if (low.upper || !high.upper || low.on_levers || high.on_levers || low.figure != high.figure) continue;
        const bool relative =
            study_.constraints[low.constraint].relative || study_.constraints[high.constraint].relative;
        const bool alike = study_.constraints[low.constraint].relative == study_.constraints[high.constraint].relative;
        if (relative && baseline_ == nullptr && !alike) continue;
        const bool as_given = relative && baseline_ == nullptr;
        const double minimum = as_given ? low.limit : conditions_.limit_of(low, *from());
        const double maximum = as_given ? high.limit : conditions_.limit_of(high, *from());
        if (minimum <= maximum || !told.insert({low.constraint, high.constraint}).second) continue;
        const FigureRef& figure = figures_.all()[low.figure];
        const std::string where = low.year != 0 ? fmt::format(" in {}", low.year) : "";
        const std::string by = amount(minimum - maximum, unit_of(figure.figure));
        if (low.constraint == high.constraint) {
          add(fmt::format("constraint '{}' allows no value of {}{}: its minimum {} is above its maximum {} by {}",
                          study_.constraints[low.constraint].name, figure.figure, where, real_text(minimum),
                          real_text(maximum), by));
        } else {
          add(fmt::format(
              "constraints '{}' and '{}' exclude each other: {}{} would have to be at least {} and at most {}, "
              "{} apart",
              study_.constraints[low.constraint].name, study_.constraints[high.constraint].name, figure.figure, where,
              real_text(minimum), real_text(maximum), by));
        }
      }
    }
  }

  /// Each condition on levers over the box; then all together.
  void lever_conditions() {
    std::vector<std::size_t> rows;
    bool alone = true;
    for (std::size_t i = 0; i < conditions_.rows().size(); ++i) {
      const ConditionRow& row = conditions_.rows()[i];
      if (!row.on_levers) continue;
      rows.push_back(i);
      const double best = reach(row.form, !row.upper);  // as far on its good side as the box goes
      const double missing = row.upper ? best - row.limit : row.limit - best;
      if (missing <= rounding) continue;
      alone = false;
      add(fmt::format(
          "'{}' cannot hold within the bounds of the levers: it must be at {} {}, and {} it gets to is {} ({} "
          "short)",
          row.name, row.upper ? "most" : "least", real_text(row.limit), row.upper ? "the least" : "the most",
          amount(best, ""), amount(missing, "")));
    }
    if (!alone || rows.size() < 2) return;
    const double together = violation(rows);
    if (together <= rounding) return;
    // Those that make up the whole of it: without any one of them less would be missed.
    for (std::size_t k = 0; k < rows.size();) {
      std::vector<std::size_t> fewer = rows;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(k));
      if (violation(fewer) > together - rounding) {
        rows = std::move(fewer);
      } else {
        ++k;
      }
    }
    std::vector<std::string> names;
    for (const std::size_t row : rows) names.push_back(fmt::format("'{}'", conditions_.rows()[row].name));
    add(fmt::format(
        "{} cannot hold together within the bounds of the levers: at the best compromise each is missed by {}",
        fmt::join(names, " and "), amount(together, "")));
  }

  [[nodiscard]] double violation(const std::vector<std::size_t>& rows) const {
    std::vector<LinearCondition> linear;
    for (const std::size_t index : rows) {
      const ConditionRow& row = conditions_.rows()[index];
      const double sign = row.upper ? 1 : -1;
      LinearCondition condition{row.form.factors, sign * (row.limit - row.form.constant)};
      for (double& factor : condition.factors) factor *= sign;
      linear.push_back(std::move(condition));
    }
    return least_violation(linear, corner(false), corner(true));
  }

  [[nodiscard]] double reach(const LinearForm& form, bool most) const {
    double sum = form.constant;
    for (std::size_t i = 0; i < form.factors.size(); ++i) {
      const Variable& variable = levers_.variables()[i];
      sum += form.factors[i] * (((form.factors[i] > 0) == most) ? variable.upper : variable.lower);
    }
    return sum;
  }

  void nothing_to_search() {
    add(levers_.variables().empty()
            ? "every lever is locked: there is nothing to search"
            : "the bounds of every lever that is searched hold one value: there is nothing to search");
    if (baseline_ == nullptr) return;
    const Json details = conditions_.details(levers_.start_point(), *baseline_, *baseline_);
    for (const auto& [name, detail] : details.as_object()) {
      if (detail.at("satisfied").as_boolean()) continue;
      add(fmt::format(
          "'{}' is violated where everything stands: {} is {} by {}", name, real_text(detail.at("value").as_real()),
          above(detail) ? "above the maximum" : "below the minimum", amount(detail.at("violation").as_real(), "")));
    }
  }
  static bool above(const Json& detail) {
    return detail.at("maximum").is_number() && detail.at("value").as_real() > detail.at("maximum").as_real();
  }

  /// Figures where all levers are lowest and where all are highest. Pay rises with every lever but the probabilities of
  /// promotion, which move people between levels of different merit: of those the best corner is looked for one by one.
  void corners() {
    if (measure_ == nullptr || study_.evaluator.kind != EvaluatorChoice::Kind::simulator) return;
    const auto of_figure = [](const ConditionRow& row) { return !row.on_levers; };
    if (std::ranges::none_of(conditions_.rows(), of_figure)) return;
    const std::array<Ends, 2> ends{ends_of(false), ends_of(true)};
    for (const ConditionRow& row : conditions_.rows()) {
      if (row.on_levers) continue;
      if (is_cost_like(figures_.all()[row.figure]))
        look_at_cost(row, ends[row.upper ? 0 : 1], !row.upper);
      else
        look_whether_it_moves(row, ends);
    }
  }

  /// A corner of the box, with all probabilities of promotion at either end.
  struct Probe {
    std::vector<double> point;
    Measured measured;
  };
  struct Ends {
    Probe plain, other;
  };

  [[nodiscard]] Probe probe(std::vector<double> point) const {
    Measured measured = (*measure_)(point, EvaluationControl());
    return {std::move(point), std::move(measured)};
  }

  [[nodiscard]] Ends ends_of(bool highest) const {
    std::vector<double> plain = corner(highest), other = plain;
    for (std::size_t i = 0; i < plain.size(); ++i) {
      const Variable& variable = levers_.variables()[i];
      if (variable.stepped) other[i] = highest ? variable.lower : variable.upper;
    }
    return {probe(std::move(plain)), probe(std::move(other))};
  }

  /// What the row misses its limit by; at most 0: it holds.
  [[nodiscard]] double missing(const ConditionRow& row, const Measured& measured) const {
    const double value = measured.figures[row.figure], limit = conditions_.limit_of(row, *from());
    return row.upper ? value - limit : limit - value;
  }

  /// From the better end on, one probability of promotion after the other is turned to where less is missed.
  [[nodiscard]] Probe best_corner(const ConditionRow& row, const Ends& ends, double enough) const {
    Probe best = missing(row, ends.other.measured) < missing(row, ends.plain.measured) ? ends.other : ends.plain;
    for (bool better = true; better;) {
      better = false;
      for (std::size_t i = 0; i < best.point.size() && missing(row, best.measured) > enough; ++i) {
        const Variable& variable = levers_.variables()[i];
        if (!variable.stepped || !(variable.lower < variable.upper)) continue;
        std::vector<double> turned = best.point;
        turned[i] = turned[i] == variable.lower ? variable.upper : variable.lower;
        Probe next = probe(std::move(turned));
        if (!(missing(row, next.measured) < missing(row, best.measured))) continue;
        best = std::move(next);
        better = true;
      }
    }
    return best;
  }

  void look_at_cost(const ConditionRow& row, const Ends& ends, bool highest) {
    const double limit = conditions_.limit_of(row, *from());
    // Draws between the corners may come out a little better than at them: a miss so small is left to the search.
    const double enough = doubtful * std::abs(limit);
    const Probe best = best_corner(row, ends, enough);
    const double missed = missing(row, best.measured);
    const bool known = std::ranges::find(hints_, best.point) != hints_.end();
    if (!known) hints_.push_back(best.point);
    if (missed <= enough) return;
    const FigureRef& figure = figures_.all()[row.figure];
    const std::string_view unit = unit_of(figure.figure);
    add(fmt::format("at the {} levers '{}' is {} by {}: {} in {} is {} there, {} {} is asked for",
                    highest ? "highest" : "lowest", row.name, highest ? "missed" : "exceeded", amount(missed, unit),
                    figure.figure, figure.year, amount(best.measured.figures[row.figure], unit),
                    highest ? "at least" : "at most", amount(limit, unit)));
  }

  /// A figure that is the same at the start and at all corners is moved by no lever.
  void look_whether_it_moves(const ConditionRow& row, const std::array<Ends, 2>& ends) {
    if (baseline_ == nullptr) return;
    const double value = baseline_->figures[row.figure];
    for (const Ends& each : ends) {
      if (each.plain.measured.figures[row.figure] != value || each.other.measured.figures[row.figure] != value) return;
    }
    const double missed = missing(row, *baseline_), limit = conditions_.limit_of(row, *from());
    if (missed <= Conditions::tolerance * std::abs(limit)) return;
    const FigureRef& figure = figures_.all()[row.figure];
    const std::string_view unit = unit_of(figure.figure);
    add(fmt::format("'{}' is missed by {} whatever the levers: none moves {} in {}, it is {}, {} {} is asked for",
                    row.name, amount(missed, unit), figure.figure, figure.year, amount(value, unit),
                    row.upper ? "at most" : "at least", amount(limit, unit)));
  }

  [[nodiscard]] std::vector<double> corner(bool highest) const {
    std::vector<double> point;
    for (const Variable& variable : levers_.variables()) point.push_back(highest ? variable.upper : variable.lower);
    return point;
  }

  [[nodiscard]] const Measured* from() const {
    static const Measured nobody;
    return baseline_ != nullptr ? baseline_ : &nobody;
  }

  const Study& study_;
  const Conditions& conditions_;
  const StudyLevers& levers_;
  const FigureList& figures_;
  const Measured* baseline_;
  const Measure* measure_;
  Feasibility result_;
  std::vector<std::vector<double>> hints_;
};

}  // namespace

Feasibility feasibility_of(const Study& study, const Conditions& conditions, const StudyLevers& levers,
                           const FigureList& figures, const Measured* baseline, const Measure* measure,
                           std::vector<std::vector<double>>& hints) {
  Check check(study, conditions, levers, figures, baseline, measure);
  Feasibility result = check.run();
  hints = check.hints();
  return result;
}

}  // namespace planwise::manager
