// Levers with bounds and change, levers at a bound, conditions and headroom.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

std::string lever_text(const LeverRow& row, double value) {
  return row.multiplier ? fmt::format("× {:.3f}", value) : percent_text(value);
}

std::string name_of(const LeverRow& row) {
  return row.level ? fmt::format("{}, level {}", row.title, *row.level) : row.title;
}

std::string remark_of(const LeverRow& row) {
  std::string text;
  const auto add = [&](const char* part) { text += (text.empty() ? "" : ", ") + std::string(part); };
  if (row.at == LeverRow::At::lower) add("at lower bound");
  if (row.at == LeverRow::At::upper) add("at upper bound");
  if (row.at == LeverRow::At::fixed) add("fixed");
  if (row.locked) add("locked");
  if (row.no_effect) add("no effect");
  return text;
}

std::vector<Cell> lever_cells(const LeverRow& row) {
  const Unit unit = row.multiplier ? Unit::number : Unit::percent;
  const auto cell = [&](const std::optional<double>& value, const char* map) {
    if (!value) return absent_cell();
    Cell filled = figure_cell(*value, unit, fmt::format("{}.{}", map, row.name));
    filled.text = lever_text(row, *value);
    return filled;
  };
  std::vector<Cell> cells{{name_of(row), {}, Tone::plain},
                          cell(row.initial, "configuration.initial_parameters"),
                          cell(row.optimal, "results.optimal_parameters")};
  if (row.initial && row.optimal) {
    const double change = *row.optimal - *row.initial;
    cells.push_back(difference_cell(change, unit));
    if (row.multiplier) cells.back().text = fmt::format("{:+.3f}", change + 0.0);
    cells.push_back(*row.initial == 0 ? absent_cell() : change_cell(change / std::abs(*row.initial), Unit::percent));
  } else {
    cells.push_back(absent_cell());
    cells.push_back(absent_cell());
  }
  if (row.lower && row.upper)
    cells.push_back({fmt::format("{} to {}", lever_text(row, *row.lower), lever_text(row, *row.upper)),
                     "configuration.parameter_bounds." + row.name, Tone::plain});
  else
    cells.push_back(absent_cell());
  const std::string remark = remark_of(row);
  cells.push_back({remark, {}, remark.empty() ? Tone::plain : Tone::caution});
  return cells;
}

std::string limit_text(const ConditionRow& row, Unit unit) {
  if (row.minimum && row.maximum)
    return fmt::format("{} to {}", unit_text(*row.minimum, unit), unit_text(*row.maximum, unit));
  if (row.maximum) return "at most " + unit_text(*row.maximum, unit);
  if (row.minimum) return "at least " + unit_text(*row.minimum, unit);
  return "–";
}

Unit unit_of_condition(const ConditionRow& row) {
  if (row.unit == "fraction" || row.unit == "relative") return Unit::percent;
  if (row.unit == "money" || row.unit == "currency") return Unit::money;
  if (row.unit == "people" || row.unit == "count") return Unit::count;
  return row.figure.empty() ? Unit::number : unit_of(row.figure);
}

}  // namespace

Section lever_section(Draft& draft) {
  Section section{"levers", "Levers", {}};
  if (draft.levers.empty()) {
    section.blocks.emplace_back(draft.lacking("Levers", "results.optimal_parameters"));
    return section;
  }
  Table table{"Levers: baseline, plan, change, search bounds",
              {{"Lever", false},
               {"Baseline", true},
               {"Plan", true},
               {"Change", true},
               {"Relative", true},
               {"Bounds", true},
               {"Remark", false}},
              {},
              "Baseline: where the run started. pp: percentage points. × : factor on the middle of the pay range."};
  for (const LeverRow& row : draft.levers) table.rows.push_back(lever_cells(row));
  section.blocks.emplace_back(std::move(table));
  if (draft.run.configuration.initial_parameters.empty())
    section.blocks.emplace_back(draft.lacking("Levers before the change", "configuration.initial_parameters"));
  if (draft.run.configuration.parameter_bounds.empty())
    section.blocks.emplace_back(draft.lacking("Search bounds of the levers", "configuration.parameter_bounds"));
  return section;
}

