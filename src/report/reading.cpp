#include "report/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/numbers.h"

namespace planwise::report {

namespace {

YearRow& row_of(std::vector<YearRow>& rows, int year) {
  const auto at = std::find_if(rows.begin(), rows.end(), [&](const YearRow& row) { return row.year == year; });
  if (at != rows.end()) return *at;
  rows.push_back({year, {}, {}, {}, {}, {}, {}});
  return rows.back();
}

/// {figure: value} of a year's record: the figures themselves, or those under "workforce" and "events".
Json flat_record(const Json& record) {
  const Json* workforce = record.find("workforce");
  if (workforce == nullptr || !workforce->is_object()) return record;
  Json out = *workforce;
  if (const Json* events = record.find("events"); events != nullptr && events->is_object()) {
    for (const auto& [name, count] : events->as_object()) out.set("events_" + name, count);
  }
  return out;
}

enum class Side { baseline, plan };

void put(std::vector<YearRow>& rows, int year, Side side, const Json& record, std::string path) {
  if (!record.is_object()) return;
  YearRow& row = row_of(rows, year);
  (side == Side::baseline ? row.baseline : row.plan) = flat_record(record);
  (side == Side::baseline ? row.baseline_path : row.plan_path) = std::move(path);
}

constexpr std::string_view plan_names[] = {"best", "plan", "optimized", "optimal", "proposed"};

const Json* plan_in(const Json& record, std::string_view* name) {
  for (const std::string_view each : plan_names) {
    if (const Json* plan = record.find(each)) {
      *name = each;
      return plan;
    }
  }
  return nullptr;
}

/// {figure: {baseline, best, change}}: both sides under each figure's name.
bool put_by_figure(std::vector<YearRow>& rows, int year, const Json& record, const std::string& path) {
  if (!record.is_object() || record.empty()) return false;
  Json baseline = Json::object(), plan = Json::object();
  std::string_view plan_name, name;
  for (const auto& [figure, sides] : record.as_object()) {
    if (const Json* value = sides.find("baseline")) baseline.set(figure, *value);
    if (const Json* value = plan_in(sides, &name)) {
      plan.set(figure, *value);
      plan_name = name;
    }
  }
  if (plan.empty()) return false;
  YearRow& row = row_of(rows, year);
  row.baseline = std::move(baseline);
  row.plan = std::move(plan);
  row.baseline_path = row.plan_path = path;
  row.baseline_end = ".baseline";
  row.plan_end = "." + std::string(plan_name);
  return true;
}

void put_sides(std::vector<YearRow>& rows, int year, const Json& record, const std::string& path) {
  std::string_view name;
  const Json* plan = plan_in(record, &name);
  const Json* baseline = record.find("baseline");
  if (baseline != nullptr && baseline->is_object()) put(rows, year, Side::baseline, *baseline, path + ".baseline");
  if (plan != nullptr && plan->is_object()) put(rows, year, Side::plan, *plan, fmt::format("{}.{}", path, name));
  if (plan == nullptr && baseline == nullptr && !put_by_figure(rows, year, record, path))
    put(rows, year, Side::plan, record, path);
}

/// Records by year: a list of {year, ...}, or an object with years as keys.
template <class Take>
void each_year(const Json& value, const std::string& path, const Take& take) {
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Json& record = value.at(i);
      const Json* year = record.find("year");
      if (year == nullptr) year = record.find("simulation_year");
      if (const auto number = finite(year); number && *number >= 1000 && *number < 10000)
        take(static_cast<int>(*number), record, fmt::format("{}[{}]", path, i));
    }
  } else if (value.is_object()) {
    for (const auto& [key, record] : value.as_object()) {
      if (is_year(key)) take(std::stoi(key), record, fmt::format("{}.{}", path, key));
    }
  }
}

void read_years(std::vector<YearRow>& rows, const Json& years, const std::string& path) {
  each_year(years, path,
            [&](int year, const Json& record, const std::string& at) { put_sides(rows, year, record, at); });
  if (!rows.empty() || !years.is_object()) return;
  for (const auto& [side, records] : years.as_object()) {
    const bool baseline = side == "baseline";
    if (!baseline && std::find(std::begin(plan_names), std::end(plan_names), side) == std::end(plan_names)) continue;
    each_year(records, path + "." + side, [&](int year, const Json& record, const std::string& at) {
      put(rows, year, baseline ? Side::baseline : Side::plan, record, at);
    });
  }
}

