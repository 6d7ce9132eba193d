// What is wrong with a database: counted, with examples, and never with a social security number.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "databases.h"
#include "planwise/error.h"
#include "planwise/workforce.h"

namespace planwise::workforce {
namespace {

using planwise::testing::TempFolder;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(QualityReport, RealFileHasTheContradictionsWithTheirCounts) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const SimulationDatabase database(path);
  const QualityReport report = database.quality();
  EXPECT_TRUE(report.missing.empty());
  const auto expect = [&](std::string_view check, std::int64_t count, std::int64_t checked) {
    SCOPED_TRACE(check);
    const QualityFinding* finding = report.find(check);
    ASSERT_NE(finding, nullptr);
    EXPECT_EQ(finding->not_run, "");
    EXPECT_EQ(finding->count, count);
    EXPECT_EQ(finding->checked, checked);
    EXPECT_EQ(finding->examples.size(), static_cast<std::size_t>(std::min<std::int64_t>(3, count)));
  };
  expect("promotion_on_termination_day", 753, 1034);
  expect("raise_after_termination", 786, 22409);
  expect("new_hire_termination_before_hire", 445, 1028);
  expect("promotion_overwritten_by_raise", 1034, 1034);
  expect("prorated_above_current", 2230, 27330);
  EXPECT_NEAR(report.find("prorated_above_current")->largest, 2.1637, 5e-5);
  expect("outside_level_range", 1349, 23904);
  for (const char* clean : {"duplicate_employee_years", "negative_or_missing_pay", "level_outside_1_to_5",
                            "unknown_status", "status_contradiction", "people_lost", "missing_employee_id"}) {
    EXPECT_EQ(report.find(clean)->count, 0) << clean;
  }
  expect("hire_before_birth", 11, 27330);
  expect("age_or_tenure_out_of_range", 474, 27330);
  expect("dates_out_of_range", 0, 27330);
  expect("pay_outliers", 551, 23904);
  expect("year_gaps", 0, 5);
  expect("headcount_change_above_half", 0, 5);
  for (const char* clean :
       {"duplicate_events", "events_without_snapshot", "unknown_event_types", "event_outside_its_year"})
    expect(clean, 0, 30981);
  for (const char* clean : {"baseline_missing_employee_id", "baseline_duplicate_employees", "baseline_pay_out_of_range",
                            "baseline_level_outside_1_to_5", "baseline_dates_out_of_range"})
    expect(clean, 0, 4378);
  expect("other_pay_out_of_range", 0, 27330);
  expect("event_pay_out_of_range", 0, 30981);
  expect("raise_before_hire", 0, 22409);
  expect("raise_not_merit_and_cola", 0, 22409);
  expect("merit_outside_0_to_20_percent", 0, 25);
  expect("lever_letter_case", 0, 25);
  EXPECT_THAT(to_json(report).dump(), Not(HasSubstr("SSN")));
  EXPECT_EQ(database.finding_rows("promotion_on_termination_day", 2000).size(), 753U);
  const Json run = database.run_quality();
  EXPECT_TRUE(run.at("workforce_snapshot_integrity").as_boolean()) << run.dump();
  EXPECT_TRUE(run.at("event_data_consistency").as_boolean());
  EXPECT_TRUE(run.at("parameter_application_success").as_boolean());
  EXPECT_EQ(run.at("data_completeness_score").as_real(), 1.0);
  EXPECT_EQ(run.at("warnings").size() + run.at("errors").size(), 0U);
}

TEST(QualityReport, ConsistentDatabaseHasNoFindings) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables());
  const SimulationDatabase database(folder / "s.duckdb");
  for (const QualityFinding& finding : database.quality().findings) {
    EXPECT_EQ(finding.count, 0) << finding.check;
    EXPECT_EQ(finding.not_run, "") << finding.check;
  }
  EXPECT_EQ(database.run_quality().at("data_completeness_score").as_real(), 1.0);
}

struct Damage {
  const char* name;
  const char* sql;
  const char* check;
  std::int64_t count;
};

class DamagedDatabase : public ::testing::TestWithParam<Damage> {};

TEST_P(DamagedDatabase, IsFoundAndCounted) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + GetParam().sql);
  const SimulationDatabase database(folder / "s.duckdb");
  const QualityReport report = database.quality();
  const QualityFinding* finding = report.find(GetParam().check);
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->not_run, "");
  EXPECT_EQ(finding->count, GetParam().count) << to_json(report).dump(JsonStyle::pretty);
  EXPECT_NO_THROW((void)database.run_quality());
  EXPECT_NO_THROW((void)database.summaries(2025, 2026));
}

