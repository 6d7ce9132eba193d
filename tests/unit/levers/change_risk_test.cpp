#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "lever_samples.h"

namespace planwise::levers {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ChangeRisk assess(std::string_view before, std::string_view after, ChangeOptions options = {}) {
  return assess_change(LeverSchema::shipped(), set_of(before), set_of(after), options);
}
Json one(std::string_view name, double value) {
  Json set = Json::object();
  set.set(name, value);
  return set;
}
double score(std::string_view kind, std::string_view name, double before, double after) {
  const ChangeRisk risk = assess_change(LeverSchema::shipped(), one(name, before), one(name, after));
  const auto found = factors(risk, kind);
  return found.empty() ? -1 : found.front().score;
}

TEST(ChangeRisk, NothingChangedIsNoRisk) {
  const std::string defaults = LeverSchema::shipped().defaults().dump();
  for (const ChangeRisk& risk :
       {assess(defaults, defaults, {10}), assess(defaults, "{}"), assess("{}", "{}"), assess("{}", defaults)}) {
    EXPECT_EQ(risk.level, RiskLevel::low);
    EXPECT_EQ(risk.score, 0);
    EXPECT_EQ(risk.budget_impact, 0);
    EXPECT_EQ(risk.confidence, 1);
    EXPECT_EQ(risk.change_count, 0);
    EXPECT_THAT(risk.factors, IsEmpty());
  }
}

TEST(ChangeRisk, MagnitudeStepsAtTheirLimits) {
  const auto magnitude = [](double after) { return score("magnitude", "merit_rate_level_1", 0.04, after); };
  EXPECT_EQ(magnitude(0.04199), 10);
  EXPECT_EQ(magnitude(0.042), 30);  // 5 %: not below
  EXPECT_EQ(magnitude(0.038), 30);
  EXPECT_EQ(magnitude(0.0381), 10);
  EXPECT_EQ(magnitude(0.04599), 30);
  EXPECT_EQ(magnitude(0.046), 60);
  EXPECT_EQ(magnitude(0.05199), 60);
  EXPECT_EQ(magnitude(0.052), 85);
  EXPECT_EQ(magnitude(0.028), 85);
  EXPECT_EQ(score("magnitude", "cola_rate", 0.0, 0.001), 85);  // from 0: 100 %
}

TEST(ChangeRisk, MarketAlignmentStepsAtTheBenchmarks) {
  const auto market = [](double after) { return score("market_alignment", "merit_rate_level_1", 0.07, after); };
  EXPECT_EQ(market(0.0249), 80);
  EXPECT_EQ(market(0.025), 40);
  EXPECT_EQ(market(0.0399), 40);
  EXPECT_EQ(market(0.04), 15);
  EXPECT_EQ(market(0.055), 15);
  EXPECT_EQ(market(0.0551), 60);
}

TEST(ChangeRisk, EveryBenchmarkIsTheReferences) {
  struct Row {
    const char* name;
    double minimum, target, maximum;
  };
  const Row rows[] = {
      {"merit_rate_level_1", .025, .04, .055},          {"merit_rate_level_2", .025, .035, .05},
      {"merit_rate_level_3", .02, .03, .045},           {"merit_rate_level_4", .02, .03, .045},
      {"merit_rate_level_5", .015, .025, .04},          {"cola_rate", .015, .025, .04},
      {"promotion_probability_level_1", .08, .12, .18}, {"promotion_probability_level_2", .06, .10, .15},
      {"promotion_probability_level_3", .04, .08, .12}, {"promotion_probability_level_4", .02, .05, .08},
      {"promotion_probability_level_5", .01, .03, .05}, {"new_hire_salary_adjustment", 1.05, 1.10, 1.20}};
  for (const Row& row : rows) {
    const auto market = [&](double after) { return score("market_alignment", row.name, 1.9, after); };
    EXPECT_EQ(market(row.minimum - 0.0001), 80) << row.name;
    EXPECT_EQ(market(row.minimum), 40) << row.name;
    EXPECT_EQ(market(row.target - 0.0001), 40) << row.name;
    EXPECT_EQ(market(row.target), 15) << row.name;
    EXPECT_EQ(market(row.maximum), 15) << row.name;
    EXPECT_EQ(market(row.maximum + 0.0001), 60) << row.name;
  }
  const ChangeRisk none = assess(R"({"promotion_raise_level_1": 0.1})", R"({"promotion_raise_level_1": 0.12})");
  EXPECT_EQ(factors(none, "market_alignment").at(0).score, 20);
  EXPECT_EQ(factors(none, "market_alignment").at(0).probability, 0.3);
}

TEST(ChangeRisk, CompetitivePositionStepsAtItsLimits) {
  const auto position = [](std::string_view name, double after) {
    return score("competitive_position", name, 0.11, after);
  };
  EXPECT_EQ(position("merit_rate_level_3", 0.0249), 75);
  EXPECT_EQ(position("merit_rate_level_3", 0.025), 45);
  EXPECT_EQ(position("merit_rate_level_3", 0.0349), 45);
  EXPECT_EQ(position("merit_rate_level_3", 0.035), 20);
  EXPECT_EQ(position("merit_rate_level_3", 0.06), 20);
  EXPECT_EQ(position("merit_rate_level_3", 0.0601), 50);
  EXPECT_EQ(position("cola_rate", 0.0149), 70);
  EXPECT_EQ(position("cola_rate", 0.015), 25);
  EXPECT_EQ(position("cola_rate", 0.05), 25);
  EXPECT_EQ(position("cola_rate", 0.0501), 60);
  EXPECT_EQ(position("promotion_probability_level_1", 0.2), 30);
  EXPECT_EQ(position("promotion_raise_level_1", 0.2), 30);
  EXPECT_EQ(position("new_hire_salary_adjustment", 1.2), 30);
}

TEST(ChangeRisk, BudgetSensitivityIsWeightedByLevel) {
  // Level 1 weighs 0.35: 5, 15 and 30 are met at changes of 1/7, 3/7 and 6/7.
  const auto budget = [](int level, double relative) {
    return score("budget_sensitivity", "promotion_raise_level_" + std::to_string(level), 0.1, 0.1 * (1 + relative));
  };
  EXPECT_EQ(budget(1, 0.1428), 15);
  EXPECT_EQ(budget(1, 1.0 / 7), 40);
  EXPECT_EQ(budget(1, 0.4285), 40);
  EXPECT_EQ(budget(1, 3.0 / 7), 70);
  EXPECT_EQ(budget(1, 0.857), 70);
  EXPECT_EQ(budget(1, 6.0 / 7), 90);
  EXPECT_EQ(budget(2, 0.5), 70);
  EXPECT_EQ(budget(3, 0.25), 40);
  EXPECT_EQ(budget(4, 0.499), 15);
  EXPECT_EQ(budget(5, 0.99), 15);
  EXPECT_EQ(budget(5, 1.0), 40);
}

TEST(ChangeRisk, EquityLooksAtTheProposedValuesOfAllLevels) {
  const auto equity = [](std::string_view before, std::string_view after) {
    return factors(assess(before, after), "equity").at(0).score;
  };
  const char* even = R"({"merit_base": {"1": 0.03, "2": 0.03, "3": 0.03, "4": 0.03, "5": 0.03}})";
  EXPECT_EQ(equity(even, R"({"merit_rate_level_1": 0.06})"), 65);                       // variation 1/3
  EXPECT_EQ(equity(even, R"({"merit_rate_level_1": 0.055})"), 25);                      // variation 0.29, ratio 1.83
  EXPECT_EQ(equity(even, R"({"merit_base": {"1": 0.04, "2": 0.02, "3": 0.03}})"), 25);  // ratio exactly 2
  EXPECT_EQ(equity(even, R"({"merit_base": {"1": 0.0401, "2": 0.02, "3": 0.03}})"), 65);
  EXPECT_EQ(equity(even, R"({"merit_rate_level_1": 0.0})"), 65);
  EXPECT_EQ(equity(R"({"cola_rate": 0.02})", R"({"cola_rate": 0.03})"), 15);
  EXPECT_EQ(equity(R"({"cola_rate": 0.02})", R"({"cola_rate_level_1": 0.03})"), 80);  // variation 0.18
  EXPECT_EQ(equity(R"({"cola_rate": 0.02})", R"({"cola_rate_level_1": 0.0221})"), 15);
  EXPECT_EQ(equity(R"({"promotion_raise_level_1": 0.12})", R"({"promotion_raise_level_1": 0.13})"), 20);
  EXPECT_EQ(equity("{}", R"({"promotion_probability_level_1": 0.13})"), 50);  // the defaults vary by 0.7
  EXPECT_EQ(factors(assess("{}", R"({"cola_rate": 0.03})"), "equity").at(0).probability, 0.6);
}

TEST(ChangeRisk, NumberOfChangesAndTimeline) {
  const auto implementation = [](int count, std::optional<double> days, std::string_view kind) {
    Json after = Json::object();
    const std::vector<std::string> names = LeverSchema::shipped().names();
    int changed = 0;
    for (const std::string& name : names) {
      const LeverPlace place = *LeverSchema::shipped().find(name);
      if (place.level && changed < count) {
        after.set(name, LeverSchema::shipped().defaults().at(name).as_real() * 1.01);
        ++changed;
      }
    }
    const ChangeRisk risk = assess_change(LeverSchema::shipped(), {}, after, {days});
    EXPECT_EQ(risk.change_count, count);
    const auto found = factors(risk, kind);
    return found.empty() ? std::pair(0.0, 0.0) : std::pair(found[0].score, found[0].probability);
  };
  const std::pair<double, double> none{0, 0};
  EXPECT_EQ(implementation(5, {}, "number_of_changes"), none);
  EXPECT_EQ(implementation(6, {}, "number_of_changes"), std::pair(40.0, 0.5));
  EXPECT_EQ(implementation(10, {}, "number_of_changes"), std::pair(40.0, 0.5));
  EXPECT_EQ(implementation(11, {}, "number_of_changes"), std::pair(70.0, 0.8));
  EXPECT_EQ(implementation(1, {}, "timeline"), none);
  EXPECT_EQ(implementation(1, 29.9, "timeline"), std::pair(85.0, 0.9));
  EXPECT_EQ(implementation(1, 30, "timeline"), std::pair(50.0, 0.6));
  EXPECT_EQ(implementation(1, 59.9, "timeline"), std::pair(50.0, 0.6));
  EXPECT_EQ(implementation(1, 60, "timeline"), none);
}

TEST(ChangeRisk, OverallScoreIsTheWeightedMeanWorkedByHand) {
  // One lever at one level, 0.04 -> 0.042: magnitude 30 (p 1), market 15 (p .8), position 20 (p .7), budget 5 % x .35 =
  // 1.75: 15 (p .9), equity of .042 .04 .035 .035 .04: 25 (p .6).
  const ChangeRisk risk = assess(R"({"merit_rate_level_1": 0.04})", R"({"merit_rate_level_1": 0.042})");
  const double weights = .25 * 1 + .25 * .8 + .25 * .7 + .30 * .9 + .15 * .6;
  const double scores = .25 * 30 + .25 * .8 * 15 + .25 * .7 * 20 + .30 * .9 * 15 + .15 * .6 * 25;
  EXPECT_NEAR(risk.score, scores / weights, 1e-12);
  EXPECT_EQ(risk.level, RiskLevel::low);
  EXPECT_NEAR(risk.budget_impact, 1.75, 1e-9);
  EXPECT_NEAR(risk.confidence, (1 + .8 + .7 + .9 + .6) / 5, 1e-12);
  EXPECT_EQ(risk.change_count, 1);
  EXPECT_EQ(risk.factors.size(), 5U);
  EXPECT_THAT(risk.recommendations, IsEmpty());
}

TEST(ChangeRisk, LeverForAllLevelsCountsAtEachLevel) {
  const ChangeRisk risk = assess(R"({"cola_rate": 0.025})", R"({"cola_rate": 0.05})");
  EXPECT_EQ(risk.change_count, 5);
  EXPECT_NEAR(risk.budget_impact, 100, 1e-9);  // the level weights sum to 1
  EXPECT_EQ(factors(risk, "magnitude", "cola_rate").size(), 5U);
}

TEST(ChangeRisk, FactorsAreSortedAndRecommendationsFollowFromTheHighOnes) {
  const ChangeRisk risk = assess("{}", R"({"merit_rate_level_1": 0.01, "merit_rate_level_2": 0.041})", {10});
  for (std::size_t i = 1; i < risk.factors.size(); ++i) EXPECT_GE(risk.factors[i - 1].score, risk.factors[i].score);
  EXPECT_THAT(risk.recommendations, Contains("Bring merit_rate_level_1 nearer to the market's target"));
  EXPECT_THAT(risk.recommendations, Contains("Allow at least 60 days before the change takes effect"));
  EXPECT_THAT(risk.recommendations, ::testing::Not(Contains(HasSubstr("merit_rate_level_2"))));
  const ChangeRisk worst = assess("{}", R"({"merit_rate_level_1": 0.01, "cola_rate": 0.0})", {10});
  EXPECT_EQ(worst.level, RiskLevel::high);
}

TEST(ChangeRisk, OverallLevelsStepAtTheirLimits) {
  // Severities use the same steps as the whole: 10 low, 30 and 40 medium, 50 and 70 high, 75 and 85 critical.
  const ChangeRisk risk = assess("{}", R"({"merit_rate_level_1": 0.0249})");
  for (const RiskFactor& factor : risk.factors) {
    const RiskLevel expected = factor.score < 25   ? RiskLevel::low
                               : factor.score < 50 ? RiskLevel::medium
                               : factor.score < 75 ? RiskLevel::high
                                                   : RiskLevel::critical;
    EXPECT_EQ(factor.severity, expected);
  }
  EXPECT_EQ(factors(risk, "competitive_position").at(0).severity, RiskLevel::critical);  // 75
}

TEST(ChangeRisk, MissingBaselineIsTheDefaultAndSaidSo) {
  const ChangeRisk risk = assess("{}", R"({"cola_rate": 0.03, "nonsense": 1})");
  EXPECT_THAT(risk.notes, Contains(HasSubstr("nonsense")));
  EXPECT_THAT(risk.notes, Contains(HasSubstr("compared with the default 0.0250")));
}

TEST(ChangeRisk, RefusesWhatIsNoNumber) {
  EXPECT_THAT(message_of([] { (void)assess("{}", R"({"cola_rate": "NaN"})"); }), HasSubstr("cola_rate is \"NaN\""));
  EXPECT_THAT(message_of([] { (void)assess(R"({"cola_rate": null})", "{}"); }), HasSubstr("cola_rate is null"));
  for (const double days : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(message_of([&] { (void)assess("{}", "{}", {days}); }), HasSubstr("timeline_days"));
  }
}

TEST(ChangeRisk, JsonHasTheWholeAnswer) {
  const Json json = to_json(assess("{}", R"({"merit_rate_level_1": 0.05})"));
  for (const char* key : {"level", "score", "estimated_budget_impact", "confidence", "change_count", "factors",
                          "recommendations", "notes", "market_date"}) {
    EXPECT_NE(json.find(key), nullptr) << key;
  }
}

}  // namespace
}  // namespace planwise::levers
