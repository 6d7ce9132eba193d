// Constraints of studies: every one counts, rows for solvers and for people, and what cannot hold is told before the
// start.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

#include "manager/linear_feasibility.h"
#include "simulate/objectives.h"
#include "study_samples.h"

namespace planwise {
namespace {

using manager::least_violation;
using manager::LinearCondition;
using manager::prepare;
using manager::PreparedStudy;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

PreparedStudy prepared(const std::string& json, SimulationService* service = nullptr) {
  return prepare(study_of(json), service, LeverSchema::shipped(), nullptr);
}
PreparedStudy synthetic(const std::string& rest) {
  return prepared(R"({"evaluator": {"kind": "synthetic"}, )" + rest + "}");
}

class StudyConstraints : public ::testing::Test {
 protected:
  StudyData data;
  SimulationService service{data.options};
  PreparedStudy with(const std::string& constraints, const std::string& more = "") {
    return prepared(R"({"constraints": [)" + constraints + "]" + more + "}", &service);
  }
  Json row(const PreparedStudy& study, std::size_t index = 0) {
    return study.constraint_rows(evaluated(study, start_of(study))).at(index);
  }
  YearFigures year(const PreparedStudy& study, int number) {
    for (const YearFigures& of : study.scenario_at(start_of(study), 0).result.years) {
      if (of.year == number) return of;
    }
    throw std::runtime_error("no such year");
  }
};

// Of several constraints the earlier product applied the last one alone.
TEST_F(StudyConstraints, Fault32_EachOfSeveralCounts) {
  const PreparedStudy study =
      with(R"({"figure": "active_compensation", "maximum": 1}, {"figure": "mean_growth", "minimum": 9},
    {"figure": "active_median", "minimum": 0}, {"levers": {"cola_rate": 1}, "maximum": 0.001})");
  const PointOutcome outcome = evaluated(study, start_of(study));
  ASSERT_EQ(study.problem.constraints.size(), 4U);
  ASSERT_THAT(outcome.constraints, SizeIs(4));
  EXPECT_GT(outcome.constraints[0], 0);
  EXPECT_GT(outcome.constraints[1], 0);
  EXPECT_LT(outcome.constraints[2], 0);
  EXPECT_GT(outcome.constraints[3], 0);
}

TEST_F(StudyConstraints, RowsTellValueLimitAndHeadroomInTheFiguresUnit) {
  const PreparedStudy study = with(R"({"name": "budget", "figure": "active_compensation", "maximum": 1e9},
    {"name": "band", "figure": "active_mean", "level": 2, "year": 2026, "minimum": 1, "maximum": 2},
    {"name": "pay", "figure": "prorated_compensation", "relative": true, "minimum": -0.1, "maximum": 0.1})");
  const double pay = year(study, 2027).active_compensation, mean = year(study, 2026).mean_by_level[1];
  const double cost = year(study, 2027).prorated_compensation;
  const Json budget = row(study);
  EXPECT_EQ(budget.at("unit"), Json("currency a year"));
  EXPECT_EQ(budget.at("year"), Json(2027));
  EXPECT_EQ(budget.at("value"), Json(pay));
  EXPECT_EQ(budget.at("headroom"), Json(1e9 - pay));
  EXPECT_EQ(budget.at("violation"), Json(0.0));
  EXPECT_EQ(budget.at("satisfied"), Json(true));
  const Json band = row(study, 1);
  EXPECT_EQ(band.at("value"), Json(mean));
  EXPECT_EQ(band.at("violation"), Json(mean - 2));
  EXPECT_EQ(band.at("minimum"), Json(1.0));
  EXPECT_EQ(band.at("satisfied"), Json(false));
  EXPECT_EQ(band.at("level"), Json(2));
  const Json relative = row(study, 2);
  EXPECT_NEAR(relative.at("minimum").as_real(), 0.9 * cost, 1e-3);
  EXPECT_NEAR(relative.at("maximum").as_real(), 1.1 * cost, 1e-3);
  EXPECT_NEAR(relative.at("headroom").as_real(), 0.1 * cost, 1e-3);
  EXPECT_EQ(evaluated(study, start_of(study)).details.at("figures").at("budget"), Json(pay));
}

TEST_F(StudyConstraints, OfEachYearTheWorstCounts) {
  const PreparedStudy study = with(R"({"name": "each", "figure": "active_compensation", "year": -1, "maximum": 1e9})");
  EXPECT_EQ(study.problem.constraints.size(), 3U);  // a year each: smooth, where their maximum would not be
  double most = 0;
  int worst = 0;
  for (int number = 2025; number <= 2027; ++number) {
    if (year(study, number).active_compensation > most) worst = number;
    most = std::max(most, year(study, number).active_compensation);
  }
  EXPECT_EQ(row(study).at("value"), Json(most));
  EXPECT_EQ(row(study).at("year"), Json(worst));
}

TEST_F(StudyConstraints, ViolationsAreRelativeToTheSizeOfTheLimit) {
  const PreparedStudy study =
      with(R"({"figure": "active_compensation", "maximum": 1e6}, {"figure": "mean_growth", "minimum": 0.5},
    {"figure": "headcount_growth", "maximum": 0})");
  const PointOutcome outcome = evaluated(study, start_of(study));
  const YearFigures last = year(study, 2027);
  EXPECT_NEAR(outcome.constraints[0], (last.active_compensation - 1e6) / 1e6, 1e-9);
  EXPECT_NEAR(outcome.constraints[1], (0.5 - simulation::mean_growth_of(last)) / 0.5, 1e-9);
  EXPECT_NEAR(outcome.constraints[2], simulation::headcount_growth_of(last) / 0.01, 1e-9);
}

TEST_F(StudyConstraints, OrderOfLeversHoldsFromLevelToLevel) {
  const PreparedStudy study =
      synthetic(R"("constraints": [{"name": "falls", "lever": "merit_rate", "order": "descending", "gap": 0.001}])");
  ASSERT_EQ(study.problem.constraints.size(), 4U);
  std::vector<double> point = start_of(study);  // .045 .040 .035 .035 .040
  const PointOutcome outcome = evaluated(study, point);
  EXPECT_LE(outcome.constraints[0], 0);
  EXPECT_LE(outcome.constraints[1], 0);
  EXPECT_GT(outcome.constraints[2], 0);
  EXPECT_GT(outcome.constraints[3], 0);
  EXPECT_NEAR(row(study).at("violation").as_real(), 0.006, 1e-12);  // from 4 to 5: 0.005 up in place of 0.001 down
  const double merits[] = {0.05, 0.048, 0.046, 0.044, 0.042};
  for (std::size_t i = 0; i < 5; ++i) point[i] = merits[i];
  for (const double value : evaluated(study, point).constraints) EXPECT_LE(value, 0);
}

TEST_F(StudyConstraints, LockedLeversCountWithTheirValue) {
  const PreparedStudy study = synthetic(R"("levers": {"search": ["cola_rate"]}, "constraints": [
    {"levers": {"cola_rate": 2, "merit_rate_level_1": 1}, "maximum": 0.1}])");
  EXPECT_NEAR(evaluated(study, {0.03}).details.at("figures").as_object()[0].second.as_real(), 0.105, 1e-12);
}

TEST_F(StudyConstraints, WhatDoesNotFitIsRefusedByName) {
  const auto error = [&](const char* constraint) { return study_error([&] { (void)with(constraint); }); };
  EXPECT_THAT(error(R"({"figure": "active_compensaton", "maximum": 1})"),
              HasSubstr("did you mean active_compensation"));
  EXPECT_THAT(error(R"({"figure": "equity"})"), HasSubstr("constraint 'equity': minimum, maximum or both are needed"));
  EXPECT_THAT(error(R"({"figure": "equity", "level": 2, "maximum": 1})"), HasSubstr("equity is not known by level"));
  EXPECT_THAT(error(R"({"figure": "equity", "year": 2031, "maximum": 1})"),
              HasSubstr("year is 2031; 2025 to 2027 are simulated"));
  EXPECT_THAT(error(R"({"maximum": 1})"), HasSubstr("exactly one of figure, levers, and lever with order"));
  EXPECT_THAT(error(R"({"figure": "equity", "levers": {"cola_rate": 1}, "maximum": 1})"), HasSubstr("exactly one"));
  EXPECT_THAT(error(R"({"levers": {"cola": 1}, "maximum": 1})"), HasSubstr("there is no lever 'cola'"));
  EXPECT_THAT(error(R"({"lever": "merit_rate", "order": "up"})"), HasSubstr("ascending and descending"));
  EXPECT_THAT(
      error(R"({"name": "a", "figure": "equity", "maximum": 1}, {"name": "a", "figure": "cost", "maximum": 1})"),
      HasSubstr("the name is taken"));
  EXPECT_THAT(study_error([] { (void)synthetic(R"("constraints": [{"figure": "active_mean", "maximum": 1}])"); }),
              HasSubstr("the synthetic formula has no figure 'active_mean'"));
  EXPECT_THAT(
      study_error([] {
        (void)prepared(
            R"({"evaluator": {"kind": "function", "function": "sphere"}, "constraints": [{"figure": "x", "maximum": 1}]})");
      }),
      HasSubstr("test function"));
}

// --- feasibility ----------------------------------------------------------------------------------------------------

TEST_F(StudyConstraints, EmptyRangesAreExplained) {
  const auto reasons = [&](const char* constraints) { return with(constraints).feasibility.reasons; };
  EXPECT_THAT(
      reasons(R"({"name": "b", "figure": "active_mean", "minimum": 200000, "maximum": 100000})"),
      Contains(HasSubstr("constraint 'b' allows no value of active_mean in 2027: its minimum 200000.0 is above its "
                         "maximum 100000.0 by 100000.00")));
  EXPECT_THAT(
      reasons(
          R"({"name": "a", "figure": "equity", "minimum": 0.5}, {"name": "b", "figure": "equity", "maximum": 0.3})"),
      ElementsAre(HasSubstr("constraints 'a' and 'b' exclude each other: equity in 2027 would have to be at least 0.5 "
                            "and at most 0.3, 0.2 apart")));
  EXPECT_THAT(
      reasons(R"({"name": "a", "figure": "equity", "minimum": 0.1}, {"name": "b", "figure": "equity", "maximum": 3})"),
      IsEmpty());
}

TEST_F(StudyConstraints, EmptyBoundsAreExplained) {
  const PreparedStudy study = synthetic(R"("levers": {"bounds": {"cola_rate": [0.04, 0.03]}})");
  EXPECT_FALSE(study.feasibility.possible);
  EXPECT_THAT(study.feasibility.reasons,
              ElementsAre(HasSubstr("the bounds of cola_rate hold no value: 0.04 is above 0.03")));
}

TEST_F(StudyConstraints, LeverConditionsThatExcludeEachOtherAreNamed) {
  const PreparedStudy study = synthetic(R"("constraints": [
    {"name": "sum", "levers": {"merit_rate_level_1": 1, "merit_rate_level_2": 1}, "maximum": 0.07},
    {"name": "first", "levers": {"merit_rate_level_1": 1}, "minimum": 0.04},
    {"name": "second", "levers": {"merit_rate_level_2": 1, "cola_rate": 1}, "minimum": 0.06},
    {"name": "cola", "levers": {"cola_rate": 1}, "maximum": 0.02},
    {"name": "bystander", "levers": {"merit_rate_level_5": 1}, "minimum": 0.05}])");
  EXPECT_FALSE(study.feasibility.possible);
  // 0.04 + (0.06 - 0.02) is 0.01 above 0.07: a quarter of it each.
  EXPECT_THAT(study.feasibility.reasons,
              ElementsAre(AllOf(HasSubstr("'sum' and 'first' and 'second' and 'cola' cannot hold together"),
                                HasSubstr("0.0025"))));
  EXPECT_THAT(
      synthetic(R"("constraints": [{"name": "x", "levers": {"cola_rate": 1}, "minimum": 0.07}])").feasibility.reasons,
      ElementsAre(HasSubstr("'x' cannot hold within the bounds of the levers: it must be at least 0.07, and the most "
                            "it gets to is 0.05 (0.02 short)")));
  EXPECT_TRUE(synthetic(R"("constraints": [{"lever": "merit_rate", "order": "descending"},
                         {"levers": {"merit_rate_level_5": 1}, "minimum": 0.08}])")
                  .feasibility.possible);
  EXPECT_THAT(
      synthetic(R"("constraints": [{"name": "o", "lever": "merit_rate", "order": "descending"},
                         {"name": "m", "levers": {"merit_rate_level_5": 1}, "minimum": 0.09}])")
          .feasibility.reasons,
      ElementsAre(AllOf(HasSubstr("'m'"), HasSubstr("'o (1 to 2)'"), HasSubstr("0.002"))));  // level 1 ends at 0.08
}

