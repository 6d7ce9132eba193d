// People by level, equity.
#include <fmt/format.h>

#include <algorithm>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

Cell people_cell(double people, std::string source) {
  if (is_few(people)) return {"< 5", std::move(source)};
  return figure_cell(people, Unit::count, std::move(source));
}

Cell suppressed_cell(std::string source) { return {"suppressed", std::move(source), Tone::missing}; }

constexpr const char* suppression_note =
    "Levels with fewer than 5 people show neither number nor pay; nor does the next smallest where one of them would "
    "follow from the total.";

std::string changed_levers(const Json& level) {
  std::string changed;
  if (const Json* names = level.find("levers_changed"); names != nullptr && names->is_array()) {
    for (const Json& name : names->as_array()) changed += (changed.empty() ? "" : ", ") + readable(value_text(name));
  }
  return changed.empty() ? "none" : changed;
}

void add_level_table(Section& section, const Found& impact, const Run& run) {
  const Json* levels = impact.value->find("by_level");
  if (levels == nullptr || !levels->is_array()) return;
  const LevelPeople people = level_people(run);
  Table table{"People of the target year and their mean pay, by level",
              {{"Level", false},
               {"Active", true},
               {"Affected", true},
               {"Mean pay, baseline", true},
               {"Mean pay, plan", true},
               {"Levers changed", false}},
              {},
              fmt::format("Affected: active people for whose level a pay lever changes. {}", suppression_note)};
  for (std::size_t i = 0; i < levels->size(); ++i) {
    const Json& level = levels->at(i);
    const std::string path = fmt::format("{}.by_level[{}]", impact.path, i);
    const auto cell = [&](const char* key, Unit unit) {
      const std::string source = path + "." + key;
      const auto value = finite(level.find(key));
      if (!value) return absent_cell();
      if (people.hidden[i])
        return unit == Unit::count && is_few(*value) ? people_cell(*value, source) : suppressed_cell(source);
      if (unit == Unit::count) return people_cell(*value, source);
      return Cell{grouped(*value), source, {}, Figure{*value, unit}};
    };
    table.rows.push_back({{std::to_string(people.levels[i]), {}, {}},
                          cell("active", Unit::count),
                          cell("affected", Unit::count),
                          cell("mean_pay_baseline", Unit::money),
                          cell("mean_pay_proposed", Unit::money),
                          {changed_levers(level), path + ".levers_changed", {}}});
  }
  section.blocks.emplace_back(std::move(table));
}

/// Levels hidden by the run's own figures or by those simulated.
std::vector<bool> hidden_in(const Draft& draft, const SimulatedYear& year) {
  std::vector<double> people;
  for (const std::int64_t active : year.plan.active_by_level) people.push_back(static_cast<double>(active));
  std::vector<bool> hidden = hidden_groups(people);
  for (std::size_t i = 0; i < std::min(hidden.size(), draft.hidden_levels.size()); ++i)
    hidden[i] = hidden[i] || draft.hidden_levels[i];
  return hidden;
}

void add_simulated_levels(Section& section, const Draft& draft) {
  if (!draft.facts.simulated) return;
  for (const SimulatedYear& year : draft.facts.simulated->years) {
    if (year.plan.year != draft.target_year) continue;
    Table table{fmt::format("People of {} by level, plan, simulated for this report", year.plan.year),
                {{"Level", false}, {"Active", true}, {"With a raise", true}, {"Promoted from it", true}},
                {},
                fmt::format("From the run's own levers, years and seed, on data with the fingerprint that the run saw. "
                            "{}",
                            suppression_note)};
    const std::vector<bool> hidden = hidden_in(draft, year);
    for (std::size_t level = 0; level < level_count; ++level) {
      const auto cell = [&](std::int64_t people, const char* what) {
        const std::string source = fmt::format("simulated.{}.plan.{}[{}]", year.plan.year, what, level);
        return hidden[level] ? suppressed_cell(source) : people_cell(static_cast<double>(people), source);
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

Section people_section(Draft& draft) {
  Section section{"people", "People affected", {}};
  const Found impact = find_at(draft.run.results.estimated_employee_impact, "results.estimated_employee_impact", {});
  if (impact.value->is_object() && !impact.value->empty()) {
    add_level_table(section, impact, draft.run);
    Json rest = *impact.value;
    rest.erase("by_level");
    if (level_people(draft.run).total_affected_tells && rest.find("employees_affected") != nullptr)
      rest.set("employees_affected", "suppressed");
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
  if (!has_figure(draft, {"active_headcount", "total_headcount"}))
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
  if (draft.few_above_cap)
    section.blocks.emplace_back(
        Text{"Equity without people above the pay cap is not shown: they are fewer than 5, and what is left without "
             "them would tell their pay.",
             {"results.projected_outcomes.notes"},
             {}});
  else if (!draft.term("equity_within_cap").number())
    section.blocks.emplace_back(
        draft.lacking("Equity without people above the pay cap", "results.objective_breakdown.equity_within_cap"));
  return section;
}

}  // namespace planwise::report
