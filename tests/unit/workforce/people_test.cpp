// Where a simulation starts: baseline, census, settings, levers and their flat names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <map>

#include "databases.h"
#include "planwise/error.h"
#include "planwise/workforce.h"

namespace planwise::workforce {
namespace {

using planwise::testing::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string message_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::filesystem::path written(const TempFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name) << text;
  return folder / name;
}

const std::string header =
    "employee_id,employee_ssn,employee_birth_date,employee_hire_date,employee_termination_date,employee_gross_"
    "compensation,active\n";

TEST(Baseline, RealFileIsReadWithinFiftyMilliseconds) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const SimulationDatabase database(path);
  (void)database.years();
  const auto before = std::chrono::steady_clock::now();
  const StartingPeople start = database.load_people();
  const auto took = std::chrono::steady_clock::now() - before;
  RecordProperty("milliseconds", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  std::printf("load_people of %zu: %.1f ms\n", start.people.size(),
              std::chrono::duration<double, std::milli>(took).count());
  EXPECT_EQ(start.people.size(), 4378U);
  EXPECT_EQ(start.first_year, 2025);
  double total = 0;
  for (double pay : start.people.compensation) total += pay;
  EXPECT_EQ(std::llround(total / 4378), 156563);
}

TEST(Baseline, CensusOfTheSameYearGivesTheSamePeople) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const People baseline = SimulationDatabase(path).load_people().people;
  const CensusReport report = check_census(path.parent_path() / "census_5000.parquet");
  EXPECT_EQ(report.issue_count, 0);
  EXPECT_EQ(report.rows, 5000);
  std::map<std::string, std::size_t> row_of;
  for (std::size_t row = 0; row < baseline.size(); ++row) row_of[baseline.employee_id[row]] = row;
  const People& census = report.start.people;
  ASSERT_EQ(census.size(), baseline.size());
  for (std::size_t row = 0; row < census.size(); ++row) {
    ASSERT_TRUE(row_of.contains(census.employee_id[row])) << census.employee_id[row];
    const std::size_t other = row_of[census.employee_id[row]];
    ASSERT_DOUBLE_EQ(census.compensation[row], baseline.compensation[other]) << census.employee_id[row];
    ASSERT_EQ(census.age[row], baseline.age[other]) << census.employee_id[row];
    ASSERT_EQ(census.tenure[row], baseline.tenure[other]) << census.employee_id[row];
    ASSERT_EQ(census.level[row], baseline.level[other]) << census.employee_id[row];
    ASSERT_EQ(census.hire_date[row], baseline.hire_date[other]);
    ASSERT_EQ(census.birth_date[row], baseline.birth_date[other]);
  }
}

TEST(Baseline, LevelsThatAreMissingComeFromPay) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    UPDATE int_baseline_workforce SET level_id = NULL WHERE employee_id = 'C';
    CREATE TABLE config_job_levels AS SELECT 2 AS level_id, 81000 AS min_compensation, 151000 AS max_compensation, 0.1 AS promotion_probability;)");
  const StartingPeople start = SimulationDatabase(folder / "s.duckdb").load_people();
  EXPECT_THAT(start.people.level, ElementsAre(2, 1, 2));
  EXPECT_EQ(start.notes.size(), 1U);
}

