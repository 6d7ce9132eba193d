#include "planwise/compare.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "planwise/error.h"

namespace planwise {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

planwise::Run run_named(const std::string& id, std::optional<double> objective = std::nullopt) {
  planwise::Run run;
  run.metadata.run_id = id;
  run.metadata.scenario_id = "scenario_" + id;
  run.results.objective_value = objective;
  return run;
}

planwise::Run run_with(const std::string& id, std::string_view parameters) {
  planwise::Run run = run_named(id);
  run.results.optimal_parameters = Json::parse(parameters);
  return run;
}

const ComparedField* field_at(const Comparison& comparison, std::string_view path) {
  for (const ComparedField& field : comparison.fields) {
    if (field.path == path) return &field;
  }
  return nullptr;
}

const ComparedField& parameter(const Comparison& comparison, const std::string& name) {
  const ComparedField* field = field_at(comparison, "results.optimal_parameters." + name);
  if (field == nullptr) throw std::runtime_error("no field " + name);
  return *field;
}

void declare(planwise::Run& run, const std::string& name, const std::string& direction) {
  Objective objective;
  objective.name = name;
  objective.direction = direction;
  run.configuration.objectives.push_back(objective);
}

TEST(Compare, ShowsOnlyWhatDiffersAndCountsTheRest) {
  const Comparison some =
      compare({run_with("a", R"({"x": 1.0, "y": 2.0})"), run_with("b", R"({"x": 1.0, "y": 3.0})")}, {});
  EXPECT_EQ(field_at(some, "results.optimal_parameters.x"), nullptr);
  EXPECT_TRUE(parameter(some, "y").differs);
  EXPECT_GT(some.same_count, 20U);
  CompareOptions options;
  options.rows = Rows::all;
  const Comparison all =
      compare({run_with("a", R"({"x": 1.0, "y": 2.0})"), run_with("b", R"({"x": 1.0, "y": 3.0})")}, options);
  EXPECT_FALSE(parameter(all, "x").differs);
  EXPECT_EQ(all.fields.size(), some.fields.size() + some.same_count);
  EXPECT_EQ(all.same_count, 0U);
}

TEST(Compare, IdentityAndTimesOfWritingAreNoFields) {
  planwise::Run a = run_named("a");
  planwise::Run b = run_named("b");
  b.metadata.scenario_id = a.metadata.scenario_id;
  b.metadata.created_at = {5};
  b.metadata.updated_at = {6};
  EXPECT_TRUE(compare({a, b}, {}).fields.empty());
}

TEST(Compare, MissingNullAndZeroAreThreeDifferentThings) {
  const Comparison result =
      compare({run_with("a", R"({"x": 0.0})"), run_with("b", R"({"x": null})"), run_with("c", R"({})")}, {});
  const ComparedField& x = parameter(result, "x");
  EXPECT_FALSE(x.values[0].missing);
  EXPECT_EQ(x.values[0].value, Json(0.0));
  EXPECT_FALSE(x.values[1].missing);
  EXPECT_TRUE(x.values[1].value.is_null());
  EXPECT_TRUE(x.values[2].missing);
  EXPECT_EQ(x.values[1].delta, std::nullopt);
  EXPECT_EQ(x.values[2].delta, std::nullopt);
  EXPECT_TRUE(compare({run_with("a", R"({"x": null})"), run_with("b", R"({})")}, {}).fields.at(1).differs);
}

TEST(Compare, DeltaAndPercentAreAgainstTheBaseline) {
  CompareOptions options;
  options.baseline = 1;
  const Comparison result = compare(
      {run_with("a", R"({"x": 1.0})"), run_with("b", R"({"x": -4})"), run_with("c", R"({"x": "text"})")}, options);
  const ComparedField& x = parameter(result, "x");
  EXPECT_EQ(result.baseline, 1U);
  EXPECT_EQ(x.values[0].delta, 5.0);
  EXPECT_EQ(x.values[0].percent, 1.25);
  EXPECT_EQ(x.values[1].delta, 0.0);
  EXPECT_EQ(x.values[2].delta, std::nullopt);
}

TEST(Compare, BaselineOfZeroHasADeltaAndNoPercent) {
  const Comparison result = compare({run_with("a", R"({"x": 0.0})"), run_with("b", R"({"x": 0.5})")}, {});
  EXPECT_EQ(parameter(result, "x").values[1].delta, 0.5);
  EXPECT_EQ(parameter(result, "x").values[1].percent, std::nullopt);
}

TEST(Compare, NonFiniteNumbersHaveNoDelta) {
  const Comparison result = compare({run_named("a", 1.0), run_named("b", nan), run_named("c", infinity)}, {});
  const ComparedField* field = field_at(result, "results.objective_value");
  ASSERT_NE(field, nullptr);
  EXPECT_EQ(field->values[1].delta, std::nullopt);
  EXPECT_EQ(field->values[2].delta, std::nullopt);
  EXPECT_EQ(field_at(compare({run_named("a", nan), run_named("b", nan)}, {}), "results.objective_value"), nullptr);
}

TEST(Compare, DifferencesWithinTheToleranceDoNotCount) {
  const std::vector<planwise::Run> runs{run_with("a", R"({"x": 1.0, "l": [1.0, 2.0]})"),
                                        run_with("b", R"({"x": 1.001, "l": [1.0, 2.001]})")};
  CompareOptions absolute;
  absolute.absolute_tolerance = 0.0011;
  EXPECT_EQ(field_at(compare(runs, absolute), "results.optimal_parameters.x"), nullptr);
  EXPECT_EQ(field_at(compare(runs, absolute), "results.optimal_parameters.l"), nullptr);
  CompareOptions relative;
  relative.relative_tolerance = 0.0005;
  EXPECT_TRUE(parameter(compare(runs, relative), "x").differs);
  relative.relative_tolerance = 0.002;
  EXPECT_EQ(field_at(compare(runs, relative), "results.optimal_parameters.x"), nullptr);
}

TEST(Compare, IntegersAndRealsOfTheSameNumberAreTheSame) {
  EXPECT_EQ(field_at(compare({run_with("a", R"({"x": 1})"), run_with("b", R"({"x": 1.0})")}, {}),
                     "results.optimal_parameters.x"),
            nullptr);
}

TEST(Compare, SeedsBeyondFiftyThreeBitsAreToldApart) {
  planwise::Run a = run_named("a");
  planwise::Run b = run_named("b");
  a.metadata.random_seed = 9007199254740993;
  b.metadata.random_seed = 9007199254740992;
  EXPECT_NE(field_at(compare({a, b}, {}), "metadata.random_seed"), nullptr);
}

TEST(Compare, NestedKeysStandByPath) {
  planwise::Run a = run_named("a");
  planwise::Run b = run_named("b");
  a.configuration.algorithm_config =
      Json::parse(R"({"outer": {"in.ner": 1, "say \"hi\"": 1}, "steps": [{"n": 1}, {"n": 2}], "plain": [1, 2]})");
  b.configuration.algorithm_config = Json::parse(
      R"({"outer": {"in.ner": 2, "say \"hi\"": 2}, "steps": [{"n": 1}, {"n": 3}, {"n": 4}], "plain": [1, 3]})");
  const Comparison result = compare({a, b}, {});
  EXPECT_NE(field_at(result, R"(configuration.algorithm_config.outer."in.ner")"), nullptr);
  EXPECT_NE(field_at(result, R"(configuration.algorithm_config.outer."say \"hi\"")"), nullptr);
  EXPECT_EQ(field_at(result, "configuration.algorithm_config.steps[0].n"), nullptr);
  EXPECT_NE(field_at(result, "configuration.algorithm_config.steps[1].n"), nullptr);
  ASSERT_NE(field_at(result, "configuration.algorithm_config.steps[2].n"), nullptr);
  EXPECT_TRUE(field_at(result, "configuration.algorithm_config.steps[2].n")->values[0].missing);
  ASSERT_NE(field_at(result, "configuration.algorithm_config.plain"), nullptr);
}

