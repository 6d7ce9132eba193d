// What holds of every simulation, whatever the people, rates, levers and seed.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "simulate_samples.h"

namespace planwise::simulation {
namespace {

double fraction(int least, int most) { return *rc::gen::inRange(least, most + 1) / 1000.0; }

ByLevel<double> rates(int least, int most) {
  ByLevel<double> values{};
  for (double& value : values) value = fraction(least, most);
  return values;
}

/// Rules mode. The census is the sample one, of any size.
SimulationInput any_input() {
  SimulationInput input = sample_input(static_cast<std::size_t>(*rc::gen::inRange(1, 400)));
  input.seed = *rc::gen::arbitrary<std::uint64_t>();
  input.settings.end_year = *rc::gen::inRange(2025, 2030);
  input.settings.target_growth_rate = fraction(-200, 300);
  input.settings.total_termination_rate = fraction(0, 1000);
  input.settings.new_hire_termination_rate = fraction(0, 900);
  input.settings.promotion_base = fraction(0, 1000);
  for (auto& [year, levers] : input.levers) {
    levers = {rates(0, 120), rates(0, 80), rates(1000, 1500), rates(0, 300), rates(50, 300)};
  }
  return input;
}

DbtBehaviour any_dbt() {
  const auto any = [] { return *rc::gen::arbitrary<bool>(); };
  return {any(), any(), any(), any(), any(), any(), any(), any(), any()};
}

std::int64_t half_away(double value) { return std::llround(value + std::copysign(1e-9, value)); }

RC_GTEST_PROP(SimulateProperty, PeopleOfALevelAreThoseOfTheStartPlusComersLessLeavers, ()) {
  const SimulationInput input = any_input();
  const SimulationResult result = simulate(input);
  ByLevel<std::int64_t> before{};
  for (const std::int32_t level : input.people.level) ++before[static_cast<std::size_t>(level) - 1];
  for (std::size_t y = 0; y < result.years.size(); ++y) {
    const YearRows& rows = result.rows[y];
    for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
      const std::size_t level = rows.events.level[i] - 1U;
      if (rows.events.type[i] == EventType::hire) ++before[level];
      if (rows.events.type[i] == EventType::termination) --before[level];
      if (rows.events.type[i] == EventType::promotion) {
        --before[level];
        ++before[level + 1];
      }
    }
    RC_ASSERT(before == result.years[y].active_by_level);
  }
}

RC_GTEST_PROP(SimulateProperty, CountsAreExact, ()) {
  const SimulationInput input = any_input();
  const SimulationResult result = simulate(input);
  auto start = static_cast<std::int64_t>(input.people.size());
  for (std::size_t y = 0; y < result.years.size(); ++y) {
    const YearFigures& figures = result.years[y];
    const YearRows& rows = result.rows[y];
    std::int64_t experienced = 0;
    for (std::size_t i = 0; i < rows.employee_id.size(); ++i)
      experienced += rows.hire_date[i] < first_day_of(figures.year - 1) ? 1 : 0;
    const std::int64_t leavers = half_away(static_cast<double>(experienced) * input.settings.total_termination_rate);
    const std::int64_t growth = half_away(static_cast<double>(start) * input.settings.target_growth_rate);
    const std::int64_t hires = std::max<std::int64_t>(
        0, half_away(static_cast<double>(growth + leavers) / (1 - input.settings.new_hire_termination_rate)));
    RC_ASSERT(figures.start_headcount == start);
    RC_ASSERT(count_of(figures, DetailedStatus::experienced_termination) == leavers);
    RC_ASSERT(count_of(figures, EventType::hire) == hires);
    RC_ASSERT(count_of(figures, DetailedStatus::new_hire_termination) ==
              half_away(static_cast<double>(hires) * input.settings.new_hire_termination_rate));
    RC_ASSERT(figures.active_headcount == start + hires - count_of(figures, EventType::termination));
    start = figures.active_headcount;
  }
}

/// Holds in dbt's ways too.
void check_rows(const SimulationResult& result) {
  for (std::size_t y = 0; y < result.years.size(); ++y) {
    const YearRows& rows = result.rows[y];
    RC_ASSERT(std::set<std::string>(rows.employee_id.begin(), rows.employee_id.end()).size() ==
              rows.employee_id.size());
    double active = 0;
    std::int64_t people = 0;
    for (std::size_t i = 0; i < rows.employee_id.size(); ++i) {
      RC_ASSERT(rows.current_compensation[i] >= 0 && rows.prorated_compensation[i] >= 0 &&
                rows.full_year_equivalent[i] >= 0);
      RC_ASSERT(rows.level[i] >= 1 && rows.level[i] <= level_count);
      const bool left = rows.status[i] == DetailedStatus::experienced_termination ||
                        rows.status[i] == DetailedStatus::new_hire_termination;
      RC_ASSERT(left == (rows.termination_date[i] != no_date));
      active += left ? 0 : rows.current_compensation[i];
      people += left ? 0 : 1;
    }
    RC_ASSERT(people == result.years[y].active_headcount);
    RC_ASSERT(std::abs(active - result.years[y].active_compensation) <= 1e-9 * active);
    std::set<std::pair<std::uint32_t, EventType>> seen;
    for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
      RC_ASSERT(seen.emplace(rows.events.row[i], rows.events.type[i]).second);  // at most one of a type
      RC_ASSERT(rows.events.date[i] >= first_day_of(rows.year) && rows.events.date[i] < first_day_of(rows.year + 1));
      if (i == 0 || rows.events.row[i] != rows.events.row[i - 1]) continue;
      RC_ASSERT(rows.events.date[i] > rows.events.date[i - 1] ||
                (rows.events.date[i] == rows.events.date[i - 1] && rows.events.type[i] > rows.events.type[i - 1]));
    }
  }
}

