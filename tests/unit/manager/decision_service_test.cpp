// Studies as stored runs: the same bytes however they were made, what a stopped or failed one keeps, and that every one
// can be made again.
#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <thread>

#include "decision_samples.h"

namespace planwise {
namespace {

TEST_F(Decisions, OptimizationIsAStoredRunWithItsColumnsFilled) {
  const Run run = service_.run(synthetic_study());
  EXPECT_EQ(run.metadata.status, "completed");
  EXPECT_EQ(run.metadata.optimization_type, "policy_optimization");
  EXPECT_EQ(run.metadata.random_seed, 7);
  EXPECT_EQ(run.metadata.max_evaluations, 60);
  EXPECT_EQ(run.metadata.use_synthetic_mode, true);
  ASSERT_TRUE(run.metadata.function_evaluations);
  EXPECT_TRUE(run.metadata.converged);
  EXPECT_TRUE(run.metadata.convergence_message);
  EXPECT_TRUE(run.metadata.completed_at);
  EXPECT_EQ(run.configuration.objectives.size(), 3U);
  EXPECT_EQ(run.results.objective_history.size(), static_cast<std::size_t>(*run.metadata.function_evaluations));
  EXPECT_EQ(run.results.parameter_history.size(), run.results.objective_history.size());
  EXPECT_EQ(run.results.optimal_parameters.size(), 17U);
  EXPECT_TRUE(run.results.risk_level);
  EXPECT_FALSE(run.results.sensitivity_analysis.empty());
  EXPECT_FALSE(run.results.parameter_correlations.empty());
  EXPECT_EQ(manager_.summary(run.metadata.run_id).status, "completed");
  EXPECT_EQ(manager_.provenance(run.metadata.run_id).at("seed"), Json(7));
}

// Fault 13: sensitivity showed invented numbers. Here it comes from evaluations, and a lever without effect is 0.
TEST_F(Decisions, Fault13_SensitivityIsMeasured) {
  const Run run = service_.run(synthetic_study());
  const Json& elasticities = run.results.sensitivity_analysis.at("elasticities");
  EXPECT_EQ(elasticities.at("promotion_raise_level_5"), Json(0.0));
  EXPECT_NE(elasticities.at("cola_rate").as_real(), 0);
  EXPECT_GT(run.results.sensitivity_analysis.at("analysis_evaluations").as_integer(), 17);
  EXPECT_LE(*run.metadata.function_evaluations, 60);
}

// Fault 18: convergence was shown as failed for runs that never reported it.
TEST_F(Decisions, Fault18_RunningRunSaysNothingOfConvergence) {
  std::optional<bool> while_running = false;
  std::string status;
  DecisionOptions options;
  options.progress = [&](const DecisionProgress& progress) {
    const RunSummary summary = manager_.summary(progress.run_id);
    while_running = summary.converged;
    status = summary.status;
    return true;
  };
  service_.run(synthetic_study(), options);
  EXPECT_EQ(status, "running");
  EXPECT_FALSE(while_running.has_value());
}

// Fault 25: the engine is the one that ran, and the breakdown holds values, not weights.
TEST_F(Decisions, Fault25_BreakdownHoldsValuesAndTheEngineIsTheOneThatRan) {
  const Run run = service_.run(synthetic_study());
  EXPECT_EQ(run.metadata.optimization_engine, "pagmo_de");
  const Json& breakdown = run.results.objective_breakdown;
  for (const auto& [name, value] : breakdown.as_object()) EXPECT_TRUE(value.is_number()) << name;
  const double combined = 0.4 * breakdown.at("cost").as_real() + 0.3 * breakdown.at("equity").as_real() +
                          0.3 * breakdown.at("targets").as_real();
  EXPECT_NEAR(*run.results.objective_value, combined, 1e-9 * std::fabs(combined) + 1e-12);
  EXPECT_EQ(run.configuration.objectives.front().weight, 0.4);
}

// Fault 32: more evaluations than asked for; differential evolution that lost its best point; only the last of several
// constraints; the synthetic formula without being asked.
TEST_F(Decisions, Fault32_NeverMoreEvaluationsThanAskedForAndDeKeepsItsBest) {
  for (const Algorithm algorithm : {Algorithm::slsqp, Algorithm::lbfgsb, Algorithm::cobyla, Algorithm::de,
                                    Algorithm::cmaes, Algorithm::grid, Algorithm::random, Algorithm::latin_hypercube}) {
    const Run run = service_.run(function_study("rosenbrock", 3, algorithm, 50));
    EXPECT_LE(*run.metadata.function_evaluations, 50) << run.metadata.optimization_engine;
    ASSERT_TRUE(run.results.objective_value) << run.metadata.optimization_engine;
    double least = std::numeric_limits<double>::infinity();
    for (const Json& value : run.results.objective_history.as_array()) least = std::min(least, value.as_real());
    EXPECT_EQ(*run.results.objective_value, least) << run.metadata.optimization_engine;
    expect_reproduced(service_, run);
  }
}

TEST_F(Decisions, Fault32_EveryConstraintApplies) {
  Study study = synthetic_study(120);
  StudyConstraint cola, merit;
  cola.levers = {{"cola_rate", 1}};
  cola.minimum = 0.02;
  merit.levers = {{"merit_rate_level_1", 1}};
  merit.minimum = 0.035;
  study.constraints = {cola, merit};
  study.solver.algorithm = Algorithm::cobyla;
  const Run run = service_.run(study);
  ASSERT_EQ(run.metadata.status, "completed") << *run.metadata.convergence_message;
  EXPECT_GE(run.results.optimal_parameters.at("cola_rate").as_real(), 0.02 - 1e-6);
  EXPECT_GE(run.results.optimal_parameters.at("merit_rate_level_1").as_real(), 0.035 - 1e-6);
  EXPECT_EQ(run.results.projected_outcomes.at("constraints").size(), 2U);
  EXPECT_TRUE(run.results.constraint_violations.empty());
  expect_reproduced(service_, run);
}

TEST_F(Decisions, Fault32_WithoutDataNothingIsOptimisedSilently) {
  Study study = synthetic_study();
  study.evaluator.kind = EvaluatorChoice::Kind::simulator;
  try {
    service_.run(study);
    FAIL() << "it ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::wrong_state) << error.what();
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store.duckdb"));
}

TEST_F(Decisions, ThreadsChangeNoByte) {
  for (const Algorithm algorithm : {Algorithm::de, Algorithm::slsqp, Algorithm::latin_hypercube}) {
    Study study = synthetic_study();
    study.solver.algorithm = algorithm;
    std::string first;
    for (const unsigned threads : {1U, 2U, 8U}) {
      DecisionOptions options;
      options.threads = threads;
      const std::string content = content_of(service_.run(study, options));
      if (first.empty()) first = content;
      EXPECT_EQ(content, first) << to_text(algorithm) << " on " << threads << " threads";
    }
  }
}

TEST_F(Decisions, TwentyFiveAndTwentyFiveMoreAreFifty) {
  for (const Algorithm algorithm : {Algorithm::slsqp, Algorithm::de, Algorithm::cmaes, Algorithm::cobyla}) {
    Study study = function_study("rosenbrock", 4, algorithm, 25);
    const Run half = service_.run(study);
    ASSERT_EQ(*half.metadata.function_evaluations, 25) << to_text(algorithm);
    const Run extended = service_.resume(half.metadata.run_id, 50);
    study.solver.max_evaluations = 50;
    const Run whole = service_.run(study);
    EXPECT_NE(extended.metadata.run_id, half.metadata.run_id);
    EXPECT_EQ(content_of(extended), content_of(whole)) << to_text(algorithm);
    EXPECT_EQ(manager_.provenance(extended.metadata.run_id).at("continues"), Json(half.metadata.run_id));
    expect_reproduced(service_, extended);
  }
}

TEST_F(Decisions, CompletedRunThatAsksForNothingMoreIsRefused) {
  const Run run = service_.run(function_study("sphere", 2, Algorithm::random, 10));
  EXPECT_THROW(service_.resume(run.metadata.run_id), Error);
  EXPECT_THROW(service_.resume(run.metadata.run_id, 5), Error);
}

TEST_F(Decisions, CancelEndsWithinASecondWithWhatWasFound) {
  std::atomic<int> calls{0};
  service_.add_evaluator("slow", [&](const EvaluatorRequest& request, const EvaluationControl& control) {
    ++calls;
    for (int i = 0; i < 20 && !control.stop_requested(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return bowl(request);
  });
  using Clock = std::chrono::steady_clock;
  const Clock::time_point began = Clock::now();
  Clock::time_point stopped{};
  DecisionOptions options;
  options.threads = 2;
  options.progress = [&](const DecisionProgress& progress) {
    if (stopped == Clock::time_point{} && progress.search.evaluations >= 5) stopped = Clock::now();
    return stopped == Clock::time_point{} && Clock::now() - began < std::chrono::seconds(20);
  };
  Study study = callable_study("slow", 5000);
  study.solver.algorithm = Algorithm::random;
  const Run run = service_.run(study, options);
  EXPECT_LT(Clock::now() - stopped, std::chrono::seconds(1));
  EXPECT_EQ(run.metadata.status, "cancelled");
  EXPECT_EQ(stop_reason(run), "cancelled");
  EXPECT_GE(*run.metadata.function_evaluations, 5);
  EXPECT_LT(*run.metadata.function_evaluations, 5000);
  EXPECT_TRUE(run.results.objective_value);
  EXPECT_EQ(run.results.objective_history.size(), static_cast<std::size_t>(*run.metadata.function_evaluations));
  expect_reproduced(service_, run);
}

TEST_F(Decisions, CancelledRunGoesOnToTheResultOfOneCall) {
  service_.add_evaluator("bowl", [](const EvaluatorRequest& request, const EvaluationControl&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return bowl(request);
  });
  const Study study = callable_study("bowl", 120);
  DecisionOptions options;
  options.progress = [](const DecisionProgress& progress) { return progress.search.evaluations < 10; };
  const Run cut = service_.run(study, options);
  ASSERT_EQ(cut.metadata.status, "cancelled");
  const Run resumed = service_.resume(cut.metadata.run_id);
  EXPECT_EQ(resumed.metadata.status, "completed");
  EXPECT_EQ(content_of(resumed), content_of(service_.run(study)));
}

TEST_F(Decisions, StopRequestOfAnotherCallerEndsTheRun) {
  service_.add_evaluator("slow", [](const EvaluatorRequest& request, const EvaluationControl&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return bowl(request);
  });
  std::string id;
  bool asked = false;
  DecisionOptions options;
  options.progress = [&](const DecisionProgress& progress) {
    id = progress.run_id;
    if (!asked && progress.search.evaluations > 2) {
      manager_.request_stop(id, "enough");
      asked = true;
    }
    return true;
  };
  const Run run = service_.run(callable_study("slow", 2000), options);
  EXPECT_EQ(run.metadata.status, "cancelled");
  EXPECT_EQ(run.metadata.run_id, id);
}

struct Failure {
  const char* name;
  EvaluatorFunction function;
};

TEST_F(Decisions, EvaluatorThatFailsIsAStoredFailedRunWithTheCause) {
  const std::vector<Failure> failures{{"throws",
                                       [](const EvaluatorRequest&, const EvaluationControl&) -> EvaluatorTerms {
                                         throw std::runtime_error("the warehouse is closed");
                                       }},
                                      {"nan", [](const EvaluatorRequest& request, const EvaluationControl&) {
                                         EvaluatorTerms terms = bowl(request);
                                         terms.cost = std::numeric_limits<double>::quiet_NaN();
                                         return terms;
                                       }}};
  for (const Failure& failure : failures) {
    service_.add_evaluator(failure.name, failure.function);
    const Run run = service_.run(callable_study(failure.name));
    EXPECT_EQ(run.metadata.status, "failed") << failure.name;
    EXPECT_FALSE(run.metadata.convergence_message.value_or("").empty()) << failure.name;
    EXPECT_EQ(run.metadata.converged, false) << failure.name;
    expect_reproduced(service_, run);
  }
  const Run run = service_.run(callable_study("throws"));
  EXPECT_NE(run.metadata.convergence_message->find("the warehouse is closed"), std::string::npos);
}

TEST_F(Decisions, FailureLaterKeepsWhatWasFound) {
  std::atomic<int> calls{0};
  std::atomic<bool> repaired{false};
  service_.add_evaluator("breaks", [&](const EvaluatorRequest& request, const EvaluationControl&) {
    if (request.levers.at("cola_rate").as_real() > 0.04 && !repaired) throw std::runtime_error("out of range there");
    ++calls;
    return bowl(request);
  });
  Study study = callable_study("breaks", 60);
  study.solver.algorithm = Algorithm::random;
  const Run run = service_.run(study);
  ASSERT_EQ(run.metadata.status, "failed");
  EXPECT_NE(run.metadata.convergence_message->find("out of range there"), std::string::npos);
  EXPECT_TRUE(run.results.objective_value);
  EXPECT_GE(run.results.objective_history.size(), 1U);
  expect_reproduced(service_, run);
  repaired = true;
  EXPECT_EQ(service_.resume(run.metadata.run_id).metadata.status, "completed");
}

TEST_F(Decisions, ContradictoryConditionsAreAStoredFailedRunWithTheReasons) {
  Study study = synthetic_study();
  StudyConstraint least, most;
  least.levers = most.levers = {{"cola_rate", 1}};
  least.minimum = 0.04;
  most.maximum = 0.01;
  study.constraints = {least, most};
  const Feasibility feasibility = service_.feasibility(study);
  EXPECT_FALSE(feasibility.possible);
  const Run run = service_.run(study);
  EXPECT_EQ(run.metadata.status, "failed");
  EXPECT_EQ(stop_reason(run), "infeasible");
  EXPECT_FALSE(run.results.projected_outcomes.at("infeasible_because").empty());
  EXPECT_FALSE(run.results.objective_value);
  expect_reproduced(service_, run);
}

TEST_F(Decisions, NoFeasiblePointIsNeverShownAsBest) {
  service_.add_evaluator("bowl",
                         [](const EvaluatorRequest& request, const EvaluationControl&) { return bowl(request); });
  Study study = callable_study("bowl", 40);
  StudyConstraint impossible;
  impossible.figure = "cost";
  impossible.maximum = 1;
  study.constraints = {impossible};
  for (const Algorithm algorithm : {Algorithm::slsqp, Algorithm::random}) {
    study.solver.algorithm = algorithm;
    const Run run = service_.run(study);
    EXPECT_EQ(run.metadata.status, "failed");
    EXPECT_FALSE(run.results.objective_value);
    EXPECT_TRUE(run.results.optimal_parameters.empty());
    const Json& least = run.results.projected_outcomes.at("least_violated");
    EXPECT_EQ(least.at("feasible"), Json(false));
    EXPECT_GT(least.at("violation").as_real(), 0);
    EXPECT_EQ(run.results.constraint_violations.size(), 1U);
    expect_reproduced(service_, run);
  }
}

TEST_F(Decisions, EverythingLockedIsToldNotSearched) {
  Study study = synthetic_study();
  for (const std::string_view name : lever_names) study.levers.locked.emplace_back(name);
  try {
    const Run run = service_.run(study);
    EXPECT_FALSE(run.metadata.convergence_message.value_or("").empty());
    EXPECT_LE(run.metadata.function_evaluations.value_or(0), 1);
    expect_reproduced(service_, run);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << error.what();
  }
}

TEST_F(Decisions, ParetoHasAFrontAKneeAndAHypervolume) {
  Study study = synthetic_study(400);
  study.kind = StudyKind::pareto;
  study.pareto = {"cost", "equity"};
  const Run run = service_.run(study);
  ASSERT_EQ(run.metadata.status, "completed") << *run.metadata.convergence_message;
  EXPECT_EQ(run.metadata.optimization_engine, "pagmo_nsga2");
  const Json& front = run.results.projected_outcomes.at("front");
  EXPECT_GE(front.at("size").as_integer(), 1);
  EXPECT_GT(front.at("hypervolume").as_real(), 0);
  expect_reproduced(service_, run);
}

TEST_F(Decisions, SensitivityOfEachMethodIsAStoredRunThatCanBeMadeAgain) {
  for (const char* method : {"local", "morris", "sobol", "stored"}) {
    Study study = synthetic_study();
    study.kind = StudyKind::sensitivity;
    study.sensitivity.method = method;
    study.sensitivity.max_evaluations = 64 * 19;
    study.sensitivity.width = 0;
    const Run run = service_.run(study);
    ASSERT_EQ(run.metadata.status, "completed") << method << ": " << run.metadata.convergence_message.value_or("");
    EXPECT_EQ(run.metadata.optimization_type, "sensitivity_analysis");
    EXPECT_EQ(run.results.sensitivity_analysis.at("method"), Json(method));
    EXPECT_LE(*run.metadata.function_evaluations, 64 * 19);
    expect_reproduced(service_, run);
  }
}

TEST_F(Decisions, RunThatNoStudyMadeCannotBeReproduced) {
  Run run;
  run.metadata.scenario_id = "by_hand";
  const std::string id = manager_.save(run).run_id;
  EXPECT_THROW((void)service_.reproduce(id), Error);
}

}  // namespace
}  // namespace planwise
