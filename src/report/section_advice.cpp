// Recommendations. Each is a rule over figures that the run holds, and names them; without its figure a rule is silent.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

void on_status(const Draft& draft, std::vector<Advice>& out) {
  const Metadata& metadata = draft.run.metadata;
  if (metadata.status != "completed")
    out.push_back({"Do not decide on this run: it did not end as completed.", "status " + metadata.status,
                   "metadata.status", Tone::bad});
  if (draft.synthetic())
    out.push_back({"Repeat the study on the simulation before deciding: the synthetic formula knows no data.",
                   "evaluator synthetic",
                   draft.study({"evaluator", "kind"}) ? "configuration.algorithm_config.evaluator.kind"
                                                      : "metadata.use_synthetic_mode",
                   Tone::bad});
  const bool searched = draft.kind.empty() || draft.kind == "optimize";
  if (draft.kind == "tune" && metadata.converged && !*metadata.converged)
    out.push_back({"Let the tuning go on with more iterations, or set a target that the levers can reach.",
                   "target not reached", "metadata.converged", Tone::caution});
  if (searched && metadata.converged && !*metadata.converged && metadata.function_evaluations.value_or(0) > 0)
    out.push_back({"Let the search go on with more evaluations; its own test of convergence did not hold.",
                   fmt::format("not converged after {} evaluations", *metadata.function_evaluations),
                   "metadata.converged", Tone::caution});
}

void on_conditions(const Draft& draft, std::vector<Advice>& out) {
  constexpr double tight = 0.01;
  for (const ConditionRow& row : draft.conditions) {
    const Unit unit = unit_of_condition(row);
    if (row.satisfied && !*row.satisfied) {
      out.push_back(
          {fmt::format("Do not adopt the plan as it is, or relax the condition {}: the plan violates it.", row.name),
           row.violation ? "violated by " + gap_text(*row.violation, unit) : "violated", row.path + ".violation",
           Tone::bad});
    } else if (row.headroom && row.maximum && *row.maximum != 0 && *row.headroom / std::abs(*row.maximum) < tight) {
      out.push_back({fmt::format("Watch the condition {} through the year: next to nothing is left of it.", row.name),
                     fmt::format("headroom {} of {}", gap_text(*row.headroom, unit), unit_text(*row.maximum, unit)),
                     row.path + ".headroom", Tone::caution});
    }
  }
}

void on_infeasible(const Draft& draft, std::vector<Advice>& out) {
  const Found why = find_at(draft.run.results.projected_outcomes, "results.projected_outcomes", {"infeasible_because"});
  if (!why || !why.value->is_array() || why.value->empty()) return;
  out.push_back({"Relax one of the conditions that exclude each other, or widen the bounds of the levers.",
                 value_text(why.value->at(0)), why.path + "[0]", Tone::bad});
}

void on_bounds(const Draft& draft, std::vector<Advice>& out) {
  std::size_t lower = 0, free = 0;
  for (const LeverRow& row : draft.levers) {
    free += row.at != LeverRow::At::unknown && row.at != LeverRow::At::fixed ? 1 : 0;
    lower += row.at == LeverRow::At::lower ? 1 : 0;
  }
  if (free > 0 && 3 * lower >= free)
    out.push_back(
        {"Decide on floors for the pay levers, or choose from the front of cost against equity: the bounds, not the "
         "trade-off, set this plan.",
         fmt::format("{} of {} levers at their lower bound", lower, free), "results.optimal_parameters",
         Tone::caution});
}

/// The part of each weighted term in what a search minimised on raw scales. Within the pay cap other terms are weighed
/// than those that the breakdown names first. Silent where the parts do not come out: a wrong share is no advice.
void on_terms(const Draft& draft, std::vector<Advice>& out) {
  constexpr double most = 0.9, rounding = 1e-9;
  const bool searched = draft.kind.empty() || draft.kind == "optimize";
  const auto& objective = draft.run.results.objective_value;
  if (!searched || draft.study_text({"objective", "form"}) != "as_it_stands" || !objective || !(*objective > 0)) return;
  const Found within = draft.study({"objective", "within_pay_cap"});
  const bool capped = within && within.value->is_boolean() && within.value->as_boolean();
  for (const char* each : {"cost", "equity", "targets"}) {
    const std::string name = each;
    const Found term = draft.term(capped && name != "targets" ? name + "_within_cap" : name);
    const auto weight = draft.study({"objective", "weights", name}).number();
    if (!weight || !term.number()) continue;
    const double part = *weight * *term.number() / *objective;
    if (!(part > most) || part > 1 + rounding || *weight >= most) continue;
    out.push_back(
        {fmt::format("Use normalised terms: on the raw scales the objective is {} alone, whatever the weights say.",
                     name),
         fmt::format("{}{} at weight {} makes {} of the objective", name, capped ? " within the pay cap" : "",
                     number_text(*weight), rate_text(part)),
         term.path, Tone::caution});
  }
}

