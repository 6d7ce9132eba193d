#include <gmock/gmock.h>

#include <cmath>

#include "lever_samples.h"

namespace planwise::levers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SavedSetRisk assess(std::string_view text) {
  return assess_saved_set(LeverSchema::shipped(), set_of(text), parse_time("2025-07-29T20:24:00Z"));
}
std::size_t factor_count(std::string_view text) { return assess(text).factors.size(); }

TEST(SavedSetRisk, Fault14_ComesFromTheLeversNotFromADefault) {
  EXPECT_EQ(assess(LeverSchema::shipped().defaults().dump()).level, RiskLevel::low);
  EXPECT_EQ(assess(R"({"merit_rate_level_1": 0.09, "merit_rate_level_2": 0.05, "cola_rate": 0.05})").level,
            RiskLevel::high);
}

TEST(SavedSetRisk, EachRuleBeginsJustBeyondItsLimit) {
  EXPECT_EQ(factor_count(R"({"merit_rate_level_2": 0.08})"), 0U);
  EXPECT_EQ(factor_count(R"({"merit_rate_level_2": 0.0801})"), 1U);
  EXPECT_EQ(factor_count(R"({"merit_rate_level_1": 0.045, "merit_rate_level_2": 0.0151})"), 0U);
  EXPECT_EQ(factor_count(R"({"merit_rate_level_1": 0.045, "merit_rate_level_2": 0.015})"), 0U);  // 0.03 up to rounding
  EXPECT_EQ(factor_count(R"({"merit_rate_level_1": 0.045, "merit_rate_level_2": 0.0149})"), 1U);
  EXPECT_EQ(factor_count(R"({"cola_rate": 0.04})"), 0U);
  EXPECT_EQ(factor_count(R"({"cola_rate": 0.0401})"), 1U);
  EXPECT_EQ(factor_count(R"({"cola_rate_level_2": 0.0401})"), 1U);
  EXPECT_EQ(factor_count(R"({"promotion_probability_level_5": 0.2})"), 0U);
  EXPECT_EQ(factor_count(R"({"promotion_probability_level_5": 0.2001})"), 1U);
  EXPECT_EQ(factor_count(R"({"promotion_raise_level_5": 0.3, "new_hire_salary_adjustment": 1.5})"), 0U);
}

TEST(SavedSetRisk, NumberOfFactorsDecidesTheLevel) {
  EXPECT_EQ(assess("{}").level, RiskLevel::low);
  EXPECT_EQ(assess(R"({"cola_rate": 0.05})").level, RiskLevel::medium);
  EXPECT_EQ(assess(R"({"cola_rate": 0.05, "merit_rate_level_1": 0.09})").level, RiskLevel::medium);
  EXPECT_EQ(assess(R"({"cola_rate": 0.05, "merit_rate_level_1": 0.09, "promotion_probability_level_1": 0.25})").level,
            RiskLevel::high);
}

TEST(SavedSetRisk, OneTextARuleNamesTheValues) {
  EXPECT_THAT(assess(R"({"merit_rate_level_1": 0.09, "merit_rate_level_2": 0.085})").factors,
              ElementsAre("High merit rates detected: merit_rate_level_1 0.0900, merit_rate_level_2 0.0850"));
}

TEST(SavedSetRisk, NamesThatContainALeverCountToo) {
  EXPECT_EQ(factor_count(R"({"merit_rate_level_6": 0.09})"), 1U);
  EXPECT_EQ(factor_count(R"({"old_promotion_probability": 0.25})"), 1U);
  EXPECT_EQ(factor_count(R"({"my_cola_rate": 0.09})"), 0U);
}

TEST(SavedSetRisk, TuningFormCountsTheSame) {
  const SavedSetRisk risk = assess(R"({"merit_base": {"1": 0.09, "2": 0.05}, "cola_rate": {"1": 0.05}})");
  EXPECT_EQ(risk.level, RiskLevel::high);
  EXPECT_EQ(risk.factors.size(), 3U);
}

TEST(SavedSetRisk, ShapeIsWhatCallersRead) {
  EXPECT_EQ(
      to_json(assess(R"({"cola_rate": 0.09, "strange": 1})")).dump(),
      R"({"level":"MEDIUM","factors":["High cost-of-living adjustment detected: cola_rate 0.0900"],"warning_count":1,)"
      R"("assessment_date":"2025-07-29T20:24:00Z","parameters_within_bounds":false})");
}

TEST(SavedSetRisk, NonNumbersNeverThrowAndAreOutOfBounds) {
  for (const char* text : {R"({"cola_rate": "NaN"})", R"({"cola_rate": null})", R"({"merit_rate_level_1": "high"})",
                           R"({"merit_base": {"1": "NaN"}})", R"({"merit_base": {"1": 0.03}, "cola_rate": "x"})",
                           R"({"merit_base": {"1": {"2": 3}}, "cola_rate": {"1": 0.02}})"}) {
    EXPECT_FALSE(assess(text).parameters_within_bounds) << text;
  }
  EXPECT_TRUE(assess(R"({"cola_rate": 0.06})").parameters_within_bounds);
}

}  // namespace
}  // namespace planwise::levers
