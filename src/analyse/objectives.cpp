#include "analyse/objectives.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>
#include <unordered_map>

#include "analyse/same_value.h"

namespace planwise::analyse {
namespace {

constexpr std::string_view total_name = "objective_value";

std::string direction_of(const Objective& objective) {
  std::string direction = objective.direction;
  for (char& c : direction) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return direction == "maximize" ? direction : "minimize";
}

/// The direction a run declares for a term by name. The total is what a solver saw: the direction that all objectives
/// of the run share, and a weighted sum of mixed ones is minimized. nullopt: the run declares nothing.
std::optional<std::string> declared_direction(const Run& run, std::string_view name) {
  std::optional<std::string> shared;
  for (const Objective& objective : run.configuration.objectives) {
    const std::string direction = direction_of(objective);
    if (objective.name == name) return direction;
    if (name != total_name) continue;
    shared = shared && *shared != direction ? "minimize" : direction;
  }
  return shared;
}

std::optional<double> value_of(const Run& run, std::string_view name) {
  if (name == total_name) return run.results.objective_value;
  const Json* term = run.results.objective_breakdown.find(name);
  return term == nullptr ? std::nullopt : number_in(*term);
}

/// Only runs that have a finite value take part, in the direction as in the ranking.
void rank(ComparedObjective& objective, const std::vector<Run>& runs) {
  std::optional<std::string> direction;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& value = objective.values[i];
    if (!value || !std::isfinite(*value)) continue;
    const auto declared = declared_direction(runs[i], objective.name);
    if (declared && direction && *declared != *direction) objective.directions_disagree = true;
    if (declared && !direction) direction = declared;
    if (!objective.best || *value < *objective.values[*objective.best]) objective.best = i;
    if (!objective.worst || *value > *objective.values[*objective.worst]) objective.worst = i;
  }
  objective.direction = direction.value_or("minimize");
  if (objective.direction == "maximize") std::swap(objective.best, objective.worst);
  if (objective.directions_disagree) {
    objective.direction = "mixed";
    objective.best.reset();
    objective.worst.reset();
  }
}

}  // namespace

std::vector<ComparedObjective> compare_objectives(const std::vector<Run>& runs) {
  std::vector<ComparedObjective> objectives;
  std::unordered_map<std::string, std::size_t> known;
  const auto slot = [&](const std::string& name) -> ComparedObjective& {
    const auto [found, added] = known.try_emplace(name, objectives.size());
    if (added) {
      objectives.emplace_back().name = name;
      objectives.back().values.resize(runs.size());
    }
    return objectives[found->second];
  };
  ComparedObjective& total = slot(std::string(total_name));
  for (std::size_t i = 0; i < runs.size(); ++i) total.values[i] = value_of(runs[i], total_name);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].results.objective_breakdown.is_object()) continue;
    for (const auto& [name, value] : runs[i].results.objective_breakdown.as_object()) {
      if (name != total_name) slot(name).values[i] = number_in(value);
    }
  }
  for (ComparedObjective& objective : objectives) rank(objective, runs);
  return objectives;
}

}  // namespace planwise::analyse
