// Counting, records, memory, order, limits and faults: what holds for every solver.
#include <gmock/gmock.h>

#include <atomic>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "planwise/error.h"
#include "problems.h"

namespace planwise::optimizing {
namespace {

using testing::HasSubstr;

std::vector<Evaluation> first(const std::vector<Evaluation>& all, std::size_t count) {
  return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()))};
}

TEST(Seam, NeverEvaluatesMoreThanAskedForAndAFewAreTheBeginningOfMany) {
  for (const Algorithm algorithm : all_algorithms()) {
    const Problem problem = bowl(algorithm);
    const OptimizationResult whole = optimize(problem, settings_for(algorithm, 60));
    ASSERT_EQ(whole.evaluations.size(), 60U) << to_text(algorithm);
    for (std::int64_t count = 1; count <= 60; ++count) {
      std::atomic<int> calls = 0;
      Problem counted = problem;
      counted.evaluate = [&](const std::vector<double>& at, const EvaluationControl& control) {
        ++calls;
        return problem.evaluate(at, control);
      };
      const OptimizationResult part = optimize(counted, settings_for(algorithm, count));
      EXPECT_EQ(calls, count) << to_text(algorithm);
      EXPECT_EQ(part.stop_reason, StopReason::max_evaluations);
      ASSERT_EQ(bytes_of(part.evaluations), bytes_of(first(whole.evaluations, static_cast<std::size_t>(count))))
          << to_text(algorithm) << " " << count;
    }
  }
}

TEST(Seam, RecordedEvaluationsAreTakenWhereverTheFirstCallWasCut) {
  for (const Algorithm algorithm : all_algorithms()) {
    const Problem problem = bowl(algorithm);
    const std::string whole = bytes_of(optimize(problem, settings_for(algorithm, 50)).evaluations);
    for (const std::int64_t cut : {1, 2, 7, 24, 25, 26, 49, 50}) {
      SolverSettings settings = settings_for(algorithm, 50);
      settings.recorded = optimize(problem, settings_for(algorithm, cut)).evaluations;
      std::atomic<std::int64_t> calls = 0;
      std::int64_t told = cut;
      settings.record = [&](const Evaluation& evaluation) { EXPECT_EQ(evaluation.number, told++); };
      Problem counted = problem;
      counted.evaluate = [&](const std::vector<double>& at, const EvaluationControl& control) {
        ++calls;
        return problem.evaluate(at, control);
      };
      const OptimizationResult resumed = optimize(counted, settings);
      EXPECT_EQ(calls, 50 - cut) << to_text(algorithm);
      EXPECT_EQ(told, 50);
      ASSERT_EQ(bytes_of(resumed.evaluations), whole) << to_text(algorithm) << " cut at " << cut;
    }
  }
}

TEST(Seam, RecordsOfAnotherSearchAreRefused) {
  SolverSettings settings = settings_for(Algorithm::random, 20, 8);
  settings.recorded = optimize(bowl(Algorithm::random), settings_for(Algorithm::random, 10, 9)).evaluations;
  EXPECT_THROW((void)optimize(bowl(Algorithm::random), settings), Error);
}

TEST(Seam, NumberOfThreadsChangesNoByte) {
  for (const Algorithm algorithm : all_algorithms()) {
    std::string one;
    for (const unsigned threads : {1U, 2U, 8U}) {
      SolverSettings settings = settings_for(algorithm, 400);
      settings.threads = threads;
      std::string recorded;
      settings.record = [&](const Evaluation& evaluation) { recorded += bytes_of({evaluation}); };
      const OptimizationResult result = optimize(bowl(algorithm), settings);
      EXPECT_EQ(recorded, bytes_of(result.evaluations));
      if (threads == 1) one = recorded;
      ASSERT_EQ(recorded, one) << to_text(algorithm) << " on " << threads;
    }
  }
}

TEST(Seam, WatchedSearchGivesTheSameBytes) {
  for (const Algorithm algorithm : all_algorithms()) {
    SolverSettings settings = settings_for(algorithm, 100);
    const std::string plain = bytes_of(optimize(bowl(algorithm), settings).evaluations);
    settings.threads = 2;
    settings.progress = [](const OptimizationProgress&) { return true; };
    settings.evaluation_time_limit = std::chrono::minutes(1);
    settings.time_limit = std::chrono::minutes(5);
    EXPECT_EQ(bytes_of(optimize(bowl(algorithm), settings).evaluations), plain) << to_text(algorithm);
  }
}

