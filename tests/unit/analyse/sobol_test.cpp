// Sobol indices against closed forms; a short form of tests/soak/sobol_coverage.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "analyse/sobol_sequence.h"
#include "known_indices.h"
#include "planwise/sensitivity.h"

namespace planwise {
namespace {

using test_support::KnownIndices;
using test_support::one_by_one;

/// 4 x1 + 3 x2 + 0 x3 on the unit cube: shares 16/25, 9/25, 0.
SensitivityModel additive() {
  SensitivityModel model;
  model.factors = {{"x1"}, {"x2"}, {"x3"}};
  model.outputs = {"y", "constant"};
  model.evaluate = [](const std::vector<std::vector<double>>& points) {
    std::vector<std::vector<double>> rows;
    for (const auto& x : points) rows.push_back({1e9 + 4 * x[0] + 3 * x[1], 0.1});
    return rows;
  };
  return model;
}

TEST(SobolSequence, BeginsAsPublished) {
  analyse::SobolSequence sequence(3);
  const double unit = 0x1p-32;
  const std::vector<std::vector<double>> published{{0, 0, 0}, {0.5, 0.5, 0.5}, {0.75, 0.25, 0.25}, {0.25, 0.75, 0.75}};
  for (const std::vector<double>& row : published) {
    const std::vector<std::uint32_t>& next = sequence.next();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(next[i] * unit, row[i]);
  }
}

TEST(SobolSequence, StaysEvenWhenScrambled) {
  constexpr std::size_t rows = 256, dimensions = 40;
  analyse::SobolSequence sequence(dimensions);
  std::vector<std::vector<int>> seen(dimensions, std::vector<int>(rows, 0));
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<std::uint32_t>& next = sequence.next();
    for (std::size_t i = 0; i < dimensions; ++i) {
      const double value = analyse::scrambled(next[i], 77 + i);
      ASSERT_GE(value, 0);
      ASSERT_LT(value, 1);
      ++seen[i][static_cast<std::size_t>(value * rows)];
    }
  }
  for (const std::vector<int>& dimension : seen) EXPECT_EQ(std::ranges::count(dimension, 1), rows);
}

TEST(Sobol, FindsTheSharesOfAnAdditiveFunctionUnderALargeMean) {
  const SobolResult result = sobol_indices(additive(), {.max_evaluations = 40'000, .width = 0});
  const auto& effects = result.outputs[0].effects;
  EXPECT_NEAR(effects[0].first_order.value, 0.64, 0.01);
  EXPECT_NEAR(effects[0].total_order.value, 0.64, 0.01);
  EXPECT_NEAR(effects[1].first_order.value, 0.36, 0.01);
  EXPECT_NEAR(effects[1].total_order.value, 0.36, 0.01);
  EXPECT_NEAR(result.outputs[0].mean, 1e9 + 3.5, 0.01);
  EXPECT_NEAR(result.outputs[0].variance, 25.0 / 12, 0.01);
}

TEST(Sobol, GivesExactlyZeroToFactorsWithoutEffectAndConstantOutputs) {
  const SobolResult result = sobol_indices(additive(), {.max_evaluations = 1000, .width = 0});
  const SobolEffect& effect = result.outputs[0].effects[2];
  EXPECT_TRUE(effect.no_effect);
  EXPECT_FALSE(result.outputs[0].effects[0].no_effect);
  for (const Estimate& estimate : {effect.first_order, effect.total_order}) {
    EXPECT_EQ(estimate.value, 0.0);
    EXPECT_EQ(estimate.interval->low, 0.0);
    EXPECT_EQ(estimate.interval->high, 0.0);
  }
  EXPECT_TRUE(result.outputs[1].constant);
  EXPECT_EQ(result.outputs[1].variance, 0.0);
  EXPECT_EQ(result.outputs[1].mean, 0.1);
  for (const SobolEffect& of_constant : result.outputs[1].effects) EXPECT_TRUE(of_constant.no_effect);
}

TEST(Sobol, StopsAtTheWidthAndNeverAsksForMoreThanAllowed) {
  std::int64_t asked = 0;
  SensitivityModel model = additive();
  const BatchFunction inner = model.evaluate;
  model.evaluate = [&](const std::vector<std::vector<double>>& points) {
    asked += static_cast<std::int64_t>(points.size());
    return inner(points);
  };
  const SobolResult wide = sobol_indices(model, {.max_evaluations = 1'000'000, .width = 0.1});
  EXPECT_EQ(wide.stop, SobolStop::width_reached);
  EXPECT_LE(wide.widest_interval, 0.1);
  EXPECT_EQ(wide.evaluations, asked);
  EXPECT_LT(asked, 100'000);
  asked = 0;
  const SobolResult all = sobol_indices(model, {.max_evaluations = 3333, .width = 1e-9});
  EXPECT_EQ(all.stop, SobolStop::max_evaluations);
  EXPECT_EQ(all.evaluations, asked);
  EXPECT_EQ(asked, 3200);  // 32 replicates of 20 rows of 5.
  EXPECT_EQ(all.n, 640);
}

TEST(Sobol, GivesTheSameBytesForASeedAndOthersForAnother) {
  const SensitivityModel model = test_support::g_function().model;
  const SobolSettings settings{.max_evaluations = 2000, .width = 0, .seed = 7};
  const std::string first = to_json(sobol_indices(model, settings)).dump();
  EXPECT_EQ(to_json(sobol_indices(model, settings)).dump(), first);
  SobolSettings other = settings;
  other.seed = 8;
  EXPECT_NE(to_json(sobol_indices(model, other)).dump(), first);
}

TEST(Sobol, HasTheKeysOfTheMembers) {
  const Json json = to_json(sobol_indices(additive(), {.max_evaluations = 400, .width = 0}));
  EXPECT_EQ(json.at("outputs").at(0).at("effects").at(2).dump(),
            R"({"factor":"x3","first_order":{"value":0.0,"low":0.0,"high":0.0},)"
            R"("total_order":{"value":0.0,"low":0.0,"high":0.0},"no_effect":true})");
  EXPECT_EQ(json.at("stop").as_string(), "max_evaluations");
  EXPECT_EQ(json.at("n").as_integer(), 64);
}

void expect_coverage(const KnownIndices& known) {
  constexpr int repetitions = 60;
  std::vector<int> first(known.first_order.size(), 0), total(first);
  const auto holds = [](const Estimate& estimate, double value) {
    return value >= estimate.interval->low && value <= estimate.interval->high ? 1 : 0;
  };
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const SobolResult result = sobol_indices(
        known.model,
        {.max_evaluations = 1300, .width = 0, .seed = static_cast<std::uint64_t>(repetition), .resamples = 400});
    for (std::size_t i = 0; i < first.size(); ++i) {
      first[i] += holds(result.outputs[0].effects[i].first_order, known.first_order[i]);
      total[i] += holds(result.outputs[0].effects[i].total_order, known.total_order[i]);
    }
  }
  // 95 % of 60 is 57; fewer than 50 has a chance of 1 in 10,000.
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_GE(first[i], 50) << known.name << " first order of x" << i + 1;
    EXPECT_GE(total[i], 50) << known.name << " total order of x" << i + 1;
  }
}

TEST(Sobol, HoldsTheIndicesOfIshigamiInItsIntervals) { expect_coverage(test_support::ishigami()); }
TEST(Sobol, HoldsTheIndicesOfTheGFunctionInItsIntervals) { expect_coverage(test_support::g_function()); }

}  // namespace
}  // namespace planwise