RC_GTEST_PROP(SimulateProperty, RowsAreSoundInRulesAndInEveryDbtWay, ()) {
  SimulationInput input = any_input();
  check_rows(simulate(input));
  input.dbt = any_dbt();
  check_rows(simulate(input));
}

RC_GTEST_PROP(SimulateProperty, NothingHappensToThoseWhoHaveLeftOrNotYetCome, ()) {
  const SimulationResult result = simulate(any_input());
  for (const YearRows& rows : result.rows) {
    for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
      const std::size_t row = rows.events.row[i];
      const EventType type = rows.events.type[i];
      const std::int32_t date = rows.events.date[i];
      RC_ASSERT(rows.hire_date[row] <= date);
      if (type == EventType::termination) RC_ASSERT(rows.termination_date[row] == date);
      if (type == EventType::raise || type == EventType::promotion) {
        RC_ASSERT(rows.termination_date[row] == no_date || date < rows.termination_date[row]);
        RC_ASSERT(rows.tenure[row] >= 1);
      }
    }
  }
}

RC_GTEST_PROP(SimulateProperty, EveryRaiseIsMeritPlusColaOnThePayBefore, ()) {
  SimulationInput input = any_input();
  if (*rc::gen::arbitrary<bool>()) input.dbt = DbtBehaviour::all();
  for (const YearRows& rows : simulate(input).rows) {
    const YearLevers& levers = input.levers.at(rows.year);
    for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
      if (rows.events.type[i] != EventType::raise) continue;
      const std::size_t level = rows.events.level[i] - 1U;
      const double exact =
          rows.events.previous_compensation[i] * (1 + levers.merit_rate[level] + levers.cola_rate[level]);
      RC_ASSERT(rows.events.compensation[i] == std::round(exact * 100) / 100);
    }
  }
}

