// A run out of JSON: ours, the earlier implementation's export, or what a reader of another format made. Sections are
// read field by field; what has no place is refused or goes to configuration.algorithm_config.legacy.
#include "core/field_reader.h"
#include "core/json_text.h"
#include "planwise/error.h"
#include "planwise/run.h"

namespace planwise {
namespace {

using core::FieldReader;
using core::ReadingRules;

constexpr std::size_t longest_run_id = 200;

bool is_object(const Json& value) { return value.is_object(); }
bool is_array(const Json& value) { return value.is_array(); }
bool is_impact(const Json& value) { return value.is_object() || value.is_number(); }

void check_run_id(const std::string& run_id) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < run_id.size(); ++characters) {
    const auto point = core::next_code_point(run_id, at);
    const bool control = point && (*point < 0x20 || (*point >= 0x7F && *point < 0xA0));
    if (!point || control) {
      core::refuse_field("metadata.run_id", Json(core::as_utf8(run_id)), "valid UTF-8 without control characters");
    }
  }
  if (characters > longest_run_id) core::refuse_field("metadata.run_id", run_id, "at most 200 characters");
}

Metadata read_metadata(const Json* section, ReadingRules& rules) {
  Metadata out;
  FieldReader reader(section, "metadata", rules);
  reader.take_text("run_id", out.run_id);
  check_run_id(out.run_id);
  reader.take_name("scenario_id", out.scenario_id);
  const Json* scenario = section == nullptr ? nullptr : section->find("scenario_id");
  if (scenario == nullptr || scenario->is_null())
    throw Error(ErrorCode::invalid_argument, "metadata.scenario_id is missing; expected text");
  reader.take_text("user_id", out.user_id);
  reader.take_text("session_id", out.session_id);
  reader.take_name("optimization_type", out.optimization_type);
  reader.take_name("optimization_engine", out.optimization_engine);
  reader.take_name("status", out.status);
  reader.take_time("created_at", out.created_at);
  reader.take_time("updated_at", out.updated_at);
  reader.take_time("completed_at", out.completed_at);
  reader.take_integer("random_seed", out.random_seed);
  reader.take_integer("max_evaluations", out.max_evaluations);
  reader.take_integer("timeout_minutes", out.timeout_minutes);
  reader.take_boolean("use_synthetic_mode", out.use_synthetic_mode);
  reader.take_real("runtime_seconds", out.runtime_seconds);
  reader.take_integer("function_evaluations", out.function_evaluations);
  reader.take_boolean("converged", out.converged);
  reader.take_text("convergence_message", out.convergence_message);
  reader.take_text("description", out.description);
  reader.take_texts("tags", out.tags);
  reader.take_text("business_justification", out.business_justification);
  reader.finish();
  return out;
}

Objective read_objective(const Json& value, const std::string& path, ReadingRules& rules) {
  Objective out;
  FieldReader reader(&value, path, rules);
  reader.take_text("name", out.name);
  reader.take_real("weight", out.weight);
  reader.take_real("target_value", out.target_value);
  reader.take_name("direction", out.direction);
  reader.take_text("description", out.description);
  reader.finish();
  return out;
}

Constraint read_constraint(const Json& value, const std::string& path, ReadingRules& rules) {
  Constraint out;
  FieldReader reader(&value, path, rules);
  reader.take_text("name", out.name);
  reader.take_name("constraint_type", out.constraint_type);
  reader.take_json("bounds", out.bounds, core::is_pair_of_bounds, "[lower, upper], numbers or null");
  reader.take_text("description", out.description);
  reader.finish();
  return out;
}

/// An array of records; one that is no array, or holds something else than objects, is kept whole when lenient.
template <typename Record>
void read_records(FieldReader& section, std::string_view field, std::vector<Record>& out, ReadingRules& rules,
                  Record (*read)(const Json&, const std::string&, ReadingRules&)) {
  const Json* list = section.take(field);
  if (list == nullptr || list->is_null()) return;
  const std::string path = section.path_of(field);
  bool fits = list->is_array();
  if (fits && rules.lenient()) {
    for (const Json& element : list->as_array()) fits = fits && element.is_object();
  }
  if (!fits) {
    if (!rules.lenient()) core::refuse_field(path, *list, "an array of objects");
    rules.keep(field, path, *list);
    return;
  }
  out.reserve(list->size());
  for (const Json& element : list->as_array()) {
    out.push_back(read(element, path + '[' + std::to_string(out.size()) + ']', rules));
  }
}