TEST_F(StudyConstraints, BudgetBelowTheLowestLeversIsExplained) {
  const PreparedStudy free = with(R"({"name": "budget", "figure": "active_compensation", "maximum": 1e12})");
  EXPECT_TRUE(free.feasibility.possible);
  std::vector<double> lowest;
  for (const Variable& variable : free.problem.variables) lowest.push_back(variable.lower);
  const double least = evaluated(free, lowest).details.at("figures").at("budget").as_real();
  const PreparedStudy tight =
      with(fmt::format(R"({{"name": "budget", "figure": "active_compensation", "maximum": {}}})", least * 0.9));
  EXPECT_FALSE(tight.feasibility.possible);
  EXPECT_THAT(tight.feasibility.reasons, ElementsAre(HasSubstr("at the lowest levers 'budget' is exceeded by ")));
  const PreparedStudy enough =
      with(fmt::format(R"({{"name": "budget", "figure": "active_compensation", "maximum": {}}})", least * 1.001));
  EXPECT_TRUE(enough.feasibility.possible);
  const PreparedStudy high = with(R"({"name": "floor", "figure": "cost", "minimum": 1e9})");
  EXPECT_THAT(high.feasibility.reasons, ElementsAre(HasSubstr("at the highest levers 'floor' is missed by ")));
}