TEST(Settings, RealFileGivesTheReferenceModel) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const ModelSettings model = SimulationDatabase(path).load_settings();
  EXPECT_THAT(model.notes, ElementsAre());
  const SimulationSettings defaults;
  const SimulationSettings& s = model.settings;
  EXPECT_EQ(s.start_year, 2025);
  EXPECT_EQ(s.end_year, 2029);
  for (std::size_t level = 0; level < level_count; ++level) {
    EXPECT_EQ(s.levels[level].minimum, defaults.levels[level].minimum);
    EXPECT_EQ(s.levels[level].maximum, defaults.levels[level].maximum);
    EXPECT_EQ(s.levels[level].hire_maximum, defaults.levels[level].hire_maximum);
    EXPECT_EQ(s.levels[level].average_promotion_probability, defaults.levels[level].average_promotion_probability);
  }
  EXPECT_EQ(s.termination_base, defaults.termination_base);
  EXPECT_EQ(s.termination_by_age, defaults.termination_by_age);
  EXPECT_EQ(s.termination_by_tenure, defaults.termination_by_tenure);
  EXPECT_EQ(s.promotion_base, defaults.promotion_base);
  EXPECT_EQ(s.promotion_level_dampener, defaults.promotion_level_dampener);
  EXPECT_EQ(s.promotion_by_age, defaults.promotion_by_age);
  EXPECT_EQ(s.promotion_by_tenure, defaults.promotion_by_tenure);
  EXPECT_EQ(s.raise_month, defaults.raise_month);
}

TEST(Settings, TablesOfTheDatabaseAreUsedAndDoubtfulOnesNamed) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    CREATE TABLE config_job_levels AS SELECT * FROM (VALUES (1, 10000, 20000, 0.5), (4, 1, 900000, 0.1), (9, 1, 2, 0.1), (5, 9, 8, 0.1))
      AS t(level_id, min_compensation, max_compensation, promotion_probability);
    CREATE TABLE config_termination_hazard_base AS SELECT 0.3 AS base_rate_for_new_hire;
    CREATE TABLE stg_config_termination_hazard_base AS SELECT 0.33 AS base_rate_for_new_hire;
    CREATE TABLE config_promotion_hazard_age_multipliers AS SELECT '25-34' AS age_band, 2.5 AS multiplier UNION ALL SELECT 'old', 1;
    CREATE TABLE config_promotion_hazard_base AS SELECT 'NaN'::DOUBLE AS base_rate, 0.2 AS level_dampener_factor;
    CREATE TABLE config_raise_timing_distribution AS SELECT 1 AS month, 1.0 AS percentage;)");
  const ModelSettings model = SimulationDatabase(folder / "s.duckdb").load_settings();
  EXPECT_EQ(model.settings.levels[0].maximum, 20000);
  EXPECT_EQ(model.settings.levels[3].hire_maximum, 250000);
  EXPECT_EQ(model.settings.levels[4].maximum, 500000);
  EXPECT_EQ(model.settings.termination_base, 0.33);
  EXPECT_EQ(model.settings.promotion_by_age[1], 2.5);
  EXPECT_EQ(model.settings.promotion_base, 0.1);
  EXPECT_EQ(model.settings.promotion_level_dampener, 0.2);
  EXPECT_EQ(model.settings.raise_month[0], 0.28);
  EXPECT_EQ(model.settings.end_year, 2026);
  const std::string notes = ::testing::PrintToString(model.notes);
  for (const char* told :
       {"level 9", "of level 5", "'old'", "base_rate is nan", "lacks months", "termination_hazard_age"}) {
    EXPECT_THAT(notes, HasSubstr(told));
  }
  EXPECT_THAT(model.stood_in,
              ::testing::IsSupersetOf({"level 9", "pay range of level 5", "months of raises",
                                       "termination hazard age multipliers", "promotion hazard age multipliers < 25"}));
  EXPECT_THAT(::testing::PrintToString(model.unusable), HasSubstr("base_rate is nan"));
}

TEST(Settings, OwnTableWithoutUsableValuesKeepsWhatWasBefore) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    CREATE TABLE config_planwise_settings AS SELECT * FROM (VALUES ('target_growth', 0.07), ('hire_age_1', 1e300),
      ('total_termination', -1)) AS t(name, value);)");
  const ModelSettings model = SimulationDatabase(folder / "s.duckdb").load_settings();
  EXPECT_EQ(model.settings.target_growth_rate, 0.07);
  EXPECT_EQ(model.settings.hire_ages[0], SimulationSettings{}.hire_ages[0]);
  EXPECT_EQ(model.settings.total_termination_rate, SimulationSettings{}.total_termination_rate);
  EXPECT_THAT(model.stood_in, ::testing::IsSupersetOf({"hire_age_1", "total_termination", "hire_share_level_5"}));
}

