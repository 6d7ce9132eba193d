/// Risk of a change: every changed lever at a level is scored by four questions, every lever that changes by one more
/// over its levels, and the change as a whole by its size and time. The steps of the scores stand here; what belongs to
/// a lever (benchmarks, competitive and equity limits, weights) stands in the lever file.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "levers/forms.h"
#include "levers/numbers.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using levers::clearly_above;
using levers::clearly_below;
using levers::Values;

struct Change {
  const Lever* lever = nullptr;
  int level = 0;
  double before = 0, after = 0;
  [[nodiscard]] double relative() const { return before == 0 ? 1.0 : std::fabs(after - before) / std::fabs(before); }
};

RiskLevel severity_of(double score) {
  if (clearly_below(score, 25)) return RiskLevel::low;
  if (clearly_below(score, 50)) return RiskLevel::medium;
  return clearly_below(score, 75) ? RiskLevel::high : RiskLevel::critical;
}

/// The score of the first step that `figure` is below, else the last.
double step_score(double figure, const std::array<double, 3>& limits, const std::array<double, 4>& scores) {
  for (std::size_t i = 0; i < limits.size(); ++i) {
    if (clearly_below(figure, limits[i])) return scores[i];
  }
  return scores.back();
}

std::string percent(double fraction) { return fmt::format("{:.1f} %", fraction * 100); }

RiskFactor factor_of(const Change& change, std::string_view category, std::string_view kind, double score,
                     double probability, std::string text) {
  RiskFactor factor;
  factor.category = category;
  factor.kind = kind;
  factor.lever = change.lever->by_level ? flat_name(*change.lever, change.level) : change.lever->name;
  factor.level = change.level;
  factor.score = score;
  factor.probability = probability;
  factor.severity = severity_of(score);
  factor.text = std::move(text);
  factor.lowers = change.after < change.before;
  return factor;
}

RiskFactor market_factor(const LeverSchema& schema, const Change& change) {
  const auto market = schema.benchmark(*change.lever, change.level);
  const auto factor = [&](double score, double probability, std::string text) {
    return factor_of(change, "parameter", "market_alignment", score, probability, std::move(text));
  };
  if (!market) return factor(20, 0.3, "no benchmark of the market to compare with");
  const std::string value = levers::number_text(change.after);
  const auto say = [&](std::string_view side, double limit, std::string_view what) {
    return fmt::format("{} is {} the market's {} {}", value, side, what, levers::number_text(limit));
  };
  if (change.after < market->minimum) return factor(80, 0.8, say("below", market->minimum, "minimum"));
  if (change.after < market->target) return factor(40, 0.8, say("below", market->target, "target"));
  if (change.after > market->maximum) return factor(60, 0.8, say("above", market->maximum, "maximum"));
  return factor(15, 0.8, say("at or above", market->target, "target"));
}

void score_change(const LeverSchema& schema, const Change& change, std::vector<RiskFactor>& factors) {
  const double relative = change.relative();
  factors.push_back(factor_of(change, "parameter", "magnitude",
                              step_score(relative, {0.05, 0.15, 0.30}, {10, 30, 60, 85}), 1.0,
                              fmt::format("{} to {} at level {}, a change of {}", levers::number_text(change.before),
                                          levers::number_text(change.after), change.level, percent(relative))));
  factors.push_back(market_factor(schema, change));

  double position = change.lever->competitive_otherwise;
  for (const LeverRule& rule : change.lever->competitive) {
    if (!levers::holds(rule, change.after)) continue;
    position = rule.score;
    break;
  }
  factors.push_back(
      factor_of(change, "retention", "competitive_position", position, 0.7,
                fmt::format("{} at level {} among competitors", levers::number_text(change.after), change.level)));

  const double weighted = relative * schema.level_weight(change.level) * 100;
  factors.push_back(factor_of(change, "budget", "budget_sensitivity",
                              step_score(weighted, {5, 15, 30}, {15, 40, 70, 90}), 0.9,
                              fmt::format("{} {}, weighted by level {}: {:.1f}", percent(relative),
                                          change.after < change.before ? "less" : "more", change.level, weighted)));
}

/// Over the proposed values of a lever at all its levels.
void score_equity(const Lever& lever, const std::vector<double>& values, std::vector<RiskFactor>& factors) {
  if (values.size() < 2) return;
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = sum / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / count);
  const double variation = mean == 0 ? 0 : deviation / std::fabs(mean);
  const auto [least, most] = std::ranges::minmax(values);
  bool uneven = clearly_above(variation, lever.equity_variation);
  // largest > ratio x smallest, so that a smallest of 0 needs no division.
  if (lever.equity_ratio) uneven = uneven || clearly_above(most, *lever.equity_ratio * least);
  RiskFactor factor;
  factor.category = factor.kind = "equity";
  factor.lever = lever.name;
  factor.score = uneven ? lever.equity_score : lever.equity_otherwise;
  factor.probability = 0.6;
  factor.severity = severity_of(factor.score);
  factor.text = fmt::format("from {} to {} over levels, coefficient of variation {:.3f}", levers::number_text(least),
                            levers::number_text(most), variation);
  factors.push_back(std::move(factor));
}

void score_implementation(std::int64_t changes, const ChangeOptions& options, std::vector<RiskFactor>& factors) {
  const auto add = [&](std::string_view kind, double score, double probability, std::string text) {
    RiskFactor factor;
    factor.category = "implementation";
    factor.kind = kind;
    factor.score = score;
    factor.probability = probability;
    factor.severity = severity_of(score);
    factor.text = std::move(text);
    factors.push_back(std::move(factor));
  };
  const std::string number = fmt::format("{} levers at a level change at once", changes);
  if (changes > 10) {
    add("number_of_changes", 70, 0.8, number);
  } else if (changes > 5) {
    add("number_of_changes", 40, 0.5, number);
  }
  if (!options.timeline_days || changes == 0) return;
  const std::string timeline = fmt::format("{} days until it takes effect", real_text(*options.timeline_days));
  if (*options.timeline_days < 30) {
    add("timeline", 85, 0.9, timeline);
  } else if (*options.timeline_days < 60) {
    add("timeline", 50, 0.6, timeline);
  }
}

