/// \file
/// A simulation database as the dbt project writes it: read in place, summarised, checked, analysed; and written.
///
///     planwise::SimulationDatabase database("simulation.duckdb");
///     planwise::Json year = database.summary(2025);                 // shapes of the drop-in callers
///     planwise::QualityReport quality = database.quality();
///     planwise::SimulationInput input;
///     input.people = database.load_people().people;
///     input.settings = database.load_settings().settings;
///     input.levers = database.load_levers().values;
///
/// Source: a DuckDB file of any name (attached read-only for the moments it is read, never held or copied), or a folder
/// of Parquet as EXPORT DATABASE writes it. Tables and columns are found in any letter case; types are converted where
/// they can be. What is missing or unreadable is reported by missing(), with what follows from it.
///
/// Units: money a year in the database's currency, rates as fractions, dates as days since 1970-01-01. employee_ssn is
/// never read. Every figure is the same on any number of threads: sums run in the order of the rows, compensated.
///
/// Errors of every call that reads: not_found (no such file, table, needed column or year; the message says which are
/// there), busy (held by another process beyond the deadline), unsupported (a file of a newer DuckDB), corrupt (also a
/// needed column without any value that can be read), invalid_argument. Pay beyond 1e12 either way is unreadable.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"
#include "planwise/simulation.h"

