// What the facade decides by itself: names of exports, who is acting, health, inspection.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "planwise/error.h"
#include "planwise/results_manager.h"
#include "sample_runs.h"
#include "temp_folder.h"

namespace planwise {
namespace {

namespace fs = std::filesystem;
using planwise::testing::full_run;
using planwise::testing::small_run;
using planwise::testing::TempFolder;

ManagerOptions options_for(const fs::path& database) {
  ManagerOptions options;
  options.database = database;
  options.actor = "tester";
  return options;
}

std::int64_t bytes_of(const fs::path& folder) {
  std::int64_t sum = 0;
  for (const auto& entry : fs::directory_iterator(folder)) sum += static_cast<std::int64_t>(entry.file_size());
  return sum;
}

TEST(Exports, Fault8_TheSizeOfACsvFolderIsThatOfItsFilesAndTheRecordSaysSo) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  const std::string id = manager.save(full_run()).run_id;
  ExportOptions options;
  options.format = ExportFormat::csv;
  options.target = folder / "tables";
  const ExportReceipt receipt = manager.export_runs({id, id}, options);
  EXPECT_EQ(receipt.runs, 1) << "a run named twice is exported once";
  EXPECT_EQ(receipt.file_size_bytes, bytes_of(folder / "tables"));
  const std::vector<ExportRecord> records = manager.export_history(id);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].export_id, receipt.export_id);
  EXPECT_EQ(records[0].file_size_bytes, receipt.file_size_bytes);
  EXPECT_EQ(records[0].path, (folder / "tables").string());
  EXPECT_EQ(records[0].format, "csv");
  EXPECT_EQ(records[0].exported_by, "tester");
  EXPECT_THROW(manager.export_runs({id}, options), Error) << "an earlier CSV export is a target, not a folder for more";
  EXPECT_EQ(manager.export_history().size(), 1U);
  options.overwrite = Overwrite::replace;
  EXPECT_EQ(manager.export_runs({id}, options).path, folder / "tables");
}

TEST(Exports, Fault28_TheDefaultPathIsInTheFolderNamedAndThere) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  planwise::Run run = small_run();
  run.metadata.run_id = "../../etc/x y";
  const std::string id = manager.save(run).run_id;
  fs::create_directory(folder / "out");
  for (const ExportFormat format :
       {ExportFormat::json, ExportFormat::csv, ExportFormat::excel, ExportFormat::parquet, ExportFormat::pickle}) {
    ExportOptions options;
    options.format = format;
    options.target = folder / "out";
    const ExportReceipt receipt = manager.export_runs({id}, options);
    EXPECT_EQ(receipt.path.parent_path(), folder / "out");
    EXPECT_TRUE(fs::exists(receipt.path)) << receipt.path;
    EXPECT_TRUE(receipt.path.filename().string().starts_with("optimization_export_")) << receipt.path;
    struct stat status {};
    ASSERT_EQ(::stat(receipt.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, format == ExportFormat::csv ? 0700U : 0600U);
  }
}

TEST(Exports, SimulationDataCanBeLeftOutAndTheRestComesBack) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  const std::string id = manager.save(full_run()).run_id;
  for (const ExportFormat format :
       {ExportFormat::json, ExportFormat::csv, ExportFormat::parquet, ExportFormat::pickle}) {
    SCOPED_TRACE(to_text(format));
    ExportOptions options;
    options.format = format;
    options.simulation_data = SimulationData::leave_out;
    options.target = folder / ("slim-" + std::string(to_text(format)));
    ResultsManager other(options_for(folder / ("other-" + std::string(to_text(format)) + ".duckdb")));
    EXPECT_EQ(other.import_path(manager.export_runs({id}, options).path, {}).added, 1);
    EXPECT_FALSE(other.load(id).simulation_data);
    EXPECT_EQ(to_json(other.load(id)).at("results").dump(JsonStyle::canonical),
              to_json(manager.load(id)).at("results").dump(JsonStyle::canonical));
  }
}

TEST(Exports, Fault24_NonFiniteNumbersAreTextAndTimesHaveAZone) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  ExportOptions options;
  options.target = folder / "run.json";
  manager.export_runs({manager.save(full_run()).run_id}, options);
  std::ifstream in(folder / "run.json");
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const Json document = Json::parse(text);  // strict: a bare NaN would be an error
  EXPECT_EQ(document.at("results").at("objective_history").at(1).dump(), "\"NaN\"");
  EXPECT_EQ(document.at("metadata").at("created_at").as_string(), "2026-03-01T10:00:00.123456Z");
}

TEST(Exports, AnUnknownRunLeavesNothingBehind) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  const std::string id = manager.save(small_run()).run_id;
  fs::create_directory(folder / "out");
  for (const ExportFormat format :
       {ExportFormat::json, ExportFormat::csv, ExportFormat::excel, ExportFormat::parquet, ExportFormat::pickle}) {
    ExportOptions options;
    options.format = format;
    options.target = folder / "out/x";
    EXPECT_THROW(manager.export_runs({id, "nobody"}, options), Error);
    EXPECT_TRUE(fs::is_empty(folder / "out")) << to_text(format);
  }
  EXPECT_TRUE(manager.export_history().empty());
}

