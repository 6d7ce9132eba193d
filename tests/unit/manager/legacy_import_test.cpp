// Files and databases of the earlier implementation through the facade.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "../exchange/legacy_fixtures.h"
#include "planwise/error.h"
#include "planwise/results_manager.h"
#include "temp_folder.h"

namespace planwise {
namespace {

namespace fs = std::filesystem;
using planwise::testing::legacy_folder;
using planwise::testing::same_json;
using planwise::testing::TempFolder;

ResultsManager open_store(const fs::path& database) {
  ManagerOptions options;
  options.database = database;
  options.actor = "tester";
  return ResultsManager(options);
}

/// The sidecars' lossless form without its tags: what the fields of a run should hold.
Json untagged(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& entry : value.as_array()) out.push_back(untagged(entry));
    return out;
  }
  if (!value.is_object()) return value;
  if (const Json* fields = value.find("fields")) return untagged(*fields);
  if (value.find("$enum") != nullptr) return value.at("value");
  if (const Json* real = value.find("$float")) {
    const std::string& text = real->as_string();
    if (text == "-0.0") return Json(-0.0);
    return Json(text == "nan" ? "NaN" : text == "inf" ? "Infinity" : "-Infinity");
  }
  if (value.size() == 1 && value.as_object().front().first.starts_with("$")) {
    const auto& [tag, inner] = value.as_object().front();
    if (tag == "$int") return Json::parse(inner.as_string());
    if (tag == "$dict") {
      Json out = Json::object();
      for (const Json& pair : inner.as_array())
        out.set(pair.at(0).is_string() ? pair.at(0).as_string() : pair.at(0).dump(), untagged(pair.at(1)));
      return out;
    }
    return untagged(inner);
  }
  Json out = Json::object();
  for (const auto& [key, entry] : value.as_object()) out.set(key, untagged(entry));
  return out;
}

void expect_section(const Json& expected, const Json& found, std::string_view zone) {
  for (const auto& [key, value] : expected.as_object()) {
    SCOPED_TRACE(key);
    const Json* there = found.find(key);
    ASSERT_NE(there, nullptr);
    if (key == "updated_at") continue;  // reset by the original on every load
    if (key.ends_with("_at") && value.is_string()) {
      EXPECT_EQ(parse_time(there->as_string()), parse_time(value.as_string(), zone));
    } else {
      EXPECT_TRUE(same_json(*there, value)) << there->dump() << "\nexpected " << value.dump();
    }
  }
}

void expect_run(const Json& tagged_run, const Run& run, std::string_view zone) {
  SCOPED_TRACE(run.metadata.run_id);
  const Json expected = untagged(tagged_run);
  const Json found = Json::parse(to_json(run).dump());  // non-finite numbers as their names
  for (const char* section : {"metadata", "configuration", "results"}) {
    SCOPED_TRACE(section);
    if (const Json* values = expected.find(section); values != nullptr && values->is_object()) {
      expect_section(*values, found.at(section), zone);
    }
  }
  const Json* simulation = expected.find("simulation_data");
  if (simulation != nullptr && simulation->is_object()) {
    for (const auto& [key, value] : simulation->as_object()) {
      SCOPED_TRACE(key);
      const Json* there = found.at("simulation_data").find(key);
      ASSERT_NE(there, nullptr);
      EXPECT_TRUE(same_json(*there, value)) << there->dump() << "\nexpected " << value.dump();
    }
  }
}

std::string refusal_of(ResultsManager& manager, const fs::path& path) {
  try {
    (void)manager.import_path(path, {});
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

fs::path unpacked(const TempFolder& folder, const std::string& name) {
  const fs::path target = folder / name;
  const fs::path packed = legacy_folder() / "database" / (name + ".gz");
  EXPECT_EQ(std::system(("gzip -dc '" + packed.string() + "' > '" + target.string() + "'").c_str()), 0);
  return target;
}

TEST(LegacyImports, Fault26_EveryPickledRunAndModelGoesInAndARepeatAddsNothing) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  ImportOptions options;
  options.keep_going = true;
  options.zone = "UTC";
  for (const char* kind : {"pickle_run", "pickle_model"}) {
    SCOPED_TRACE(kind);
    fs::create_directory(folder / kind);
    std::set<std::string> must_load;
    for (const auto& fixture : planwise::testing::pickle_fixtures()) {
      // Caches of other things than runs were pickled by the same program.
      if (fixture.file.parent_path().filename() != kind || fixture.file.filename().string().starts_with("cache_"))
        continue;
      fs::copy_file(fixture.file, folder / kind / fixture.file.filename());
      if (fixture.expect() == "load") must_load.insert(fixture.file.filename());
    }
    const ImportReport first = manager.import_path(folder / kind, options);
    for (const ImportedFile& file : first.files) {
      if (!must_load.contains(file.path.filename())) continue;
      EXPECT_FALSE(file.refused) << *file.refused;
      EXPECT_EQ(file.format, "pickle");
      EXPECT_FALSE(file.runs.empty());
    }
    const ImportReport again = manager.import_path(folder / kind, options);
    EXPECT_EQ(again.added, 0);
    EXPECT_EQ(again.known, first.added + first.known);
    EXPECT_EQ(again.refused_files, first.refused_files);
  }
  EXPECT_TRUE(manager.verify().clean());
}

TEST(LegacyImports, Fault7_AHostilePickleIsNamedWithItsOffsetAndBringsNothing) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  (void)manager.save(run_from_json(Json::parse(R"({"metadata": {"scenario_id": "first"}})"), UnknownFields::refuse))
      .run_id;
  for (const auto& fixture : planwise::testing::pickle_fixtures()) {
    if (fixture.expect() != "refuse") continue;
    SCOPED_TRACE(fixture.file.filename());
    const std::string refusal = refusal_of(manager, fixture.file);
    EXPECT_NE(refusal.find(fixture.file.filename()), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("byte "), std::string::npos) << refusal;
    if (const Json* canary = fixture.sidecar.find("canary"); canary != nullptr && canary->is_string()) {
      EXPECT_FALSE(fs::exists(canary->as_string()));
    }
  }
  EXPECT_EQ(manager.list({}).total, 1);
}

