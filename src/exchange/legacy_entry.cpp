#include "exchange/legacy_entry.h"

#include <algorithm>
#include <string>
#include <vector>

#include "exchange/pickle_text.h"

namespace planwise::exchange {
namespace {

constexpr std::string_view telling_keys[] = {
    "scenario_id",         "initial_parameters",    "algorithm_config",          "objective_value",
    "optimal_parameters",  "risk_level",            "converged",                 "function_evaluations",
    "runtime_seconds",     "algorithm_used",        "algorithm",                 "parameter_history",
    "objective_history",   "risk_assessment",       "constraint_violations",     "parameter_sensitivities",
    "optimization_failed", "estimated_cost_impact", "estimated_employee_impact", "error_type"};

bool is_object(const Json& value) noexcept { return value.is_object(); }
bool is_array(const Json& value) noexcept { return value.is_array(); }
bool is_scalar(const Json& value) noexcept { return !value.is_object() && !value.is_array(); }
bool is_name(const Json& value) noexcept { return value.is_string() && !value.as_string().empty(); }
bool is_scenario(const Json& value) noexcept { return is_name(value) || value.is_number(); }
bool is_impact(const Json& value) noexcept { return value.is_object() || value.is_number(); }
bool is_records(const Json& value) noexcept {
  return value.is_array() && std::ranges::all_of(value.as_array(), is_object);
}

/// Keys that keep their name and only move into a section.
struct Place {
  std::string_view key;
  std::string_view section;
  bool (*fits)(const Json&) noexcept;
};
constexpr Place places[] = {
    {"scenario_id", "metadata", is_scenario},
    {"user_id", "metadata", is_scalar},
    {"session_id", "metadata", is_scalar},
    {"optimization_type", "metadata", is_name},
    {"optimization_engine", "metadata", is_name},
    {"status", "metadata", is_name},
    {"created_at", "metadata", is_scalar},
    {"updated_at", "metadata", is_scalar},
    {"completed_at", "metadata", is_scalar},
    {"random_seed", "metadata", is_scalar},
    {"max_evaluations", "metadata", is_scalar},
    {"timeout_minutes", "metadata", is_scalar},
    {"use_synthetic_mode", "metadata", is_scalar},
    {"runtime_seconds", "metadata", is_scalar},
    {"function_evaluations", "metadata", is_scalar},
    {"converged", "metadata", is_scalar},
    {"convergence_message", "metadata", is_scalar},
    {"description", "metadata", is_scalar},
    {"business_justification", "metadata", is_scalar},
    {"constraints", "configuration", is_records},
    {"initial_parameters", "configuration", is_object},
    {"parameter_bounds", "configuration", is_object},
    {"algorithm_config", "configuration", is_object},
    {"objective_value", "results", is_scalar},
    {"objective_breakdown", "results", is_object},
    {"optimal_parameters", "results", is_object},
    {"parameter_history", "results", is_records},
    {"objective_history", "results", is_array},
    {"parameter_warnings", "results", is_array},
    {"estimated_cost_impact", "results", is_impact},
    {"estimated_employee_impact", "results", is_impact},
    {"projected_outcomes", "results", is_object},
    {"parameter_correlations", "results", is_object},
    {"sensitivity_analysis", "results", is_object},
};

std::string text_of(const Json* value) { return value != nullptr && value->is_string() ? value->as_string() : ""; }

std::string engine_of(std::string_view algorithm) {
  const std::string name = lower_ascii(algorithm);
  if (name == "slsqp" || name == "scipy_slsqp") return "scipy_slsqp";
  if (name == "de" || name == "differential_evolution" || name == "differential-evolution" || name == "scipy_de")
    return "scipy_de";
  if (name == "l-bfgs-b" || name == "lbfgsb" || name == "l_bfgs_b" || name == "scipy_lbfgsb") return "scipy_lbfgsb";
  return name;
}

class Converter {
 public:
  Converter(const Json& entry, LegacyKind kind) : entry_(entry), kind_(kind) {}