TEST(Levers, RealFileHasThemByYearWithAllOfTheFirstYearLocked) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const EffectiveLevers levers = SimulationDatabase(path).load_levers();
  EXPECT_EQ(levers.source, "int_effective_parameters");
  EXPECT_EQ(levers.scenario_id, "default");
  EXPECT_THAT(levers.notes, ElementsAre());
  EXPECT_TRUE(levers.new_hire_stored_as_hire);
  ASSERT_EQ(levers.values.size(), 5U);
  EXPECT_EQ(levers.values.at(2025).merit_rate[4], 0.0185608215043507);
  EXPECT_EQ(levers.values.at(2026).promotion_probability[0], 0.12);
  EXPECT_EQ(levers.values.at(2029).cola_rate[2], 0.005);
  for (bool locked : levers.locks.at(2025).promotion_raise) EXPECT_TRUE(locked);
  for (bool locked : levers.locks.at(2026).merit_rate) EXPECT_FALSE(locked);
}

TEST(Levers, AreTakenFromTheLeversAsEnteredWhereNoneAreResolved) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    CREATE TABLE comp_levers AS SELECT scenario_id, fiscal_year, job_level, upper(event_type) AS event_type, parameter_name, parameter_value,
      is_locked::INTEGER AS is_locked FROM int_effective_parameters WHERE NOT (parameter_name = 'promotion_raise' AND job_level = 3 AND fiscal_year = 2026);
    UPDATE comp_levers SET parameter_value = 'NaN' WHERE parameter_name = 'cola_rate' AND job_level = 2 AND fiscal_year = 2026;
    INSERT INTO comp_levers VALUES ('default', 2026, 9, 'RAISE', 'merit_base', 0.5, 0);
    DROP TABLE int_effective_parameters;)");
  const EffectiveLevers levers = SimulationDatabase(folder / "s.duckdb").load_levers();
  EXPECT_EQ(levers.source, "comp_levers");
  EXPECT_FALSE(levers.new_hire_stored_as_hire);
  EXPECT_TRUE(levers.locks.at(2025).cola_rate[0]);
  EXPECT_EQ(levers.values.at(2026).promotion_raise[2], YearLevers{}.promotion_raise[2]);
  EXPECT_EQ(levers.notes.size(), 4U) << ::testing::PrintToString(levers.notes);
}

TEST(Levers, ScenarioIsNamedOrTheOnlyOne) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    UPDATE int_effective_parameters SET scenario_id = 'base';
    INSERT INTO int_effective_parameters SELECT 'other', fiscal_year, job_level, event_type, parameter_name, parameter_value * 2, is_locked, '' FROM int_effective_parameters;)");
  EXPECT_THAT(message_of([&] { (void)SimulationDatabase(folder / "s.duckdb").load_levers(); }),
              HasSubstr("base, other"));
  SimulationDatabaseOptions options;
  options.scenario_id = "other";
  EXPECT_EQ(SimulationDatabase(folder / "s.duckdb", options).load_levers().values.at(2025).cola_rate[0], 0.01);
  options.scenario_id = "none";
  EXPECT_THROW((void)SimulationDatabase(folder / "s.duckdb", options).load_levers(), Error);
}

