// Years written as dbt's tables, and read back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>

#include "databases.h"
#include "planwise/error.h"
#include "planwise/workforce.h"

namespace planwise::workforce {
namespace {

using planwise::testing::TempFolder;
using ::testing::ElementsAre;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

People start_of(std::size_t count) {
  People people;
  for (std::size_t i = 0; i < count; ++i) {
    people.employee_id.push_back("EMP_" + std::to_string(1000000 + i));
    people.compensation.push_back(60000 + static_cast<double>(i % 1000));
    people.age.push_back(static_cast<std::int32_t>(25 + i % 40));
    people.tenure.push_back(static_cast<std::int32_t>(i % 10));
    people.level.push_back(static_cast<std::int32_t>(1 + i % 5));
    people.birth_date.push_back(4000);
    people.hire_date.push_back(i % 7 == 0 ? no_date : 18000);
  }
  return people;
}

/// A year of `count` people: one in ten leaves, all others get a raise.
YearRows year_of(int year, std::size_t count) {
  YearRows rows;
  rows.year = year;
  const People people = start_of(count);
  rows.employee_id = people.employee_id;
  for (std::size_t i = 0; i < count; ++i) {
    const bool leaves = i % 10 == 0;
    rows.birth_date.push_back(4000);
    rows.hire_date.push_back(18000);
    rows.termination_date.push_back(leaves ? 20300 : no_date);
    rows.current_compensation.push_back(people.compensation[i] * 1.03);
    rows.prorated_compensation.push_back(people.compensation[i] * 1.01);
    rows.full_year_equivalent.push_back(people.compensation[i] * 1.03);
    rows.age.push_back(people.age[i]);
    rows.tenure.push_back(people.tenure[i]);
    rows.level.push_back(static_cast<std::uint8_t>(people.level[i]));
    rows.status.push_back(leaves        ? DetailedStatus::experienced_termination
                          : i % 10 == 1 ? DetailedStatus::new_hire_active
                                        : DetailedStatus::continuous_active);
    const auto event = [&](EventType type, double pay, double before) {
      rows.events.row.push_back(static_cast<std::uint32_t>(i));
      rows.events.type.push_back(type);
      rows.events.date.push_back(20200);
      rows.events.compensation.push_back(pay);
      rows.events.previous_compensation.push_back(before);
      rows.events.probability.push_back(type == EventType::hire ? nan : 0.1);
      rows.events.level.push_back(rows.level.back());
    };
    if (i % 10 == 1) event(EventType::hire, people.compensation[i], nan);
    if (i % 10 == 2) event(EventType::promotion, people.compensation[i], people.compensation[i] / 1.1);
    event(EventType::raise, people.compensation[i] * 1.03, people.compensation[i]);
    if (leaves) event(EventType::termination, people.compensation[i], nan);
  }
  return rows;
}

void write_all(const std::filesystem::path& target, SimulationTablesOptions options, std::size_t count, int years) {
  SimulationTables tables(target, std::move(options));
  tables.baseline(start_of(count), 2025);
  std::map<int, YearLevers> levers;
  std::map<int, LeverLocks> locks;
  for (int year = 2025; year < 2025 + years; ++year) levers[year] = YearLevers{};
  locks[2025].cola_rate[0] = true;
  tables.levers(levers, locks);
  for (int year = 2025; year < 2025 + years; ++year) tables.year(year_of(year, count));
  tables.finish();
}

class WrittenTables : public ::testing::TestWithParam<SimulationFormat> {
 protected:
  [[nodiscard]] std::filesystem::path target() const {
    return folder_ / (GetParam() == SimulationFormat::duckdb ? "out.duckdb" : "out");
  }
  [[nodiscard]] static SimulationTablesOptions options() {
    SimulationTablesOptions options;
    options.format = GetParam();
    return options;
  }
  TempFolder folder_;
};

TEST_P(WrittenTables, AreReadBackAsTheyWere) {
  write_all(target(), options(), 5000, 2);
  const SimulationDatabase database(target());
  const YearRows rows = year_of(2025, 5000);
  EXPECT_THAT(database.years(), ElementsAre(2025, 2026));
  const Json summary = database.summary(2025);
  EXPECT_EQ(summary.find("warnings"), nullptr) << summary.dump();
  const Json& workforce = summary.at("workforce");
  EXPECT_EQ(workforce.at("total_headcount").as_integer(), 5000);
  EXPECT_EQ(workforce.at("terminations").as_integer(), 500);
  EXPECT_EQ(workforce.at("new_hires").as_integer(), 500);
  double total = 0;
  for (double pay : rows.current_compensation) total += pay;
  EXPECT_NEAR(workforce.at("total_compensation").as_real(), total, 1e-3);
  EXPECT_EQ(summary.at("events").dump(), R"({"RAISE":5000,"hire":500,"promotion":500,"termination":500})");
  EXPECT_EQ(summary.at("parameters"), flat_levers(YearLevers{}));
  const People people = database.load_people().people;
  const People expected = start_of(5000);
  EXPECT_EQ(people.employee_id, expected.employee_id);
  EXPECT_EQ(people.compensation, expected.compensation);
  EXPECT_EQ(people.hire_date, expected.hire_date);
  const EffectiveLevers levers = database.load_levers();
  EXPECT_TRUE(levers.new_hire_stored_as_hire);
  EXPECT_TRUE(levers.locks.at(2025).cola_rate[0]);
  EXPECT_FALSE(levers.locks.at(2026).cola_rate[0]);
  for (const QualityFinding& finding : database.quality().findings) EXPECT_EQ(finding.not_run, "") << finding.check;
  duck::Instance instance;
  const std::string from =
      GetParam() == SimulationFormat::duckdb
          ? "w.fct_yearly_events"
          : "read_parquet(" + duck::sql_literal((target() / "fct_yearly_events.parquet").string()) + ")";
  if (GetParam() == SimulationFormat::duckdb)
    instance.connection().run("ATTACH " + duck::sql_literal(target().string()) + " AS w (READ_ONLY)");
  duck::Rows events = instance.connection().query(
      "SELECT count(employee_ssn), min(event_details), max(event_sequence), count(previous_compensation) FROM " + from);
  ASSERT_TRUE(events.next());
  EXPECT_EQ(events.integer(0), 0);
  EXPECT_EQ(events.text(1), "Level 3 -> 4");
  EXPECT_EQ(events.integer(2), 2);
  EXPECT_EQ(events.integer(3), 2 * 5500);
}

TEST_P(WrittenTables, SettingsAreReadBackWithNothingStandingIn) {
  SimulationSettings written;
  written.target_growth_rate = 0.051;
  written.total_termination_rate = 0.1;
  written.new_hire_termination_rate = 1.0 / 3;
  for (JobLevel& level : written.levels) {
    level = {level.minimum + 0.5, level.maximum * 1.01, level.average_promotion_probability / 3, level.hire_maximum - 7,
             0.2};
  }
  written.termination_base = 0.41;
  written.termination_by_tenure[4] = 0.7;
  written.termination_by_age[0] = 0.9;
  written.promotion_base = 0.2;
  written.promotion_level_dampener = 0.25;
  written.promotion_by_tenure[1] = 0.3;
  written.promotion_by_age[5] = 0.4;
  written.raise_month[11] = 1.0 / 7;
  written.hire_ages = {20, 21, 22, 23, 64};
  written.start_year = 2025;
  written.end_year = 2026;
  {
    SimulationTables tables(target(), options());
    tables.baseline(start_of(5), 2025);
    tables.settings(written);
    tables.levers({{2025, YearLevers{}}, {2026, YearLevers{}}});
    tables.year(year_of(2025, 5));
    tables.finish();
  }
  const ModelSettings model = SimulationDatabase(target()).load_settings();
  EXPECT_THAT(model.notes, ElementsAre());
  EXPECT_THAT(model.stood_in, ElementsAre());
  const SimulationSettings& read = model.settings;
  EXPECT_EQ(read.start_year, 2025);
  EXPECT_EQ(read.end_year, 2026);
  EXPECT_EQ(read.target_growth_rate, written.target_growth_rate);
  EXPECT_EQ(read.total_termination_rate, written.total_termination_rate);
  EXPECT_EQ(read.new_hire_termination_rate, written.new_hire_termination_rate);
  for (std::size_t level = 0; level < level_count; ++level) {
    EXPECT_EQ(read.levels[level].minimum, written.levels[level].minimum);
    EXPECT_EQ(read.levels[level].maximum, written.levels[level].maximum);
    EXPECT_EQ(read.levels[level].average_promotion_probability, written.levels[level].average_promotion_probability);
    EXPECT_EQ(read.levels[level].hire_maximum, written.levels[level].hire_maximum);
    EXPECT_EQ(read.levels[level].hire_share, written.levels[level].hire_share);
  }
  EXPECT_EQ(read.termination_base, written.termination_base);
  EXPECT_EQ(read.termination_by_tenure, written.termination_by_tenure);
  EXPECT_EQ(read.termination_by_age, written.termination_by_age);
  EXPECT_EQ(read.promotion_base, written.promotion_base);
  EXPECT_EQ(read.promotion_level_dampener, written.promotion_level_dampener);
  EXPECT_EQ(read.promotion_by_tenure, written.promotion_by_tenure);
  EXPECT_EQ(read.promotion_by_age, written.promotion_by_age);
  EXPECT_EQ(read.raise_month, written.raise_month);
  EXPECT_EQ(read.hire_ages, written.hire_ages);
}

TEST_P(WrittenTables, LetterCaseOfTheLeverForHiresIsKept) {
  YearLevers levers;
  levers.new_hire_stored_as_HIRE = true;
  SimulationTables tables(target(), options());
  tables.baseline(start_of(5), 2025);
  tables.levers({{2025, levers}});
  tables.year(year_of(2025, 5));
  tables.finish();
  EXPECT_FALSE(SimulationDatabase(target()).load_levers().new_hire_stored_as_hire);
}

TEST_P(WrittenTables, NothingIsThereBeforeTheEndNorWithoutIt) {
  {
    SimulationTables tables(target(), options());
    tables.year(year_of(2025, 10));
    EXPECT_FALSE(std::filesystem::exists(target()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_P(WrittenTables, WhatIsThereIsReplacedOnlyWhenAskedTo) {
  write_all(target(), options(), 10, 1);
  EXPECT_THROW(write_all(target(), options(), 20, 1), Error);
  EXPECT_EQ(SimulationDatabase(target()).load_people().people.size(), 10U);
  SimulationTablesOptions replacing = options();
  replacing.replace = true;
  write_all(target(), replacing, 20, 1);
  EXPECT_EQ(SimulationDatabase(target()).load_people().people.size(), 20U);
}

TEST_P(WrittenTables, SameYearsGiveTheSameContent) {
  write_all(target(), options(), 3000, 2);
  write_all(folder_ / "again.duckdb", {}, 3000, 2);
  EXPECT_EQ(SimulationDatabase(target()).fingerprint().content,
            SimulationDatabase(folder_ / "again.duckdb").fingerprint().content);
}

INSTANTIATE_TEST_SUITE_P(Both, WrittenTables,
                         ::testing::Values(SimulationFormat::duckdb, SimulationFormat::parquet_folder),
                         [](const auto& tested) {
                           return tested.param == SimulationFormat::duckdb ? "Database" : "Folder";
                         });

TEST(WrittenTablesErrors, RowsThatDoNotFitAreRefused) {
  const TempFolder folder;
  SimulationTables tables(folder / "out.duckdb");
  YearRows rows = year_of(2025, 10);
  rows.age.pop_back();
  EXPECT_THROW(tables.year(rows), Error);
  rows = year_of(2025, 10);
  rows.events.row[0] = 10;
  EXPECT_THROW(tables.year(rows), Error);
  EXPECT_THROW(SimulationTables(folder / "nowhere" / "out.duckdb"), Error);
  EXPECT_THROW(SimulationTables(folder.path()), Error);
}

TEST(WrittenTablesErrors, YearIsWrittenOnceAndNothingAfterTheEnd) {
  const TempFolder folder;
  SimulationTables tables(folder / "out.duckdb");
  tables.year(year_of(2025, 10));
  EXPECT_THROW(tables.year(year_of(2025, 10)), Error);
  tables.finish();
  EXPECT_THROW(tables.year(year_of(2026, 10)), Error);
  EXPECT_THROW(tables.baseline(start_of(1), 2025), Error);
  EXPECT_THROW(tables.finish(), Error);
  EXPECT_EQ(SimulationDatabase(folder / "out.duckdb").summary(2025).at("workforce").at("total_headcount").as_integer(),
            10);
}

/// Replacing `target` must throw already_exists saying `word` and leave its size.
void expect_not_replaced(const std::filesystem::path& target, SimulationTablesOptions options, std::string_view word) {
  options.replace = true;
  const bool file = options.format == SimulationFormat::duckdb;
  const std::uintmax_t size = file ? std::filesystem::file_size(target) : 0;
  try {
    write_all(target, options, 10, 1);
    ADD_FAILURE() << target << " was replaced";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::already_exists) << error.what();
    EXPECT_THAT(error.what(), ::testing::HasSubstr(std::string(word)));
  }
  EXPECT_TRUE(std::filesystem::exists(target));
  if (file) {
    EXPECT_EQ(std::filesystem::file_size(target), size);
  }
}

TEST(WrittenTablesErrors, OnlyTablesWrittenBeforeAreReplaced) {
  const TempFolder folder;
  const auto made = [&](const std::string& name, const std::string& sql) {
    duck::Instance instance;
    instance.connection().run("ATTACH " + duck::sql_literal((folder / name).string()) + " AS made; USE made; " + sql);
    return folder / name;
  };
  expect_not_replaced(made("store.db", "CREATE TABLE optimization_runs(a INTEGER); CREATE TABLE a(b INTEGER)"), {},
                      "store of runs (optimization_runs)");
  expect_not_replaced(made("dbt.duckdb", "CREATE TABLE fct_yearly_events(a INTEGER); CREATE TABLE Mine(b INTEGER)"), {},
                      "mine");
  expect_not_replaced(made("view.duckdb", "CREATE VIEW looks AS SELECT 1"), {}, "looks");
  std::ofstream(folder / "notes.db") << "not a database at all";
  expect_not_replaced(folder / "notes.db", {}, "cannot be read");
  SimulationTablesOptions keeping;
  write_all(folder / "read.duckdb", {}, 10, 1);
  keeping.keep = {{folder / "." / "read.duckdb", "the simulation being read"}};
  expect_not_replaced(folder / "read.duckdb", keeping, "is the simulation being read");
  std::filesystem::create_hard_link(folder / "read.duckdb", folder / "link.duckdb");
  expect_not_replaced(folder / "link.duckdb", keeping, "is the simulation being read");
}

TEST(WrittenTablesErrors, FoldersWithOtherFilesAreNotReplaced) {
  const TempFolder folder;
  SimulationTablesOptions options;
  options.format = SimulationFormat::parquet_folder;
  write_all(folder / "out", options, 10, 1);
  std::filesystem::copy_file(folder / "out" / "fct_yearly_events.parquet", folder / "out" / "census.parquet");
  expect_not_replaced(folder / "out", options, "census.parquet");
  std::filesystem::remove(folder / "out" / "census.parquet");
  options.keep = {{folder / "out", "the simulation being read"}};
  expect_not_replaced(folder / "out", options, "is the simulation being read");
}

TEST(WrittenTablesErrors, FileIsForItsOwnerAlone) {
  const TempFolder folder;
  write_all(folder / "out.duckdb", {}, 10, 1);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "out.duckdb").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

}  // namespace
}  // namespace planwise::workforce