TEST(Seam, NoPointIsEvaluatedTwice) {
  for (const Algorithm algorithm : all_algorithms()) {
    const OptimizationResult result = optimize(bowl(algorithm), settings_for(algorithm, 500));
    std::set<std::vector<double>> points;
    for (const Evaluation& evaluation : result.evaluations) EXPECT_TRUE(points.insert(evaluation.point).second);
  }
}

TEST(Seam, SeedsMatterWhereSomethingIsDrawn) {
  for (const Algorithm algorithm : {Algorithm::de, Algorithm::cmaes, Algorithm::nsga2, Algorithm::grid,
                                    Algorithm::random, Algorithm::latin_hypercube}) {
    EXPECT_NE(bytes_of(optimize(bowl(algorithm), settings_for(algorithm, 40, 1)).evaluations),
              bytes_of(optimize(bowl(algorithm), settings_for(algorithm, 40, 2)).evaluations))
        << to_text(algorithm);
  }
}

/// The bowl, but the call that meets number `at` ends in `fault`.
Problem faulty(Algorithm algorithm, int at, const std::function<PointOutcome(PointOutcome)>& fault) {
  Problem problem = bowl(algorithm);
  const auto inner = problem.evaluate;
  const std::vector<double> place = optimize(problem, settings_for(algorithm, at + 1)).evaluations.back().point;
  problem.evaluate = [inner, place, fault](const std::vector<double>& point, const EvaluationControl& control) {
    PointOutcome outcome = inner(point, control);
    return point == place ? fault(outcome) : outcome;
  };
  return problem;
}

TEST(Seam, FaultsOfTheFunctionEndTheSearchWithTheirCause) {
  const std::vector<std::pair<std::string, std::function<PointOutcome(PointOutcome)>>> faults{
      {"out of ink", [](const PointOutcome&) -> PointOutcome { throw std::runtime_error("out of ink"); }},
      {"no std::exception", [](const PointOutcome&) -> PointOutcome { throw 5; }},
      {"not finite",
       [](PointOutcome outcome) {
         outcome.objectives[0] = std::numeric_limits<double>::quiet_NaN();
         return outcome;
       }},
      {"not finite",
       [](PointOutcome outcome) {
         outcome.constraints[0] = std::numeric_limits<double>::infinity();
         return outcome;
       }},
      {"expected are 1",
       [](PointOutcome outcome) {
         outcome.constraints.clear();
         return outcome;
       }},
  };
  for (const Algorithm algorithm : all_algorithms()) {
    for (const auto& [cause, fault] : faults) {
      for (const unsigned threads : {1U, 4U}) {
        SolverSettings settings = settings_for(algorithm, 60);
        settings.threads = threads;
        std::size_t told = 0;
        settings.record = [&](const Evaluation&) { ++told; };
        const OptimizationResult result = optimize(faulty(algorithm, 30, fault), settings);
        EXPECT_EQ(result.stop_reason, StopReason::evaluation_failed) << to_text(algorithm);
        EXPECT_THAT(result.message, HasSubstr(cause));
        ASSERT_EQ(result.evaluations.size(), 31U);
        EXPECT_EQ(told, 31U);
        EXPECT_THAT(result.evaluations.back().error, HasSubstr(cause));
        ASSERT_TRUE(result.best);
        EXPECT_LT(*result.best, 30U);
      }
    }
  }
}

TEST(Seam, FirstEvaluationMayFail) {
  Problem problem = bowl(Algorithm::slsqp);
  problem.evaluate = [](const std::vector<double>&, const EvaluationControl&) -> PointOutcome {
    throw std::runtime_error("no");
  };
  const OptimizationResult result = optimize(problem, {});
  EXPECT_EQ(result.stop_reason, StopReason::evaluation_failed);
  EXPECT_FALSE(result.best);
  EXPECT_FALSE(result.feasible);
}

