// Exports and imports through the facade, on real files.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <set>

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

ResultsManager open_store(const fs::path& database) {
  ManagerOptions options;
  options.database = database;
  options.actor = "tester";
  options.source = "library";
  return ResultsManager(options);
}

ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

std::set<std::string> hashes_of(ResultsManager& manager) {
  ListRequest request;
  request.limit = 1000;
  std::set<std::string> hashes;
  for (const RunSummary& run : manager.list(request).runs) hashes.insert(run.run_id + " " + run.content_hash);
  return hashes;
}

class EveryCompleteFormat : public ::testing::TestWithParam<ExportFormat> {};

TEST_P(EveryCompleteFormat, Fault8_ASingleRunComesBackWithTheSameContentHash) {
  const TempFolder folder;
  ResultsManager first = open_store(folder / "first.duckdb");
  const std::string id = first.save(full_run()).run_id;
  ExportOptions options;
  options.format = GetParam();
  options.target = folder / "export";
  const ExportReceipt receipt = first.export_runs({id}, options);
  EXPECT_GT(receipt.file_size_bytes, 0);
  ResultsManager second = open_store(folder / "second.duckdb");
  const ImportReport report = second.import_path(receipt.path, {});
  EXPECT_EQ(report.added, 1);
  EXPECT_EQ(hashes_of(first), hashes_of(second));
  const planwise::Run there = second.load(id);
  EXPECT_EQ(there.metadata.tags, full_run().metadata.tags);
  EXPECT_EQ(there.notes, full_run().notes);
  EXPECT_EQ(second.import_path(receipt.path, {}).known, 1) << "a repeat is a no-op";
}

TEST_P(EveryCompleteFormat, Fault8_ASearchOfFortyComesBackWithTheSameContentHashes) {
  const TempFolder folder;
  ResultsManager first = open_store(folder / "first.duckdb");
  std::vector<planwise::Run> runs;
  for (int i = 0; i < 40; ++i)
    runs.push_back(i % 2 == 0 ? full_run("s" + std::to_string(i)) : small_run("s" + std::to_string(i)));
  first.save_all(std::move(runs));
  ExportOptions options;
  options.format = GetParam();
  options.target = folder / "export";
  ListRequest all;
  const ExportReceipt receipt = first.export_search(all, options);
  EXPECT_EQ(receipt.runs, 40);
  ResultsManager second = open_store(folder / "second.duckdb");
  EXPECT_EQ(second.import_path(receipt.path, {}).added, 40);
  EXPECT_EQ(hashes_of(first), hashes_of(second));
  ASSERT_EQ(first.export_history().size(), 1U) << "a bulk export is one record";
  EXPECT_EQ(first.export_history()[0].run_ids.size(), 40U);
  EXPECT_EQ(first.export_history()[0].file_size_bytes, receipt.file_size_bytes);
  EXPECT_TRUE(second.verify().clean());
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryCompleteFormat,
                         ::testing::Values(ExportFormat::json, ExportFormat::csv, ExportFormat::parquet,
                                           ExportFormat::pickle),
                         [](const auto& parameter) { return std::string(to_text(parameter.param)); });

TEST(Exports, Fault28_TheNameEndsInXlsxAndTheFileIsThere) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  const std::string id = manager.save(full_run()).run_id;
  ExportOptions options;
  options.format = ExportFormat::excel;
  options.target = folder.path();
  const ExportReceipt receipt = manager.export_runs({id}, options);
  EXPECT_EQ(receipt.path.extension(), ".xlsx");
  EXPECT_EQ(static_cast<std::int64_t>(fs::file_size(receipt.path)), receipt.file_size_bytes);
}

TEST(Exports, AnExistingTargetNeedsForceAndACancelledExportLeavesNothing) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  const std::string id = manager.save(full_run()).run_id;
  for (const ExportFormat format :
       {ExportFormat::json, ExportFormat::csv, ExportFormat::excel, ExportFormat::parquet, ExportFormat::pickle}) {
    ExportOptions options;
    options.format = format;
    options.target = folder / ("export-" + std::string(to_text(format)));
    options.progress = [](std::int64_t done, std::int64_t) { return done == 0; };
    EXPECT_EQ(code_of([&] { manager.export_runs({id}, options); }), ErrorCode::cancelled);
    options.progress = {};
    const std::size_t before =
        static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
    manager.export_runs({id}, options);
    EXPECT_EQ(static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator())),
              before + 1)
        << "only the target is new, so the cancelled export had left nothing: " << to_text(format);
    // A folder that exists takes a CSV export under the default name, so the collision is shown on the others.
    if (format != ExportFormat::csv) {
      EXPECT_EQ(code_of([&] { manager.export_runs({id}, options); }), ErrorCode::already_exists);
    }
    options.overwrite = Overwrite::replace;
    manager.export_runs({id}, options);
  }
}

TEST(Imports, Fault7_AFileIsTakenWholeOrNotAtAllAndARepeatAddsNothing) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  {
    std::ofstream good(folder / "good.json");
    good
        << R"({"scenario_id": "a", "optimal_parameters": {"cola_rate": 0.02}, "objective_value": 0.5, "risk_level": "HIGH"})";
    std::ofstream bad(folder / "bad.json");
    bad << R"([{"scenario_id": "b", "optimal_parameters": {}, "objective_value": 1.0}, {"what": )";
  }
  EXPECT_THROW(manager.import_path(folder / "bad.json", {}), Error);
  ImportOptions options;
  options.dry_run = true;
  EXPECT_EQ(manager.import_path(folder / "good.json", options).added, 1);
  options.dry_run = false;
  EXPECT_EQ(manager.import_path(folder / "good.json", options).added, 1);
  EXPECT_EQ(manager.import_path(folder / "good.json", options).known, 1);
  ASSERT_EQ(manager.list({}).total, 1);
  EXPECT_EQ(manager.list({}).runs[0].risk_level, "HIGH") << "fault 26: HIGH stays HIGH";
  ResultsManager other = open_store(folder / "other.duckdb");
  EXPECT_EQ(other.import_path(folder / "store.duckdb", {}).added, 1) << "merging another store";
  EXPECT_EQ(hashes_of(manager), hashes_of(other));
}

TEST(Imports, AFolderGoesOnAfterARefusedFileWhenAsked) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  fs::create_directory(folder / "results");
  std::ofstream(folder / "results/a.json")
      << R"({"scenario_id": "a", "optimal_parameters": {}, "objective_value": 0.5})";
  std::ofstream(folder / "results/b.pkl") << "cos\nsystem\n(S'true'\ntR.";
  std::ofstream(folder / "results/c.json")
      << R"({"scenario_id": "c", "optimal_parameters": {}, "objective_value": 0.5})";
  ImportOptions options;
  EXPECT_THROW(manager.import_path(folder / "results", options), Error);
  options.keep_going = true;
  const ImportReport report = manager.import_path(folder / "results", options);
  EXPECT_EQ(report.refused_files, 1);
  EXPECT_EQ(report.added + report.known, 2);
  EXPECT_NE(report.files[1].refused->find("b.pkl"), std::string::npos);
}

}  // namespace
}  // namespace planwise