// Promotions out of levels with high merit save, those out of others cost: the cheapest corner is a mixed one.
TEST_F(StudyConstraints, BudgetThatOnlySomePromotionsKeepIsNotRefused) {
  // The start lies within, lest the bounds widen.
  const std::string bounds = R"(, "levers": {"start": {"merit_rate_level_1": 0.11, "merit_rate_level_3": 0.11,
    "merit_rate_level_2": 0.02, "merit_rate_level_4": 0.02}, "bounds": {"merit_rate_level_1": [0.11, 0.12],
    "merit_rate_level_2": [0.02, 0.03], "merit_rate_level_3": [0.11, 0.12], "merit_rate_level_4": [0.02, 0.03],
    "promotion_raise_level_1": [0.05, 0.13], "promotion_raise_level_3": [0.05, 0.13]}})";
  const PreparedStudy free = with(R"({"name": "budget", "figure": "active_compensation", "maximum": 1e12})", bounds);
  std::vector<double> lowest;
  std::vector<std::size_t> stepped;
  for (const Variable& variable : free.problem.variables) {
    if (variable.stepped) stepped.push_back(lowest.size());
    lowest.push_back(variable.lower);
  }
  double ends = 0, least = 1e300;
  for (std::size_t mask = 0; mask < (std::size_t{1} << stepped.size()); ++mask) {
    std::vector<double> point = lowest;
    for (std::size_t i = 0; i < stepped.size(); ++i) {
      if (((mask >> i) & 1U) != 0) point[stepped[i]] = free.problem.variables[stepped[i]].upper;
    }
    const double pay = evaluated(free, point).details.at("figures").at("budget").as_real();
    if (mask == 0 || mask + 1 == (std::size_t{1} << stepped.size())) ends = ends == 0 ? pay : std::min(ends, pay);
    least = std::min(least, pay);
  }
  ASSERT_LT(least, 0.998 * ends) << "these data do not tell";
  const double limit = least + 0.2 * (ends - least);
  const PreparedStudy study =
      with(fmt::format(R"({{"name": "budget", "figure": "active_compensation", "maximum": {}}})", limit), bounds);
  EXPECT_THAT(study.feasibility.reasons, IsEmpty());
  ASSERT_THAT(study.hints, SizeIs(1));
  EXPECT_LE(evaluated(study, study.hints[0]).constraints.at(0), 0);
}

