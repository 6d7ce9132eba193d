// The comparison as callers of the earlier implementation read it.
#include <cmath>
#include <string>
#include <unordered_map>

#include "analyse/objectives.h"
#include "analyse/same_value.h"
#include "planwise/compare.h"

namespace planwise {
namespace {

Json real_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json metadata_json(const Run& run) {
  Json result = Json::object();
  result.set("run_id", run.metadata.run_id);
  result.set("scenario_id", run.metadata.scenario_id);
  result.set("optimization_type", run.metadata.optimization_type);
  result.set("created_at", to_text(run.metadata.created_at));
  result.set("objective_value", real_or_null(run.results.objective_value));
  result.set("risk_level", run.results.risk_level ? Json(*run.results.risk_level) : Json());
  return result;
}

/// Of the finite numbers only: a run without the parameter, or with NaN, says nothing about its spread.
struct Spread {
  std::vector<double> numbers;

  void add_to(Json& entry) const {
    std::optional<double> least, greatest, variance;
    double mean = 0;
    for (double number : numbers) {
      mean += number / static_cast<double>(numbers.size());
      least = least ? std::min(*least, number) : number;
      greatest = greatest ? std::max(*greatest, number) : number;
    }
    if (!numbers.empty()) {
      variance = 0;
      for (double number : numbers)
        *variance += (number - mean) * (number - mean) / static_cast<double>(numbers.size());
    }
    entry.set("min", real_or_null(least));
    entry.set("max", real_or_null(greatest));
    entry.set("variance", real_or_null(variance));
  }
};

Json parameter_json(const std::vector<Run>& runs, const std::string& name) {
  Json values = Json::array();
  Spread spread;
  for (const Run& run : runs) {
    const Json* value = run.results.optimal_parameters.find(name);
    Json entry = Json::object();
    entry.set("run_id", run.metadata.run_id);
    entry.set("value", value == nullptr ? Json() : *value);
    entry.set("scenario", run.metadata.scenario_id);
    values.push_back(std::move(entry));
    const auto number = value == nullptr ? std::nullopt : analyse::number_in(*value);
    if (number && std::isfinite(*number)) spread.numbers.push_back(*number);
  }
  Json result = Json::object();
  result.set("values", std::move(values));
  spread.add_to(result);
  return result;
}

Json parameters_json(const std::vector<Run>& runs) {
  Json::Object result;
  std::unordered_map<std::string, bool> known;
  for (const Run& run : runs) {
    if (!run.results.optimal_parameters.is_object()) continue;
    for (const auto& [name, value] : run.results.optimal_parameters.as_object()) {
      if (known.try_emplace(name, true).second) result.emplace_back(name, parameter_json(runs, name));
    }
  }
  return Json(std::move(result));
}

Json objectives_json(const std::vector<Run>& runs) {
  Json objectives = Json::array();
  for (const Run& run : runs) {
    Json entry = Json::object();
    entry.set("run_id", run.metadata.run_id);
    entry.set("scenario", run.metadata.scenario_id);
    entry.set("objective_value", real_or_null(run.results.objective_value));
    entry.set("breakdown", run.results.objective_breakdown);
    objectives.push_back(std::move(entry));
  }
  const ComparedObjective total = analyse::compare_objectives(runs).front();
  const auto id = [&](const std::optional<std::size_t>& index) {
    return index ? Json(runs[*index].metadata.run_id) : Json();
  };
  Json result = Json::object();
  result.set("objectives", std::move(objectives));
  result.set("best_run", id(total.best));
  result.set("worst_run", id(total.worst));
  return result;
}

/// A run without a risk stands under "UNKNOWN": a key must be text.
Json risks_json(const std::vector<Run>& runs) {
  Json result = Json::object();
  for (const Run& run : runs) {
    const std::string level = run.results.risk_level.value_or("UNKNOWN");
    Json entry = Json::object();
    entry.set("run_id", run.metadata.run_id);
    entry.set("scenario", run.metadata.scenario_id);
    if (result.find(level) == nullptr) result.set(level, Json::array());
    result.find(level)->push_back(std::move(entry));
  }
  return result;
}

}  // namespace

Json compare_results(const std::vector<Run>& runs) {
  Json result = Json::object();
  if (runs.empty()) {
    result.set("error", "No valid runs found for comparison");
    return result;
  }
  Json metadata = Json::array();
  for (const Run& run : runs) metadata.push_back(metadata_json(run));
  result.set("run_count", static_cast<std::int64_t>(runs.size()));
  result.set("run_metadata", std::move(metadata));
  result.set("parameter_comparison", parameters_json(runs));
  result.set("objective_comparison", objectives_json(runs));
  result.set("risk_comparison", risks_json(runs));
  return result;
}

}  // namespace planwise
