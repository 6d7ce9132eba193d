// Costs by year and the bridge, people by level, equity.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

using Names = std::initializer_list<std::string_view>;

bool any(const Draft& draft, Names names) {
  return std::any_of(draft.years.begin(), draft.years.end(),
                     [&](const YearRow& row) { return row.of_plan(names).number().has_value(); });
}

/// A row a year; nothing when the run has the figure for no year.
void add_year_table(Section& section, Draft& draft, const std::string& caption, const std::string& note, Names names,
                    Unit unit) {
  if (!any(draft, names)) return;
  Table table{caption,
              {{"Year", false}, {"Baseline", true}, {"Plan", true}, {"Difference", true}, {"Relative", true}},
              {},
              note};
  for (const YearRow& row : draft.years) {
    std::vector<Cell> cells{{std::to_string(row.year), {}, Tone::plain}};
    for (Cell& cell : compared_cells(row.of_baseline(names), row.of_plan(names), unit))
      cells.push_back(std::move(cell));
    table.rows.push_back(std::move(cells));
  }
  section.blocks.emplace_back(std::move(table));
}

struct BridgePart {
  const char* name;
  double CostBridge::*amount;
};
constexpr std::array<BridgePart, 8> bridge_parts{{{"Start", &CostBridge::start},
                                                  {"Leavers", &CostBridge::leavers},
                                                  {"Hires", &CostBridge::hires},
                                                  {"Promotions", &CostBridge::promotions},
                                                  {"Merit", &CostBridge::merit},
                                                  {"COLA", &CostBridge::cola},
                                                  {"Other", &CostBridge::other},
                                                  {"End", &CostBridge::end}}};

const SimulatedYear* bridged_year(const Draft& draft) {
  if (!draft.facts.simulated) return nullptr;
  const SimulatedYear* last = nullptr;
  for (const SimulatedYear& year : draft.facts.simulated->years) {
    if (year.bridge && (last == nullptr || year.plan.year <= draft.target_year)) last = &year;
  }
  return last;
}

/// Cells for so few people that they would show one person's pay are left out.
Cell people_cell(double people, std::string source) {
  if (people > 0 && people < static_cast<double>(fewest_people))
    return {fmt::format("< {}", fewest_people), std::move(source)};
  return figure_cell(people, Unit::count, std::move(source));
}

void add_level_table(Section& section, const Found& impact) {
  const Json* levels = impact.value->find("by_level");
  if (levels == nullptr || !levels->is_array()) return;
  Table table{
      "People of the target year and their mean pay, by level",
      {{"Level", false},
       {"Active", true},
       {"Affected", true},
       {"Mean pay, baseline", true},
       {"Mean pay, plan", true},
       {"Levers changed", false}},
      {},
      fmt::format("Affected: active people for whose level a pay lever changes. Levels with fewer than {} people "
                  "show neither number nor pay.",
                  fewest_people)};
  for (std::size_t i = 0; i < levels->size(); ++i) {
    const Json& level = levels->at(i);
    const std::string path = fmt::format("{}.by_level[{}]", impact.path, i);
    const auto active = finite(level.find("active"));
    const bool few = active && *active > 0 && *active < static_cast<double>(fewest_people);
    const auto people = [&](const char* key) {
      const auto value = finite(level.find(key));
      return value ? people_cell(*value, path + "." + key) : absent_cell();
    };
    const auto pay = [&](const char* key) {
      const auto value = finite(level.find(key));
      if (few) return Cell{"suppressed", path + "." + key, Tone::missing};
      return value ? Cell{grouped(*value), path + "." + key, {}, Figure{*value, Unit::money}} : absent_cell();
    };
    std::string changed;
    if (const Json* names = level.find("levers_changed"); names != nullptr && names->is_array()) {
      for (const Json& name : names->as_array()) changed += (changed.empty() ? "" : ", ") + readable(value_text(name));
    }
    const Json* number = level.find("level");
    table.rows.push_back({{number != nullptr ? value_text(*number) : std::to_string(i + 1), {}, {}},
                          people("active"),
                          people("affected"),
                          pay("mean_pay_baseline"),
                          pay("mean_pay_proposed"),
                          {changed.empty() ? "none" : changed, path + ".levers_changed", {}}});
  }
  section.blocks.emplace_back(std::move(table));
}

