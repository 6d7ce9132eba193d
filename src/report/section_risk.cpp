// Risk factors and mitigations, and how the search went.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

Tone tone_of(RiskLevel level) {
  return level == RiskLevel::low ? Tone::good : level == RiskLevel::medium ? Tone::caution : Tone::bad;
}

void add_change(Section& section, const Draft& draft) {
  const ChangeRisk& change = *draft.change;
  const std::string origin = "assess_change(configuration.initial_parameters, results.optimal_parameters)";
  section.blocks.emplace_back(Text{
      fmt::format("Risk of the change, assessed for this report from the run's levers with the {} lever schema (market "
                  "figures of {}): {}, score {}; {} values change; mean confidence {}.",
                  draft.facts.schema.source() == "shipped" ? "shipped" : "configured", change.market_date,
                  to_text(change.level), number_text(std::round(change.score * 10) / 10), change.change_count,
                  percent_text(change.confidence)),
      {origin},
      tone_of(change.level)});
  if (!change.factors.empty()) {
    constexpr std::size_t most = 15;
    Table table{"Risk factors, the highest score first",
                {{"Factor", false}, {"Score", true}, {"Probability", true}, {"Severity", false}},
                {},
                ""};
    for (std::size_t i = 0; i < std::min(most, change.factors.size()); ++i) {
      const RiskFactor& factor = change.factors[i];
      const std::string path = fmt::format("assess_change.factors[{}]", i);
      table.rows.push_back({{factor.text, path, {}},
                            figure_cell(factor.score, Unit::number, path + ".score"),
                            figure_cell(factor.probability, Unit::percent, path + ".probability"),
                            {std::string(to_text(factor.severity)), path + ".severity", tone_of(factor.severity)}});
    }
    if (change.factors.size() > most)
      table.note = fmt::format("{} factors in all; the {} highest are shown.", change.factors.size(), most);
    section.blocks.emplace_back(std::move(table));
  }
  AdviceList mitigations;
  constexpr std::size_t most_mitigations = 8;
  for (std::size_t i = 0; i < std::min(most_mitigations, change.recommendations.size()); ++i)
    mitigations.items.push_back({change.recommendations[i], "", "", Tone::plain});
  if (!mitigations.items.empty()) {
    std::string title = "Mitigations, for the highest factors first";
    if (change.recommendations.size() > most_mitigations)
      title +=
          fmt::format(" ({} of {}; planwise levers risk lists all)", most_mitigations, change.recommendations.size());
    section.blocks.emplace_back(Text{title + ":", {"assess_change.recommendations"}, {}});
    section.blocks.emplace_back(std::move(mitigations));
  }
}

void add_tuning(Section& section, const Draft& draft) {
  const Found list =
      find_at(draft.run.results.projected_outcomes, "results.projected_outcomes", {"tuning", "iterations"});
  if (!list || !list.value->is_array() || list.value->empty()) return;
  Table table{"Iterations towards the target",
              {{"Iteration", true}, {"Growth", true}, {"Distance", true}, {"Step", true}},
              {},
              ""};
  for (std::size_t i = 0; i < std::min<std::size_t>(list.value->size(), 50); ++i) {
    const Found item{&list.value->at(i), fmt::format("{}[{}]", list.path, i)};
    const Found distance = first_of(item, {"distance"});
    table.rows.push_back(
        {{std::to_string(i), {}, {}},
         number_cell(first_of(item, {"value", "growth"}), Unit::percent),
         distance.number() ? difference_cell(*distance.number(), Unit::percent, distance.path) : absent_cell(),
         number_cell(first_of(item, {"step"}), Unit::number)});
  }
  section.blocks.emplace_back(std::move(table));
}

}  // namespace

