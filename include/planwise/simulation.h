/// \file
/// Simulating a workforce over years: what goes in (people, settings, levers by year, a seed) and what comes out.
///
///     planwise::SimulationInput input;
///     input.people = people;                                            // one row an employee, columns of equal
///     length for (int year = 2025; year <= 2029; ++year) input.levers[year];   // the defaults of the lever schema
///     planwise::SimulationResult result = planwise::simulate(input);
///     double payroll = result.years.at(0).active_compensation;
///
/// The model, for each year: (1) last year's active employees get a year older; (2) an exact share of the experienced
/// leaves, those whose draw falls under their hazard first; (3) hires make up for them and for growth; (4) an exact
/// share of the hires leaves; (5) promotions; (6) raises; (7) figures of everybody who was there.
///
/// Units: money in the currency of the database, a year; rates and probabilities as fractions; dates as days since
/// 1970-01-01 (civil calendar, no time zone). Levels count from 1 in every output and from 0 as array index.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace planwise {

inline constexpr std::size_t level_count = 5;
inline constexpr std::size_t age_band_count = 6;     ///< < 25, 25-34, 35-44, 45-54, 55-64, 65+
inline constexpr std::size_t tenure_band_count = 5;  ///< < 2, 2-4, 5-9, 10-19, 20+
template <class T>
using ByLevel = std::array<T, level_count>;

/// The pay levers in force in one year, one value a level.
struct YearLevers {
  ByLevel<double> merit_rate{0.045, 0.040, 0.035, 0.035, 0.040};
  ByLevel<double> cola_rate{0.025, 0.025, 0.025, 0.025, 0.025};
  ByLevel<double> new_hire_salary_adjustment{1.15, 1.15, 1.15, 1.15, 1.15};  ///< Factor on the middle of the range.
  ByLevel<double> promotion_probability{0.12, 0.08, 0.05, 0.02, 0.01};
  ByLevel<double> promotion_raise{0.12, 0.12, 0.12, 0.12, 0.12};  ///< Of the level left.
  bool new_hire_stored_as_HIRE =
      false;  ///< How a database spells the event; matters to DbtBehaviour::lever_letter_case alone.
};

/// The people at the start, the end of the year before the first, as columns of equal length. Their order changes no
/// figure; rows come out in it.
struct People {
  std::vector<std::string>
      employee_id;                   ///< Unique, not empty; the key of a person's draws. No id of a hire (see hire_id).
  std::vector<double> compensation;  ///< Annual, finite, not below 0.
  std::vector<std::int32_t> age, tenure;  ///< Whole years at the start: 0 to 120, 0 to 100.
  std::vector<std::int32_t> level;        ///< 1 to level_count.
  std::vector<std::int32_t> birth_date,
      hire_date;  ///< Before the first year; no_date where unknown: then tenure tells the year.
  [[nodiscard]] std::size_t size() const noexcept { return employee_id.size(); }
};
inline constexpr std::int32_t no_date = INT32_MIN;

struct JobLevel {
  double minimum = 0, maximum = 0;           ///< Pay range; a level holds minimum <= pay < maximum, lowest first.
  double average_promotion_probability = 0;  ///< What promotion_probability is relative to.
  double hire_maximum = 0;                   ///< The maximum that the middle for new hires is taken with.
  double hire_share = 0;                     ///< Part of a year's hires; the shares sum to 1.
};

/// Everything about the model that is no lever. The defaults are those of the reference workforce model.
struct SimulationSettings {
  int start_year = 2025, end_year = 2029;
  double target_growth_rate = 0.03, total_termination_rate = 0.12, new_hire_termination_rate = 0.25;
  ByLevel<JobLevel> levels{{{56000, 80000, 0.12, 80000, 0.40},
                            {81000, 120000, 0.08, 120000, 0.30},
                            {121000, 160000, 0.05, 160000, 0.20},
                            {161000, 300000, 0.02, 250000, 0.08},
                            {275000, 500000, 0.01, 350000, 0.02}}};
  double termination_base = 0.42;
  std::array<double, tenure_band_count> termination_by_tenure{1.8, 0.6, 0.5, 0.4, 0.3};
  std::array<double, age_band_count> termination_by_age{0.7, 1.3, 1.0, 1.6, 1.0, 1.2};
  double promotion_base = 0.1, promotion_level_dampener = 0.15;
  std::array<double, tenure_band_count> promotion_by_tenure{0.5, 1.5, 1.8, 0.8, 0.2};
  std::array<double, age_band_count> promotion_by_age{1.6, 1.4, 1.1, 0.7, 0.3, 0.1};
  /// Weights of January to December for raises; normalised when used.
  std::array<double, 12> raise_month{0.28, 0.03, 0.07, 0.18, 0.04, 0.05, 0.23, 0.03, 0.04, 0.08, 0.02, 0.02};
  std::array<int, 5> hire_ages{25, 28, 32, 35, 40};
  double outlier_pay = 500000;  ///< Pay above it is left out of figures without outliers and within the cap.
};

