/// \file
/// Levers: what they are called, which values are allowed, what a set of values or a change of it risks, and how flat
/// names, the tuning form, the database's rows and the simulator's settings become each other.
///
///     planwise::LeverSchema schema = planwise::LeverSchema::in_force();  // PLANWISE_LEVERS, else the shipped one
///     planwise::Json levers = schema.defaults();
///     levers.set("cola_rate", 0.03);
///     planwise::LeverValidation checked = planwise::validate_levers(schema, levers);
///     if (!checked.valid()) show(checked.errors);
///
/// Everything here is pure but reading a file: no clock, no locale, no database; any function may be called from any
/// thread. A set of levers is a Json object of flat name -> number. Rates and probabilities are fractions.
///
/// Flat names: a lever by level has one name a level ("merit_rate_level_2"), a lever for all levels one name
/// ("cola_rate"). Where levels of the latter differ, "cola_rate_level_2" is its value at one level and goes before the
/// name without a level. docs/levers.md describes the file.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "planwise/json.h"
#include "planwise/simulation.h"
#include "planwise/time.h"

namespace planwise {

enum class RiskLevel { low, medium, high, critical };
/// "LOW", "MEDIUM", "HIGH", "CRITICAL".
[[nodiscard]] std::string_view to_text(RiskLevel level) noexcept;

struct LeverBounds {
  double minimum = 0, maximum = 0;  ///< Both allowed themselves.
};

/// What is compared with `limit`: the value itself, or the spread (largest - smallest) of a lever over its levels.
enum class LeverTest { above, below, equal, spread_above };
struct LeverRule {
  LeverTest test = LeverTest::above;
  double limit = 0;
  std::string text;  ///< Of a caution or a rule for saved sets.
  double score = 0;  ///< 0 to 100; of a competitive rule.
};

struct Lever {
  std::string name;       ///< "merit_rate", "cola_rate": the flat name without a level.
  bool by_level = false;  ///< The file's name has {level}.
  std::string title, group, description, category;
  std::string unit;                                 ///< "fraction" or "multiplier".
  std::vector<int> levels;                          ///< Ascending, from 1.
  LeverBounds hard;                                 ///< Outside is an error.
  LeverBounds recommended;                          ///< Outside is a warning.
  std::vector<double> defaults;                     ///< One a level of `levels`.
  std::vector<LeverBounds> search;                  ///< Where an optimizer looks; one a level of `levels`.
  std::string event_type, parameter_name;           ///< In the database's rows and (the latter) the tuning form.
  std::vector<LeverRule> cautions;                  ///< Extra warnings about a value.
  std::vector<LeverRule> saved_set;                 ///< Each rule that holds is a factor of the risk of a saved set.
  std::vector<LeverRule> competitive;               ///< The first that holds scores the competitive position ...
  double competitive_otherwise = 30;                ///< ... else this.
  double equity_variation = 0.4;                    ///< Coefficient of variation over levels above which ...
  std::optional<double> equity_ratio;               ///< ... or largest / smallest above which ...
  double equity_score = 50, equity_otherwise = 20;  ///< ... equity scores the first, else the second.
};

struct Benchmark {
  double minimum = 0, target = 0, maximum = 0;
};

/// A lever at one level. `level` is absent for the flat name of a lever for all levels.
struct LeverPlace {
  const Lever* lever = nullptr;
  std::optional<int> level;
};

/// The levers that exist, as a file describes them. Immutable; a LeverPlace points into the schema it came from.
class LeverSchema {
 public:
  /// The file that ships, built in.
  [[nodiscard]] static const LeverSchema& shipped();
  /// `file` if not empty, else the file that PLANWISE_LEVERS names, else shipped().
  [[nodiscard]] static LeverSchema in_force(const std::filesystem::path& file = {});
  /// Throws not_found, denied or io, and for content that does not fit invalid_argument naming file, key, value and
  /// what is allowed: "levers.json: levers[0].hard[1] is 0.0; allowed is a number above 0.01".
  [[nodiscard]] static LeverSchema read(const std::filesystem::path& file);
  /// The same for text; `origin` stands for the file in messages and source().
  [[nodiscard]] static LeverSchema from_text(std::string_view text, std::string_view origin);

  [[nodiscard]] const std::vector<Lever>& levers() const noexcept { return levers_; }
  [[nodiscard]] const std::vector<std::string>& level_names() const noexcept { return level_names_; }
  /// Flat names in the order of the file, levels ascending.
  [[nodiscard]] std::vector<std::string> names() const;
  /// nullopt for a name that no lever has. Knows names of one level of a lever for all levels too.
  [[nodiscard]] std::optional<LeverPlace> find(std::string_view flat_name) const;
  [[nodiscard]] const Lever* find_parameter(std::string_view parameter_name) const noexcept;
  /// Defaults by flat name.
  [[nodiscard]] Json defaults() const;
  /// {flat name: [lower, upper]} for an optimizer.
  [[nodiscard]] Json search_bounds() const;
  /// The market's figures for a lever at a level: those of that name, else of the name without a level.
  [[nodiscard]] std::optional<Benchmark> benchmark(const Lever& lever, int level) const;
  [[nodiscard]] const std::string& market_date() const noexcept { return market_date_; }  ///< "2025-01-01"
  [[nodiscard]] const std::string& market_source() const noexcept { return market_source_; }
  [[nodiscard]] double level_weight(int level) const;
  [[nodiscard]] const Json& category_weights() const noexcept { return category_weights_; }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }  ///< File, or "shipped".