TEST(Levers, FlatNamesThereAndBack) {
  YearLevers levers;
  levers.merit_rate[3] = 0.031;
  levers.promotion_raise[4] = 0.2;
  const Json flat = flat_levers(levers);
  EXPECT_EQ(flat.size(), 17U);
  EXPECT_EQ(flat_levers(levers_from_flat(flat, YearLevers{})), flat);
  EXPECT_EQ(levers_from_flat(Json::parse(R"({"cola_rate": 0.03})"), levers).cola_rate[4], 0.03);
  EXPECT_THROW((void)levers_from_flat(Json::parse(R"({"colour": 1})"), levers), Error);
  EXPECT_THROW((void)levers_from_flat(Json::parse(R"({"cola_rate": "1"})"), levers), Error);
  EXPECT_THROW((void)levers_from_flat(Json::parse("[]"), levers), Error);
  // Levels that differ keep their values; a name of one level goes over that of all, whatever the order.
  const YearLevers differing =
      levers_from_flat(Json::parse(R"({"cola_rate_level_2": 0.03, "cola_rate": 0.005})"), levers);
  const Json by_level = flat_levers(differing);
  EXPECT_EQ(by_level.find("cola_rate"), nullptr);
  EXPECT_EQ(by_level.at("cola_rate_level_1").as_real(), 0.005);
  EXPECT_EQ(by_level.at("cola_rate_level_2").as_real(), 0.03);
  EXPECT_EQ(by_level.size(), 21U);
  EXPECT_EQ(flat_levers(levers_from_flat(by_level, YearLevers{})), by_level);
  EXPECT_EQ(flat_lever_name("raise", "MERIT_BASE", 2), "merit_rate_level_2");
  EXPECT_EQ(flat_lever_name("HIRE", "new_hire_salary_adjustment", 3), "new_hire_salary_adjustment");
  EXPECT_EQ(flat_lever_name("hire", "merit_base", 2), "");
  EXPECT_EQ(flat_lever_name("", "promotion_raise", 6), "");
}

TEST(Census, RulesOfTheModelAreApplied) {
  const TempFolder folder;
  const auto file = written(folder, "c.csv",
                            header +
                                "B,S,1990-05-01,2020-01-01,,70000,true\n"
                                "A,S,1980-12-31,2024-07-02,,50000,true\n"  // 183 days: 50000 x 365 / 183
                                "C,S,1970-01-01,2001-01-01,2023-05-05,90000,false\n"
                                "B,S,1990-05-01,2021-01-01,,60000,true\n"  // the later hire
                                "B,S,1990-05-01,2021-01-01,,65000,true\n"  // of the same day, the higher pay
                                "D,S,2000-01-01,2024-12-31,,1000,true\n"
                                "E,S,1965-01-01,1999-01-01,,280000,true\n");
  const CensusReport report = check_census(file);
  EXPECT_EQ(report.issue_count, 0) << report.issues.size();
  EXPECT_EQ(report.duplicates, 2);
  EXPECT_EQ(report.terminated, 1);
  EXPECT_EQ(report.annualised, 2);
  const People& people = report.start.people;
  EXPECT_THAT(people.employee_id, ElementsAre("A", "B", "D", "E"));
  EXPECT_DOUBLE_EQ(people.compensation[0], 50000.0 * 365 / 183);
  EXPECT_EQ(people.compensation[1], 65000);
  EXPECT_EQ(people.compensation[2], 365000);
  EXPECT_THAT(people.age, ElementsAre(44, 34, 24, 59));
  EXPECT_THAT(people.tenure, ElementsAre(0, 3, 0, 25));
  EXPECT_THAT(people.level, ElementsAre(2, 1, 5, 4));  // 280,000 lies in 4 and 5: the lowest.
  EXPECT_EQ(report.start.first_year, 2025);
}

TEST(Census, IssuesNameRowAndColumn) {
  const TempFolder folder;
  const auto file = written(folder, "c.csv",
                            header +
                                "A,S,1990-05-01,2020-01-01,,70000,true\n"
                                ",S,1990-05-01,2020-01-01,,70000,true\n"
                                "B,S,1990-05-01,never,,70000,true\n"
                                "C,S,1990-05-01,2020-01-01,,-5,true\n"
                                "D,S,1990-05-01,2020-01-01,,nan,true\n"
                                "E,S,1690-05-01,2020-01-01,,70000,true\n"
                                "F,S,1990-05-01,2020-01-01,2019-01-01,70000,true\n"
                                "G,S,1990-05-01,2020-01-01,maybe,lots,true\n");
  const CensusReport report = check_census(file);
  EXPECT_EQ(report.issue_count, 8);
  std::vector<std::pair<std::int64_t, std::string>> where;
  for (const CensusIssue& issue : report.issues) where.emplace_back(issue.row, issue.column.substr(9));
  EXPECT_THAT(where, ElementsAre(std::pair{2, "id"}, std::pair{3, "hire_date"}, std::pair{4, "gross_compensation"},
                                 std::pair{5, "gross_compensation"}, std::pair{6, "birth_date"},
                                 std::pair{7, "termination_date"}, std::pair{8, "termination_date"},
                                 std::pair{8, "gross_compensation"}));
  const std::string message = message_of([&] { (void)read_census(file); });
  EXPECT_THAT(message, HasSubstr("row 2, column employee_id"));
  EXPECT_THAT(message, HasSubstr("and 7 more"));
}

