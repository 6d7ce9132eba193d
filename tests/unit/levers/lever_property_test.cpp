// Rules about levers against what they say, for values nobody chose.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "lever_samples.h"

namespace planwise::levers {
namespace {

const LeverSchema& schema() { return LeverSchema::shipped(); }
const std::vector<int> years{2025, 2026, 2027};

double value_within(const LeverBounds& bounds) {
  return bounds.minimum + (bounds.maximum - bounds.minimum) * (*rc::gen::inRange(0, 10001) / 10000.0);
}

/// Some flat names with values within the hard bounds.
Json any_valid_set() {
  Json set = Json::object();
  for (const std::string& name : schema().names()) {
    if (*rc::gen::inRange(0, 3) > 0) set.set(name, value_within(schema().find(name)->lever->hard));
  }
  return set;
}

RC_GTEST_PROP(LeverRules, RiskOfAValueFollowsItsPlaceBetweenTheBounds, ()) {
  const std::string name = *rc::gen::elementOf(schema().names());
  const Lever& lever = *schema().find(name)->lever;
  const double width = lever.hard.maximum - lever.hard.minimum;
  // From a tenth of the range below it to a tenth above it, in steps no limit lies on.
  const double value = lever.hard.minimum + width * (*rc::gen::inRange(-1000, 11000) + 0.37) / 10000;
  const LeverCheck checked = check_lever(lever, name, value);
  const bool hard = value >= lever.hard.minimum && value <= lever.hard.maximum;
  const bool recommended = value >= lever.recommended.minimum && value <= lever.recommended.maximum;
  const double place = (value - lever.hard.minimum) / width;
  const RiskLevel expected = !hard                        ? RiskLevel::critical
                             : recommended                ? RiskLevel::low
                             : place < 0.1 || place > 0.9 ? RiskLevel::high
                                                          : RiskLevel::medium;
  RC_ASSERT(checked.risk == expected);
  RC_ASSERT(checked.errors.empty() == hard);
  RC_ASSERT(recommended || !hard || !checked.warnings.empty());
}

RC_GTEST_PROP(LeverRules, RiskOfASetIsTheWorstOfItsValues, ()) {
  const Json set = any_valid_set();
  const LeverValidation checked = validate_levers(schema(), set);
  RiskLevel worst = RiskLevel::low;
  for (const auto& [name, value] : set.as_object())
    worst = std::max(worst, check_lever(*schema().find(name)->lever, name, value).risk);
  RC_ASSERT(checked.risk == worst);
  RC_ASSERT(checked.valid());
}

/// The rules of a saved set as they are written, without the schema.
std::size_t rules_that_hold(const Json& set) {
  std::vector<double> merits;
  bool promotion = false, cola = false;
  for (const auto& [name, value] : set.as_object()) {
    if (name.starts_with("merit_rate")) merits.push_back(value.as_real());
    if (name.starts_with("promotion_probability")) promotion = promotion || value.as_real() > 0.20;
    if (name == "cola_rate") cola = value.as_real() > 0.04;
  }
  std::size_t count = (promotion ? 1U : 0U) + (cola ? 1U : 0U);
  if (merits.empty()) return count;
  const auto [least, most] = std::ranges::minmax(merits);
  return count + (most > 0.08 ? 1U : 0U) + (most - least > 0.03 + 1e-9 ? 1U : 0U);
}

RC_GTEST_PROP(LeverRules, FactorsOfASavedSetAreItsRules, ()) {
  const Json set = any_valid_set();
  const SavedSetRisk risk = assess_saved_set(schema(), set, {0});
  const std::size_t count = rules_that_hold(set);
  RC_ASSERT(risk.factors.size() == count);
  RC_ASSERT(risk.level == (count == 0 ? RiskLevel::low : count <= 2 ? RiskLevel::medium : RiskLevel::high));
  RC_ASSERT(risk.parameters_within_bounds);
  const SavedSetRisk tuned = assess_saved_set(schema(), to_tuning_form(schema(), set).levers, {0});
  RC_ASSERT(tuned.factors.size() == count);
}

RC_GTEST_PROP(LeverRules, RiskOfAChangeIsConsistent, ()) {
  const Json before = any_valid_set(), after = any_valid_set();
  const ChangeRisk risk = assess_change(schema(), before, after);
  RC_ASSERT(risk.score >= 0 && risk.score <= 100);
  RC_ASSERT(risk.confidence > 0 && risk.confidence <= 1);
  RC_ASSERT(std::ranges::is_sorted(risk.factors, std::ranges::greater{}, &RiskFactor::score));
  double weights = 0, scores = 0;
  std::int64_t changes = 0;
  bool high = false;
  for (const RiskFactor& factor : risk.factors) {
    const double weight = schema().category_weights().at(factor.category).as_real() * factor.probability;
    weights += weight;
    scores += weight * factor.score;
    changes += factor.kind == "magnitude" ? 1 : 0;
    high = high || factor.score >= 50;
  }
  RC_ASSERT(changes == risk.change_count);
  RC_ASSERT(weights == 0 || std::fabs(scores / weights - risk.score) < 1e-9);
  RC_ASSERT(high == !risk.recommendations.empty());
  const RiskLevel expected = risk.score < 25   ? RiskLevel::low
                             : risk.score < 50 ? RiskLevel::medium
                             : risk.score < 75 ? RiskLevel::high
                                               : RiskLevel::critical;
  RC_ASSERT(risk.level == expected);
  // The form does not matter.
  const ChangeRisk tuned =
      assess_change(schema(), to_tuning_form(schema(), before).levers, to_tuning_form(schema(), after).levers);
  RC_ASSERT(tuned.score == risk.score);
  RC_ASSERT(tuned.budget_impact == risk.budget_impact);
}

RC_GTEST_PROP(LeverRules, PlansMoveOnlyWhatTheyNameWhereNothingIsLocked, ()) {
  std::vector<EffectiveLever> rows;
  for (const int year : years) {
    for (EffectiveLever row : rows_from_flat(schema(), schema().defaults(), year)) {
      row.value = value_within(schema().find_parameter(row.parameter_name)->hard);
      row.locked = *rc::gen::arbitrary<bool>();
      rows.push_back(row);
    }
  }
  const LeverPlan plan{any_valid_set(), {2025, 2027}};
  const PlannedLevers planned = plan_levers(schema(), rows, years, {plan});
  const PlannedLevers forced = plan_levers(schema(), rows, years, {plan}, LockRule::ignore);
  std::size_t kept = 0;
  for (const int year : years) {
    const Json result = to_tuning_form(schema(), from_year_levers(schema(), planned.years.at(year))).levers;
    const Json all = to_tuning_form(schema(), from_year_levers(schema(), forced.years.at(year))).levers;
    const Json asked = to_tuning_form(schema(), plan.levers).levers;
    for (const EffectiveLever& row : rows) {
      if (row.year != year) continue;
      const Json* wish = asked.at(row.parameter_name).find(std::to_string(row.level));
      const bool named = wish != nullptr && year != 2026;
      const double free = named ? wish->as_real() : row.value;
      const std::string level = std::to_string(row.level);
      RC_ASSERT(result.at(row.parameter_name).at(level).as_real() == (row.locked ? row.value : free));
      RC_ASSERT(all.at(row.parameter_name).at(level).as_real() == free);
      kept += row.locked && free != row.value ? 1U : 0U;
    }
  }
  RC_ASSERT(planned.remarks.size() == kept);
  RC_ASSERT(forced.remarks.size() == kept);
}

}  // namespace
}  // namespace planwise::levers
