// Feasible regions that are small corners of the box, and hints that lead into them.
#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>

#include "planwise/error.h"
#include "problems.h"

namespace planwise::optimizing {
namespace {

constexpr std::size_t axes = 17;

/// Seventeen levers under a budget that next to no plan keeps: less of each is worse in the first objective.
Problem budget(Algorithm algorithm) {
  Problem problem;
  for (std::size_t i = 0; i < axes; ++i) problem.variables.push_back({"x" + std::to_string(i), 0, 1, 0.5});
  problem.constraints = {{"budget"}};
  if (algorithm == Algorithm::nsga2) problem.objectives = {"unmet", "spent"};
  const bool several = algorithm == Algorithm::nsga2;
  problem.evaluate = [several](const std::vector<double>& at, const EvaluationControl&) {
    PointOutcome outcome;
    const double spent = std::accumulate(at.begin(), at.end(), 0.0) / axes;
    double unmet = 0;
    for (const double value : at) unmet += (1 - value) * (1 - value);
    outcome.objectives = {unmet};
    if (several) outcome.objectives.push_back(spent);
    outcome.constraints = {spent - 0.12};
    return outcome;
  };
  return problem;
}

std::ptrdiff_t feasible_in(const Problem& problem, const OptimizationResult& result) {
  return std::count_if(result.evaluations.begin(), result.evaluations.end(),
                       [&](const Evaluation& each) { return violation_of(problem, each.outcome) == 0; });
}

SolverSettings hinted(Algorithm algorithm, std::int64_t evaluations) {
  SolverSettings settings = settings_for(algorithm, evaluations);
  settings.hints = {std::vector<double>(axes, 0.0)};
  return settings;
}

bool is_local(Algorithm algorithm) {
  return algorithm == Algorithm::slsqp || algorithm == Algorithm::lbfgsb || algorithm == Algorithm::cobyla;
}

TEST(Hints, LeadPopulationsAndSamplingsIntoASmallCorner) {
  for (const Algorithm algorithm : all_algorithms()) {
    if (is_local(algorithm)) continue;
    const Problem problem = budget(algorithm);
    const OptimizationResult result = optimize(problem, hinted(algorithm, 300));
    EXPECT_GE(feasible_in(problem, result), 30) << to_text(algorithm);
    EXPECT_LT(result.evaluations[*result.best].outcome.objectives[0], axes - 0.5) << "better than the hint itself";
  }
}

TEST(Hints, AreNotNeededWhereSlopesPointIntoTheCorner) {
  for (const Algorithm algorithm : {Algorithm::de, Algorithm::cmaes, Algorithm::nsga2}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Problem problem = budget(algorithm);
      EXPECT_GE(feasible_in(problem, optimize(problem, settings_for(algorithm, 150, seed))), 10) << to_text(algorithm);
    }
  }
}

TEST(Hints, CostNothingWhereTheStartKeepsTheConditions) {
  for (const Algorithm algorithm : all_algorithms()) {
    SolverSettings settings = settings_for(algorithm, 80);
    const std::string without = bytes_of(optimize(bowl(algorithm), settings).evaluations);
    settings.hints = {{1, 1, 1}, {3, 3, 3}};
    EXPECT_EQ(bytes_of(optimize(bowl(algorithm), settings).evaluations), without) << to_text(algorithm);
  }
}

TEST(Hints, AreEvaluatedBitByBit) {
  for (const Algorithm algorithm : all_algorithms()) {
    if (is_local(algorithm)) continue;
    SolverSettings settings = hinted(algorithm, 120);
    settings.hints[0][3] = 0.1 + 0.2 * 0.1;
    const OptimizationResult result = optimize(budget(algorithm), settings);
    EXPECT_EQ(std::count_if(result.evaluations.begin(), result.evaluations.begin() + 4,
                            [&](const Evaluation& each) { return each.point == settings.hints[0]; }),
              1)
        << to_text(algorithm);
  }
}

TEST(Hints, ChangeNothingAboutCutsRecordsAndThreads) {
  for (const Algorithm algorithm : all_algorithms()) {
    for (const bool with : {true, false}) {
      const auto settings_of = [&](std::int64_t count) {
        SolverSettings settings = hinted(algorithm, count);
        if (!with) settings.hints.clear();
        return settings;
      };
      const Problem problem = budget(algorithm);
      const std::vector<Evaluation> whole = optimize(problem, settings_of(130)).evaluations;
      for (const std::int64_t cut : {1, 2, 10, 18, 19, 20, 25, 65}) {
        SolverSettings settings = settings_of(130);
        settings.threads = 3;
        settings.recorded = optimize(problem, settings_of(cut)).evaluations;
        ASSERT_EQ(bytes_of(settings.recorded), bytes_of({whole.begin(), whole.begin() + cut})) << to_text(algorithm);
        ASSERT_EQ(bytes_of(optimize(problem, settings).evaluations), bytes_of(whole)) << to_text(algorithm);
      }
    }
  }
}

TEST(Hints, EveryPointOfAGridIsStillGivenOnce) {
  Problem problem = bowl(Algorithm::grid);
  problem.variables[0].start = problem.variables[1].start = problem.variables[2].start = -2;
  SolverSettings settings = settings_for(Algorithm::grid, 1000);
  settings.grid_points = 5;
  settings.hints = {{3, 3, 2.9}};
  const OptimizationResult result = optimize(problem, settings);
  EXPECT_EQ(result.stop_reason, StopReason::exhausted);
  EXPECT_EQ(result.evaluations.size(), 126U);  // The hint is not on the grid, the start is.
}

TEST(Hints, AreWhereLocalSolversBeginWhenTheFirstStartEndsInfeasible) {
  for (const Algorithm algorithm : {Algorithm::slsqp, Algorithm::lbfgsb, Algorithm::cobyla}) {
    Problem problem = budget(algorithm);
    const auto inner = problem.evaluate;
    problem.evaluate = [inner](const std::vector<double>& at, const EvaluationControl& control) {
      PointOutcome outcome = inner(at, control);
      outcome.constraints[0] =
          std::min(outcome.constraints[0], 0.05);  // Flat far from the corner: no slope leads there.
      return outcome;
    };
    SolverSettings settings = hinted(algorithm, 3000);
    settings.starts = 1;
    const OptimizationResult with = optimize(problem, settings);
    EXPECT_TRUE(with.feasible) << to_text(algorithm);
    EXPECT_LT(with.evaluations[*with.best].outcome.objectives[0], axes - 3) << to_text(algorithm);
    settings.hints.clear();
    EXPECT_FALSE(optimize(problem, settings).feasible) << to_text(algorithm);
  }
}

TEST(Hints, ThatDoNotFitAreRefusedByName) {
  SolverSettings settings = settings_for(Algorithm::random, 10);
  settings.hints = {{1, 2, 3}, {1, 2, 9}};
  try {
    (void)optimize(bowl(Algorithm::random), settings);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_THAT(error.what(), testing::HasSubstr("hint 1 has 9 for variable 'c'; allowed is -2 to 3"));
  }
  settings.hints = {{1}};
  EXPECT_THROW((void)optimize(bowl(Algorithm::random), settings), Error);
}

}  // namespace
}  // namespace planwise::optimizing
