#include "simulate/objectives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "planwise/error.h"

namespace planwise::simulation {
namespace {

YearFigures sample_figures() {
  YearFigures figures;
  figures.year = 2026;
  figures.start_headcount = 100;
  figures.start_compensation = 8e6;
  figures.active_headcount = 105;
  figures.active_compensation = 8.82e6;
  figures.active_mean = 84000;
  figures.mean_by_level = {50000, 100000, 0, 0, 0};
  figures.deviation_by_level = {5000, 20000, 0, 0, 0};
  return figures;
}

TEST(Objectives, CostIsPayInMillions) { EXPECT_DOUBLE_EQ(cost_of(sample_figures()), 8.82); }

TEST(Objectives, EquityIsTheMeanOverLevelsWithPeople) {
  EXPECT_DOUBLE_EQ(equity_of(sample_figures()), (0.1 + 0.2) / 2);
  EXPECT_EQ(equity_of({}), 0.0);
}

TEST(Objectives, TargetsAreSquaredDistances) {
  EXPECT_NEAR(targets_of(sample_figures(), {0.03}), 0.02 * 0.02, 1e-15);
  EXPECT_NEAR(targets_of(sample_figures(), {0.03, 0.02}), 0.02 * 0.02 + 0.03 * 0.03, 1e-15);
}

TEST(Objectives, AreThoseOfTheTargetYear) {
  SimulationResult result;
  result.years.push_back(sample_figures());
  EXPECT_DOUBLE_EQ(objectives_of(result, 2026, {}).cost, 8.82);
  EXPECT_THROW((void)objectives_of(result, 2025, {}), Error);
}

TEST(Objectives, SyntheticOnesFollowTheirFormulas) {
  const ObjectiveTerms terms = synthetic_objectives(YearLevers{});
  EXPECT_NEAR(terms.cost, (0.195 + 5 * 0.025 + 0.15 * 0.1) * 100, 1e-12);
  EXPECT_NEAR(terms.equity, (0.006 * 0.006 + 0.001 * 0.001 * 2 + 0.004 * 0.004 * 2) / 5 * 1000, 1e-12);
  EXPECT_NEAR(terms.targets, std::pow(2 * 0.056 - 0.03, 2), 1e-15);
}

TEST(Objectives, WeightsSumToOne) {
  const ObjectiveTerms terms{10, 2, 0.5};
  EXPECT_DOUBLE_EQ(combined(terms, {0.5, 0.25, 0.25}), 5.625);
  EXPECT_NO_THROW((void)combined(terms, {0.5, 0.25, 0.2500009}));
  EXPECT_THROW((void)combined(terms, {0.5, 0.25, 0.251}), Error);
  EXPECT_THROW((void)combined(terms, {1.5, -0.25, -0.25}), Error);
  EXPECT_THROW((void)combined(terms, {std::nan(""), 0.5, 0.5}), Error);
}

}  // namespace
}  // namespace planwise::simulation