namespace planwise {

struct SimulationDatabaseOptions {
  std::chrono::milliseconds deadline{10000};  ///< How long another process that holds the file is waited for.
  std::string scenario_id;      ///< Whose levers and targets; empty: "default" where there is one, else the only one.
  double outlier_pay = 500000;  ///< Pay above it is left out of figures "without outliers".
};

/// A table or column that is not there, or cannot be read.
struct MissingPart {
  std::string table, column;  ///< The column is empty when the whole table is meant.
  std::string reason;         ///< "is not in the database", "is empty", "3 of 5 values of type VARCHAR are no number".
  std::string consequence;    ///< What cannot be told without it.
};

/// The people a simulation starts from.
struct StartingPeople {
  People people;
  int first_year = 0;  ///< The first year to simulate; 0 where the source does not say.
  std::string source;  ///< The table or file they were read from.
  std::vector<std::string> notes;
};

struct ModelSettings {
  SimulationSettings settings;
  std::vector<std::string> notes;  ///< Which settings kept their defaults and why, and doubtful rows.
  std::vector<std::string>
      stood_in;  ///< What of them is not in the database as it should be, by short names, each once.
  std::vector<std::string> unusable;  ///< Single values that cannot be used, each told in full with the default that is; in notes too.
};

/// Which values may not be changed.
struct LeverLocks {
  ByLevel<bool> merit_rate{}, cola_rate{}, new_hire_salary_adjustment{}, promotion_probability{}, promotion_raise{};
};

struct EffectiveLevers {
  std::map<int, YearLevers> values;
  std::map<int, LeverLocks> locks;  ///< The same years.
  std::map<int, LeverLocks> given;  ///< Of the same shape: which values the database has.
  std::string source, scenario_id;
  bool new_hire_stored_as_hire = true;  ///< Letter case of the lever's event type; dbt finds it only as `hire`.
  std::vector<std::string> notes;       ///< Values the database lacks (they keep the default), and doubtful rows.
};

/// The 17 flat names (merit_rate_level_1 .. promotion_raise_level_5, cola_rate, new_hire_salary_adjustment) and values.
/// Of the two for all levels, one whose levels differ has names of one level instead (cola_rate_level_1 .. _5).
[[nodiscard]] Json flat_levers(const YearLevers& levers);
/// `base` with the flat names in `values` put in; a name of one level goes over that of all. Throws invalid_argument
/// for a name that is none and for a value that is no finite number.
[[nodiscard]] YearLevers levers_from_flat(const Json& values, const YearLevers& base);
/// "merit_rate_level_2" of (event type, parameter_name, level) as the database spells them, in any letter case; the
/// event type may be empty. Empty for a parameter that is none of ours.
[[nodiscard]] std::string flat_lever_name(std::string_view event_type, std::string_view parameter_name, int level);

// ---- Quality ----

enum class FindingSeverity { note, warning, error };
[[nodiscard]] std::string_view to_text(FindingSeverity severity) noexcept;

/// One check over the whole database. A check that could not run says why and has no count.
struct QualityFinding {
  std::string check;  ///< Stable name, e.g. "promotion_on_termination_day".
  FindingSeverity severity = FindingSeverity::warning;
  std::string title, consequence;
  std::int64_t count = 0;    ///< Rows found.
  std::int64_t checked = 0;  ///< Rows looked at.
  double largest =
      std::numeric_limits<double>::quiet_NaN();  ///< Of checks that measure: 2.16 (prorated / current pay).
  std::vector<Json> examples;                    ///< The first three by year and employee, as objects.
  std::string not_run;                           ///< Why it could not run; empty when it did.
};

struct QualityReport {
  std::vector<QualityFinding> findings;  ///< Every check, those without a finding included.
  std::vector<MissingPart> missing;
  [[nodiscard]] const QualityFinding* find(std::string_view check) const noexcept;
};
[[nodiscard]] Json to_json(const QualityReport& report);

// ---- Analysis ----

enum class PayFigure { current, prorated, full_year_equivalent };
enum class PayGrouping { none, level, age_band, tenure_band, status };
enum class Population { active, everybody };

struct DistributionRequest {
  int year = 0;  ///< The year before the first simulated one means the baseline.
  PayGrouping by = PayGrouping::none;
  PayFigure pay = PayFigure::current;
  Population population = Population::active;
};

/// Pay of one group. Percentiles interpolate linearly between ranks. Figures are NaN for a group of nobody and for a
/// suppressed one (count -1).
struct PayDistribution {
  std::string group;  ///< "all", "1".."5", a band, a detailed_status_code; "unknown" where the row does not say.
  std::int64_t count = 0, without_pay = 0, outliers = 0;
  double total = 0, mean = 0, deviation = 0, minimum = 0, p10 = 0, p25 = 0, median = 0, p75 = 0, p90 = 0, maximum = 0;
  double mean_without_outliers = 0, median_without_outliers = 0, deviation_without_outliers = 0;
  bool suppressed = false;
};

/// Where the people of a level stand in its pay range. Active employees.
struct LevelPosition {
  int level = 0;
  double minimum = 0, middle = 0, maximum = 0;  ///< The range.
  std::int64_t count = 0;
  double mean_compa_ratio = 0, median_compa_ratio = 0;  ///< Pay / middle of the range.
  double mean_penetration = 0;                          ///< (pay - minimum) / (maximum - minimum).
  std::int64_t below_minimum = 0, red_circled = 0;      ///< Pay < minimum; pay > maximum.
  double cost_to_minimum = 0, above_maximum = 0;        ///< What it takes to lift them; what stands above the range.
};

/// New hires against those who were there, by level. Active employees.
struct LevelCompression {
  int level = 0;
  std::int64_t new_hires = 0, incumbents = 0;
  double new_hire_median = 0, incumbent_median = 0;
  double ratio = 0;                   ///< new_hire_median / incumbent_median; above 1 new hires are paid more.
  std::int64_t inverted = 0;          ///< Incumbents paid less than the median new hire of their level.
  double cost_to_new_hires = 0;       ///< To lift those to that median.
  std::int64_t above_next_level = 0;  ///< People paid more than the median of the level above; 0 for the highest.
};

/// How the pay of active employees went from the end of one year to the end of the next. In whole cents; start + all
/// parts = end exactly in cents. Where the events cannot be read, promotions, merit, cola and promotions_overwritten
/// are NaN, their counts -1, and `other` holds all of it; `reason` says why.
struct CostBridge {
  int from_year = 0, to_year = 0;
  double start = 0, leavers = 0, hires = 0, promotions = 0, merit = 0, cola = 0, other = 0, end = 0;
  std::int64_t start_count = 0, leaver_count = 0, hire_count = 0, promotion_count = 0, raise_count = 0, end_count = 0;
  /// What promotions of the year granted and a raise on the pay before took back (in none of the parts).
  double promotions_overwritten = 0;
  std::string reason;  ///< Why parts are NaN; empty when none is.
};

struct YearCost {
  int year = 0;
  double in_year = 0;  ///< Every row's prorated pay: the cost of the year.
  double in_year_active = 0, in_year_leavers = 0;
  double run_rate = 0;        ///< Full-year pay of those active at the end.
  double carry_over = 0;      ///< run_rate - in_year_active: what this year's changes add to the next.
  double loading_factor = 0;  ///< Taxes and benefits on top, as a fraction of pay.
  double loaded_in_year = 0, loaded_run_rate = 0;
};

/// Growth against the year before; NaN where there is none.
struct YearGrowth {
  int year = 0;
  double headcount = 0, total = 0, mean = 0, median = 0, mean_without_outliers = 0;  ///< Active employees.
  double like_for_like = 0;        ///< Mean over those active in both years of each one's growth: what a person sees.
  double like_for_like_total = 0;  ///< Growth of the summed pay of the same people: what payroll sees.
  std::int64_t like_for_like_count = 0;
  std::string reason;  ///< Why figures are NaN although there is a year before; else empty.
};

enum class TargetState { met, below, above, unknown };
[[nodiscard]] std::string_view to_text(TargetState state) noexcept;

/// A row of comp_targets beside the year's figure. met: |actual - target| <= tolerance x |target|.
struct TargetResult {
  int year = 0;
  std::string metric, priority, description;
  double target = 0, tolerance = 0, actual = 0;
  TargetState state = TargetState::unknown;  ///< unknown: a metric or a year that cannot be computed.
};

struct WarningLimits {
  double new_hire_share = 0.20;  ///< Of active employees.
  double merit_spread = 0.03;    ///< Between levels.
  double minimum_raise = 0.02;   ///< Lowest raise of the year, merit and COLA together.
};
struct EarlyWarning {
  int year = 0;
  std::string name;  ///< "new_hire_share", "merit_spread", "minimum_raise".
  double value = 0, limit = 0;
  std::string message;
};

/// The employees and events behind a figure. What is not set does not narrow.
struct DrillRequest {
  int year = 0;
  std::optional<DetailedStatus> status;
  std::optional<EventType> event;
  std::optional<int> level;
  std::string age_band, tenure_band;
  /// A part of the bridge into `year`: "leavers", "hires", "promotions", "merit", "cola", "other".
  std::string bridge_part;
  std::int64_t offset = 0, limit = 100;
};
struct DrillPage {
  std::int64_t total = 0;  ///< Employees that fit.
  std::vector<Json> rows;  ///< By employee_id: the snapshot's columns without employee_ssn, and `events`.
};

/// Which cells of a table with a shown total may not be shown: counts from 1 to minimum - 1, and as long as exactly one
/// cell is hidden, or the hidden ones together have fewer than `minimum` people, the next smallest (secondary
/// suppression), so that none can be computed from the total. Empty cells are shown.
[[nodiscard]] std::vector<bool> cells_to_suppress(std::span<const std::int64_t> counts, std::int64_t minimum = 5);
/// The distributions with those cells blanked, for reports and pages.
[[nodiscard]] std::vector<PayDistribution> suppress_small_cells(std::vector<PayDistribution> cells,
                                                                std::int64_t minimum = 5);

/// What the data are, for provenance and cache keys.
struct DataFingerprint {
  /// Identity, size and time of the file and its log (or of each file of a folder): changes whenever anybody wrote.
  /// Costs a stat(); the key for caches.
  std::string signature;
  /// SHA-256 over the rows of the tables used, sorted, employee_ssn and times of creation left out: equal for a
  /// database and its Parquet export. Empty when only the signature was asked for. About 1 us a row.
  std::string content;
  std::map<std::string, std::int64_t> rows;  ///< By table, with `content`.
};

/// Calls are safe from several threads; they take turns. Years read are kept (at most about two million rows) until the
/// file changes.
class SimulationDatabase {
 public:
  /// Throws not_found when there is nothing at `path`; reads nothing yet.
  explicit SimulationDatabase(const std::filesystem::path& path, SimulationDatabaseOptions options = {});
  ~SimulationDatabase();
  SimulationDatabase(SimulationDatabase&&) noexcept;
  SimulationDatabase& operator=(SimulationDatabase&&) noexcept;

