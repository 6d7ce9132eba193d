// Local slopes, tornado and Morris against functions whose answer is known.
#include "planwise/sensitivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "known_indices.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using test_support::one_by_one;
using testing::HasSubstr;

/// 3 a + 2 b (in 10 to 20) + nothing of c.
SensitivityModel linear() {
  SensitivityModel model;
  model.factors = {{"a", 0, 1}, {"b", 10, 20}, {"c", -1, 1}};
  model.outputs = {"y"};
  model.evaluate = one_by_one([](const std::vector<double>& x) { return 3 * x[0] + 2 * x[1]; });
  return model;
}

template <class Call>
std::string refusal_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "not refused";
}

TEST(LocalSensitivity, GivesSlopesAndElasticitiesOfALinearFunction) {
  const LocalResult result = local_sensitivity(linear(), {0.5, 15, 0});
  ASSERT_EQ(result.outputs.size(), 1U);
  const auto& effects = result.outputs[0].effects;
  EXPECT_DOUBLE_EQ(result.outputs[0].value.value, 31.5);
  EXPECT_NEAR(effects[0].slope.value, 3, 1e-9);
  EXPECT_NEAR(effects[1].slope.value, 2, 1e-9);
  EXPECT_NEAR(effects[1].per_range.value, 20, 1e-8);
  EXPECT_NEAR(effects[1].elasticity->value, 2 * 15 / 31.5, 1e-9);
  EXPECT_FALSE(effects[0].slope.interval.has_value());
  EXPECT_EQ(result.evaluations, 7);
}

TEST(LocalSensitivity, LabelsAFactorWithoutEffectAndGivesExactlyZero) {
  const LocalResult result = local_sensitivity(linear(), {0.5, 15, 0.3});
  const LocalEffect& effect = result.outputs[0].effects[2];
  EXPECT_TRUE(effect.no_effect);
  EXPECT_EQ(effect.slope.value, 0.0);
  EXPECT_EQ(effect.per_range.value, 0.0);
  EXPECT_EQ(effect.elasticity->value, 0.0);
  EXPECT_FALSE(result.outputs[0].effects[0].no_effect);
}

TEST(LocalSensitivity, DoesNotTakeAFlatSlopeForNoEffect) {
  SensitivityModel model = linear();
  model.evaluate = one_by_one([](const std::vector<double>& x) { return x[2] * x[2]; });
  const LocalEffect effect = local_sensitivity(model, {0.5, 15, 0}).outputs[0].effects[2];
  EXPECT_EQ(effect.slope.value, 0.0);
  EXPECT_FALSE(effect.no_effect);
}

TEST(LocalSensitivity, StaysWithinBoundsAndTakesWideStepsAlongSteps) {
  SensitivityModel model = linear();
  model.factors[0].stepped = true;
  const LocalResult result = local_sensitivity(model, {0, 20, 0.9});
  EXPECT_EQ(result.outputs[0].effects[0].low, 0);
  EXPECT_DOUBLE_EQ(result.outputs[0].effects[0].high, 0.1);
  EXPECT_EQ(result.outputs[0].effects[1].high, 20);
  EXPECT_NEAR(result.outputs[0].effects[1].slope.value, 2, 1e-9);
}

TEST(LocalSensitivity, GivesTheTIntervalOverReplications) {
  SensitivityModel model = linear();
  model.evaluate = one_by_one([](const std::vector<double>& x) { return 1 * x[0]; });
  for (const double slope : {2.0, 3.0})
    model.replications.push_back(one_by_one([slope](const std::vector<double>& x) { return slope * x[0] + x[2] * 0; }));
  const LocalResult result = local_sensitivity(model, {0.5, 15, 0});
  const LocalEffect& effect = result.outputs[0].effects[0];
  // Slopes 1, 2, 3: standard error 1 / sqrt 3, t of 2 degrees of freedom 4.302653.
  EXPECT_NEAR(effect.slope.value, 2, 1e-9);
  EXPECT_NEAR(effect.slope.interval->high - 2, 4.3026527 / std::sqrt(3.0), 1e-6);
  EXPECT_EQ(result.replications, 3);
  EXPECT_EQ(result.evaluations, 21);
  EXPECT_TRUE(result.outputs[0].effects[2].no_effect);
  EXPECT_EQ(result.outputs[0].effects[2].slope.interval->high, 0.0);
}

