// What a set of levers costs and whom it reaches, against the start: by year, and by level in the target year.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "manager/decision_parts.h"
#include "simulate/objectives.h"

namespace planwise::manager {

namespace {

struct NamedFigure {
  std::string_view name;
  double (*value)(const YearFigures&);
};
double events_of(const YearFigures& year, EventType type) {
  return static_cast<double>(year.events[static_cast<std::size_t>(type)]);
}
constexpr std::array<NamedFigure, 10> named_figures{
    {{"active_headcount", [](const YearFigures& y) { return static_cast<double>(y.active_headcount); }},
     {"active_compensation", [](const YearFigures& y) { return y.active_compensation; }},
     {"prorated_compensation", [](const YearFigures& y) { return y.prorated_compensation; }},
     {"active_mean", [](const YearFigures& y) { return y.active_mean; }},
     {"active_mean_without_outliers", [](const YearFigures& y) { return y.active_mean_without_outliers; }},
     {"active_median", [](const YearFigures& y) { return y.active_median; }},
     {"equity", [](const YearFigures& y) { return simulation::equity_of(y); }},
     {"like_for_like_growth", [](const YearFigures& y) { return y.like_for_like_growth; }},
     {"hires", [](const YearFigures& y) { return events_of(y, EventType::hire); }},
     {"promotions", [](const YearFigures& y) { return events_of(y, EventType::promotion); }}}};

/// Figures by year, and what the target year says by level; each the mean over the study's seeds.
struct MeanFigures {
  std::vector<int> years;
  std::vector<std::array<double, named_figures.size()>> values;
  ByLevel<double> active{}, pay{};  ///< Of the target year.
  double hires = 0;
};

void add_to(MeanFigures& mean, const std::vector<YearFigures>& years, int target_year, double weight) {
  if (mean.years.empty()) {
    for (const YearFigures& year : years) mean.years.push_back(year.year);
    mean.values.resize(years.size());
  }
  for (std::size_t i = 0; i < years.size(); ++i) {
    for (std::size_t figure = 0; figure < named_figures.size(); ++figure)
      mean.values[i][figure] += weight * named_figures[figure].value(years[i]);
    if (years[i].year != target_year) continue;
    for (std::size_t level = 0; level < level_count; ++level) {
      mean.active[level] += weight * static_cast<double>(years[i].active_by_level[level]);
      mean.pay[level] += weight * years[i].mean_by_level[level];
    }
    mean.hires += weight * events_of(years[i], EventType::hire);
  }
}

int target_year_of(const PreparedStudy& prepared, const Scenario& scenario) {
  if (prepared.study.simulation.target_year != 0) return prepared.study.simulation.target_year;
  return scenario.result.years.empty() ? 0 : scenario.result.years.back().year;
}

struct Simulated {
  Scenario scenario;  ///< Of the first seed.
  MeanFigures mean;
  int target_year = 0;
};

Simulated simulated(const PreparedStudy& prepared, const std::vector<double>& point) {
  Simulated result;
  result.scenario = prepared.scenario_at(point, 0);
  result.target_year = target_year_of(prepared, result.scenario);
  const std::int64_t seeds = std::max<std::int64_t>(1, prepared.study.simulation.seeds);
  const double weight = 1.0 / static_cast<double>(seeds);
  add_to(result.mean, result.scenario.result.years, result.target_year, weight);
  for (std::int64_t seed = 1; seed < seeds; ++seed)
    add_to(result.mean, prepared.scenario_at(point, seed).result.years, result.target_year, weight);
  return result;
}

double figure_of(const Simulated& run, std::string_view name, int year) {
  for (std::size_t i = 0; i < run.mean.years.size(); ++i) {
    if (run.mean.years[i] != year) continue;
    for (std::size_t figure = 0; figure < named_figures.size(); ++figure) {
      if (named_figures[figure].name == name) return run.mean.values[i][figure];
    }
  }
  return std::nan("");
}

Json compared(double before, double now) {
  return Json(Json::Object{{"baseline", before},
                           {"proposed", now},
                           {"change", now - before},
                           {"relative_change", before == 0 ? Json() : Json(now / before - 1)}});
}

Json cost_impact(const Simulated& start, const Simulated& best) {
  const int year = best.target_year;
  Json impact = compared(figure_of(start, "active_compensation", year), figure_of(best, "active_compensation", year));
  impact.set("in_year",
             compared(figure_of(start, "prorated_compensation", year), figure_of(best, "prorated_compensation", year)));
  impact.set("run_rate",
             compared(figure_of(start, "active_compensation", year), figure_of(best, "active_compensation", year)));
  double before = 0, now = 0;
  for (const int each : best.mean.years) {
    before += figure_of(start, "prorated_compensation", each);
    now += figure_of(best, "prorated_compensation", each);
  }
  impact.set("all_years_in_year", compared(before, now));
  impact.set("year", year);
  impact.set("unit", "currency of the data, a year");
  return impact;
}

/// Levers that differ between the two, by level; those for all levels count for each. New-hire levers apart.
ByLevel<std::vector<std::string>> changed_by_level(const Json& start, const Json& best) {
  ByLevel<std::vector<std::string>> changed;
  for (const auto& [name, value] : best.as_object()) {
    const Json* before = start.find(name);
    if (before == nullptr || numerically_equal(*before, value) || name.starts_with("new_hire")) continue;
    const std::size_t mark = name.rfind("_level_");
    for (std::size_t level = 0; level < level_count; ++level) {
      if (mark == std::string::npos || name.substr(mark + 7) == std::to_string(level + 1))
        changed[level].push_back(name);
    }
  }
  return changed;
}

Json employee_impact(const PreparedStudy& prepared, const Simulated& start, const Simulated& best, const Json& from,
                     const Json& to) {
  const ByLevel<std::vector<std::string>> changed = changed_by_level(from, to);
  Json levels = Json::array();
  double affected = 0, active = 0;
  for (std::size_t level = 0; level < level_count; ++level) {
    const double here = changed[level].empty() ? 0 : best.mean.active[level];
    affected += here;
    active += best.mean.active[level];
    Json names = Json::array();
    for (const std::string& name : changed[level]) names.push_back(name);
    levels.push_back(Json(Json::Object{{"level", static_cast<std::int64_t>(level + 1)},
                                       {"active", best.mean.active[level]},
                                       {"affected", here},
                                       {"mean_pay_baseline", start.mean.pay[level]},
                                       {"mean_pay_proposed", best.mean.pay[level]},
                                       {"levers_changed", std::move(names)}}));
  }
  const Json* hire_before = from.find("new_hire_salary_adjustment");
  const Json* hire_now = to.find("new_hire_salary_adjustment");
  const bool hires_change =
      hire_before != nullptr && hire_now != nullptr && !numerically_equal(*hire_before, *hire_now);
  (void)prepared;
  return Json(Json::Object{{"year", best.target_year},
                           {"employees_affected", affected},
                           {"active_headcount", active},
                           {"new_hires_affected", hires_change ? best.mean.hires : 0.0},
                           {"by_level", std::move(levels)}});
}

Json figures_by_year(const Simulated& start, const Simulated& best) {
  Json years = Json::object();
  for (const int year : best.mean.years) {
    Json of_year = Json::object();
    for (const NamedFigure& figure : named_figures) {
      const double before = figure_of(start, figure.name, year), now = figure_of(best, figure.name, year);
      of_year.set(figure.name, Json(Json::Object{{"baseline", before}, {"best", now}, {"change", now - before}}));
    }
    years.set(std::to_string(year), std::move(of_year));
  }
  return years;
}

}  // namespace

void keep_impacts(const PreparedStudy& prepared, const std::vector<double>& start, const std::vector<double>& best,
                  Run& run) {
  if (!has_data(prepared.study) || !prepared.scenario_at) return;
  const Simulated before = simulated(prepared, start), now = simulated(prepared, best);
  Results& results = run.results;
  results.estimated_cost_impact = cost_impact(before, now);
  results.estimated_employee_impact =
      employee_impact(prepared, before, now, prepared.levers_at(start), prepared.levers_at(best));
  results.projected_outcomes.set("target_year", now.target_year);
  results.projected_outcomes.set("years", figures_by_year(before, now));
  Json summary = planwise::to_json(now.scenario);
  summary.set("baseline", planwise::to_json(before.scenario));
  if (!run.simulation_data) run.simulation_data = Json::object();
  run.simulation_data->set("simulation_results", std::move(summary));
}

}  // namespace planwise::manager
