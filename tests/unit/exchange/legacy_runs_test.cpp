#include "exchange/legacy.h"

#include <gtest/gtest.h>

#include <set>

#include "exchange/pickle_writer.h"
#include "legacy_fixtures.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

using testing::legacy_file;
using testing::pickle_fixtures;
using testing::same_json;

const LegacySource new_york{"America/New_York"};

Json parse(const char* text) { return Json::parse(text); }
Run one(const Json& document) {
  auto runs = runs_from_legacy(document, new_york);
  EXPECT_EQ(runs.size(), 1U);
  return runs.at(0);
}
std::string refusal(const Json& document) {
  try {
    (void)runs_from_legacy(document, new_york);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "accepted";
}

const Json* kept(const Run& run, std::string_view key) {
  const Json* legacy = run.configuration.algorithm_config.find("legacy");
  return legacy == nullptr ? nullptr : legacy->find(key);
}

// Every value of a flat entry stands somewhere in the run.
void expect_flat(const Json& entry, const Run& run) {
  const Json document = Json::parse(to_json(run).dump());  // non-finite numbers as their names
  for (const auto& [key, value] : entry.as_object()) {
    SCOPED_TRACE(key);
    const Json* found = nullptr;
    for (const auto section : {"metadata", "configuration", "results"})
      if (found == nullptr) found = document.at(section).find(key);
    if (key == "created_at" || key == "saved_at") {
      EXPECT_EQ(run.metadata.created_at, parse_time(value.as_string(), new_york.zone));
    } else if (key == "tags") {
      for (const Json& tag : value.as_array())
        EXPECT_TRUE(std::ranges::find(run.metadata.tags, tag.as_string()) != run.metadata.tags.end());
    } else if (key == "constraint_violations") {
      EXPECT_EQ(run.results.constraint_violations.size(), value.size());
      for (const auto& [name, amount] : value.as_object())
        EXPECT_NE(run.results.constraint_violations.dump().find(name + ": " + amount.dump()), std::string::npos);
    } else if (key == "parameter_sensitivities") {
      EXPECT_TRUE(value.is_null() || same_json(run.results.sensitivity_analysis, value));
    } else if (key == "risk_assessment" && value.is_string()) {
      EXPECT_EQ(run.results.risk_assessment.at("level"), value);
      EXPECT_TRUE(entry.find("risk_level") != nullptr || run.results.risk_level == value.as_string());
    } else if (key == "algorithm_config") {
      for (const auto& [name, option] : value.as_object())
        EXPECT_TRUE(same_json(run.configuration.algorithm_config.at(name), option));
    } else if (key == "error_message") {
      EXPECT_EQ(run.metadata.convergence_message, value.as_string());
    } else if (found != nullptr && !value.is_null()) {
      EXPECT_TRUE(same_json(*found, value)) << found->dump() << " != " << value.dump();
    } else if (found == nullptr) {
      const Json* legacy = kept(run, key);
      const bool spelled = run.configuration.algorithm_config.find("algorithm") != nullptr &&
                           run.configuration.algorithm_config.at("algorithm") == value;
      EXPECT_TRUE(spelled || (legacy != nullptr && same_json(*legacy, value)));
    }
  }
}

void expect_whole(const Json& plain_run, const Run& run) {
  const Json document = Json::parse(to_json(run).dump());  // non-finite numbers as their names
  for (const auto section : {"configuration", "results", "simulation_data"})
    EXPECT_TRUE(same_json(document.at(section), plain_run.at(section))) << section << document.at(section).dump();
  for (const auto& [key, value] : plain_run.at("metadata").as_object()) {
    if (key == "updated_at") continue;
    if (key.ends_with("_at") && value.is_string()) {
      EXPECT_EQ(parse_time(document.at("metadata").at(key).as_string()), parse_time(value.as_string(), new_york.zone));
    } else {
      EXPECT_TRUE(same_json(document.at("metadata").at(key), value)) << key;
    }
  }
}

TEST(LegacyRuns, HaveTheValuesOfEveryFixture) {
  int flat = 0;
  int whole = 0;
  const std::set<std::string> no_results{"cache_simulation_results", "progress_dict__p4", "empty_dict__p4",
                                         "empty_list__p0", "bare_scalars__p0"};
  for (const auto& fixture : pickle_fixtures()) {
    if (fixture.value() == nullptr) continue;
    SCOPED_TRACE(fixture.file.string());
    const std::string name = fixture.file.stem().string();
    try {
      const auto runs = runs_from_pickle(read_pickle(fixture.bytes), new_york);
      const Json& plain = *fixture.plain();
      const Json::Array entries = plain.is_array() ? plain.as_array() : Json::Array{plain};
      ASSERT_EQ(runs.size(), entries.size());
      if (name == "wrong_types__p2") continue;
      for (std::size_t i = 0; i < runs.size(); ++i) {
        const bool complete = entries[i].find("metadata") != nullptr;
        ++(complete ? whole : flat);
        complete ? expect_whole(entries[i], runs[i]) : expect_flat(entries[i], runs[i]);
      }
    } catch (const Error& error) {
      EXPECT_TRUE(no_results.contains(name) || name == "wrong_types__p2") << error.what();
    }
  }
  EXPECT_GT(flat, 70);
  EXPECT_GT(whole, 10);
}

TEST(LegacyRuns, ComeFromTheEarlierJsonAndPickleExports) {
  const Json expected = Json::parse(legacy_file("exports/exports.expected.json"));
  for (const Json& entry : expected.at("runs").as_array()) {
    const Json document = Json::parse(legacy_file("exports/" + entry.at("json").as_string()), JsonDialect::python);
    const auto run = one(document);
    EXPECT_EQ(run.metadata.run_id, entry.at("run_id").as_string());
    expect_whole(document, run);
  }
  const auto pickled = runs_from_pickle(read_pickle(legacy_file("exports/run0.pickle")), new_york);
  ASSERT_EQ(pickled.size(), 1U);
  EXPECT_EQ(content_hash(pickled[0]), content_hash(one(Json::parse(legacy_file("exports/run0.json"), JsonDialect::python))));
}

TEST(LegacyRuns, AreTheSameEachTimeAndDistinctWithinAFile) {
  const Json twice = parse(R"([{"optimal_parameters": {"a": 1}}, {"optimal_parameters": {"a": 1}}, {"scenario_id": "x"}])");
  const auto first = runs_from_legacy(twice, new_york);
  const auto second = runs_from_legacy(twice, new_york);
  ASSERT_EQ(first.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(first[i].metadata.run_id, second[i].metadata.run_id);
    EXPECT_EQ(content_hash(first[i]), content_hash(second[i]));
  }
  EXPECT_NE(first[0].metadata.run_id, first[1].metadata.run_id);
  EXPECT_EQ(first[0].metadata.scenario_id, "legacy_import");
  EXPECT_EQ(first[0].metadata.optimization_type, "manual_adjustment");
  EXPECT_EQ(first[0].metadata.tags, (std::vector<std::string>{"legacy", "imported"}));
  EXPECT_EQ(first[0].results.risk_level, std::nullopt);
}

TEST(LegacyRuns, NameTheirEngineAndNeverInventOne) {
  const auto engine = [](const char* key, const char* name) {
    const auto run = one(Json::Object{{"scenario_id", "s"}, {key, name}});
    return run.metadata.optimization_type + " " + run.metadata.optimization_engine;
  };
  EXPECT_EQ(engine("algorithm_used", "SLSQP"), "advanced_scipy scipy_slsqp");
  EXPECT_EQ(engine("algorithm", "DE"), "advanced_scipy scipy_de");
  EXPECT_EQ(engine("algorithm", "differential_evolution"), "advanced_scipy scipy_de");
  EXPECT_EQ(engine("algorithm_used", "L-BFGS-B"), "advanced_scipy scipy_lbfgsb");
  EXPECT_EQ(engine("algorithm_used", "TNC"), "advanced_scipy tnc");
  EXPECT_EQ(engine("algorithm_used", "MANUAL"), "manual_adjustment manual");
}

TEST(LegacyRuns, KeepRiskAndUnknownKeysAndBadValues) {
  // HIGH became MEDIUM on import once (known fault 26).
  EXPECT_EQ(one(parse(R"({"scenario_id": "s", "risk_assessment": "HIGH"})")).results.risk_level, "HIGH");
  EXPECT_EQ(one(parse(R"({"scenario_id": "s", "risk_assessment": {"level": "CRITICAL", "score": 1}})")).results.risk_level,
            "CRITICAL");
  const auto run = one(parse(R"({"scenario_id": "s", "iterations": 7, "initial_parameters": ["not", "a", "dict"],
      "parameter_history": {"0": 1}, "algorithm_config": "text", "evidence_report_url": null})"));
  EXPECT_EQ(*kept(run, "iterations"), Json(7));
  EXPECT_EQ(kept(run, "initial_parameters")->size(), 3U);
  EXPECT_EQ(*kept(run, "parameter_history"), parse(R"({"0": 1})"));
  EXPECT_EQ(*kept(run, "algorithm_config"), Json("text"));
  EXPECT_TRUE(run.configuration.initial_parameters.empty());
}

TEST(LegacyRuns, SayWhyAFailureFailed) {
  const auto dict = one(parse(R"({"scenario_id": "s", "optimization_failed": true, "error_message": "no point"})"));
  EXPECT_EQ(dict.metadata.status, "failed");
  EXPECT_EQ(dict.metadata.convergence_message, "no point");
  EXPECT_EQ(dict.metadata.converged, false);
  const auto runs = runs_from_pickle(read_pickle(legacy_file("pickle_model/optimization_error__pyd27__p4.pkl")), new_york);
  EXPECT_EQ(runs.at(0).metadata.status, "failed");
  EXPECT_EQ(runs.at(0).metadata.convergence_message, "no feasible point");
  const std::string request =
      "corchestrator.optimization.optimization_schemas\nOptimizationRequest\n)\x81}(\x8c\x08__dict__}(\x8c\x0bscenario_id"
      "\x8c\x02r1\x8c\x06method\x8c\x02" "DEuub.";
  const auto requests = runs_from_pickle(read_pickle(request), new_york);
  EXPECT_EQ(requests.at(0).metadata.status, "failed");
  EXPECT_EQ(requests.at(0).metadata.optimization_engine, "scipy_de");
  EXPECT_EQ(requests.at(0).metadata.converged, std::nullopt);
}

TEST(LegacyRuns, ReadTimesInTheGivenZone) {
  const auto run = one(parse(R"({"scenario_id": "s", "saved_at": "2025-07-29T12:00:00"})"));
  EXPECT_EQ(to_text(run.metadata.created_at), "2025-07-29T16:00:00Z");
  const auto aware = one(parse(R"({"scenario_id": "s", "created_at": "2025-07-29T12:00:00+09:00"})"));
  EXPECT_EQ(to_text(aware.metadata.created_at), "2025-07-29T03:00:00Z");
}

TEST(LegacyRuns, RefuseWhatIsNoResultByName) {
  EXPECT_NE(refusal(parse(R"({"year": 2026, "workforce": {}})")).find("\"year\", \"workforce\""), std::string::npos);
  EXPECT_NE(refusal(parse("{}")).find("empty object"), std::string::npos);
  EXPECT_NE(refusal(parse("3")).find("integer"), std::string::npos);
  EXPECT_NE(refusal(parse(R"([{"scenario_id": "a"}, 3])")).find("entry 1"), std::string::npos);
  EXPECT_NE(refusal(parse(R"({"scenario_id": "a", "converged": "yes"})")).find("metadata.converged"), std::string::npos);
  EXPECT_NE(refusal(parse(R"({"scenario_id": "a", "created_at": "soon"})")).find("created_at"), std::string::npos);
}

TEST(LegacyRuns, ComeBackFromOurOwnPickleWithTheSameContent) {
  auto run = one(parse(R"({"scenario_id": "s", "optimal_parameters": {"cola_rate": 0.1}, "iterations": 3})"));
  run.metadata.created_at = parse_time("2025-01-01");
  const auto back = runs_from_pickle(read_pickle(write_pickle(to_json(run))), new_york);
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(content_hash(back[0]), content_hash(run));
  EXPECT_EQ(to_json(back[0]), to_json(run));
  const Json list = Json::Object{{"format", "planwise-runs"}, {"version", 1}, {"runs", Json::Array{to_json(run), to_json(run)}}};
  EXPECT_EQ(runs_from_legacy(list, new_york).size(), 2U);
}

}  // namespace
}  // namespace planwise::exchange