template <class T>
Json list_of(const ByLevel<T>& values) {
  Json out = Json::array();
  for (const T& value : values) out.push_back(value);
  return out;
}

Json figures_json(const YearFigures& figures) {
  const auto count = [&](EventType type) { return figures.events[static_cast<std::size_t>(type)]; };
  return Json(Json::Object{{"active_headcount", figures.active_headcount},
                           {"active_compensation", figures.active_compensation},
                           {"prorated_compensation", figures.prorated_compensation},
                           {"active_mean", figures.active_mean},
                           {"active_median", figures.active_median},
                           {"active_mean_without_outliers", figures.active_mean_without_outliers},
                           {"like_for_like_growth", figures.like_for_like_growth},
                           {"hires", count(EventType::hire)},
                           {"promotions", count(EventType::promotion)},
                           {"raises", count(EventType::raise)},
                           {"terminations", count(EventType::termination)},
                           {"active_by_level", list_of(figures.active_by_level)},
                           {"compensation_by_level", list_of(figures.compensation_by_level)},
                           {"mean_by_level", list_of(figures.mean_by_level)},
                           {"deviation_by_level", list_of(figures.deviation_by_level)}});
}

/// What the run holds goes before what was simulated: figures that it lacks are added, none is replaced.
void add_simulated(std::vector<YearRow>& rows, const SimulatedPlan& simulated) {
  for (const SimulatedYear& year : simulated.years) {
    YearRow& row = row_of(rows, year.plan.year);
    const auto add = [&](Json& into, std::string& path, const YearFigures& figures, const char* side) {
      if (path.empty()) path = fmt::format("simulated.{}.{}", year.plan.year, side);
      const Json made = figures_json(figures);
      for (const auto& [name, value] : made.as_object()) {
        if (into.find(name) == nullptr) into.set(name, value);
      }
    };
    add(row.baseline, row.baseline_path, year.baseline, "baseline");
    add(row.plan, row.plan_path, year.plan, "plan");
  }
}

Found figure_of(const Json& record, const std::string& path, const std::string& end,
                std::initializer_list<std::string_view> names) {
  if (!record.is_object()) return {};
  Found found = first_of({&record, path}, names);
  if (found) found.path += end;
  return found;
}

}  // namespace

std::optional<double> Found::number() const { return finite(value); }

std::string text_at(const Json& object, std::string_view key) {
  const Json* value = object.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

bool flag_at(const Json& object, std::string_view key) {
  const Json* value = object.find(key);
  return value != nullptr && value->is_boolean() && value->as_boolean();
}

bool is_year(std::string_view text) {
  return text.size() == 4 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Found find_at(const Json& root, std::string_view root_path, std::initializer_list<std::string_view> keys) {
  Found found{&root, std::string(root_path)};
  for (const std::string_view key : keys) {
    found.value = found.value->find(key);
    if (found.value == nullptr || found.value->is_null()) return {};
    found.path += "." + std::string(key);
  }
  return found;
}

Found first_of(const Found& object, std::initializer_list<std::string_view> names) {
  if (!object) return {};
  for (const std::string_view name : names) {
    const Json* value = object.value->find(name);
    if (value != nullptr && !value->is_null()) return {value, object.path + "." + std::string(name)};
  }
  return {};
}

Found YearRow::of_baseline(std::initializer_list<std::string_view> names) const {
  return figure_of(baseline, baseline_path, baseline_end, names);
}
Found YearRow::of_plan(std::initializer_list<std::string_view> names) const {
  return figure_of(plan, plan_path, plan_end, names);
}

std::vector<YearRow> years_of(const ReportFacts& facts) {
  const Run& run = facts.subject.run;
  std::vector<YearRow> rows;
  const Json& outcomes = run.results.projected_outcomes;
  if (const Json* years = outcomes.find("years")) read_years(rows, *years, "results.projected_outcomes.years");
  if (const Json* summary = outcomes.find("workforce_summary"); rows.empty() && summary != nullptr)
    read_years(rows, *summary, "results.projected_outcomes.workforce_summary");
  if (rows.empty() && run.simulation_data) {
    const Found simulated = find_at(*run.simulation_data, "simulation_data", {"simulation_results", "year_summaries"});
    if (simulated) read_years(rows, *simulated.value, simulated.path);
  }
  if (facts.simulated) add_simulated(rows, *facts.simulated);
  std::sort(rows.begin(), rows.end(), [](const YearRow& a, const YearRow& b) { return a.year < b.year; });
  return rows;
}

}  // namespace planwise::report