TEST(LocalSensitivity, HasNoElasticityWhereTheOutputIsZero) {
  SensitivityModel model = linear();
  model.evaluate = one_by_one([](const std::vector<double>& x) { return x[2]; });
  EXPECT_FALSE(local_sensitivity(model, {0.5, 15, 0}).outputs[0].effects[2].elasticity.has_value());
}

TEST(Tornado, SortsBySwing) {
  const TornadoResult result = tornado(linear(), {0.5, 15, 0});
  const auto& bars = result.outputs[0].bars;
  EXPECT_EQ(bars[0].factor, "b");
  EXPECT_DOUBLE_EQ(bars[0].low, 21.5);
  EXPECT_DOUBLE_EQ(bars[0].high, 41.5);
  EXPECT_DOUBLE_EQ(bars[0].swing, 20);
  EXPECT_EQ(bars[1].factor, "a");
  EXPECT_EQ(bars[2].factor, "c");
  EXPECT_EQ(bars[2].swing, 0.0);
  EXPECT_TRUE(bars[2].no_effect);
  EXPECT_EQ(result.evaluations, 7);
}

TEST(Morris, FindsALinearFunctionExactly) {
  const MorrisResult result = morris_screening(linear(), {.trajectories = 10});
  const auto& effects = result.outputs[0].effects;
  EXPECT_NEAR(effects[0].mu, 3, 1e-9);
  EXPECT_NEAR(effects[1].mu_star.value, 20, 1e-9);
  EXPECT_NEAR(effects[1].mu_star.interval->low, 20, 1e-9);
  EXPECT_NEAR(effects[0].sigma, 0, 1e-9);
  EXPECT_TRUE(effects[2].no_effect);
  EXPECT_EQ(effects[2].mu, 0.0);
  EXPECT_EQ(effects[2].mu_star.value, 0.0);
  EXPECT_EQ(effects[2].sigma, 0.0);
  EXPECT_EQ(effects[2].mu_star.interval->high, 0.0);
  EXPECT_EQ(result.evaluations, 40);
}

TEST(Morris, SeesInteractionsAsSpread) {
  const MorrisResult result = morris_screening(test_support::ishigami().model, {.trajectories = 200});
  const auto& effects = result.outputs[0].effects;
  EXPECT_GT(effects[2].sigma, 1);  // x3 acts with x1 only: no mean effect.
  EXPECT_NEAR(effects[2].mu, 0, 1.5);
  EXPECT_LE(effects[2].mu_star.interval->low, effects[2].mu_star.value);
}

TEST(Morris, KeepsPointsOnTheGridAndMovesOneFactorAtATime) {
  SensitivityModel model = linear();
  std::vector<std::vector<double>> seen;
  const BatchFunction inner = model.evaluate;
  model.evaluate = [&](const std::vector<std::vector<double>>& points) {
    seen = points;
    return inner(points);
  };
  (void)morris_screening(model, {.trajectories = 5, .levels = 4});
  ASSERT_EQ(seen.size(), 20U);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const double level = seen[i][0] * 3;
    EXPECT_NEAR(level, std::round(level), 1e-12);
    if (i % 4 == 0) continue;
    int moved = 0;
    for (std::size_t factor = 0; factor < 3; ++factor) moved += seen[i][factor] != seen[i - 1][factor] ? 1 : 0;
    EXPECT_EQ(moved, 1);
  }
}