void add_simulated_levels(Section& section, const Draft& draft) {
  if (!draft.facts.simulated) return;
  for (const SimulatedYear& year : draft.facts.simulated->years) {
    if (year.plan.year != draft.target_year) continue;
    Table table{fmt::format("People of {} by level, plan, simulated for this report", year.plan.year),
                {{"Level", false}, {"Active", true}, {"With a raise", true}, {"Promoted from it", true}},
                {},
                "From the run's own levers, years and seed, on data with the fingerprint that the run saw."};
    for (std::size_t level = 0; level < level_count; ++level) {
      const auto cell = [&](std::int64_t people, const char* what) {
        return people_cell(static_cast<double>(people),
                           fmt::format("simulated.{}.plan.{}[{}]", year.plan.year, what, level));
      };
      table.rows.push_back({{std::to_string(level + 1), {}, {}},
                            cell(year.plan.active_by_level[level], "active_by_level"),
                            cell(year.raised[level], "raised_by_level"),
                            cell(year.promoted[level], "promoted_by_level")});
    }
    section.blocks.emplace_back(std::move(table));
  }
}

}  // namespace

std::optional<Chart> cost_chart(Draft& draft) {
  const Names names{"active_compensation", "total_compensation"};
  if (!any(draft, names)) return std::nullopt;
  Chart chart;
  chart.kind = Chart::Kind::line;
  chart.title = "Pay run-rate by year";
  chart.y_title = "Pay of the active at the end of the year";
  chart.x_title = "Year";
  chart.y_unit = Unit::money;
  Chart::Series baseline{"Baseline", {}, true}, plan{"Plan", {}, false};
  bool has_baseline = false;
  for (const YearRow& row : draft.years) {
    chart.x.push_back(row.year);
    baseline.values.push_back(row.of_baseline(names).number());
    plan.values.push_back(row.of_plan(names).number());
    has_baseline = has_baseline || baseline.values.back();
    if (chart.source.empty()) chart.source = row.of_plan(names).path;
  }
  if (has_baseline) chart.series.push_back(std::move(baseline));
  chart.series.push_back(std::move(plan));
  for (const ConditionRow& row : draft.conditions) {
    if (row.figure == "active_compensation" && row.maximum && row.name.find("level") == std::string::npos)
      chart.rules.push_back({row.name, *row.maximum});
  }
  const auto& last = chart.series.back().values.back();
  chart.description =
      fmt::format("Line chart over {} years{}.", chart.x.size(),
                  last ? fmt::format("; the plan ends at {} in {:.0f}", money_text(*last), chart.x.back()) : "");
  return chart;
}

std::optional<Chart> bridge_chart(Draft& draft) {
  const SimulatedYear* year = bridged_year(draft);
  if (year == nullptr) return std::nullopt;
  Chart chart;
  chart.kind = Chart::Kind::waterfall;
  chart.title =
      fmt::format("Cost bridge of the plan, end of {} to end of {}", year->bridge->from_year, year->bridge->to_year);
  chart.y_unit = Unit::money;
  chart.y_title = "Pay of the active";
  chart.data = {chart.title, {{"Part", false}, {"Amount", true}}, {}, {}};
  Chart::Series series{"Amount", {}, false};
  for (const BridgePart& part : bridge_parts) {
    const double amount = (*year->bridge).*part.amount;
    const bool total = part.amount == &CostBridge::start || part.amount == &CostBridge::end;
    if (!std::isfinite(amount) || (part.amount == &CostBridge::other && amount == 0)) continue;
    chart.labels.emplace_back(part.name);
    series.values.emplace_back(amount);
    const std::string source = fmt::format("simulated.{}.bridge", year->plan.year);
    chart.data.rows.push_back(
        {{part.name, {}, {}},
         total ? figure_cell(amount, Unit::money, source) : change_cell(amount, Unit::money, source)});
  }
  chart.series.push_back(std::move(series));
  chart.source = fmt::format("simulated.{}.bridge", year->plan.year);
  chart.description =
      fmt::format("Waterfall from {} at the start through leavers, hires, promotions and raises to {} at the end.",
                  money_text(year->bridge->start), money_text(year->bridge->end));
  return chart;
}

