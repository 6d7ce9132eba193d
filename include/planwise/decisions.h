/// \file
/// Decisions: a study says what is decided, under which conditions and how it is looked for; running it stores a run.
///
///     planwise::SimulationService simulation({.source = "simulation.duckdb"});
///     planwise::ResultsManager manager(options);
///     planwise::DecisionService decisions(manager, &simulation);
///     planwise::Study study;
///     study.scenario_id = "merit_2026";
///     study.constraints = {planwise::budget(750e6)};
///     planwise::Run run = decisions.run(study);
///
/// A study is data: study_from_json() and read_plan() (TOML, the same keys) read it strictly, to_json() writes it whole,
/// and the run keeps it under configuration.algorithm_config with everything resolved that it left open (seed, years,
/// starts, bounds, scales, warm starts), so that `reproduce` needs the run and the data alone.
///
/// Units: money in the currency of the data a year; the term `cost` alone is in millions; rates and growth are fractions.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/optimization.h"
#include "planwise/results_manager.h"
#include "planwise/simulation_service.h"

namespace planwise {

enum class StudyKind { optimize, tune, pareto, sensitivity, uncertainty };

/// Who says what a set of levers leads to.
struct EvaluatorChoice {
  enum class Kind {
    simulator,  ///< The native one, over the data that the service was given.
    synthetic,  ///< The formula for trying algorithms without data. Never taken unless it is asked for.
    command,    ///< A program: levers as JSON on its stdin, terms as JSON on its stdout.
    function,   ///< A named test function of optimization.h.
    callable,   ///< A C++ function, registered with the service by DecisionService::add_evaluator().
  };
  Kind kind = Kind::simulator;
  std::vector<std::string> command;  ///< Program and arguments; no shell in between.
  double timeout_seconds = 600;      ///< Of one call; then its process group is ended.
  std::int64_t retries = 0;          ///< Further tries of a call that failed.
  std::string function;
  std::int64_t dimensions = 0;  ///< Of the function; 0: its usual number.
  std::string callable;         ///< Name under which it is registered.
};

/// What an evaluator of the caller's own is asked.
struct EvaluatorRequest {
  Json levers;  ///< All by flat name.
  int first_year = 0, last_year = 0, target_year = 0;
  std::uint64_t seed = 0;  ///< Of one replication: simulation.seed, simulation.seed + 1, ...
};
/// What it answers: the terms of the objective, finite, and any figures by name for constraints and goals.
struct EvaluatorTerms {
  double cost = 0, equity = 0, targets = 0;
  std::map<std::string, double> figures;
};
/// Pure (same request, same answer), called from several threads at once. May throw: the evaluation has failed then.
using EvaluatorFunction = std::function<EvaluatorTerms(const EvaluatorRequest&, const EvaluationControl&)>;

struct SimulationChoice {
  int first_year = 0, last_year = 0;  ///< 0: the settings'.
  int target_year = 0;                ///< Whose figures count; 0: the last.
  std::uint64_t seed = 42;            ///< Of the simulation's draws: the same for every point (common random numbers).
  std::int64_t seeds = 1;             ///< Each point is the mean over seed, seed + 1, ...; 1 to 1000.
  bool dbt_compatible = false;
};

struct LeverChoice {
  std::vector<std::string> search;                            ///< Flat names; empty: all.
  Json start = Json::object();                                ///< Over the data's levers (of the target year).
  std::map<std::string, LeverBounds> bounds;                  ///< In place of the schema's search bounds.
  std::vector<std::string> locked;                            ///< Stay at their start.
  std::vector<int> years;                                     ///< Years that get the new values; empty: all simulated.
  bool ignore_locks = false;                                  ///< Of the data.
};

enum class ObjectiveForm {
  as_it_stands,  ///< Weights on the raw terms: cost in millions, equity a ratio, targets a square.
  normalised,    ///< Weights on each term divided by its scale (ObjectiveChoice::scales): all are 1 at the baseline.
};
struct ObjectiveChoice {
  double cost = 0.4, equity = 0.3, targets = 0.3;  ///< Weights: each 0 to 1, together 1 within 1e-6.
  ObjectiveForm form = ObjectiveForm::as_it_stands;
  double pay_cap = 0;           ///< For the terms without people above it; 0: the settings' outlier_pay.
  bool within_pay_cap = false;  ///< Optimize the terms without them.
  std::optional<double> headcount_growth;     ///< Target; absent: the settings' target_growth_rate.
  std::optional<double> compensation_growth;  ///< Target of the growth of average pay; absent: no part of targets.
  /// By term; absent ones are the baseline's value, of targets at least 1e-4 (one point of growth, squared), of others
  /// at least 1e-9.
  std::map<std::string, double> scales;
};

/// A condition on a figure of the simulation, or on levers.
struct StudyConstraint {
  std::string name;  ///< Unique; empty: made from the rest.
  /// "active_compensation" (pay of the active at the end of the year), "prorated_compensation" (cost in the year),
  /// "active_mean", "active_median", "active_headcount", "mean_growth", "headcount_growth", "like_for_like_growth",
  /// "promotions", "equity", "equity_within_cap", "cost" (millions), or a term that a command gives. Empty: on levers.
  std::string figure;
  int year = 0;                ///< 0: the target year; -1: each year, the worst counts.
  int level = 0;               ///< 0: all together. active_compensation, active_mean, active_headcount know levels.
  std::optional<double> minimum, maximum;  ///< In the figure's unit. Both: a band.
  bool relative = false;       ///< minimum and maximum are relative changes from the baseline's figure.
  /// On levers: sum of factor x lever between minimum and maximum.
  std::map<std::string, double> levers;
  /// On levers: those of one lever by level in order. "ascending" or "descending" by level, neighbours at least `gap`
  /// apart. `lever` is the name without level ("merit_rate").
  std::string lever, order;
  double gap = 0;
};
/// A budget: active_compensation of the target year at most `maximum`.
[[nodiscard]] StudyConstraint budget(double maximum);

struct SolverChoice {
  Algorithm algorithm = Algorithm::slsqp;
  std::int64_t max_evaluations = 200;
  std::uint64_t seed = 0;  ///< 0: one is drawn, and stored.
  double tolerance = 1e-6;
  /// starts 0: an open number, see SolverSettings; on a named test function as many as the evaluations allow.
  std::int64_t starts = 0, population = 0, grid_points = 3;
  double timeout_minutes = 0;   ///< 0: none.
  std::int64_t warm_start = 0;  ///< Begin from the nearest this many stored runs of the same levers and data kind too.
  std::vector<std::vector<double>> warm_points;  ///< Resolved: in the order of the levers searched.
  std::vector<std::string> warm_runs;            ///< Resolved: the runs that they come from.
};

struct TuneChoice {
  double target_growth = 0.03;  ///< Of average pay of the active, target year over the year before.
  double tolerance = 0.001;
  std::int64_t max_iterations = 10;
  TuningStrategy strategy = TuningStrategy::balanced;
};
struct SensitivityChoice {
  std::string method = "sobol";  ///< "local", "morris", "sobol", "stored" (importance from stored runs).
  std::int64_t max_evaluations = 4096;
  double width = 0.1;            ///< Stop once every interval is narrower.
  std::string figure = "objective";  ///< What is looked at: "objective", a term, or a figure of StudyConstraint.
};
struct UncertaintyChoice {
  std::int64_t seeds = 200;
  std::optional<double> budget;       ///< Chance of active_compensation above it.
  std::string compare_to;             ///< A run, or empty: the baseline.
};

struct Study {
  StudyKind kind = StudyKind::optimize;
  std::string scenario_id = "default", description, business_justification;
  std::vector<std::string> tags;
  EvaluatorChoice evaluator;
  SimulationChoice simulation;
  LeverChoice levers;
  ObjectiveChoice objective;
  std::vector<StudyConstraint> constraints;
  SolverChoice solver;
  TuneChoice tune;
  SensitivityChoice sensitivity;
  UncertaintyChoice uncertainty;
  /// Goals of a front: at least two of "cost", "equity", "targets" and "growth" (of average pay, as much as possible).
  std::vector<std::string> pareto{"cost", "equity", "growth"};
};

/// Every key, in a fixed order. Keys: those of the fields above, by group; see docs/decisions.md.
/// study_from_json(to_json(study)) is the same study.
[[nodiscard]] Json to_json(const Study& study);
/// Strict: an unknown key or a value that does not fit is an invalid_argument naming the path ("solver.algorithm"), the
/// value and what is allowed. Missing keys keep their defaults.
[[nodiscard]] Study study_from_json(const Json& document);
/// A plan file: TOML with the same keys. Errors name file and line.
[[nodiscard]] Study read_plan(const std::filesystem::path& file);

/// Whether the conditions can hold at all, as far as can be told before the search.
struct Feasibility {
  bool possible = true;
  std::vector<std::string> reasons;  ///< Why not, naming the conditions that exclude each other and by how much.
};

struct DecisionProgress {
  std::string run_id;
  OptimizationProgress search;
};
struct DecisionOptions {
  unsigned threads = 0;
  /// Called at least twice a second; false cancels: the run is stored as cancelled with what was found.
  std::function<bool(const DecisionProgress&)> progress;
};

/// How a run made again compares with the stored one.
struct Reproduction {
  std::string run_id;
  bool equal = false;
  std::vector<std::string> differences;  ///< Paths that differ, with both values; at most 20.
  std::string stored_hash, made_hash;    ///< SHA-256 of the canonical bytes compared.
};

/// Runs studies as stored runs. The run is created as running before the first evaluation, keeps a heartbeat and its
/// evaluations in the store while it works, and ends as completed, failed (with the cause; what was found is kept) or
/// cancelled. Calls are safe from several threads.
class DecisionService {
 public:
  /// Both are used as long as the service lives. Without `simulation`, studies that need data are a wrong_state that
  /// says how to name it.
  explicit DecisionService(ResultsManager& manager, SimulationService* simulation = nullptr);
  ~DecisionService();

