// Sensitivity with intervals, the front.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

std::string interval_text(const std::optional<double>& low, const std::optional<double>& high, Unit unit) {
  if (!low || !high) return "no interval";
  return fmt::format("{} to {}", unit_text(*low, unit), unit_text(*high, unit));
}

std::string lever_title(const Draft& draft, const std::string& name) {
  const auto row =
      std::find_if(draft.levers.begin(), draft.levers.end(), [&](const LeverRow& lever) { return lever.name == name; });
  if (row == draft.levers.end()) return readable(name);
  return row->level ? fmt::format("{} {}", row->title, *row->level) : row->title;
}

/// Around one point nothing is said of other points, unless the model itself knows of no effect.
const char* effect_remark(const Draft& draft, const SensitivityReading& reading, const SensitivityRow& row) {
  if (!row.no_effect) return "";
  const bool nowhere = std::any_of(draft.levers.begin(), draft.levers.end(),
                                   [&](const LeverRow& lever) { return lever.name == row.lever && lever.no_effect; });
  return reading.local() && !nowhere ? " (no effect at this point)" : " (no effect)";
}

Chart chart_of(const Draft& draft, const SensitivityReading& reading, std::size_t most) {
  Chart chart;
  chart.kind = reading.tornado ? Chart::Kind::tornado : Chart::Kind::ranges;
  chart.title = reading.tornado ? "One lever at a time at its bounds" : "How much each lever matters";
  chart.y_title = reading.measure;
  chart.y_unit = unit_of_effect(reading);
  chart.middle = reading.middle;
  chart.from_zero = true;
  Chart::Series value{"Effect", {}, false}, high{"At the upper bound", {}, false};
  for (const SensitivityRow& row : reading.rows) {
    if (chart.labels.size() == most) break;
    chart.labels.push_back(lever_title(draft, row.lever));
    value.values.emplace_back(reading.tornado ? row.low : std::optional(row.value));
    if (reading.tornado) {
      high.values.push_back(row.high);
    } else {
      chart.low.push_back(row.low);
      chart.high.push_back(row.high);
    }
  }
  if (reading.tornado) value.name = "At the lower bound";
  chart.series.push_back(std::move(value));
  if (reading.tornado) chart.series.push_back(std::move(high));
  chart.source = reading.rows.front().path;
  const double first = reading.rows.front().value;
  chart.description = fmt::format("{} levers, the largest effect first: {} with {}.{}", chart.labels.size(),
                                  chart.labels.front(), unit_text(first, chart.y_unit),
                                  reading.tornado ? "" : " Lines show intervals where the run holds them.");
  return chart;
}