/// Hangs, deaf to every wish to stop, in every call but the first few; all it touches is its own.
Problem hanging(Algorithm algorithm, int healthy, std::chrono::milliseconds nap) {
  Problem problem = bowl(algorithm);
  const auto inner = problem.evaluate;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  problem.evaluate = [inner, calls, healthy, nap](const std::vector<double>& at, const EvaluationControl& control) {
    if ((*calls)++ >= healthy) std::this_thread::sleep_for(nap);
    return inner(at, control);
  };
  return problem;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Seam, AnEvaluationThatTakesTooLongFails) {
  for (const Algorithm algorithm : {Algorithm::slsqp, Algorithm::de, Algorithm::nsga2}) {
    SolverSettings settings = settings_for(algorithm, 60);
    settings.threads = 2;
    settings.evaluation_time_limit = std::chrono::milliseconds(50);
    const auto start = std::chrono::steady_clock::now();
    const OptimizationResult result = optimize(hanging(algorithm, 10, std::chrono::milliseconds(1500)), settings);
    EXPECT_LT(seconds_since(start), 1.0) << to_text(algorithm);
    EXPECT_EQ(result.stop_reason, StopReason::evaluation_failed);
    EXPECT_THAT(result.message, HasSubstr("longer than 50 ms"));
    EXPECT_GE(result.evaluations.size(), 10U);
    EXPECT_TRUE(result.best);
  }
}

TEST(Seam, CancelAnswersWithinASecondWhileAnEvaluationHangs) {
  for (const Algorithm algorithm : {Algorithm::cobyla, Algorithm::cmaes, Algorithm::random}) {
    SolverSettings settings = settings_for(algorithm, 500);
    settings.threads = 2;
    const auto start = std::chrono::steady_clock::now();
    std::optional<double> asked;
    int looks = 0;
    settings.progress = [&](const OptimizationProgress& progress) {
      ++looks;
      if (seconds_since(start) < 0.5) return true;
      EXPECT_GE(progress.evaluations, 10);
      EXPECT_TRUE(progress.best_objective);
      asked = seconds_since(start);
      return false;
    };
    const OptimizationResult result = optimize(hanging(algorithm, 10, std::chrono::milliseconds(2500)), settings);
    ASSERT_TRUE(asked) << to_text(algorithm);
    EXPECT_LT(seconds_since(start) - *asked, 1.0);
    EXPECT_GE(looks, 2);
    EXPECT_EQ(result.stop_reason, StopReason::cancelled);
    EXPECT_EQ(result.evaluations.size(), 10U);
  }
}

TEST(Seam, TimeLimitEndsTheSearch) {
  SolverSettings settings = settings_for(Algorithm::random, 1'000'000);
  settings.time_limit = std::chrono::milliseconds(200);
  const auto start = std::chrono::steady_clock::now();
  const OptimizationResult result = optimize(hanging(Algorithm::random, 20, std::chrono::milliseconds(5)), settings);
  EXPECT_LT(seconds_since(start), 1.2);
  EXPECT_EQ(result.stop_reason, StopReason::time_limit);
  EXPECT_GT(result.evaluations.size(), 20U);
}

TEST(Seam, AFunctionThatListensIsWaitedFor) {
  std::atomic<int> inside = 0, heard = 0;  // Of this test's frame: nothing may touch it after optimize().
  Problem problem = bowl(Algorithm::random);
  const auto inner = problem.evaluate;
  problem.evaluate = [&](const std::vector<double>& at, const EvaluationControl& control) {
    ++inside;
    while (!control.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ++heard;
    --inside;
    return inner(at, control);
  };
  SolverSettings settings = settings_for(Algorithm::random, 100);
  settings.threads = 3;
  settings.time_limit = std::chrono::milliseconds(100);
  (void)optimize(problem, settings);
  EXPECT_EQ(inside, 0);
  EXPECT_GE(heard, 1);
}

TEST(Seam, ExceptionsOfTheListenersPassThroughEverySolver) {
  struct Full : std::runtime_error {
    Full() : std::runtime_error("disk full") {}
  };
  for (const Algorithm algorithm : all_algorithms()) {
    SolverSettings settings = settings_for(algorithm, 60);
    settings.record = [](const Evaluation& evaluation) {
      if (evaluation.number == 33) throw Full();
    };
    EXPECT_THROW((void)optimize(bowl(algorithm), settings), Full) << to_text(algorithm);
  }
}

}  // namespace
}  // namespace planwise::optimizing