TEST_F(StudyConstraints, FigureThatNoLeverMovesIsExplained) {
  const PreparedStudy study = with(R"({"name": "fewer", "figure": "active_headcount", "maximum": 10})");
  EXPECT_THAT(study.feasibility.reasons,
              ElementsAre(AllOf(HasSubstr("'fewer' is missed by "), HasSubstr("whatever the levers"))));
  EXPECT_TRUE(with(R"({"figure": "active_headcount", "minimum": 10})").feasibility.possible);
}

TEST_F(StudyConstraints, NamesThatNobodyGaveNeverCollide) {
  const PreparedStudy study =
      with(R"({"levers": {"cola_rate": 1}, "minimum": 0.01}, {"levers": {"cola_rate": 1}, "minimum": 0.02})");
  EXPECT_EQ(study.study.constraints[0].name, "cola_rate minimum");
  EXPECT_EQ(study.study.constraints[1].name, "cola_rate minimum (2)");
}

TEST_F(StudyConstraints, EverythingLockedWithAViolatedStartIsExplained) {
  std::string names;
  for (const std::string& name : LeverSchema::shipped().names()) names += (names.empty() ? "\"" : ", \"") + name + "\"";
  const PreparedStudy study = with(R"({"name": "budget", "figure": "active_compensation", "maximum": 1000})",
                                   R"(, "levers": {"locked": [)" + names + "]}");
  EXPECT_THAT(study.problem.variables, IsEmpty());
  EXPECT_THAT(study.feasibility.reasons, ElementsAre(HasSubstr("every lever is locked"),
                                                     HasSubstr("'budget' is violated where everything stands")));
}

