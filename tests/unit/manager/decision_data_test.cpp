// Studies over a real simulation: what they tell of costs, people and years.
#include <cstdlib>
#include <optional>

#include "decision_samples.h"

namespace planwise {
namespace {

class OnData : public Decisions {
 protected:
  void SetUp() override {
    const std::filesystem::path file = std::filesystem::path(PLANWISE_SOURCE_DIR) / "../shared/data/simulation.duckdb";
    if (std::filesystem::exists(file)) {
      SimulationServiceOptions options;
      options.source = file;
      options.cache_folder = folder_ / "cache";
      simulation_.emplace(options);
      on_data_.emplace(manager_, &*simulation_);
      return;
    }
    if (const char* ci = std::getenv("CI"); ci != nullptr && std::string_view(ci) == "true")
      FAIL() << file << " is missing";
    GTEST_SKIP() << file << " is not here";
  }
  static Study study(std::int64_t evaluations) {
    Study made;
    made.scenario_id = "on_data";
    made.solver.max_evaluations = evaluations;
    made.solver.seed = 7;
    made.objective.form = ObjectiveForm::normalised;
    return made;
  }
  std::optional<SimulationService> simulation_;
  std::optional<DecisionService> on_data_;
};

TEST_F(OnData, OptimizationTellsCostsPeopleAndYears) {
  const Run run = on_data_->run(study(60));
  ASSERT_EQ(run.metadata.status, "completed") << *run.metadata.convergence_message;
  EXPECT_GT(run.results.estimated_cost_impact.at("baseline").as_real(), 1e6);
  EXPECT_GT(run.results.estimated_employee_impact.at("employees_affected").as_real(), 0);
  EXPECT_EQ(run.results.projected_outcomes.at("years").size(), 5U);
  EXPECT_NE(run.simulation_data->at("simulation_results").find("year_summaries"), nullptr);
  EXPECT_EQ(run.results.sensitivity_analysis.at("elasticities").at("promotion_probability_level_5"), Json(0.0));
  EXPECT_EQ(to_json(run).dump().find("employee_ssn"), std::string::npos);
  expect_reproduced(*on_data_, run);
}

TEST_F(OnData, ThreadsChangeNoByte) {
  std::string first;
  for (const unsigned threads : {1U, 2U, 8U}) {
    DecisionOptions options;
    options.threads = threads;
    Study wanted = study(24);
    wanted.solver.algorithm = Algorithm::de;
    wanted.constraints = {budget(900e6)};
    const std::string content = content_of(on_data_->run(wanted, options));
    if (first.empty()) first = content;
    EXPECT_EQ(content, first) << threads << " threads";
  }
}

TEST_F(OnData, TuningReachesTheTarget) {
  Study tune = study(40);
  tune.kind = StudyKind::tune;
  tune.tune.target_growth = 0.03;
  tune.tune.strategy = TuningStrategy::aggressive;
  tune.objective.compensation_growth = 0.03;
  const Run run = on_data_->run(tune);
  EXPECT_EQ(run.metadata.optimization_type, "compensation_tuning");
  EXPECT_EQ(run.metadata.status, "completed") << *run.metadata.convergence_message;
  EXPECT_NE(run.results.projected_outcomes.find("tuning"), nullptr);
  expect_reproduced(*on_data_, run);
}

TEST_F(OnData, UncertaintyComparesPairs) {
  Study sure = study(10);
  sure.kind = StudyKind::uncertainty;
  sure.uncertainty.seeds = 12;
  sure.uncertainty.budget = 800e6;
  sure.levers.start.set("cola_rate", 0.03);
  const Run run = on_data_->run(sure);
  ASSERT_EQ(run.metadata.status, "completed") << *run.metadata.convergence_message;
  const Json& uncertainty = run.results.projected_outcomes.at("uncertainty");
  EXPECT_EQ(uncertainty.at("seeds"), Json(12));
  EXPECT_EQ(uncertainty.at("plan").size(), 5U);
  EXPECT_EQ(uncertainty.at("difference").size(), 5U);
  EXPECT_FALSE(uncertainty.at("tornado").is_null());
  expect_reproduced(*on_data_, run);
}

}  // namespace
}  // namespace planwise
