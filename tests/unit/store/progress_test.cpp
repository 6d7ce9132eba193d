// Running work: heartbeats, batches, stopping, and runs whose process is gone.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "duck/database_file.h"
#include "planwise/error.h"
#include "sample_runs.h"
#include "store/process_mark.h"
#include "store/run_store.h"
#include "temp_folder.h"

namespace planwise::store {
namespace {

using planwise::testing::small_run;
using planwise::testing::TempFolder;

StoreOptions options_for(const TempFolder& folder, const std::string& actor = "owner") {
  StoreOptions options;
  options.database = folder / "store.duckdb";
  options.who = {actor, "session", "library"};
  return options;
}

Run running_run(const std::string& id = "r1") {
  Run run = small_run();
  run.metadata.run_id = id;
  run.metadata.status = "running";
  return run;
}

RunProgress progress_of(std::int64_t sequence) {
  RunProgress progress;
  progress.sequence = sequence;
  progress.evaluations = sequence * 10;
  progress.max_evaluations = 200;
  progress.best_objective = 1.0 / static_cast<double>(sequence);
  progress.best_feasible = true;
  progress.seconds = 0.5 * static_cast<double>(sequence);
  progress.payload = Json(Json::Object{{"batch", sequence}, {"values", Json::parse("[0.1, 2.5e-300, -0.0]")}});
  return progress;
}

ErrorCode code_of(const std::function<void()>& call, std::string* text = nullptr) {
  try {
    call();
  } catch (const Error& error) {
    if (text != nullptr) *text = error.what();
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::internal;
}

std::int64_t count(const TempFolder& folder, const std::string& what) {
  const auto file = duck::DatabaseFile::at(folder / "store.duckdb");
  const duck::Lease lease = file->lease(duck::Access::read, std::chrono::seconds(5));
  duck::Rows rows = lease.connection().query("SELECT count(*) FROM store.optimization_progress WHERE " + what);
  rows.next();
  return rows.integer(0);
}

void change(const TempFolder& folder, const std::string& sql) {
  const auto file = duck::DatabaseFile::at(folder / "store.duckdb");
  const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
  lease.connection().run(sql);
}

/// As a process that was killed leaves it: its id names nobody any more.
void lose(const TempFolder& folder) {
  change(folder, "UPDATE store.optimization_progress SET process_started = 1 WHERE kind = 'heartbeat'");
}

void expect_clean(RunStore& store) {
  for (const Finding& finding : store.verify(false, {}).findings)
    ADD_FAILURE() << finding.table << " " << finding.row << ": " << finding.what;
}

TEST(Progress, ReportsReplaceTheHeartbeatKeepTheBatchesAndAreNoVersions) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  const SaveReceipt saved = store.save(running_run(), {});
  for (const std::int64_t sequence : {1, 2, 3, 2}) {
    const ProgressReceipt told = store.report_progress("r1", saved.owner_token, progress_of(sequence));
    EXPECT_TRUE(told.stored) << told.why_not;
    EXPECT_FALSE(told.stop);
  }
  EXPECT_EQ(count(folder, "kind = 'heartbeat'"), 1);
  const std::vector<Json> batches = store.progress_payloads("r1");
  ASSERT_EQ(batches.size(), 3U) << "the same sequence again replaces its batch";
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(batches[i], progress_of(static_cast<std::int64_t>(i) + 1).payload);

  const std::vector<RunningRun> running = store.running();
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0].state, "running");
  EXPECT_EQ(running[0].actor, "owner");
  ASSERT_TRUE(running[0].heartbeat);
  EXPECT_EQ(running[0].heartbeat->process_id, ::getpid());
  EXPECT_EQ(running[0].heartbeat->progress.evaluations, 20);
  EXPECT_EQ(running[0].heartbeat->progress.best_objective, 0.5);
  EXPECT_EQ(store.list({}).runs.at(0).run_state, "running");
  EXPECT_EQ(store.summary("r1").heartbeat->progress.max_evaluations, 200);
  EXPECT_EQ(store.history("r1").size(), 1U);
  expect_clean(store);
}

