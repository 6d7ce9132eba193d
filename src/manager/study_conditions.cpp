#include "manager/study_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/near.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

using Kind = EvaluatorChoice::Kind;
constexpr int every_year = -1;

/// Levers are sums of fractions: a hundredth of a point is a difference.
constexpr double lever_step = 1e-4;

bool is_order(const StudyConstraint& constraint) { return !constraint.lever.empty() || !constraint.order.empty(); }
bool is_on_levers(const StudyConstraint& constraint) { return constraint.figure.empty(); }

std::string made_name(const StudyConstraint& constraint) {
  if (is_order(constraint)) return fmt::format("{} {}", constraint.lever, constraint.order);
  std::string name = constraint.figure;
  if (is_on_levers(constraint)) {
    for (const auto& [lever, factor] : constraint.levers) name += (name.empty() ? "" : " + ") + lever;
  }
  if (constraint.level != 0) name += fmt::format(" level {}", constraint.level);
  if (constraint.year == every_year) name += " each year";
  if (constraint.year > 0) name += fmt::format(" {}", constraint.year);
  if (constraint.minimum && !constraint.maximum) name += " minimum";
  if (constraint.maximum && !constraint.minimum) name += " maximum";
  return name;
}

}  // namespace

std::size_t FigureList::index_of(const FigureRef& figure) {
  const auto found = std::ranges::find(figures_, figure);
  const auto index = static_cast<std::size_t>(found - figures_.begin());
  if (found == figures_.end()) figures_.push_back(figure);
  return index;
}

/// Makes the rows of one constraint after the other.
struct Conditions::Builder {
  Conditions& conditions;
  const FigureScope& scope;
  const StudyLevers* levers;
  FigureList& figures;
  std::set<std::string> names = {};

  [[noreturn]] static void refuse(const StudyConstraint& constraint, const std::string& why) {
    throw Error(ErrorCode::invalid_argument, fmt::format("constraint '{}': {}", constraint.name, why));
  }

  void add(StudyConstraint& constraint) {
    if (constraint.name.empty()) {
      const std::string made = made_name(constraint);
      constraint.name = made;
      for (int number = 2; names.contains(constraint.name); ++number)
        constraint.name = fmt::format("{} ({})", made, number);
    }
    if (!names.insert(constraint.name).second)
      refuse(constraint, "the name is taken by another one; give each its own");
    const int kinds = int{!constraint.figure.empty()} + int{!constraint.levers.empty()} + int{is_order(constraint)};
    if (kinds != 1) refuse(constraint, "exactly one of figure, levers, and lever with order is needed");
    for (const auto& limit : {constraint.minimum, constraint.maximum}) {
      if (limit && !std::isfinite(*limit)) refuse(constraint, "a limit is no finite number");
    }
    if (is_order(constraint)) {
      add_order(constraint);
      return;
    }
    if (!constraint.minimum && !constraint.maximum) refuse(constraint, "minimum, maximum or both are needed");
    if (is_on_levers(constraint)) {
      add_levers(constraint);
    } else {
      add_figure(constraint);
    }
  }

  void add_order(const StudyConstraint& constraint) {
    if (constraint.order != "ascending" && constraint.order != "descending")
      refuse(constraint, fmt::format("order is '{}'; ascending and descending are allowed", constraint.order));
    need_levers(constraint);
    if (constraint.relative || constraint.minimum || constraint.maximum)
      refuse(constraint, "an order has no minimum, maximum or relative; `gap` is allowed");
    const std::string where = fmt::format("constraint '{}': ", constraint.name);
    const bool ascending = constraint.order == "ascending";
    for (int level = 1; level < static_cast<int>(level_count); ++level) {
      LinearForm difference = levers->form_of(fmt::format("{}_level_{}", constraint.lever, level + 1), where);
      const LinearForm lower = levers->form_of(fmt::format("{}_level_{}", constraint.lever, level), where);
      add_scaled(difference, lower, -1);
      if (!ascending) add_scaled(difference, LinearForm(difference), -2);
      push_levers(fmt::format("{} ({} to {})", constraint.name, level, level + 1), std::move(difference),
                  constraint.gap, false);
    }
  }

