// Opening databases of every kind, and the summaries of years.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <thread>

#include "databases.h"
#include "duck/database_file.h"
#include "planwise/error.h"
#include "planwise/workforce.h"

namespace planwise::workforce {
namespace {

using planwise::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

ErrorCode code_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

struct ExpectedYear {
  int year, active, continuous, hired, left, hires_left;
  std::int64_t mean, mean_without_outliers, hires, raises, promotions;
  double millions;
};

TEST(SimulationDatabase, RealFileGivesEveryFigureOfTheReferenceTable) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const SimulationDatabase database(path);
  constexpr std::array<ExpectedYear, 5> expected{{
      {2025, 4506, 3950, 556, 428, 185, 160381, 111739, 741, 3569, 445, 722.7},
      {2026, 4639, 4032, 607, 474, 202, 154081, 114956, 809, 4506, 191, 714.8},
      {2027, 4777, 4155, 622, 484, 207, 153764, 118693, 829, 4639, 138, 734.5},
      {2028, 4918, 4278, 640, 499, 214, 156938, 122158, 854, 4777, 123, 771.8},
      {2029, 5064, 4405, 659, 513, 220, 157185, 125341, 879, 4918, 137, 796.0},
  }};
  for (const ExpectedYear& e : expected) {
    SCOPED_TRACE(e.year);
    const Json summary = database.summary(e.year);
    ASSERT_EQ(summary.find("error"), nullptr) << summary.dump();
    EXPECT_EQ(summary.find("warnings"), nullptr) << summary.dump();
    const Json& workforce = summary.at("workforce");
    EXPECT_EQ(workforce.at("active_headcount").as_integer(), e.active);
    EXPECT_EQ(workforce.at("continuing_employees").as_integer(), e.continuous);
    EXPECT_EQ(workforce.at("new_hires").as_integer(), e.hired);
    EXPECT_EQ(workforce.at("terminations").as_integer(), e.left + e.hires_left);
    EXPECT_EQ(workforce.at("total_headcount").as_integer(), e.active + e.left + e.hires_left);
    EXPECT_EQ(workforce.at("job_levels").as_integer(), 5);
    const double total = workforce.at("active_compensation").as_real();
    EXPECT_EQ(std::llround(total / e.active), e.mean);
    EXPECT_EQ(std::llround(total / 1e5), std::llround(e.millions * 10));
    EXPECT_EQ(std::llround(workforce.at("mean_compensation_without_outliers").as_real()), e.mean_without_outliers);
    const Json& events = summary.at("events");
    EXPECT_EQ(events.at("hire").as_integer(), e.hires);
    EXPECT_EQ(events.at("RAISE").as_integer(), e.raises);
    EXPECT_EQ(events.at("promotion").as_integer(), e.promotions);
    EXPECT_EQ(events.at("termination").as_integer(), e.left + e.hires_left);
    EXPECT_EQ(summary.at("parameters").size(), 17U);
    EXPECT_EQ(summary.at("parameters").at("cola_rate").as_real(), 0.005);
    EXPECT_EQ(summary.at("parameters").at("merit_rate_level_1").as_real(), 0.0377384337925512);
  }
  EXPECT_DOUBLE_EQ(database.summary(2025).at("workforce").at("median_compensation").as_real(), 89246.36);
  const Json several = database.summaries(2025, 2029);
  EXPECT_EQ(several.at("overall").dump(), R"({"years_analyzed":5,"total_years":5,"data_quality":"good"})");
  EXPECT_EQ(several.at("yoy_metrics").size(), 4U);
}

TEST(SimulationDatabase, SmallFileIsSummarisedInTheShapeOfTheCallers) {
  const TempFolder folder;
  make_database(folder / "any name.db", good_tables());
  const SimulationDatabase database(folder / "any name.db");
  EXPECT_EQ(
      database.summary(2025).dump(),
      R"({"year":2025,"workforce":{"total_headcount":5,"avg_compensation":91040.0,"total_compensation":455200.0,"job_levels":3,)"
      R"("continuing_employees":2,"new_hires":1,"terminations":2,"experienced_terminations":1,"new_hire_terminations":1,)"
      R"("active_headcount":3,"active_compensation":233200.0,"mean_compensation":77733.33333333333,)"
      R"("median_compensation":70000.0,"mean_compensation_without_outliers":77733.33333333333},)"
      R"("events":{"RAISE":2,"hire":2,"termination":2},"parameters":{"merit_rate_level_1":0.015,"merit_rate_level_2":0.015,)"
      R"("merit_rate_level_3":0.015,"merit_rate_level_4":0.015,"merit_rate_level_5":0.015,"cola_rate":0.005,)"
      R"("new_hire_salary_adjustment":1.1,"promotion_probability_level_1":0.1,"promotion_probability_level_2":0.1,)"
      R"("promotion_probability_level_3":0.1,"promotion_probability_level_4":0.1,"promotion_probability_level_5":0.1,)"
      R"("promotion_raise_level_1":0.2,"promotion_raise_level_2":0.2,"promotion_raise_level_3":0.2,"promotion_raise_level_4":0.2,)"
      R"("promotion_raise_level_5":0.2}})");
  const Json several = database.summaries(2025, 2027);
  EXPECT_THAT(several.at("year_summaries").at("2027").at("error").as_string(), HasSubstr("2025, 2026"));
  for (const Json& failed : {several.at("year_summaries").at("2027"), database.summary(2027)})
    EXPECT_EQ(failed.size(), 1U) << failed.dump();  // `{error: text}`, exactly.
  EXPECT_EQ(several.at("yoy_metrics").dump(),
            R"({"2026":{"headcount_growth":-0.2,"compensation_growth":-0.042530755711775045}})");
  EXPECT_EQ(several.at("overall").dump(), R"({"years_analyzed":2,"total_years":3,"data_quality":"partial"})");
  EXPECT_NE(database.summary(2024).find("error"), nullptr);
}

TEST(SimulationDatabase, EmptyRangeOfYearsIsGoodAsForEarlierCallers) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables());
  EXPECT_EQ(
      SimulationDatabase(folder / "s.duckdb").summaries(2030, 2029).dump(),
      R"({"year_summaries":{},"yoy_metrics":{},"overall":{"years_analyzed":0,"total_years":0,"data_quality":"good"}})");
}

