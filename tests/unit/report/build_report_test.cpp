#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>

#include "report/build.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report_samples.h"

namespace planwise::report {
namespace {

using test::bare_facts;
using test::decision_facts;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> titles(const EvidenceReport& report) {
  std::vector<std::string> out;
  for (const Section& section : report.sections) out.push_back(section.title);
  return out;
}

TEST(Report, TheFullEditionHasTheSectionsThatItPromises) {
  const EvidenceReport report = build_report(decision_facts());
  EXPECT_THAT(titles(report),
              ::testing::ElementsAre("Summary", "Decision", "Recommendations", "Levers", "Levers at a bound", "Costs",
                                     "People affected", "Equity", "Conditions and headroom", "Cost against equity",
                                     "Sensitivity", "Uncertainty", "Risk and mitigation", "Algorithm performance",
                                     "Method", "Provenance and reproduction", "What this run does not hold"));
}

TEST(Report, FiguresOfTheRunStandInIt) {
  const std::string text = to_markdown(build_report(decision_facts()));
  for (const char* figure : {"783.5 M", "-12.50 M (-1.57 %)", "1 of 2", "1.50 M", "0.55", "0.5 to 0.6", "774.0 M",
                             "38.00 % of 785.0 M (31.00 % to 45.00 %)", "812,500 a year for 0.01",
                             "planwise reproduce 0c2f4f3e-0000-4000-8000-000000000001"})
    EXPECT_THAT(text, HasSubstr(figure)) << figure;
}

TEST(Report, EveryRecommendationNamesItsFigure) {
  const EvidenceReport report = build_report(decision_facts());
  std::size_t items = 0;
  for (const Section& section : report.sections) {
    if (section.id != "recommendations") continue;
    for (const Advice& advice : std::get<AdviceList>(section.blocks.at(0)).items) {
      EXPECT_FALSE(advice.figure.empty()) << advice.text;
      EXPECT_FALSE(advice.source.empty()) << advice.text;
      ++items;
    }
  }
  EXPECT_GE(items, 5U);
}

TEST(Report, Fault13_WhatARunDoesNotHoldIsSaidAndNeverInvented) {
  const ReportFacts facts = bare_facts();
  for (const bool board : {false, true}) {
    ReportFacts edition = facts;
    edition.board = board;
    const std::string text = to_markdown(build_report(edition));
    for (const char* lacking : {"Costs by year: not stored with this run", "Sensitivity: not stored with this run",
                                "Uncertainty over seeds (P10, P50, P90): not stored with this run"})
      EXPECT_THAT(text, HasSubstr(lacking)) << lacking;
  }
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("What this run does not hold"));
  EXPECT_THAT(text, HasSubstr("not assessed"));
  EXPECT_THAT(text, HasSubstr("convergence not reported"));
}

/// Every figure that the report shows can be traced: taking the values out of the run takes the figures out of it.
TEST(Report, Fault13_AReportOfABareRunHasOnlyTheFiguresOfThatRun) {
  const std::string text = to_markdown(build_report(bare_facts()));
  std::set<std::string> percents;
  const std::regex percent(R"(\d+\.\d+ %)");
  for (std::sregex_iterator at(text.begin(), text.end(), percent), end; at != end; ++at) percents.insert(at->str());
  EXPECT_THAT(percents, ::testing::ElementsAre("2.00 %", "4.50 %"));
  EXPECT_THAT(text, Not(::testing::ContainsRegex("[0-9] M[ |]")));
}

TEST(Report, Fault18_ConvergenceThatWasNeverReportedIsNoFailure) {
  const std::string text = to_markdown(build_report(bare_facts()));
  EXPECT_THAT(text, Not(HasSubstr("not converged")));
  EXPECT_THAT(text, HasSubstr("| Converged | not stored with this run |"));
}

TEST(Report, SameFactsGiveTheSameBytes) {
  EXPECT_EQ(to_html(build_report(decision_facts())), to_html(build_report(decision_facts())));
  EXPECT_EQ(to_markdown(build_report(decision_facts())), to_markdown(build_report(decision_facts())));
}

TEST(Report, PayOfFewerThanFivePeopleIsNotShown) {
  const std::string text = to_markdown(build_report(decision_facts()));
  EXPECT_THAT(text, HasSubstr("71,000"));
  EXPECT_THAT(text, Not(HasSubstr("912,345")));
  EXPECT_THAT(text, Not(HasSubstr("901,234")));
  EXPECT_THAT(text, HasSubstr("\\< 5"));
}

TEST(Report, NamesOfPersonsInARunOfAnotherOriginStayOut) {
  ReportFacts facts = bare_facts();
  facts.subject.run.results.estimated_employee_impact =
      Json::parse(R"({"employees_affected": 12, "employee_ids": ["E-77"], "detail": {"employee_ssn": "123-45-6789"}})");
  const std::string text = to_html(build_report(facts));
  EXPECT_THAT(text, Not(HasSubstr("E-77")));
  EXPECT_THAT(text, Not(HasSubstr("123-45-6789")));
}

TEST(Report, AViolatedConditionIsNeverToldAsKept) {
  const std::string text = to_markdown(build_report(decision_facts()));
  EXPECT_THAT(text, HasSubstr("✗ no, by 0.10 pp"));
  EXPECT_THAT(text, HasSubstr("Do not adopt the plan as it is"));
}

TEST(Report, ARunWithoutAFeasiblePlanShowsNone) {
  ReportFacts facts = decision_facts();
  planwise::Run& run = facts.subject.run;
  run.metadata.status = "failed";
  run.metadata.converged = false;
  run.results = {};
  run.results.projected_outcomes = Json::parse(
      R"({"feasible": false, "stop_reason": "infeasible", "infeasible_because": ["budget is exceeded by 160"],
          "least_violated": {"evaluation": 7, "levers": {"cola_rate": 0.0123}}})");
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("The status of this run is failed"));
  EXPECT_THAT(text, HasSubstr("evaluation 7, which is no plan"));
  EXPECT_THAT(text, HasSubstr("Rests on: budget is exceeded by 160"));
  EXPECT_THAT(text, Not(HasSubstr("1.23 %")));
  EXPECT_THAT(text, Not(HasSubstr("The plan changes")));
}