Section bounds_section(Draft& draft) {
  Section section{"levers-at-a-bound", "Levers at a bound", {}};
  std::string lower, upper;
  std::size_t bounded = 0;
  for (const LeverRow& row : draft.levers) {
    bounded += row.at != LeverRow::At::unknown ? 1 : 0;
    std::string& list = row.at == LeverRow::At::lower ? lower : upper;
    if (row.at == LeverRow::At::lower || row.at == LeverRow::At::upper)
      list += (list.empty() ? "" : "; ") + name_of(row);
  }
  if (bounded == 0) {
    section.blocks.emplace_back(draft.lacking("Search bounds of the levers", "configuration.parameter_bounds"));
    return section;
  }
  const std::vector<std::string> sources{"results.optimal_parameters", "configuration.parameter_bounds"};
  if (lower.empty() && upper.empty())
    section.blocks.emplace_back(Text{"No lever lies at a bound.", sources, Tone::good});
  if (!lower.empty()) section.blocks.emplace_back(Text{"At the lower bound: " + lower + ".", sources, Tone::caution});
  if (!upper.empty()) section.blocks.emplace_back(Text{"At the upper bound: " + upper + ".", sources, Tone::caution});
  if (!lower.empty())
    section.blocks.emplace_back(Text{
        "In this model cost rises with every pay lever and nothing pushes back: who leaves does not depend on pay. A "
        "plan led by cost therefore ends on lower bounds, which then are the decision. Floors, a budget band or the "
        "front of cost against equity put the choice where it belongs.",
        {},
        Tone::plain});
  return section;
}

Table condition_table(Draft& draft) {
  Table table{"Conditions, what the plan comes to, and what is left",
              {{"Condition", false}, {"Limit", true}, {"Plan", true}, {"Headroom", true}, {"Kept", false}},
              {},
              ""};
  for (const ConditionRow& row : draft.conditions) {
    const Unit unit = unit_of_condition(row);
    const auto cell = [&](const std::optional<double>& value, const char* key) {
      return value ? figure_cell(*value, unit, fmt::format("{}.{}", row.path, key)) : absent_cell();
    };
    Cell kept = !row.satisfied ? absent_cell()
                               : Cell{*row.satisfied ? "✓ yes" : "✗ no", row.path + ".satisfied",
                                      *row.satisfied ? Tone::good : Tone::bad};
    if (row.satisfied && !*row.satisfied && row.violation) kept.text += ", by " + unit_text(*row.violation, unit);
    table.rows.push_back({{row.name.empty() ? readable(row.figure) : row.name, row.path, Tone::plain},
                          {limit_text(row, unit), row.path, Tone::plain},
                          cell(row.value, "value"),
                          cell(row.headroom, "headroom"),
                          std::move(kept)});
  }
  return table;
}

Section condition_section(Draft& draft) {
  Section section{"conditions", "Conditions and headroom", {}};
  if (!draft.conditions.empty())
    section.blocks.emplace_back(condition_table(draft));
  else if (draft.run.configuration.constraints.empty() && !draft.study({"constraints"}))
    section.blocks.emplace_back(draft.lacking("Conditions", "results.projected_outcomes.constraints"));
  else
    section.blocks.emplace_back(
        draft.lacking("Values and headroom of the conditions", "results.projected_outcomes.constraints"));
  const auto& declared = draft.run.configuration.constraints;
  if (draft.conditions.empty() && !declared.empty()) {
    Table table{"Conditions as declared", {{"Condition", false}, {"Type", false}, {"Bounds", true}}, {}, ""};
    for (std::size_t i = 0; i < declared.size(); ++i) {
      const std::string path = fmt::format("configuration.constraints[{}]", i);
      table.rows.push_back({{declared[i].name, path, {}},
                            {declared[i].constraint_type, path, {}},
                            {value_text(declared[i].bounds), path + ".bounds", {}}});
    }
    section.blocks.emplace_back(std::move(table));
  }
  if (const Json& violations = draft.run.results.constraint_violations; violations.is_array() && !violations.empty()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(violations.size(), 20); ++i)
      section.blocks.emplace_back(Text{"Violation as stored: " + value_text(violations.at(i)) + ".",
                                       {fmt::format("results.constraint_violations[{}]", i)},
                                       Tone::bad});
  }
  return section;
}

}  // namespace planwise::report
