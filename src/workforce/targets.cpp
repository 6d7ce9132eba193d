// Targets by year with their tolerance, and early warnings.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planwise/error.h"
#include "workforce/analysis.h"
#include "workforce/levers.h"
#include "workforce/needs.h"
#include "workforce/numbers.h"
#include "workforce/parts.h"

namespace planwise {

using namespace workforce;

namespace {

/// Raises of the year as fractions of the pay before, with COLA in them or not.
std::vector<double> raises_of(const YearColumns& year, const YearLevers* levers, bool merit_only) {
  std::vector<double> raises;
  const EventColumns& events = year.events;
  for (std::size_t event = 0; event < events.size(); ++event) {
    if (events.kind[event] != EventKind::raise || !(events.previous[event] > 0) ||
        std::isnan(events.compensation[event]))
      continue;
    double raise = events.compensation[event] / events.previous[event] - 1;
    const std::int32_t level = events.level[event];
    if (merit_only && levers != nullptr && level >= 1 && level <= static_cast<std::int32_t>(level_count)) {
      raise -= levers->cola_rate[static_cast<std::size_t>(level - 1)];
    }
    raises.push_back(raise);
  }
  return raises;
}

double share_promoted(const YearColumns& year) {
  const auto promotions = std::count(year.events.kind.begin(), year.events.kind.end(), EventKind::promotion);
  const auto at_start = std::count_if(year.people.status.begin(), year.people.status.end(), [](RowStatus status) {
    return status == RowStatus::continuous_active || status == RowStatus::experienced_termination;
  });
  return !lack_of(year, Analysis::events) ? ratio(static_cast<double>(promotions), static_cast<double>(at_start)) : nan;
}

double level_median(const YearColumns& year, int level) {
  std::vector<double> pay;
  for (std::size_t row = 0; row < year.people.size(); ++row) {
    if (is_active(year.people.status[row]) && year.people.level[row] == level &&
        !std::isnan(year.people.current[row])) {
      pay.push_back(year.people.current[row]);
    }
  }
  return median_of(std::move(pay));
}

/// The year's figure of a metric of comp_targets; NaN for a metric that is none of these.
double actual_of(const std::string& metric, const YearColumns& year, const YearColumns& before,
                 const YearLevers* levers, double outlier_pay) {
  if (lack_of(year, Analysis::heads)) return nan;
  const std::vector<double> pay = active_pay(year.people);
  if (metric == "total_compensation_cost") return pay.empty() ? nan : sum_of(pay);
  if (metric == "total_employees") {
    return static_cast<double>(
        std::count_if(year.people.status.begin(), year.people.status.end(), [](RowStatus s) { return is_active(s); }));
  }
  if (metric == "promotion_rate") return share_promoted(year);
  if (metric == "median_merit_increase") return levers == nullptr ? nan : median_of(raises_of(year, levers, true));
  if (metric == "compensation_growth_rate") {
    return before.people.size() > 0 ? growth_of(&before, year, outlier_pay).mean : nan;
  }
  for (int level = 1; level <= static_cast<int>(level_count); ++level) {
    if (metric == fmt::format("level_{}_median_salary", level)) return level_median(year, level);
  }
  return nan;
}

TargetState state_of(const TargetResult& target) {
  if (std::isnan(target.actual) || std::isnan(target.target)) return TargetState::unknown;
  const double away = target.actual - target.target;
  if (std::abs(away) <= target.tolerance * std::abs(target.target)) return TargetState::met;
  return away < 0 ? TargetState::below : TargetState::above;
}

}  // namespace

std::string_view to_text(TargetState state) noexcept {
  switch (state) {
    case TargetState::met:
      return "met";
    case TargetState::below:
      return "below";
    case TargetState::above:
      return "above";
    case TargetState::unknown:
      return "unknown";
  }
  return "unknown";
}

std::vector<TargetResult> SimulationDatabase::targets() const {
  const Session session = parts_->source.open();
  const FoundTable* table = session.first_of({targets_table().name, "stg_comp_targets"});
  std::vector<TargetResult> results;
  if (table == nullptr) return results;
  {
    const std::string scenario = parts_->options.scenario_id.empty() ? "default" : parts_->options.scenario_id;
    duck::Rows rows =
        session.connection().query(fmt::format("SELECT fiscal_year, coalesce(metric_name, ''), target_value, "
                                               "coalesce(tolerance_pct, 0), coalesce(priority, ''), "
                                               "coalesce(description, '') FROM {} WHERE coalesce(scenario_id, ?) = ? "
                                               "AND fiscal_year BETWEEN -9999 AND 9999 "
                                               "ORDER BY fiscal_year, metric_name, target_value",
                                               normalised(*table, targets_table())),
                                   {scenario, scenario});
    while (rows.next()) {
      TargetResult target;
      target.year = static_cast<int>(rows.integer(0));
      target.metric = lower(rows.text(1));
      target.target = rows.optional_real(2).value_or(nan);
      target.tolerance = rows.real(3);
      target.priority = std::string(rows.text(4));
      target.description = std::string(rows.text(5));
      results.push_back(std::move(target));
    }
  }
  const std::vector<int> years = snapshot_years(session);
  for (TargetResult& target : results) {
    target.actual = nan;
    if (std::binary_search(years.begin(), years.end(), target.year)) {
      const auto year = parts_->year(session, target.year);
      const auto before = parts_->year(session, target.year - 1);
      const auto levers = parts_->levers_of(session, target.year);
      target.actual = actual_of(target.metric, *year, *before, levers.get(), parts_->options.outlier_pay);
    }
    target.state = state_of(target);
  }
  return results;
}

std::vector<EarlyWarning> SimulationDatabase::early_warnings(const WarningLimits& limits) const {
  const Session session = parts_->source.open();
  std::vector<EarlyWarning> warnings;
  for (int year : snapshot_years(session)) {
    const auto rows = parts_->filled_year(session, year);
    require_columns(*rows, Analysis::heads);
    double hired = 0, active = 0;
    for (RowStatus status : rows->people.status) {
      active += is_active(status) ? 1 : 0;
      hired += status == RowStatus::new_hire_active ? 1 : 0;
    }
    if (const double share = ratio(hired, active); share > limits.new_hire_share) {
      warnings.push_back(
          {year, "new_hire_share", share, limits.new_hire_share,
           fmt::format(
               "{:.1f} % of those active at the end of {} were hired in it: they move the mean more than raises do",
               share * 100, year)});
    }
    const auto levers = parts_->levers_of(session, year);
    if (levers) {
      const auto [low, high] = std::minmax_element(levers->merit_rate.begin(), levers->merit_rate.end());
      if (*high - *low > limits.merit_spread) {
        warnings.push_back(
            {year, "merit_spread", *high - *low, limits.merit_spread,
             fmt::format("merit of {} differs by {:.2f} points between levels", year, (*high - *low) * 100)});
      }
    }
    const std::vector<double> raises = raises_of(*rows, nullptr, false);
    if (raises.empty()) continue;
    if (const double lowest = *std::min_element(raises.begin(), raises.end()); lowest < limits.minimum_raise) {
      warnings.push_back(
          {year, "minimum_raise", lowest, limits.minimum_raise,
           fmt::format("the lowest raise of {} is {:.2f} %, merit and COLA together", year, lowest * 100)});
    }
  }
  return warnings;
}

}  // namespace planwise