TEST(LinearFeasibility, IsTheLeastMaximalViolation) {
  EXPECT_EQ(least_violation({}, {0, 0}, {1, 1}), 0);
  EXPECT_NEAR(least_violation({{{1, 0}, 0.2}, {{-1, 0}, -0.6}}, {0, 0}, {1, 1}), 0.2, 1e-12);  // x <= 0.2, x >= 0.6
  EXPECT_NEAR(least_violation({{{-1, -1}, -3}}, {0, 0}, {1, 1}), 1, 1e-12);  // x + y >= 3 in a unit box
  EXPECT_EQ(least_violation({{{-1, -1}, -2}}, {0, 0}, {1, 1}), 0);
  EXPECT_NEAR(least_violation({{{1}, -1}}, {-0.5}, {2}), 0.5, 1e-12);
}

/// Against a fine grid, over problems drawn with a fixed seed.
TEST(LinearFeasibility, AgreesWithAGridOverTheBox) {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> factor(-1, 1);
  constexpr int steps = 60;
  for (int round = 0; round < 200; ++round) {
    std::vector<LinearCondition> conditions(3 + round % 3);
    for (LinearCondition& condition : conditions) condition = {{factor(random), factor(random)}, factor(random) * 0.7};
    const std::vector<double> lower{-0.5, 0.1}, upper{0.7, 0.9};
    const double exact = least_violation(conditions, lower, upper);
    double best = 1e9;
    for (int i = 0; i <= steps; ++i) {
      for (int k = 0; k <= steps; ++k) {
        const double x = lower[0] + (upper[0] - lower[0]) * i / steps, y = lower[1] + (upper[1] - lower[1]) * k / steps;
        double worst = 0;
        for (const LinearCondition& condition : conditions)
          worst = std::max(worst, condition.factors[0] * x + condition.factors[1] * y - condition.limit);
        best = std::min(best, worst);
      }
    }
    EXPECT_LE(exact, best + 1e-12) << round;
    EXPECT_GE(exact, best - 0.04) << round;
  }
}

}  // namespace
}  // namespace planwise