TEST(SimulationDatabase, LetterCaseTypesAndViewsOfOtherCatalogsDoNotMatter) {
  const TempFolder folder;
  make_database(folder / "plain.duckdb", good_tables());
  make_database(folder / "odd.duckdb", good_tables() + R"(
    ALTER TABLE fct_workforce_snapshot RENAME TO FCT_Workforce_Snapshot;
    ALTER TABLE FCT_Workforce_Snapshot RENAME COLUMN current_compensation TO Current_Compensation;
    ALTER TABLE FCT_Workforce_Snapshot ALTER Current_Compensation TYPE VARCHAR;
    ALTER TABLE FCT_Workforce_Snapshot ALTER simulation_year TYPE DOUBLE;
    ALTER TABLE FCT_Workforce_Snapshot ALTER employee_hire_date TYPE DATE;
    ALTER TABLE fct_yearly_events ALTER effective_date TYPE TIMESTAMPTZ;
    CREATE VIEW broken AS SELECT 1 AS a;
    CREATE SCHEMA another; CREATE VIEW another.int_effective_parameters AS SELECT 1 AS a;
  )");
  const SimulationDatabase plain(folder / "plain.duckdb");
  const SimulationDatabase odd(folder / "odd.duckdb");
  EXPECT_EQ(plain.summary(2026), odd.summary(2026));
  EXPECT_EQ(plain.distribution({2026}).at(0).mean, odd.distribution({2026}).at(0).mean);
  EXPECT_EQ(plain.missing().size(), 0U);
  EXPECT_EQ(odd.missing().size(), 0U);
}

TEST(Summary, LevelsThatDifferAreShownByLevel) {
  const TempFolder folder;
  make_database(folder / "s.duckdb",
                good_tables() +
                    "UPDATE int_effective_parameters SET parameter_value = 0.03 WHERE parameter_name = "
                    "'cola_rate' AND job_level = 2 AND fiscal_year = 2025");
  const SimulationDatabase database(folder / "s.duckdb");
  const Json differing = database.summary(2025).at("parameters");
  EXPECT_EQ(differing.find("cola_rate"), nullptr);
  EXPECT_EQ(differing.at("cola_rate_level_1").as_real(), 0.005);
  EXPECT_EQ(differing.at("cola_rate_level_2").as_real(), 0.03);
  EXPECT_EQ(differing.size(), 21U);
  EXPECT_EQ(database.summary(2026).at("parameters").at("cola_rate").as_real(), 0.005);
}

