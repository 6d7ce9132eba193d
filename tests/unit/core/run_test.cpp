#include "planwise/run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "planwise/error.h"

namespace planwise {
namespace {

Run read(std::string_view text, UnknownFields unknown = UnknownFields::refuse, std::string_view zone = "UTC") {
  return run_from_json(Json::parse(text, JsonDialect::python), unknown, zone);
}

/// A run of which one field of one section is given.
std::string with(std::string_view section, std::string_view members) {
  std::string metadata = R"("scenario_id": "s")";
  if (section == "metadata") return "{\"metadata\": {" + metadata + ", " + std::string(members) + "}}";
  return "{\"metadata\": {" + metadata + "}, \"" + std::string(section) + "\": {" + std::string(members) + "}}";
}

std::string refusal(std::string_view text, UnknownFields unknown = UnknownFields::refuse) {
  try {
    (void)read(text, unknown);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << error.what();
    return error.what();
  }
  return "accepted";
}

Run full_run() {
  return read(R"({
    "metadata": {"run_id": "r-1", "scenario_id": "merit \u00e9", "user_id": "u", "session_id": null,
      "optimization_type": "advanced_scipy", "optimization_engine": "scipy_de", "status": "failed",
      "created_at": "2025-07-29 20:24:00.886983", "updated_at": "2025-07-30T00:00:00Z", "completed_at": "2025-07-29",
      "random_seed": 9223372036854775807, "max_evaluations": 100.0, "timeout_minutes": "60", "use_synthetic_mode": null,
      "runtime_seconds": 1.5, "function_evaluations": 7, "converged": false, "convergence_message": "no",
      "description": "d", "tags": ["a", "b"], "business_justification": "j"},
    "configuration": {
      "objectives": [{"name": "cost", "weight": "0.5", "target_value": 3, "direction": "maximize", "description": "x"}],
      "constraints": [{"name": "cap", "constraint_type": "equality", "bounds": [0, null], "description": "y"}],
      "initial_parameters": {"cola_rate": 1, "flag": true, "text": " 2.5 ", "odd": NaN},
      "parameter_bounds": {"cola_rate": [0, "0.05"], "open": [null, Infinity]},
      "algorithm_config": {"deep": [1, {"x": null}], "big": 123456789012345678901234567890}},
    "results": {"objective_value": Infinity, "objective_breakdown": {"cost": 0.25},
      "optimal_parameters": {"cola_rate": 0.025}, "parameter_history": [{"cola_rate": 0}, {"cola_rate": 1}],
      "objective_history": [1, 0.5, NaN, null], "constraint_violations": ["late"], "parameter_warnings": [{"a": 1}],
      "risk_level": null, "risk_assessment": {"level": "HIGH"}, "estimated_cost_impact": {"total": 5},
      "estimated_employee_impact": 12, "projected_outcomes": {"2025": {"n": 1}}, "sensitivity_analysis": {"a": 1.0},
      "parameter_correlations": {"a": {"b": 0.5}}},
    "simulation_data": {"simulation_results": {"2025": {}}}, "notes": "n"})");
}

TEST(RunJson, EveryFieldSurvivesARoundTrip) {
  const planwise::Run run = full_run();
  const Json document = to_json(run);
  const planwise::Run again = run_from_json(document);
  EXPECT_EQ(to_json(again), document);
  EXPECT_EQ(content_hash(again), content_hash(run));
  EXPECT_EQ(configuration_hash(again.configuration), configuration_hash(run.configuration));
  EXPECT_EQ(to_json(run_from_json(Json::parse(document.dump()))).dump(), document.dump());
  EXPECT_EQ(content_hash(run_from_json(Json::parse(document.dump(JsonStyle::canonical)))), content_hash(run));
  EXPECT_EQ(configuration_hash(run_from_json(Json::parse(document.dump())).configuration),
            configuration_hash(run.configuration));
}

TEST(RunJson, CoercesNumbersWhereTheyBelong) {
  const planwise::Run run = full_run();
  EXPECT_EQ(run.metadata.random_seed, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(run.metadata.max_evaluations, 100);
  EXPECT_EQ(run.metadata.timeout_minutes, 60);
  EXPECT_EQ(run.metadata.use_synthetic_mode, std::nullopt);
  EXPECT_EQ(run.metadata.converged, false);
  EXPECT_DOUBLE_EQ(run.configuration.objectives.at(0).weight, 0.5);
  EXPECT_EQ(run.configuration.initial_parameters.at("cola_rate"), Json(1.0));
  EXPECT_EQ(run.configuration.initial_parameters.at("flag"), Json(1.0));
  EXPECT_EQ(run.configuration.initial_parameters.at("text"), Json(2.5));
  EXPECT_TRUE(std::isnan(run.configuration.initial_parameters.at("odd").as_real()));
  EXPECT_EQ(run.configuration.parameter_bounds.at("cola_rate"), (Json(Json::Array{0.0, 0.05})));
  EXPECT_EQ(run.configuration.constraints.at(0).bounds, (Json(Json::Array{0, nullptr})));
  EXPECT_EQ(run.results.risk_level, std::nullopt);
  EXPECT_EQ(run.results.objective_value, std::numeric_limits<double>::infinity());
}

TEST(RunJson, MissingFieldsTakeTheirDefaults) {
  const planwise::Run run = read(R"({"metadata": {"scenario_id": "s"}})");
  EXPECT_EQ(to_json(run), to_json(read(R"({"metadata": {"scenario_id": "s", "description": null, "created_at": null},
                                         "configuration": null, "results": {"risk_assessment": null}, "simulation_data": null})")));
  EXPECT_EQ(run.metadata.status, "completed");
  EXPECT_EQ(run.metadata.use_synthetic_mode, false);
  EXPECT_FALSE(run.results.risk_level) << "a risk that nobody stated is not MEDIUM (known fault 14)";
  EXPECT_EQ(run.metadata.created_at, Timestamp{});
  EXPECT_EQ(to_json(run).at("metadata").size(), 21U);
  EXPECT_EQ(to_json(run).at("results").size(), 14U);
  EXPECT_TRUE(to_json(run).at("metadata").at("created_at").is_null());
}

TEST(RunJson, ReadsTimesWithoutAnOffsetInTheZoneGiven) {
  const std::string text =
      with("metadata", R"("created_at": "2025-07-29 20:24:00", "completed_at": "2025-07-29T20:24:00Z")");
  const planwise::Run run = read(text, UnknownFields::refuse, "America/New_York");
  EXPECT_EQ(to_text(run.metadata.created_at), "2025-07-30T00:24:00Z");
  EXPECT_EQ(to_text(*run.metadata.completed_at), "2025-07-29T20:24:00Z");
}

TEST(RunJson, RefusalsNamePathValueAndWhatIsAllowed) {
  const std::tuple<std::string_view, std::string_view, std::string_view> cases[] = {
      {"metadata", R"("random_seed": 1.5)", "metadata.random_seed is 1.5; expected an integer within 64 bits"},
      {"metadata", R"("random_seed": true)", "metadata.random_seed is true; expected an integer"},
      {"metadata", R"("random_seed": 9223372036854775808)", "metadata.random_seed is 9223372036854775808; expected"},
      {"metadata", R"("random_seed": "12x")", "metadata.random_seed is \"12x\"; expected"},
      {"metadata", R"("tags": "a")", "metadata.tags is \"a\"; expected an array of texts"},
      {"metadata", R"("tags": ["a", 1])", "metadata.tags[1] is 1; expected text"},
      {"metadata", R"("status": "")", "metadata.status is \"\"; expected text that is not empty"},
      {"metadata", R"("converged": "maybe")", "metadata.converged is \"maybe\"; expected true or false"},
      {"metadata", R"("created_at": "yesterday")", "metadata.created_at: time \"yesterday\" is not allowed"},
      {"metadata", R"("created_at": 5)", "metadata.created_at is 5; expected a time as text"},
      {"metadata", R"("run_id": "a\nb")", "metadata.run_id is \"a\\nb\"; expected"},
      {"metadata", R"("user_id": 5)", "metadata.user_id is 5; expected text"},
      {"metadata", R"("scenario": "x")", "metadata.\"scenario\" is no field of metadata; did you mean scenario_id?"},
      {"results", R"("optimal_parameters": {"a": {"b": 1}})",
       "results.optimal_parameters.a is an object of 1; expected a number"},
      {"results", R"("optimal_parameters": {"a": "x"})", "results.optimal_parameters.a is \"x\"; expected a number"},
      {"results", R"("objective_value": [])", "results.objective_value is an array of 0; expected a number"},
      {"results", R"("objective_history": [1, "x"])", "results.objective_history[1] is \"x\"; expected"},
      {"results", R"("parameter_history": [{"a": null}])", "results.parameter_history[0].a is null; expected a number"},
      {"results", R"("estimated_cost_impact": "much")",
       "results.estimated_cost_impact is \"much\"; expected an object"},
      {"configuration", R"("objectives": [{"weight": "x"}])",
       "configuration.objectives[0].weight is \"x\"; expected a number"},
      {"configuration", R"("objectives": [1])", "configuration.objectives[0] is 1; expected an object"},
      {"configuration", R"("constraints": [{"bounds": [1]}])",
       "configuration.constraints[0].bounds is an array of 1; expected"},
      {"configuration", R"("parameter_bounds": {"a": 1})", "configuration.parameter_bounds.a is 1; expected"},
      {"configuration", R"("algorithm_config": [])",
       "configuration.algorithm_config is an array of 0; expected an object"},
  };
  for (const auto& [section, members, message] : cases) {
    EXPECT_TRUE(refusal(with(section, members)).starts_with(message))
        << members << ": " << refusal(with(section, members));
  }
  EXPECT_EQ(refusal("[]"), "run is an array of 0; expected an object");
  EXPECT_EQ(refusal("{}"), "metadata.scenario_id is missing; expected text");
  EXPECT_EQ(refusal(R"({"metadata": {"scenario_id": ""}})"),
            "metadata.scenario_id is \"\"; expected text that is not empty");
  EXPECT_NE(refusal(with("metadata", R"("run_id": ")" + std::string(201, 'x') + "\"")).find("200"), std::string::npos);
  std::string wide;
  for (int count = 0; count < 200; ++count) wide += "\u00e9";
  EXPECT_EQ(refusal(with("metadata", R"("run_id": ")" + wide + "\"")), "accepted");
}

TEST(RunJson, KeepsUnknownFieldsWhereOlderFilesPutThem) {
  const std::string text = R"({"metadata": {"scenario_id": "s", "team": "hr", "tags": ["a", 1, null], "user_id": 5},
    "configuration": {"algorithm_config": {"legacy": {"first": 1, "team": "hr"}}, "objectives": {"cost": 1},
      "constraints": [{"name": "c", "bounds": "tight", "hard": true}]},
    "results": {"optimal_parameters": {"merit": {"1": 0.5}, "cola_rate": "x", "list": [1, {"a": "2"}]}, "team": 2,
      "estimated_cost_impact": "much", "constraint_violations": {"cap": 1.5}},
    "simulation_data": [1], "extra": {"x": 1}})";
  const planwise::Run run = read(text, UnknownFields::keep);
  EXPECT_EQ(run.configuration.algorithm_config.at("legacy"), Json::parse(R"({"first": 1, "team": "hr",
    "objectives": {"cost": 1}, "hard": true, "results.team": 2, "simulation_data": [1], "extra": {"x": 1}})"));
  EXPECT_EQ(run.results.optimal_parameters,
            Json::parse(R"({"merit": {"1": 0.5}, "cola_rate": "x", "list": [1, {"a": "2"}]})"));
  EXPECT_EQ(run.configuration.constraints.at(0).bounds, Json("tight"));
  EXPECT_EQ(run.metadata.tags, (std::vector<std::string>{"a", "1", "null"}));
  EXPECT_EQ(run.metadata.user_id, "5");
  EXPECT_EQ(run.results.estimated_cost_impact, Json("much"));
  EXPECT_EQ(run.simulation_data, std::nullopt);
  EXPECT_EQ(content_hash(read(to_json(run).dump(), UnknownFields::keep)), content_hash(run));
}

