#include "report/few_people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/build.h"
#include "report/markdown.h"
#include "report_samples.h"

namespace planwise::report {
namespace {

using test::decision_facts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Levels 1 to 4 with 40, 20, 9 and 30 people, and level 5 with `few`.
Json impact_with(double few) {
  Json levels = Json::array();
  const double people[] = {40, 20, 9, 30, few};
  for (std::size_t i = 0; i < 5; ++i) {
    levels.push_back(Json(Json::Object{{"level", static_cast<std::int64_t>(i + 1)},
                                       {"active", people[i]},
                                       {"affected", people[i]},
                                       {"mean_pay_baseline", 51000.0 + 1111 * static_cast<double>(i)},
                                       {"mean_pay_proposed", 52000.0 + 1111 * static_cast<double>(i)},
                                       {"levers_changed", Json::array()}}));
  }
  return Json(
      Json::Object{{"employees_affected", 99 + few}, {"active_headcount", 99 + few}, {"by_level", std::move(levels)}});
}

ReportFacts facts_with(double few) {
  ReportFacts facts = decision_facts();
  facts.subject.run.results.estimated_employee_impact = impact_with(few);
  return facts;
}

SimulatedPlan simulated_levels() {
  SimulatedPlan plan;
  SimulatedYear& year = plan.years.emplace_back();
  year.plan.year = year.baseline.year = 2029;
  year.plan.active_by_level = {40, 20, 9, 30, 3};
  year.plan.active_headcount = 102;
  year.raised = {38, 19, 8, 29, 6};
  year.promoted = {7, 0, 6, 0, 0};
  return plan;
}

void note_people_above_cap(ReportFacts& facts, const std::string& people) {
  facts.subject.run.results.projected_outcomes.set(
      "notes", Json(Json::Array{Json(people + " of 39 people are paid above the cap of 500000 in 2029: they make 90 % "
                                              "of the equity term (0.6465; 0.0633 without them) and 52 % of the "
                                              "cost")}));
  facts.subject.run.results.objective_breakdown.set("cost_within_cap", 377.25);
}

TEST(FewPeople, OneLevelOfFewHidesTheNextSmallestToo) {
  EXPECT_THAT(hidden_groups({40, 20, 9, 30, 3}), ElementsAre(false, false, true, false, true));
  EXPECT_THAT(hidden_groups({40, 0, 5, 30, 60}), ElementsAre(false, false, false, false, false));
  EXPECT_THAT(hidden_groups({40, 4, 9, 30, 3}), ElementsAre(false, true, false, false, true));
}

TEST(FewPeople, LevelsThatTogetherAreFewHideAThird) {
  EXPECT_THAT(hidden_groups({14, 13, 8, 3, 1}), ElementsAre(false, false, true, true, true));
  EXPECT_THAT(hidden_groups({3}), ElementsAre(true));
}

TEST(FewPeople, TheNumberOfAHiddenLevelDoesNotFollowFromTheTotal) {
  const std::string text = to_markdown(build_report(facts_with(3)));
  EXPECT_THAT(text, HasSubstr("| 5 | \\< 5 | \\< 5 | suppressed | suppressed |"));
  EXPECT_THAT(text, HasSubstr("| 3 | suppressed | suppressed | suppressed | suppressed |"));
  EXPECT_THAT(text, HasSubstr("| 2 | 20 | 20 | 52,111 | 53,111 |"));
  EXPECT_THAT(text, HasSubstr("nor does the next smallest"));
}

TEST(FewPeople, TheTotalAffectedIsHiddenWhereItTellsALevelsNumber) {
  ReportFacts facts = facts_with(3);
  Json impact = facts.subject.run.results.estimated_employee_impact;
  impact.find("by_level")->as_array()[2].set("affected", 0.0);
  impact.set("employees_affected", 93.0);
  facts.subject.run.results.estimated_employee_impact = impact;
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("| Employees affected | suppressed |"));
  EXPECT_THAT(text, HasSubstr("| Active headcount | 102 |"));
}

TEST(FewPeople, ALevelOfFewShowsNeitherRaisesNorPromotionsThatWereSimulated) {
  ReportFacts facts = facts_with(3);
  facts.simulated = simulated_levels();
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("| 5 | suppressed | suppressed | suppressed |"));
  EXPECT_THAT(text, HasSubstr("| 3 | suppressed | suppressed | suppressed |"));
  EXPECT_THAT(text, HasSubstr("| 1 | 40 | 38 | 7 |"));
}