 private:
  friend class LeverSchemaReader;
  LeverSchema() = default;
  std::string source_, market_date_, market_source_;
  std::vector<std::string> level_names_;
  std::vector<Lever> levers_;
  /// Every name that find() knows: index of the lever, level (0: all).
  std::map<std::string, std::pair<std::size_t, int>, std::less<>> places_;
  std::map<std::string, Benchmark, std::less<>> benchmarks_;
  std::vector<double> level_weights_;
  Json category_weights_;
};
/// The lever's flat name, or its name at a level.
[[nodiscard]] std::string flat_name(const Lever& lever, int level);
[[nodiscard]] Json to_json(const LeverSchema& schema);

// --- one value ------------------------------------------------------------------------------------------------------

struct LeverCheck {
  std::string name;
  Json value;
  std::vector<std::string> warnings, errors;  ///< Without the name before them.
  RiskLevel risk = RiskLevel::low;
};

struct LeverValidation {
  std::vector<LeverCheck> checks;             ///< One a known name, in the order given.
  std::vector<std::string> warnings,
      errors;  ///< "<name>: <message>"; of a value that is an error all are errors. Unknown: a warning, no check.
  RiskLevel risk = RiskLevel::low;            ///< The worst check's.
  [[nodiscard]] bool valid() const noexcept { return errors.empty(); }
};

/// One known lever's value. Outside the hard bounds: an error and CRITICAL. Outside the recommended ones: a warning,
/// and HIGH in the outer tenth of the hard range, else MEDIUM. NaN, infinities (as tagged text too) and everything that
/// is no number: an error and CRITICAL.
[[nodiscard]] LeverCheck check_lever(const Lever& lever, std::string_view name, const Json& value);
/// All values of a flat set. Never throws for a value; throws invalid_argument when `levers` is neither object nor
/// null.
[[nodiscard]] LeverValidation validate_levers(const LeverSchema& schema, const Json& levers);
/// {is_valid, warnings, errors (all messages of a value that is one), parameter_results: {name: {is_valid, messages,
/// risk_level, value}}, overall_risk}.
[[nodiscard]] Json to_json(const LeverValidation& validation);

// --- a saved set ----------------------------------------------------------------------------------------------------

struct SavedSetRisk {
  RiskLevel level = RiskLevel::low;  ///< LOW without a factor, MEDIUM with one or two, else HIGH.
  std::vector<std::string> factors;  ///< One a rule that holds.
  std::int64_t warning_count = 0;    ///< Of validate_levers(), unknown names included.
  Timestamp assessment_date;
  bool parameters_within_bounds = true;  ///< No value is an error.
};
/// Takes the flat or the tuning form, and never throws for a value: what is no number is out of bounds. A name without a place in the schema that contains the name of a lever by level
/// ("merit_rate_level_6") counts for that lever's rules.
[[nodiscard]] SavedSetRisk assess_saved_set(const LeverSchema& schema, const Json& levers, Timestamp at);
/// {level, factors, warning_count, assessment_date, parameters_within_bounds}.
[[nodiscard]] Json to_json(const SavedSetRisk& risk);

// --- a change -------------------------------------------------------------------------------------------------------

struct RiskFactor {
  std::string category;  ///< "parameter", "budget", "retention", "equity" or "implementation".
  std::string kind;      ///< "magnitude", "market_alignment", "competitive_position", "budget_sensitivity", "equity",
                         ///< "number_of_changes" or "timeline".
  std::string lever;     ///< Flat name; empty for implementation.
  std::optional<int> level;
  double score = 0;                     ///< 0 to 100.
  double probability = 0;               ///< 0 to 1.
  RiskLevel severity = RiskLevel::low;  ///< Of the score: below 25 low, 50 medium, 75 high, else critical.
  std::string text;
  bool lowers = false;  ///< The change takes away.
};

struct ChangeOptions {
  std::optional<double> timeline_days;  ///< From decision to effect; absent: no timeline factor.
};

/// Risk of going from one set to another.
struct ChangeRisk {
  RiskLevel level = RiskLevel::low;
  double score = 0;               ///< Mean of the factors' scores weighted by category weight x probability; 0 without.
  double budget_impact = 0;       ///< Sum of |relative change| x level weight, in percent.
  double confidence = 1;          ///< Mean probability of the factors: lower where there is no benchmark. 1 without.
  std::int64_t change_count = 0;  ///< Levers x levels that differ: a changed cola_rate counts once a level.
  std::vector<RiskFactor> factors;           ///< Highest score first; ties in the order of levers and levels.
  std::vector<std::string> recommendations;  ///< One a kind and lever of the high and critical factors.
  std::vector<std::string> notes;            ///< Unknown names, values compared with the default.
  std::string market_date;
};

