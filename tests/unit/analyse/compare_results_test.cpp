#include <gtest/gtest.h>

#include <limits>

#include "planwise/compare.h"

namespace planwise {
namespace {

planwise::Run run_named(const std::string& id, std::optional<double> objective, std::string_view parameters = "{}") {
  planwise::Run run;
  run.metadata.run_id = id;
  run.metadata.scenario_id = "s_" + id;
  run.results.objective_value = objective;
  run.results.optimal_parameters = Json::parse(parameters);
  return run;
}

TEST(CompareResults, HasTheShapeCallersRead) {
  planwise::Run a = run_named("a", 0.25, R"({"x": 1.0})");
  a.metadata.created_at = parse_time("2025-07-01T10:00:00Z");
  a.results.objective_breakdown = Json::parse(R"({"cost": 0.25})");
  a.results.risk_level = "LOW";
  const planwise::Run b = run_named("b", 0.5, R"({"x": 3.0})");
  const Json result = compare_results({a, b});
  EXPECT_EQ(result.at("run_count"), Json(2));
  EXPECT_EQ(
      result.at("run_metadata").at(0).dump(),
      R"({"run_id":"a","scenario_id":"s_a","optimization_type":"manual_adjustment","created_at":"2025-07-01T10:00:00Z",)"
      R"("objective_value":0.25,"risk_level":"LOW"})");
  EXPECT_EQ(
      result.at("parameter_comparison").dump(),
      R"({"x":{"values":[{"run_id":"a","value":1.0,"scenario":"s_a"},{"run_id":"b","value":3.0,"scenario":"s_b"}],)"
      R"("min":1.0,"max":3.0,"variance":1.0}})");
  EXPECT_EQ(result.at("objective_comparison").at("objectives").at(0).dump(),
            R"({"run_id":"a","scenario":"s_a","objective_value":0.25,"breakdown":{"cost":0.25}})");
  EXPECT_EQ(result.at("objective_comparison").at("best_run"), Json("a"));
  EXPECT_EQ(result.at("objective_comparison").at("worst_run"), Json("b"));
  EXPECT_EQ(result.at("risk_comparison").dump(),
            R"({"LOW":[{"run_id":"a","scenario":"s_a"}],"UNKNOWN":[{"run_id":"b","scenario":"s_b"}]})");
}

TEST(CompareResults, WithoutARunThereIsAnError) { EXPECT_TRUE(compare_results({}).at("error").is_string()); }

TEST(CompareResults, OneRunIsEnough) {
  EXPECT_EQ(compare_results({run_named("a", 1)}).at("objective_comparison").at("best_run"), Json("a"));
}

TEST(CompareResults, Fault5_ParameterMissingOrNullInAllRunsIsNoFailure) {
  const Json result = compare_results({run_named("a", 1, R"({"x": null})"), run_named("b", 2)});
  const Json& x = result.at("parameter_comparison").at("x");
  EXPECT_EQ(x.at("min"), Json());
  EXPECT_EQ(x.at("max"), Json());
  EXPECT_EQ(x.at("variance"), Json());
  EXPECT_EQ(x.at("values").size(), 2U);
}

TEST(CompareResults, Fault5_ObjectiveOfExactlyZeroIsAValue) {
  const Json result = compare_results({run_named("a", 0.0), run_named("b", 1.0)});
  EXPECT_EQ(result.at("objective_comparison").at("objectives").at(0).at("objective_value"), Json(0.0));
  EXPECT_EQ(result.at("run_metadata").at(0).at("objective_value"), Json(0.0));
}

TEST(CompareResults, Fault27_ZeroIsBestARunWithoutValueIsNotWorst) {
  const Json result = compare_results({run_named("a", 1.0), run_named("b", std::nullopt), run_named("c", 0.0)});
  EXPECT_EQ(result.at("objective_comparison").at("best_run"), Json("c"));
  EXPECT_EQ(result.at("objective_comparison").at("worst_run"), Json("a"));
}

TEST(CompareResults, Fault27_DirectionIsHonoured) {
  std::vector<planwise::Run> runs{run_named("a", 1.0), run_named("b", 0.0)};
  for (planwise::Run& run : runs) {
    Objective objective;
    objective.name = "equity";
    objective.direction = "maximize";
    run.configuration.objectives.push_back(objective);
  }
  EXPECT_EQ(compare_results(runs).at("objective_comparison").at("best_run"), Json("a"));
}

TEST(CompareResults, NoValueAnywhereMeansNobodyIsBest) {
  const Json result =
      compare_results({run_named("a", std::nullopt), run_named("b", std::numeric_limits<double>::quiet_NaN())});
  EXPECT_EQ(result.at("objective_comparison").at("best_run"), Json());
  EXPECT_EQ(result.at("objective_comparison").at("worst_run"), Json());
}

}  // namespace
}  // namespace planwise
