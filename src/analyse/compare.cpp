#include "planwise/compare.h"

#include <cmath>

#include "analyse/merged_walk.h"
#include "analyse/objectives.h"
#include "analyse/same_value.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using analyse::Aligned;
using analyse::Tolerance;

void check(const std::vector<Run>& runs, const CompareOptions& options) {
  const auto refuse = [](const std::string& what) { throw Error(ErrorCode::invalid_argument, what); };
  if (runs.size() < 2)
    refuse("comparing " + std::to_string(runs.size()) + " runs is not possible: at least 2 are needed");
  if (options.baseline >= runs.size()) {
    refuse("baseline " + std::to_string(options.baseline) + " is not allowed: 0 to " + std::to_string(runs.size() - 1));
  }
  // Written so that NaN fails too.
  if (!(options.absolute_tolerance >= 0))
    refuse("absolute tolerance " + real_text(options.absolute_tolerance) + " is not allowed: at least 0");
  if (!(options.relative_tolerance >= 0))
    refuse("relative tolerance " + real_text(options.relative_tolerance) + " is not allowed: at least 0");
}

/// The run as a document of what is compared.
Json comparable(const Run& run) {
  Json document = to_json(run);
  if (Json* metadata = document.find("metadata")) {
    for (std::string_view key : {"run_id", "created_at", "updated_at"}) metadata->erase(key);
  }
  if (!run.simulation_data) document.erase("simulation_data");
  return document;
}

bool same_as(const Json* a, const Json* b, const Tolerance& tolerance) {
  if (a == nullptr || b == nullptr) return a == b;
  return analyse::same_value(*a, *b, tolerance);
}

ComparedValue compared_value(const Json* value, const Json* baseline) {
  ComparedValue result;
  result.missing = value == nullptr;
  if (value == nullptr) return result;
  result.value = *value;
  if (baseline == nullptr) return result;
  const auto number = analyse::number_in(*value);
  const auto base = analyse::number_in(*baseline);
  if (!number || !base || !std::isfinite(*number) || !std::isfinite(*base)) return result;
  const double delta = *number - *base;
  if (!std::isfinite(delta)) return result;
  result.delta = delta;
  const double percent = delta / std::fabs(*base);
  if (*base != 0 && std::isfinite(percent)) result.percent = percent;
  return result;
}

template <typename T>
Json json_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json index_or_null(const std::optional<std::size_t>& index) {
  return index ? Json(static_cast<std::int64_t>(*index)) : Json();
}

Json field_json(const ComparedField& field) {
  Json values = Json::array();
  for (const ComparedValue& value : field.values) {
    Json entry = Json::object();
    entry.set("missing", value.missing);
    entry.set("value", value.value);
    entry.set("delta", json_or_null(value.delta));
    entry.set("percent", json_or_null(value.percent));
    values.push_back(std::move(entry));
  }
  Json result = Json::object();
  result.set("path", field.path);
  result.set("differs", field.differs);
  result.set("values", std::move(values));
  return result;
}

Json objective_json(const ComparedObjective& objective) {
  Json values = Json::array();
  for (const auto& value : objective.values) values.push_back(json_or_null(value));
  Json result = Json::object();
  result.set("name", objective.name);
  result.set("direction", objective.direction);
  result.set("values", std::move(values));
  result.set("best", index_or_null(objective.best));
  result.set("worst", index_or_null(objective.worst));
  result.set("directions_disagree", objective.directions_disagree);
  return result;
}

Json text_list(const std::vector<std::string>& texts) {
  Json result = Json::array();
  for (const std::string& text : texts) result.push_back(text);
  return result;
}

}  // namespace

Comparison compare(const std::vector<Run>& runs, const CompareOptions& options) {
  check(runs, options);
  Comparison result;
  result.baseline = options.baseline;
  std::vector<Json> documents;
  Aligned roots;
  documents.reserve(runs.size());
  for (const Run& run : runs) {
    result.run_ids.push_back(run.metadata.run_id);
    result.scenario_ids.push_back(run.metadata.scenario_id);
    roots.push_back(&documents.emplace_back(comparable(run)));
  }
  const Tolerance tolerance{options.absolute_tolerance, options.relative_tolerance};
  analyse::walk_merged(roots, "", [&](const std::string& path, const Aligned& values) {
    const Json* baseline = values[options.baseline];
    bool differs = false;
    for (const Json* value : values) differs = differs || !same_as(value, baseline, tolerance);
    if (!differs && options.rows == Rows::differing) {
      ++result.same_count;
      return;
    }
    ComparedField& field = result.fields.emplace_back();
    field.path = path;
    field.differs = differs;
    for (const Json* value : values) field.values.push_back(compared_value(value, baseline));
  });
  result.objectives = analyse::compare_objectives(runs);
  return result;
}

Json to_json(const Comparison& comparison) {
  Json fields = Json::array();
  for (const ComparedField& field : comparison.fields) fields.push_back(field_json(field));
  Json objectives = Json::array();
  for (const ComparedObjective& objective : comparison.objectives) objectives.push_back(objective_json(objective));
  Json result = Json::object();
  result.set("run_ids", text_list(comparison.run_ids));
  result.set("scenario_ids", text_list(comparison.scenario_ids));
  result.set("baseline", static_cast<std::int64_t>(comparison.baseline));
  result.set("fields", std::move(fields));
  result.set("same_count", static_cast<std::int64_t>(comparison.same_count));
  result.set("objectives", std::move(objectives));
  return result;
}

std::vector<FieldChange> changed_fields(const Json& before, const Json& after) {
  std::vector<FieldChange> changes;
  const auto copy = [](const Json* value) { return value == nullptr ? std::nullopt : std::optional<Json>(*value); };
  analyse::walk_merged({&before, &after}, "", [&](const std::string& path, const Aligned& values) {
    if (values[0] != nullptr && values[1] != nullptr && *values[0] == *values[1]) return;
    changes.push_back({path, copy(values[0]), copy(values[1])});
  });
  return changes;
}

}  // namespace planwise