Section cost_section(Draft& draft) {
  Section section{"costs", "Costs", {}};
  if (auto chart = cost_chart(draft)) section.blocks.emplace_back(std::move(*chart));
  add_year_table(section, draft, "Run-rate: a year's pay of those active at its end", "",
                 {"active_compensation", "total_compensation"}, Unit::money);
  const Names in_year{"prorated_compensation", "in_year"};
  add_year_table(section, draft, "In-year cost: pay over the days at each rate, leavers included", "", in_year,
                 Unit::money);
  if (!any(draft, {"active_compensation", "total_compensation"}))
    section.blocks.emplace_back(draft.lacking("Costs by year", "results.projected_outcomes.years"));
  if (!any(draft, in_year))
    section.blocks.emplace_back(draft.lacking("In-year cost", "results.projected_outcomes.years"));
  if (auto chart = bridge_chart(draft)) {
    section.blocks.emplace_back(std::move(*chart));
  } else {
    Text text = draft.lacking("Cost bridge", "simulated");
    if (!draft.facts.why_not_simulated.empty()) text.text += " " + draft.facts.why_not_simulated;
    section.blocks.emplace_back(std::move(text));
  }
  if (draft.facts.simulated && draft.facts.simulated->loading_factor > 0)
    section.blocks.emplace_back(
        Text{fmt::format("Taxes and benefits on top of pay: {} (setting loading_factor); no figure here contains them.",
                         percent_text(draft.facts.simulated->loading_factor)),
             {"settings.loading_factor"},
             {}});
  const Json& impact = draft.run.results.estimated_cost_impact;
  if (impact.is_object() && !impact.empty())
    section.blocks.emplace_back(flat_table("Cost impact as the run holds it", impact, "results.estimated_cost_impact"));
  else
    section.blocks.emplace_back(draft.lacking("Estimated cost impact", "results.estimated_cost_impact"));
  return section;
}

Section people_section(Draft& draft) {
  Section section{"people", "People affected", {}};
  const Found impact = find_at(draft.run.results.estimated_employee_impact, "results.estimated_employee_impact", {});
  if (impact.value->is_object() && !impact.value->empty()) {
    add_level_table(section, impact);
    Json rest = *impact.value;
    rest.erase("by_level");
    if (!rest.empty()) section.blocks.emplace_back(flat_table("In all", rest, impact.path));
  } else {
    section.blocks.emplace_back(draft.lacking("People affected by level", "results.estimated_employee_impact"));
  }
  add_simulated_levels(section, draft);
  add_year_table(section, draft, "Active people at the end of the year", "", {"active_headcount", "total_headcount"},
                 Unit::count);
  add_year_table(section, draft, "Mean pay", "", {"active_mean", "mean_compensation", "avg_compensation"}, Unit::money);
  add_year_table(section, draft, "Growth of pay of those active at both ends of the year", "", {"like_for_like_growth"},
                 Unit::percent);
  if (!any(draft, {"active_headcount", "total_headcount"}))
    section.blocks.emplace_back(draft.lacking("Headcount by year", "results.projected_outcomes.years"));
  return section;
}

Section equity_section(Draft& draft) {
  Section section{"equity", "Equity", {}};
  const Found equity = draft.term("equity");
  if (!equity.number()) {
    section.blocks.emplace_back(draft.lacking("Equity term", "results.objective_breakdown.equity"));
    return section;
  }
  Table table{"Spread of pay within levels: mean over levels of deviation / mean",
              {{"What", false}, {"Baseline", true}, {"Plan", true}, {"Difference", true}, {"Relative", true}},
              {},
              "Lower is more equal."};
  const Found start =
      find_at(draft.run.results.projected_outcomes, "results.projected_outcomes", {"start", "objective_breakdown"});
  const auto add = [&](const char* title, std::string_view name) {
    const Found after = draft.term(name);
    if (!after.number()) return;
    std::vector<Cell> cells{{title, {}, {}}};
    for (Cell& cell : compared_cells(start ? first_of(start, {name}) : Found{}, after, Unit::number))
      cells.push_back(std::move(cell));
    table.rows.push_back(std::move(cells));
  };
  add("All active people", "equity");
  add("Without pay above the cap", "equity_within_cap");
  section.blocks.emplace_back(std::move(table));
  add_year_table(section, draft, "By year", "", {"equity"}, Unit::number);
  if (!draft.term("equity_within_cap").number())
    section.blocks.emplace_back(
        draft.lacking("Equity without people above the pay cap", "results.objective_breakdown.equity_within_cap"));
  return section;
}

}  // namespace planwise::report