Table sensitivity_table(const Draft& draft, const SensitivityReading& reading) {
  const bool both = std::any_of(reading.rows.begin(), reading.rows.end(),
                                [](const SensitivityRow& row) { return row.first.has_value(); });
  const Unit unit = unit_of_effect(reading);
  Table table{fmt::format("Method: {}; measure: {}{}", reading.method, reading.measure,
                          reading.output.empty() ? "" : "; of " + reading.output),
              {{"Lever", false},
               {reading.tornado ? "Swing" : "Effect", true},
               {reading.tornado ? "At the bounds" : "Interval", true}},
              {},
              ""};
  if (both) table.columns.insert(table.columns.end(), {{"Alone (first order)", true}, {"Interval", true}});
  for (const SensitivityRow& row : reading.rows) {
    std::vector<Cell> cells{{lever_title(draft, row.lever) + effect_remark(draft, reading, row), {}, {}},
                            figure_cell(row.value, unit, row.path),
                            {interval_text(row.low, row.high, unit), row.path, row.low ? Tone::plain : Tone::missing}};
    if (both) {
      cells.push_back(row.first ? figure_cell(*row.first, Unit::number, row.path) : absent_cell());
      cells.push_back(
          {interval_text(row.first_low, row.first_high, unit), row.path, row.first_low ? Tone::plain : Tone::missing});
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table front_table(const Json& points, const std::string& path, std::size_t most) {
  Table table{"Points of the front, by the first goal", {{"Evaluation", true}}, {}, ""};
  std::vector<std::string> goals;
  for (const auto& [name, value] : points.at(0).at("goals").as_object()) goals.push_back(name);
  for (const std::string& goal : goals) table.columns.push_back({readable(goal), true});
  table.columns.push_back({"Knee", false});
  const std::size_t step = std::max<std::size_t>(1, (points.size() + most - 1) / most);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Json& point = points.at(i);
    const Json* knee = point.find("knee");
    const bool is_knee = knee != nullptr && knee->is_boolean() && knee->as_boolean();
    if (i % step != 0 && !is_knee && i + 1 != points.size()) continue;
    const Json* number = point.find("evaluation");
    std::vector<Cell> cells{{number == nullptr ? "" : value_text(*number), {}, {}}};
    for (const std::string& goal : goals) {
      const Json* value = point.at("goals").find(goal);
      cells.push_back(value == nullptr ? absent_cell()
                                       : Cell{value_text(*value), fmt::format("{}[{}].goals.{}", path, i, goal), {}});
    }
    cells.push_back({is_knee ? "knee" : "", {}, is_knee ? Tone::good : Tone::plain});
    table.rows.push_back(std::move(cells));
  }
  if (step > 1) table.note = fmt::format("Every {}th of {} points, the knee and the last.", step, points.size());
  return table;
}

bool readable_front(const Found& points) {
  if (!points || !points.value->is_array() || points.value->empty()) return false;
  for (const Json& point : points.value->as_array()) {
    const Json* goals = point.find("goals");
    if (goals == nullptr || !goals->is_object() || goals->size() < 2) return false;
  }
  return true;
}

Chart front_chart(const Json& points, const std::string& path) {
  Chart chart;
  chart.kind = Chart::Kind::scatter;
  const auto& goals = points.at(0).at("goals").as_object();
  const std::string x = goals[0].first, y = goals[1].first;
  chart.title = fmt::format("The front: {} against {}", readable(x), readable(y));
  chart.x_title = x == "cost" ? "Cost, millions" : readable(x);
  chart.y_title = readable(y);
  for (const Json& point : points.as_array()) {
    const auto at_x = finite(point.at("goals").find(x)), at_y = finite(point.at("goals").find(y));
    const Json* knee = point.find("knee");
    const bool chosen = knee != nullptr && knee->is_boolean() && knee->as_boolean();
    if (at_x && at_y) chart.points.push_back({*at_x, *at_y, chosen ? "knee" : "", chosen});
  }
  chart.source = path;
  chart.description = fmt::format(
      "{} feasible plans of which none is better than another in every goal; the knee is marked.", chart.points.size());
  return chart;
}

}  // namespace

std::optional<Chart> sensitivity_chart(Draft& draft, std::size_t most) {
  if (const auto tornado = tornado_of(draft.run)) return chart_of(draft, *tornado, most);
  if (!draft.sensitivity) return std::nullopt;
  return chart_of(draft, *draft.sensitivity, most);
}

void add_tornado(Section& section, const Draft& draft) {
  const auto tornado = tornado_of(draft.run);
  if (!tornado) return;
  constexpr std::size_t most_bars = 17;
  section.blocks.emplace_back(chart_of(draft, *tornado, most_bars));
  section.blocks.emplace_back(sensitivity_table(draft, *tornado));
}

Section sensitivity_section(Draft& draft) {
  Section section{"sensitivity", "Sensitivity", {}};
  if (!draft.sensitivity) {
    Text text = draft.lacking("Sensitivity", "results.sensitivity_analysis");
    const Json& stored = draft.run.results.sensitivity_analysis;
    const Found why = first_of({&stored, "results.sensitivity_analysis"}, {"not_computed", "refusal"});
    if (why && why.value->is_string()) text.text += " The run says why: " + why.value->as_string() + ".";
    section.blocks.emplace_back(std::move(text));
    if (!why && stored.is_object() && !stored.empty())
      section.blocks.emplace_back(
          flat_table("What the run holds in its place", stored, "results.sensitivity_analysis"));
    return section;
  }
  constexpr std::size_t most_bars = 17;
  section.blocks.emplace_back(chart_of(draft, *draft.sensitivity, most_bars));
  section.blocks.emplace_back(sensitivity_table(draft, *draft.sensitivity));
  const bool intervals = std::any_of(draft.sensitivity->rows.begin(), draft.sensitivity->rows.end(),
                                     [](const SensitivityRow& row) { return row.low.has_value(); });
  if (!intervals)
    section.blocks.emplace_back(draft.lacking("Intervals of the sensitivities", "results.sensitivity_analysis"));
  return section;
}

Section front_section(Draft& draft) {
  Section section{"front", "Cost against equity", {}};
  const Json& outcomes = draft.run.results.projected_outcomes;
  const Found points = find_at(outcomes, "results.projected_outcomes", {"front", "points"});
  if (!readable_front(points)) {
    if (draft.study_text({"kind"}) == "pareto")
      section.blocks.emplace_back(draft.lacking("Front", "results.projected_outcomes.front"));
    return section;
  }
  section.blocks.emplace_back(front_chart(*points.value, points.path));
  constexpr std::size_t most_points = 25;
  section.blocks.emplace_back(front_table(*points.value, points.path, most_points));
  const Found price = find_at(outcomes, "results.projected_outcomes", {"front", "price_of_equity", "money_per_point"});
  if (const auto money = price.number())
    section.blocks.emplace_back(
        Text{fmt::format("Price of equity along the front: {} a year for 0.01 less spread.", money_text(*money)),
             {price.path},
             {}});
  const Found volume = find_at(outcomes, "results.projected_outcomes", {"front", "hypervolume"});
  if (const auto value = volume.number())
    section.blocks.emplace_back(Text{fmt::format("Hypervolume: {}.", number_text(*value)),
                                     {volume.path, "results.projected_outcomes.front.hypervolume_reference"},
                                     {}});
  return section;
}

}  // namespace planwise::report