  [[nodiscard]] const std::filesystem::path& path() const noexcept;
  /// Tables and columns the database should have and has not, unreadable values, empty tables.
  [[nodiscard]] std::vector<MissingPart> missing() const;
  /// Years of the snapshot, rising. Throws not_found without a snapshot table or its simulation_year.
  [[nodiscard]] std::vector<int> years() const;
  [[nodiscard]] DataFingerprint fingerprint(bool with_content = true) const;

  /// `{year, workforce, events, parameters}` and, where something is missing, `warnings`; or `{year, error}` for a
  /// year that cannot be summarised. Throws only what concerns the file as a whole.
  [[nodiscard]] Json summary(int year) const;
  /// `{year_summaries, yoy_metrics, overall}`. compensation_growth is that of avg_compensation.
  [[nodiscard]] Json summaries(int first_year, int last_year) const;

  /// Throws invalid_argument naming table, employee and column of a row that cannot be simulated.
  [[nodiscard]] StartingPeople load_people() const;
  /// Groups and values that the database lacks stay those of `base`, which notes call `base_name`.
  [[nodiscard]] ModelSettings load_settings(const SimulationSettings& base = {},
                                            std::string_view base_name = "the defaults") const;
  [[nodiscard]] EffectiveLevers load_levers() const;

