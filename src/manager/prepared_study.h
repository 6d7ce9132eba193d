/// \file
/// A study made ready to be run: resolved against data and schema, as a problem for the solvers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "planwise/decisions.h"

namespace planwise::manager {

struct PreparedStudy {
  Study study;      ///< Resolved: nothing left open. Prepared again from itself it gives the same problem.
  /// One variable a lever searched (or coordinate of a test function), in the schema's order. Objectives: of optimize
  /// the combined value in the form that the study chose, of pareto its goals, of tune the growth of average pay, of
  /// sensitivity and uncertainty the figure looked at. The outcome's details: see details_of.
  ///
  ///     {"objective": combined as it stands, "normalised": combined of normalised terms,
  ///      "terms": {"cost", "equity", "targets", "cost_within_cap", "equity_within_cap"}, "shares": {"cost", "equity",
  ///      "targets"} (of the normalised sum), "figures": {constraint name: value}}
  Problem problem;
  Json start_levers = Json::object();  ///< All levers by flat name at evaluation 0; empty for functions.
  std::vector<std::string> notes, warnings;  ///< Locks, widened bounds, levers without effect, sources of the data.
  Feasibility feasibility;
  DataFingerprint data;  ///< Of the simulator's data, with content; empty otherwise.

  /// All levers by flat name at a point.
  [[nodiscard]] Json levers_at(const std::vector<double>& point) const;
  /// The whole simulation at a point, seed `simulation.seed` + `replication`, rows left out; simulator only (else empty).
  std::function<Scenario(const std::vector<double>& point, std::int64_t replication)> scenario_at;
  /// One row a constraint of the study at an outcome: {name, figure, unit, minimum, maximum, value, violation, headroom,
  /// satisfied}.
  [[nodiscard]] Json constraint_rows(const PointOutcome& outcome) const;
};

/// Reads data through the service (nullptr: none). Errors as DecisionService::run. `stored_runs` finds warm starts.
[[nodiscard]] PreparedStudy prepare(const Study& study, SimulationService* simulation, const LeverSchema& schema,
                                    ResultsManager* stored_runs);

}  // namespace planwise::manager
