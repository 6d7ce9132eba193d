#include "manager/risk.h"

#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "planwise/error.h"

namespace planwise::manager {

namespace {

bool is_empty(const Json& value) {
  return value.is_null() || (value.is_object() && value.as_object().empty()) ||
         (value.is_array() && value.as_array().empty());
}

/// Texts of the checks, warnings first. validate_levers() reads flat names; the tuning form is brought there.
Json warnings_of(const LeverSchema& schema, const Json& levers) {
  Json flat = levers;
  if (is_tuning_form(levers)) {
    try {
      flat = from_tuning_form(schema, levers).levers;
    } catch (const Error&) {  // the values themselves are told below
    }
  }
  const LeverValidation checked = validate_levers(schema, flat);
  Json texts = Json::array();
  for (const std::string& text : checked.warnings) texts.push_back(text);
  for (const std::string& text : checked.errors) texts.push_back(text);
  return texts;
}

bool fill_warnings(const LeverSchema& schema, const Json& levers, Results& results) {
  if (!is_empty(results.parameter_warnings)) return false;
  Json texts = warnings_of(schema, levers);
  if (is_empty(texts)) return false;
  results.parameter_warnings = std::move(texts);
  return true;
}

}  // namespace

store::Assessed assess_risk(const LeverSchema& schema, Run& run) {
  Results& results = run.results;
  const bool finished = is_finished(run.metadata.status);
  const Json& levers = results.optimal_parameters;
  if (is_empty(levers)) {
    const bool filled = !finished && !is_empty(run.configuration.initial_parameters) &&
                        fill_warnings(schema, run.configuration.initial_parameters, results);
    return filled ? store::Assessed::filled : store::Assessed::nothing;
  }
  bool filled = fill_warnings(schema, levers, results);
  const bool stated = results.risk_level.has_value() && !results.risk_level->empty();
  if (stated && finished) return filled ? store::Assessed::filled : store::Assessed::nothing;

  const bool by_completion = run.metadata.completed_at.has_value();
  const SavedSetRisk risk =
      assess_saved_set(schema, levers, by_completion ? *run.metadata.completed_at : run.metadata.created_at);
  if (!stated) {
    results.risk_level = std::string(to_text(risk.level));
    filled = true;
    if (is_empty(results.risk_assessment)) {
      results.risk_assessment = to_json(risk);
      return by_completion ? store::Assessed::filled : store::Assessed::dated;
    }
  }
  if (results.risk_assessment.is_object()) {
    const Json* recorded = results.risk_assessment.find("parameters_within_bounds");
    if (recorded == nullptr || *recorded != Json(risk.parameters_within_bounds)) {
      results.risk_assessment.set("parameters_within_bounds", risk.parameters_within_bounds);
      filled = true;
    }
  }
  return filled ? store::Assessed::filled : store::Assessed::nothing;
}

std::function<store::Assessed(Run&)> risk_assessor(std::function<void(std::string_view)> notice) {
  struct InForce {
    std::mutex mutex;
    std::optional<LeverSchema> schema;
  };
  return [in_force = std::make_shared<InForce>(), notice = std::move(notice)](Run& run) {
    const LeverSchema* schema = nullptr;
    try {
      const std::lock_guard guard(in_force->mutex);
      if (!in_force->schema) in_force->schema = LeverSchema::in_force();
      schema = &*in_force->schema;
    } catch (const Error& error) {
      if (notice) notice(fmt::format("run '{}' was saved without a risk: {}", run.metadata.run_id, error.what()));
      return store::Assessed::nothing;
    }
    return assess_risk(*schema, run);
  };
}

}  // namespace planwise::manager
