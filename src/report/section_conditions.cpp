// Conditions, what the plan comes to, and what is left.
#include <fmt/format.h>

#include <algorithm>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

std::string limit_text(const ConditionRow& row, Unit unit) {
  const auto limit = [&](double value) {
    return row.relative ? signed_text(value, Unit::percent) : unit_text(value, unit);
  };
  std::string text = row.order;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (row.minimum && row.maximum)
    add(fmt::format("{} to {}", limit(*row.minimum), limit(*row.maximum)));
  else if (row.maximum)
    add("at most " + limit(*row.maximum));
  else if (row.minimum)
    add("at least " + limit(*row.minimum));
  if (row.relative) text += " against the baseline";
  return text.empty() ? "–" : text;
}

Cell kept_cell(const ConditionRow& row, Unit unit) {
  if (!row.satisfied) return {"not evaluated", row.path, Tone::missing};
  Cell kept{*row.satisfied ? "✓ yes" : "✗ no", row.path + ".satisfied", *row.satisfied ? Tone::good : Tone::bad};
  if (!*row.satisfied && row.violation) kept.text += ", by " + gap_text(*row.violation, unit);
  return kept;
}

Table declared_table(const std::vector<Constraint>& declared) {
  Table table{"Conditions as declared", {{"Condition", false}, {"Type", false}, {"Bounds", true}}, {}, ""};
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const std::string path = fmt::format("configuration.constraints[{}]", i);
    table.rows.push_back({{declared[i].name, path, {}},
                          {declared[i].constraint_type, path, {}},
                          {value_text(declared[i].bounds), path + ".bounds", {}}});
  }
  return table;
}

/// As the run keeps them; those that are about a level may tell of a few people and stand in the table alone.
void add_violations(Section& section, const Draft& draft) {
  const Json& violations = draft.run.results.constraint_violations;
  if (!violations.is_array()) return;
  constexpr std::size_t most = 20;
  const bool suppressed = std::any_of(draft.conditions.begin(), draft.conditions.end(),
                                      [](const ConditionRow& row) { return row.suppressed; });
  for (std::size_t i = 0; i < std::min(violations.size(), most); ++i) {
    if (suppressed && violations.at(i).is_object()) continue;
    section.blocks.emplace_back(Text{"Violation as stored: " + value_text(violations.at(i)) + ".",
                                     {fmt::format("results.constraint_violations[{}]", i)},
                                     Tone::bad});
  }
}

}  // namespace

Unit unit_of_condition(const ConditionRow& row) {
  if (row.unit == "fraction" || row.unit == "relative") return Unit::percent;
  if (row.unit == "money" || row.unit == "currency") return Unit::money;
  if (row.unit == "people" || row.unit == "count") return Unit::count;
  return row.figure.empty() ? Unit::number : unit_of(row.figure);
}

Table condition_table(Draft& draft) {
  Table table{"Conditions, what the plan comes to, and what is left",
              {{"Condition", false}, {"Limit", true}, {"Plan", true}, {"Headroom", true}, {"Kept", false}},
              {},
              ""};
  bool suppressed = false;
  for (const ConditionRow& row : draft.conditions) {
    const Unit unit = unit_of_condition(row);
    suppressed = suppressed || row.suppressed;
    const auto cell = [&](const std::optional<double>& value, const char* key) {
      if (row.suppressed) return Cell{"suppressed", fmt::format("{}.{}", row.path, key), Tone::missing};
      return value ? figure_cell(*value, unit, fmt::format("{}.{}", row.path, key)) : absent_cell();
    };
    Cell headroom = cell(row.headroom, "headroom");
    if (row.headroom) headroom.text = gap_text(*row.headroom, unit);
    table.rows.push_back({{row.name.empty() ? readable(row.figure) : row.name, row.path, Tone::plain},
                          {limit_text(row, unit), row.path, Tone::plain},
                          cell(row.value, "value"),
                          std::move(headroom),
                          kept_cell(row, unit)});
  }
  if (suppressed)
    table.note =
        "Suppressed: figures that would tell of fewer than 5 people, or of a level whose people are not known.";
  return table;
}

Section condition_section(Draft& draft) {
  Section section{"conditions", "Conditions and headroom", {}};
  const auto& declared = draft.run.configuration.constraints;
  const bool evaluated = std::any_of(draft.conditions.begin(), draft.conditions.end(),
                                     [](const ConditionRow& row) { return row.satisfied || row.value; });
  if (!draft.conditions.empty()) section.blocks.emplace_back(condition_table(draft));
  if (draft.without_conditions())
    section.blocks.emplace_back(
        Text{"The study has no conditions.", {"configuration.algorithm_config.constraints"}, Tone::plain});
  else if (draft.conditions.empty() && declared.empty())
    section.blocks.emplace_back(draft.lacking("Conditions", "results.projected_outcomes.constraints"));
  else if (!evaluated)
    section.blocks.emplace_back(
        draft.lacking("Values and headroom of the conditions", "results.projected_outcomes.constraints"));
  if (draft.conditions.empty() && !declared.empty()) section.blocks.emplace_back(declared_table(declared));
  add_violations(section, draft);
  return section;
}

}  // namespace planwise::report