void on_equity(const Draft& draft, std::vector<Advice>& out) {
  constexpr double outlier_part = 0.5;
  const Found all = draft.term("equity"), capped = draft.term("equity_within_cap");
  if (all.number() && capped.number() && *all.number() > 0 && 1 - *capped.number() / *all.number() > outlier_part)
    out.push_back({"Judge equity without pay above the cap: a few people make most of the spread.",
                   fmt::format("{} with them, {} without", number_text(*all.number()), number_text(*capped.number())),
                   capped.path, Tone::caution});
  const Found start = find_at(draft.run.results.projected_outcomes, "results.projected_outcomes",
                              {"start", "objective_breakdown", "equity"});
  if (all.number() && start.number() && *all.number() > *start.number())
    out.push_back({"Weigh what the plan costs in equity: pay within levels is spread more than before.",
                   fmt::format("{} against {} at the start", number_text(*all.number()), number_text(*start.number())),
                   all.path, Tone::caution});
}

void on_uncertainty(const Draft& draft, std::vector<Advice>& out) {
  constexpr double likely = 0.1;
  for (const EnsembleRow& row : draft.ensembles) {
    if (row.figure != "active_compensation" || !row.chance || !row.threshold || row.group == "difference" ||
        row.group == "compared")
      continue;
    if (row.year && *row.year != draft.target_year) continue;
    if (*row.chance > likely && row.p90)
      out.push_back({"Hold a reserve, or plan for less: the budget is exceeded in more than one of ten futures.",
                     fmt::format("chance {}, P90 is {} above the budget", percent_text(*row.chance),
                                 money_text(std::max(0.0, *row.p90 - *row.threshold))),
                     row.path + ".chance_above", Tone::caution});
  }
}

void on_sensitivity(const Draft& draft, std::vector<Advice>& out) {
  if (!draft.sensitivity || draft.sensitivity->rows.empty()) return;
  const SensitivityRow& first = draft.sensitivity->rows.front();
  if (first.value == 0) return;
  const Unit unit = unit_of_effect(*draft.sensitivity);
  std::string figure = unit_text(first.value, unit);
  if (first.low && first.high && !draft.sensitivity->tornado)
    figure += fmt::format(" ({} to {})", unit_text(*first.low, unit), unit_text(*first.high, unit));
  out.push_back({fmt::format("Agree on {} first: no other lever moves the outcome as much.", readable(first.lever)),
                 fmt::format("{}: {}", draft.sensitivity->measure, figure), first.path, Tone::plain});
}

void on_risk(const Draft& draft, std::vector<Advice>& out) {
  if (!draft.change || draft.change->factors.empty()) return;
  const RiskFactor& worst = draft.change->factors.front();
  if (worst.severity == RiskLevel::high || worst.severity == RiskLevel::critical)
    out.push_back({draft.change->recommendations.empty() ? "Mitigate before the change: " + worst.text
                                                         : draft.change->recommendations.front(),
                   fmt::format("{} (score {})", worst.text, number_text(worst.score)), "assess_change.factors[0].score",
                   Tone::caution});
}

int urgency(Tone tone) { return tone == Tone::bad ? 0 : tone == Tone::caution ? 1 : 2; }

}  // namespace

std::vector<Advice> advice_of(Draft& draft) {
  std::vector<Advice> out;
  for (const auto& rule : {on_status, on_infeasible, on_conditions, on_bounds, on_terms, on_equity, on_uncertainty,
                           on_risk, on_sensitivity})
    rule(draft, out);
  for (Advice& advice : out) {
    if (!advice.text.ends_with('.')) advice.text += '.';
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Advice& a, const Advice& b) { return urgency(a.tone) < urgency(b.tone); });
  return out;
}

Section advice_section(Draft& draft) {
  Section section{"recommendations", "Recommendations", {}};
  AdviceList list{advice_of(draft)};
  if (list.items.empty())
    section.blocks.emplace_back(Text{"No rule of this report applies to the figures that the run holds.", {}, {}});
  else
    section.blocks.emplace_back(std::move(list));
  return section;
}

}  // namespace planwise::report
