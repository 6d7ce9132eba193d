/// \file
/// Simulating a workforce over years: what goes in (people, settings, levers by year, a seed) and what comes out.
///
///     planwise::SimulationInput input;               // filled by planwise::Workforce readers, or by hand
///     input.people = people;                         // one row an employee, columns of equal length
///     input.levers[2025] = planwise::YearLevers{};   // the defaults of the lever schema
///     planwise::SimulationResult result = planwise::simulate(input);
///     double payroll = result.years.at(0).active_compensation;
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
};

/// The people at the start, as columns of equal length. Order does not matter to any result.
struct People {
  std::vector<std::string> employee_id;   ///< Unique; the key of a person's draws.
  std::vector<double> compensation;       ///< Annual, finite, not below 0.
  std::vector<std::int32_t> age, tenure;  ///< Whole years at the start.
  std::vector<std::int32_t> level;        ///< 1 to level_count.
  std::vector<std::int32_t> birth_date, hire_date;  ///< Days since 1970-01-01; no_date where unknown.
  [[nodiscard]] std::size_t size() const noexcept { return employee_id.size(); }
};
inline constexpr std::int32_t no_date = INT32_MIN;

struct JobLevel {
  double minimum = 0, maximum = 0;            ///< Pay range; a level holds minimum <= pay < maximum, lowest first.
  double average_promotion_probability = 0;   ///< What promotion_probability is relative to.
  double hire_maximum = 0;                    ///< The maximum that the middle for new hires is taken with.
  double hire_share = 0;                      ///< Part of a year's hires.
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
  double outlier_pay = 500000;  ///< Pay above it is left out of the mean without outliers.
};

/// The dbt project's ways that differ from the rules, each on its own. All off: the rules. all(): dbt-compatible.
struct DbtBehaviour {
  bool one_draw = false;              ///< One draw and one day an employee serve every event and year; no seed.
  bool hires_short = false;           ///< Hires of a level: ceil(total x share) - 1.
  bool hires_by_number = false;       ///< Age, hire date and pay step of a hire follow its number.
  bool new_hire_leaves_fixed = false; ///< New-hire terminations 90 to 274 days into the year, even before the hire.
  bool promotions_ignore_levers = false;  ///< promotion_probability and promotion_raise do nothing; raises of 15 to 24.9 %.
  bool raises_at_start = false;       ///< Raises for all active at the start with tenure, on the pay of the start, over a promotion.
  bool levels_from_pay = false;       ///< Levels are derived from pay again after the raises.

  bool first_year_not_older = false;  ///< The first year does not add a year of age and tenure to the baseline.
  bool lever_letter_case = false;     ///< new_hire_salary_adjustment stored under HIRE is not found: 1.18.
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

enum class DetailedStatus : std::uint8_t { continuous_active, new_hire_active, experienced_termination, new_hire_termination };
enum class EventType : std::uint8_t { hire, termination, promotion, raise };

/// One year in figures. "active" is continuous_active and new_hire_active at the end of the year.
struct YearFigures {
  int year = 0;
  std::array<std::int64_t, 4> headcount{};    ///< By DetailedStatus.
  std::array<double, 4> status_compensation{};  ///< Current compensation, summed by DetailedStatus.
  std::array<std::int64_t, 4> events{};       ///< By EventType.
  std::int64_t active_headcount = 0;
  double active_compensation = 0, active_mean = 0, active_median = 0, active_mean_without_outliers = 0;
  ByLevel<std::int64_t> active_by_level{};
  ByLevel<double> compensation_by_level{}, mean_by_level{}, deviation_by_level{};  ///< Active; population deviation.
  double like_for_like_growth = 0;            ///< Growth of summed pay of those active in both years; 0 in the first without a year before.
  double prorated_compensation = 0;           ///< Cost in the year: every row's pay over the days at each rate.
};

/// All rows of one year, as columns. Rows are ordered by employee_id of the start, then hires in order of number.
struct YearRows {
  int year = 0;
  std::vector<std::string> employee_id;
  std::vector<std::int32_t> birth_date, hire_date, termination_date;  ///< no_date where none.
  std::vector<double> current_compensation, prorated_compensation, full_year_equivalent;
  std::vector<std::int32_t> age, tenure;
  std::vector<std::uint8_t> level;            ///< 1 to level_count.
  std::vector<DetailedStatus> status;
  struct Events {                             ///< Ordered by employee row, then date, then type.
    std::vector<std::uint32_t> row;           ///< Index into the columns above.
    std::vector<EventType> type;
    std::vector<std::int32_t> date;
    std::vector<double> compensation, previous_compensation, probability;  ///< NaN where there is none.
    std::vector<std::uint8_t> level;          ///< Before the event; of a hire its own.
  } events;
};

struct SimulationResult {
  std::vector<YearFigures> years;
  std::vector<YearRows> rows;  ///< Empty unless SimulationDetail::rows.
};

/// Runs the model. Pure: same input, same bytes, on any number of threads; a person's draws depend on (seed,
/// employee_id, year, event) alone, so that adding people or moving a lever changes nobody else's.
/// Throws invalid_argument naming the person, column or setting that does not fit. Cost: about 20 ns an employee-year.
[[nodiscard]] SimulationResult simulate(const SimulationInput& input);

}  // namespace planwise