  Json convert(std::string_view run_id) {
    // Known keys first, in a fixed order; what nobody took goes to legacy.
    take_algorithm();
    for (const Place& place : places) take_place(place);
    take_objectives();
    take_times();
    take_risk();
    take_violations();
    take_sensitivities();
    take_tags();
    if (kind_ != LegacyKind::result) take_failure();
    set_identity(run_id);
    const Json* data = entry_.find("simulation_data");
    Json simulation_data;
    if (data != nullptr && data->is_object()) {
      simulation_data = *data;
      taken_.push_back("simulation_data");
    }
    keep_rest();
    Json document = Json::object();
    document.set("metadata", std::move(metadata_));
    document.set("configuration", std::move(configuration_));
    document.set("results", std::move(results_));
    if (!simulation_data.is_null()) document.set("simulation_data", std::move(simulation_data));
    return document;
  }

 private:
  Json& section(std::string_view name) {
    return name == "metadata" ? metadata_ : name == "configuration" ? configuration_ : results_;
  }
  const Json* take(std::string_view key, bool (*fits)(const Json&) noexcept) {
    const Json* value = entry_.find(key);
    if (value == nullptr || value->is_null() || !fits(*value)) return nullptr;
    taken_.push_back(key);
    return value;
  }
  void take_place(const Place& place) {
    if (const Json* value = take(place.key, place.fits)) section(place.section).set(place.key, *value);
  }

  // algorithm_used, algorithm, or what the configuration or the request names.
  void take_algorithm() {
    const Json* configured = entry_.find("algorithm_config");
    std::string named = text_of(entry_.find("algorithm_used"));
    if (named.empty()) named = text_of(entry_.find("algorithm"));
    if (named.empty() && configured != nullptr) named = text_of(configured->find("algorithm"));
    if (named.empty() && kind_ == LegacyKind::request) named = text_of(entry_.find("method"));
    if (named.empty()) return;
    const std::string engine = engine_of(named);
    metadata_.set("optimization_engine", engine);
    if (engine != "manual") metadata_.set("optimization_type", "advanced_scipy");
  }

  void take_objectives() {
    const Json* objectives = entry_.find("objectives");
    if (objectives == nullptr) return;
    if (is_records(*objectives)) {
      configuration_.set("objectives", *objectives);
    } else if (objectives->is_object() &&
               std::ranges::all_of(objectives->as_object(), [](const auto& entry) { return entry.second.is_number(); })) {
      Json::Array list;
      for (const auto& [name, weight] : objectives->as_object())
        list.emplace_back(Json::Object{{"name", name}, {"weight", weight}});
      configuration_.set("objectives", std::move(list));
    } else {
      return;
    }
    taken_.push_back("objectives");
  }

  void take_times() {
    if (metadata_.find("created_at") != nullptr) return;
    if (const Json* saved = take("saved_at", is_scalar)) metadata_.set("created_at", *saved);
  }

  // risk_level is a text; risk_assessment a level or an object with level.
  void take_risk() {
    std::string level = text_of(entry_.find("risk_level"));
    if (!level.empty()) taken_.push_back("risk_level");
    if (const Json* assessment = entry_.find("risk_assessment")) {
      std::string assessed = text_of(assessment);
      if (assessment->is_object()) {
        assessed = text_of(assessment->find("level"));
        results_.set("risk_assessment", *assessment);
        taken_.push_back("risk_assessment");
      } else if (!assessed.empty()) {
        results_.set("risk_assessment", Json::Object{{"level", assessed}});
        taken_.push_back("risk_assessment");
      }
      if (level.empty()) level = assessed;
    }
    results_.set("risk_level", level.empty() ? Json() : Json(level));
  }

  void take_violations() {
    const Json* violations = entry_.find("constraint_violations");
    if (violations == nullptr || !(violations->is_array() || violations->is_object())) return;
    taken_.push_back("constraint_violations");
    if (violations->is_array()) {
      results_.set("constraint_violations", *violations);
      return;
    }
    Json::Array texts;
    for (const auto& [name, amount] : violations->as_object())
      texts.emplace_back(name + ": " + (amount.is_string() ? amount.as_string() : amount.dump()));
    results_.set("constraint_violations", std::move(texts));
  }

  void take_sensitivities() {
    if (results_.find("sensitivity_analysis") != nullptr) return;
    if (const Json* values = take("parameter_sensitivities", is_object)) results_.set("sensitivity_analysis", *values);
  }

