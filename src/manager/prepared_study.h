/// \file
/// A study made ready to be run: resolved against data and schema, as a problem for the solvers.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "planwise/decisions.h"

namespace planwise::manager {

/// Functions registered for evaluator.kind "callable", by name.
using EvaluatorTable = std::map<std::string, EvaluatorFunction, std::less<>>;

/// What an evaluation needs; lives as long as any copy of the problem.
struct StudyState;

struct PreparedStudy {
  Study study;  ///< Resolved: nothing left open. Prepared again from itself it gives the same problem.
  /// One variable a lever searched (or coordinate of a test function), in the schema's order. Objectives: of optimize
  /// the combined value in the form that the study chose, of pareto its goals, of tune the growth of average pay, of
  /// sensitivity and uncertainty the figure looked at. The outcome's details: see details_of.
  ///
  ///     {"objective": combined as it stands, "normalised": combined of normalised terms,
  ///      "terms": {"cost", "equity", "targets", "cost_within_cap", "equity_within_cap"}, "shares": {"cost", "equity",
  ///      "targets"} (of the normalised sum), "shares_as_it_stands": the same of the raw one, "scales": those used,
  ///      "figures": {constraint name: value, of the worst year}, "conditions": {constraint name: {"value", "year",
  ///      "minimum", "maximum", "violation", "headroom", "satisfied"}}}
  ///
  /// The two terms within the cap are there for the simulator alone. Of a test function: {"objective"} alone. Scales
  /// that the study leaves open are the baseline's: of the simulator and the synthetic formula they are resolved here;
  /// a program or callable is asked for the start by the first evaluation, which is the start (and asked once).
  Problem problem;
  Json start_levers = Json::object();        ///< All levers by flat name at evaluation 0; empty for functions.
  std::vector<std::string> notes, warnings;  ///< Locks, widened bounds, levers without effect, sources of the data.
  Feasibility feasibility;
  std::vector<std::vector<double>> hints;  ///< Points that come near to the conditions on costs, for searches.
  DataFingerprint data;                    ///< Of the simulator's data, with content; empty otherwise.

  /// All levers by flat name at a point.
  [[nodiscard]] Json levers_at(const std::vector<double>& point) const;
  /// The whole simulation at a point, seed `simulation.seed` + `replication`, rows left out; simulator only (else
  /// empty).
  std::function<Scenario(const std::vector<double>& point, std::int64_t replication)> scenario_at;
  /// One row a constraint of the study at an outcome (its details are enough), in the figure's unit: {name, figure,
  /// unit, level, year, minimum, maximum, value, violation, headroom, satisfied}.
  [[nodiscard]] Json constraint_rows(const PointOutcome& outcome) const;

  std::shared_ptr<StudyState> state;  ///< Internal.
};

/// Reads data through the service (nullptr: none). Errors as DecisionService::run. `stored_runs` finds warm starts
/// (nullptr: none are looked for). Costs three simulations, for conditions on figures four more, and where those cannot
/// hold some two for each probability of promotion; asks no program and no callable.
[[nodiscard]] PreparedStudy prepare(const Study& study, SimulationService* simulation, const LeverSchema& schema,
                                    ResultsManager* stored_runs, const EvaluatorTable& evaluators = {});

}  // namespace planwise::manager
