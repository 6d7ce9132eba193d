// Reports of the kinds of studies, of what a study weighed, and of conditions that were not evaluated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/build.h"
#include "report/draft.h"
#include "report/markdown.h"
#include "report/numbers.h"
#include "report_samples.h"

namespace planwise::report {
namespace {

using test::decision_facts;
using ::testing::HasSubstr;
using ::testing::Not;

Json& study_of(ReportFacts& facts) { return facts.subject.run.configuration.algorithm_config; }

Json band(double p10, double p50, double p90, double threshold, double chance) {
  const auto estimate = [](double value) {
    return Json(Json::Object{{"value", value}, {"low", Json()}, {"high", Json()}});
  };
  return Json(Json::Object{{"n", 8},
                           {"mean", estimate(p50)},
                           {"p10", estimate(p10)},
                           {"p50", estimate(p50)},
                           {"p90", estimate(p90)},
                           {"threshold", threshold},
                           {"chance_above", Json(Json::Object{{"value", chance}, {"low", 0.0}, {"high", 0.37}})}});
}

/// As studies of that kind are stored: the plan's levers as start and as plan, and no costs by year.
ReportFacts uncertainty_facts() {
  ReportFacts facts = decision_facts();
  planwise::Run& run = facts.subject.run;
  study_of(facts).set("kind", "uncertainty");
  study_of(facts).set("constraints", Json::array());
  run.metadata.optimization_type = "uncertainty_analysis";
  run.metadata.converged = true;
  run.results = {};
  run.results.optimal_parameters = run.configuration.initial_parameters;
  run.results.risk_level = "LOW";
  const auto years = [](Json figures) { return Json(Json::Object{{"2029", std::move(figures)}}); };
  Json uncertainty(Json::Object{
      {"seeds", 8},
      {"compared_with", "baseline"},
      {"plan", years(Json(Json::Object{{"active_compensation", band(752e6, 771.9e6, 791.9e6, 790e6, 0.125)}}))},
      {"difference", years(Json(Json::Object{{"active_compensation", band(-87e6, -84e6, -81.2e6, 0, 0)}}))}});
  run.results.projected_outcomes = Json(Json::Object{{"uncertainty", std::move(uncertainty)}});
  return facts;
}

std::string both_editions(ReportFacts facts) {
  std::string text = to_markdown(build_report(facts));
  facts.board = true;
  return text + to_markdown(build_report(facts));
}

TEST(StudyReport, AnUncertaintyStudySaysSoAndShowsItsQuantiles) {
  for (const bool board : {false, true}) {
    ReportFacts facts = uncertainty_facts();
    facts.board = board;
    const std::string text = to_markdown(build_report(facts));
    for (const char* part :
         {"an uncertainty study over 8 seeds", "compared with the baseline",
          "| Pay run-rate 2029, P50 | 771.9 M | P10 752.0 M, P90 791.9 M |", "| Chance of exceeding 790.0 M | 12.50 %",
          "| Difference to the baseline, P50 | -84.00 M |"})
      EXPECT_THAT(text, HasSubstr(part)) << board << part;
  }
}

TEST(StudyReport, AnUncertaintyStudyClaimsNeitherChangedLeversNorConvergenceNorMissingCosts) {
  const std::string text = both_editions(uncertainty_facts());
  for (const char* part : {"The plan changes", "onverged", "Cost: not stored", "Costs by year", "not feasible",
                           "Risk of the change", "of 0 (", "lower bound"})
    EXPECT_THAT(text, Not(HasSubstr(part))) << part;
  EXPECT_THAT(text, HasSubstr("0.00 % above zero"));
}

TEST(StudyReport, ASensitivityStudyNamesItsFigureAndTheStrongestLever) {
  ReportFacts facts = decision_facts();
  planwise::Run& run = facts.subject.run;
  study_of(facts).set("kind", "sensitivity");
  study_of(facts).set("sensitivity", Json::parse(R"({"method": "local", "figure": "active_compensation"})"));
  run.results = {};
  run.results.sensitivity_analysis =
      Json::parse(R"({"method": "local", "local": {"outputs": [{"output": "active_compensation",
    "effects": [{"factor": "cola_rate", "per_range": {"value": 124165200.0, "low": null, "high": null}},
                {"factor": "merit_rate_level_1", "per_range": 0.0, "no_effect": true}]}]}})");
  const std::string text = both_editions(facts);
  EXPECT_THAT(text, HasSubstr("a sensitivity study of Active compensation"));
  EXPECT_THAT(text, HasSubstr("| Strongest lever | COLA rate |"));
  EXPECT_THAT(text, HasSubstr("124.2 M"));
  EXPECT_THAT(text, HasSubstr("(no effect at this point)"));
  EXPECT_THAT(text, Not(HasSubstr("The plan changes")));
  EXPECT_THAT(text, Not(HasSubstr("Costs by year")));
}

