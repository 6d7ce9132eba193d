// Summary and decision.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

Tone tone_of_risk(std::string_view level) {
  return level == "LOW" ? Tone::good : level == "MEDIUM" ? Tone::caution : Tone::bad;
}

/// What was minimised: the normalised sum where the study chose that, else the combined value as it stands.
Tile objective_tile(const Draft& draft) {
  const std::string form = draft.study_text({"objective", "form"});
  const Found total = draft.term("normalised_total");
  if (const auto value = total.number(); value && form == "normalised")
    return {"Objective", number_text(*value), "normalised terms, baseline 1", total.path, Tone::plain};
  const auto& value = draft.run.results.objective_value;
  if (!value) return {"Objective", "not stored", "", "results.objective_value", Tone::missing};
  return {"Objective", number_text(*value), form.empty() ? "" : "terms as they stand", "results.objective_value",
          Tone::plain};
}

/// Cost of the target year, with its change against the start.
Tile cost_tile(const Draft& draft) {
  if (const YearRow* year = draft.target()) {
    const Found after = year->of_plan({"active_compensation", "total_compensation"});
    const Found before = year->of_baseline({"active_compensation", "total_compensation"});
    if (const auto plan = after.number()) {
      std::string detail = "no baseline stored";
      if (const auto base = before.number(); base && *base != 0)
        detail = fmt::format("{} ({}) against baseline", signed_text(*plan - *base, Unit::money),
                             signed_text((*plan - *base) / std::abs(*base), Unit::percent));
      return {fmt::format("Pay run-rate {}", year->year), money_text(*plan), detail, after.path, Tone::plain};
    }
  }
  const Found cost = draft.term("cost");
  if (const auto value = cost.number())
    return {"Cost term", draft.synthetic() ? number_text(*value) : money_text(*value * 1e6),
            draft.synthetic() ? "synthetic, no money" : "of the objective, in millions", cost.path, Tone::plain};
  return {"Cost", "not stored", "", "results.objective_breakdown.cost", Tone::missing};
}

Tile equity_tile(const Draft& draft) {
  const Found equity = draft.term("equity");
  const auto value = equity.number();
  if (!value)
    return {"Pay spread within levels", "not stored", "", "results.objective_breakdown.equity", Tone::missing};
  std::string detail = "deviation / mean, lower is more equal";
  if (const auto capped = draft.term("equity_within_cap").number())
    detail = fmt::format("{} without pay above the cap", number_text(*capped));
  return {"Pay spread within levels", number_text(*value), detail, equity.path, Tone::plain};
}

Tile condition_tile(const Draft& draft) {
  if (draft.without_conditions())
    return {"Conditions", "none", "the study has no conditions", "configuration.algorithm_config.constraints",
            Tone::plain};
  if (draft.conditions.empty())
    return {"Conditions", "not stored", "", "results.projected_outcomes.constraints", Tone::missing};
  const auto told = std::count_if(draft.conditions.begin(), draft.conditions.end(),
                                  [](const ConditionRow& row) { return row.satisfied.has_value(); });
  if (told == 0)
    return {"Conditions", std::to_string(draft.conditions.size()), "of the study, not evaluated",
            draft.conditions.front().path, Tone::missing};
  const auto kept = std::count_if(draft.conditions.begin(), draft.conditions.end(),
                                  [](const ConditionRow& row) { return row.satisfied.value_or(false); });
  const bool all = kept == static_cast<std::ptrdiff_t>(draft.conditions.size());
  return {"Conditions kept", fmt::format("{} of {}", kept, draft.conditions.size()),
          all ? "the plan is feasible" : "the plan is not feasible", "results.projected_outcomes.constraints",
          all ? Tone::good : Tone::bad};
}

/// How far the levers move; absent when there is nothing to compare.
std::optional<Tile> change_risk_tile(const Draft& draft) {
  if (!draft.change) return std::nullopt;
  const std::string level(to_text(draft.change->level));
  return Tile{
      "Risk of the change", level,
      fmt::format("of how far the levers move, score {}", number_text(std::round(draft.change->score * 10) / 10)),
      "assess_change.level", tone_of_risk(level)};
}

