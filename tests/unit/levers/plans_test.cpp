#include <gmock/gmock.h>

#include "lever_samples.h"

namespace planwise::levers {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Reason = PlanRemark::Reason;

const LeverSchema& schema() { return LeverSchema::shipped(); }

/// The rows of years 2025 to 2027 with values of their own; 2025 is locked.
std::vector<EffectiveLever> database() {
  std::vector<EffectiveLever> rows;
  for (const int year : {2025, 2026, 2027}) {
    Json flat = schema().defaults();
    flat.set("cola_rate", 0.005 * (year - 2024));
    for (EffectiveLever row : rows_from_flat(schema(), flat, year)) {
      row.locked = year == 2025;
      if (row.event_type == "HIRE") row.event_type = "hire";  // as real databases write it
      rows.push_back(row);
    }
  }
  return rows;
}
const std::vector<int> years{2025, 2026, 2027};

ByLevel<double> all(double value) {
  ByLevel<double> result;
  result.fill(value);
  return result;
}
std::vector<PlanRemark> of(const PlannedLevers& planned, Reason reason) {
  std::vector<PlanRemark> result;
  for (const PlanRemark& remark : planned.remarks) {
    if (remark.reason == reason) result.push_back(remark);
  }
  return result;
}

TEST(LeverPlan, WithoutPlansTheDatabaseHolds) {
  const PlannedLevers planned = plan_levers(schema(), database(), years, {});
  EXPECT_EQ(planned.years.size(), 3U);
  EXPECT_EQ(planned.years.at(2025).cola_rate, all(0.005));
  EXPECT_EQ(planned.years.at(2027).cola_rate, all(0.015));
  EXPECT_EQ(planned.years.at(2026).new_hire_salary_adjustment, all(1.15));
  EXPECT_THAT(planned.remarks, IsEmpty());
  EXPECT_THAT(planned.notes, IsEmpty());
}

TEST(LeverPlan, YearsThatAreNotSetKeepTheDatabasesValue) {
  const PlannedLevers planned = plan_levers(schema(), database(), years, {{set_of(R"({"cola_rate": 0.03})"), {2026}}});
  EXPECT_EQ(planned.years.at(2025).cola_rate, all(0.005));
  EXPECT_EQ(planned.years.at(2026).cola_rate, all(0.03));
  EXPECT_EQ(planned.years.at(2027).cola_rate, all(0.015));
  EXPECT_THAT(planned.remarks, IsEmpty());
}

TEST(LeverPlan, LocksKeepTheirValueAndTheResultSaysSo) {
  const PlannedLevers planned = plan_levers(schema(), database(), years, {{set_of(R"({"cola_rate": 0.03})"), {}}});
  EXPECT_EQ(planned.years.at(2025).cola_rate, all(0.005));
  EXPECT_EQ(planned.years.at(2026).cola_rate, all(0.03));
  EXPECT_EQ(planned.years.at(2027).cola_rate, all(0.03));
  const auto locked = of(planned, Reason::locked);
  ASSERT_EQ(locked.size(), 5U);
  EXPECT_EQ(to_json(locked[1]).dump(),
            R"({"reason":"locked","year":2025,"level":2,"name":"cola_rate_level_2","asked":0.03,"kept":0.005})");
}

TEST(LeverPlan, LocksHoldAtTheirLevelAlone) {
  std::vector<EffectiveLever> rows = database();
  for (EffectiveLever& row : rows)
    row.locked = row.year == 2026 && row.level == 3 && row.parameter_name == "merit_base";
  const Json asked = set_of(R"({"merit_base": {"2": 0.07, "3": 0.07}})");
  const PlannedLevers planned = plan_levers(schema(), rows, years, {{asked, {}}});
  EXPECT_EQ(planned.years.at(2026).merit_rate, (ByLevel<double>{0.045, 0.07, 0.035, 0.035, 0.04}));
  EXPECT_EQ(planned.years.at(2027).merit_rate, (ByLevel<double>{0.045, 0.07, 0.07, 0.035, 0.04}));
  EXPECT_EQ(of(planned, Reason::locked).size(), 1U);
}

TEST(LeverPlan, IgnoredLocksAreTakenAndRecorded) {
  const PlannedLevers planned =
      plan_levers(schema(), database(), years, {{set_of(R"({"merit_rate_level_1": 0.03})"), {}}}, LockRule::ignore);
  EXPECT_EQ(planned.years.at(2025).merit_rate[0], 0.03);
  ASSERT_EQ(planned.remarks.size(), 1U);
  EXPECT_EQ(planned.remarks[0].reason, Reason::lock_ignored);
  EXPECT_EQ(planned.remarks[0].kept, 0.045);
}

TEST(LeverPlan, AskingForTheLockedValueIsNoConflict) {
  EXPECT_THAT(plan_levers(schema(), database(), years, {{schema().defaults(), {2025}}}).remarks.size(),
              5U);  // cola only
  EXPECT_THAT(plan_levers(schema(), database(), years, {{set_of(R"({"cola_rate": 0.005})"), {2025}}}).remarks,
              IsEmpty());
}

TEST(LeverPlan, LaterPlansWin) {
  const PlannedLevers planned =
      plan_levers(schema(), database(), years,
                  {{set_of(R"({"cola_rate": 0.03})"), {}}, {set_of(R"({"cola_rate": 0.04})"), {2027}}});
  EXPECT_EQ(planned.years.at(2026).cola_rate, all(0.03));
  EXPECT_EQ(planned.years.at(2027).cola_rate, all(0.04));
}

TEST(LeverPlan, WhatHasNoEffectIsSaid) {
  const PlannedLevers planned = plan_levers(schema(), database(), {2026},
                                            {{set_of(R"({"merit_rate_level_1": 0.03, "bonus": 0.1})"), {2026, 2031}}});
  ASSERT_EQ(of(planned, Reason::year_not_simulated).size(), 1U);
  EXPECT_EQ(of(planned, Reason::year_not_simulated)[0].year, 2031);
  ASSERT_EQ(of(planned, Reason::unknown).size(), 1U);
  EXPECT_EQ(of(planned, Reason::unknown)[0].name, "bonus");
}

TEST(LeverPlan, MissingRowsGiveTheDefaultAndSaySo) {
  std::vector<EffectiveLever> rows = database();
  std::erase_if(rows, [](const EffectiveLever& row) {
    return row.year == 2026 && row.parameter_name == "cola_rate" && row.level > 3;
  });
  const PlannedLevers planned = plan_levers(schema(), rows, years, {});
  EXPECT_EQ(planned.years.at(2026).cola_rate, (ByLevel<double>{0.01, 0.01, 0.01, 0.025, 0.025}));
  EXPECT_THAT(planned.notes,
              ::testing::ElementsAre("2026: the database has no cola_rate for level 4, 5; the default holds"));
  EXPECT_EQ(plan_levers(schema(), {}, {2025}, {}).notes.size(), 5U);
}

TEST(LeverPlan, ContradictingRowsAndForbiddenValuesAreRefused) {
  std::vector<EffectiveLever> rows = database();
  rows.push_back({2026, 1, "RAISE", "merit_base", 0.9, false});
  EXPECT_THAT(message_of([&] { (void)plan_levers(schema(), rows, years, {}); }),
              HasSubstr("merit_base of level 1 in 2026 is both 0.045 and 0.9"));
  EXPECT_THAT(message_of([] {
                (void)plan_levers(schema(), database(), years, {{set_of(R"({"cola_rate": 0.09})"), {}}});
              }),
              HasSubstr("above maximum"));
  EXPECT_THAT(message_of([] {
                (void)plan_levers(schema(), database(), years, {{set_of(R"({"cola_rate": "NaN"})"), {}}});
              }),
              HasSubstr("finite number"));
}

TEST(EffectiveRows, BecomeFlatNamesAndBack) {
  const Json flat = flat_from_rows(schema(), database(), 2026);
  EXPECT_EQ(flat.size(), 17U);
  EXPECT_EQ(flat.at("cola_rate"), Json(0.01));
  EXPECT_EQ(flat_from_rows(schema(), rows_from_flat(schema(), flat, 2030), 2030), flat);
  EXPECT_TRUE(flat_from_rows(schema(), database(), 2031).empty());
}

}  // namespace
}  // namespace planwise::levers
