// Figures whose columns or tables are missing or unreadable: an error or null with a reason, never 0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "databases.h"
#include "planwise/error.h"
#include "planwise/workforce.h"

namespace planwise::workforce {
namespace {

using planwise::testing::TempFolder;
using ::testing::HasSubstr;

using Call = std::function<void(const SimulationDatabase&)>;

void bridge(const SimulationDatabase& d) { (void)d.bridge(2025); }
void first_bridge(const SimulationDatabase& d) { (void)d.bridge(2024); }
void cost(const SimulationDatabase& d) { (void)d.cost(2025); }
void growth(const SimulationDatabase& d) { (void)d.growth(); }
void ranges(const SimulationDatabase& d) { (void)d.level_positions(2025); }
void compression(const SimulationDatabase& d) { (void)d.compression(2025); }
void spread(const SimulationDatabase& d) { (void)d.distribution({2025}); }
void by_level(const SimulationDatabase& d) { (void)d.distribution({2025, PayGrouping::level}); }
void by_age(const SimulationDatabase& d) { (void)d.distribution({2025, PayGrouping::age_band}); }
void warnings(const SimulationDatabase& d) { (void)d.early_warnings(); }
void drill_level(const SimulationDatabase& d) {
  DrillRequest request;
  request.year = 2025;
  request.level = 1;
  (void)d.drill(request);
}
void drill_status(const SimulationDatabase& d) {
  DrillRequest request;
  request.year = 2025;
  request.status = DetailedStatus::new_hire_active;
  (void)d.drill(request);
}
void drill_raises(const SimulationDatabase& d) {
  DrillRequest request;
  request.year = 2025;
  request.event = EventType::raise;
  (void)d.drill(request);
}
void drill_merit(const SimulationDatabase& d) {
  DrillRequest request;
  request.year = 2026;
  request.bridge_part = "merit";
  (void)d.drill(request);
}

struct Lacking {
  const char* name;
  const char* sql;
  Call call;
  const char* table;
  const char* column;
};
constexpr const char* no_pay = "ALTER TABLE fct_workforce_snapshot DROP COLUMN current_compensation";
constexpr const char* null_pay = "UPDATE fct_workforce_snapshot SET current_compensation = NULL";
constexpr const char* no_id = "ALTER TABLE fct_workforce_snapshot DROP COLUMN employee_id";
constexpr const char* no_status =
    "ALTER TABLE fct_workforce_snapshot DROP COLUMN detailed_status_code; ALTER TABLE fct_workforce_snapshot DROP "
    "COLUMN employment_status";
constexpr const char* odd_status = "UPDATE fct_workforce_snapshot SET detailed_status_code = 'zzz'";
constexpr const char* no_prorated = "ALTER TABLE fct_workforce_snapshot DROP COLUMN prorated_annual_compensation";
constexpr const char* no_level = "ALTER TABLE fct_workforce_snapshot DROP COLUMN level_id";
constexpr const char* no_events = "DROP TABLE fct_yearly_events";
constexpr const char* no_type = "ALTER TABLE fct_yearly_events DROP COLUMN event_type";
constexpr const char* no_year = "ALTER TABLE fct_workforce_snapshot DROP COLUMN simulation_year";

class Figure : public ::testing::TestWithParam<Lacking> {};

TEST_P(Figure, WithoutWhatItNeedsIsAnErrorThatNamesIt) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + GetParam().sql);
  try {
    GetParam().call(SimulationDatabase(folder / "s.duckdb"));
    FAIL() << "a figure was told";
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::not_found || error.code() == ErrorCode::corrupt) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(GetParam().table));
    EXPECT_THAT(error.what(), HasSubstr(GetParam().column));
  }
}

constexpr const char* snap = "fct_workforce_snapshot";
constexpr const char* code = "detailed_status_code";

