/// \file
/// Comparing runs: what differs, by how much, against which baseline.
///
///     planwise::Comparison difference = planwise::compare({before, after}, {});
///     for (const planwise::ComparedField& field : difference.fields) show(field.path, field.values);
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "planwise/run.h"

namespace planwise {

enum class Rows { differing, all };

struct CompareOptions {
  Rows rows = Rows::differing;
  /// Numbers closer than absolute + relative x the larger magnitude count as the same.
  double absolute_tolerance = 0;
  double relative_tolerance = 0;
  std::size_t baseline = 0;  ///< Index of the run that deltas are taken against.
};

/// What one run has at a path. Missing, null and 0 are three different things.
struct ComparedValue {
  bool missing = false;           ///< The run has no such key. `value` is null then.
  Json value;
  std::optional<double> delta;    ///< value - baseline, where both are finite numbers.
  std::optional<double> percent;  ///< delta as fraction of |baseline|; absent for a baseline of 0.
};

struct ComparedField {
  /// "results.optimal_parameters.cola_rate"; keys with dots, quotes, brackets or blanks are quoted, elements as [3].
  /// Lists of plain values and lists of more than 64 elements (histories) are one field, compared as a whole; so is what
  /// is an object in one run and null or plain in another.
  std::string path;
  std::vector<ComparedValue> values;  ///< One a run, in the order asked.
  bool differs = false;  ///< Some value is not the same as the baseline's.
};

/// Best and worst of the runs' values for one objective. Direction: what the configurations of the runs with a finite
/// value declare for that name, else minimize. objective_value has the direction that all objectives of a run share; a
/// weighted sum of mixed ones is minimized.
struct ComparedObjective {
  std::string name;  ///< "objective_value" or a term's name.
  std::string direction;  ///< "minimize", "maximize", or "mixed" when directions_disagree.
  std::vector<std::optional<double>> values;
  std::optional<std::size_t> best, worst;  ///< Absent when no run has a finite value; ties go to the first.
  bool directions_disagree = false;        ///< The runs declare different directions; best and worst are absent then.
};

struct Comparison {
  std::vector<std::string> run_ids;
  std::vector<std::string> scenario_ids;
  std::size_t baseline = 0;
  std::vector<ComparedField> fields;  ///< In the order of the run's fields; objects flattened by path.
  std::size_t same_count = 0;         ///< Fields left out because they do not differ.
  std::vector<ComparedObjective> objectives;
};

/// Compares two or more runs. Cost is linear in the size of the runs. run_id, created_at and updated_at are not fields.
/// Throws invalid_argument for fewer than two runs, a tolerance below 0 or NaN, a baseline out of range.
[[nodiscard]] Comparison compare(const std::vector<Run>& runs, const CompareOptions& options);

/// The comparison as an object of its own fields, as `compare --output json` prints it.
[[nodiscard]] Json to_json(const Comparison& comparison);

/// The shape existing callers read: {run_count, run_metadata, parameter_comparison, objective_comparison,
/// risk_comparison}; with no run {"error": text}. Variance is the population's; it, min and max are of finite values, null
/// without one. best_run and worst_run are run ids or null. Runs without a risk stand under "UNKNOWN".
[[nodiscard]] Json compare_results(const std::vector<Run>& runs);

/// Fields that differ between two documents by path, with old and new value: what audit entries and diff show.
struct FieldChange {
  std::string path;
  std::optional<Json> old_value, new_value;  ///< Absent: the key was not there.
};
[[nodiscard]] std::vector<FieldChange> changed_fields(const Json& before, const Json& after);

}  // namespace planwise