TEST(StudyReport, ATuningTellsTheGrowthAndItsTarget) {
  ReportFacts facts = decision_facts();
  study_of(facts).set("kind", "tune");
  study_of(facts).set("tune", Json::parse(R"({"target_growth": 0.09})"));
  facts.subject.run.metadata.converged = false;
  facts.subject.run.results.projected_outcomes.set("tuning", Json::parse(R"({"growth": 0.0808})"));
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("| Growth of average pay | 8.08 % | target 9.00 % |"));
  EXPECT_THAT(text, HasSubstr("the target is not reached"));
}

TEST(StudyReport, AFrontIsNotAdvisedToNormaliseItsWeightsOrToGoOn) {
  ReportFacts facts = decision_facts();
  EXPECT_THAT(to_markdown(build_report(facts)), HasSubstr("Use normalised terms"));
  study_of(facts).set("kind", "pareto");
  facts.subject.run.metadata.converged = false;
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, Not(HasSubstr("Use normalised terms")));
  EXPECT_THAT(text, Not(HasSubstr("its own test of convergence")));
  EXPECT_THAT(text, HasSubstr("| Plans on the front | 3 |"));
}

TEST(StudyReport, ATermsShareIsThatOfWhatTheObjectiveWeighs) {
  ReportFacts facts = decision_facts();
  planwise::Run& run = facts.subject.run;
  study_of(facts).find("objective")->set("within_pay_cap", true);
  run.results.objective_breakdown.set("cost_within_cap", 600.0);
  run.results.objective_value = 0.4 * 600.0 + 0.3 * 0.11;
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("cost within the pay cap at weight 0.4 makes 99.99 % of the objective"));
}

TEST(StudyReport, AShareThatIsNoShareIsNotAdvised) {
  ReportFacts facts = decision_facts();
  facts.subject.run.results.objective_value = 200.0;  // less than the cost alone
  EXPECT_THAT(to_markdown(build_report(facts)), Not(HasSubstr("Use normalised terms")));
}

TEST(StudyReport, TheHistoryOfNormalisedTermsFollowsWhatWasMinimised) {
  ReportFacts facts = decision_facts();
  planwise::Run& run = facts.subject.run;
  study_of(facts).find("objective")->set("form", "normalised");
  run.results.objective_history = Json::parse("[2.6433, 2.9, 2.8]");
  run.results.objective_breakdown.set("normalised_total", 0.73132);
  const std::string without = to_markdown(build_report(facts));
  EXPECT_THAT(without, HasSubstr("combined formula as it stands"));
  EXPECT_THAT(without, Not(HasSubstr("the best feasible value is")));
  run.simulation_data =
      Json::parse(R"({"evaluations": [{"number": 0, "objectives": [1.0]}, {"number": 1, "objectives": [0.73132]},
    {"number": 2, "objectives": [0.5], "constraints": [0.25]}]})");
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("the best feasible value is 0.73132"));
  EXPECT_THAT(text, HasSubstr("Where the best improved: the objective of normalised terms"));
  EXPECT_THAT(text, HasSubstr("simulation_data.evaluations[1].objectives[0]"));
}

TEST(StudyReport, AStudyWithoutConditionsHasNoneAndLacksNone) {
  ReportFacts facts = decision_facts();
  facts.subject.run.configuration.constraints.clear();
  study_of(facts).set("constraints", Json::array());
  facts.subject.run.results.projected_outcomes.set("constraints", Json::array());
  for (const bool board : {false, true}) {
    facts.board = board;
    const std::string text = to_markdown(build_report(facts));
    EXPECT_THAT(text, HasSubstr("The study has no conditions."));
    EXPECT_THAT(text, HasSubstr("| Conditions | none |"));
    EXPECT_THAT(text, Not(HasSubstr("headroom of the conditions")));
  }
}

