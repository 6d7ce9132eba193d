// A run as JSON. The order of fields is that of the older records, for exports that people read.
#include <algorithm>

#include "core/hash.h"
#include "core/json_text.h"
#include "core/run_numbers.h"
#include "planwise/run.h"

namespace planwise {
namespace {

using core::with_real_elements;
using core::with_real_values;

/// Metadata that does not count as content.
constexpr std::string_view annotations_and_times[] = {"created_at", "updated_at", "description", "tags"};

template <typename Value>
Json value_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json time_or_null(std::optional<Timestamp> time) {
  return time && time->microseconds != 0 ? Json(to_text(*time)) : Json();
}

Json object_or_empty(const Json& value) { return value.is_null() ? Json::object() : value; }
Json array_or_empty(const Json& value) { return value.is_null() ? Json::array() : value; }

Json metadata_json(const Metadata& metadata) {
  Json::Array tags(metadata.tags.begin(), metadata.tags.end());
  Json::Object out;
  out.reserve(21);
  out.emplace_back("run_id", metadata.run_id);
  out.emplace_back("scenario_id", metadata.scenario_id);
  out.emplace_back("user_id", value_or_null(metadata.user_id));
  out.emplace_back("session_id", value_or_null(metadata.session_id));
  out.emplace_back("optimization_type", metadata.optimization_type);
  out.emplace_back("optimization_engine", metadata.optimization_engine);
  out.emplace_back("status", metadata.status);
  out.emplace_back("created_at", time_or_null(metadata.created_at));
  out.emplace_back("updated_at", time_or_null(metadata.updated_at));
  out.emplace_back("completed_at", metadata.completed_at ? Json(to_text(*metadata.completed_at)) : Json());
  out.emplace_back("random_seed", value_or_null(metadata.random_seed));
  out.emplace_back("max_evaluations", value_or_null(metadata.max_evaluations));
  out.emplace_back("timeout_minutes", value_or_null(metadata.timeout_minutes));
  out.emplace_back("use_synthetic_mode", value_or_null(metadata.use_synthetic_mode));
  out.emplace_back("runtime_seconds", value_or_null(metadata.runtime_seconds));
  out.emplace_back("function_evaluations", value_or_null(metadata.function_evaluations));
  out.emplace_back("converged", value_or_null(metadata.converged));
  out.emplace_back("convergence_message", value_or_null(metadata.convergence_message));
  out.emplace_back("description", metadata.description);
  out.emplace_back("tags", std::move(tags));
  out.emplace_back("business_justification", metadata.business_justification);
  return out;
}

Json objective_json(const Objective& objective) {
  return Json::Object{{"name", objective.name},
                      {"weight", objective.weight},
                      {"target_value", value_or_null(objective.target_value)},
                      {"direction", objective.direction},
                      {"description", objective.description}};
}

Json constraint_json(const Constraint& constraint) {
  return Json::Object{{"name", constraint.name},
                      {"constraint_type", constraint.constraint_type},
                      {"bounds", constraint.bounds},
                      {"description", constraint.description}};
}

Json configuration_json(const Configuration& configuration) {
  Json::Array objectives;
  for (const Objective& objective : configuration.objectives) objectives.push_back(objective_json(objective));
  Json::Array constraints;
  for (const Constraint& constraint : configuration.constraints) constraints.push_back(constraint_json(constraint));
  Json::Object out;
  out.emplace_back("objectives", std::move(objectives));
  out.emplace_back("constraints", std::move(constraints));
  out.emplace_back("initial_parameters", with_real_values(configuration.initial_parameters));
  out.emplace_back("parameter_bounds", core::with_real_pairs(configuration.parameter_bounds));
  out.emplace_back("algorithm_config", object_or_empty(configuration.algorithm_config));
  return out;
}

Json results_json(const Results& results) {
  Json::Object out;
  out.reserve(14);
  out.emplace_back("objective_value", value_or_null(results.objective_value));
  out.emplace_back("objective_breakdown", with_real_values(results.objective_breakdown));
  out.emplace_back("optimal_parameters", with_real_values(results.optimal_parameters));
  out.emplace_back("parameter_history", with_real_elements(results.parameter_history));
  out.emplace_back("objective_history", with_real_elements(results.objective_history));
  out.emplace_back("constraint_violations", array_or_empty(results.constraint_violations));
  out.emplace_back("parameter_warnings", array_or_empty(results.parameter_warnings));
  out.emplace_back("risk_level", value_or_null(results.risk_level));
  out.emplace_back("risk_assessment", object_or_empty(results.risk_assessment));
  out.emplace_back("estimated_cost_impact", results.estimated_cost_impact);
  out.emplace_back("estimated_employee_impact", results.estimated_employee_impact);
  out.emplace_back("projected_outcomes", object_or_empty(results.projected_outcomes));
  out.emplace_back("sensitivity_analysis", object_or_empty(results.sensitivity_analysis));
  out.emplace_back("parameter_correlations", object_or_empty(results.parameter_correlations));
  return out;
}

/// Tagged text as the reals that it stands for, at every level.
Json with_real_tags(const Json& value) {
  if (value.is_string()) {
    const auto real = core::from_non_finite_tag(value.as_string());
    return real ? Json(*real) : value;
  }
  if (value.is_array()) {
    Json::Array out;
    for (const Json& element : value.as_array()) out.push_back(with_real_tags(element));
    return out;
  }
  if (value.is_object()) {
    Json::Object out;
    for (const auto& [key, member] : value.as_object()) out.emplace_back(key, with_real_tags(member));
    return out;
  }
  return value;
}

}  // namespace

Json to_json(const Run& run) {
  Json::Object out;
  out.reserve(5);
  out.emplace_back("metadata", metadata_json(run.metadata));
  out.emplace_back("configuration", configuration_json(run.configuration));
  out.emplace_back("results", results_json(run.results));
  out.emplace_back("simulation_data", run.simulation_data.value_or(Json()));
  out.emplace_back("notes", run.notes);
  return out;
}

Json to_json(const Configuration& configuration) { return configuration_json(configuration); }

std::string content_hash(const Run& run) {
  Json document = to_json(run);
  document.erase("notes");
  Json& metadata = *document.find("metadata");
  for (const std::string_view field : annotations_and_times) metadata.erase(field);
  return core::sha256_hex(document.dump(JsonStyle::canonical));
}

std::string configuration_hash(const Configuration& configuration) {
  // Non-finite numbers were bare tokens in the earlier implementation's text. In what was stored and loaded since they
  // are tagged text, so tags where numbers belong count as numbers, and the hash is the same before and after.
  Json document = configuration_json(configuration);
  Json& algorithm_config = *document.find("algorithm_config");
  algorithm_config = with_real_tags(algorithm_config);
  for (Json& constraint : document.find("constraints")->as_array()) {
    Json& bounds = *constraint.find("bounds");
    bounds = with_real_tags(bounds);
  }
  return core::md5_hex(document.dump(JsonStyle::python_hash));
}

bool is_finished(std::string_view status) noexcept {
  return status == "completed" || status == "failed" || status == "cancelled";
}

}  // namespace planwise
