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

/// A condition as evaluated, or as a study declares it: the latter has no value, and names its levers.
ConditionRow condition_at(const Json& item, std::string path) {
  ConditionRow row;
  row.path = std::move(path);
  row.name = text_at(item, "name");
  row.figure = text_at(item, "figure");
  row.unit = text_at(item, "unit");
  row.minimum = finite(item.find("minimum"));
  row.maximum = finite(item.find("maximum"));
  row.value = finite(item.find("value"));
  row.violation = finite(item.find("violation"));
  row.headroom = finite(item.find("headroom"));
  row.order = text_at(item, "order");
  row.relative = flag_at(item, "relative");
  if (const auto level = finite(item.find("level")); level && *level >= 1) row.level = static_cast<int>(*level);
  if (row.unit.empty() && (row.relative || row.figure.empty()) &&
      (item.find("levers") != nullptr || item.find("order") != nullptr))
    row.unit = "fraction";
  if (const Json* satisfied = item.find("satisfied"); satisfied != nullptr && satisfied->is_boolean())
    row.satisfied = satisfied->as_boolean();
  return row;
}

std::vector<ConditionRow> condition_rows(const Found& list) {
  std::vector<ConditionRow> rows;
  if (!list || !list.value->is_array()) return rows;
  for (std::size_t i = 0; i < list.value->size(); ++i) {
    const Json& item = list.value->at(i);
    if (item.is_object()) rows.push_back(condition_at(item, list.path + "[" + std::to_string(i) + "]"));
  }
  return rows;
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
        (sensitivity->local() ? row.no_effect_here : row.no_effect) |= effect.lever == name && effect.no_effect;
    }
    row.at = place_of(row);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ConditionRow> conditions_of(const Run& run) {
  std::vector<ConditionRow> rows =
      condition_rows(find_at(run.results.projected_outcomes, "results.projected_outcomes", {"constraints"}));
  if (!rows.empty()) return rows;
  return condition_rows(find_at(run.configuration.algorithm_config, "configuration.algorithm_config", {"constraints"}));
}

}  // namespace planwise::report
