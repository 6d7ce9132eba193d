// What saving finds out about a run's levers, and that it changes nothing else.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "planwise/error.h"
#include "planwise/levers.h"
#include "planwise/results_manager.h"
#include "sample_runs.h"
#include "temp_folder.h"

namespace planwise {
namespace {

namespace fs = std::filesystem;
using planwise::testing::full_run;
using planwise::testing::TempFolder;

ManagerOptions options_for(const fs::path& database) {
  ManagerOptions options;
  options.database = database;
  options.actor = "tester";
  return options;
}

Run run_with(std::initializer_list<std::pair<const char*, double>> levers, const std::string& id = "run-1") {
  planwise::Run run;
  run.metadata.run_id = id;
  run.metadata.scenario_id = "merit_2026";
  for (const auto& [name, value] : levers) run.results.optimal_parameters.set(name, value);
  return run;
}

TEST(RiskOnSave, Fault14_RiskComesFromTheLeversAndSeedAndEvaluationsAreKept) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  planwise::Run calm = run_with({{"cola_rate", 0.025}}, "calm");
  calm.metadata.random_seed = 42;
  calm.metadata.max_evaluations = 200;
  manager.save(calm);
  manager.save(run_with({{"merit_rate_level_1", 0.09}, {"cola_rate", 0.03}}, "middling"));
  manager.save(run_with({{"merit_rate_level_1", 0.1}, {"merit_rate_level_5", 0.03}, {"cola_rate", 0.05}}, "bold"));
  EXPECT_EQ(manager.load("calm").results.risk_level, "LOW");
  EXPECT_EQ(manager.load("calm").metadata.random_seed, 42);
  EXPECT_EQ(manager.load("calm").metadata.max_evaluations, 200);
  EXPECT_EQ(manager.load("middling").results.risk_level, "MEDIUM");
  EXPECT_EQ(manager.load("bold").results.risk_level, "HIGH");
  const Json& assessment = manager.load("bold").results.risk_assessment;
  EXPECT_EQ(assessment.at("level"), Json("HIGH"));
  EXPECT_EQ(assessment.at("factors").as_array().size(), 3U);
  EXPECT_EQ(assessment.at("parameters_within_bounds"), Json(true));
  EXPECT_EQ(assessment.at("assessment_date"), Json(to_text(manager.load("bold").metadata.created_at)));
  EXPECT_FALSE(manager.load("bold").results.parameter_warnings.as_array().empty());
}

TEST(RiskOnSave, Fault14_WithoutALeverThereIsNoRisk) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  manager.save(run_with({}));
  EXPECT_FALSE(manager.load("run-1").results.risk_level.has_value());
  EXPECT_EQ(manager.load("run-1").results.risk_assessment, Json::object());
}

TEST(RiskOnSave, ValuesOutOfBoundsAreRecordedNotRefused) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  for (const char* status : {"completed", "draft", "running"}) {
    planwise::Run run = run_with({{"cola_rate", 0.5}}, status);
    run.metadata.status = status;
    manager.save(run);
    const Results results = manager.load(status).results;
    EXPECT_EQ(results.risk_assessment.at("parameters_within_bounds"), Json(false)) << status;
    EXPECT_NE(results.parameter_warnings.dump().find("cola_rate: value 0.5000 above maximum 0.0800"), std::string::npos);
  }
}

TEST(RiskOnSave, ADraftsInitialLeversAreCheckedWithoutARisk) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  planwise::Run run = run_with({});
  run.metadata.status = "draft";
  run.configuration.initial_parameters.set("cola_rate", 0.07);
  manager.save(run);
  EXPECT_FALSE(manager.load("run-1").results.risk_level.has_value());
  EXPECT_FALSE(manager.load("run-1").results.parameter_warnings.as_array().empty());
}