TEST(Exports, ASearchTakesEveryMatchWhateverThePage) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  std::vector<planwise::Run> runs;
  for (int i = 0; i < 60; ++i) runs.push_back(small_run(i < 55 ? "a" : "b"));
  manager.save_all(std::move(runs));
  ListRequest request;
  request.query = "scenario:a";
  request.limit = 10;
  ExportOptions options;
  options.target = folder.path();
  const ExportReceipt receipt = manager.export_search(request, options);
  EXPECT_EQ(receipt.runs, 55);
  EXPECT_NE(receipt.path.filename().string().find("_55_runs_"), std::string::npos);
}

TEST(Imports, ADryRunOfAFolderCountsARunOnceAndNamesWhatItWouldRefuse) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  fs::create_directory(folder / "in");
  const std::string run = R"({"metadata": {"run_id": "r1", "scenario_id": "a"}, "results": {"objective_value": 0.5}})";
  std::ofstream(folder / "in/a.json") << run;
  std::ofstream(folder / "in/b.json") << run;
  std::ofstream(folder / "in/c.json")
      << R"({"metadata": {"run_id": "r1", "scenario_id": "a"}, "results": {"objective_value": 0.6}})";
  std::ofstream(folder / "in/notes.md") << "# Notes\n";
  ImportOptions options;
  options.dry_run = true;
  const ImportReport report = manager.import_path(folder / "in", options);
  EXPECT_EQ(report.added, 1);
  EXPECT_EQ(report.known, 1);
  EXPECT_EQ(report.refused_files, 2);
  EXPECT_FALSE(fs::exists(folder / "store.duckdb"));
  options.dry_run = false;
  try {
    (void)manager.import_path(folder / "in", options);
    FAIL() << "c.json should have been refused";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("c.json"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("2 files before it were imported and stay"), std::string::npos)
        << error.what();
  }
}

TEST(Imports, TheStoreItselfInAFolderIsPassedOver) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  (void)manager.save(small_run());
  std::ofstream(folder / "a.json") << R"({"scenario_id": "a", "optimal_parameters": {}, "objective_value": 0.5})";
  const ImportReport report = manager.import_path(folder.path(), {});
  EXPECT_EQ(report.files.size(), 1U);
  EXPECT_EQ(report.added, 1);
  EXPECT_THROW((void)manager.import_path(folder / "store.duckdb", {}), Error);
}

TEST(Imports, AnotherStoreBringsItsArchivedRunsAndKeepsItsTimes) {
  const TempFolder folder;
  ResultsManager first(options_for(folder / "first.duckdb"));
  const std::string id = first.save(full_run()).run_id;
  first.archive(id);
  ResultsManager second(options_for(folder / "second.duckdb"));
  EXPECT_EQ(second.import_path(folder / "first.duckdb", {}).added, 1);
  EXPECT_EQ(second.summary(id).created_at, first.summary(id).created_at);
  EXPECT_EQ(second.summary(id).content_hash, first.summary(id).content_hash);
}

TEST(ResultsManager, ActsForTheNamedUserThenTheEnvironmentsThenTheSystems) {
  const TempFolder folder;
  const auto actor_with = [&](const std::string& actor) {
    ManagerOptions options = options_for(folder / "store.duckdb");
    options.actor = actor;
    ResultsManager manager(options);
    (void)manager.save(small_run());
    std::string last;
    manager.audit_log({}, [&](const AuditEntry& entry) {
      last = entry.actor;
      return true;
    });
    return last;
  };
  ::setenv("PLANWISE_USER", "from environment", 1);
  EXPECT_EQ(actor_with("named"), "named");
  EXPECT_EQ(actor_with(""), "from environment");
  ::unsetenv("PLANWISE_USER");
  EXPECT_NE(actor_with(""), "");
}

TEST(Health, NamesEveryPartAndWarnsOfAFileThatOthersMayRead) {
  const TempFolder folder;
  ResultsManager manager(options_for(folder / "store.duckdb"));
  EXPECT_EQ(manager.health().worst(), HealthState::failed) << "there is no file yet";
  (void)manager.save(small_run());
  const HealthReport report = manager.health();
  std::string components;
  for (const HealthLine& line : report.lines) components += line.component + " ";
  EXPECT_EQ(components, "file lock store schema running spool disk file system simulation cache levers log ");
  for (const HealthLine& line : report.lines)
    EXPECT_EQ(line.state == HealthState::ok, line.remedy.empty()) << line.component;
  ::chmod((folder / "store.duckdb").c_str(), 0644);
  EXPECT_EQ(manager.health().lines[0].state, HealthState::warning);
  const Json json = to_json(manager.health());
  EXPECT_EQ(json.at("components").at(0).at("component").as_string(), "file");
}

TEST(Inspect, ShowsJsonAndPicklesAndNamesTheFileItRefuses) {
  const TempFolder folder;
  std::ofstream(folder / "a.json") << R"({"x": NaN, "y": [1]})";
  EXPECT_EQ(inspect_file(folder / "a.json", false).at("y").at(0).as_integer(), 1);
  std::ofstream(folder / "b.pkl") << "(dp0\nVx\np1\nI1\ns.";
  EXPECT_EQ(inspect_file(folder / "b.pkl", false).at("x").as_integer(), 1);
  std::ofstream(folder / "c.pkl") << "cos\nsystem\n(S'true'\ntR.";
  try {
    (void)inspect_file(folder / "c.pkl", false);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("c.pkl"), std::string::npos);
  }
}

}  // namespace
}  // namespace planwise