TEST(Progress, FinishingARunRemovesItsRows) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  const SaveReceipt saved = store.save(running_run(), {});
  ASSERT_TRUE(store.report_progress("r1", {}, progress_of(1)).stored) << "an empty token is the kept one";
  planwise::Run done = running_run();
  done.metadata.status = "completed";
  store.save(done, {.owner_token = saved.owner_token, .new_id = false, .provenance = {}});
  EXPECT_EQ(count(folder, "TRUE"), 0);
  EXPECT_EQ(store.summary("r1").run_state, std::nullopt);
  EXPECT_TRUE(store.running().empty());
  EXPECT_EQ(code_of([&] { (void)store.report_progress("r1", saved.owner_token, progress_of(2)); }),
            ErrorCode::wrong_state);
  EXPECT_EQ(code_of([&] { (void)store.report_progress("no", "", progress_of(2)); }), ErrorCode::not_found);
  expect_clean(store);
}

TEST(Progress, OnlyTheOwnerReports) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  (void)store.save(running_run(), {});
  EXPECT_EQ(code_of([&] { (void)store.report_progress("r1", "another", progress_of(1)); }), ErrorCode::conflict);
  EXPECT_EQ(count(folder, "TRUE"), 0);
}

TEST(Progress, NonFiniteObjectivesAreKept) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  (void)store.save(running_run(), {});
  RunProgress progress = progress_of(1);
  progress.best_objective = std::numeric_limits<double>::quiet_NaN();
  ASSERT_TRUE(store.report_progress("r1", {}, progress).stored);
  EXPECT_TRUE(std::isnan(store.running().at(0).heartbeat->progress.best_objective.value()));
}

TEST(Progress, AFileHeldElsewhereIsNoErrorAndTheBatchCanBeSentAgain) {
  const TempFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  RunStore store(options_for(folder));
  (void)store.save(running_run(), {});
  const pid_t child = ::fork();
  if (child == 0) {
    const auto file = duck::DatabaseFile::at(folder / "store.duckdb");
    const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
    (void)!::write(ready[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const ProgressReceipt refused = store.report_progress("r1", {}, progress_of(1));
  EXPECT_FALSE(refused.stored);
  EXPECT_FALSE(refused.why_not.empty());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(store.report_progress("r1", {}, progress_of(1)).stored);
  EXPECT_EQ(store.progress_payloads("r1").size(), 1U);
}

TEST(Progress, ARequestToStopReachesTheOwnerOnceAndIsAudited) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  (void)store.save(running_run(), {});
  ASSERT_TRUE(store.report_progress("r1", {}, progress_of(1)).stored);
  store.request_stop("r1", "good enough");
  store.request_stop("r1", "again");
  const ProgressReceipt told = store.report_progress("r1", {}, progress_of(2));
  ASSERT_TRUE(told.stop);
  EXPECT_EQ(told.stop->requested_by, "owner");
  EXPECT_EQ(told.stop->reason, "good enough");
  EXPECT_EQ(store.running().at(0).stop->reason, "good enough");
  int entries = 0;
  store.audit_log({.run_id = "r1", .actor = {}, .action = "request_stop", .source = {}, .from = {}, .until = {}},
                  [&](const AuditEntry& entry) {
                    EXPECT_EQ(entry.reason, "good enough");
                    return ++entries > 0;
                  });
  EXPECT_EQ(entries, 1);
  expect_clean(store);
  store.save(small_run(), {});
  const std::string finished = store.list({}).runs.at(0).run_id;
  EXPECT_EQ(code_of([&] { store.request_stop(finished, ""); }), ErrorCode::wrong_state);
}

TEST(Progress, ARunOfALivingProcessIsNeitherClosedNorTakenOver) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  (void)store.save(running_run(), {});
  EXPECT_EQ(code_of([&] { (void)store.take_over("r1", ""); }), ErrorCode::conflict) << "just saved, no heartbeat yet";
  ASSERT_TRUE(store.report_progress("r1", {}, progress_of(1)).stored);
  std::string text;
  EXPECT_EQ(code_of([&] { store.close_lost("r1", "failed", ""); }, &text), ErrorCode::conflict);
  EXPECT_NE(text.find("process " + std::to_string(::getpid())), std::string::npos) << text;
  EXPECT_EQ(code_of([&] { (void)store.take_over("r1", ""); }), ErrorCode::conflict);
  EXPECT_EQ(code_of([&] { store.close_lost("r1", "completed", ""); }), ErrorCode::invalid_argument);
}

TEST(Progress, AKilledProcessLeavesALostRunThatCanBeClosed) {
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    RunStore store(options_for(folder, "child"));
    (void)store.save(running_run(), {.owner_token = {}, .new_id = false, .provenance = Json::parse(R"({"seed": 7})")});
    (void)store.report_progress("r1", {}, progress_of(1));
    (void)store.report_progress("r1", {}, progress_of(2));
    ::kill(::getpid(), SIGKILL);
  }
  // Not reaped yet: a zombie is gone all the same.
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  RunStore store(options_for(folder, "closer"));
  EXPECT_EQ(store.running().at(0).state, "lost");
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(store.list({}).runs.at(0).run_state, "lost");
  EXPECT_EQ(store.list({}).runs.at(0).status, "running") << "the status is shown as it is stored";
  EXPECT_EQ(code_of([&] { store.request_stop("r1", ""); }), ErrorCode::wrong_state);
  store.close_lost("r1", "failed", "the machine was switched off");
  const planwise::Run closed = store.load("r1");
  EXPECT_EQ(closed.metadata.status, "failed");
  EXPECT_EQ(closed.metadata.convergence_message, "the machine was switched off");
  EXPECT_EQ(closed.metadata.function_evaluations, 20);
  EXPECT_EQ(closed.metadata.runtime_seconds, 1.0);
  EXPECT_EQ(closed.results.objective_value, small_run().results.objective_value);
  EXPECT_EQ(store.provenance("r1"), Json::parse(R"({"seed": 7})"));
  EXPECT_EQ(store.progress_payloads("r1").size(), 2U) << "what was found stays";
  EXPECT_EQ(store.history("r1").size(), 2U);
  EXPECT_EQ(store.history("r1").back().action, "close");
  EXPECT_EQ(code_of([&] { store.close_lost("r1", "failed", ""); }), ErrorCode::wrong_state);
  expect_clean(store);
}

