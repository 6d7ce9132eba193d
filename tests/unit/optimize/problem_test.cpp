// Problems that are empty, fixed, contradictory or wrong, and what counts as the best point.
#include <gmock/gmock.h>

#include <limits>

#include "planwise/error.h"
#include "problems.h"

namespace planwise::optimizing {
namespace {

using testing::HasSubstr;

ErrorCode refusal(const Problem& problem, const SolverSettings& settings, const std::string& names) {
  try {
    (void)optimize(problem, settings);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr(names));
    return error.code();
  }
  ADD_FAILURE() << "accepted: " << names;
  return ErrorCode::internal;
}

TEST(Problem, WhatDoesNotFitIsRefusedByName) {
  const Problem good = bowl(Algorithm::slsqp);
  const auto with = [&](const auto& change) {
    Problem problem = good;
    change(problem);
    return problem;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<Problem, std::string>> problems{
      {Problem{}, "no variables"},
      {with([](Problem& p) { p.objectives.clear(); }), "no objectives"},
      {with([](Problem& p) { p.evaluate = nullptr; }), "no function"},
      {with([](Problem& p) { p.variables[1].start = 3.5; }), "variable 'b' starts at 3.5; allowed is -2 to 3"},
      {with([&](Problem& p) { p.variables[1].start = nan; }), "variable 'b'"},
      {with([](Problem& p) { p.variables[2].lower = 4; }), "variable 'c' has the bounds 4 to 3"},
      {with([](Problem& p) { p.variables[0].upper = std::numeric_limits<double>::infinity(); }), "variable 'a'"},
      {with([](Problem& p) { p.constraints[0].tolerance = -1; }), "constraint 'sum'"},
  };
  for (const auto& [problem, names] : problems) EXPECT_EQ(refusal(problem, {}, names), ErrorCode::invalid_argument);
}

TEST(Problem, SettingsThatDoNotFitAreRefusedByName) {
  const auto with = [&](const auto& change) {
    SolverSettings settings;
    change(settings);
    return settings;
  };
  const std::vector<std::pair<SolverSettings, std::string>> all{
      {with([](SolverSettings& s) { s.max_evaluations = 0; }), "max_evaluations is 0"},
      {with([](SolverSettings& s) { s.starts = -1; }), "starts is -1"},
      {with([](SolverSettings& s) { s.tolerance = 0; }), "tolerance is 0"},
      {with([](SolverSettings& s) { s.grid_points = 1; }), "grid_points is 1"},
      {with([](SolverSettings& s) { s.population = -1; }), "population is -1"},
      {with([](SolverSettings& s) { s.time_limit = std::chrono::milliseconds(0); }), "time limit"},
      {with([](SolverSettings& s) {
         s.warm_starts = {{1, 2}};
       }),
       "warm start 0 has 2 values"},
      {with([](SolverSettings& s) {
         s.warm_starts = {{1, 2, 3}, {1, 2, 9}};
       }),
       "warm start 1 has 9 for variable 'c'"},
  };
  for (const auto& [settings, names] : all) {
    EXPECT_EQ(refusal(bowl(Algorithm::slsqp), settings, names), ErrorCode::invalid_argument);
  }
}

TEST(Problem, SeveralObjectivesWantNsga2) {
  for (const Algorithm algorithm : all_algorithms()) {
    if (algorithm == Algorithm::nsga2) continue;
    EXPECT_EQ(refusal(bowl(Algorithm::nsga2), settings_for(algorithm, 10), "2 objectives"), ErrorCode::unsupported);
  }
}

TEST(Problem, Nsga2OnOneObjectiveComesNearItsOptimum) {
  const TestFunction sphere = test_function("sphere", 3);
  const OptimizationResult result = optimize(sphere.problem, settings_for(Algorithm::nsga2, 3000));
  ASSERT_TRUE(result.best && result.feasible);
  EXPECT_LT(result.evaluations[*result.best].outcome.objectives.front(), 1e-3);
  EXPECT_TRUE(result.front.empty());
  EXPECT_LE(result.evaluations.size(), 3000U);
}

TEST(Problem, AllFixedEvaluatesTheStart) {
  for (const Algorithm algorithm : all_algorithms()) {
    Problem problem = bowl(algorithm);
    for (Variable& variable : problem.variables) variable.lower = variable.upper = variable.start;
    const OptimizationResult result = optimize(problem, settings_for(algorithm, 50));
    EXPECT_EQ(result.evaluations.size(), 1U);
    EXPECT_EQ(result.stop_reason, StopReason::converged);
    EXPECT_TRUE(result.converged && result.feasible && result.best);
  }
}

TEST(Problem, FixedVariablesStayWhereTheyAre) {
  for (const Algorithm algorithm : all_algorithms()) {
    Problem problem = bowl(algorithm);
    problem.variables[1] = {"b", 0.1, 0.1, 0.1};
    for (const Evaluation& evaluation : optimize(problem, settings_for(algorithm, 80)).evaluations) {
      EXPECT_EQ(evaluation.point[1], 0.1);
    }
  }
}

TEST(Problem, OneVariableIsEnoughForEverySolver) {
  for (const Algorithm algorithm : all_algorithms()) {
    Problem problem = bowl(algorithm);
    problem.variables[1] = {"b", 0.5, 0.5, 0.5};
    problem.variables[2] = {"c", 0.5, 0.5, 0.5};
    const OptimizationResult result = optimize(problem, settings_for(algorithm, 300));
    EXPECT_TRUE(result.feasible) << to_text(algorithm);
  }
}

TEST(Problem, StartIsEvaluationZeroAndEveryPointIsWithinTheBounds) {
  for (const Algorithm algorithm : all_algorithms()) {
    const Problem problem = bowl(algorithm);
    const OptimizationResult result = optimize(problem, settings_for(algorithm, 300));
    EXPECT_THAT(result.evaluations[0].point, testing::ElementsAre(2.5, -1, 1.25));
    for (const Evaluation& evaluation : result.evaluations) {
      for (const double value : evaluation.point) EXPECT_TRUE(value >= -2 && value <= 3);
    }
  }
}

TEST(Problem, InfeasibleOnesGiveTheLeastViolated) {
  for (const Algorithm algorithm : all_algorithms()) {
    Problem problem = bowl(algorithm);
    const auto inner = problem.evaluate;
    problem.evaluate = [inner](const std::vector<double>& at, const EvaluationControl& control) {
      PointOutcome outcome = inner(at, control);
      outcome.constraints = {20 - at[0] - at[1] - at[2]};  // At most 9 can be had.
      return outcome;
    };
    const OptimizationResult result = optimize(problem, settings_for(algorithm, 600));
    EXPECT_FALSE(result.feasible) << to_text(algorithm);
    EXPECT_NE(result.stop_reason, StopReason::evaluation_failed);
    EXPECT_TRUE(result.front.empty());
    double least = std::numeric_limits<double>::infinity();
    for (const Evaluation& evaluation : result.evaluations)
      least = std::min(least, violation_of(problem, evaluation.outcome));
    ASSERT_TRUE(result.best);
    EXPECT_EQ(violation_of(problem, result.evaluations[*result.best].outcome), least);
    EXPECT_LT(least, 13) << to_text(algorithm);
  }
}

TEST(Problem, ViolationIsTheSumBeyondTheTolerances) {
  Problem problem;
  problem.constraints = {{"a", PointConstraint::Kind::inequality, 0.5}, {"b", PointConstraint::Kind::equality, 0.25}};
  PointOutcome outcome;
  outcome.constraints = {0.5, -0.25};
  EXPECT_EQ(violation_of(problem, outcome), 0);
  outcome.constraints = {1, -1};
  EXPECT_EQ(violation_of(problem, outcome), 0.5 + 0.75);
  outcome.constraints = {-7, 0.75};
  EXPECT_EQ(violation_of(problem, outcome), 0.5);
}

TEST(Problem, BestKeepsTheConditionsExactlyWhereItCostsNothing) {
  Problem problem;
  problem.variables = {{"x", 0, 2, 1 - 5e-9}};
  problem.constraints = {{"at least one"}};
  problem.evaluate = [](const std::vector<double>& at, const EvaluationControl&) {
    PointOutcome outcome;
    outcome.objectives = {at[0]};
    outcome.constraints = {1 - at[0]};
    return outcome;
  };
  SolverSettings settings = settings_for(Algorithm::random, 3);
  settings.warm_starts = {{1}, {1 + 1e-9}};
  EXPECT_EQ(optimize(problem, settings).best, 1U);
  settings.warm_starts = {{1.1}, {1.2}};
  EXPECT_EQ(optimize(problem, settings).best, 0U) << "a tenth is not nothing";
}

TEST(Problem, WarmStartsFollowTheStartAndAreGoneOnFrom) {
  for (const Algorithm algorithm : all_algorithms()) {
    SolverSettings settings = settings_for(algorithm, 80);
    settings.warm_starts = {{-2, -2, -2}, {0.5, 0.5000001, 0.5}, {3, 3, 3}};
    const OptimizationResult result = optimize(bowl(algorithm), settings);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(result.evaluations[i + 1].point, settings.warm_starts[i]);
    if (algorithm == Algorithm::nsga2) continue;
    EXPECT_LT(result.evaluations[*result.best].outcome.objectives[0], 0.750001) << to_text(algorithm);
    if (algorithm != Algorithm::slsqp && algorithm != Algorithm::cobyla && algorithm != Algorithm::lbfgsb) continue;
    EXPECT_NEAR(result.evaluations[5].point[0], 0.5, 1.1) << "the first steps are taken beside the warm start";
  }
}

}  // namespace
}  // namespace planwise::optimizing