  void take_tags() {
    std::vector<std::string> tags;
    const Json* given = entry_.find("tags");
    if (given != nullptr && given->is_string()) tags.push_back(given->as_string());
    if (given != nullptr && given->is_array() &&
        std::ranges::all_of(given->as_array(), [](const Json& tag) { return tag.is_string(); }))
      for (const Json& tag : given->as_array()) tags.push_back(tag.as_string());
    if (!tags.empty()) taken_.push_back("tags");
    for (const std::string_view added : {"legacy", "imported"})
      if (std::ranges::find(tags, added) == tags.end()) tags.emplace_back(added);
    Json::Array list(tags.begin(), tags.end());
    metadata_.set("tags", std::move(list));
  }

  void take_failure() {
    metadata_.set("status", "failed");
    if (metadata_.find("converged") == nullptr && kind_ == LegacyKind::failure) metadata_.set("converged", false);
    if (metadata_.find("convergence_message") != nullptr) return;
    std::string message = text_of(entry_.find("error_message"));
    if (!message.empty()) {
      taken_.push_back("error_message");
    } else {
      message = text_of(entry_.find("error_type"));
      if (message.empty())
        message = kind_ == LegacyKind::request ? "A request for an optimization, without a result"
                                               : "The optimization failed; no reason was stored";
    }
    metadata_.set("convergence_message", message);
  }

  void set_identity(std::string_view run_id) {
    const std::string given = text_of(entry_.find("run_id"));
    if (!given.empty()) taken_.push_back("run_id");
    metadata_.set("run_id", given.empty() ? std::string(run_id) : given);
    if (metadata_.find("scenario_id") == nullptr) metadata_.set("scenario_id", "legacy_import");
  }

  // Everything not taken, null included, and the algorithm as it was spelled.
  void keep_rest() {
    Json config = Json::object();
    if (const Json* given = configuration_.find("algorithm_config")) config = *given;
    Json::Object rest;
    for (const auto& [key, value] : entry_.as_object()) {
      const bool known = std::ranges::find(taken_, key) != taken_.end();
      const bool empty = value.is_null() && std::ranges::any_of(places, [&k = key](const Place& p) { return p.key == k; });
      if (known || empty) continue;
      const Json* same = config.find("algorithm");
      const bool algorithm = key == "algorithm_used" || key == "algorithm";
      if (algorithm && value.is_string()) {
        if (same == nullptr) config.set("algorithm", value);
        if (same == nullptr || *same == value) continue;
      }
      rest.emplace_back(key, value);
    }
    if (!rest.empty()) {
      // A file that was imported, exported and imported again brings its own legacy.
      const Json* before = config.find("legacy");
      if (before != nullptr) rest.emplace_back(unused_key(rest, "algorithm_config.legacy"), *before);
      config.set("legacy", std::move(rest));
    }
    configuration_.set("algorithm_config", std::move(config));
  }

  static std::string unused_key(const Json::Object& object, std::string key) {
    while (std::ranges::any_of(object, [&](const Json::Member& member) { return member.first == key; })) key += '_';
    return key;
  }

  const Json& entry_;
  LegacyKind kind_;
  std::vector<std::string_view> taken_;
  Json metadata_ = Json::object();
  Json configuration_ = Json::object();
  Json results_ = Json::object();
};

}  // namespace

bool is_legacy_entry(const Json& entry) noexcept {
  return entry.is_object() &&
         std::ranges::any_of(telling_keys, [&](std::string_view key) { return entry.find(key) != nullptr; });
}

LegacyKind legacy_kind(const Json& entry) noexcept {
  const Json* failed = entry.find("optimization_failed");
  const bool failure = (failed != nullptr && failed->is_boolean() && failed->as_boolean()) ||
                       (entry.find("error_type") != nullptr && entry.find("optimal_parameters") == nullptr);
  return failure ? LegacyKind::failure : LegacyKind::result;
}

Json run_document(const Json& entry, LegacyKind kind, std::string_view run_id) {
  return Converter(entry, kind).convert(run_id);
}

}  // namespace planwise::exchange
