// Quantiles and chances of ensembles; a short form of tests/soak/sobol_coverage.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "analyse/intervals.h"
#include "known_indices.h"
#include "planwise/error.h"
#include "planwise/sensitivity.h"

namespace planwise {
namespace {

using testing::HasSubstr;

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(Ensemble, TakesIntervalsOfQuantilesFromOrderStatistics) {
  const EnsembleSummary summary = summarize_ensemble(one_to(100));
  EXPECT_DOUBLE_EQ(summary.p50.value, 50.5);
  EXPECT_DOUBLE_EQ(summary.p10.value, 10.9);
  // Of the binomial X with n = 100: P(40 <= X <= 59) = 0.9540 for 0.5, P(5 <= X <= 16) = 0.9557 for 0.1.
  EXPECT_EQ(summary.p50.interval->low, 40);
  EXPECT_EQ(summary.p50.interval->high, 60);
  EXPECT_EQ(summary.p10.interval->low, 5);
  EXPECT_EQ(summary.p10.interval->high, 17);
  EXPECT_EQ(summary.least, 1);
  EXPECT_EQ(summary.most, 100);
  EXPECT_NEAR(summary.standard_deviation, 29.0115, 1e-4);
  EXPECT_NEAR(summary.mean.interval->high - summary.mean.value, 1.984217 * 2.90115, 1e-4);
  EXPECT_FALSE(summary.chance_above.has_value());
}

TEST(Ensemble, SaysNoIntervalWhereValuesAreTooFew) {
  const EnsembleSummary few = summarize_ensemble(one_to(20));
  EXPECT_FALSE(few.p10.interval.has_value());
  EXPECT_FALSE(few.p90.interval.has_value());
  EXPECT_TRUE(few.p50.interval.has_value());
  const EnsembleSummary one = summarize_ensemble({4.0});
  EXPECT_EQ(one.p10.value, 4);
  EXPECT_FALSE(one.mean.interval.has_value());
  EXPECT_EQ(one.standard_deviation, 0);
}

TEST(Ensemble, GivesTheChanceByClopperAndPearson) {
  const EnsembleSummary summary = summarize_ensemble(one_to(100), {.threshold = 90});
  EXPECT_DOUBLE_EQ(summary.chance_above->value, 0.1);
  EXPECT_NEAR(summary.chance_above->interval->low, 0.0490047, 1e-6);
  EXPECT_NEAR(summary.chance_above->interval->high, 0.1762226, 1e-6);
  const EnsembleSummary none = summarize_ensemble(one_to(100), {.threshold = 100});
  EXPECT_EQ(none.chance_above->value, 0);
  EXPECT_EQ(none.chance_above->interval->low, 0);
  EXPECT_NEAR(none.chance_above->interval->high, 1 - std::pow(0.025, 0.01), 1e-9);
  EXPECT_EQ(summarize_ensemble(one_to(100), {.threshold = 0}).chance_above->interval->high, 1);
}

TEST(Ensemble, PairsTwoPlansSeedBySeed) {
  std::vector<double> first = one_to(50), second = first;
  for (double& value : second) value += 2;
  const EnsembleSummary summary = summarize_difference(first, second);
  EXPECT_EQ(summary.mean.value, 2);
  EXPECT_EQ(summary.mean.interval->low, 2);
  EXPECT_EQ(summary.p90.value, 2);
  EXPECT_EQ(summary.threshold, 0);
  EXPECT_EQ(summary.chance_above->value, 1);
  EXPECT_EQ(to_json(summary).at("chance_above").at("high").as_real(), 1);
}

TEST(Ensemble, RefusesWhatDoesNotFit) {
  const auto refusal = [](auto&& call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("not refused");
  };
  EXPECT_THAT(refusal([] { (void)summarize_ensemble({}); }), HasSubstr("the ensemble has no values"));
  EXPECT_THAT(refusal([] {
                (void)summarize_ensemble({1, std::numeric_limits<double>::quiet_NaN()});
              }),
              HasSubstr("value 1 of the ensemble is nan"));
  EXPECT_THAT(refusal([] { (void)summarize_difference({1, 2}, {1}); }), HasSubstr("has 2 values and the second 1"));
  EXPECT_THAT(refusal([] { (void)summarize_ensemble({1}, {.confidence = 95}); }), HasSubstr("the confidence is 95"));
}

TEST(Ensemble, HoldsQuantilesOfALognormalInItsIntervals) {
  constexpr int repetitions = 200;
  const double tenth = 1.2815515655446004;
  int p10 = 0, p50 = 0, p90 = 0;
  const auto holds = [](const Estimate& estimate, double value) {
    return value >= estimate.interval->low && value <= estimate.interval->high ? 1 : 0;
  };
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const EnsembleSummary summary =
        summarize_ensemble(test_support::lognormal(100, static_cast<std::uint64_t>(repetition)));
    p10 += holds(summary.p10, std::exp(-tenth));
    p50 += holds(summary.p50, 1);
    p90 += holds(summary.p90, std::exp(tenth));
  }
  for (const int count : {p10, p50, p90}) EXPECT_GE(count, 176);  // 88 %, four standard deviations below 95 %.
}

}  // namespace
}  // namespace planwise