/// A run that never reported it has not failed to converge; tuning and fronts have other tests.
std::string ending_of(const Draft& draft) {
  const auto& converged = draft.run.metadata.converged;
  if (!converged) return "convergence not reported";
  if (draft.kind == "tune") return *converged ? "the target is reached" : "the target is not reached";
  if (draft.kind == "pareto" && !*converged) return "a front has no test of convergence";
  return *converged ? "converged" : "not converged";
}

Tile status_tile(const Draft& draft) {
  const Metadata& metadata = draft.run.metadata;
  const Tone tone = metadata.status == "completed" ? Tone::plain
                    : metadata.status == "failed"  ? Tone::bad
                                                   : Tone::caution;
  return {"Status", metadata.status, ending_of(draft), "metadata.status", tone};
}

void add_weights(Table& table, Draft& draft) {
  bool stored = false;
  if (const Found weights = draft.study({"objective", "weights"}); weights && weights.value->is_object()) {
    for (const auto& [name, weight] : weights.value->as_object()) {
      const Found found{&weight, weights.path + "." + name};
      table.rows.push_back({{"Weight of " + name, {}, {}},
                            found.number() ? number_cell(found, Unit::number) : Cell{value_text(weight), found.path}});
      stored = true;
    }
  }
  const auto& objectives = draft.run.configuration.objectives;
  for (std::size_t i = 0; !stored && i < objectives.size(); ++i) {
    table.rows.push_back(
        {{fmt::format("Weight of {} ({})", objectives[i].name, objectives[i].direction), {}, {}},
         figure_cell(objectives[i].weight, Unit::number, fmt::format("configuration.objectives[{}].weight", i))});
  }
}

void add_study_rows(Table& table, const Draft& draft) {
  const auto add = [&](const char* name, std::initializer_list<std::string_view> keys) {
    const Found found = draft.study(keys);
    if (found && !(found.value->is_integer() && found.value->as_integer() == 0))
      table.rows.push_back({{name, {}, {}}, {value_text(*found.value), found.path, {}}});
  };
  const auto year = [&](const char* name, std::initializer_list<std::string_view> keys) {
    const Found found = draft.study(keys);
    if (const auto number = found.number(); number && *number > 0)
      table.rows.push_back({{name, {}, {}}, {fmt::format("{:.0f}", *number), found.path, {}}});
  };
  add("Kind of study", {"kind"});
  add("Evaluated by", {"evaluator", "kind"});
  year("First year", {"simulation", "first_year"});
  year("Last year", {"simulation", "last_year"});
  year("Target year", {"simulation", "target_year"});
  add("Seeds averaged over", {"simulation", "seeds"});
  add("Form of the objective", {"objective", "form"});
  if (draft.study_text({"kind"}) == "pareto") add("Goals of the front", {"pareto"});
}

}  // namespace

Tile lever_risk_tile(const Draft& draft) {
  const auto& level = draft.run.results.risk_level;
  if (!level) return {"Risk of the levers", "not assessed", "", "results.risk_level", Tone::missing};
  return {"Risk of the levers", *level, "of where the levers stand", "results.risk_level", tone_of_risk(*level)};
}

std::optional<Text> risk_difference(const Draft& draft) {
  const auto& level = draft.run.results.risk_level;
  if (!level || !draft.change || *level == to_text(draft.change->level)) return std::nullopt;
  return Text{
      fmt::format("The risk of the levers is {} and that of the change {}: the first judges the values that the "
                  "levers end at, the second how far and how many of them move from the baseline.",
                  *level, to_text(draft.change->level)),
      {"results.risk_level", "assess_change.level"},
      Tone::plain};
}

