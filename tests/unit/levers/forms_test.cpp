#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "lever_samples.h"

namespace planwise::levers {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const LeverSchema& schema() { return LeverSchema::shipped(); }

TEST(TuningForm, DefaultsRoundTripExactly) {
  const ConvertedLevers tuning = to_tuning_form(schema(), schema().defaults());
  EXPECT_EQ(tuning.levers.dump(), R"({"merit_base":{"1":0.045,"2":0.04,"3":0.035,"4":0.035,"5":0.04},)"
                                  R"("cola_rate":{"1":0.025,"2":0.025,"3":0.025,"4":0.025,"5":0.025},)"
                                  R"("new_hire_salary_adjustment":{"1":1.15,"2":1.15,"3":1.15,"4":1.15,"5":1.15},)"
                                  R"("promotion_probability":{"1":0.12,"2":0.08,"3":0.05,"4":0.02,"5":0.01},)"
                                  R"("promotion_raise":{"1":0.12,"2":0.12,"3":0.12,"4":0.12,"5":0.12}})");
  EXPECT_THAT(tuning.notes, IsEmpty());
  const ConvertedLevers flat = from_tuning_form(schema(), tuning.levers);
  EXPECT_EQ(flat.levers.dump(), schema().defaults().dump());
  EXPECT_THAT(flat.notes, IsEmpty());
}

TEST(TuningForm, AbsentLeversLeaveEmptyGroups) {
  EXPECT_EQ(
      to_tuning_form(schema(), set_of("{}")).levers.dump(),
      R"({"merit_base":{},"cola_rate":{},"new_hire_salary_adjustment":{},"promotion_probability":{},"promotion_raise":{}})");
}

TEST(TuningForm, UnequalLevelsBecomeNamesOfOneLevel) {
  const Json tuning = set_of(R"({"cola_rate": {"1": 0.02, "2": 0.02, "3": 0.03, "4": 0.02, "5": 0.02}})");
  const Json flat = from_tuning_form(schema(), tuning).levers;
  EXPECT_EQ(flat.size(), 5U);
  EXPECT_EQ(flat.at("cola_rate_level_3"), Json(0.03));
  EXPECT_EQ(to_tuning_form(schema(), flat).levers.at("cola_rate"), tuning.at("cola_rate"));
}

TEST(TuningForm, LevelOneAloneMeansAllAndIsSaid) {
  const ConvertedLevers flat = from_tuning_form(schema(), set_of(R"({"cola_rate": {"1": 0.02}})"));
  EXPECT_EQ(flat.levers.dump(), R"({"cola_rate":0.02})");
  EXPECT_THAT(flat.notes, Contains(HasSubstr("level 1 alone")));
  EXPECT_EQ(from_tuning_form(schema(), set_of(R"({"cola_rate": {"2": 0.02}})")).levers.dump(),
            R"({"cola_rate_level_2":0.02})");
}

TEST(TuningForm, NumbersForAllLevelsAreAccepted) {
  EXPECT_EQ(from_tuning_form(schema(), set_of(R"({"cola_rate": 0.02, "merit_base": {"2": 0.03}})")).levers.dump(),
            R"({"merit_rate_level_2":0.03,"cola_rate":0.02})");
}

TEST(TuningForm, LossIsReportedAndNonNumbersAreRefused) {
  EXPECT_THAT(from_tuning_form(schema(), set_of(R"({"merit_base": {"6": 0.02}, "bonus": {"1": 1}})")).notes.size(), 2U);
  EXPECT_THAT(to_tuning_form(schema(), set_of(R"({"bonus": 1})")).notes, Contains(HasSubstr("bonus")));
  EXPECT_THAT(message_of([] { (void)from_tuning_form(schema(), set_of(R"({"merit_base": {"1": "NaN"}})")); }),
              HasSubstr("merit_base.1"));
  EXPECT_THAT(
      message_of([] { (void)from_tuning_form(schema(), set_of(R"({"merit_base": {"1": 0.02, "01": 0.03}})")); }),
      HasSubstr("given twice"));
  EXPECT_THAT(message_of([] { (void)to_tuning_form(schema(), set_of(R"({"cola_rate": true})")); }),
              HasSubstr("cola_rate is true"));
  EXPECT_THAT(message_of([] { (void)to_tuning_form(schema(), set_of("[1]")); }), HasSubstr("must be an object"));
}

TEST(TuningForm, FlatNamesBesideGroupsAreTaken) {
  const ConvertedLevers flat = from_tuning_form(
      schema(), set_of(R"({"merit_base": {"1": 0.02}, "cola_rate": 0.5, "merit_rate_level_2": 0.03})"));
  EXPECT_EQ(flat.levers.dump(), R"({"merit_rate_level_1":0.02,"merit_rate_level_2":0.03,"cola_rate":0.5})");
  EXPECT_THAT(flat.notes, IsEmpty());
  EXPECT_THAT(message_of([] {
                (void)from_tuning_form(schema(), set_of(R"({"merit_base": {"1": 0.02}, "merit_rate_level_1": 0.03})"));
              }),
              HasSubstr("given twice"));
}

TEST(TuningForm, FormIsTold) {
  EXPECT_TRUE(is_tuning_form(set_of(R"({"merit_base": {"1": 0.02}})")));
  EXPECT_FALSE(is_tuning_form(set_of(R"({"cola_rate": 0.02})")));
  EXPECT_FALSE(is_tuning_form(set_of("{}")));
  EXPECT_FALSE(is_tuning_form(set_of("[]")));
}

/// Any subset of the flat names in their order; a lever for all levels either by one name, or by some levels (never
/// level 1 alone, never all equal).
Json any_set() {
  Json flat = Json::object();
  for (const std::string& name : schema().names()) {
    if (!*rc::gen::arbitrary<bool>()) continue;
    const Lever& lever = *schema().find(name)->lever;
    const auto value = [] { return *rc::gen::inRange(1, 1000000) / 7e6; };
    if (lever.by_level || *rc::gen::arbitrary<bool>()) {
      flat.set(name, value());
      continue;
    }
    for (const int level : {2, 4}) flat.set(flat_name(lever, level), value());
  }
  return flat;
}

RC_GTEST_PROP(TuningForm, EverySetRoundTrips, ()) {
  const Json flat = any_set();
  const ConvertedLevers tuning = to_tuning_form(schema(), flat);
  RC_ASSERT(tuning.notes.empty());
  RC_ASSERT(from_tuning_form(schema(), tuning.levers).levers.dump() == flat.dump());
  RC_ASSERT(to_tuning_form(schema(), from_tuning_form(schema(), tuning.levers).levers).levers.dump() ==
            tuning.levers.dump());
}

RC_GTEST_PROP(YearLevers, EveryFieldRoundTrips, ()) {
  YearLevers levers;
  for (ByLevel<double>* field : {&levers.merit_rate, &levers.cola_rate, &levers.new_hire_salary_adjustment,
                                 &levers.promotion_probability, &levers.promotion_raise}) {
    for (double& value : *field) value = *rc::gen::inRange(0, 4) / 7.0;  // few values, so that levels are often equal
  }
  const YearLevers back = to_year_levers(schema(), from_year_levers(schema(), levers));
  RC_ASSERT(back.merit_rate == levers.merit_rate);
  RC_ASSERT(back.cola_rate == levers.cola_rate);
  RC_ASSERT(back.new_hire_salary_adjustment == levers.new_hire_salary_adjustment);
  RC_ASSERT(back.promotion_probability == levers.promotion_probability);
  RC_ASSERT(back.promotion_raise == levers.promotion_raise);
}

TEST(YearLevers, FlatNamesGoOverTheStart) {
  YearLevers start;
  start.cola_rate.fill(0.01);
  std::vector<std::string> notes;
  const YearLevers levers = to_year_levers(
      schema(), set_of(R"({"merit_rate_level_2": 0.07, "cola_rate": 0.02, "cola_rate_level_5": 0.03, "x": 1})"), start,
      &notes);
  EXPECT_EQ(levers.merit_rate, (ByLevel<double>{0.045, 0.07, 0.035, 0.035, 0.04}));
  EXPECT_EQ(levers.cola_rate, (ByLevel<double>{0.02, 0.02, 0.02, 0.02, 0.03}));
  EXPECT_EQ(notes.size(), 1U);
}

}  // namespace
}  // namespace planwise::levers