/// A database in which a table became a view that names the catalog the database was made in.
void make_with_view(const std::filesystem::path& file, const std::string& table, const std::string& catalog) {
  const std::string name = duck::sql_name(catalog);
  duck::Instance instance;
  instance.connection().run("ATTACH " + duck::sql_literal(file.string()) + " AS " + name + "; USE " + name);
  instance.connection().run(good_tables());
  instance.connection().run("ALTER TABLE " + table + " RENAME TO kept; CREATE VIEW " + table + " AS SELECT * FROM " +
                            name + ".main.kept");
  instance.connection().run("USE memory; CHECKPOINT " + name + "; DETACH " + name);
}

TEST(SimulationDatabase, ViewNamingAnotherCatalogIsReportedWithoutAnyStatement) {
  const TempFolder folder;
  make_with_view(folder / "s.duckdb", "comp_targets", "elsewhere");
  const SimulationDatabase database(folder / "s.duckdb");
  EXPECT_EQ(database.summary(2025).find("warnings"), nullptr);
  const auto missing = database.missing();
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].table, "comp_targets");
  EXPECT_THAT(missing[0].reason, HasSubstr("view"));
  EXPECT_THAT(missing[0].reason, HasSubstr("elsewhere"));
  EXPECT_THAT(missing[0].reason, Not(HasSubstr("SELECT")));
}

TEST(SimulationDatabase, ViewNamingTheSimulationOrTheFilesOwnNameIsRead) {
  const TempFolder folder;
  make_database(folder / "plain.duckdb", good_tables());
  const Json expected = SimulationDatabase(folder / "plain.duckdb").summary(2026);
  for (const std::string catalog : {"simulation", "own-name 2", "store"}) {
    make_with_view(folder / "own-name 2.duckdb", "fct_workforce_snapshot", catalog);
    const SimulationDatabase database(folder / "own-name 2.duckdb");
    EXPECT_EQ(database.summary(2026), expected) << catalog;
    EXPECT_TRUE(database.missing().empty()) << catalog;
    std::filesystem::remove(folder / "own-name 2.duckdb");
  }
}

TEST(SimulationDatabase, CatalogOfAStoreInTheSameFileTakesTurnsWithTheSimulations) {
  const TempFolder folder;
  make_with_view(folder / "s.duckdb", "fct_workforce_snapshot", "simulation");
  const SimulationDatabase database(folder / "s.duckdb");
  const auto file = duck::DatabaseFile::at(folder / "s.duckdb");
  const Json expected = database.summary(2026);
  for (int round = 0; round < 3; ++round) {
    {
      const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
      lease.connection().run("CREATE OR REPLACE TABLE store.main.runs AS SELECT 1 AS one");
    }
    EXPECT_EQ(database.summary(2026), expected);
  }
  std::thread other([&] {
    for (int round = 0; round < 20; ++round) {
      const duck::Lease lease = file->lease(duck::Access::read, std::chrono::seconds(20));
      EXPECT_TRUE(lease.connection().query("SELECT one FROM store.main.runs").next());
    }
  });
  for (int round = 0; round < 20; ++round) EXPECT_EQ(database.years().size(), 2U);
  other.join();
}

TEST(SimulationDatabase, FolderOfAnExportReadsLikeTheFile) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables());
  make_database(folder / "again.duckdb",
                good_tables() + "EXPORT DATABASE '" + (folder / "exported").string() + "' (FORMAT parquet)");
  const SimulationDatabase file(folder / "s.duckdb");
  const SimulationDatabase exported(folder / "exported");
  EXPECT_EQ(file.summaries(2025, 2026), exported.summaries(2025, 2026));
  EXPECT_THAT(exported.years(), ElementsAre(2025, 2026));
}