Tiles key_figures(Draft& draft) {
  if (!draft.decides()) return study_figures(draft);
  Tiles tiles{{cost_tile(draft), condition_tile(draft), equity_tile(draft)}};
  tiles.tiles.push_back(draft.kind == "tune"     ? growth_tile(draft)
                        : draft.kind == "pareto" ? front_tile(draft)
                                                 : objective_tile(draft));
  tiles.tiles.push_back(lever_risk_tile(draft));
  if (auto tile = change_risk_tile(draft)) tiles.tiles.push_back(std::move(*tile));
  tiles.tiles.push_back(status_tile(draft));
  return tiles;
}

std::vector<Text> findings(Draft& draft) {
  std::vector<Text> out;
  if (!draft.decides()) out.push_back(study_sentence(draft));
  const Metadata& metadata = draft.run.metadata;
  if (metadata.status != "completed") {
    out.push_back(
        {fmt::format("The status of this run is {}: its figures are not those of a finished decision{}",
                     metadata.status, metadata.convergence_message ? " (" + *metadata.convergence_message + ")." : "."),
         {"metadata.status"},
         Tone::caution});
  }
  if (draft.synthetic())
    out.push_back({"The run used the synthetic formula, which knows no data: its figures are no money and no people.",
                   {"metadata.use_synthetic_mode"},
                   Tone::caution});
  const auto changed =
      std::count_if(draft.levers.begin(), draft.levers.end(), [](const LeverRow& row) { return row.changed(); });
  if (draft.decides() && !draft.run.results.optimal_parameters.empty() &&
      !draft.run.configuration.initial_parameters.empty())
    out.push_back({fmt::format("The plan changes {} of {} levers.", changed, draft.levers.size()),
                   {"configuration.initial_parameters", "results.optimal_parameters"},
                   Tone::plain});
  const Found nearest =
      find_at(draft.run.results.projected_outcomes, "results.projected_outcomes", {"least_violated", "evaluation"});
  if (nearest)
    out.push_back({fmt::format("No feasible plan was found. The conditions below are those of the nearest point, "
                               "evaluation {}, which is no plan.",
                               value_text(*nearest.value)),
                   {nearest.path},
                   Tone::bad});
  for (const ConditionRow& row : draft.conditions) {
    if (row.satisfied.value_or(true)) continue;
    out.push_back({fmt::format("The condition {} is violated{}.", row.name,
                               row.violation ? " by " + gap_text(*row.violation, unit_of_condition(row)) : ""),
                   {row.path},
                   Tone::bad});
  }
  if (auto text = risk_difference(draft)) out.push_back(std::move(*text));
  return out;
}

Section summary_section(Draft& draft) {
  Section section{"summary", "Summary", {}};
  section.blocks.emplace_back(key_figures(draft));
  for (Text& text : findings(draft)) section.blocks.emplace_back(std::move(text));
  return section;
}

Section decision_section(Draft& draft) {
  Section section{"decision", draft.decides() ? "Decision" : "Study", {}};
  const Metadata& metadata = draft.run.metadata;
  if (!metadata.description.empty())
    section.blocks.emplace_back(Text{metadata.description, {"metadata.description"}, {}});
  if (!metadata.business_justification.empty())
    section.blocks.emplace_back(Text{metadata.business_justification, {"metadata.business_justification"}, {}});
  else
    section.blocks.emplace_back(draft.lacking("Business justification", "metadata.business_justification"));
  Table table{
      draft.decides() ? "What was decided on" : "What was studied", {{"What", false}, {"Value", false}}, {}, {}};
  table.rows.push_back({{"Scenario", {}, {}}, {metadata.scenario_id, "metadata.scenario_id", {}}});
  table.rows.push_back({{"Type", {}, {}}, {metadata.optimization_type, "metadata.optimization_type", {}}});
  add_study_rows(table, draft);
  add_weights(table, draft);
  std::string tags;
  for (const std::string& tag : metadata.tags) tags += (tags.empty() ? "" : ", ") + tag;
  if (!tags.empty()) table.rows.push_back({{"Tags", {}, {}}, {tags, "metadata.tags", {}}});
  section.blocks.emplace_back(std::move(table));
  if (!draft.run.notes.empty()) section.blocks.emplace_back(Text{"Notes: " + draft.run.notes, {"notes"}, {}});
  return section;
}

}  // namespace planwise::report
