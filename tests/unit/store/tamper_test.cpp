// verify against a change of any stored value by other means than ours.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "duck/database_file.h"
#include "planwise/error.h"
#include "sample_runs.h"
#include "store/run_rows.h"
#include "store/run_store.h"
#include "temp_folder.h"

namespace planwise::store {
namespace {

using planwise::testing::full_run;
using planwise::testing::small_run;
using planwise::testing::TempFolder;

/// An SQL expression that changes a value of the type in one place: one character, the last digit, one microsecond.
std::string changed(const std::string& column, const std::string& type, std::mt19937& random) {
  if (type == "BOOLEAN") return fmt::format("NOT {}", column);
  if (type == "TIMESTAMP") return fmt::format("{} + INTERVAL 1 MICROSECOND", column);
  if (type == "INTEGER" || type == "BIGINT") return fmt::format("{} + 1", column);
  if (type == "DOUBLE") return fmt::format("{} + greatest(abs({}) * 1e-15, 1e-300)", column, column);
  // One character of the text becomes another one, wherever in the text.
  const double place = std::uniform_real_distribution<double>(0, 1)(random);
  const std::string at = fmt::format("(1 + CAST(floor({} * (length({}) - 1)) AS BIGINT))", place, column);
  const std::string text = fmt::format("CAST({} AS VARCHAR)", column);
  return fmt::format("substring({0}, 1, {1} - 1) || CASE WHEN substring({0}, {1}, 1) = 'x' THEN 'y' ELSE 'x' END || substring({0}, {1} + 1)", text, at);
}

class Tamper : public ::testing::Test {
 protected:
  void SetUp() override {
    StoreOptions options;
    options.database = folder / "store.duckdb";
    options.who = {"tester", "session", "library"};
    RunStore store(options);
    planwise::Run run = full_run();
    run.metadata.run_id = "r1";
    store.save(run, {});
    run.results.objective_value = 0.5;
    store.revise(run, "correction");
    store.annotate("r1", {.tags = {}, .add_tags = {"board"}, .remove_tags = {}, .description = {}, .notes = {}}, "note");
    store.lock("r1", "board");
    store.archive("r1", "old");
    planwise::Run other = small_run("other");
    other.metadata.run_id = "r2";
    store.save(other, {});
    store.remove("r2", "trash");
    options.who.actor = "another";
    store.save(small_run("third"), {});
    const auto file = duck::DatabaseFile::at(folder / "store.duckdb");
    const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
    file->checkpoint(1);
  }

  VerifyReport verify_copy(const std::filesystem::path& copy) {
    StoreOptions options;
    options.database = copy;
    options.who = {"tester", "session", "library"};
    return RunStore(options).verify(false, {});
  }

  /// Of a copy in which plain DuckDB has run the statement.
  VerifyReport verify_after(const std::string& statement) {
    const std::filesystem::path copy = folder / "copy.duckdb";
    std::filesystem::copy_file(folder / "store.duckdb", copy, std::filesystem::copy_options::overwrite_existing);
    {
      const auto file = duck::DatabaseFile::at(copy);
      const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
      lease.connection().run(statement);
      file->checkpoint(1);
    }
    const VerifyReport report = verify_copy(copy);
    std::filesystem::remove(copy);
    return report;
  }

  TempFolder folder;
};

TEST_F(Tamper, VerifyNamesTheRowOfAnyChangedValue) {
  std::mt19937 random(20261124);
  std::vector<std::tuple<std::string, std::string, std::string>> columns;
  {
    const auto file = duck::DatabaseFile::at(folder / "store.duckdb");
    const duck::Lease lease = file->lease(duck::Access::read, std::chrono::seconds(5));
    duck::Rows rows = lease.connection().query(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'store' AND table_name IN "
        "('optimization_runs', 'optimization_results', 'optimization_configurations', 'optimization_simulation_data', "
        "'optimization_run_details', 'optimization_run_versions', 'optimization_audit_log') ORDER BY table_name, column_index");
    while (rows.next()) columns.emplace_back(rows.text(0), rows.text(1), rows.text(2));
  }
  int tried = 0;
  const std::filesystem::path copy = folder / "copy.duckdb";
  for (const auto& [table, column, type] : columns) {
    std::filesystem::copy_file(folder / "store.duckdb", copy, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::remove(copy.string() + ".wal");
    const bool json = type == "JSON";
    std::int64_t rows_changed = 0;
    {
      const auto file = duck::DatabaseFile::at(copy);
      const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
      const std::string quoted = fmt::format("\"{}\"", column);
      // A JSON column takes only JSON, so a character is added where it stays JSON: a blank.
      const std::string expression = json ? fmt::format("CAST({} AS VARCHAR) || ' '", quoted) : changed(quoted, type, random);
      const std::string condition = type == "VARCHAR" ? fmt::format("length({}) > 0", quoted) : fmt::format("{} IS NOT NULL", quoted);
      const std::string key = table == "optimization_audit_log" ? "sequence" : table == "optimization_configurations" ? "configuration_hash" : "run_id";
      duck::Rows done = lease.connection().query(
          fmt::format("UPDATE store.main.{0} SET {1} = {2} WHERE {3} = (SELECT {3} FROM store.main.{0} WHERE {4} ORDER BY {3} LIMIT 1) AND {4}", table, quoted, expression, key, condition));
      done.next();
      rows_changed = done.integer(0);
    }
    if (rows_changed == 0) continue;
    ++tried;
    const VerifyReport report = verify_copy(copy);
    EXPECT_FALSE(report.clean()) << table << "." << column << " was changed and nobody noticed";
  }
  std::printf("%d of %zu columns held a value and were changed, one at a time\n", tried, columns.size());
  EXPECT_GT(tried, 80);
  EXPECT_TRUE(verify_copy(folder / "store.duckdb").clean());
}

TEST_F(Tamper, VerifyNamesRowsThatWereDeletedOrAdded) {
  for (const char* statement : {"DELETE FROM store.main.optimization_runs WHERE run_id = 'r1'", "DELETE FROM store.main.optimization_results WHERE run_id = 'r1'",
                                "DELETE FROM store.main.optimization_run_versions WHERE run_id = 'r2'", "DELETE FROM store.main.optimization_audit_log WHERE sequence = 3",
                                "DELETE FROM store.main.optimization_configurations", "DELETE FROM store.main.optimization_simulation_data",
                                "INSERT INTO store.main.optimization_runs SELECT 'fake', * EXCLUDE (run_id) FROM store.main.optimization_runs WHERE run_id = 'r1'",
                                "UPDATE store.main.optimization_audit_log SET changes = NULL WHERE sequence = 2"}) {
    EXPECT_FALSE(verify_after(statement).clean()) << statement;
  }
}

TEST_F(Tamper, VerifyAllowsEmptiedValuesOnlyBeforeThePurge) {
  {
    StoreOptions options;
    options.database = folder / "store.duckdb";
    options.who = {"tester", "session", "library"};
    RunStore store(options);
    (void)store.purge({"r2"}, "asked to forget", {});
  }
  EXPECT_TRUE(verify_copy(folder / "store.duckdb").clean());
  for (const char* statement : {"UPDATE store.main.optimization_audit_log SET reason = NULL WHERE action = 'purge'",
                                "UPDATE store.main.optimization_audit_log SET changes = NULL WHERE action = 'purge'",
                                "UPDATE store.main.optimization_audit_log SET reason = '' WHERE run_id = 'r2' AND action = 'save'"}) {
    EXPECT_FALSE(verify_after(statement).clean()) << statement;
  }
}

}  // namespace
}  // namespace planwise::store
