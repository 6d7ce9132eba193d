// Levers and conditions of a run.
#include <algorithm>
#include <cmath>

#include "report/numbers.h"
#include "report/reading.h"

namespace planwise::report {

namespace {

std::vector<std::string> names_of(const ReportFacts& facts) {
  const Run& run = facts.subject.run;
  const Json* maps[] = {&run.configuration.initial_parameters, &run.results.optimal_parameters,
                        &run.configuration.parameter_bounds};
  std::vector<std::string> names;
  const auto take = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const std::string& name : facts.schema.names()) {
    if (std::any_of(std::begin(maps), std::end(maps), [&](const Json* map) { return map->find(name) != nullptr; }))
      take(name);
  }
  for (const Json* map : maps) {
    if (!map->is_object()) continue;
    for (const auto& [name, value] : map->as_object()) take(name);
  }
  return names;
}

LeverRow::At place_of(const LeverRow& row) {
  if (!row.optimal || !row.lower || !row.upper) return LeverRow::At::unknown;
  if (*row.lower == *row.upper) return LeverRow::At::fixed;
  // A solver stops within its tolerance of a bound.
  const double near = 1e-6 * (*row.upper - *row.lower);
  if (*row.optimal - *row.lower <= near) return LeverRow::At::lower;
  if (*row.upper - *row.optimal <= near) return LeverRow::At::upper;
  return LeverRow::At::inside;
}

bool contains(const Json* list, std::string_view name) {
  if (list == nullptr || !list->is_array()) return false;
  return std::any_of(list->as_array().begin(), list->as_array().end(),
                     [&](const Json& item) { return item.is_string() && item.as_string() == name; });
}

/// The native simulator promotes nobody out of the highest level.
bool without_effect_in_model(const Run& run, const LeverRow& row) {
  const Found kind = find_at(run.configuration.algorithm_config, "", {"evaluator", "kind"});
  if (!kind || !kind.value->is_string() || kind.value->as_string() != "simulator") return false;
  return row.level == static_cast<int>(level_count) && row.name.starts_with("promotion_");
}

}  // namespace

std::vector<LeverRow> levers_of(const ReportFacts& facts) {
  const Run& run = facts.subject.run;
  const Json* study = run.configuration.algorithm_config.find("levers");
  const Json* locked = study == nullptr ? nullptr : study->find("locked");
  const auto sensitivity = sensitivity_of(run);
  std::vector<LeverRow> rows;
  for (const std::string& name : names_of(facts)) {
    LeverRow row;
    row.name = row.title = name;
    if (const auto place = facts.schema.find(name)) {
      row.title = place->lever->title;
      row.level = place->level;
      row.multiplier = place->lever->unit == "multiplier";
    }
    row.initial = finite(run.configuration.initial_parameters.find(name));
    row.optimal = finite(run.results.optimal_parameters.find(name));
    const Json* bounds = run.configuration.parameter_bounds.find(name);
    if (bounds != nullptr && bounds->is_array() && bounds->size() == 2) {
      row.lower = finite(&bounds->at(0));
      row.upper = finite(&bounds->at(1));
    }
    row.locked = contains(locked, name);
    row.no_effect = without_effect_in_model(run, row);
    if (sensitivity) {
      for (const SensitivityRow& effect : sensitivity->rows)
        row.no_effect = row.no_effect || (effect.lever == name && effect.no_effect);
    }
    row.at = place_of(row);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ConditionRow> conditions_of(const Run& run) {
  std::vector<ConditionRow> rows;
  const Json* list = run.results.projected_outcomes.find("constraints");
  if (list == nullptr || !list->is_array()) return rows;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& item = list->at(i);
    if (!item.is_object()) continue;
    ConditionRow row;
    row.path = "results.projected_outcomes.constraints[" + std::to_string(i) + "]";
    const auto text = [&](std::string_view key) {
      const Json* value = item.find(key);
      return value != nullptr && value->is_string() ? value->as_string() : std::string();
    };
    row.name = text("name");
    row.figure = text("figure");
    row.unit = text("unit");
    row.minimum = finite(item.find("minimum"));
    row.maximum = finite(item.find("maximum"));
    row.value = finite(item.find("value"));
    row.violation = finite(item.find("violation"));
    row.headroom = finite(item.find("headroom"));
    if (const Json* satisfied = item.find("satisfied"); satisfied != nullptr && satisfied->is_boolean())
      row.satisfied = satisfied->as_boolean();
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace planwise::report