TEST(SensitivityModel, RefusesWhatDoesNotFitByName) {
  SensitivityModel model = linear();
  model.factors[1].lower = 20;
  EXPECT_THAT(refusal_of([&] { (void)tornado(model, {0, 20, 0}); }), HasSubstr("factor 'b' goes from 20 to 20"));
  model = linear();
  model.factors[1].name = "a";
  EXPECT_THAT(refusal_of([&] { (void)morris_screening(model); }), HasSubstr("two factors are called 'a'"));
  model = linear();
  EXPECT_THAT(refusal_of([&] { (void)tornado(model, {0, 25, 0}); }), HasSubstr("25 for factor 'b'; 10 to 20"));
  EXPECT_THAT(refusal_of([&] { (void)tornado(model, {0}); }), HasSubstr("the point has 1 values"));
  EXPECT_THAT(refusal_of([&] { (void)morris_screening(model, {.levels = 5}); }), HasSubstr("levels is 5"));
  EXPECT_THAT(refusal_of([&] { (void)sobol_indices(model, {.max_evaluations = 319}); }),
              HasSubstr("max_evaluations is 319; Sobol indices of 3 factors take at least 320"));
  EXPECT_THAT(refusal_of([&] {
                (void)local_sensitivity(model, {0, 15, 0}, {.stepped_step = 0});
              }),
              HasSubstr("stepped_step is 0"));
  model.factors.clear();
  EXPECT_THAT(refusal_of([&] { (void)tornado(model, {}); }), HasSubstr("0 factors"));
}

TEST(SensitivityModel, RefusesOutputsThatAreMissingOrNotFinite) {
  SensitivityModel model = linear();
  model.evaluate = one_by_one(
      [](const std::vector<double>& x) { return x[0] == 1 ? std::numeric_limits<double>::quiet_NaN() : 1.0; });
  EXPECT_THAT(refusal_of([&] { (void)tornado(model, {0, 15, 0}); }), HasSubstr("output 'y' of point 2 is nan"));
  model.evaluate = [](const std::vector<std::vector<double>>&) { return std::vector<std::vector<double>>{{1.0}}; };
  EXPECT_THAT(refusal_of([&] { (void)tornado(model, {0, 15, 0}); }), HasSubstr("1 rows of outputs for 7 points"));
  model.evaluate = [](const std::vector<std::vector<double>>& points) {
    return std::vector<std::vector<double>>(points.size(), {1.0, 2.0});
  };
  EXPECT_THAT(refusal_of([&] { (void)tornado(model, {0, 15, 0}); }), HasSubstr("point 0 has 2 outputs"));
}

TEST(SensitivityModel, LetsWhatTheFunctionThrowsPass) {
  SensitivityModel model = linear();
  model.evaluate = [](const std::vector<std::vector<double>>&) -> std::vector<std::vector<double>> {
    throw std::runtime_error("no evaluator");
  };
  EXPECT_THROW((void)sobol_indices(model), std::runtime_error);
}

TEST(SensitivityJson, HasTheKeysOfTheMembers) {
  EXPECT_EQ(to_json(local_sensitivity(linear(), {0.5, 15, 0})).at("outputs").at(0).at("effects").at(2).dump(),
            R"({"factor":"c","low":-0.0002,"high":0.0002,"slope":{"value":0.0,"low":null,"high":null},)"
            R"("per_range":{"value":0.0,"low":null,"high":null},"elasticity":{"value":0.0,"low":null,"high":null},)"
            R"("no_effect":true})");
  EXPECT_EQ(to_json(tornado(linear(), {0.5, 15, 0})).at("outputs").at(0).at("bars").at(0).dump(),
            R"({"factor":"b","low_at":10.0,"high_at":20.0,"low":21.5,"high":41.5,"swing":20.0,"no_effect":false})");
  const Json morris = to_json(morris_screening(linear(), {.seed = 18446744073709551615U}));
  EXPECT_EQ(morris.at("seed").dump(), "18446744073709551615");
  EXPECT_EQ(morris.at("outputs").at(0).at("effects").at(2).dump(),
            R"({"factor":"c","mu":0.0,"mu_star":{"value":0.0,"low":0.0,"high":0.0},"sigma":0.0,"no_effect":true})");
}

}  // namespace
}  // namespace planwise
