#include "manager/study_objective.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/near.h"
#include "core/refuse.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

using Kind = EvaluatorChoice::Kind;

/// A scale below which a term is no measure: one point of growth, squared; else next to nothing.
constexpr StudyObjective::Terms least_scales{1e-9, 1e-9, 1e-4};
constexpr double dominant_share = 0.95;

using core::refuse;

std::optional<std::size_t> term_index(std::string_view name) {
  const auto found = std::ranges::find(term_names, name);
  if (found == term_names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - term_names.begin());
}

}  // namespace

StudyObjective::StudyObjective(const Study& study, FigureList& figures)
    : weights_{study.objective.cost, study.objective.equity, study.objective.targets},
      within_cap_(study.objective.within_pay_cap),
      form_(study.objective.form),
      resolved_scales_(study.objective.scales) {
  for (const auto& [name, scale] : resolved_scales_) scales_[*term_index(name)] = scale;
  switch (study.kind) {
    case StudyKind::tune:
      add_figure(study, "mean_growth", "mean_growth", 1, figures);
      break;
    case StudyKind::sensitivity:
      add_goal(study, study.sensitivity.figure, figures);
      break;
    case StudyKind::pareto: {
      const std::set<std::string> goals(study.pareto.begin(), study.pareto.end());
      if (goals.size() < 2 || goals.size() != study.pareto.size()) {
        refuse(fmt::format("pareto is [{}]; two or more of cost, equity, targets and growth are allowed, each once",
                           fmt::join(study.pareto, ", ")));
      }
      for (const std::string& goal : study.pareto) {
        if (!term_index(goal) && goal != "growth")
          refuse(fmt::format("pareto names '{}'; cost, equity, targets and growth are allowed", goal));
        add_goal(study, goal, figures);
      }
      break;
    }
    default:
      add_goal(study, "objective", figures);
  }
}

void StudyObjective::add_goal(const Study& study, const std::string& name, FigureList& figures) {
  if (name == "objective") {
    names_.push_back(name);
    goals_.push_back({});
  } else if (const auto term = term_index(name)) {
    names_.push_back(name);
    goals_.push_back({Goal::What::term, *term, 1});
  } else if (name == "growth") {  // as much as possible
    add_figure(study, name, "mean_growth", study.kind == StudyKind::pareto ? -1 : 1, figures);
  } else {
    add_figure(study, name, name, 1, figures);
  }
}

void StudyObjective::add_figure(const Study& study, const std::string& name, const std::string& figure, double sign,
                                FigureList& figures) {
  if (study.evaluator.kind == Kind::synthetic)
    refuse(fmt::format("the synthetic formula knows no {}; objective, cost, equity and targets are allowed", name));
  if (study.evaluator.kind == Kind::simulator && !is_figure(figure)) {
    std::vector<std::string_view> known = figure_names();
    known.push_back("objective");
    refuse(fmt::format("there is no figure '{}'{}; allowed are {}", name, core::did_you_mean(name, known),
                       fmt::join(known, ", ")));
  }
  names_.push_back(name);
  goals_.push_back({Goal::What::figure, figures.index_of({figure, study.simulation.target_year, 0}), sign});
}

bool StudyObjective::has_scales() const noexcept {
  return std::ranges::all_of(scales_, [](double scale) { return scale > 0; });
}

void StudyObjective::resolve_scales(const Measured& baseline) {
  const Terms terms = terms_of(baseline);
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (scales_[i] <= 0) scales_[i] = std::max(std::abs(terms[i]), least_scales[i]);
    resolved_scales_[std::string(term_names[i])] = scales_[i];
  }
}

StudyObjective::Terms StudyObjective::terms_of(const Measured& measured) const {
  if (within_cap_) return {measured.cost_within_cap, measured.equity_within_cap, measured.targets};
  return {measured.cost, measured.equity, measured.targets};
}

double StudyObjective::as_it_stands(const Terms& terms) const {
  return weights_[0] * terms[0] + weights_[1] * terms[1] + weights_[2] * terms[2];
}

double StudyObjective::normalised(const Terms& terms) const {
  return as_it_stands({terms[0] / scales_[0], terms[1] / scales_[1], terms[2] / scales_[2]});
}

StudyObjective::Terms StudyObjective::shares(const Terms& terms, ObjectiveForm form) const {
  Terms parts{};
  double sum = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    parts[i] = weights_[i] * terms[i] / (form == ObjectiveForm::normalised ? scales_[i] : 1.0);
    sum += parts[i];
  }
  for (double& part : parts) part = sum != 0 ? part / sum : 0.0;
  return parts;
}

std::vector<double> StudyObjective::values(const Measured& measured) const {
  const Terms terms = terms_of(measured);
  std::vector<double> result;
  for (const Goal& goal : goals_) {
    switch (goal.what) {
      case Goal::What::objective:
        result.push_back(form_ == ObjectiveForm::normalised ? normalised(terms) : as_it_stands(terms));
        break;
      case Goal::What::term:
        result.push_back(terms[goal.index]);
        break;
      case Goal::What::figure:
        result.push_back(goal.sign * measured.figures[goal.index]);
        break;
    }
  }
  return result;
}