TEST(StudyReport, ConditionsThatWereNeverEvaluatedAreListedWithTheirLimits) {
  ReportFacts facts = decision_facts();
  planwise::Run& run = facts.subject.run;
  run.metadata.status = "failed";
  run.results = {};
  run.results.projected_outcomes = Json::parse(R"({"infeasible_because": ["budget is exceeded"]})");
  study_of(facts).set("constraints", Json::parse(R"([
    {"name": "budget", "figure": "active_compensation", "year": 2029, "level": 0, "minimum": null, "maximum": 845000000.0, "relative": false, "levers": {}, "lever": "", "order": "", "gap": 0.0},
    {"name": "merit order", "figure": "", "year": 0, "level": 0, "minimum": null, "maximum": null, "relative": false, "levers": {}, "lever": "merit_rate", "order": "descending", "gap": 0.0}])"));
  for (const bool board : {false, true}) {
    facts.board = board;
    const std::string text = to_markdown(build_report(facts));
    EXPECT_THAT(text, HasSubstr("| budget | at most 845.0 M | – | – | not evaluated |"));
    EXPECT_THAT(text, HasSubstr("| merit order | descending | – | – | not evaluated |"));
    EXPECT_THAT(text, Not(HasSubstr("the plan is not feasible")));
  }
}

TEST(StudyReport, LeverValuesHaveTwoDecimalsHoweverSmall) {
  ReportFacts facts = decision_facts();
  facts.subject.run.results.optimal_parameters.set("cola_rate", 5.000000001840794e-08);
  facts.subject.run.configuration.initial_parameters.set("promotion_probability_level_2", 1.1e-16);
  facts.other = facts.subject;
  facts.other->run.metadata.run_id = "earlier";
  facts.other->run.results.optimal_parameters.set("cola_rate", 0.02);
  const std::string text = both_editions(facts);
  EXPECT_THAT(text, Not(::testing::ContainsRegex("[0-9]e-[0-9]+ %")));
  EXPECT_THAT(text, HasSubstr("| 2.00 % | 0.00 % | -2.00 pp |"));
}

TEST(StudyReport, AmountsOfAColumnHaveOneScale) {
  Table table{"", {{"", false}, {"", true}}, {}, ""};
  table.rows.push_back({{"Start", {}, {}}, figure_cell(740.6e6, Unit::money)});
  for (const double change : {17e6, 30.76, -204'000.0, 0.0})
    table.rows.push_back({{"", {}, {}}, change_cell(change, Unit::money)});
  align_money(table, 1);
  EXPECT_EQ(table.rows[0][1].text, "740.6 M");
  EXPECT_EQ(table.rows[1][1].text, "+17.00 M");
  EXPECT_EQ(table.rows[2][1].text, "0.00 M");
  EXPECT_EQ(table.rows[3][1].text, "-0.20 M");
  EXPECT_EQ(table.rows[4][1].text, "0");
}

TEST(StudyReport, HeadroomOfAPercentIsInPoints) {
  ReportFacts facts = decision_facts();
  facts.subject.run.results.projected_outcomes.set(
      "constraints",
      Json::parse(R"([{"name": "growth", "figure": "mean_growth", "unit": "fraction", "level": null, "year": 2029,
        "minimum": 0.02, "maximum": null, "value": 0.0304, "violation": 0.0, "headroom": 0.0104, "satisfied": true}])"));
  EXPECT_THAT(to_markdown(build_report(facts)), HasSubstr("| growth | at least 2.00 % | 3.04 % | 1.04 pp | ✓ yes |"));
}

TEST(StudyReport, RiskOfTheLeversAndOfTheChangeAreToldApart) {
  ReportFacts facts = decision_facts();
  facts.subject.run.results.risk_level = "CRITICAL";
  const std::string text = to_markdown(build_report(facts));
  EXPECT_THAT(text, HasSubstr("| Risk of the levers | CRITICAL |"));
  EXPECT_THAT(text, HasSubstr("| Risk of the change |"));
  EXPECT_THAT(text, HasSubstr("the first judges the values that the levers end at"));
}

}  // namespace
}  // namespace planwise::report
