// Several objectives, and a target by steps.
#include <gmock/gmock.h>

#include <numbers>

#include "optimize/draws.h"
#include "planwise/error.h"
#include "problems.h"

namespace planwise::optimizing {
namespace {

using testing::ElementsAre;

TEST(Front, HoldsWhatNoOtherDominates) {
  EXPECT_THAT(pareto_front({{2, 2}, {1, 3}, {3, 1}, {2, 2}, {3, 3}, {1, 4}}), ElementsAre(1, 0, 2));
  EXPECT_THAT(pareto_front({{1, 1, 1}, {1, 1, 1}, {0, 2, 1}, {2, 2, 2}}), ElementsAre(2, 0));
  EXPECT_TRUE(pareto_front({}).empty());
  EXPECT_THROW((void)pareto_front({{1, 2}, {1}}), Error);
}

TEST(Front, OfTwoValuesIsThatOfTheSlowWay) {
  Draws draws(1, 1);
  std::vector<std::vector<double>> two, three;
  for (int i = 0; i < 500; ++i) {
    two.push_back({static_cast<double>(draws.below(40)), static_cast<double>(draws.below(40))});
    three.push_back({two.back()[0], two.back()[1], 0});
  }
  EXPECT_EQ(pareto_front(two), pareto_front(three));
}

TEST(Front, HypervolumeIsExact) {
  EXPECT_DOUBLE_EQ(hypervolume({{1, 3}, {2, 2}, {3, 1}}, {4, 4}), 6);
  EXPECT_DOUBLE_EQ(hypervolume({{1, 3}, {2, 2}, {3, 1}, {5, 0}, {4, 4}}, {4, 4}), 6);
  EXPECT_DOUBLE_EQ(hypervolume({{0, 0, 0}}, {2, 3, 4}), 24);
  EXPECT_DOUBLE_EQ(hypervolume({{3}, {1}}, {4}), 3);
  EXPECT_EQ(hypervolume({{5, 5}}, {4, 4}), 0);
  EXPECT_EQ(hypervolume({}, {1, 1}), 0);
  EXPECT_THROW((void)hypervolume({{1}}, {1, 1}), Error);
  EXPECT_THROW((void)hypervolume({}, {}), Error);
}

TEST(Front, KneeIsFarthestBelowTheLineThroughTheExtremes) {
  const std::vector<std::vector<double>> points{{0, 1000}, {1, 300}, {4, 100}, {10, 0}};
  EXPECT_EQ(knee_of(points, {0, 1, 2, 3}), 1U);
  EXPECT_EQ(knee_of(points, {3}), 3U);
  EXPECT_THROW((void)knee_of(points, {}), Error);
}

TEST(Front, OfTheKnownProblemsIsNearTheIdeal) {
  using std::numbers::pi;
  // Zitzler's by integration (the reference is 1.1, 1.1); DTLZ2's is the cube without an eighth of the sphere.
  const std::vector<std::pair<std::string, double>> ideals{
      {"zdt1", 0.11 + 0.1 + 2.0 / 3}, {"zdt2", 0.11 + 0.1 + 1.0 / 3}, {"dtlz2", 1.331 - pi / 6}};
  for (const auto& [name, ideal] : ideals) {
    const TestFunction function = test_function(name);
    SolverSettings settings = settings_for(Algorithm::nsga2, 25000);
    const OptimizationResult result = optimize(function.problem, settings);
    std::vector<std::vector<double>> points;
    for (const std::size_t index : result.front) points.push_back(result.evaluations[index].outcome.objectives);
    const double volume = hypervolume(points, function.reference);
    EXPECT_LE(volume, ideal + 1e-12) << name;
    EXPECT_GT(volume, ideal * (name == "dtlz2" ? 0.96 : 0.99)) << name;
    EXPECT_EQ(result.best, result.front[knee_of(points, [&] {
      std::vector<std::size_t> all(points.size());
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
      return all;
    }())]);
  }
}

TEST(Front, HoldsFeasiblePointsAlone) {
  const Problem problem = bowl(Algorithm::nsga2);
  const OptimizationResult result = optimize(problem, settings_for(Algorithm::nsga2, 3000));
  EXPECT_GT(result.front.size(), 50U);
  double before = -1e300;
  for (const std::size_t index : result.front) {
    EXPECT_EQ(violation_of(problem, result.evaluations[index].outcome), 0);
    EXPECT_GT(result.evaluations[index].outcome.objectives[0], before);
    before = result.evaluations[index].outcome.objectives[0];
  }
  EXPECT_LT(result.evaluations[result.front.front()].outcome.objectives[0], 0.8);
}

Problem slope_of(double factor) {
  Problem problem;
  problem.variables = {{"a", 0, 0.1, 0.02}, {"b", 0, 0.2, 0.05}, {"c", 0.5, 0.5, 0.5}};
  problem.evaluate = [factor](const std::vector<double>& at, const EvaluationControl&) {
    PointOutcome outcome;
    outcome.objectives = {factor * (at[0] + at[1] + at[0] * at[1])};
    return outcome;
  };
  return problem;
}

TEST(Tuning, ReachesTheTargetFasterTheBolderItIs) {
  std::vector<std::size_t> iterations;
  for (const TuningStrategy strategy :
       {TuningStrategy::conservative, TuningStrategy::balanced, TuningStrategy::aggressive}) {
    TuningSettings settings;
    settings.target = 0.2;
    settings.tolerance = 0.001;
    settings.max_iterations = 30;
    settings.strategy = strategy;
    const TuningResult result = tune_to_target(slope_of(1), settings);
    EXPECT_TRUE(result.reached);
    EXPECT_EQ(result.search.stop_reason, StopReason::converged);
    EXPECT_NEAR(result.search.evaluations[*result.search.best].outcome.objectives[0], 0.2, 0.001);
    EXPECT_EQ(result.iterations[0].evaluation, 0U);
    // The first step is the strategy's part of what the slope asks for.
    const double part = strategy == TuningStrategy::conservative ? 0.3
                        : strategy == TuningStrategy::balanced   ? 0.5
                                                                 : 0.8;
    EXPECT_NEAR(result.iterations[0].step, part * (0.2 - 0.071) / 0.3095, 0.003);
    EXPECT_LE(result.search.evaluations.size(), 2 * result.iterations.size());
    iterations.push_back(result.iterations.size());
  }
  EXPECT_GT(iterations[0], iterations[1]);
  EXPECT_GT(iterations[1], iterations[2]);
}

TEST(Tuning, SaysWhenTheTargetIsOutOfReach) {
  TuningSettings settings;
  settings.target = 9;
  settings.max_iterations = 50;
  TuningResult result = tune_to_target(slope_of(1), settings);
  EXPECT_FALSE(result.reached);
  EXPECT_EQ(result.search.stop_reason, StopReason::exhausted);
  EXPECT_EQ(result.search.best, result.iterations.back().evaluation);
  settings.max_iterations = 2;
  EXPECT_EQ(tune_to_target(slope_of(1), settings).search.stop_reason, StopReason::max_evaluations);
  result = tune_to_target(slope_of(0), settings);
  EXPECT_EQ(result.search.stop_reason, StopReason::solver_failed);
  EXPECT_EQ(result.iterations.size(), 1U);
  settings.tolerance = 0;
  EXPECT_THROW((void)tune_to_target(slope_of(1), settings), Error);
}

TEST(Tuning, ResumesFromRecords) {
  TuningSettings settings;
  settings.target = 0.2;
  settings.tolerance = 1e-6;
  settings.max_iterations = 12;
  const TuningResult whole = tune_to_target(slope_of(1), settings);
  settings.seam.recorded.assign(whole.search.evaluations.begin(), whole.search.evaluations.begin() + 7);
  EXPECT_EQ(bytes_of(tune_to_target(slope_of(1), settings).search.evaluations), bytes_of(whole.search.evaluations));
}

}  // namespace
}  // namespace planwise::optimizing