INSTANTIATE_TEST_SUITE_P(
    Every, Figure,
    ::testing::Values(
        Lacking{"BridgePay", no_pay, bridge, snap, "current_compensation"},
        Lacking{"BridgeNullPay", null_pay, bridge, snap, "current_compensation"},
        Lacking{"BridgeId", no_id, bridge, snap, "employee_id"}, Lacking{"BridgeStatus", no_status, bridge, snap, code},
        Lacking{"BridgeBaselinePay", "ALTER TABLE int_baseline_workforce DROP COLUMN current_compensation",
                first_bridge, "int_baseline_workforce", "current_compensation"},
        Lacking{"BridgeEmpty", "DELETE FROM fct_workforce_snapshot", bridge, snap, "is empty"},
        Lacking{"BridgeYear", no_year, bridge, snap, "has no column simulation_year"},
        Lacking{"CostProrated", no_prorated, cost, snap, "prorated_annual_compensation"},
        Lacking{"CostNullFullYear", "UPDATE fct_workforce_snapshot SET full_year_equivalent_compensation = NULL", cost,
                snap, "full_year_equivalent_compensation"},
        Lacking{"CostStatus", odd_status, cost, snap, code},
        Lacking{"GrowthPay", no_pay, growth, snap, "current_compensation"},
        Lacking{"GrowthId", "UPDATE fct_workforce_snapshot SET employee_id = NULL", growth, snap, "employee_id"},
        Lacking{"GrowthEmpty", "DELETE FROM fct_workforce_snapshot", growth, snap, "is empty"},
        Lacking{"RangesPay", null_pay, ranges, snap, "current_compensation"},
        Lacking{"RangesLevel", no_level, ranges, snap, "level_id"},
        Lacking{"CompressionPay", no_pay, compression, snap, "current_compensation"},
        Lacking{"CompressionStatus", no_status, compression, snap, code},
        Lacking{"SpreadStatus", odd_status, spread, snap, code},
        Lacking{"SpreadPay", no_pay, spread, snap, "current_compensation"},
        Lacking{"SpreadByLevel", no_level, by_level, snap, "level_id"},
        Lacking{"SpreadByAge", "UPDATE fct_workforce_snapshot SET current_age = NULL", by_age, snap, "current_age"},
        Lacking{"WarningsStatus", no_status, warnings, snap, code},
        Lacking{"DrillLevel", no_level, drill_level, snap, "level_id"},
        Lacking{"DrillStatus", odd_status, drill_status, snap, code},
        Lacking{"DrillEvents", no_events, drill_raises, "fct_yearly_events", "is not in the database"},
        Lacking{"DrillEventType", no_type, drill_raises, "fct_yearly_events", "event_type"},
        Lacking{"DrillMerit", no_events, drill_merit, "fct_yearly_events", "cannot be told apart"},
        Lacking{"DrillMeritPay", null_pay, drill_merit, snap, "current_compensation"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(Bridge, WithoutEventsSaysThatPartsCannotBeToldApart) {
  for (const char* sql : {no_events, no_type, "UPDATE fct_yearly_events SET event_type = NULL",
                          "DELETE FROM fct_yearly_events", "UPDATE fct_yearly_events SET previous_compensation = NULL",
                          "ALTER TABLE fct_yearly_events DROP COLUMN employee_id"}) {
    SCOPED_TRACE(sql);
    const TempFolder folder;
    make_database(folder / "s.duckdb", good_tables() + sql);
    const CostBridge b = SimulationDatabase(folder / "s.duckdb").bridge(2025);
    EXPECT_TRUE(std::isnan(b.promotions) && std::isnan(b.merit) && std::isnan(b.cola));
    EXPECT_EQ(b.other, 22848 + 1400);
    EXPECT_EQ(b.start + b.leavers + b.hires + b.other, b.end);
    EXPECT_THAT(b.reason, HasSubstr("fct_yearly_events"));
    const Json json = to_json(b);
    EXPECT_TRUE(json.at("merit").is_null());
    EXPECT_TRUE(json.at("raise_count").is_null());
    EXPECT_EQ(json.at("reason").as_string(), b.reason);
  }
}

TEST(Growth, FromABaselineWithoutPayIsNullWithItsReason) {
  const TempFolder folder;
  make_database(folder / "s.duckdb",
                good_tables() + "ALTER TABLE int_baseline_workforce DROP COLUMN current_compensation");
  const auto growth = SimulationDatabase(folder / "s.duckdb").growth();
  EXPECT_TRUE(std::isnan(growth[0].headcount));
  EXPECT_THAT(growth[0].reason, HasSubstr("int_baseline_workforce has no column current_compensation"));
  EXPECT_EQ(growth[1].reason, "");
  EXPECT_EQ(growth[1].headcount, 0);
}

TEST(Amounts, BeyondATrillionAreUnreadableAndReported) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    UPDATE fct_workforce_snapshot SET current_compensation = 1e300, prorated_annual_compensation = -1e300 WHERE employee_id = 'A';
    UPDATE fct_yearly_events SET compensation_amount = 1e300 WHERE employee_id = 'N1' AND event_type = 'RAISE';
    UPDATE int_baseline_workforce SET current_compensation = 1e300 WHERE employee_id = 'A';)");
  const SimulationDatabase database(folder / "s.duckdb");
  EXPECT_EQ(database.bridge(2024).start, 210000);
  EXPECT_EQ(database.bridge(2025).end, 161400);
  EXPECT_THAT(database.summary(2025).at("warnings").dump(), HasSubstr("1 of 5 rows"));
  const QualityReport report = database.quality();
  EXPECT_EQ(report.find("negative_or_missing_pay")->count, 2);
  EXPECT_EQ(report.find("other_pay_out_of_range")->count, 2);
  EXPECT_EQ(report.find("event_pay_out_of_range")->count, 1);
  EXPECT_EQ(report.find("baseline_pay_out_of_range")->count, 1);
}

TEST(SimulationDatabase, EventTypesDifferingInLetterCaseAreOneType) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    UPDATE fct_yearly_events SET event_type = 'raise' WHERE employee_id = 'A' AND event_type = 'RAISE';
    UPDATE fct_yearly_events SET event_type = 'Hire' WHERE employee_id = 'N2' AND event_type = 'hire';)");
  const SimulationDatabase database(folder / "s.duckdb");
  EXPECT_EQ(database.summary(2026).at("events").dump(), R"({"RAISE":3,"hire":1,"promotion":1,"termination":1})");
  EXPECT_EQ(database.summary(2025).at("events").dump(), R"({"Hire":2,"RAISE":2,"termination":2})");
}

