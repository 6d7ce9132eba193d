// Studies over a real simulation: what they tell of costs, people and years.
#include <cmath>
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

TEST_F(OnData, WithinThePayCapWhatIsWeighedIsWhatIsShown) {
  Study within = study(20);
  within.objective.within_pay_cap = true;
  const Run run = on_data_->run(within);
  const auto sum = [&](const Json& breakdown) {
    return 0.4 * breakdown.at("cost_normalised").as_real() + 0.3 * breakdown.at("equity_normalised").as_real() +
           0.3 * breakdown.at("targets_normalised").as_real();
  };
  const Json& best = run.results.objective_breakdown;
  EXPECT_NEAR(sum(best), best.at("normalised_total").as_real(), 1e-12);
  const Json& start = run.results.projected_outcomes.at("start").at("objective_breakdown");
  EXPECT_NEAR(start.at("cost_normalised").as_real(), 1, 1e-12);
  EXPECT_NEAR(start.at("equity_normalised").as_real(), 1, 1e-12);
  Study front = study(150);
  front.kind = StudyKind::pareto;
  front.pareto = {"cost", "equity"};
  front.objective.within_pay_cap = true;
  const Json found = on_data_->run(front).results.projected_outcomes.at("front");
  double cost = 0, points = 0;
  for (const Json& step : found.at("price_of_equity").at("steps").as_array()) {
    const auto goal = [&](const char* at, const char* name) {
      for (const Json& point : found.at("points").as_array()) {
        if (point.at("evaluation") == step.at(at)) return point.at("goals").at(name).as_real();
      }
      return std::nan("");
    };
    cost += (goal("to_evaluation", "cost") - goal("from_evaluation", "cost")) * 1e6;
    points += (goal("from_evaluation", "equity") - goal("to_evaluation", "equity")) * 100;
  }
  EXPECT_NEAR(found.at("price_of_equity").at("money_per_point").as_real(), cost / points,
              std::abs(cost / points) * 1e-9);
  front.pareto = {"cost", "growth"};
  EXPECT_TRUE(on_data_->run(front).results.projected_outcomes.at("front").at("price_of_equity").is_null());
}

TEST_F(OnData, SlopesOfTheSimulatorHaveIntervals) {
  Study local = study(200);
  local.kind = StudyKind::sensitivity;
  local.sensitivity.method = "local";
  local.sensitivity.max_evaluations = 200;
  const Run run = on_data_->run(local);
  EXPECT_NE(run.results.sensitivity_analysis.dump().find("\"low\":"), std::string::npos);
  EXPECT_LE(*run.metadata.function_evaluations, 35);
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