  void add_levers(const StudyConstraint& constraint) {
    need_levers(constraint);
    if (constraint.relative) refuse(constraint, "relative is for figures; levers have minimum and maximum");
    if (constraint.year != 0 || constraint.level != 0) refuse(constraint, "levers know no year and level here");
    LinearForm sum;
    for (const auto& [name, factor] : constraint.levers) {
      if (!std::isfinite(factor)) refuse(constraint, fmt::format("the factor of {} is no finite number", name));
      const LinearForm form = levers->form_of(name, fmt::format("constraint '{}': ", constraint.name));
      sum.factors.resize(form.factors.size(), 0);
      add_scaled(sum, form, factor);
    }
    if (constraint.minimum) push_levers(side(constraint, "minimum"), sum, *constraint.minimum, false);
    if (constraint.maximum) push_levers(side(constraint, "maximum"), sum, *constraint.maximum, true);
  }

  void add_figure(StudyConstraint& constraint) {
    check_figure(constraint);
    if (constraint.year == 0) constraint.year = scope.target_year;
    std::vector<int> years{constraint.year};
    if (constraint.year == every_year) {
      years.clear();
      for (int year = scope.first_year; year <= scope.last_year; ++year) years.push_back(year);
    }
    conditions.need_baseline_ = conditions.need_baseline_ || constraint.relative;
    for (const int year : years) {
      const std::string suffix = years.size() > 1 ? fmt::format(" {}", year) : "";
      ConditionRow row;
      row.constraint = index();
      row.year = year;
      row.figure = figures.index_of({constraint.figure, year, constraint.level});
      for (const bool upper : {false, true}) {
        const std::optional<double>& limit = upper ? constraint.maximum : constraint.minimum;
        if (!limit) continue;
        row.name = side(constraint, upper ? "maximum" : "minimum") + suffix;
        row.upper = upper;
        row.limit = *limit;
        row.scale = constraint.relative ? 0 : std::max(std::abs(*limit), unit_step(constraint.figure));
        conditions.rows_.push_back(row);
      }
    }
  }

  void check_figure(const StudyConstraint& constraint) const {
    const bool by_year = scope.kind == Kind::simulator;
    if (scope.kind == Kind::function)
      refuse(constraint, "a test function has no figures and levers to put conditions on");
    if (by_year && !is_figure(constraint.figure)) {
      const std::vector<std::string_view> known = figure_names();
      refuse(constraint, fmt::format("there is no figure '{}'{}; allowed are {}", constraint.figure,
                                     core::did_you_mean(constraint.figure, known), fmt::join(known, ", ")));
    }
    if (scope.kind == Kind::synthetic && constraint.figure != "cost" && constraint.figure != "equity" &&
        constraint.figure != "targets") {
      refuse(constraint,
             fmt::format("the synthetic formula has no figure '{}'; cost, equity and targets are allowed, and "
                         "conditions on levers",
                         constraint.figure));
    }
    if (!by_year && (constraint.year != 0 || constraint.level != 0) && constraint.year != scope.target_year)
      refuse(constraint, "year and level are for the simulator; give the figure a name of its own");
    if (constraint.level != 0 && by_year && !knows_levels(constraint.figure)) {
      refuse(constraint,
             fmt::format("{} is not known by level; active_compensation, active_mean and active_headcount are",
                         constraint.figure));
    }
    if (constraint.level < 0 || constraint.level > static_cast<int>(level_count))
      refuse(constraint, fmt::format("level is {}; 0 to {} is allowed", constraint.level, level_count));
    const bool simulated = constraint.year >= scope.first_year && constraint.year <= scope.last_year;
    if (by_year && constraint.year != 0 && constraint.year != every_year && !simulated) {
      refuse(constraint, fmt::format("year is {}; {} to {} are simulated (-1: each)", constraint.year, scope.first_year,
                                     scope.last_year));
    }
  }

  void need_levers(const StudyConstraint& constraint) const {
    if (levers == nullptr) refuse(constraint, "a test function has no levers to put conditions on");
  }

  void push_levers(std::string name, LinearForm form, double limit, bool upper) {
    ConditionRow row;
    row.constraint = index();
    row.name = std::move(name);
    row.upper = upper;
    row.limit = limit;
    row.on_levers = true;
    double reach = 0;  // of the sum over the box: a violation of all of it is 1
    for (std::size_t i = 0; i < form.factors.size(); ++i) {
      const Variable& variable = levers->variables()[i];
      reach += std::abs(form.factors[i]) * (variable.upper - variable.lower);
    }
    row.scale = std::max(reach, lever_step);
    row.form = std::move(form);
    conditions.rows_.push_back(std::move(row));
  }