TEST(SimulationDatabase, WhatIsNotThereIsAnErrorThatSaysSo) {
  const TempFolder folder;
  EXPECT_EQ(code_of([&] { SimulationDatabase(folder / "none.duckdb"); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { (void)SimulationDatabase(folder.path()).years(); }), ErrorCode::not_found);
  make_database(folder / "empty.duckdb", "SELECT 1");
  const SimulationDatabase empty(folder / "empty.duckdb");
  EXPECT_EQ(code_of([&] { (void)empty.years(); }), ErrorCode::not_found);
  EXPECT_THAT(empty.summary(2025).at("error").as_string(), HasSubstr("fct_workforce_snapshot"));
  EXPECT_EQ(empty.summaries(2025, 2026).at("overall").dump(),
            R"({"years_analyzed":0,"total_years":2,"data_quality":"partial"})");
  EXPECT_EQ(empty.missing().size(), 5U);
  EXPECT_EQ(code_of([&] { (void)empty.load_levers(); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { (void)empty.load_people(); }), ErrorCode::not_found);
}

TEST(SimulationDatabase, FileThatIsNoDatabaseIsRefusedByName) {
  const TempFolder folder;
  std::ofstream(folder / "notes.txt") << std::string(20000, 'x');
  const SimulationDatabase database(folder / "notes.txt");
  try {
    (void)database.years();
    FAIL() << "a text file was read as a database";
  } catch (const Error& error) {
    EXPECT_NE(error.code(), ErrorCode::internal);
    EXPECT_THAT(error.what(), HasSubstr("notes.txt"));
  }
  std::ofstream(folder / "fct_workforce_snapshot.parquet") << "no parquet";
  EXPECT_THAT(SimulationDatabase(folder.path()).summary(2025).at("error").as_string(), HasSubstr("cannot be read"));
}

TEST(SimulationDatabase, MissingTableOfEventsIsAWarningAndNoZero) {
  const TempFolder folder;
  make_database(folder / "s.duckdb",
                good_tables() + "DROP TABLE fct_yearly_events; DROP TABLE int_effective_parameters");
  const Json summary = SimulationDatabase(folder / "s.duckdb").summary(2025);
  EXPECT_EQ(summary.at("workforce").at("active_headcount").as_integer(), 3);
  EXPECT_TRUE(summary.at("events").empty());
  EXPECT_EQ(summary.at("warnings").size(), 2U);
}

TEST(SimulationDatabase, EmptySnapshotIsAnError) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + "DELETE FROM fct_workforce_snapshot");
  EXPECT_THAT(SimulationDatabase(folder / "s.duckdb").summary(2025).at("error").as_string(), HasSubstr("is empty"));
}

TEST(SimulationDatabase, PayThatIsNoNumberIsLeftOutAloud) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    UPDATE fct_workforce_snapshot SET current_compensation = 'NaN' WHERE employee_id = 'A';
    UPDATE fct_workforce_snapshot SET current_compensation = NULL WHERE employee_id = 'B';)");
  const Json summary = SimulationDatabase(folder / "s.duckdb").summary(2025);
  EXPECT_EQ(summary.at("workforce").at("active_headcount").as_integer(), 3);
  EXPECT_EQ(summary.at("workforce").at("active_compensation").as_real(), 70000);
  EXPECT_THAT(summary.at("warnings").at(0).as_string(), HasSubstr("2 of 5 rows"));
}

TEST(SimulationDatabase, ColumnOfPayMissingOrOfAnotherTypeGivesNullAndAReport) {
  const TempFolder folder;
  make_database(folder / "m.duckdb",
                good_tables() + "ALTER TABLE fct_workforce_snapshot DROP COLUMN current_compensation");
  make_database(folder / "t.duckdb", good_tables() + R"(
    ALTER TABLE fct_workforce_snapshot ALTER current_compensation TYPE VARCHAR USING 'much';)");
  for (const char* name : {"m.duckdb", "t.duckdb"}) {
    SCOPED_TRACE(name);
    const SimulationDatabase database(folder / name);
    const Json summary = database.summary(2025);
    EXPECT_TRUE(summary.at("workforce").at("active_compensation").is_null()) << summary.dump();
    EXPECT_TRUE(summary.at("workforce").at("avg_compensation").is_null());
    EXPECT_NE(summary.find("warnings"), nullptr);
    const auto missing = database.missing();
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_EQ(missing[0].column, "current_compensation");
  }
}

}  // namespace
}  // namespace planwise::workforce
