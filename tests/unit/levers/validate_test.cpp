#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "lever_samples.h"

namespace planwise::levers {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double infinity = std::numeric_limits<double>::infinity();
double below(double value) { return std::nextafter(value, -infinity); }
double above(double value) { return std::nextafter(value, infinity); }

TEST(LeverValidation, HardBoundsAreAllowedAndTheNextNumberIsNot) {
  for (const std::string& name : LeverSchema::shipped().names()) {
    const LeverBounds hard = LeverSchema::shipped().find(name)->lever->hard;
    EXPECT_THAT(check(name, hard.minimum).errors, IsEmpty()) << name;
    EXPECT_THAT(check(name, hard.maximum).errors, IsEmpty()) << name;
    EXPECT_THAT(check(name, above(hard.minimum)).errors, IsEmpty()) << name;
    EXPECT_THAT(check(name, below(hard.maximum)).errors, IsEmpty()) << name;
    EXPECT_THAT(check(name, below(hard.minimum)).errors, Contains(HasSubstr("below minimum"))) << name;
    EXPECT_THAT(check(name, above(hard.maximum)).errors, Contains(HasSubstr("above maximum"))) << name;
    EXPECT_EQ(check(name, below(hard.minimum)).risk, RiskLevel::critical);
    EXPECT_EQ(check(name, above(hard.maximum)).risk, RiskLevel::critical);
  }
}

TEST(LeverValidation, RecommendedBoundsAreLowAndTheNextNumberIsAWarning) {
  for (const std::string& name : LeverSchema::shipped().names()) {
    const LeverBounds recommended = LeverSchema::shipped().find(name)->lever->recommended;
    for (const double value :
         {recommended.minimum, recommended.maximum, above(recommended.minimum), below(recommended.maximum)}) {
      EXPECT_EQ(check(name, value).risk, RiskLevel::low) << name << ' ' << value;
      EXPECT_THAT(check(name, value).warnings, Not(Contains(HasSubstr("recommended")))) << name;
    }
    EXPECT_THAT(check(name, below(recommended.minimum)).warnings, Contains(HasSubstr("recommended minimum"))) << name;
    EXPECT_THAT(check(name, above(recommended.maximum)).warnings, Contains(HasSubstr("recommended maximum"))) << name;
    EXPECT_NE(check(name, below(recommended.minimum)).risk, RiskLevel::low) << name;
    EXPECT_NE(check(name, above(recommended.maximum)).risk, RiskLevel::low) << name;
  }
}

TEST(LeverValidation, OuterTenthOfTheHardRangeIsHigh) {
  const auto risk = [](std::string_view name, double value) { return check(name, value).risk; };
  // merit: 0.01 to 0.12, so the outer tenth ends at 0.021 (inside the recommended range) and begins at 0.109.
  EXPECT_EQ(risk("merit_rate_level_1", 0.0199), RiskLevel::high);
  EXPECT_EQ(risk("merit_rate_level_1", 0.0205), RiskLevel::low);
  EXPECT_EQ(risk("merit_rate_level_1", 0.0801), RiskLevel::medium);
  EXPECT_EQ(risk("merit_rate_level_1", 0.1089), RiskLevel::medium);
  EXPECT_EQ(risk("merit_rate_level_1", 0.109), RiskLevel::medium);  // exactly 0.9 of the range is not outside it
  EXPECT_EQ(risk("merit_rate_level_1", 0.1091), RiskLevel::high);
  EXPECT_EQ(risk("merit_rate_level_1", 0.12), RiskLevel::high);
  // cola: 0 to 0.08: outer tenth below 0.008 and above 0.072.
  EXPECT_EQ(risk("cola_rate", 0.0), RiskLevel::high);
  EXPECT_EQ(risk("cola_rate", 0.0079), RiskLevel::high);
  EXPECT_EQ(risk("cola_rate", 0.008), RiskLevel::medium);
  EXPECT_EQ(risk("cola_rate", 0.0149), RiskLevel::medium);
  EXPECT_EQ(risk("cola_rate", 0.072), RiskLevel::medium);
  EXPECT_EQ(risk("cola_rate", 0.0721), RiskLevel::high);
  // new hire: 1 to 1.5: below 1.05, above 1.45.
  EXPECT_EQ(risk("new_hire_salary_adjustment", 1.0499), RiskLevel::high);
  EXPECT_EQ(risk("new_hire_salary_adjustment", 1.45), RiskLevel::medium);
  EXPECT_EQ(risk("new_hire_salary_adjustment", 1.4501), RiskLevel::high);
  // promotion probability: 0 to 0.3: below 0.03 (and below 0.01 recommended), above 0.27.
  EXPECT_EQ(risk("promotion_probability_level_5", 0.0), RiskLevel::high);
  EXPECT_EQ(risk("promotion_probability_level_5", 0.02), RiskLevel::low);
  EXPECT_EQ(risk("promotion_probability_level_5", 0.27), RiskLevel::medium);
  EXPECT_EQ(risk("promotion_probability_level_5", 0.2701), RiskLevel::high);
  // promotion raise: 0.05 to 0.3: below 0.075, above 0.275.
  EXPECT_EQ(risk("promotion_raise_level_2", 0.0749), RiskLevel::high);
  EXPECT_EQ(risk("promotion_raise_level_2", 0.075), RiskLevel::medium);
  EXPECT_EQ(risk("promotion_raise_level_2", 0.275), RiskLevel::medium);
  EXPECT_EQ(risk("promotion_raise_level_2", 0.2751), RiskLevel::high);
}

TEST(LeverValidation, ExtraWarningsBeginJustBeyondTheirLimits) {
  const auto warnings = [](std::string_view name, double value) { return check(name, value).warnings; };
  EXPECT_THAT(warnings("merit_rate_level_1", 0.10), Not(Contains(HasSubstr("may exceed budget"))));
  EXPECT_THAT(warnings("merit_rate_level_1", above(0.10)), Contains(HasSubstr("may exceed budget")));
  EXPECT_THAT(warnings("merit_rate_level_1", 0.01), Not(Contains(HasSubstr("may impact employee retention"))));
  EXPECT_THAT(warnings("merit_rate_level_1", below(0.01)), Contains(HasSubstr("may impact employee retention")));
  EXPECT_THAT(warnings("cola_rate", 0.06), Not(Contains(HasSubstr("inflation"))));
  EXPECT_THAT(warnings("cola_rate", above(0.06)), Contains(HasSubstr("inflation")));
  EXPECT_THAT(warnings("cola_rate", 0.0), Contains(HasSubstr("confirm")));
  EXPECT_THAT(warnings("cola_rate", -0.0), Contains(HasSubstr("confirm")));
  EXPECT_THAT(warnings("cola_rate", above(0.0)), Not(Contains(HasSubstr("confirm"))));
  EXPECT_THAT(warnings("promotion_probability_level_1", 0.30), Not(Contains(HasSubstr("hierarchy"))));
  EXPECT_THAT(warnings("promotion_probability_level_1", above(0.30)), Contains(HasSubstr("hierarchy")));
  EXPECT_THAT(warnings("promotion_raise_level_1", 0.25), Not(Contains(HasSubstr("pay structure"))));
  EXPECT_THAT(warnings("promotion_raise_level_1", above(0.25)), Contains(HasSubstr("pay structure")));
}

TEST(LeverValidation, WhatIsNoFiniteNumberIsAnErrorEverywhere) {
  Json values = Json::array();
  for (const double value : {std::nan(""), infinity, -infinity}) values.push_back(value);
  for (const char* text : {"NaN", "Infinity", "0.03", ""}) values.push_back(text);
  values.push_back(true);
  values.push_back(Json());
  values.push_back(Json::array());
  values.push_back(Json::object());
  for (const Json& value : values.as_array()) {
    for (const char* name : {"merit_rate_level_1", "cola_rate", "nobody_knows"}) {
      Json set = Json::object();
      set.set(name, value);
      const LeverValidation checked = validate_levers(LeverSchema::shipped(), set);
      EXPECT_FALSE(checked.valid()) << name << ' ' << value.dump();
      EXPECT_EQ(checked.risk, RiskLevel::critical);
      EXPECT_FALSE(to_json(checked).dump().empty());
    }
  }
  EXPECT_TRUE(validate_levers(LeverSchema::shipped(), set_of(R"({"new_hire_salary_adjustment": 1})")).valid());
}

TEST(LeverValidation, UnknownNamesAreAWarningWithASuggestion) {
  const LeverValidation checked =
      validate_levers(LeverSchema::shipped(), set_of(R"({"cola_rat": 0.02, "cola_rate": 0.02})"));
  EXPECT_TRUE(checked.valid());
  EXPECT_THAT(checked.warnings, Contains("Unknown parameter: cola_rat; did you mean cola_rate?"));
  EXPECT_EQ(checked.checks.size(), 1U);
  EXPECT_EQ(checked.risk, RiskLevel::low);
}

TEST(LeverValidation, RiskOfASetIsItsWorstValues) {
  const auto risk = [](std::string_view text) { return validate_levers(LeverSchema::shipped(), set_of(text)).risk; };
  EXPECT_EQ(risk("{}"), RiskLevel::low);
  EXPECT_EQ(risk("null"), RiskLevel::low);
  EXPECT_EQ(risk(R"({"cola_rate": 0.025, "merit_rate_level_1": 0.09})"), RiskLevel::medium);
  EXPECT_EQ(risk(R"({"cola_rate": 0.0, "merit_rate_level_1": 0.09})"), RiskLevel::high);
  EXPECT_THROW((void)risk("[1]"), Error);
}

TEST(LeverValidation, JsonSendsAllMessagesWithWarningsFirst) {
  const Json json = to_json(validate_levers(LeverSchema::shipped(), set_of(R"({"merit_rate_level_1": 0.13})")));
  EXPECT_EQ(
      json.dump(),
      R"({"is_valid":false,"warnings":[],"errors":["merit_rate_level_1: Merit rate 0.1300 may exceed budget",)"
      R"("merit_rate_level_1: value 0.1300 above maximum 0.1200"],"parameter_results":{"merit_rate_level_1":)"
      R"({"is_valid":false,"messages":["Merit rate 0.1300 may exceed budget","value 0.1300 above maximum 0.1200"],)"
      R"("risk_level":"CRITICAL","value":0.13}},"overall_risk":"CRITICAL"})");
}

TEST(LeverValidation, MessageShowsWhatFourDecimalsWouldHide) {
  EXPECT_THAT(check("merit_rate_level_1", 0.12000001).errors, Contains("value 0.12000001 above maximum 0.1200"));
}

}  // namespace
}  // namespace planwise::levers