  [[nodiscard]] QualityReport quality() const;
  /// Rows that a check found, beyond the three examples; by year and employee.
  [[nodiscard]] std::vector<Json> finding_rows(std::string_view check, std::int64_t limit = 100) const;
  /// `{workforce_snapshot_integrity, event_data_consistency, parameter_application_success, data_completeness_score,
  /// warnings, errors}`. `run_levers`: flat names and values of the run, compared with the database's effective ones.
  [[nodiscard]] Json run_quality(const Json* run_levers = nullptr) const;

  [[nodiscard]] std::vector<PayDistribution> distribution(const DistributionRequest& request) const;
  [[nodiscard]] std::vector<LevelPosition> level_positions(int year) const;
  [[nodiscard]] std::vector<LevelCompression> compression(int year) const;
  /// From the end of `from_year` to the end of the next; the year before the first simulated one is the baseline.
  [[nodiscard]] CostBridge bridge(int from_year) const;
  [[nodiscard]] YearCost cost(int year, double loading_factor = 0) const;
  [[nodiscard]] std::vector<YearGrowth> growth() const;
  /// Empty where the database has no targets.
  [[nodiscard]] std::vector<TargetResult> targets() const;
  [[nodiscard]] std::vector<EarlyWarning> early_warnings(const WarningLimits& limits = {}) const;
  [[nodiscard]] DrillPage drill(const DrillRequest& request) const;

  struct Parts;  ///< Internal.