std::string recommendation(const RiskFactor& factor) {
  if (factor.kind == "magnitude") return fmt::format("Phase the change of {} in over several years", factor.lever);
  if (factor.kind == "market_alignment") return fmt::format("Bring {} nearer to the market's target", factor.lever);
  if (factor.kind == "competitive_position")
    return fmt::format("Check {} against competitors before it is final", factor.lever);
  if (factor.kind == "budget_sensitivity") {
    return factor.lowers
               ? fmt::format("Say what the cut of {} saves and whom it meets before it is announced", factor.lever)
               : fmt::format("Have the budget for {} approved before it takes effect", factor.lever);
  }
  if (factor.kind == "equity") return fmt::format("Review {} across levels for equity", factor.lever);
  if (factor.kind == "number_of_changes") return "Change fewer levers at once, or in stages";
  return "Allow at least 60 days before the change takes effect";
}

void conclude(const LeverSchema& schema, ChangeRisk& risk) {
  std::ranges::stable_sort(risk.factors, std::ranges::greater{}, &RiskFactor::score);
  double weights = 0, scores = 0, probabilities = 0;
  for (const RiskFactor& factor : risk.factors) {
    const double weight = schema.category_weights().at(factor.category).as_real() * factor.probability;
    weights += weight;
    scores += weight * factor.score;
    probabilities += factor.probability;
    if (factor.severity < RiskLevel::high) continue;
    std::string text = recommendation(factor);
    if (std::ranges::find(risk.recommendations, text) == risk.recommendations.end()) {
      risk.recommendations.push_back(std::move(text));
    }
  }
  if (weights > 0) risk.score = scores / weights;
  if (!risk.factors.empty()) risk.confidence = probabilities / static_cast<double>(risk.factors.size());
  risk.level = severity_of(risk.score);
}

/// The baseline's values, completed by defaults for what the proposal names.
Values completed(const LeverSchema& schema, Values before, const Values& after, std::vector<std::string>& notes) {
  for (std::size_t i = 0; i < schema.levers().size(); ++i) {
    const Lever& lever = schema.levers()[i];
    const bool proposed = std::ranges::any_of(after, [&](const auto& entry) { return entry.first.first == i; });
    if (!proposed) continue;
    for (std::size_t k = 0; k < lever.levels.size(); ++k) {
      const levers::Place place{i, lever.levels[k]};
      if (!before.emplace(place, lever.defaults[k]).second || !after.contains(place)) continue;
      notes.push_back(fmt::format("{} at level {} is not in the baseline: compared with the default {}", lever.name,
                                  place.second, levers::number_text(lever.defaults[k])));
    }
  }
  return before;
}

}  // namespace

ChangeRisk assess_change(const LeverSchema& schema, const Json& baseline, const Json& proposed,
                         const ChangeOptions& options) {
  if (options.timeline_days && !(std::isfinite(*options.timeline_days) && *options.timeline_days >= 0)) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("timeline_days is {}; allowed is 0 or more", real_text(*options.timeline_days)));
  }
  ChangeRisk risk;
  risk.market_date = schema.market_date();
  Values before = levers::values_of(schema, baseline, risk.notes);
  const Values asked = levers::values_of(schema, proposed, risk.notes);
  before = completed(schema, std::move(before), asked, risk.notes);
  Values after = asked;
  after.insert(before.begin(), before.end());

  std::set<std::size_t> changed;
  for (const auto& [place, value] : after) {
    const Change change{&schema.levers()[place.first], place.second, before.at(place), value};
    if (change.before == change.after) continue;
    changed.insert(place.first);
    ++risk.change_count;
    risk.budget_impact += change.relative() * schema.level_weight(change.level) * 100;
    score_change(schema, change, risk.factors);
  }
  for (const std::size_t index : changed) {
    std::vector<double> values;
    for (const auto& [place, value] : after) {
      if (place.first == index) values.push_back(value);
    }
    score_equity(schema.levers()[index], values, risk.factors);
  }
  score_implementation(risk.change_count, options, risk.factors);
  conclude(schema, risk);
  return risk;
}

Json to_json(const ChangeRisk& risk) {
  const auto texts = [](const std::vector<std::string>& list) {
    Json result = Json::array();
    for (const std::string& text : list) result.push_back(text);
    return result;
  };
  Json factors = Json::array();
  for (const RiskFactor& factor : risk.factors) {
    Json entry = Json::object();
    entry.set("category", factor.category);
    entry.set("kind", factor.kind);
    entry.set("lever", factor.lever.empty() ? Json() : Json(factor.lever));
    entry.set("level", factor.level ? Json(*factor.level) : Json());
    entry.set("score", factor.score);
    entry.set("probability", factor.probability);
    entry.set("severity", to_text(factor.severity));
    entry.set("text", factor.text);
    factors.push_back(std::move(entry));
  }
  Json result = Json::object();
  result.set("level", to_text(risk.level));
  result.set("score", risk.score);
  result.set("estimated_budget_impact", risk.budget_impact);
  result.set("confidence", risk.confidence);
  result.set("change_count", risk.change_count);
  result.set("factors", std::move(factors));
  result.set("recommendations", texts(risk.recommendations));
  result.set("notes", texts(risk.notes));
  result.set("market_date", risk.market_date);
  return result;
}

}  // namespace planwise
