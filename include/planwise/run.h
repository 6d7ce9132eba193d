/// \file
/// A run: one optimization or tuning with its metadata, configuration, results and, optionally, simulation data.
///
///     planwise::Run run;
///     run.metadata.scenario_id = "merit_2026";
///     run.results.optimal_parameters.set("cola_rate", 0.025);
///
/// Field names are the same in SQL columns, JSON keys, Python attributes and here. Rates are fractions (0.045 is 4.5 %),
/// durations are seconds where the name says so, costs are in the currency of the caller.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"
#include "planwise/time.h"

namespace planwise {

/// Type, engine and status are open: the names below are the known ones, any other text loads, lists and exports as is.
inline constexpr std::string_view known_types[] = {"advanced_scipy", "compensation_tuning", "policy_optimization",
                                                   "manual_adjustment"};
inline constexpr std::string_view known_engines[] = {"scipy_slsqp", "scipy_de",    "scipy_lbfgsb",
                                                     "manual",      "grid_search", "genetic_algorithm"};
inline constexpr std::string_view known_statuses[] = {"draft", "running", "completed", "failed", "cancelled"};

/// The 17 levers by flat name, in the order in which they are shown everywhere.
inline constexpr std::string_view lever_names[] = {
    "merit_rate_level_1",           "merit_rate_level_2",           "merit_rate_level_3",
    "merit_rate_level_4",           "merit_rate_level_5",           "cola_rate",
    "new_hire_salary_adjustment",   "promotion_probability_level_1", "promotion_probability_level_2",
    "promotion_probability_level_3", "promotion_probability_level_4", "promotion_probability_level_5",
    "promotion_raise_level_1",      "promotion_raise_level_2",      "promotion_raise_level_3",
    "promotion_raise_level_4",      "promotion_raise_level_5"};

struct Metadata {
  std::string run_id;       ///< Unique; 1-200 characters without control characters. Empty on save: a new UUID.
  std::string scenario_id;  ///< Never empty.
  std::optional<std::string> user_id;
  std::optional<std::string> session_id;
  std::string optimization_type = "manual_adjustment";
  std::string optimization_engine = "manual";
  std::string status = "completed";
  Timestamp created_at;  ///< Zero on save: now.
  Timestamp updated_at;  ///< Set by the store.
  std::optional<Timestamp> completed_at;
  std::optional<std::int64_t> random_seed;
  std::optional<std::int64_t> max_evaluations;
  std::optional<std::int64_t> timeout_minutes;
  std::optional<bool> use_synthetic_mode = false;
  std::optional<double> runtime_seconds;
  std::optional<std::int64_t> function_evaluations;
  std::optional<bool> converged;  ///< Absent when the run never reported it; that is not "false".
  std::optional<std::string> convergence_message;
  std::string description;        ///< Annotation.
  std::vector<std::string> tags;  ///< Annotation.
  std::string business_justification;
};

struct Objective {
  std::string name;
  double weight = 0;
  std::optional<double> target_value;
  std::string direction = "minimize";  ///< "minimize" or "maximize".
  std::string description;
};

struct Constraint {
  std::string name;
  std::string constraint_type = "inequality";  ///< "equality" or "inequality".
  Json bounds;                                 ///< Array [lower, upper] (either may be null) or null.
  std::string description;
};

struct Configuration {
  std::vector<Objective> objectives;
  std::vector<Constraint> constraints;
  Json initial_parameters = Json::object();  ///< name -> real.
  Json parameter_bounds = Json::object();    ///< name -> [lower, upper].
  Json algorithm_config = Json::object();    ///< Anything; `legacy` holds unknown keys of imported files.
};

struct Results {
  std::optional<double> objective_value;  ///< May be non-finite.
  Json objective_breakdown = Json::object();
  Json optimal_parameters = Json::object();  ///< name -> real.
  Json parameter_history = Json::array();    ///< [{name: real}], one an iteration.
  Json objective_history = Json::array();    ///< [real], one an iteration.
  Json constraint_violations = Json::array();
  Json parameter_warnings = Json::array();
  std::optional<std::string> risk_level;  ///< LOW, MEDIUM, HIGH, CRITICAL; absent: not assessed.
  Json risk_assessment = Json::object();
  Json estimated_cost_impact;      ///< Object or null.
  Json estimated_employee_impact;  ///< Object or null.
  Json projected_outcomes = Json::object();
  Json sensitivity_analysis = Json::object();
  Json parameter_correlations = Json::object();
};

struct Run {
  Metadata metadata;
  Configuration configuration;
  Results results;
  /// Absent, or an object; usually {simulation_results, workforce_snapshots, event_data, data_quality_metrics}.
  std::optional<Json> simulation_data;
  std::string notes;  ///< Annotation: free text kept beside the run, not part of the older records.
};

/// What a field of a Run as JSON that has no place there means.
enum class UnknownFields {
  refuse,  ///< invalid_argument, naming the field and near names.
  keep,    ///< Kept under configuration.algorithm_config.legacy, the way older files are imported; empty names stay.
};

/// {metadata, configuration, results, simulation_data, notes} with every field, times as UTC text, absent ones as null.
[[nodiscard]] Json to_json(const Run& run);
/// Its `configuration` alone.
[[nodiscard]] Json to_json(const Configuration& configuration);

/// The reverse. Missing fields take their defaults; metadata.scenario_id must be there. Numeric text, integers and
/// booleans in parameter maps become reals. Times without an offset are read in `zone`.
/// Throws invalid_argument naming the field by path ("metadata.random_seed"), its value and what is allowed.
[[nodiscard]] Run run_from_json(const Json& document, UnknownFields unknown = UnknownFields::refuse,
                                std::string_view zone = "UTC");

/// Lower-case hexadecimal SHA-256 of the canonical JSON of the run's content: configuration, results, simulation data
/// and all metadata but created_at, updated_at, tags, description and notes. "The same content" means this hash.
[[nodiscard]] std::string content_hash(const Run& run);

/// Lower-case hexadecimal MD5 of the configuration's JSON in the form earlier databases hold (JsonStyle::python_hash).
[[nodiscard]] std::string configuration_hash(const Configuration& configuration);

/// True for completed, failed and cancelled: such a run's content never changes but by revise().
[[nodiscard]] bool is_finished(std::string_view status) noexcept;

}  // namespace planwise