TEST(Compare, LongHistoriesAreOneField) {
  planwise::Run a = run_named("a");
  planwise::Run b = run_named("b");
  for (int i = 0; i < 65; ++i) {
    Json step = Json::object();
    step.set("cola_rate", i);
    a.results.parameter_history.push_back(step);
  }
  b.results.parameter_history.push_back(a.results.parameter_history.at(0));
  const Comparison result = compare({a, b}, {});
  ASSERT_NE(field_at(result, "results.parameter_history"), nullptr);
  EXPECT_EQ(field_at(result, "results.parameter_history[0].cola_rate"), nullptr);
}

TEST(Compare, NullBesideAnObjectIsOneField) {
  planwise::Run a = run_named("a");
  planwise::Run b = run_named("b");
  b.results.estimated_cost_impact = Json::parse(R"({"total": 5})");
  const Comparison result = compare({a, b}, {});
  ASSERT_NE(field_at(result, "results.estimated_cost_impact"), nullptr);
  EXPECT_TRUE(field_at(result, "results.estimated_cost_impact")->values[0].value.is_null());
  EXPECT_FALSE(field_at(result, "results.estimated_cost_impact")->values[0].missing);
}

TEST(Compare, AbsentSimulationDataIsMissingNotNull) {
  planwise::Run a = run_named("a");
  planwise::Run b = run_named("b");
  b.simulation_data = Json::parse(R"({"simulation_results": {"growth": 1}})");
  const Comparison result = compare({a, b}, {});
  ASSERT_NE(field_at(result, "simulation_data.simulation_results.growth"), nullptr);
  EXPECT_TRUE(field_at(result, "simulation_data.simulation_results.growth")->values[0].missing);
}

TEST(Compare, RefusesWhatCannotBeCompared) {
  const std::vector<planwise::Run> two{run_named("a"), run_named("b")};
  CompareOptions options;
  EXPECT_THROW((void)compare({run_named("a")}, {}), Error);
  options.baseline = 2;
  EXPECT_THROW((void)compare(two, options), Error);
  options = {};
  options.absolute_tolerance = -1;
  EXPECT_THROW((void)compare(two, options), Error);
  options = {};
  options.relative_tolerance = nan;
  EXPECT_THROW((void)compare(two, options), Error);
}