TEST(RiskOnSave, WhatTheCallerStatesStays) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  planwise::Run run = full_run();
  run.metadata.run_id = "stated";
  const std::string hash = content_hash(run);
  manager.save(run);
  EXPECT_EQ(content_hash(manager.load("stated")), hash);
  planwise::Run other = run_with({{"cola_rate", 0.07}});
  other.results.risk_level = "LOW";
  other.results.parameter_warnings = Json::parse(R"(["mine"])");
  manager.save(other);
  EXPECT_EQ(manager.load("run-1").results.risk_level, "LOW");
  EXPECT_EQ(manager.load("run-1").results.parameter_warnings.dump(), R"(["mine"])");
}

TEST(RiskOnSave, TheSameContentSavedTwiceIsNoChange) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  const planwise::Run run = run_with({{"cola_rate", 0.05}});
  EXPECT_EQ(manager.save(run).outcome, SaveOutcome::stored);
  EXPECT_EQ(manager.save(run).outcome, SaveOutcome::unchanged);
  EXPECT_EQ(manager.save(manager.load("run-1")).outcome, SaveOutcome::unchanged);
  EXPECT_EQ(manager.save_all({run})[0].outcome, SaveOutcome::unchanged);
  const auto receipts = manager.save_all({run_with({{"cola_rate", 0.01}}, "b"), run_with({{"cola_rate", 0.01}}, "b")});
  EXPECT_EQ(receipts[1].outcome, SaveOutcome::unchanged);
  EXPECT_EQ(manager.save(run_with({{"cola_rate", 0.01}}, "b")).outcome, SaveOutcome::unchanged);
  EXPECT_THROW(manager.save(run_with({{"cola_rate", 0.04}})), Error);
  planwise::Run draft = run_with({{"cola_rate", 0.05}}, "draft");
  draft.metadata.status = "draft";
  manager.save(draft);
  EXPECT_EQ(manager.save(draft).outcome, SaveOutcome::unchanged);
  EXPECT_EQ(manager.load("draft").metadata.run_id, "draft");
}

TEST(RiskOnSave, ARevisionWithoutARiskHasItComputed) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  manager.save(run_with({{"cola_rate", 0.02}}));
  const SaveReceipt receipt = manager.revise(run_with({{"cola_rate", 0.05}}), "typing error");
  EXPECT_EQ(receipt.version, 2);
  EXPECT_EQ(manager.load("run-1").results.risk_level, "MEDIUM");
  EXPECT_EQ(manager.revise(run_with({{"cola_rate", 0.05}}), "again").outcome, SaveOutcome::unchanged);
}

TEST(RiskOnSave, AnImportComputesNothingAndARoundTripKeepsTheHash) {
  const TempFolder folder;
  ResultsManager first(options_for(folder / "first.duckdb"));
  first.save(run_with({{"cola_rate", 0.05}}));
  ExportOptions how;
  how.format = ExportFormat::json;
  how.target = folder / "run.json";
  first.export_runs({"run-1"}, how);
  ResultsManager second(options_for(folder / "second.duckdb"));
  second.import_path(folder / "run.json", {});
  EXPECT_EQ(second.summary("run-1").content_hash, first.summary("run-1").content_hash);

  planwise::Run bare = run_with({{"cola_rate", 0.5}}, "bare");
  std::ofstream(folder / "bare.json") << to_json(bare).dump();
  second.import_path(folder / "bare.json", {});
  EXPECT_FALSE(second.load("bare").results.risk_level.has_value());
  EXPECT_EQ(second.save(second.load("bare")).outcome, SaveOutcome::unchanged) << "older runs are no new saves";
}

TEST(RiskOnSave, ALeverFileThatCannotBeReadCostsNoSave) {
  const TempFolder folder;
  ::setenv("PLANWISE_LEVERS", (folder / "missing.json").c_str(), 1);
  std::string notice;
  ManagerOptions options = options_for(folder / "store.duckdb");
  options.notice = [&](std::string_view text) { notice += text; };
  ResultsManager manager(options);
  manager.save(run_with({{"cola_rate", 0.05}}));
  const HealthReport health = manager.health();
  ::unsetenv("PLANWISE_LEVERS");
  EXPECT_FALSE(manager.load("run-1").results.risk_level.has_value());
  EXPECT_NE(notice.find("without a risk"), std::string::npos);
  EXPECT_EQ(health.worst(), HealthState::failed);
}

}  // namespace
}  // namespace planwise