TEST(RunJson, KeepingStillRefusesWrongTypesOfKnownFields) {
  EXPECT_NE(refusal(with("metadata", R"("random_seed": "x")"), UnknownFields::keep), "accepted");
  EXPECT_NE(refusal(R"({"metadata": 1})", UnknownFields::keep), "accepted");
}

TEST(ContentHash, IgnoresAnnotationsTimesOfRecordAndOrder) {
  const planwise::Run run = full_run();
  planwise::Run other = run;
  other.metadata.created_at = now();
  other.metadata.updated_at = now();
  other.metadata.tags = {};
  other.metadata.description = "other";
  other.notes = "other";
  auto& algorithm = other.configuration.algorithm_config.as_object();
  std::swap(algorithm.front(), algorithm.back());
  EXPECT_EQ(content_hash(other), content_hash(run));
}

TEST(ContentHash, ChangesWithEveryOtherField) {
  const planwise::Run run = full_run();
  const Json document = to_json(run);
  for (const auto& [section, fields] : document.as_object()) {
    if (section == "notes" || section == "simulation_data") continue;
    for (const auto& [field, value] : fields.as_object()) {
      if (field == "created_at" || field == "updated_at" || field == "tags" || field == "description") continue;
      Json changed = document;
      if (value.is_null())
        changed.find(section)->set(field, field == "use_synthetic_mode" ? Json(true) : Json("1"));
      else
        changed.find(section)->erase(field);
      if (field == "scenario_id") changed.find(section)->set(field, "other");
      EXPECT_NE(content_hash(run_from_json(changed)), content_hash(run)) << section << '.' << field;
    }
  }
}