TEST(LegacyImports, EarlierJsonExportsKeepEveryValue) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  ImportOptions options;
  options.zone = "UTC";  // one run's time had an offset, which that export dropped
  const Json expected = Json::parse(testing::legacy_file("exports/exports.expected.json"));
  for (const Json& entry : expected.at("runs").as_array()) {
    const ImportReport report =
        manager.import_path(legacy_folder() / "exports" / entry.at("json").as_string(), options);
    ASSERT_EQ(report.files.at(0).runs.size(), 1U);
    EXPECT_EQ(report.files.at(0).runs[0].run_id, entry.at("run_id").as_string());
    expect_run(entry.at("value"), manager.load(entry.at("run_id").as_string()), options.zone);
  }
  EXPECT_EQ(manager.list({}).total, 5);
}

TEST(LegacyImports, EarlierExportsThatLostFieldsAreRefusedByName) {
  const TempFolder folder;
  ResultsManager manager = open_store(folder / "store.duckdb");
  const fs::path exports = legacy_folder() / "exports";
  EXPECT_NE(refusal_of(manager, exports / "run0.parquet").find("no Parquet export"), std::string::npos);
  EXPECT_NE(refusal_of(manager, exports / "run0.xlsx").find("workbook"), std::string::npos);
  EXPECT_NE(refusal_of(manager, exports / "run0" / "metadata.csv").find("metadata.csv"), std::string::npos);
}

TEST(LegacyImports, Fault15_ADatabaseOfTheEarlierImplementationIsTakenWholeAndNotTouched) {
  const TempFolder folder;
  const fs::path database = unpacked(folder, "legacy.duckdb");
  const std::string before = core::read_file(database, 64 << 20);
  ResultsManager manager = open_store(folder / "store.duckdb");
  ImportOptions options;
  options.zone = "America/New_York";
  options.dry_run = true;
  EXPECT_EQ(manager.import_path(database, options).added, 40);
  EXPECT_FALSE(fs::exists(folder / "store.duckdb"));
  options.dry_run = false;
  const ImportReport report = manager.import_path(database, options);
  EXPECT_EQ(report.added, 40);
  EXPECT_EQ(report.files.at(0).format, "database");
  EXPECT_EQ(manager.import_path(database, options).known, 40);
  EXPECT_EQ(core::read_file(database, 64 << 20), before) << "the source is only read";
  EXPECT_FALSE(fs::exists(database.string() + ".wal"));

  constexpr std::string_view without_results = "4fc1af30-6fae-47f6-b9a3-3a41abd6435e";  // the original made up defaults
  const Json expected = Json::parse(testing::legacy_file("database/legacy.expected.json"));
  for (const auto& [run_id, value] : expected.at("loaded_by_original").as_object()) {
    if (run_id != without_results) expect_run(value, manager.load(run_id), options.zone);
  }
  EXPECT_FALSE(manager.load(without_results).results.risk_level) << "a risk nobody stated is not MEDIUM";
  const planwise::Run first = manager.load("013fa49f-95bc-4331-94fa-6b884b1c57bf");
  EXPECT_EQ(first.metadata.updated_at, parse_time("2026-11-23T15:00:19.212867", options.zone))
      << "not the moment of reading";
  EXPECT_TRUE(manager.verify().clean());
}

TEST(LegacyImports, Fault24_RunsOfTheEarlierDatabaseComeBackFromEveryFormat) {
  const TempFolder folder;
  const fs::path database = unpacked(folder, "legacy.duckdb");
  ResultsManager manager = open_store(database);  // opened as it is, and migrated
  ListRequest all;
  all.archived = ArchivedRuns::include;
  all.limit = 100;
  std::set<std::string> hashes;
  for (const RunSummary& run : manager.list(all).runs) hashes.insert(run.run_id + " " + run.content_hash);
  ASSERT_EQ(hashes.size(), 40U);
  for (const ExportFormat format :
       {ExportFormat::json, ExportFormat::csv, ExportFormat::excel, ExportFormat::parquet, ExportFormat::pickle}) {
    SCOPED_TRACE(to_text(format));
    ExportOptions options;
    options.format = format;
    options.target = folder / ("export-" + std::string(to_text(format)));
    const ExportReceipt receipt = manager.export_search(all, options);
    EXPECT_EQ(receipt.runs, 40);
    if (format == ExportFormat::excel) continue;
    ResultsManager other = open_store(folder / ("other-" + std::string(to_text(format)) + ".duckdb"));
    EXPECT_EQ(other.import_path(receipt.path, {}).added, 40);
    std::set<std::string> there;
    for (const RunSummary& run : other.list(all).runs) there.insert(run.run_id + " " + run.content_hash);
    EXPECT_EQ(there, hashes);
  }
}

}  // namespace
}  // namespace planwise
