// Studies for tests of DecisionService, and what is expected of every run.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "planwise/decisions.h"
#include "planwise/error.h"
#include "temp_folder.h"

namespace planwise {

using testing::TempFolder;

inline ManagerOptions store_in(const TempFolder& folder) {
  ManagerOptions options;
  options.database = folder / "store.duckdb";
  options.actor = "tester";
  return options;
}

inline Study function_study(std::string name, std::int64_t dimensions, Algorithm algorithm, std::int64_t evaluations) {
  Study study;
  study.scenario_id = "known_optimum";
  study.evaluator.kind = EvaluatorChoice::Kind::function;
  study.evaluator.function = std::move(name);
  study.evaluator.dimensions = dimensions;
  study.solver.algorithm = algorithm;
  study.solver.max_evaluations = evaluations;
  study.solver.seed = 7;
  return study;
}

inline Study synthetic_study(std::int64_t evaluations = 60) {
  Study study;
  study.scenario_id = "synthetic";
  study.evaluator.kind = EvaluatorChoice::Kind::synthetic;
  study.solver.algorithm = Algorithm::de;
  study.solver.max_evaluations = evaluations;
  study.solver.seed = 7;
  return study;
}

inline Study callable_study(const std::string& name, std::int64_t evaluations = 40) {
  Study study = synthetic_study(evaluations);
  study.evaluator.kind = EvaluatorChoice::Kind::callable;
  study.evaluator.callable = name;
  return study;
}

inline EvaluatorTerms bowl(const EvaluatorRequest& request) {
  EvaluatorTerms terms;
  const double cola = request.levers.at("cola_rate").as_real();
  const double merit = request.levers.at("merit_rate_level_1").as_real();
  terms.cost = 100 + 1000 * (cola - 0.02) * (cola - 0.02);
  terms.equity = 1 + (merit - 0.03) * (merit - 0.03);
  terms.targets = 0.001;
  return terms;
}

/// Content without what says when, where and how long.
inline std::string content_of(const Run& run) {
  Json document = to_json(run);
  Json metadata = document.at("metadata");
  for (const char* name :
       {"run_id", "created_at", "updated_at", "completed_at", "runtime_seconds", "session_id", "user_id"})
    metadata.erase(name);
  document.set("metadata", metadata);
  Json results = document.at("results");
  if (Json* risk = results.find("risk_assessment"); risk != nullptr) risk->erase("assessment_date");
  document.set("results", results);
  return document.dump(JsonStyle::canonical);
}

inline std::string stop_reason(const Run& run) { return run.results.projected_outcomes.at("stop_reason").as_string(); }

inline void expect_reproduced(DecisionService& service, const Run& run) {
  const Reproduction again = service.reproduce(run.metadata.run_id);
  EXPECT_TRUE(again.equal) << run.metadata.optimization_engine << ": "
                           << (again.differences.empty() ? "" : again.differences.front());
}

class Decisions : public ::testing::Test {
 protected:
  using Run = planwise::Run;  // not the test's own
  TempFolder folder_;
  ResultsManager manager_{store_in(folder_)};
  DecisionService service_{manager_};
};

}  // namespace planwise