TEST(ContentHash, TakesNumbersAndTagsInAnySpelling) {
  planwise::Run run = full_run();
  const std::string before = content_hash(run);
  run.configuration.initial_parameters.set("cola_rate", 1);
  run.configuration.initial_parameters.set("odd", "NaN");
  run.results.objective_history.as_array()[0] = 1;
  EXPECT_EQ(content_hash(run), before);
  run.configuration.algorithm_config.set("real", std::numeric_limits<double>::infinity());
  const std::string with_real = content_hash(run);
  const std::string configuration = configuration_hash(run.configuration);
  run.configuration.algorithm_config.set("real", "Infinity");
  EXPECT_EQ(content_hash(run), with_real);
  EXPECT_EQ(configuration_hash(run.configuration), configuration);
  run.results.risk_assessment = Json();
  const std::string with_null = content_hash(run);
  run.results.risk_assessment = Json::object();
  EXPECT_EQ(content_hash(run), with_null);
}

TEST(ConfigurationHash, IsThatOfTheEarlierImplementation) {
  Configuration advanced;
  advanced.objectives = {{"cost", 0.5, std::nullopt, "minimize", "Total compensation cost optimization"},
                         {"equity", 0.3, std::nullopt, "minimize", "Compensation equity across levels"},
                         {"targets", 0.2, std::nullopt, "minimize", "Workforce growth target achievement"}};
  advanced.initial_parameters = Json::parse(R"({"a": 1})");
  advanced.algorithm_config = Json::parse(R"({"algorithm": "L-BFGS-B", "use_synthetic": true})");
  EXPECT_EQ(configuration_hash(advanced), "7d58d927c727379cca40a2625818f1d7");

  Configuration tuning;
  tuning.initial_parameters = Json::parse(R"({"merit_rate_level_1": 0.045, "cola_rate": 0.025})");
  tuning.algorithm_config = Json::parse(
      R"({"apply_mode": "All Years", "target_years": [2025, 2026, 2027, 2028, 2029], "execution_method": "dagster"})");
  EXPECT_EQ(configuration_hash(tuning), "c894a18b0088bfc7a72ee60152a027a9");
}

TEST(IsFinished, KnowsTheThreeFinalStates) {
  for (const auto status : known_statuses) EXPECT_EQ(is_finished(status), status != "draft" && status != "running");
  EXPECT_FALSE(is_finished("on_hold"));
}

}  // namespace
}  // namespace planwise
