/// \file
/// Reading a run of any origin: what is there with its path, and nothing where nothing is. Internal to report.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/facts.h"
#include "report/model.h"

namespace planwise::report {

/// A value and where it stands.
struct Found {
  const Json* value = nullptr;
  std::string path;
  explicit operator bool() const noexcept { return value != nullptr; }
  /// Of a value that is no finite number: absent.
  [[nodiscard]] std::optional<double> number() const;
};
/// `root`/keys...; nothing when a key is missing or the value is null.
[[nodiscard]] Found find_at(const Json& root, std::string_view root_path, std::initializer_list<std::string_view> keys);
/// The first of the names that the object has.
[[nodiscard]] Found first_of(const Found& object, std::initializer_list<std::string_view> names);

/// The text or flag of an object's member; empty or false when it is missing or of another type.
[[nodiscard]] std::string text_at(const Json& object, std::string_view key);
[[nodiscard]] bool flag_at(const Json& object, std::string_view key);
/// Four digits, as the keys of maps by year are.
[[nodiscard]] bool is_year(std::string_view text);

/// The figures of one year under the start's levers and under the plan's.
struct YearRow {
  int year = 0;
  Json baseline, plan;  ///< Objects by figure, or null.
  std::string baseline_path, plan_path;
  /// What follows a figure's name in its path, where the run keeps both sides under it ("years.2026.active_mean.best").
  std::string baseline_end, plan_end;
  [[nodiscard]] Found of_baseline(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] Found of_plan(std::initializer_list<std::string_view> names) const;
};
/// From projected_outcomes.years (by year {figure: {baseline, best}} or {baseline, best}, as an object or a list), else
/// the workforce_summary of older runs, else the year_summaries of stored simulation results, else what was simulated
/// for the report. By year.
[[nodiscard]] std::vector<YearRow> years_of(const ReportFacts& facts);

struct LeverRow {
  enum class At { inside, lower, upper, fixed, unknown };
  std::string name, title;
  std::optional<int> level;
  std::optional<double> initial, optimal, lower, upper;
  bool multiplier = false;
  bool locked = false;          ///< By the study or the data, as the run tells.
  bool no_effect = false;       ///< The model has none, or the run's sensitivity found none over the lever's range.
  bool no_effect_here = false;  ///< The run's sensitivity found none around its point.
  bool given = false;           ///< Of a study that decides no lever: `optimal` is the value that it looked at.
  At at = At::unknown;
  [[nodiscard]] bool changed() const noexcept { return initial && optimal && *initial != *optimal; }
};
/// Every lever of the run's maps, in the order in which levers are shown.
[[nodiscard]] std::vector<LeverRow> levers_of(const ReportFacts& facts);

/// A condition of the plan with what it came to.
struct ConditionRow {
  std::string name, figure, unit, path;
  std::optional<double> minimum, maximum, value, violation, headroom;
  std::optional<bool> satisfied;
  std::optional<int> level;
  std::string order;        ///< "descending" and the like, of levers.
  bool relative = false;    ///< Limits are parts of the baseline's figure.
  bool suppressed = false;  ///< What it came to would tell of a few people.
};
/// As evaluated; else those of the study, with their limits alone.
[[nodiscard]] std::vector<ConditionRow> conditions_of(const Run& run);

/// How much a lever matters, by whatever method the run holds.
struct SensitivityRow {
  std::string lever, path;
  double value = 0;
  std::optional<double> low, high;  ///< Interval of `value`.
  std::optional<double> first;      ///< First order, beside the total one.
  std::optional<double> first_low, first_high;
  bool no_effect = false;
};
struct SensitivityReading {
  std::string method;  ///< "sobol", "morris", "local", "tornado", "stored", or "as stored" for what an older run tells.
  std::string measure;  ///< What `value` is, in words.
  std::string output;
  /// Looked around one point: what has no effect there may have one elsewhere.
  [[nodiscard]] bool local() const { return tornado || method == "local"; }
  bool tornado = false;              ///< low and high are outputs at the bounds; value is the swing.
  double middle = 0;                 ///< Of a tornado: the output at the plan.
  std::vector<SensitivityRow> rows;  ///< Largest first.
};
/// Absent: nothing that can be read as one.
[[nodiscard]] std::optional<SensitivityReading> sensitivity_of(const Run& run);

/// One lever at a time at its bounds, where an uncertainty study keeps that.
[[nodiscard]] std::optional<SensitivityReading> tornado_of(const Run& run);

/// An ensemble of seeds for one figure.
struct EnsembleRow {
  std::string figure, path;
  std::string group;  ///< "plan", "compared" or "difference"; empty where the run tells no such thing.
  std::optional<int> year;
  std::optional<double> p10, p50, p90, mean, chance, chance_low, chance_high, threshold, seeds;
};
[[nodiscard]] std::vector<EnsembleRow> ensembles_of(const Run& run);

}  // namespace planwise::report
