// What the result rests on: elasticities around the point that was found.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "manager/decision_parts.h"
#include "manager/study_objective.h"
#include "manager/watched_work.h"
#include "planwise/error.h"
#include "planwise/sensitivity.h"

namespace planwise::manager {

namespace {

constexpr std::uint64_t replications = 3;  // seeds; the least that gives intervals of a use

/// The combined objective as it stands, and its terms where the evaluator gives them.
std::vector<double> outputs_of(const PointOutcome& outcome, bool with_terms) {
  Evaluation evaluation;
  evaluation.outcome = outcome;
  std::vector<double> values{value_of(evaluation)};
  if (!with_terms) return values;
  for (const std::string_view name : term_names) values.push_back(outcome.details.at("terms").at(name).as_real());
  return values;
}

/// One seed's function over the free variables, the others as in `point`.
class Around {
 public:
  Around(PreparedStudy prepared, const StudyCall& call, std::vector<std::size_t> places, std::vector<double> point,
         bool with_terms)
      : prepared_(std::move(prepared)), places_(std::move(places)), point_(std::move(point)), with_terms_(with_terms) {
    call_.threads = call.threads;
    call_.progress = call.progress;
  }

  std::vector<std::vector<double>> operator()(const std::vector<std::vector<double>>& rows) const {
    std::vector<std::vector<double>> points;
    for (const std::vector<double>& row : rows) {
      std::vector<double>& whole = points.emplace_back(point_);
      for (std::size_t i = 0; i < row.size(); ++i) whole[places_[i]] = row[i];
    }
    BatchEvaluator evaluate(prepared_.problem, call_, static_cast<std::int64_t>(points.size()));
    std::vector<std::vector<double>> outputs;
    for (const PointOutcome& outcome : evaluate(points)) outputs.push_back(outputs_of(outcome, with_terms_));
    return outputs;
  }

 private:
  PreparedStudy prepared_;
  StudyCall call_;
  std::vector<std::size_t> places_;
  std::vector<double> point_;
  bool with_terms_;
};

bool has_terms(const PreparedStudy& prepared) {
  return prepared.study.evaluator.kind != EvaluatorChoice::Kind::function;
}

SensitivityModel model_around(const PreparedStudy& prepared, const std::vector<double>& point, const StudyCall& call) {
  SensitivityModel model;
  const std::vector<std::size_t> places = free_places(prepared.problem);
  const bool with_terms = has_terms(prepared);
  for (const std::size_t place : places) {
    const Variable& variable = prepared.problem.variables[place];
    model.factors.push_back({variable.name, variable.lower, variable.upper, variable.stepped});
  }
  model.outputs = {"objective"};
  if (with_terms) model.outputs.insert(model.outputs.end(), term_names.begin(), term_names.end());
  model.evaluate = Around(prepared, call, places, point, with_terms);
  for (PreparedStudy& other : other_seeds(prepared, call))
    model.replications.emplace_back(Around(std::move(other), call, places, point, with_terms));
  return model;
}

Json elasticities_of(const LocalOutput& output) {
  Json elasticities = Json::object();
  for (const LocalEffect& effect : output.effects) {
    const Json value = effect.no_effect ? Json(0.0) : effect.elasticity ? Json(effect.elasticity->value) : Json();
    elasticities.set(effect.factor, value);
  }
  return elasticities;
}

}  // namespace

std::vector<PreparedStudy> other_seeds(const PreparedStudy& prepared, const StudyCall& call) {
  std::vector<PreparedStudy> others;
  if (!has_data(prepared.study) || !call.prepare) return others;
  for (std::uint64_t i = 1; i < replications; ++i) {
    Study other = prepared.study;
    other.simulation.seed += i * static_cast<std::uint64_t>(std::max<std::int64_t>(1, other.simulation.seeds));
    others.push_back(call.prepare(other));
  }
  return others;
}

bool keep_local_sensitivity(const PreparedStudy& prepared, const std::vector<double>& point, const StudyCall& call,
                            Run& run) {
  const EvaluatorChoice::Kind kind = prepared.study.evaluator.kind;
  Json& kept = run.results.sensitivity_analysis;
  if (kind == EvaluatorChoice::Kind::command || kind == EvaluatorChoice::Kind::callable) {
    kept = Json(Json::Object{{"method", "local"},
                             {"not_computed",
                              "each evaluation asks an evaluator of the caller's own; "
                              "`planwise sensitivity` does it when it is wanted"}});
    return true;
  }
  if (free_places(prepared.problem).empty()) return true;
  try {
    const SensitivityModel model = model_around(prepared, point, call);
    std::vector<double> at;
    for (const std::size_t place : free_places(prepared.problem)) at.push_back(point[place]);
    const LocalResult result = local_sensitivity(model, at);
    Json no_effect = Json::array();
    for (const LocalEffect& effect : result.outputs.front().effects) {
      if (effect.no_effect) no_effect.push_back(effect.factor);
    }
    kept = Json(Json::Object{{"method", "local"},
                             {"elasticities", elasticities_of(result.outputs.front())},
                             {"no_effect", std::move(no_effect)},
                             {"analysis_evaluations", result.evaluations},
                             {"local", planwise::to_json(result)}});
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) return false;
    kept = Json(Json::Object{{"method", "local"}, {"not_computed", error.what()}});
  }
  return true;
}

}  // namespace planwise::manager