  static void add_scaled(LinearForm& into, const LinearForm& form, double factor) {
    into.constant += factor * form.constant;
    for (std::size_t i = 0; i < form.factors.size(); ++i) into.factors[i] += factor * form.factors[i];
  }
  static std::string side(const StudyConstraint& constraint, std::string_view which) {
    return constraint.minimum && constraint.maximum ? fmt::format("{} {}", constraint.name, which) : constraint.name;
  }
  [[nodiscard]] std::size_t index() const { return names.size() - 1; }
};

Conditions::Conditions(std::vector<StudyConstraint>& constraints, const FigureScope& scope, const StudyLevers* levers,
                       FigureList& figures) {
  Builder builder{*this, scope, levers, figures};
  for (StudyConstraint& constraint : constraints) builder.add(constraint);
  constraints_ = constraints;
}

std::vector<PointConstraint> Conditions::point_constraints() const {
  std::vector<PointConstraint> result;
  for (const ConditionRow& row : rows_) result.push_back({row.name, PointConstraint::Kind::inequality, tolerance});
  return result;
}

double Conditions::value_of(const ConditionRow& row, const std::vector<double>& point, const Measured& measured) {
  return row.on_levers ? row.form.at(point) : measured.figures[row.figure];
}

double Conditions::limit_of(const ConditionRow& row, const Measured& baseline) const {
  if (row.on_levers || !constraints_[row.constraint].relative) return row.limit;
  const double from = baseline.figures[row.figure];
  return from + std::abs(from) * row.limit;
}

double Conditions::excess(const ConditionRow& row, double value, const Measured& baseline) const {
  const double limit = limit_of(row, baseline);
  const double scale =
      row.scale > 0 ? row.scale : std::max(std::abs(limit), unit_step(constraints_[row.constraint].figure));
  return (row.upper ? value - limit : limit - value) / scale;
}

std::vector<double> Conditions::values(const std::vector<double>& point, const Measured& measured,
                                       const Measured& baseline) const {
  std::vector<double> result;
  result.reserve(rows_.size());
  for (const ConditionRow& row : rows_) result.push_back(excess(row, value_of(row, point, measured), baseline));
  return result;
}

Json Conditions::details(const std::vector<double>& point, const Measured& measured, const Measured& baseline) const {
  Json result = Json::object();
  for (std::size_t i = 0; i < constraints_.size(); ++i) {
    const ConditionRow* worst = nullptr;
    double most = -std::numeric_limits<double>::infinity();
    for (const ConditionRow& row : rows_) {
      if (row.constraint != i) continue;
      const double above = excess(row, value_of(row, point, measured), baseline);
      if (above > most || worst == nullptr) {
        most = above;
        worst = &row;
      }
    }
    const double value = value_of(*worst, point, measured);
    Json detail = Json::object();
    detail.set("value", value);
    detail.set("year", worst->on_levers ? Json() : Json(worst->year));
    Json minimum, maximum;
    for (const ConditionRow& row : rows_) {
      const bool same = row.constraint == i && row.year == worst->year && (!is_order(constraints_[i]) || &row == worst);
      if (same) (row.upper ? maximum : minimum) = limit_of(row, baseline);
    }
    const double limit = limit_of(*worst, baseline);
    const double beyond = worst->upper ? value - limit : limit - value;
    const bool satisfied = most <= tolerance;
    detail.set("minimum", std::move(minimum));
    detail.set("maximum", std::move(maximum));
    detail.set("violation", satisfied ? 0.0 : beyond);
    detail.set("headroom", satisfied ? std::max(0.0, -beyond) : 0.0);
    detail.set("satisfied", satisfied);
    result.set(constraints_[i].name, std::move(detail));
  }
  return result;
}

Json constraint_row(const StudyConstraint& constraint, const Json* detail) {
  Json row = Json::object();
  const bool on_levers = is_on_levers(constraint);
  row.set("name", constraint.name);
  row.set("figure", on_levers ? Json(is_order(constraint) ? "order of levers" : "levers") : Json(constraint.figure));
  row.set("unit", on_levers ? "fraction" : unit_of(constraint.figure));
  row.set("level", constraint.level == 0 ? Json() : Json(constraint.level));
  for (const char* key : {"year", "minimum", "maximum", "value", "violation", "headroom", "satisfied"})
    row.set(key, detail == nullptr || detail->find(key) == nullptr ? Json() : detail->at(key));
  return row;
}

}  // namespace planwise::manager
