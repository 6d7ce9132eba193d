// Known optima. Longer tables, against other programs, are under tests/soak.
#include <gmock/gmock.h>

#include <cmath>

#include "planwise/error.h"
#include "problems.h"

namespace planwise::optimizing {
namespace {

struct Case {
  Algorithm algorithm;
  std::string function;
  std::int64_t dimensions, evaluations;
  double within = 1e-6;
};

class KnownOptimum : public testing::TestWithParam<Case> {};

TEST_P(KnownOptimum, IsFoundForEverySeed) {
  const Case& wanted = GetParam();
  const TestFunction function = test_function(wanted.function, wanted.dimensions);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SolverSettings settings;
    settings.algorithm = wanted.algorithm;
    settings.max_evaluations = wanted.evaluations;
    settings.seed = seed;
    settings.threads = 1;
    settings.starts = 10;  // Rosenbrock's has a second valley from four variables on.
    const OptimizationResult result = optimize(function.problem, settings);
    ASSERT_TRUE(result.feasible);
    EXPECT_LT(result.evaluations[*result.best].outcome.objectives[0] - *function.optimum, wanted.within)
        << "seed " << seed;
    EXPECT_EQ(violation_of(function.problem, result.evaluations[*result.best].outcome), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Solvers, KnownOptimum,
    testing::Values(Case{Algorithm::slsqp, "sphere", 10, 200}, Case{Algorithm::slsqp, "rosenbrock", 2, 300},
                    Case{Algorithm::slsqp, "rosenbrock", 5, 8000}, Case{Algorithm::slsqp, "g06", 0, 300},
                    Case{Algorithm::slsqp, "g07", 0, 1000}, Case{Algorithm::slsqp, "g09", 0, 2000},
                    Case{Algorithm::lbfgsb, "sphere", 10, 200}, Case{Algorithm::lbfgsb, "rosenbrock", 2, 500},
                    Case{Algorithm::cobyla, "sphere", 5, 500}, Case{Algorithm::cobyla, "g06", 0, 500},
                    Case{Algorithm::cobyla, "g07", 0, 2000}, Case{Algorithm::de, "sphere", 5, 10000},
                    Case{Algorithm::de, "rosenbrock", 5, 20000}, Case{Algorithm::de, "rastrigin", 5, 20000},
                    Case{Algorithm::de, "ackley", 2, 20000}, Case{Algorithm::de, "griewank", 2, 20000},
                    Case{Algorithm::de, "styblinski-tang", 5, 20000}, Case{Algorithm::de, "g08", 0, 20000},
                    Case{Algorithm::de, "g06", 0, 20000}, Case{Algorithm::cmaes, "sphere", 10, 10000},
                    Case{Algorithm::cmaes, "rosenbrock", 5, 20000}, Case{Algorithm::cmaes, "ackley", 5, 20000},
                    Case{Algorithm::cmaes, "g08", 0, 20000}),
    [](const testing::TestParamInfo<Case>& one) {
      std::string name = std::string(to_text(one.param.algorithm)) + "_" + one.param.function + "_" +
                         std::to_string(one.param.dimensions);
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

TEST(Optimum, WithoutSlopesIsFoundExactlyWithinTheConditions) {
  for (const std::string_view name : {"g06", "g07", "g08", "g09"}) {
    const TestFunction function = test_function(name);
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      SolverSettings settings = settings_for(Algorithm::cobyla, 3000, seed);
      settings.tolerance = 1e-6;
      settings.starts = name == "g08" ? 40 : 4;  // Few of the starts of g08 lie in its valley.
      const OptimizationResult result = optimize(function.problem, settings);
      ASSERT_TRUE(result.feasible) << name << " seed " << seed;
      const PointOutcome& best = result.evaluations[*result.best].outcome;
      EXPECT_NEAR(best.objectives[0], *function.optimum, 1e-6 * std::max(1.0, std::fabs(*function.optimum)))
          << name << " seed " << seed;
      for (const double value : best.constraints)
        EXPECT_LE(value, name == "g09" ? 1e-8 : 0) << name << " seed " << seed;
    }
  }
}

TEST(Optimum, StartsGoOnWhileNothingIsFeasible) {
  Problem problem = bowl(Algorithm::slsqp);
  const auto inner = problem.evaluate;
  problem.evaluate = [inner](const std::vector<double>& at, const EvaluationControl& control) {
    PointOutcome outcome = inner(at, control);
    outcome.constraints = {20 - at[0] - at[1] - at[2]};  // At most 9 can be had.
    return outcome;
  };
  SolverSettings settings = settings_for(Algorithm::slsqp, 100'000);
  settings.starts = 2;
  EXPECT_THAT(optimize(problem, settings).message, testing::HasSubstr("all 20 starts"));
  settings.starts = 1;
  EXPECT_LT(optimize(problem, settings).evaluations.size(), 100U);
  settings.starts = 2;
  EXPECT_THAT(optimize(bowl(Algorithm::slsqp), settings).message, testing::HasSubstr("all 2 starts"));
}

TEST(Optimum, OpenStartsEndSoonInOneValleyAndGoOnWhereThereAreMany) {
  for (const Algorithm algorithm : {Algorithm::slsqp, Algorithm::lbfgsb, Algorithm::cobyla}) {
    SolverSettings settings = settings_for(algorithm, 3000);
    settings.starts = 0;
    const OptimizationResult one = optimize(test_function("sphere", 3).problem, settings);
    EXPECT_THAT(one.message, testing::HasSubstr("all 16 starts")) << to_text(algorithm);
    EXPECT_TRUE(one.converged);

    const Problem many = test_function("rastrigin", 3).problem;
    const OptimizationResult open = optimize(many, settings);
    settings.starts = 4;
    const OptimizationResult four = optimize(many, settings);
    EXPECT_GT(open.evaluations.size(), four.evaluations.size()) << to_text(algorithm);
    EXPECT_LE(open.evaluations[*open.best].outcome.objectives.front(),
              four.evaluations[*four.best].outcome.objectives.front());
  }
}

TEST(Optimum, ABestPointThatHasConvergedStaysSoWhenFurtherStartsUseUpTheEvaluations) {
  SolverSettings settings = settings_for(Algorithm::slsqp, 400);
  settings.starts = 1000;
  const OptimizationResult result = optimize(bowl(Algorithm::slsqp), settings);
  EXPECT_EQ(result.stop_reason, StopReason::max_evaluations);
  EXPECT_TRUE(result.converged);
  settings.max_evaluations = 5;
  EXPECT_FALSE(optimize(bowl(Algorithm::slsqp), settings).converged);
}

TEST(Optimum, EqualitiesAreHonoured) {
  for (const Algorithm algorithm : {Algorithm::slsqp, Algorithm::cobyla, Algorithm::lbfgsb, Algorithm::de}) {
    Problem problem = bowl(algorithm);
    problem.constraints[0].kind = PointConstraint::Kind::equality;
    problem.constraints[0].tolerance = 1e-6;
    const OptimizationResult result = optimize(problem, settings_for(algorithm, 5000));
    ASSERT_TRUE(result.feasible) << to_text(algorithm);
    EXPECT_NEAR(result.evaluations[*result.best].outcome.objectives[0], 0.75, 1e-3) << to_text(algorithm);
  }
}

TEST(Optimum, AtABoundIsFoundExactly) {
  for (const Algorithm algorithm :
       {Algorithm::slsqp, Algorithm::lbfgsb, Algorithm::cobyla, Algorithm::de, Algorithm::cmaes}) {
    Problem problem;
    problem.variables = {{"a", 0.1, 0.7, 0.3}, {"b", -5, 5, 1}};
    problem.evaluate = [](const std::vector<double>& at, const EvaluationControl&) {
      PointOutcome outcome;
      outcome.objectives = {-3 * at[0] + (at[1] - 1) * (at[1] - 1)};
      return outcome;
    };
    const OptimizationResult result = optimize(problem, settings_for(algorithm, 4000));
    EXPECT_NEAR(result.evaluations[*result.best].point[0], 0.7, 1e-7) << to_text(algorithm);
  }
}

TEST(Optimum, StepsAreCrossedByWideDifferences) {
  Problem problem;
  problem.variables = {{"a", 0, 1, 0.83, true}, {"b", 0, 1, 0.1, true}};
  problem.evaluate = [](const std::vector<double>& at, const EvaluationControl&) {
    const double a = std::floor(at[0] * 200) / 200, b = std::floor(at[1] * 200) / 200;
    PointOutcome outcome;
    outcome.objectives = {(a - 0.3) * (a - 0.3) + (b - 0.6) * (b - 0.6)};
    return outcome;
  };
  const OptimizationResult result = optimize(problem, settings_for(Algorithm::slsqp, 200));
  EXPECT_LT(result.evaluations[*result.best].outcome.objectives[0], 0.01);
}

TEST(Optimum, GridGivesEachPointOnceAndIsExhausted) {
  SolverSettings settings = settings_for(Algorithm::grid, 1000);
  settings.grid_points = 5;
  const OptimizationResult result = optimize(bowl(Algorithm::grid), settings);
  EXPECT_EQ(result.stop_reason, StopReason::exhausted);
  EXPECT_EQ(result.evaluations.size(), 126U);  // The start is not on the grid.
}

TEST(Optimum, SeventeenVariablesHaveAGridToo) {
  Problem problem = test_function("sphere", 17).problem;
  SolverSettings settings = settings_for(Algorithm::grid, 300);
  settings.grid_points = 100;
  EXPECT_EQ(optimize(problem, settings).evaluations.size(), 300U);
}

TEST(Optimum, EveryDoublingOfTheHypercubeIsOne) {
  const Problem problem = test_function("sphere", 3).problem;
  const OptimizationResult result = optimize(problem, settings_for(Algorithm::latin_hypercube, 257));
  for (const std::size_t count : {8U, 16U, 64U, 256U}) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      std::vector<int> strata(count);
      for (std::size_t i = 1; i <= count; ++i) {
        const double part = (result.evaluations[i].point[axis] + 5.12) / 10.24;
        ++strata[std::min(count - 1, static_cast<std::size_t>(part * static_cast<double>(count)))];
      }
      EXPECT_THAT(strata, testing::Each(1)) << count;
    }
  }
}

TEST(Optimum, MoreStartsFindBetterValleys) {
  const Problem problem = test_function("styblinski-tang", 2).problem;
  SolverSettings settings = settings_for(Algorithm::slsqp, 2000);
  settings.starts = 10;
  const OptimizationResult result = optimize(problem, settings);
  EXPECT_EQ(result.stop_reason, StopReason::exhausted);
  EXPECT_TRUE(result.converged);
  EXPECT_NEAR(result.evaluations[*result.best].outcome.objectives[0], -78.3323314, 1e-6);
}

TEST(TestFunctions, OptimaAreWhatTheirPlacesGive) {
  const std::atomic<bool> never = false;
  for (const std::string_view name : test_function_names()) {
    const TestFunction function = test_function(name);
    EXPECT_EQ(function.optimum.has_value(), function.problem.objectives.size() == 1);
    EXPECT_EQ(function.reference.size(), function.optimum ? 0U : function.problem.objectives.size());
    if (!function.optimum) continue;
    const PointOutcome outcome = function.problem.evaluate(function.optimum_at, EvaluationControl(never));
    EXPECT_NEAR(outcome.objectives[0], *function.optimum, 2e-4 * std::max(1.0, std::fabs(*function.optimum))) << name;
    EXPECT_LT(violation_of(function.problem, outcome), 1e-3) << name;
  }
  EXPECT_THROW((void)test_function("sphere", 1001), Error);
  EXPECT_THROW((void)test_function("rosenbrock", 1), Error);
  EXPECT_THROW((void)test_function("g06", 3), Error);
  EXPECT_THROW((void)test_function("parabola"), Error);
}

TEST(Names, AreReadBackWhateverTheCase) {
  for (const Algorithm algorithm : all_algorithms()) {
    EXPECT_EQ(algorithm_from(to_text(algorithm)), algorithm);
    EXPECT_FALSE(engine_of(algorithm).empty());
  }
  EXPECT_EQ(algorithm_from("l-bfgs-b"), Algorithm::lbfgsb);
  EXPECT_EQ(tuning_strategy_from("Aggressive"), TuningStrategy::aggressive);
  EXPECT_THROW((void)algorithm_from("SLSQQ"), Error);
  EXPECT_THROW((void)tuning_strategy_from(""), Error);
}

}  // namespace
}  // namespace planwise::optimizing