TEST(Census, OfOnePersonIsReadAndOfNoneRefused) {
  const TempFolder folder;
  EXPECT_EQ(read_census(written(folder, "one.csv", header + "A,S,1990-05-01,2020-01-01,,70000,true\n")).people.size(),
            1U);
  EXPECT_THAT(message_of([&] { (void)read_census(written(folder, "none.csv", header)); }), HasSubstr("no row"));
  EXPECT_THAT(
      message_of([&] {
        (void)read_census(written(folder, "left.csv", header + "A,S,1990-05-01,2020-01-01,2023-01-01,70000,false\n"));
      }),
      HasSubstr("nobody is left"));
}

TEST(Census, WhatIsNoCensusIsRefused) {
  const TempFolder folder;
  EXPECT_THAT(message_of([&] { (void)read_census(folder / "none.csv"); }), HasSubstr("there is no census"));
  EXPECT_THAT(message_of([&] { (void)read_census(folder.path()); }), HasSubstr("is a folder"));
  EXPECT_THAT(message_of([&] { (void)read_census(written(folder, "x.csv", "employee_id,pay\nA,1\n")); }),
              HasSubstr("employee_hire_date"));
  EXPECT_NE(message_of([&] { (void)read_census(written(folder, "x.parquet", "no parquet at all")); }), "no error");
}

/// Row and the message of each issue of a CSV.
std::vector<std::pair<std::int64_t, std::string>> issues_of(const std::string& text) {
  const TempFolder folder;
  std::vector<std::pair<std::int64_t, std::string>> issues;
  for (const CensusIssue& issue : check_census(written(folder, "c.csv", text)).issues)
    issues.emplace_back(issue.row, issue.column + ": " + issue.message);
  return issues;
}

TEST(Census, RowsWithMoreOrFewerFieldsThanTheHeaderAreIssues) {
  const auto issues = issues_of(header +
                                "A,S,1980-02-01,2010-01-01,,60,000,true\n"
                                "\n"
                                "B,S,1980-02-01\n"
                                "C,S,1980-02-01,2010-01-01,,\"60000\",true\r\n");
  ASSERT_EQ(issues.size(), 2U);
  EXPECT_EQ(issues[0].first, 1);
  EXPECT_THAT(issues[0].second, HasSubstr("has 8 fields, the header 7"));
  EXPECT_EQ(issues[1].first, 2);
  EXPECT_THAT(issues[1].second, HasSubstr("has 3 fields"));
}