/// Flat or tuning form. A lever that `proposed` does not name does not change; one that `baseline` does not name starts
/// from the schema's default (and a note says so). The relative change from 0 counts as 100 %. Equity is looked at for
/// each lever that changes at some level, over its proposed values; variation is the population's. Limits that a
/// computed figure meets up to rounding (1e-9) count as met: 0.042 for 0.04 is a change of 5 %, not below. Throws
/// invalid_argument for a value of a known lever that is no finite number, and a timeline below 0 or not finite.
[[nodiscard]] ChangeRisk assess_change(const LeverSchema& schema, const Json& baseline, const Json& proposed,
                                       const ChangeOptions& options = {});
[[nodiscard]] Json to_json(const ChangeRisk& risk);

// --- forms ----------------------------------------------------------------------------------------------------------

/// True when a value of the object is an object: {merit_base: {1: v, ...}, ...}.
[[nodiscard]] bool is_tuning_form(const Json& levers) noexcept;

struct ConvertedLevers {
  Json levers;
  std::vector<std::string> notes;  ///< What had no place in the other form, and was left out.
};
/// Flat names to {parameter_name: {"1": v, ...}}: always every parameter_name of the schema, with {} where nothing is
/// given. A lever for all levels is spread over its levels. Throws invalid_argument for a value that is no number.
[[nodiscard]] ConvertedLevers to_tuning_form(const LeverSchema& schema, const Json& flat);
/// The way back. Level keys are text; a bare number counts for all levels. A lever for all levels becomes its one flat
/// name when all its levels are given and equal, or level 1 alone is (as earlier programs wrote it; a note says so);
/// levels that differ, or are not all there, become names of one level, so that nothing is lost. Unknown groups and
/// levels are left out with a note. Throws invalid_argument for values that are no numbers. Both ways together are the
/// identity for sets of known names without a mix of "cola_rate" and "cola_rate_level_n".
[[nodiscard]] ConvertedLevers from_tuning_form(const LeverSchema& schema, const Json& tuning);

/// The levers of one year for the simulator: `start` with the given values put over it. Levers that the simulator does
/// not know are named in `notes` when given.
[[nodiscard]] YearLevers to_year_levers(const LeverSchema& schema, const Json& flat, const YearLevers& start = {},
                                        std::vector<std::string>* notes = nullptr);
/// The way back, by flat name; a lever for all levels whose levels differ as in from_tuning_form().
[[nodiscard]] Json from_year_levers(const LeverSchema& schema, const YearLevers& levers);

// --- plans ----------------------------------------------------------------------------------------------------------

/// One row of the database's effective parameters.
struct EffectiveLever {
  int year = 0;
  int level = 0;
  std::string event_type, parameter_name;  ///< Letter case of event_type does not count.
  double value = 0;
  bool locked = false;
};
/// The rows of a year by flat name, and levers of a year as rows.
[[nodiscard]] Json flat_from_rows(const LeverSchema& schema, const std::vector<EffectiveLever>& rows, int year);
[[nodiscard]] std::vector<EffectiveLever> rows_from_flat(const LeverSchema& schema, const Json& flat, int year);

struct LeverPlan {
  Json levers;             ///< Flat or tuning form.
  std::vector<int> years;  ///< Years it applies to; empty: all.
  /// A simulation refuses a name that no lever has, but of a stored run leaves it out, with a remark.
  bool leave_out_unknown = false;
};
enum class LockRule { honour, ignore };
/// A value of a plan that was not taken as asked, or that went over a lock.
struct PlanRemark {
  enum class Reason {
    locked,              ///< Locked in the database: the database's value stays.
    lock_ignored,        ///< Locked, and changed all the same (LockRule::ignore).
    year_not_simulated,  ///< The plan names a year outside `years`.
    unknown,             ///< No lever has that name.
    no_effect,           ///< The simulator has no such lever.
  };
  Reason reason = Reason::locked;
  int year = 0;   ///< 0 where the remark is about no year.
  int level = 0;  ///< 0 where it is about no level.
  std::string name;
  double asked = 0, kept = 0;  ///< kept: the value in force; of lock_ignored the locked one.
};
[[nodiscard]] std::string_view to_text(PlanRemark::Reason reason) noexcept;

struct PlannedLevers {
  std::map<int, YearLevers> years;
  std::vector<PlanRemark> remarks;
  std::vector<std::string> notes;  ///< Years for which the database has no value of a lever: its default holds.
};
/// The levers in force in each of `years`: the database's, the defaults where it has none, with the plans put over them
/// in their order (a later plan wins). Rows of other years and unknown parameters do not matter; two rows for one place
/// with different values are an invalid_argument (take the rows of one scenario), as is a value that validate_levers()
/// refuses.
[[nodiscard]] PlannedLevers plan_levers(const LeverSchema& schema, const std::vector<EffectiveLever>& rows,
                                        const std::vector<int>& years, const std::vector<LeverPlan>& plans,
                                        LockRule locks = LockRule::honour);
[[nodiscard]] Json to_json(const PlanRemark& remark);

}  // namespace planwise