/// The dbt project's ways that differ from the rules, each on its own. All off: the rules. all(): dbt-compatible.
struct DbtBehaviour {
  /// One draw of 1000 values and one day of 365 an employee serve terminations and promotions of every year, so that
  /// those promoted are mostly those who leave, on the same day. Draw and day are those that dbt gets from
  /// HASH(employee_id) of DuckDB 1.0, whatever the seed; of hires, whose ids are random there, the seed chooses them.
  /// Raise dates and the pick among new hires go by draws of their own, as the real tables show.
  bool one_draw = false;
  /// Hires of a level: ceil(total x share) - 1, some fewer than meant.
  bool hires_short = false;
  /// Age, hire date and pay step of a hire follow its number in the year, counted over levels 1 to 5.
  bool hires_by_number = false;
  /// New-hire terminations 90 to 274 days into the year whatever the hire date.
  bool new_hire_leaves_fixed = false;
  /// promotion_probability and promotion_raise do nothing: the hazard alone, raises of 15 to 24.9 % without the new
  /// level's minimum; also for those who leave before.
  bool promotions_ignore_levers = false;
  /// Raises for all with tenure at the start and a merit above 0, on the pay and level of the start, whether or not
  /// they leave before; overwrites a promotion's pay of the year.
  bool raises_at_start = false;
  /// Levels are derived from pay after the raises: the first whose range holds it, else 1.
  bool levels_from_pay = false;
  /// The first year does not add a year of age and tenure.
  bool first_year_not_older = false;
  /// A new_hire_salary_adjustment that is stored under HIRE is not found: 1.18 is used.
  bool lever_letter_case = false;

  [[nodiscard]] static DbtBehaviour all();
};

enum class SimulationDetail { summary, rows };

struct SimulationInput {
  People people;
  SimulationSettings settings;
  std::map<int, YearLevers> levers;  ///< One a simulated year; a missing year is an invalid_argument.
  std::uint64_t seed = 42;
  DbtBehaviour dbt;
  SimulationDetail detail = SimulationDetail::summary;
  unsigned threads = 0;  ///< 0: as many as the machine has. Never changes a byte of the result.
  /// Asked after each year; false ends the call with Error(cancelled).
  std::function<bool(int years_done, int years_total)> progress;
};

enum class DetailedStatus : std::uint8_t {
  continuous_active,
  new_hire_active,
  experienced_termination,
  new_hire_termination
};
enum class EventType : std::uint8_t { hire, termination, promotion, raise };

/// One year in figures. "active" is continuous_active and new_hire_active at the end of the year.
struct YearFigures {
  int year = 0;
  std::array<std::int64_t, 4> headcount{};      ///< By DetailedStatus.
  std::array<double, 4> status_compensation{};  ///< Current compensation, summed by DetailedStatus.
  std::array<std::int64_t, 4> events{};         ///< By EventType.
  std::int64_t start_headcount = 0;             ///< Active at the start of the year.
  double start_compensation = 0;                ///< Their pay then, summed.
  std::int64_t active_headcount = 0;
  double active_compensation = 0, active_mean = 0, active_median = 0, active_mean_without_outliers = 0;
  ByLevel<std::int64_t> active_by_level{};
  ByLevel<std::int64_t> headcount_by_level{};  ///< Every row of the year, leavers included.
  ByLevel<double> compensation_by_level{}, mean_by_level{}, deviation_by_level{};  ///< Active; population deviation.
  /// The same without people whose pay is above outlier_pay.
  ByLevel<std::int64_t> within_cap_by_level{};
  ByLevel<double> compensation_within_cap_by_level{}, mean_within_cap_by_level{}, deviation_within_cap_by_level{};
  double like_for_like_growth = 0;  ///< Mean growth of pay of those active at both ends of the year; 0 with nobody.
  double prorated_compensation =
      0;  ///< Cost in the year: every row's pay over the days at each rate, leavers included.
};

/// All rows of one year, as columns: the people in the order of the input, then hires by year, level and number.
struct YearRows {
  int year = 0;
  std::vector<std::string> employee_id;
  std::vector<std::int32_t> birth_date, hire_date, termination_date;  ///< no_date where none.
  std::vector<double> current_compensation;                           ///< At the end of the year, or on leaving.
  std::vector<double> prorated_compensation;  ///< Over the days at each rate; the day of an event is the first at the
                                              ///< new rate, the day of leaving the last paid.
  std::vector<double> full_year_equivalent;   ///< A year at the last rate.
  std::vector<std::int32_t> age, tenure;
  std::vector<std::uint8_t> level;  ///< 1 to level_count.
  std::vector<DetailedStatus> status;
  struct Events {                    ///< Ordered by employee row, then date, then type.
    std::vector<std::uint32_t> row;  ///< Index into the columns above.
    std::vector<EventType> type;
    std::vector<std::int32_t> date;
    /// compensation: after the event; of a termination the pay left. previous_compensation: NaN for hires and
    /// terminations. probability: the hazard of a termination or promotion, the rate of a new-hire termination, the
    /// merit of a raise; NaN for hires.
    std::vector<double> compensation, previous_compensation, probability;
    std::vector<std::uint8_t> level;  ///< Before the event; of a hire its own.
  } events;
};

struct SimulationResult {
  std::vector<YearFigures> years;
  std::vector<YearRows> rows;  ///< Empty unless SimulationDetail::rows.
};

/// The id of the number-th hire (from 1) of a level (from 1) in a year, "NH_2025_2_000017". Numbers count within the
/// level so that a lever, or one hire more elsewhere, leaves the draws of the others as they are.
[[nodiscard]] std::string hire_id(int year, int level, std::int64_t number);

/// Runs the model. Pure: same input, same bytes, on any number of threads and in any order of people; a person's draws
/// depend on (seed, employee_id, year, event) alone, so that adding people or moving a lever changes nobody else's.
/// Safe to call from several threads. Throws invalid_argument naming the person, column or setting that does not fit,
/// its value and what is allowed, and cancelled. Cost: about 60 ns of one core an employee-year, 150 to 300 bytes an
/// employee; rows about 200 bytes an employee-year.
[[nodiscard]] SimulationResult simulate(const SimulationInput& input);

}  // namespace planwise