TEST(Progress, TakingOverGivesANewTokenAndEndsTheOldOne) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  const SaveReceipt saved = store.save(running_run(), {});
  ASSERT_TRUE(store.report_progress("r1", saved.owner_token, progress_of(1)).stored);
  store.request_stop("r1", "");
  lose(folder);
  const std::string token = store.take_over("r1", "");
  EXPECT_NE(token, saved.owner_token);
  EXPECT_EQ(store.running().at(0).state, "running") << "at once, before the first report";
  EXPECT_EQ(store.running().at(0).heartbeat->progress.evaluations, 10);
  EXPECT_EQ(code_of([&] { (void)store.report_progress("r1", saved.owner_token, progress_of(2)); }),
            ErrorCode::conflict);
  const ProgressReceipt told = store.report_progress("r1", token, progress_of(2));
  EXPECT_TRUE(told.stored);
  EXPECT_FALSE(told.stop) << "the request was to the earlier process";
  planwise::Run done = running_run();
  done.metadata.status = "completed";
  EXPECT_EQ(code_of([&] { store.save(done, {.owner_token = saved.owner_token, .new_id = false, .provenance = {}}); }),
            ErrorCode::conflict);
  store.save(done, {.owner_token = token, .new_id = false, .provenance = {}});
  expect_clean(store);
}

TEST(Progress, OfTwoProcessesThatTakeOverOneWins) {
  const TempFolder folder;
  {
    RunStore store(options_for(folder));
    (void)store.save(running_run(), {});
    ASSERT_TRUE(store.report_progress("r1", {}, progress_of(1)).stored);
    lose(folder);
  }
  int results[2];
  int stay[2];
  ASSERT_EQ(::pipe(results), 0);
  ASSERT_EQ(::pipe(stay), 0);
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(stay[1]);
      RunStore store(options_for(folder, "taker-" + std::to_string(i)));
      char result = 'e';
      try {
        (void)store.take_over("r1", "");
        result = 'w';
      } catch (const Error& error) {
        result = error.code() == ErrorCode::conflict ? 'c' : 'e';
      }
      (void)!::write(results[1], &result, 1);
      char end = 0;
      (void)!::read(stay[0], &end, 1);  // alive until all have tried
      ::_exit(0);
    }
    children.push_back(child);
  }
  std::string all;
  for (int i = 0; i < 4; ++i) {
    char result = 0;
    ASSERT_EQ(::read(results[0], &result, 1), 1);
    all += result;
  }
  ::close(stay[1]);
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, "cccw");
}

