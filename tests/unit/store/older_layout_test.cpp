// Databases of the earlier implementation as other programs have copied and changed them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "../exchange/legacy_fixtures.h"
#include "duck/database_file.h"
#include "planwise/error.h"
#include "store/run_store.h"
#include "temp_folder.h"

namespace planwise::store {
namespace {

namespace fs = std::filesystem;
using planwise::testing::legacy_folder;
using planwise::testing::TempFolder;

class OlderLayout : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path packed = legacy_folder() / "database" / "legacy.duckdb.gz";
    ASSERT_EQ(std::system(("gzip -dc '" + packed.string() + "' > '" + file().string() + "'").c_str()), 0);
    runs_ = count("SELECT count(*) FROM store.optimization_runs");
    first_ = text("SELECT min(run_id) FROM store.optimization_runs");
  }

  [[nodiscard]] fs::path file() const { return folder_ / "legacy.duckdb"; }

  void change(const std::string& sql) const {
    const auto database = duck::DatabaseFile::at(file());
    const duck::Lease lease = database->lease(duck::Access::write, std::chrono::seconds(5));
    lease.connection().run(sql);
  }
  [[nodiscard]] std::string text(const std::string& sql) const {
    const auto database = duck::DatabaseFile::at(file());
    const duck::Lease lease = database->lease(duck::Access::read, std::chrono::seconds(5));
    duck::Rows rows = lease.connection().query("SELECT CAST((" + sql + ") AS VARCHAR)");
    rows.next();
    return std::string(rows.text(0));
  }
  [[nodiscard]] std::int64_t count(const std::string& sql) const { return std::stoll(text(sql)); }

  /// A copy without keys, as pandas and CREATE TABLE AS leave it.
  void drop_keys() const {
    for (const char* table : {"optimization_runs", "optimization_results", "optimization_configurations", "optimization_simulation_data"}) {
      change(fmt::format("CREATE TABLE store.copied AS FROM store.{0}; DROP TABLE store.{0}; ALTER TABLE store.copied RENAME TO {0}", table));
    }
  }

  [[nodiscard]] RunStore open() const {
    StoreOptions options;
    options.database = file();
    options.who = {"tester", "session", "library"};
    options.legacy_zone = "America/New_York";
    return RunStore(options);
  }

  /// All runs are there once and nothing is found wrong.
  void expect_sound(RunStore& store) const {
    EXPECT_EQ(store.list({}).total, runs_);
    const VerifyReport report = store.verify(false, {});
    for (const Finding& finding : report.findings) ADD_FAILURE() << finding.table << " " << finding.row << ": " << finding.what;
  }

  TempFolder folder_;
  std::int64_t runs_ = 0;
  std::string first_;
};

TEST_F(OlderLayout, RunsThatStandThereTwiceAreAdoptedOnce) {
  drop_keys();
  change(fmt::format("INSERT INTO store.optimization_runs FROM store.optimization_runs WHERE run_id = '{0}'; "
                     "INSERT INTO store.optimization_results FROM store.optimization_results WHERE run_id = '{0}'; "
                     "INSERT INTO store.optimization_configurations FROM store.optimization_configurations LIMIT 3",
                     first_));
  RunStore store = open();
  expect_sound(store);
  EXPECT_EQ(store.history(first_).size(), 1U) << "both rows said the same";
}

TEST_F(OlderLayout, DifferentRowsOfOneRunBecomeItsVersions) {
  drop_keys();
  change(fmt::format("INSERT INTO store.optimization_runs SELECT * REPLACE ('earlier text' AS business_justification, updated_at - INTERVAL 1 DAY AS updated_at) "
                     "FROM store.optimization_runs WHERE run_id = '{}'",
                     first_));
  RunStore store = open();
  expect_sound(store);
  ASSERT_EQ(store.history(first_).size(), 2U);
  EXPECT_EQ(store.load_version(first_, 1).metadata.business_justification, "earlier text");
  EXPECT_NE(store.load(first_).metadata.business_justification, "earlier text") << "the row that was updated last counts";
}

