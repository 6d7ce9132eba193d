#include "store/run_store.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <thread>

#include "duck/database_file.h"
#include "planwise/error.h"
#include "sample_runs.h"
#include "temp_folder.h"

namespace planwise::store {
namespace {

using planwise::testing::full_run;
using planwise::testing::small_run;
using planwise::testing::TempFolder;

class RunStoreTest : public ::testing::Test {
 protected:
  using Run = planwise::Run;  // GoogleTest has a Run of its own
  StoreOptions options(const std::string& name = "store.duckdb") {
    StoreOptions o;
    o.database = folder / name;
    o.who = {"tester", "session", "library"};
    o.notice = [this](std::string_view text) { notices.emplace_back(text); };
    return o;
  }
  ErrorCode code_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      message = error.what();
      return error.code();
    }
    ADD_FAILURE() << "nothing was thrown";
    return ErrorCode::internal;
  }
  /// Runs SQL on the file as any other DuckDB would.
  void plainly(const std::string& sql, const std::string& name = "store.duckdb") {
    const auto file = duck::DatabaseFile::at(folder / name);
    const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
    lease.connection().run("USE store; " + sql + "; USE memory");
  }
  TempFolder folder;
  std::vector<std::string> notices;
  std::string message;
};

TEST_F(RunStoreTest, AFullRunComesBackAsItWasSaved) {
  RunStore store(options());
  const Run run = full_run();
  const SaveReceipt saved = store.save(run, {});
  EXPECT_EQ(saved.outcome, SaveOutcome::stored);
  Run expected = run;
  expected.metadata.run_id = saved.run_id;
  const Run loaded = store.load(saved.run_id);
  EXPECT_EQ(content_hash(loaded), content_hash(expected));
  EXPECT_EQ(loaded.metadata.random_seed, 4'294'967'295);
  EXPECT_EQ(loaded.metadata.created_at, run.metadata.created_at);
  EXPECT_EQ(loaded.metadata.tags, run.metadata.tags);
  EXPECT_EQ(loaded.notes, run.notes);
  EXPECT_TRUE(*loaded.simulation_data == *run.simulation_data) << loaded.simulation_data->dump();
}

TEST_F(RunStoreTest, Fault1_SavingAFinishedRunAgainNeverOverwritesIt) {
  RunStore store(options());
  Run run = small_run();
  run.metadata.run_id = "r1";
  store.save(run, {});
  EXPECT_EQ(store.save(run, {}).outcome, SaveOutcome::unchanged);
  run.results.objective_value = 9.0;
  EXPECT_EQ(code_of([&] { store.save(run, {}); }), ErrorCode::already_exists);
  EXPECT_EQ(store.load("r1").results.objective_value, 0.25);
}

TEST_F(RunStoreTest, Fault2_VersionsAndTheAuditLogSayWhoChangedWhat) {
  RunStore store(options());
  Run run = small_run();
  run.metadata.run_id = "r1";
  store.save(run, {});
  run.results.objective_value = 0.5;
  EXPECT_EQ(store.revise(run, "typing error").version, 2);
  EXPECT_EQ(store.load("r1").results.objective_value, 0.5);
  EXPECT_EQ(store.load_version("r1", 1).results.objective_value, 0.25);
  const auto versions = store.history("r1");
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_EQ(versions[0].state, "superseded");
  EXPECT_EQ(versions[1].state, "current");
  EXPECT_EQ(versions[1].reason, "typing error");
  std::vector<std::string> actions;
  store.audit_log({}, [&](const AuditEntry& entry) {
    actions.push_back(entry.action + " by " + entry.actor);
    if (entry.action == "revise") {
      EXPECT_EQ(entry.changes.at("results.objective_value").at("old").as_real(), 0.25);
    }
    return true;
  });
  EXPECT_EQ(actions, (std::vector<std::string>{"save by tester", "revise by tester"}));
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, Fault3_AnIdenticalConfigurationKeepsItsFirstCreatedAt) {
  RunStore store(options());
  store.save(small_run("a"), {});
  const auto read = [&] {
    const auto file = duck::DatabaseFile::at(folder / "store.duckdb");
    const duck::Lease lease = file->lease(duck::Access::read, std::chrono::seconds(5));
    duck::Rows rows = lease.connection().query("SELECT count(*), min(created_at) FROM store.main.optimization_configurations");
    rows.next();
    return std::pair(rows.integer(0), rows.time(1));
  };
  const auto first = read();
  store.save(small_run("b"), {});
  EXPECT_EQ(read(), first);
}

TEST_F(RunStoreTest, Fault20_ARunningRunSavedAgainAsCompletedIsCompleted) {
  RunStore store(options());
  Run run = small_run();
  run.metadata.run_id = "r1";
  run.metadata.status = "running";
  const SaveReceipt started = store.save(run, {});
  EXPECT_FALSE(started.owner_token.empty());
  run.metadata.status = "completed";
  EXPECT_EQ(store.save(run, {.owner_token = started.owner_token, .new_id = false}).version, 2);
  EXPECT_EQ(store.load("r1").metadata.status, "completed");
  EXPECT_EQ(store.load_version("r1", 1).metadata.status, "running");
}

TEST_F(RunStoreTest, OnlyTheHolderOfTheTokenUpdatesARunningRun) {
  RunStore store(options());
  Run run = small_run();
  run.metadata.run_id = "r1";
  run.metadata.status = "running";
  store.save(run, {});
  run.metadata.status = "completed";
  EXPECT_EQ(code_of([&] { store.save(run, {.owner_token = "wrong", .new_id = false}); }), ErrorCode::conflict);
  EXPECT_EQ(store.save(run, {}).version, 2) << "the token kept beside the store";
}

TEST_F(RunStoreTest, Fault26_DeletingAnUnknownRunIsAnError) {
  RunStore store(options());
  store.save(small_run(), {});
  EXPECT_EQ(code_of([&] { store.remove("nobody", ""); }), ErrorCode::not_found);
}

TEST_F(RunStoreTest, ADeletedRunIsRestoredExactly) {
  RunStore store(options());
  const std::string id = store.save(full_run(), {}).run_id;
  const Json before = to_json(store.load(id));
  store.remove(id, "mistake");
  EXPECT_EQ(code_of([&] { (void)store.load(id); }), ErrorCode::not_found);
  EXPECT_NE(message.find("trash"), std::string::npos);
  ASSERT_EQ(store.trash().size(), 1U);
  EXPECT_EQ(store.trash()[0].reason, "mistake");
  EXPECT_TRUE(store.verify(false, {}).clean());
  store.restore(id, "");
  EXPECT_EQ(to_json(store.load(id)).dump(), before.dump());
  EXPECT_TRUE(store.trash().empty());
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, ALockedRunIsNeitherDeletedNorRevisedNorPurged) {
  RunStore store(options());
  Run run = small_run();
  run.metadata.run_id = "r1";
  store.save(run, {});
  store.lock("r1", "board decision");
  EXPECT_EQ(code_of([&] { store.remove("r1", ""); }), ErrorCode::wrong_state);
  EXPECT_NE(message.find("board decision"), std::string::npos);
  run.results.objective_value = 3.0;
  EXPECT_EQ(code_of([&] { store.revise(run, "x"); }), ErrorCode::wrong_state);
  EXPECT_EQ(code_of([&] { store.purge({"r1"}, "", {}); }), ErrorCode::wrong_state);
  store.unlock("r1", "");
  store.remove("r1", "");
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, AfterAPurgeNoByteOfTheTextIsLeftInTheFile) {
  RunStore store(options());
  for (int i = 0; i < 20; ++i) store.save(small_run("other"), {});
  Run run = full_run("Geheimnis-Vorhaben");
  run.configuration.algorithm_config.set("note", "Geheimnis-Konfiguration");
  run.metadata.run_id = "secret";
  store.save(run, {});
  store.annotate("secret", {.tags = {}, .add_tags = {"Geheimnis-Etikett"}, .remove_tags = {}, .description = {}, .notes = {}}, "Geheimnis-Grund");
  store.remove("secret", "Geheimnis-Loeschung");
  EXPECT_EQ(store.purge({}, "retention", {}), std::vector<std::string>{"secret"});
  const std::string path = (folder / "store.duckdb").string();
  EXPECT_NE(std::system(("grep -aqi Geheimnis '" + path + "'").c_str()), 0);
  EXPECT_TRUE(store.verify(false, {}).clean());
  EXPECT_EQ(store.list({}).total, 20);
  EXPECT_EQ(code_of([&] { (void)store.load("secret"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { store.save(run, {}); }), ErrorCode::wrong_state);
}

TEST_F(RunStoreTest, VerifyNamesTheRowThatWasChangedByOtherMeans) {
  RunStore store(options());
  Run run = full_run();
  run.metadata.run_id = "r1";
  store.save(run, {});
  store.save(small_run("other"), {});
  plainly("UPDATE optimization_results SET objective_value = objective_value + 1e-9 WHERE run_id = 'r1'");
  const VerifyReport report = store.verify(false, {});
  ASSERT_FALSE(report.clean());
  EXPECT_EQ(report.findings[0].table, "optimization_results");
  EXPECT_EQ(report.findings[0].row, "r1");
}

TEST_F(RunStoreTest, VerifyRepairsTheCopiesForFastFilters) {
  RunStore store(options());
  Run run = full_run();
  run.metadata.run_id = "r1";
  store.save(run, {});
  plainly("UPDATE optimization_run_details SET cola_rate = 7, search_text = 'x' WHERE run_id = 'r1'");
  VerifyReport report = store.verify(true, {});
  EXPECT_EQ(report.repaired.size(), 1U);
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, ASealExposesACutTailAndARewrittenChain) {
  RunStore store(options());
  store.save(small_run("a"), {});
  store.save(small_run("b"), {});
  const Seal seal = store.seal();
  store.save(small_run("c"), {});
  EXPECT_TRUE(store.prove(seal).holds) << store.prove(seal).what;
  plainly("DELETE FROM optimization_audit_log WHERE sequence >= 2");
  EXPECT_FALSE(store.prove(seal).holds);
}

TEST_F(RunStoreTest, StateAsOfATimeIncludesAnnotationsOfThen) {
  RunStore store(options());
  Run run = small_run();
  run.metadata.run_id = "r1";
  store.save(run, {});
  const Timestamp then = now();
  store.annotate("r1", {.tags = {}, .add_tags = {}, .remove_tags = {}, .description = "later", .notes = {}}, "");
  run.results.objective_value = 0.75;
  run.metadata.description = "later";
  store.revise(run, "correction");
  EXPECT_EQ(store.load("r1").metadata.description, "later");
  const Run before = store.load_as_of("r1", then);
  EXPECT_EQ(before.metadata.description, "Spring planning");
  EXPECT_EQ(before.results.objective_value, 0.25);
  ASSERT_EQ(store.list_as_of(then).size(), 1U);
  EXPECT_EQ(store.list_as_of(then)[0].version, 1);
}

TEST_F(RunStoreTest, ListPagesThroughEverythingOnce) {
  RunStore store(options());
  std::vector<Run> runs;
  for (int i = 0; i < 130; ++i) runs.push_back(small_run("s" + std::to_string(i % 7)));
  store.save_all(std::move(runs), {});
  ListRequest request;
  request.limit = 50;
  std::set<std::string> seen;
  do {
    const RunPage page = store.list(request);
    EXPECT_EQ(page.total, 130);
    for (const RunSummary& run : page.runs) EXPECT_TRUE(seen.insert(run.run_id).second);
    request.cursor = page.next_cursor;
  } while (!request.cursor.empty());
  EXPECT_EQ(seen.size(), 130U);
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, ImportingTwiceAddsNothing) {
  RunStore store(options());
  Run run = full_run();
  run.metadata.run_id = "r1";
  run.metadata.updated_at = parse_time("2026-03-02");
  EXPECT_EQ(store.import_runs({run, small_run()}, "file", false).runs[0].outcome, ImportOutcome::added);
  EXPECT_EQ(store.import_runs({run}, "file", false).runs[0].outcome, ImportOutcome::known);
  EXPECT_EQ(store.load("r1").metadata.updated_at, run.metadata.updated_at);
  run.results.objective_value = 4.0;
  EXPECT_EQ(code_of([&] { store.import_runs({small_run(), run}, "file", false); }), ErrorCode::already_exists);
  EXPECT_EQ(store.list({}).total, 2) << "all or nothing";
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, BackupAndRestoreBringBackTheStore) {
  RunStore store(options());
  store.save(small_run("a"), {});
  store.backup(folder / "backup.duckdb", {});
  store.save(small_run("b"), {});
  EXPECT_EQ(store.list({}).total, 2);
  store.restore_backup(folder / "backup.duckdb");
  EXPECT_EQ(store.list({}).total, 1);
  EXPECT_TRUE(store.verify(false, {}).clean());
  EXPECT_EQ(code_of([&] { store.backup(folder / "backup.duckdb", {}); }), ErrorCode::already_exists);
}

TEST_F(RunStoreTest, SqlReadsAndDoesNothingElse) {
  RunStore store(options());
  store.save(small_run("a"), {});
  const SqlResult result = store.sql("SELECT scenario_id, 42 AS n, 1.5::DOUBLE AS x FROM optimization_runs;", 10, std::chrono::seconds(5));
  EXPECT_EQ(result.columns, (std::vector<std::string>{"scenario_id", "n", "x"}));
  ASSERT_EQ(result.rows.size(), 1U);
  EXPECT_EQ(result.rows[0][1].as_integer(), 42);
  for (const char* forbidden : {"DELETE FROM optimization_runs", "ATTACH 'x.duckdb'", "COPY optimization_runs TO 'x.csv'", "INSTALL httpfs",
                                "SELECT * FROM read_csv('/etc/passwd')", "SET enable_external_access = true", "SELECT 1; SELECT 2", "SELEC"}) {
    EXPECT_THROW((void)store.sql(forbidden, 10, std::chrono::seconds(5)), Error) << forbidden;
  }
  EXPECT_EQ(code_of([&] { (void)store.sql("SELECT count(*) FROM range(1000000) a, range(1000000) b", 10, std::chrono::milliseconds(200)); }), ErrorCode::cancelled);
  EXPECT_TRUE(store.sql("SELECT * FROM range(100)", 10, std::chrono::seconds(5)).truncated);
  EXPECT_EQ(store.list({}).total, 1);
}

TEST_F(RunStoreTest, ASaveWhileTheFileIsHeldIsQueuedLoadedAtOnceAndArrivesOnce) {
  RunStore store(options());
  store.save(small_run("a"), {});
  StoreOptions impatient = options();
  impatient.spool_deadline = std::chrono::milliseconds(50);
  impatient.read_deadline = std::chrono::milliseconds(50);
  RunStore waiting(impatient);
  std::string id;
  {
    const auto held = store.hold(RunStore::HoldFor::writing);
    std::thread other([&] {
      const SaveReceipt receipt = waiting.save(small_run("b"), {});
      EXPECT_EQ(receipt.outcome, SaveOutcome::queued);
      id = receipt.run_id;
      EXPECT_EQ(waiting.load(id).metadata.scenario_id, "b");
    });
    other.join();
  }
  EXPECT_EQ(store.spool().size(), 1U);
  EXPECT_EQ(store.drain().applied, 1);
  EXPECT_EQ(store.list({}).total, 2);
  EXPECT_TRUE(store.spool().empty());
  EXPECT_EQ(store.load(id).metadata.scenario_id, "b");
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, ThreeHundredSavesOfOneProcessMakeOneChain) {
  RunStore store(options());
  const auto held = store.hold(RunStore::HoldFor::writing);
  for (int i = 0; i < 300; ++i) store.save(small_run("s" + std::to_string(i)), {});
  std::int64_t last = 0;
  store.audit_log({}, [&last](const AuditEntry& entry) {
    EXPECT_EQ(entry.sequence, ++last);
    return true;
  });
  EXPECT_GE(last, 300);
  EXPECT_TRUE(store.verify(false, {}).clean());
}

TEST_F(RunStoreTest, ABatchFoldsTextAsASingleSaveDoes) {
  RunStore store(options());
  std::vector<Run> runs;
  for (const char* text : {"Plain ASCII Text", "ÉCOLE Straße İstanbul ΣΑΣ", ""}) {
    runs.push_back(small_run("batch"));
    runs.back().metadata.description = text;
    store.save(runs.back(), {});
    runs.back().metadata.run_id.clear();
  }
  store.save_all(runs, {});
  ListRequest request;
  request.query = "école";
  EXPECT_EQ(store.list(request).total, 2);
  request.query = "\"plain ascii\"";
  EXPECT_EQ(store.list(request).total, 2);
  EXPECT_TRUE(store.verify(false, {}).clean());
}

}  // namespace
}  // namespace planwise::store