Section risk_section(Draft& draft) {
  Section section{"risk", "Risk and mitigation", {}};
  const Results& results = draft.run.results;
  if (results.risk_level)
    section.blocks.emplace_back(Text{fmt::format("Risk level of the set of levers as stored: {}.", *results.risk_level),
                                     {"results.risk_level"},
                                     {}});
  else
    section.blocks.emplace_back(draft.lacking("Risk level", "results.risk_level"));
  if (const Found factors = find_at(results.risk_assessment, "results.risk_assessment", {"factors"});
      factors && factors.value->is_array()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(factors.value->size(), 20); ++i)
      section.blocks.emplace_back(Text{"Stored factor: " + value_text(factors.value->at(i)) + ".",
                                       {fmt::format("{}[{}]", factors.path, i)},
                                       Tone::caution});
  }
  if (const Json& warnings = results.parameter_warnings; warnings.is_array() && !warnings.empty())
    section.blocks.emplace_back(
        list_table("Warnings of the run about its levers", warnings, "results.parameter_warnings"));
  if (auto text = risk_difference(draft)) section.blocks.emplace_back(std::move(*text));
  if (draft.change)
    add_change(section, draft);
  else if (draft.decides())
    section.blocks.emplace_back(draft.lacking("Levers before and after, which the risk of the change is assessed from",
                                              "configuration.initial_parameters"));
  return section;
}

Section search_section(Draft& draft) {
  Section section{"search", draft.decides() ? "Algorithm performance" : "How it was computed", {}};
  const Metadata& metadata = draft.run.metadata;
  Table table{
      draft.decides() ? "How it was looked for" : "How it was computed", {{"What", false}, {"Value", true}}, {}, ""};
  const auto add = [&](const char* name, const std::string& value, const char* path) {
    table.rows.push_back({{name, {}, {}}, {value, path, {}}});
  };
  const auto add_or_absent = [&](const char* name, bool there, const std::string& value, const char* path) {
    table.rows.push_back(
        {{name, {}, {}}, there ? Cell{value, path, {}} : Cell{"not stored with this run", path, Tone::missing}});
  };
  add("Engine", metadata.optimization_engine, "metadata.optimization_engine");
  // Other studies have engines of their own.
  const bool searched = draft.kind.empty() || draft.kind == "optimize";
  if (const std::string algorithm = draft.study_text({"solver", "algorithm"}); searched && !algorithm.empty())
    add("Algorithm", algorithm, "configuration.algorithm_config.solver.algorithm");
  const auto& count = metadata.function_evaluations;
  const auto& seconds = metadata.runtime_seconds;
  add_or_absent("Evaluations", count.has_value(), count ? std::to_string(*count) : "", "metadata.function_evaluations");
  add_or_absent("Evaluations allowed", metadata.max_evaluations.has_value(),
                metadata.max_evaluations ? std::to_string(*metadata.max_evaluations) : "", "metadata.max_evaluations");
  add_or_absent("Runtime, seconds", seconds.has_value(), seconds ? number_text(*seconds) : "",
                "metadata.runtime_seconds");
  if (count && seconds && *seconds > 0)
    add("Evaluations a second", number_text(std::round(static_cast<double>(*count) / *seconds * 10) / 10),
        "metadata.function_evaluations");
  // Not "no": a run that never reported it has not failed to converge.
  if (draft.decides())
    add_or_absent(draft.kind == "tune" ? "Target reached" : "Converged", metadata.converged.has_value(),
                  metadata.converged.value_or(false) ? "yes" : "no", "metadata.converged");
  if (const Found reason = find_at(draft.run.results.projected_outcomes, "", {"stop_reason"}))
    add("Stopped because", value_text(*reason.value), "results.projected_outcomes.stop_reason");
  if (metadata.convergence_message) add("Message", *metadata.convergence_message, "metadata.convergence_message");
  add_or_absent("Seed", metadata.random_seed.has_value(),
                metadata.random_seed ? std::to_string(*metadata.random_seed) : "", "metadata.random_seed");
  section.blocks.emplace_back(std::move(table));
  add_tuning(section, draft);
  if (auto chart = history_chart(draft))
    section.blocks.emplace_back(std::move(*chart));
  else if (draft.decides())
    section.blocks.emplace_back(draft.lacking("History of the objective", "results.objective_history"));
  return section;
}

}  // namespace planwise::report