void StudyObjective::put_figures(const std::vector<double>& values, Measured& into) const {
  for (std::size_t i = 0; i < std::min(goals_.size(), values.size()); ++i) {
    if (goals_[i].what == Goal::What::figure) into.figures[goals_[i].index] = goals_[i].sign * values[i];
  }
}

Json StudyObjective::details(const Measured& measured) const {
  const auto object = [](const Terms& values) {
    Json result = Json::object();
    for (std::size_t i = 0; i < values.size(); ++i) result.set(term_names[i], values[i]);
    return result;
  };
  const Terms terms = terms_of(measured);
  Json details = Json::object();
  details.set("objective", as_it_stands(terms));
  details.set("normalised", normalised(terms));
  Json all = object({measured.cost, measured.equity, measured.targets});
  if (measured.knows_cap) {
    all.set("cost_within_cap", measured.cost_within_cap);
    all.set("equity_within_cap", measured.equity_within_cap);
  }
  details.set("terms", std::move(all));
  details.set("shares", object(shares(terms, ObjectiveForm::normalised)));
  details.set("shares_as_it_stands", object(shares(terms, ObjectiveForm::as_it_stands)));
  details.set("scales", object(scales_));
  return details;
}

void warn_of_traps(const Study& study, const StudyObjective& objective, const Measured& baseline,
                   std::vector<std::string>& warnings) {
  if (study.kind != StudyKind::optimize) return;
  const ObjectiveChoice& choice = study.objective;
  const StudyObjective::Terms raw = objective.shares(objective.terms_of(baseline), ObjectiveForm::as_it_stands);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool alone = (i == 0 ? choice.cost : i == 1 ? choice.equity : choice.targets) > 1 - 1e-6;
    if (choice.form != ObjectiveForm::as_it_stands || raw[i] < dominant_share || alone) continue;
    warnings.push_back(
        fmt::format("{} makes {:.2f} % of the objective as it stands at the start, whatever the weights of the "
                    "others: the terms have different scales; objective.form = \"normalised\" divides each "
                    "by its value at the start",
                    term_names[i], 100 * raw[i]));
  }
  if (study.evaluator.kind != Kind::simulator) return;
  if (choice.targets > 0 && !choice.compensation_growth) {
    warnings.push_back(
        "targets is constant: it looks at headcount growth, which no lever moves; "
        "objective.compensation_growth (a target for the growth of average pay, 0.03) gives it something "
        "to steer to");
  }
  const bool floor = std::ranges::any_of(study.constraints, [](const StudyConstraint& constraint) {
    return constraint.minimum.has_value() || !constraint.order.empty();
  });
  if (choice.cost > 0 && !floor && !choice.compensation_growth) {
    warnings.push_back(
        "cost rises with every pay lever and nothing in the model pushes back (nobody leaves for low pay): "
        "expect levers at their lower bounds; a constraint with a minimum, or "
        "objective.compensation_growth, keeps them up");
  }
}

void StudyState::set_baseline(Measured measured) {
  objective.resolve_scales(measured);
  baseline = std::move(measured);
  known.store(true, std::memory_order_release);
}

void StudyState::take_baseline(const PointOutcome& recorded) {
  const std::lock_guard guard(mutex);
  if (!needs_baseline || known.load(std::memory_order_acquire)) return;
  const Json* terms = recorded.details.find("terms");
  const Json* values = recorded.details.find("figures");
  if (terms == nullptr || values == nullptr) return;
  Measured measured;
  measured.cost = terms->at("cost").as_real();
  measured.equity = terms->at("equity").as_real();
  measured.targets = terms->at("targets").as_real();
  measured.figures.resize(figures.all().size(), 0);
  for (const ConditionRow& row : conditions.rows()) {
    const Json* value = row.on_levers ? nullptr : values->find(study.constraints[row.constraint].name);
    if (value != nullptr && value->is_number()) measured.figures[row.figure] = value->as_real();
  }
  objective.put_figures(recorded.objectives, measured);
  set_baseline(std::move(measured));
}

void StudyState::know_baseline(const EvaluationControl& control) {
  const std::lock_guard guard(mutex);
  if (!known.load(std::memory_order_acquire)) set_baseline(measure(start, control));
}

PointOutcome StudyState::evaluate(const std::vector<double>& point, const EvaluationControl& control) {
  if (needs_baseline && !known.load(std::memory_order_acquire)) know_baseline(control);
  const bool remembered = known.load(std::memory_order_acquire) && point == start;
  const Measured measured = remembered ? *baseline : measure(point, control);
  const Measured& from = conditions.need_baseline() ? *baseline : measured;
  PointOutcome outcome;
  outcome.objectives = objective.values(measured);
  outcome.constraints = conditions.values(point, measured, from);
  outcome.details = objective.details(measured);
  Json values = Json::object();
  Json of_conditions = conditions.details(point, measured, from);
  for (const auto& [name, condition] : of_conditions.as_object()) values.set(name, condition.at("value"));
  outcome.details.set("figures", std::move(values));
  outcome.details.set("conditions", std::move(of_conditions));
  return outcome;
}

}  // namespace planwise::manager