TEST(Census, NothingButTheDelimiterOfTheHeaderIsTakenFromTheFile) {
  const TempFolder folder;
  std::string rows;
  for (int i = 0; i < 50; ++i) rows += "#" + std::to_string(i) + ",S,1980-02-01,2010-01-01,,60000,true\n";
  EXPECT_EQ(read_census(written(folder, "a.csv", header + rows)).people.size(), 50U);
  EXPECT_EQ(
      read_census(written(folder, "q.csv", header + "\"A, the \"\"first\"\"\",S,1980-02-01,2010-01-01,,60000,\"\"\n"))
          .people.employee_id.at(0),
      "A, the \"first\"");
  std::string semicolons = header + "A,S,1980-02-01,2010-01-01,,60000,true\n";
  std::ranges::replace(semicolons, ',', ';');
  EXPECT_EQ(read_census(written(folder, "s.csv", "\xef\xbb\xbf" + semicolons)).people.size(), 1U);
  for (const std::string row : {"A,S,1980-02-01,2010-01-01,,60000,\"true", "A,S,1980-02-01,2010-01-01,,\"60\"000,true",
                                "A\"B\",S,1980-02-01,2010-01-01,,60000,true", "\xff,S,1980-02-01,2010-01-01,,6,true"}) {
    const auto issues = issues_of(header + "Z,S,1980-02-01,2010-01-01,,60000,true\n" + row +
                                  "\nC,S,1980-02-01,2010-01-01,,60000,true\n");
    ASSERT_EQ(issues.size(), 1U) << row;
    EXPECT_EQ(issues[0].first, 2) << row;
  }
  EXPECT_THAT(message_of([&] { (void)read_census(written(folder, "d.csv", "employee_id,Employee_ID\nA,B\n")); }),
              HasSubstr("twice"));
}

TEST(Census, WhatTheSimulatorRefusesIsAnIssueOfItsRow) {
  const auto issues = issues_of(header +
                                "A,S,1980-02-01,2025-04-01,,60000,true\n"
                                "B,S,1980-02-01,2010-01-01,,1e13,true\n"
                                "C,S,1903-02-01,2010-01-01,,60000,true\n"
                                "D,S,1980-02-01,1903-01-01,,60000,true\n"
                                "NH_2025_1_000001,S,1980-02-01,2010-01-01,,60000,true\n"
                                "E,S,1980-02-01,2024-12-31,,1e11,true\n"
                                "   ,S,1980-02-01,2010-01-01,,60000,true\n"
                                " A ,S,1980-02-01,2010-01-01,,60000,true\n"
                                "F,S,1904-02-01,1924-01-01,,1e12,true\n"
                                "NH_2024_1_000001,S,1980-02-01,2010-01-01,,60000,true\n");
  const std::string columns[] = {"hire_date", "gross_compensation", "birth_date", "hire_date",
                                 "id",        "gross_compensation", "id",         "id"};
  ASSERT_EQ(issues.size(), std::size(columns));
  for (std::size_t i = 0; i < issues.size(); ++i) {
    EXPECT_EQ(issues[i].first, static_cast<std::int64_t>(i) + 1);
    EXPECT_THAT(issues[i].second, ::testing::StartsWith("employee_" + columns[i] + ": "));
  }
  EXPECT_THAT(issues[0].second, HasSubstr("2024-12-31"));
}

TEST(Census, DoubtfulValuesAreNoted) {
  const TempFolder folder;
  const CensusReport report = check_census(written(folder, "c.csv",
                                                   header + "A,S,1980-02-01,2010-01-01,,0,true\n"
                                                            "B,S,1980-02-01,2010-01-01,,60000000,true\n"
                                                            "C,S,2010-02-01,2010-01-01,,60000,true\n"
                                                            "D,S,1980-02-01,2010-01-01,,0,true\n"));
  EXPECT_EQ(report.issue_count, 0);
  EXPECT_THAT(report.start.notes,
              ElementsAre("row 3 has a hire date that is not after the birth date",
                          "2 rows, the first row 1, have a pay of 0", "row 2 has a pay above 10000000"));
}

TEST(Census, PayOfTrueAndFalseIsRefusedAndMessagesHaveNoSql) {
  const TempFolder folder;
  duck::Instance instance;
  instance.connection().run(
      "COPY (SELECT 'A' AS employee_id, DATE '1980-01-01' AS employee_birth_date, DATE "
      "'2010-01-01' AS employee_hire_date, true AS employee_gross_compensation) TO " +
      duck::sql_literal((folder / "c.parquet").string()) + " (FORMAT parquet)");
  EXPECT_THAT(message_of([&] { (void)read_census(folder / "c.parquet"); }), HasSubstr("BOOLEAN"));
  const std::string message = message_of([&] { (void)read_census(written(folder, "x.parquet", "no parquet at all")); });
  EXPECT_THAT(message, ::testing::Not(HasSubstr("SELECT")));
  EXPECT_THAT(message, ::testing::Not(HasSubstr("\n")));
}