  /// Makes a function known under a name for studies with evaluator.kind "callable"; one of that name is replaced.
  /// resume() and reproduce() need it registered again.
  void add_evaluator(std::string name, EvaluatorFunction function);
  /// Checks, resolves and explains without running: what the run would store as its configuration.
  [[nodiscard]] Study resolved(const Study& study);
  [[nodiscard]] Feasibility feasibility(const Study& study);
  /// What the study's evaluator says of levers, one set at a time, for a search of the caller's own; nothing is stored.
  /// In: flat names (of a test function its variables) with numbers, an object; names left out are at their start. Out:
  /// {"levers": of all searched, "objectives": what a solver would minimise, "objective_value": the combined formula as
  /// it stands, "violation": 0 where every condition holds, "feasible", "constraints": rows as a run has them, "details":
  /// terms, normalised, shares, figures}. Safe to call from several threads; used as long as the service lives. Throws
  /// invalid_argument for a name that is not searched and a value outside its bounds.
  [[nodiscard]] std::function<Json(const Json& levers)> evaluator(const Study& study);
  /// Runs to the end and returns the stored run. Throws invalid_argument before anything is stored for a study that
  /// does not fit; an infeasible study, or an objective that fails, is a stored failed run with the cause.
  Run run(const Study& study, const DecisionOptions& options = {});
  /// Goes on from the evaluations that are stored. A lost run is taken over and ends under its own id. A finished one
  /// (cancelled, failed, closed as lost; completed only with `max_evaluations` above what it was asked for) is never
  /// changed: the longer one is a new run, whose provenance says which it continues. `max_evaluations` counts iterations
  /// of tune and seeds of uncertainty. The result is the one that a single call would have given. conflict while the
  /// run is worked on, wrong_state for a run of no study, other data, or nothing left to do.
  Run resume(std::string_view run_id, std::optional<std::int64_t> max_evaluations = {}, const DecisionOptions& options = {});
  /// Closes a run whose process is gone as "failed" or "cancelled", keeping what its evaluations had found where the study
  /// and its data are there to say it; else as ResultsManager::close_lost, whose errors it has. `reason` may be empty.
  void close_lost(std::string_view run_id, std::string_view status, std::string_view reason = {});
  /// Runs again and compares byte by byte; wrong_state when the data are others than those the run saw.
  Reproduction reproduce(std::string_view run_id, const DecisionOptions& options = {});

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace planwise