TEST(Compare, Fault27_DirectionDecidesWhichRunIsBest) {
  std::vector<planwise::Run> runs{run_named("a", 0.5), run_named("b", 0.0), run_named("c"), run_named("d", nan)};
  ComparedObjective total = compare(runs, {}).objectives.at(0);
  EXPECT_EQ(total.direction, "minimize");
  EXPECT_EQ(total.best, 1U);   // 0.0 can be best
  EXPECT_EQ(total.worst, 0U);  // and a run without a value is not the worst
  for (planwise::Run& run : runs) declare(run, "equity", "maximize");
  total = compare(runs, {}).objectives.at(0);
  EXPECT_EQ(total.direction, "maximize");
  EXPECT_EQ(total.best, 0U);
  EXPECT_EQ(total.worst, 1U);
}

TEST(Compare, TermsHaveTheirOwnDirection) {
  std::vector<planwise::Run> runs{run_named("a", 1), run_named("b", 2)};
  for (planwise::Run& run : runs) {
    declare(run, "cost", "minimize");
    declare(run, "equity", "maximize");
  }
  runs[0].results.objective_breakdown = Json::parse(R"({"cost": 1, "equity": 5})");
  runs[1].results.objective_breakdown = Json::parse(R"({"equity": 7, "cost": 0})");
  const auto objectives = compare(runs, {}).objectives;
  ASSERT_EQ(objectives.size(), 3U);
  EXPECT_EQ(objectives[0].direction, "minimize");  // a weighted sum
  EXPECT_EQ(objectives[1].name, "cost");
  EXPECT_EQ(objectives[1].best, 1U);
  EXPECT_EQ(objectives[2].name, "equity");
  EXPECT_EQ(objectives[2].best, 1U);
}

TEST(Compare, DisagreeingDirectionsLeaveNobodyBest) {
  std::vector<planwise::Run> runs{run_named("a", 1), run_named("b", 2)};
  declare(runs[0], "x", "minimize");
  declare(runs[1], "x", "maximize");
  const ComparedObjective total = compare(runs, {}).objectives.at(0);
  EXPECT_TRUE(total.directions_disagree);
  EXPECT_EQ(total.best, std::nullopt);
  EXPECT_EQ(total.worst, std::nullopt);
}

TEST(Compare, TiesGoToTheFirst) {
  const ComparedObjective total = compare({run_named("a", 1), run_named("b", 1)}, {}).objectives.at(0);
  EXPECT_EQ(total.best, 0U);
  EXPECT_EQ(total.worst, 0U);
}

TEST(Compare, AThousandRunsWithAllLeversTakeLessThanASecond) {
  std::vector<planwise::Run> runs;
  for (int i = 0; i < 1000; ++i) {
    planwise::Run run = run_named(std::to_string(i), i);
    for (std::string_view lever : lever_names) run.results.optimal_parameters.set(lever, i * 0.001);
    runs.push_back(std::move(run));
  }
  const auto start = std::chrono::steady_clock::now();
  const Comparison result = compare(runs, {});
  const auto elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_GE(result.fields.size(), 18U);
  EXPECT_LT(elapsed, std::chrono::seconds(1));
}

TEST(Compare, JsonHasEveryField) {
  const Json json = to_json(compare({run_with("a", R"({"x": 1.0})"), run_with("b", R"({})")}, {}));
  EXPECT_EQ(json.at("run_ids").dump(), R"(["a","b"])");
  EXPECT_EQ(
      json.at("fields").at(1).dump(),
      R"({"path":"results.optimal_parameters.x","differs":true,"values":[{"missing":false,"value":1.0,"delta":0.0,"percent":0.0},)"
      R"({"missing":true,"value":null,"delta":null,"percent":null}]})");
  EXPECT_EQ(json.at("objectives").at(0).at("best"), Json());
}

TEST(ChangedFields, NamesOldAndNewByPath) {
  const Json before = Json::parse(R"({"a": {"b": 1, "c": 2}, "gone": null, "list": [1, 2]})");
  const Json after = Json::parse(R"({"list": [1, 3], "a": {"b": 1.0, "c": 2}, "new": 0})");
  const auto changes = changed_fields(before, after);
  ASSERT_EQ(changes.size(), 4U);
  EXPECT_EQ(changes[0].path, "a.b");  // 1 became 1.0
  EXPECT_EQ(changes[1].path, "gone");
  EXPECT_EQ(changes[1].old_value, Json());
  EXPECT_EQ(changes[1].new_value, std::nullopt);
  EXPECT_EQ(changes[2].path, "list");
  EXPECT_EQ(changes[3].path, "new");
  EXPECT_EQ(changes[3].old_value, std::nullopt);
  EXPECT_EQ(changes[3].new_value, Json(0));
  EXPECT_TRUE(changed_fields(before, before).empty());
}

}  // namespace
}  // namespace planwise