TEST(FewPeople, TheComparisonListsNoFigureByLevel) {
  ReportFacts facts = facts_with(3);
  facts.other = facts.subject;
  facts.other->run.metadata.run_id = "earlier";
  facts.other->run.results.estimated_employee_impact = impact_with(2);
  facts.other->run.results.estimated_employee_impact.find("by_level")->as_array()[4].set("mean_pay_proposed", 912345.0);
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("## What changed"));
  EXPECT_THAT(text, Not(HasSubstr("by\\_level\\[")));
  EXPECT_THAT(text, Not(HasSubstr("912,345")));
  EXPECT_THAT(text, HasSubstr("may tell of fewer than 5 people"));
}

TEST(FewPeople, PayBesideANumberOfFewIsNotShownInOlderShapes) {
  ReportFacts facts = decision_facts();
  facts.subject.run.results.estimated_employee_impact = Json::parse(
      R"({"level_5": {"employees_affected": 2, "mean_pay": 912345.0}, "level_1": {"employees_affected": 40, "mean_pay": 71234.0}})");
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, Not(HasSubstr("912,345")));
  EXPECT_THAT(text, HasSubstr("71,234"));
}

TEST(FewPeople, WhatIsLeftWithoutFewPeopleAboveTheCapIsNotShown) {
  for (const std::string people : {"1", "fewer than 5"}) {
    ReportFacts facts = decision_facts();
    note_people_above_cap(facts, people);
    facts.other = facts.subject;
    facts.other->run.metadata.run_id = "earlier";
    facts.other->run.results.objective_breakdown.set("cost_within_cap", 366.5);
    const std::string text = to_markdown(build_report(facts));
    EXPECT_THAT(text, Not(HasSubstr("Without pay above the cap"))) << people;
    EXPECT_THAT(text, Not(HasSubstr("377.25"))) << people;
    EXPECT_THAT(text, Not(HasSubstr("0.11 without"))) << people;
    EXPECT_THAT(text, HasSubstr("Equity without people above the pay cap is not shown")) << people;
  }
  ReportFacts facts = decision_facts();
  note_people_above_cap(facts, "97");
  EXPECT_THAT(to_markdown(build_report(facts)), HasSubstr("Without pay above the cap"));
}

TEST(FewPeople, ANoteAboutFewPeopleAboveTheCapTellsNoPartOfTheCost) {
  ReportFacts facts = decision_facts();
  note_people_above_cap(facts, "1");
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("fewer than 5 of 39 people are paid above the cap"));
  EXPECT_THAT(text, Not(HasSubstr("52 %")));
}

TEST(FewPeople, FewPeopleAboveTheCapAreKnownFromWhatWasSimulated) {
  ReportFacts facts = decision_facts();
  facts.simulated = simulated_levels();
  facts.simulated->years[0].plan.within_cap_by_level = {40, 20, 9, 30, 1};
  EXPECT_TRUE(few_above_cap(facts));
  facts.simulated->years[0].plan.within_cap_by_level = facts.simulated->years[0].plan.active_by_level;
  EXPECT_FALSE(few_above_cap(facts));
}

TEST(FewPeople, AConditionOnALevelOfFewTellsWhetherItIsKeptAlone) {
  ReportFacts facts = facts_with(3);
  facts.subject.run.results.projected_outcomes.set(
      "constraints",
      Json::parse(R"([{"name": "top pay", "figure": "active_mean", "unit": "money", "level": 5, "year": 2029,
        "minimum": null, "maximum": 500000.0, "value": 476543.0, "violation": 0.0, "headroom": 23457.0, "satisfied": true}])"));
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("| top pay | at most 500,000 | suppressed | suppressed | ✓ yes |"));
  EXPECT_THAT(text, Not(HasSubstr("476,543")));
  EXPECT_THAT(text, Not(HasSubstr("23,457")));
}

}  // namespace
}  // namespace planwise::report
