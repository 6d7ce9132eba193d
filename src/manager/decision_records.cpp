// Evaluations as JSON, and what a run keeps of them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "manager/decision_parts.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

Json list_of(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(value);
  return list;
}

std::vector<double> reals_of(const Json& list) {
  std::vector<double> values;
  for (const Json& value : list.as_array()) values.push_back(value.as_real());
  return values;
}

/// Names and values of a point's own coordinates: levers that are not searched are the same in every evaluation.
Json searched_levers(const Problem& problem, const std::vector<double>& point) {
  Json levers = Json::object();
  for (std::size_t i = 0; i < point.size(); ++i) levers.set(problem.variables[i].name, point[i]);
  return levers;
}

std::optional<double> correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double mean_a = 0, mean_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mean_a += a[i] / n;
    mean_b += b[i] / n;
  }
  double both = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  const double scale = std::sqrt(square_a) * std::sqrt(square_b);
  if (!(scale > 0) || !std::isfinite(scale)) return std::nullopt;
  return std::clamp(both / scale, -1.0, 1.0);
}

Json correlation_json(const std::vector<double>& a, const std::vector<double>& b) {
  const std::optional<double> value = correlation(a, b);
  return value ? Json(*value) : Json();
}

/// Pearson's, over the points that the search went through: they are no sample of the whole box.
Json correlations(const Problem& problem, const std::vector<Evaluation>& evaluations) {
  constexpr std::size_t least_points = 3, most_variables = 60;
  std::vector<std::vector<double>> columns(problem.variables.size());
  std::vector<double> values;
  for (const Evaluation& evaluation : evaluations) {
    const double value = value_of(evaluation);
    if (!std::isfinite(value)) continue;
    values.push_back(value);
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].push_back(evaluation.point[i]);
  }
  if (values.size() < least_points) return Json::object();
  Json with_objective = Json::object(), between = Json::object();
  for (std::size_t i = 0; i < columns.size(); ++i)
    with_objective.set(problem.variables[i].name, correlation_json(columns[i], values));
  for (std::size_t i = 0; i < columns.size() && columns.size() <= most_variables; ++i) {
    Json row = Json::object();
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (j != i) row.set(problem.variables[j].name, correlation_json(columns[i], columns[j]));
    }
    between.set(problem.variables[i].name, std::move(row));
  }
  return Json(Json::Object{{"with_objective", std::move(with_objective)},
                           {"between_levers", std::move(between)},
                           {"points", static_cast<std::int64_t>(values.size())},
                           {"method", "pearson over the points evaluated"}});
}

}  // namespace

Json to_json(const Evaluation& evaluation) {
  Json record = Json::object();
  record.set("number", evaluation.number);
  record.set("point", list_of(evaluation.point));
  if (!evaluation.error.empty()) {
    record.set("error", evaluation.error);
    return record;
  }
  record.set("objectives", list_of(evaluation.outcome.objectives));
  if (!evaluation.outcome.constraints.empty()) record.set("constraints", list_of(evaluation.outcome.constraints));
  if (!evaluation.outcome.details.is_null()) record.set("details", evaluation.outcome.details);
  return record;
}

Evaluation evaluation_from(const Json& record) {
  try {
    Evaluation evaluation;
    evaluation.number = record.at("number").as_integer();
    evaluation.point = reals_of(record.at("point"));
    if (const Json* error = record.find("error")) {
      evaluation.error = error->as_string();
      return evaluation;
    }
    evaluation.outcome.objectives = reals_of(record.at("objectives"));
    if (const Json* constraints = record.find("constraints")) evaluation.outcome.constraints = reals_of(*constraints);
    if (const Json* details = record.find("details")) evaluation.outcome.details = *details;
    return evaluation;
  } catch (const Error& error) {
    throw Error(ErrorCode::corrupt, fmt::format("a stored evaluation cannot be read: {}", error.what()));
  }
}

std::vector<Evaluation> usable(std::vector<Evaluation> evaluations) {
  std::size_t good = 0;
  while (good < evaluations.size() && evaluations[good].number == static_cast<std::int64_t>(good) &&
         evaluations[good].error.empty())
    ++good;
  evaluations.resize(good);
  return evaluations;
}

double value_of(const Evaluation& evaluation) {
  if (!evaluation.error.empty() || evaluation.outcome.objectives.empty())
    return std::numeric_limits<double>::quiet_NaN();
  if (const Json* combined = evaluation.outcome.details.find("objective"); combined != nullptr && combined->is_number())
    return combined->as_real();
  return evaluation.outcome.objectives.front();
}

void keep_evaluations(const PreparedStudy& prepared, const std::vector<Evaluation>& evaluations, Run& run) {
  const bool whole = evaluations.size() <= longest_history;
  Json points = Json::array(), values = Json::array(), records = Json::array();
  double best = std::numeric_limits<double>::infinity();
  for (const Evaluation& evaluation : evaluations) {
    const double value = value_of(evaluation);
    // By what is optimised, which a study in normalised form has another value for.
    const bool good = evaluation.error.empty() && violation_of(prepared.problem, evaluation.outcome) == 0;
    const double optimised =
        prepared.study.kind == StudyKind::optimize && good ? evaluation.outcome.objectives[0] : value;
    const bool improves = good && optimised < best;
    if (improves) best = optimised;
    if (!whole && !improves) continue;
    points.push_back(searched_levers(prepared.problem, evaluation.point));
    values.push_back(value);
    if (whole) records.push_back(to_json(evaluation));
  }
  run.results.parameter_history = std::move(points);
  run.results.objective_history = std::move(values);
  run.results.parameter_correlations = correlations(prepared.problem, evaluations);
  run.results.projected_outcomes.set(
      "history",
      whole ? "one entry an evaluation" : fmt::format("improvements only, of {} evaluations", evaluations.size()));
  if (evaluations.empty() || !whole) return;
  if (!run.simulation_data) run.simulation_data = Json::object();
  run.simulation_data->set("evaluations", std::move(records));
}

}  // namespace planwise::manager
