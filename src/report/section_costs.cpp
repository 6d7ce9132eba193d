// Costs by year and the bridge.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

using Names = std::initializer_list<std::string_view>;

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

}  // namespace

bool has_figure(const Draft& draft, Names names) {
  return std::any_of(draft.years.begin(), draft.years.end(),
                     [&](const YearRow& row) { return row.of_plan(names).number().has_value(); });
}

void add_year_table(Section& section, Draft& draft, const std::string& caption, const std::string& note, Names names,
                    Unit unit) {
  if (!has_figure(draft, names)) return;
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
  for (std::size_t column = 1; column <= 3; ++column) align_money(table, column);
  section.blocks.emplace_back(std::move(table));
}

std::optional<Chart> cost_chart(Draft& draft) {
  const Names names{"active_compensation", "total_compensation"};
  if (!has_figure(draft, names)) return std::nullopt;
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
    if (row.figure == "active_compensation" && row.maximum && !row.relative && !row.level &&
        row.name.find("level") == std::string::npos)
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
  align_money(chart.data, 1);
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
  if (!has_figure(draft, {"active_compensation", "total_compensation"}))
    section.blocks.emplace_back(draft.lacking("Costs by year", "results.projected_outcomes.years"));
  if (!has_figure(draft, in_year))
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

}  // namespace planwise::report