TEST(Progress, WhatIsBegunByAProcessThatDiesAtOnceIsLostAtOnce) {
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    RunStore store(options_for(folder));
    SaveOptions options;
    options.working = true;
    (void)store.save(running_run(), options);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  RunStore store(options_for(folder));
  EXPECT_EQ(count(folder, "kind = 'heartbeat'"), 1);
  ASSERT_EQ(store.running().size(), 1U);
  EXPECT_EQ(store.running().front().state, "lost");
  EXPECT_NO_THROW((void)store.take_over("r1", "resumed"));
}

TEST(Progress, ElsewhereOnlyTheAgeOfTheHeartbeatTells) {
  Heartbeat beat;
  mark_process(beat);
  beat.beat_at = now();
  EXPECT_EQ(running_state(beat, now()), "running");
  EXPECT_EQ(running_state(std::nullopt, now()), "unknown");
  for (std::string Heartbeat::*field : {&Heartbeat::host, &Heartbeat::boot_id, &Heartbeat::process_space}) {
    Heartbeat other = beat;
    other.*field = "elsewhere";
    other.process_started = 1;
    EXPECT_EQ(running_state(other, Timestamp{beat.beat_at.microseconds + 59'000'000}), "running");
    EXPECT_EQ(running_state(other, Timestamp{beat.beat_at.microseconds + 60'000'000}), "lost");
  }
  beat.process_started += 1;
  EXPECT_EQ(running_state(beat, beat.beat_at), "lost") << "another process with the same id";
}

TEST(Progress, RowsFollowTheRunThroughTrashPurgeBackupAndMove) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  (void)store.save(running_run(), {});
  ASSERT_TRUE(store.report_progress("r1", {}, progress_of(1)).stored);
  store.backup(folder / "backup.duckdb", {});
  store.move_to(folder / "moved.duckdb", false);
  for (const char* name : {"backup.duckdb", "moved.duckdb"}) {
    StoreOptions options = options_for(folder);
    options.database = folder / name;
    RunStore other(options);
    EXPECT_EQ(other.progress_payloads("r1").size(), 1U) << name;
    EXPECT_EQ(other.running().at(0).state, "running") << name;
    expect_clean(other);
  }
  store.remove("r1", "");
  EXPECT_EQ(code_of([&] { (void)store.report_progress("r1", {}, progress_of(2)); }), ErrorCode::not_found);
  store.restore("r1", "");
  EXPECT_EQ(store.progress_payloads("r1").size(), 1U);
  EXPECT_TRUE(store.report_progress("r1", {}, progress_of(2)).stored);
  store.remove("r1", "");
  store.purge({"r1"}, "", {});
  EXPECT_EQ(count(folder, "TRUE"), 0);
  expect_clean(store);
}

TEST(Provenance, IsKeptOverVersionsAndGuardedByVerify) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  const Json provenance = Json::parse(R"({"solver": "SLSQP", "program_version": "0.1.0", "seed": 42})");
  const SaveReceipt saved = store.save(running_run(), {.owner_token = {}, .new_id = false, .provenance = provenance});
  planwise::Run done = running_run();
  done.metadata.status = "completed";
  store.save(done, {.owner_token = saved.owner_token, .new_id = false, .provenance = {}});
  EXPECT_EQ(store.provenance("r1"), provenance);
  done.results.objective_value = 0.5;
  store.revise(done, "a correction");
  EXPECT_EQ(store.provenance("r1"), provenance);
  store.save(small_run(), {});
  EXPECT_TRUE(store.provenance(store.list({}).runs.at(0).run_id).is_null());
  EXPECT_EQ(code_of([&] { (void)store.provenance("no"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { store.save(small_run(), {.owner_token = {}, .new_id = false, .provenance = Json("text")}); }),
            ErrorCode::invalid_argument);
  expect_clean(store);
  change(folder,
         "UPDATE store.optimization_run_details SET provenance = replace(provenance, '42', '43') WHERE run_id = 'r1'");
  EXPECT_FALSE(store.verify(false, {}).clean());
}

}  // namespace
}  // namespace planwise::store