 private:
  std::unique_ptr<Parts> parts_;
};

[[nodiscard]] Json to_json(const MissingPart& part);
[[nodiscard]] Json to_json(const PayDistribution& distribution);
[[nodiscard]] Json to_json(const LevelPosition& position);
[[nodiscard]] Json to_json(const LevelCompression& compression);
[[nodiscard]] Json to_json(const CostBridge& bridge);
[[nodiscard]] Json to_json(const YearCost& cost);
[[nodiscard]] Json to_json(const YearGrowth& growth);
[[nodiscard]] Json to_json(const TargetResult& target);
[[nodiscard]] Json to_json(const EarlyWarning& warning);
[[nodiscard]] Json to_json(const DataFingerprint& fingerprint);

// ---- Census ----

struct CensusIssue {
  std::int64_t row = 0;  ///< From 1, the header not counted; 0: the file as a whole.
  std::string column, message;
};

struct CensusReport {
  std::vector<CensusIssue> issues;  ///< The first 100; what makes the census unusable.
  std::int64_t issue_count = 0;
  std::int64_t rows = 0, duplicates = 0, terminated = 0, annualised = 0;
  StartingPeople start;  ///< Whole only without issues.
};

/// Reads a census from Parquet or CSV (by extension; else Parquet where the bytes say so) as of 31 December of
/// `plan_year`: one row a person (latest hire, then highest pay), those with a termination date left out, pay of a hire
/// inside the year annualised, level from pay by the ranges of `settings`.
/// Throws not_found, io, and invalid_argument for a file that is no table or lacks a column.
[[nodiscard]] CensusReport check_census(const std::filesystem::path& file, const SimulationSettings& settings = {},
                                        int plan_year = 2024);
/// The same; throws invalid_argument naming row and column of the first issue and the number of all.
[[nodiscard]] StartingPeople read_census(const std::filesystem::path& file, const SimulationSettings& settings = {},
                                         int plan_year = 2024);

// ---- Writing ----

enum class SimulationFormat { duckdb, parquet_folder };

/// A file or folder that tables must not take the place of, and what it is, for messages: "the store in use".
struct KeptPath {
  std::filesystem::path path;
  std::string what;
};

struct SimulationTablesOptions {
  SimulationFormat format = SimulationFormat::duckdb;
  /// Take the place of tables written here before; else already_exists. What else is there is never replaced.
  bool replace = false;
  std::string scenario_id = "default";  ///< Of the parameters and events.
  std::vector<KeptPath> keep;           ///< Never replaced: what is being read, the store in use.
};

/// Writes simulated years as dbt's tables (employee_ssn NULL), year by year, so that one year is in memory at a time.
/// Nothing is at the target before finish(); without it nothing is left. Not for several threads at once.
///
///     planwise::SimulationTables tables("scenario.duckdb");
///     tables.baseline(input.people, 2025);
///     tables.settings(input.settings);
///     tables.levers(input.levers);
///     for (const planwise::YearRows& rows : result.rows) tables.year(rows);
///     tables.finish();
class SimulationTables {
 public:
  /// Throws already_exists (also for what is not replaced), busy, not_found (folder), denied, io.
  explicit SimulationTables(const std::filesystem::path& target, SimulationTablesOptions options = {});
  ~SimulationTables();
  SimulationTables(const SimulationTables&) = delete;
  SimulationTables& operator=(const SimulationTables&) = delete;

  void baseline(const People& people, int first_year);
  /// As dbt's config_ tables, and rates, hires by level and ages of hires, which dbt has no table of, as
  /// config_planwise_settings. load_settings() of the tables gives all of them back but outlier_pay.
  void settings(const SimulationSettings& settings);
  void levers(const std::map<int, YearLevers>& levers, const std::map<int, LeverLocks>& locks = {});
  /// Throws invalid_argument when columns differ in length, an event names a row that is not there, or the year was
  /// written before. Cost: about 2 s for five years of 100,000 people, finish() included.
  void year(const YearRows& rows);
  /// Puts the tables at the target. Afterwards every call throws wrong_state.
  void finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace planwise