Configuration read_configuration(const Json* section, ReadingRules& rules) {
  Configuration out;
  FieldReader reader(section, "configuration", rules);
  read_records(reader, "objectives", out.objectives, rules, read_objective);
  read_records(reader, "constraints", out.constraints, rules, read_constraint);
  reader.take_parameters("initial_parameters", out.initial_parameters);
  reader.take_bounds("parameter_bounds", out.parameter_bounds);
  reader.take_json("algorithm_config", out.algorithm_config, is_object, "an object");
  reader.finish();
  return out;
}

Results read_results(const Json* section, ReadingRules& rules) {
  Results out;
  FieldReader reader(section, "results", rules);
  reader.take_real("objective_value", out.objective_value);
  reader.take_json("objective_breakdown", out.objective_breakdown, is_object, "an object");
  reader.take_parameters("optimal_parameters", out.optimal_parameters);
  reader.take_parameter_list("parameter_history", out.parameter_history);
  reader.take_reals("objective_history", out.objective_history);
  reader.take_json("constraint_violations", out.constraint_violations, is_array, "an array");
  reader.take_json("parameter_warnings", out.parameter_warnings, is_array, "an array");
  reader.take_text("risk_level", out.risk_level);
  reader.take_json("risk_assessment", out.risk_assessment, is_object, "an object");
  reader.take_json("estimated_cost_impact", out.estimated_cost_impact, is_impact, "an object, a number or null");
  reader.take_json("estimated_employee_impact", out.estimated_employee_impact, is_impact,
                   "an object, a number or null");
  reader.take_json("projected_outcomes", out.projected_outcomes, is_object, "an object");
  reader.take_json("sensitivity_analysis", out.sensitivity_analysis, is_object, "an object");
  reader.take_json("parameter_correlations", out.parameter_correlations, is_object, "an object");
  reader.finish();
  return out;
}

/// Puts what had no place under algorithm_config.legacy, whatever stands there already.
void put_legacy(Json& algorithm_config, Json::Object kept) {
  if (!algorithm_config.is_object()) {
    if (!algorithm_config.is_null()) kept.emplace_back("configuration.algorithm_config", std::move(algorithm_config));
    algorithm_config = Json::object();
  }
  if (kept.empty()) return;
  Json* legacy = algorithm_config.find("legacy");
  if (legacy == nullptr) {
    algorithm_config.set("legacy", std::move(kept));
    return;
  }
  if (!legacy->is_object()) *legacy = Json::Object{{"legacy", std::move(*legacy)}};
  for (auto& [key, value] : kept) {
    const Json* there = legacy->find(key);
    if (there != nullptr && *there == value) continue;
    while (legacy->find(key) != nullptr) key += '_';
    legacy->set(key, std::move(value));
  }
}

}  // namespace

Run run_from_json(const Json& document, UnknownFields unknown, std::string_view zone) {
  ReadingRules rules{unknown, zone, {}};
  Run out;
  FieldReader reader(&document, "", rules);
  const auto section = [&](std::string_view name) {
    const Json* value = reader.take(name);
    if (value == nullptr || value->is_null() || value->is_object() || !rules.lenient() || name == "metadata")
      return value;
    rules.keep(name, std::string(name), *value);
    return static_cast<const Json*>(nullptr);
  };
  out.metadata = read_metadata(section("metadata"), rules);
  out.configuration = read_configuration(section("configuration"), rules);
  out.results = read_results(section("results"), rules);
  if (const Json* data = section("simulation_data"); data != nullptr && !data->is_null()) {
    if (!data->is_object()) core::refuse_field("simulation_data", *data, "an object or null");
    out.simulation_data = *data;
  }
  reader.take_text("notes", out.notes);
  reader.finish();
  put_legacy(out.configuration.algorithm_config, std::move(rules.kept));
  return out;
}

}  // namespace planwise