INSTANTIATE_TEST_SUITE_P(
    Every, DamagedDatabase,
    ::testing::Values(
        Damage{"NotANumber", "UPDATE fct_workforce_snapshot SET current_compensation = 'NaN' WHERE employee_id = 'A'",
               "negative_or_missing_pay", 2},
        Damage{"NegativePay", "UPDATE fct_workforce_snapshot SET current_compensation = -1 WHERE employee_id = 'B'",
               "negative_or_missing_pay", 2},
        Damage{"InfinitePay",
               "UPDATE fct_workforce_snapshot SET current_compensation = 'Infinity' WHERE employee_id = 'C'",
               "negative_or_missing_pay", 1},
        Damage{"LevelNine", "UPDATE fct_workforce_snapshot SET level_id = 9 WHERE employee_id = 'C'",
               "level_outside_1_to_5", 1},
        Damage{"DuplicateIds",
               "INSERT INTO fct_workforce_snapshot SELECT * FROM fct_workforce_snapshot WHERE employee_id = 'A'",
               "duplicate_employee_years", 2},
        Damage{"DuplicateEvents",
               "INSERT INTO fct_yearly_events SELECT * FROM fct_yearly_events WHERE event_type = 'hire'",
               "duplicate_events", 3},
        Damage{"EventOfNobody", "UPDATE fct_yearly_events SET employee_id = 'X' WHERE employee_id = 'C'",
               "events_without_snapshot", 1},
        Damage{"DateOutOfRange",
               "UPDATE fct_workforce_snapshot SET employee_hire_date = '9999-12-31' WHERE employee_id = 'C'",
               "dates_out_of_range", 1},
        Damage{"InfiniteDate", "UPDATE fct_yearly_events SET effective_date = 'infinity' WHERE employee_id = 'C'",
               "event_outside_its_year", 1},
        Damage{"AncientDate",
               "UPDATE fct_workforce_snapshot SET employee_birth_date = '0001-01-01 (BC)' WHERE employee_id = 'C'",
               "dates_out_of_range", 1},
        Damage{"BornAfterHire",
               "UPDATE fct_workforce_snapshot SET employee_birth_date = '2020-01-01' WHERE employee_id = 'A'",
               "hire_before_birth", 2},
        Damage{"TenureAboveAge", "UPDATE fct_workforce_snapshot SET current_tenure = 40 WHERE employee_id = 'A'",
               "age_or_tenure_out_of_range", 2},
        Damage{"RaiseBeforeHire",
               "UPDATE fct_workforce_snapshot SET employee_hire_date = '2025-08-01' WHERE employee_id = 'A' AND "
               "simulation_year = 2025",
               "raise_before_hire", 1},
        Damage{"YearGap", "UPDATE fct_workforce_snapshot SET simulation_year = 2028 WHERE simulation_year = 2026",
               "year_gaps", 2},
        Damage{"HalfGone", "DELETE FROM fct_workforce_snapshot WHERE simulation_year = 2026 AND employee_id <> 'A'",
               "headcount_change_above_half", 1},
        Damage{"PeopleLost", "DELETE FROM fct_workforce_snapshot WHERE simulation_year = 2026 AND employee_id = 'N1'",
               "people_lost", 1},
        Damage{"MeritOfAThird",
               "UPDATE int_effective_parameters SET parameter_value = 0.33 WHERE parameter_name = 'merit_base' AND "
               "job_level = 2",
               "merit_outside_0_to_20_percent", 2},
        Damage{"LeverUnderUpperCase",
               "UPDATE int_effective_parameters SET event_type = 'HIRE' WHERE event_type = 'hire'", "lever_letter_case",
               10},
        Damage{"OtherStatus",
               "UPDATE fct_workforce_snapshot SET detailed_status_code = 'on_leave' WHERE employee_id = 'A'",
               "unknown_status", 2},
        Damage{"StatusContradiction",
               "UPDATE fct_workforce_snapshot SET employment_status = 'terminated' WHERE employee_id = 'A'",
               "status_contradiction", 2},
        Damage{"LeversMissing", "DELETE FROM int_effective_parameters WHERE fiscal_year = 2026",
               "levers_missing_for_a_year", 1},
        Damage{"LeversOfAnotherScenario",
               "INSERT INTO int_effective_parameters SELECT 'other', * EXCLUDE (scenario_id) REPLACE (0.5 AS "
               "parameter_value) FROM int_effective_parameters",
               "raise_not_merit_and_cola", 0},
        Damage{"MeritOfAnotherScenario",
               "INSERT INTO int_effective_parameters SELECT 'other', * EXCLUDE (scenario_id) REPLACE (0.5 AS "
               "parameter_value) FROM int_effective_parameters",
               "merit_outside_0_to_20_percent", 0},
        Damage{"LeversTwice", "INSERT INTO int_effective_parameters SELECT * FROM int_effective_parameters",
               "raise_not_merit_and_cola", 0},
        Damage{"OddMeritTwice",
               "UPDATE int_effective_parameters SET parameter_value = 0.5 WHERE parameter_name = 'merit_base' AND "
               "fiscal_year = 2026 AND job_level = 5; INSERT INTO int_effective_parameters SELECT * FROM "
               "int_effective_parameters",
               "merit_outside_0_to_20_percent", 1},
        Damage{"BaselineNotANumber", "UPDATE int_baseline_workforce SET current_compensation = 'NaN'",
               "baseline_pay_out_of_range", 3},
        Damage{"BaselineInfinite",
               "UPDATE int_baseline_workforce SET current_compensation = '-Infinity' WHERE employee_id = 'A'",
               "baseline_pay_out_of_range", 1},
        Damage{"BaselineNegative",
               "UPDATE int_baseline_workforce SET current_compensation = -5 WHERE employee_id = 'A'",
               "baseline_pay_out_of_range", 1},
        Damage{"BaselineWithoutPay",
               "UPDATE int_baseline_workforce SET current_compensation = NULL WHERE employee_id = 'A'",
               "baseline_pay_out_of_range", 1},
        Damage{"BaselineLevel", "UPDATE int_baseline_workforce SET level_id = 9 WHERE employee_id = 'A'",
               "baseline_level_outside_1_to_5", 1},
        Damage{"BaselineTwice",
               "INSERT INTO int_baseline_workforce SELECT * FROM int_baseline_workforce WHERE employee_id = 'A'",
               "baseline_duplicate_employees", 1},
        Damage{"BaselineWithoutId", "UPDATE int_baseline_workforce SET employee_id = NULL WHERE employee_id = 'A'",
               "baseline_missing_employee_id", 1},
        Damage{"BaselineAge",
               "UPDATE int_baseline_workforce SET current_age = -9223372036854775808, current_tenure = "
               "9223372036854775807 WHERE employee_id = 'A'",
               "baseline_age_or_tenure_out_of_range", 1},
        Damage{"BaselineWithoutAge", "UPDATE int_baseline_workforce SET current_age = NULL WHERE employee_id = 'A'",
               "baseline_age_or_tenure_out_of_range", 1},
        Damage{"BaselineDates",
               "UPDATE int_baseline_workforce SET employee_birth_date = 'infinity' WHERE employee_id = 'A'; UPDATE "
               "int_baseline_workforce SET employee_birth_date = '290000-01-01' WHERE employee_id = 'B'; UPDATE "
               "int_baseline_workforce SET employee_hire_date = '1850-01-01' WHERE employee_id = 'C'",
               "baseline_dates_out_of_range", 3},
        Damage{"OtherLevers",
               "UPDATE int_effective_parameters SET parameter_value = 0.02 WHERE parameter_name = 'merit_base' AND "
               "fiscal_year = 2025",
               "raise_not_merit_and_cola", 2}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(QualityReport, ChecksWithoutTheirColumnsSayWhyTheyDidNotRun) {
  const TempFolder folder;
  make_database(
      folder / "s.duckdb",
      good_tables() + "ALTER TABLE fct_yearly_events DROP COLUMN effective_date; DROP TABLE int_effective_parameters");
  const SimulationDatabase database(folder / "s.duckdb");
  const QualityReport report = database.quality();
  EXPECT_THAT(report.find("raise_after_termination")->not_run, HasSubstr("effective_date"));
  EXPECT_EQ(report.missing.size(), 2U);
  const Json run = database.run_quality();
  EXPECT_FALSE(run.at("parameter_application_success").as_boolean());
  EXPECT_DOUBLE_EQ(run.at("data_completeness_score").as_real(), 0.6);
  EXPECT_THROW((void)database.finding_rows("raise_after_termination"), Error);
  EXPECT_THROW((void)database.finding_rows("no such check"), Error);
}

TEST(RunQuality, EmptyTablesAndOtherLeversAreErrors) {
  const TempFolder folder;
  make_database(folder / "s.duckdb",
                good_tables() + "DELETE FROM fct_workforce_snapshot; DELETE FROM fct_yearly_events");
  const SimulationDatabase database(folder / "s.duckdb");
  const Json levers = Json::parse(R"({"cola_rate": 0.02, "merit_rate_level_1": 0.015, "unknown": 1})");
  const Json run = database.run_quality(&levers);
  EXPECT_EQ(run.at("data_completeness_score").as_real(), 0.0) << run.dump();
  EXPECT_EQ(run.at("errors").size(), 4U) << run.dump();
}

}  // namespace
}  // namespace planwise::workforce