TEST_F(OlderLayout, AMissingColumnReadsAsNull) {
  drop_keys();
  change("ALTER TABLE store.optimization_results DROP COLUMN parameter_correlations; ALTER TABLE store.optimization_runs DROP COLUMN tags");
  RunStore store = open();
  expect_sound(store);
  EXPECT_TRUE(store.load(first_).metadata.tags.empty());
}

TEST_F(OlderLayout, TimesAndNumbersOfOtherTypesAreReadWhereTheyFit) {
  drop_keys();
  const std::string created = text(fmt::format("SELECT created_at FROM store.optimization_runs WHERE run_id = '{}'", first_));
  change("ALTER TABLE store.optimization_runs ALTER created_at TYPE VARCHAR; ALTER TABLE store.optimization_runs ALTER max_evaluations TYPE DOUBLE; "
         "ALTER TABLE store.optimization_runs ALTER updated_at TYPE TIMESTAMP_NS");
  RunStore store = open();
  expect_sound(store);
  EXPECT_EQ(store.load(first_).metadata.created_at, parse_time(created, "America/New_York"));
}

TEST_F(OlderLayout, AValueThatFitsNowhereIsNamedAndNothingIsChanged) {
  drop_keys();
  change(fmt::format("ALTER TABLE store.optimization_runs ALTER created_at TYPE VARCHAR; UPDATE store.optimization_runs SET created_at = 'some day' WHERE run_id = '{}'", first_));
  try {
    (void)open().list({});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_NE(std::string(error.what()).find("optimization_runs.created_at holds 'some day'"), std::string::npos) << error.what();
  }
  EXPECT_EQ(count("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'store' AND table_name = 'optimization_run_details'"), 0);
}

TEST_F(OlderLayout, Fault21_TimesOutOfRangeHideNoOtherRun) {
  change(fmt::format("UPDATE store.optimization_runs SET completed_at = 'infinity', created_at = '0044-03-15 (BC)' WHERE run_id = '{}'", first_));
  RunStore store = open();
  expect_sound(store);
  EXPECT_EQ(to_text(*store.load(first_).metadata.completed_at), "infinity");
  EXPECT_EQ(to_text(store.load(first_).metadata.created_at), "-000043-03-15T00:00:00Z");
}

TEST_F(OlderLayout, NonFiniteLeversAndOddTagsAreNoFindings) {
  change(fmt::format("UPDATE store.optimization_results SET optimal_parameters = '{{\"cola_rate\": -Infinity, \"merit_rate_level_1\": NaN}}' WHERE run_id = '{0}'; "
                     "UPDATE store.optimization_runs SET tags = '[1, null, \"X\", {{\"a\": 1}}]' WHERE run_id = '{0}'",
                     first_));
  RunStore store = open();
  expect_sound(store);
  store.annotate(first_, {.tags = {}, .add_tags = {"q"}, .remove_tags = {}, .description = {}, .notes = {}}, "");
  expect_sound(store);
  ListRequest request;
  request.query = "param.merit_rate_level_1:nan";
  EXPECT_EQ(store.list(request).total, 1);
}

TEST_F(OlderLayout, RepairPutsCopiesBackAsSavingMakesThem) {
  change(fmt::format("UPDATE store.optimization_results SET optimal_parameters = '{{\"cola_rate\": NaN}}' WHERE run_id = '{}'", first_));
  {
    RunStore store = open();
    (void)store.list({});
  }
  change(fmt::format("UPDATE store.optimization_run_details SET cola_rate = 1, search_text = 'x' WHERE run_id = '{}'", first_));
  RunStore store = open();
  const VerifyReport report = store.verify(true, {});
  ASSERT_EQ(report.repaired.size(), 1U);
  EXPECT_NE(report.repaired[0].find("search_text, cola_rate"), std::string::npos) << report.repaired[0];
  expect_sound(store);
  ListRequest request;
  request.query = "param.cola_rate:nan";
  EXPECT_EQ(store.list(request).total, 1);
}

}  // namespace
}  // namespace planwise::store