TEST(SimulationDatabase, RowsOfNoYearAndOfNoKnownStatusAreTold) {
  const TempFolder folder;
  make_database(folder / "s.duckdb", good_tables() + R"(
    UPDATE fct_workforce_snapshot SET simulation_year = NULL WHERE employee_id = 'C';
    UPDATE fct_workforce_snapshot SET detailed_status_code = 'zzz' WHERE employee_id = 'B';)");
  const Json warnings = SimulationDatabase(folder / "s.duckdb").summary(2025).at("warnings");
  ASSERT_EQ(warnings.size(), 2U) << warnings.dump();
  EXPECT_THAT(warnings.at(0).as_string(),
              HasSubstr("1 of 4 rows of fct_workforce_snapshot have no detailed_status_code"));
  EXPECT_THAT(warnings.at(1).as_string(), HasSubstr("1 rows of fct_workforce_snapshot have no simulation_year"));
}

TEST(SimulationDatabase, MissingYearIsTheCauseThatIsTold) {
  const TempFolder folder;
  make_database(folder / "m.duckdb", good_tables() + no_year);
  make_database(folder / "n.duckdb", good_tables() + "UPDATE fct_workforce_snapshot SET simulation_year = NULL");
  EXPECT_THAT(SimulationDatabase(folder / "m.duckdb").summary(2025).at("error").as_string(),
              HasSubstr("has no column simulation_year"));
  EXPECT_THROW((void)SimulationDatabase(folder / "m.duckdb").years(), Error);
  EXPECT_THAT(SimulationDatabase(folder / "n.duckdb").summary(2025).at("error").as_string(),
              HasSubstr("none of the 9 rows of fct_workforce_snapshot has a simulation_year"));
}

}  // namespace
}  // namespace planwise::workforce