RC_GTEST_PROP(SimulateProperty, CostNeverFallsWhenAPayLeverRises, ()) {
  SimulationInput input = any_input();
  input.detail = SimulationDetail::summary;
  // One merit for all levels: a promotion into a level of smaller merit may well cost less in the end.
  for (auto& [year, levers] : input.levers) levers.merit_rate.fill(levers.merit_rate[0]);
  const SimulationResult before = simulate(input);
  const int lever = *rc::gen::inRange(0, 4);
  const std::size_t level = *rc::gen::inRange<std::size_t>(0, level_count);
  YearLevers& levers = input.levers.at(*rc::gen::inRange(2025, input.settings.end_year + 1));
  if (lever == 0) levers.merit_rate.fill(levers.merit_rate[0] + 0.03);
  if (lever == 1) levers.cola_rate[level] += 0.03;
  if (lever == 2) levers.new_hire_salary_adjustment[level] += 0.1;
  if (lever == 3) levers.promotion_raise[level] += 0.1;
  const SimulationResult after = simulate(input);
  for (std::size_t y = 0; y < before.years.size(); ++y) {
    RC_ASSERT(after.years[y].headcount == before.years[y].headcount);
    RC_ASSERT(after.years[y].active_compensation >= before.years[y].active_compensation);
    RC_ASSERT(after.years[y].active_median >= before.years[y].active_median);
  }
}

RC_GTEST_PROP(SimulateProperty, MorePromotionsNeverCostLess, ()) {
  SimulationInput input = any_input();
  for (auto& [year, levers] : input.levers) {
    levers.merit_rate.fill(levers.merit_rate[0]);
    levers.cola_rate.fill(levers.cola_rate[0]);
    levers.promotion_raise.fill(levers.promotion_raise[0]);
  }
  const SimulationResult before = simulate(input);
  for (auto& [year, levers] : input.levers) levers.promotion_probability[0] += 0.1;
  input.settings.end_year = 2025;
  RC_ASSERT(simulate(input).years[0].active_compensation >= before.years[0].active_compensation);
}

/// All that is drawn for a person, by id and type: date and, where pay does not depend on others, pay.
std::map<std::pair<std::string, EventType>, std::int32_t> raise_dates(const YearRows& rows) {
  std::map<std::pair<std::string, EventType>, std::int32_t> dates;
  for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
    const EventType type = rows.events.type[i];
    if (type == EventType::raise || type == EventType::hire)
      dates[{rows.employee_id[rows.events.row[i]], type}] = rows.events.date[i];
  }
  return dates;
}

RC_GTEST_PROP(SimulateProperty, DrawsOfAPersonDoNotMoveWhenOthersComeOrALeverMoves, ()) {
  SimulationInput input = any_input();
  const SimulationResult before = simulate(input);
  const People more = sample_people(input.people.size() + static_cast<std::size_t>(*rc::gen::inRange(0, 50)));
  input.people = more;
  for (auto& [year, levers] : input.levers) levers.promotion_probability[1] = levers.merit_rate[0] = 0.11;
  const SimulationResult after = simulate(input);
  for (std::size_t y = 0; y < before.years.size(); ++y) {
    const auto dates = raise_dates(after.rows[y]);
    for (const auto& [who, date] : raise_dates(before.rows[y])) {
      const auto found = dates.find(who);
      if (found != dates.end()) RC_ASSERT(found->second == date);
    }
  }
}

RC_GTEST_PROP(SimulateProperty, NobodyElseMovesWithALever, ()) {
  SimulationInput input = any_input();
  const SimulationResult before = simulate(input);
  for (auto& [year, levers] : input.levers) levers.merit_rate[0] += 0.01;
  const SimulationResult after = simulate(input);
  for (std::size_t y = 0; y < before.rows.size(); ++y) {
    RC_ASSERT(before.rows[y].employee_id == after.rows[y].employee_id);
    RC_ASSERT(before.rows[y].termination_date == after.rows[y].termination_date);
    RC_ASSERT(before.rows[y].level == after.rows[y].level);
    RC_ASSERT(before.rows[y].events.date == after.rows[y].events.date);
  }
}

RC_GTEST_PROP(SimulateProperty, NumberOfThreadsChangesNoByte, ()) {
  SimulationInput input = any_input();
  input.people = sample_people(static_cast<std::size_t>(*rc::gen::inRange(16000, 20000)));
  input.settings.end_year = 2026;
  input.detail = SimulationDetail::summary;
  input.dbt = any_dbt();
  const std::string one = bytes_of(simulate(input));
  input.threads = static_cast<unsigned>(*rc::gen::inRange(2, 9));
  RC_ASSERT(bytes_of(simulate(input)) == one);
}

}  // namespace
}  // namespace planwise::simulation
