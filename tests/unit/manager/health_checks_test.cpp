// The report about what surrounds the store, and the cache as a whole.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "cache/file_cache.h"
#include "planwise/census.h"
#include "planwise/error.h"
#include "planwise/results_manager.h"
#include "planwise/workforce.h"
#include "temp_folder.h"

namespace planwise {
namespace {

namespace fs = std::filesystem;
using planwise::testing::TempFolder;

const HealthLine& line_of(const HealthReport& report, std::string_view component) {
  for (const HealthLine& line : report.lines) {
    if (line.component == component) return line;
  }
  throw Error(ErrorCode::not_found, std::string(component));
}

class HealthChecks : public ::testing::Test {
 protected:
  HealthChecks() {
    ::setenv("PLANWISE_CACHE_DIR", (folder_ / "cache").c_str(), 1);
    ::unsetenv("PLANWISE_SIMULATION");
  }
  ~HealthChecks() override { ::unsetenv("PLANWISE_CACHE_DIR"); }

  HealthReport health(const fs::path& simulation = {}) {
    ManagerOptions options;
    options.database = folder_ / "store.duckdb";
    ResultsManager manager(options);
    (void)manager.migrate(false);
    return manager.health({.simulation = simulation});
  }

  TempFolder folder_;
};

TEST_F(HealthChecks, WithoutASimulationNothingFails) {
  const HealthReport report = health();
  EXPECT_EQ(line_of(report, "simulation").state, HealthState::ok);
  EXPECT_NE(line_of(report, "simulation").message.find("skipped"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "cache")) << "a look makes no cache";
}

TEST_F(HealthChecks, ASimulationThatIsNamedAndMissingFailsWithARemedy) {
  const HealthLine line = line_of(health(folder_ / "none.duckdb"), "simulation");
  EXPECT_EQ(line.state, HealthState::failed);
  EXPECT_FALSE(line.remedy.empty());
}

TEST_F(HealthChecks, WhatIsNoDatabaseFails) {
  std::ofstream(folder_ / "text.duckdb") << "not a database, whatever its name says";
  EXPECT_EQ(line_of(health(folder_ / "text.duckdb"), "simulation").state, HealthState::failed);
}

TEST_F(HealthChecks, YearsBehindTheSettingsAreAWarning) {
  CensusOptions people;
  people.people = 200;
  write_census_csv(make_census(people), folder_ / "census.csv");
  SimulationInput input;
  input.people = read_census(folder_ / "census.csv").people;
  input.settings.end_year = 2026;
  for (int year = 2025; year <= 2026; ++year) input.levers[year] = {};
  input.detail = SimulationDetail::rows;
  const SimulationResult result = simulate(input);
  {
    SimulationTables tables(folder_ / "two_years.duckdb");
    tables.baseline(input.people, 2025);
    std::map<int, YearLevers> planned = input.levers;
    planned[2027] = {};
    tables.levers(planned);
    for (const YearRows& rows : result.rows) tables.year(rows);
    tables.finish();
  }
  const HealthReport report = health(folder_ / "two_years.duckdb");
  EXPECT_EQ(line_of(report, "simulation").state, HealthState::ok);
  const HealthLine& recent = line_of(report, "recent data");
  EXPECT_EQ(recent.state, HealthState::warning);
  EXPECT_NE(recent.message.find("2025 to 2026; the settings plan to 2027"), std::string::npos) << recent.message;
}

TEST_F(HealthChecks, Fault6_TheCacheShowsItsFolderModeSizeAndCounters) {
  EXPECT_EQ(cache_statistics().entries, 0);
  EXPECT_EQ(clear_cache(), 0);
  {
    cache::FileCache files({.folder = cache::default_cache_folder()});
    const cache::CacheKey key = cache::CacheKeyBuilder("test", {"data", 1, "0"}).key();
    EXPECT_EQ(files.put(key, "value"), cache::Kept::yes);
    EXPECT_TRUE(files.get(key).has_value());
  }
  EXPECT_EQ(cache_statistics().entries, 1);
  EXPECT_EQ(cache_statistics().hits, 1);
  EXPECT_EQ(cache_statistics().limit_bytes, 500'000'000);
  const HealthLine line = line_of(health(), "cache");
  EXPECT_EQ(line.state, HealthState::ok);
  EXPECT_NE(line.message.find("mode 700"), std::string::npos) << line.message;
  EXPECT_EQ(clear_cache(), 1);
  EXPECT_EQ(cache_statistics().entries, 0);
}

TEST_F(HealthChecks, Fault6_ACacheThatIsALinkFails) {
  fs::create_directory(folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "cache");
  EXPECT_EQ(line_of(health(), "cache").state, HealthState::failed);
}

TEST_F(HealthChecks, TheLogThatIsWrittenIsNamed) {
  EXPECT_EQ(line_of(health(), "log").state, HealthState::ok);
  start_log(folder_ / "log.jsonl");
  log_event("info", "test", "text");
  const HealthLine line = line_of(health(), "log");
  fs::remove(folder_ / "log.jsonl");
  const HealthLine gone = line_of(health(), "log");
  stop_log();
  EXPECT_NE(line.message.find("log.jsonl"), std::string::npos);
  EXPECT_EQ(gone.state, HealthState::warning);
}

TEST(CensusParquet, HoldsTheRowsOfTheCsv) {
  const TempFolder folder;
  CensusOptions options;
  options.people = 300;
  options.faults[CensusFault::missing_pay] = 2;
  const Census census = make_census(options);
  write_census_csv(census, folder / "c.csv");
  const std::uint64_t bytes = write_census_parquet(census, folder / "c.parquet");
  EXPECT_EQ(bytes, fs::file_size(folder / "c.parquet"));
  const CensusReport csv = check_census(folder / "c.csv");
  const CensusReport parquet = check_census(folder / "c.parquet");
  EXPECT_EQ(parquet.rows, 300);
  EXPECT_EQ(parquet.issue_count, csv.issue_count);
  EXPECT_EQ(parquet.terminated, csv.terminated);
  EXPECT_THROW(write_census_parquet(census, folder / "c.parquet"), Error);
  write_census_parquet(census, folder / "c.parquet", Overwrite::replace);
}

}  // namespace
}  // namespace planwise