TEST(Report, TheComparisonTellsLeversAndData) {
  ReportFacts facts = decision_facts();
  facts.other = facts.subject;
  facts.other->run.metadata.run_id = "earlier";
  facts.other->run.results.optimal_parameters.set("cola_rate", 0.01);
  facts.other->provenance.set("data", Json::parse(R"({"content": "0000"})"));
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("## What changed"));
  EXPECT_THAT(text, HasSubstr("| results.optimal\\_parameters.cola\\_rate | 1.00 % | 0.00 % | -1.00 pp |"));
  EXPECT_THAT(text, HasSubstr("| data.content | 0000 | 5f1d |"));
}

TEST(Report, ValuesThatAreNoNumbersAreShownAsSuch) {
  ReportFacts facts = bare_facts();
  facts.subject.run.results.objective_value = std::nan("");
  facts.subject.run.results.optimal_parameters.set("cola_rate", "NaN");
  facts.subject.run.results.projected_outcomes = Json::parse(
      R"({"years": {"2026": {"active_compensation": "much"}}, "constraints": [7, {"name": "x"}], "front": {"points": [{}]}})");
  facts.subject.run.results.sensitivity_analysis = Json::parse(R"({"cola_rate": {"impact": "high"}, "n": 3})");
  const std::string text = to_html(build_report(facts));
  EXPECT_THAT(text, HasSubstr(">nan<"));
}

TEST(Report, OlderShapesAreReadToo) {
  ReportFacts facts;
  facts.subject.run = planwise::testing::full_run();
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("120.0 M"));
  EXPECT_THAT(text, HasSubstr("results.sensitivity_analysis.cola_rate.impact"));
  EXPECT_THAT(text, HasSubstr("Intervals of the sensitivities: not stored with this run"));
}

}  // namespace
}  // namespace planwise::report
