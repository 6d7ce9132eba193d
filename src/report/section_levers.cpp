// Levers with bounds and change, levers at a bound.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

/// Below this a lever's value reads as 0, and a change in parts of it says nothing.
constexpr double least_base = 5e-5;

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
  if (row.no_effect)
    add("no effect");
  else if (row.no_effect_here)
    add("no effect at this point");
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
    cells.push_back(std::abs(*row.initial) < least_base ? absent_cell()
                                                        : change_cell(change / std::abs(*row.initial), Unit::percent));
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

/// Of a study that decides no lever: what it looked at, and between which bounds.
Table given_levers(const Draft& draft) {
  Table table{"Levers that the study looked at",
              {{"Lever", false}, {"Value", true}, {"Bounds", true}, {"Remark", false}},
              {},
              "Nothing here is a decision of this run. × : factor on the middle of the pay range."};
  for (const LeverRow& row : draft.levers) {
    std::vector<Cell> cells = lever_cells(row);
    table.rows.push_back({cells[0], cells[1], cells[5], cells[6]});
  }
  return table;
}

}  // namespace

std::string lever_text(const LeverRow& row, double value) {
  return row.multiplier ? fmt::format("× {:.3f}", value) : rate_text(value);
}

Section lever_section(Draft& draft) {
  Section section{"levers", "Levers", {}};
  if (draft.levers.empty()) {
    section.blocks.emplace_back(draft.lacking("Levers", "results.optimal_parameters"));
    return section;
  }
  if (!draft.decides()) {
    section.blocks.emplace_back(given_levers(draft));
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

}  // namespace planwise::report
