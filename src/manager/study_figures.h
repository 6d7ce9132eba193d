/// \file
/// The figures of a simulation that a study may put conditions on or aim at, by name. Internal to manager.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/simulation.h"
#include "simulate/objectives.h"

namespace planwise::manager {

/// One figure in one year, of all (level 0) or of one level.
struct FigureRef {
  std::string figure;
  int year = 0, level = 0;
  friend auto operator<=>(const FigureRef&, const FigureRef&) = default;
};

/// What the simulator knows, terms of the objective included.
[[nodiscard]] std::vector<std::string_view> figure_names();
[[nodiscard]] bool is_figure(std::string_view name);
[[nodiscard]] bool knows_levels(std::string_view figure);
/// "currency a year", "millions a year", "people", "events", "fraction", "ratio", "square"; empty for a foreign figure.
[[nodiscard]] std::string_view unit_of(std::string_view figure);
/// A difference of this size is one that somebody would notice: what conditions near 0 are measured by.
[[nodiscard]] double unit_step(std::string_view figure);
/// True for figures that rise (never fall) with every pay lever, up to who is promoted into which level.
[[nodiscard]] bool is_cost_like(const FigureRef& figure);

/// The figure must be one of figure_names(), its year simulated.
[[nodiscard]] double figure_value(const SimulationResult& result, const FigureRef& figure,
                                  const simulation::ObjectiveTargets& targets);
[[nodiscard]] const YearFigures& year_of(const SimulationResult& result, int year);

/// The terms of the objective and the figures asked for, of one point.
struct Measured {
  double cost = 0, equity = 0, targets = 0, cost_within_cap = 0, equity_within_cap = 0;
  bool knows_cap = false;       ///< Whether the two within the cap are known.
  std::vector<double> figures;  ///< In the order of the references asked for.
};

}  // namespace planwise::manager
