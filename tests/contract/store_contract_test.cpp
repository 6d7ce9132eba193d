// What every store promises, whatever it is built on: through the facade alone, without a word of DuckDB.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <set>

#include "planwise/planwise.h"
#include "sample_runs.h"
#include "temp_folder.h"

namespace planwise {
namespace {

using planwise::testing::full_run;
using planwise::testing::small_run;
using planwise::testing::TempFolder;

class StoreContract : public ::testing::Test {
 protected:
  using Run = planwise::Run;  // GoogleTest has a Run of its own
  ResultsManager open(const std::string& name = "store.duckdb") {
    ManagerOptions options;
    options.database = folder / name;
    options.actor = "tester";
    return ResultsManager(options);
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
  TempFolder folder;
  std::string message;
};

TEST_F(StoreContract, ReopenedStoreKeepsFinishedRuns) {
  const std::string id = open().save(full_run()).run_id;
  ResultsManager again = open();
  const Run loaded = again.load(id);
  Run expected = full_run();
  expected.metadata.run_id = id;
  EXPECT_EQ(content_hash(loaded), content_hash(expected));
  EXPECT_EQ(again.summary(id).content_hash, content_hash(expected));
}

TEST_F(StoreContract, Fault5_CompareTellsMissingFromNullAndZero) {
  ResultsManager store = open();
  Run a = small_run("a");
  Run b = small_run("b");
  a.results.objective_value = 0.0;
  b.results.optimal_parameters.erase("cola_rate");
  const Comparison difference = store.compare({store.save(a).run_id, store.save(b).run_id}, {});
  const auto field = std::find_if(difference.fields.begin(), difference.fields.end(),
                                  [](const ComparedField& f) { return f.path == "results.optimal_parameters.cola_rate"; });
  ASSERT_NE(field, difference.fields.end());
  EXPECT_TRUE(field->values[1].missing);
  ASSERT_FALSE(difference.objectives.empty());
  EXPECT_EQ(difference.objectives[0].best, 0U) << "an objective of exactly 0 is a value";
}

TEST_F(StoreContract, Fault11_TotalsAreOfTheWholeStore) {
  ResultsManager store = open();
  std::vector<Run> runs;
  for (int i = 0; i < 75; ++i) runs.push_back(small_run("s" + std::to_string(i)));
  store.save_all(std::move(runs));
  EXPECT_EQ(store.overview().runs, 75);
  ListRequest request;
  request.limit = 20;
  EXPECT_EQ(store.list(request).total, 75);
  EXPECT_EQ(store.list(request).runs.size(), 20U);
}

TEST_F(StoreContract, Fault15_TimesAreUtcAndReadingChangesNone) {
  ResultsManager store = open();
  Run run = small_run();
  run.metadata.created_at = parse_time("2026-03-01T05:00:00", "America/New_York");
  const std::string id = store.save(run).run_id;
  const Metadata first = store.load(id).metadata;
  EXPECT_EQ(to_text(first.created_at), "2026-03-01T10:00:00Z");
  EXPECT_EQ(store.load(id).metadata.updated_at, first.updated_at);
  EXPECT_EQ(open().load(id).metadata.updated_at, first.updated_at);
}

TEST_F(StoreContract, Fault16_NoPathOfAMachineIsBuiltIn) {
  for (const char* tree : {"src", "include", "apps", "scripts"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(PLANWISE_SOURCE_DIR) / tree)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path());
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      EXPECT_EQ(text.find(std::string("/Us") + "ers/"), std::string::npos) << entry.path();
      EXPECT_EQ(text.find(std::string("/ho") + "me/"), std::string::npos) << entry.path();
    }
  }
}

TEST_F(StoreContract, Fault17_ABrokenStoreIsAnErrorAndNotAnEmptyList) {
  EXPECT_EQ(code_of([&] { (void)open("missing.duckdb").list({}); }), ErrorCode::not_found);
  std::ofstream(folder / "broken.duckdb") << std::string(8192, 'x');
  EXPECT_EQ(code_of([&] { (void)open("broken.duckdb").list({}); }), ErrorCode::corrupt);
  EXPECT_NE(message.find("broken.duckdb"), std::string::npos);
}

TEST_F(StoreContract, Fault18_ARunThatNeverReportedConvergenceIsNotAFailure) {
  ResultsManager store = open();
  Run run = small_run();
  const std::string id = store.save(run).run_id;
  EXPECT_FALSE(store.load(id).metadata.converged.has_value());
  ListRequest request;
  request.query = "converged:false";
  EXPECT_EQ(store.list(request).total, 0);
}

TEST_F(StoreContract, Fault19_AValueThatCannotBeStoredLeavesNoHalfRun) {
  ResultsManager store = open();
  store.save(small_run());
  Run run = full_run();
  run.results.optimal_parameters.set("cola_rate", std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(code_of([&] { store.save(run); }), ErrorCode::invalid_argument);
  EXPECT_NE(message.find("cola_rate"), std::string::npos);
  run = full_run();
  run.results.projected_outcomes.set("text", std::string("\xFF broken"));
  EXPECT_THROW(store.save(run), Error);
  EXPECT_EQ(store.list({}).total, 1);
  run = full_run();
  run.metadata.random_seed = std::numeric_limits<std::int64_t>::max();
  const std::string id = store.save(run).run_id;
  EXPECT_EQ(store.load(id).metadata.random_seed, std::numeric_limits<std::int64_t>::max());
  EXPECT_TRUE(store.verify().clean());
}

TEST_F(StoreContract, Fault21_UnexpectedValuesOfARunHideNoOther) {
  ResultsManager store = open();
  Run odd = small_run("odd");
  odd.metadata.optimization_type = "a type of tomorrow";
  odd.metadata.optimization_engine = "an engine of tomorrow";
  const std::string id = store.save(odd).run_id;
  store.save(small_run("plain"));
  EXPECT_EQ(store.list({}).total, 2);
  EXPECT_EQ(store.load(id).metadata.optimization_type, "a type of tomorrow");
  ListRequest request;
  request.query = "type:\"a type of tomorrow\"";
  EXPECT_EQ(store.list(request).total, 1);
}

TEST_F(StoreContract, Fault23_ChangesOfAnotherObjectAreSeenAndReturnedRunsAreCopies) {
  ResultsManager first = open();
  const std::string id = first.save(small_run()).run_id;
  EXPECT_EQ(first.list({}).total, 1);
  Run copy = first.load(id);
  copy.metadata.tags.push_back("changed");
  EXPECT_EQ(first.load(id).metadata.tags, small_run().metadata.tags);
  ResultsManager second = open();
  second.save(small_run());
  EXPECT_EQ(first.list({}).total, 2);
  second.remove(id);
  EXPECT_EQ(code_of([&] { (void)first.load(id); }), ErrorCode::not_found);
  EXPECT_EQ(first.list({}).total, 1);
}

TEST_F(StoreContract, Fault24_NonFiniteNumbersAreTaggedTextNeverBareTokens) {
  ResultsManager store = open();
  Run run = full_run();
  run.results.objective_value = std::numeric_limits<double>::infinity();
  run.results.objective_history.push_back(std::numeric_limits<double>::quiet_NaN());
  const std::string id = store.save(run).run_id;
  const std::string text = to_json(store.load(id)).dump();
  EXPECT_NE(text.find("\"objective_value\":\"Infinity\""), std::string::npos);
  EXPECT_NO_THROW((void)Json::parse(text));
  EXPECT_EQ(content_hash(store.load(id)), store.summary(id).content_hash);
}

TEST_F(StoreContract, Fault30_ARetryOfTheSameSaveDoublesNothing) {
  ResultsManager store = open();
  Run run = small_run();
  run.metadata.run_id = "retry-1";
  store.save(run);
  EXPECT_EQ(open().save(run).outcome, SaveOutcome::unchanged);
  EXPECT_EQ(store.list({}).total, 1);
}

TEST_F(StoreContract, Fault33_ASaveWritesAsMuchIntoALargeStoreAsIntoASmallOne) {
  // What made saving slow was rewriting what was there; bytes tell it without a clock.
  const auto written_by_saves = [&](ResultsManager& store) {
    const std::filesystem::path log = (folder / "store.duckdb.wal");
    const auto size = [&] { return std::filesystem::exists(log) ? static_cast<std::int64_t>(std::filesystem::file_size(log)) : 0; };
    std::int64_t most = 0;
    for (int i = 0; i < 5; ++i) {
      const std::int64_t before = size();
      store.save(small_run("measured"));
      most = std::max(most, size() - before);
    }
    return most;
  };
  ResultsManager store = open();
  store.save(small_run());
  const std::int64_t small = written_by_saves(store);
  std::vector<Run> many;
  for (int i = 0; i < 3000; ++i) many.push_back(small_run("s" + std::to_string(i)));
  store.save_all(std::move(many));
  EXPECT_LE(written_by_saves(store), small + small / 2);
}

TEST_F(StoreContract, Fault10_ASaveThatCannotGetTheStoreIsNotLost) {
  // The store's folder takes the spool; a directory in the file's place stands for a file that cannot be opened.
  ResultsManager store = open();
  const std::string first = store.save(small_run("first")).run_id;
  std::filesystem::rename(folder / "store.duckdb", folder / "aside");
  std::filesystem::create_directory(folder / "store.duckdb");
  const SaveReceipt queued = store.save(small_run("queued"));
  EXPECT_EQ(queued.outcome, SaveOutcome::queued);
  EXPECT_EQ(store.load(queued.run_id).metadata.scenario_id, "queued");
  std::filesystem::remove(folder / "store.duckdb");
  std::filesystem::rename(folder / "aside", folder / "store.duckdb");
  store.save(small_run("next"));
  EXPECT_EQ(store.list({}).total, 3);
  EXPECT_TRUE(store.spool().empty());
  EXPECT_EQ(store.load(first).metadata.scenario_id, "first");
}

TEST_F(StoreContract, ASpoolEntryThatNoLongerFitsIsPutAsideAndReported) {
  ResultsManager store = open();
  Run run = small_run("original");
  run.metadata.run_id = "r1";
  const auto queue = [&](const Run& queued) {
    std::filesystem::rename(folder / "store.duckdb", folder / "aside");
    std::filesystem::create_directory(folder / "store.duckdb");
    EXPECT_EQ(store.save(queued).outcome, SaveOutcome::queued);
    std::filesystem::remove(folder / "store.duckdb");
    std::filesystem::rename(folder / "aside", folder / "store.duckdb");
  };
  store.save(small_run("first"));
  queue(run);
  Run other = run;
  other.results.objective_value = 77;
  // Meanwhile somebody else stores another run under that id.
  std::filesystem::rename(folder / "store.duckdb.spool", folder / "spool-aside");
  store.save(other);
  std::filesystem::remove_all(folder / "store.duckdb.spool");
  std::filesystem::rename(folder / "spool-aside", folder / "store.duckdb.spool");
  EXPECT_EQ(store.drain().rejected, 1);
  ASSERT_EQ(store.spool().size(), 1U);
  EXPECT_EQ(store.spool()[0].state, "rejected");
  EXPECT_NE(store.spool()[0].reason.find("r1"), std::string::npos);
  EXPECT_EQ(store.load("r1").results.objective_value, 77);
  EXPECT_EQ(store.health().worst(), HealthState::warning);
}

TEST_F(StoreContract, EveryErrorCodeHasAName) {
  std::set<std::string_view> names;
  for (const ErrorCode code : all_error_codes) EXPECT_TRUE(names.insert(to_text(code)).second);
}

}  // namespace
}  // namespace planwise