TEST(Census, ParquetReadsLikeCsv) {
  const TempFolder folder;
  const auto csv = written(folder, "c.csv",
                           header + "A,S,1990-05-01,2020-01-01,,70000,true\nB,S,1980-05-01,2024-03-01,,80000,true\n");
  duck::Instance instance;
  instance.connection().run("COPY (SELECT * FROM read_csv(" + duck::sql_literal(csv.string()) + ")) TO " +
                            duck::sql_literal((folder / "c.parquet").string()) + " (FORMAT parquet)");
  const StartingPeople a = read_census(csv), b = read_census(folder / "c.parquet");
  EXPECT_EQ(a.people.compensation, b.people.compensation);
  EXPECT_EQ(a.people.employee_id, b.people.employee_id);
  EXPECT_EQ(a.people.birth_date, b.people.birth_date);
}

TEST(Baseline, CensusOfTheDatabaseStandsInForAMissingOne) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    DROP TABLE int_baseline_workforce;
    CREATE TABLE stg_census_data AS SELECT 'A' AS employee_id, DATE '1980-01-01' AS employee_birth_date, DATE '2010-01-01' AS employee_hire_date,
      NULL::DATE AS employee_termination_date, 65000.0 AS employee_gross_compensation;)");
  const StartingPeople start = SimulationDatabase(folder / "s.duckdb").load_people();
  EXPECT_EQ(start.source, "stg_census_data");
  EXPECT_EQ(start.people.size(), 1U);
  EXPECT_EQ(start.notes.size(), 1U);
}

struct BaselineDamage {
  const char* name;
  const char* sql;
  const char* told;
};
class DamagedBaseline : public ::testing::TestWithParam<BaselineDamage> {};

TEST_P(DamagedBaseline, IsRefusedNamingEmployeeAndColumn) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + GetParam().sql);
  EXPECT_THAT(message_of([&] { (void)SimulationDatabase(folder / "s.duckdb").load_people(); }),
              HasSubstr(GetParam().told));
}

INSTANTIATE_TEST_SUITE_P(
    Every, DamagedBaseline,
    ::testing::Values(
        BaselineDamage{"NotANumber",
                       "UPDATE int_baseline_workforce SET current_compensation = 'NaN' WHERE employee_id = 'B'",
                       "current_compensation of employee 'B' is nan"},
        BaselineDamage{"NegativePay",
                       "UPDATE int_baseline_workforce SET current_compensation = -1 WHERE employee_id = 'B'", "is -1"},
        BaselineDamage{"MissingPay",
                       "UPDATE int_baseline_workforce SET current_compensation = NULL WHERE employee_id = 'B'",
                       "current_compensation of employee 'B'"},
        BaselineDamage{"LevelNine", "UPDATE int_baseline_workforce SET level_id = 9 WHERE employee_id = 'C'",
                       "level_id of employee 'C' is 9"},
        BaselineDamage{"DuplicateIds", "UPDATE int_baseline_workforce SET employee_id = 'A'", "stands there twice"},
        BaselineDamage{"MissingId", "UPDATE int_baseline_workforce SET employee_id = NULL WHERE employee_id = 'A'",
                       "row 1"},
        BaselineDamage{"MissingColumn", "ALTER TABLE int_baseline_workforce DROP COLUMN current_age",
                       "no column current_age"},
        BaselineDamage{
            "OtherType",
            "ALTER TABLE int_baseline_workforce ALTER current_compensation TYPE DATE USING DATE '2020-01-01'",
            "current_compensation of employee 'A'"},
        BaselineDamage{"EmptyTable", "DELETE FROM int_baseline_workforce", "is empty"},
        BaselineDamage{"AgeOutOfRange", "UPDATE int_baseline_workforce SET current_age = 400 WHERE employee_id = 'B'",
                       "current_age of employee 'B' is 400"}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace planwise::workforce
