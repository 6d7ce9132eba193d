// Analyses of years: distributions, ranges, the bridge, cost, growth, targets, warnings, drill, suppression,
// fingerprint.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "databases.h"
#include "planwise/error.h"
#include "planwise/workforce.h"

namespace planwise::workforce {
namespace {

using planwise::testing::TempFolder;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Analysis : public ::testing::Test {
 protected:
  void SetUp() override { make_database(file(), good_tables()); }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "s.duckdb"; }
  TempFolder folder_;
};

std::int64_t cents_of(double amount) { return std::llround(amount * 100); }

void expect_exact(const CostBridge& b) {
  EXPECT_EQ(cents_of(b.start) + cents_of(b.leavers) + cents_of(b.hires) + cents_of(b.promotions) + cents_of(b.merit) +
                cents_of(b.cola) + cents_of(b.other),
            cents_of(b.end));
  EXPECT_EQ(b.start_count - b.leaver_count + b.hire_count, b.end_count);
}

TEST_F(Analysis, BridgeSumsExactlyAndSplitsRaisesByTheLevers) {
  const CostBridge b = SimulationDatabase(file()).bridge(2025);
  expect_exact(b);
  EXPECT_EQ(b.start, 233200);
  EXPECT_EQ(b.leavers, -61200);
  EXPECT_EQ(b.hires, 90000);
  EXPECT_EQ(b.promotions, 20400);
  EXPECT_EQ(b.merit, 1836 + 1050);
  EXPECT_EQ(b.cola, 612 + 350);
  EXPECT_EQ(b.other, 0);
  EXPECT_EQ(b.end, 286248);
  EXPECT_EQ(b.promotions_overwritten, 0);
  const CostBridge from_baseline = SimulationDatabase(file()).bridge(2024);
  expect_exact(from_baseline);
  EXPECT_EQ(from_baseline.start, 310000);
  EXPECT_EQ(from_baseline.merit, 2400);
}

TEST_F(Analysis, PromotionOverwrittenByARaiseCountsForNothing) {
  make_database(folder_ / "o.duckdb", good_tables() + R"(
    UPDATE fct_yearly_events SET previous_compensation = 102000, compensation_amount = 104040 WHERE employee_id = 'A' AND event_type = 'RAISE' AND simulation_year = 2026;
    UPDATE fct_workforce_snapshot SET current_compensation = 104040 WHERE employee_id = 'A' AND simulation_year = 2026;)");
  const CostBridge b = SimulationDatabase(folder_ / "o.duckdb").bridge(2025);
  expect_exact(b);
  EXPECT_EQ(b.promotions, 0);
  EXPECT_EQ(b.promotions_overwritten, 20400);
}

TEST_F(Analysis, BridgeWithoutEventsIsOneUnexplainedPart) {
  make_database(folder_ / "n.duckdb",
                good_tables() + "DROP TABLE fct_yearly_events; DROP TABLE int_effective_parameters");
  const CostBridge b = SimulationDatabase(folder_ / "n.duckdb").bridge(2025);
  EXPECT_EQ(b.other, 22848 + 1400);
  EXPECT_EQ(cents_of(b.start) + cents_of(b.leavers) + cents_of(b.hires) + cents_of(b.other), cents_of(b.end));
  EXPECT_THROW((void)SimulationDatabase(folder_ / "n.duckdb").bridge(2026), Error);
}

TEST_F(Analysis, RealFileBridgesEveryYearExactly) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const SimulationDatabase database(path);
  for (int year = 2024; year < 2029; ++year) {
    SCOPED_TRACE(year);
    const CostBridge b = database.bridge(year);
    expect_exact(b);
    EXPECT_NEAR(b.end, database.summary(year + 1).at("workforce").at("active_compensation").as_real(),
                25);  // Half a cent a person.
    EXPECT_NEAR(b.other, 0, 50) << to_json(b).dump();
    EXPECT_NEAR(b.promotions, 0, 1);
    EXPECT_GT(b.promotions_overwritten, 0);
  }
  const CostBridge first = database.bridge(2024);
  EXPECT_EQ(first.start_count, 4378);
  EXPECT_EQ(first.leaver_count, 428);
  EXPECT_EQ(first.hire_count, 556);
}

TEST_F(Analysis, RealFileGrowsLikeForLikeAsTheReferenceSays) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  std::vector<double> like_for_like;
  for (const YearGrowth& growth : SimulationDatabase(path).growth())
    like_for_like.push_back(std::round(growth.like_for_like * 1e4) / 100);
  EXPECT_THAT(like_for_like, ElementsAre(DoubleNear(2.97, 1e-9), DoubleNear(3.56, 1e-9), DoubleNear(3.48, 1e-9),
                                         DoubleNear(3.40, 1e-9), DoubleNear(3.33, 1e-9)));
}

TEST_F(Analysis, GrowthTellsOverallFromLikeForLike) {
  const auto growth = SimulationDatabase(file()).growth();
  ASSERT_EQ(growth.size(), 2U);
  EXPECT_DOUBLE_EQ(growth[1].headcount, 0);
  EXPECT_DOUBLE_EQ(growth[1].total, (286248.0 - 233200) / 233200);
  EXPECT_DOUBLE_EQ(growth[1].like_for_like_total, (124848.0 + 71400 - 172000) / 172000);
  EXPECT_EQ(growth[1].like_for_like_count, 2);
  EXPECT_DOUBLE_EQ(growth[0].like_for_like_total, (102000.0 + 61200 - 160000) / 160000);
  EXPECT_NEAR(growth[0].like_for_like, 0.02, 1e-15);
}

TEST_F(Analysis, DistributionShowsPercentilesBesideTheMean) {
  const SimulationDatabase database(file());
  const auto all = database.distribution({2025});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].count, 3);
  EXPECT_EQ(all[0].median, 70000);
  EXPECT_DOUBLE_EQ(all[0].p90, 70000 + (102000 - 70000) * 0.8);
  EXPECT_DOUBLE_EQ(all[0].p10, 61200 + 8800 * 0.2);
  const auto levels = database.distribution({2025, PayGrouping::level, PayFigure::current, Population::everybody});
  ASSERT_EQ(levels.size(), 5U);
  EXPECT_EQ(levels[0].count, 3);
  EXPECT_EQ(levels[2].total, 150000);
  EXPECT_EQ(levels[4].count, 0);
  EXPECT_TRUE(std::isnan(levels[4].mean));
  std::vector<std::string> bands;
  for (const auto& band : database.distribution({2025, PayGrouping::tenure_band})) bands.push_back(band.group);
  EXPECT_THAT(bands, ElementsAre("< 2", "2-4", "5-9", "10-19", "20+"));
  EXPECT_EQ(database.distribution({2025, PayGrouping::status, PayFigure::prorated, Population::everybody})[3].total,
            30000);
  SimulationDatabaseOptions options;
  options.outlier_pay = 100000;
  const auto without = SimulationDatabase(file(), options).distribution({2025});
  EXPECT_EQ(without[0].outliers, 1);
  EXPECT_EQ(without[0].mean_without_outliers, 65600);
  EXPECT_THROW((void)database.distribution({2031}), Error);
}

TEST_F(Analysis, RealBaselineHasItsMeanMedianAndOutliers) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const auto all = SimulationDatabase(path).distribution({2024});
  EXPECT_EQ(std::llround(all[0].mean), 156563);
  EXPECT_EQ(all[0].median, 85100);
  EXPECT_EQ(all[0].outliers, 144);
  EXPECT_NEAR(all[0].maximum, 24.97e6, 5e3);
}

TEST_F(Analysis, RangesCountThoseBelowAndAbove) {
  make_database(folder_ / "r.duckdb", good_tables() + R"(
    UPDATE fct_workforce_snapshot SET current_compensation = 50000 WHERE employee_id = 'B' AND simulation_year = 2025;
    UPDATE fct_workforce_snapshot SET current_compensation = 90000 WHERE employee_id = 'N1' AND simulation_year = 2025;)");
  const auto positions = SimulationDatabase(folder_ / "r.duckdb").level_positions(2025);
  ASSERT_EQ(positions.size(), 5U);
  EXPECT_EQ(positions[0].count, 2);
  EXPECT_EQ(positions[0].below_minimum, 1);
  EXPECT_EQ(positions[0].cost_to_minimum, 6000);
  EXPECT_EQ(positions[0].red_circled, 1);
  EXPECT_EQ(positions[0].above_maximum, 10000);
  EXPECT_DOUBLE_EQ(positions[0].mean_compa_ratio, (50000.0 + 90000) / 2 / 68000);
  EXPECT_DOUBLE_EQ(positions[1].mean_penetration, 21000.0 / 39000);
  EXPECT_TRUE(std::isnan(positions[4].mean_compa_ratio));
  const auto compression = SimulationDatabase(folder_ / "r.duckdb").compression(2025);
  EXPECT_EQ(compression[0].new_hires, 1);
  EXPECT_DOUBLE_EQ(compression[0].ratio, 1.8);
  EXPECT_EQ(compression[0].inverted, 1);
  EXPECT_EQ(compression[0].cost_to_new_hires, 40000);
}

TEST_F(Analysis, RealFileHasTheLowestLevelsOutsideTheirRange) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const SimulationDatabase database(path);
  std::int64_t below = 0;
  for (int year = 2025; year <= 2029; ++year) {
    for (const LevelPosition& p : database.level_positions(year)) below += p.below_minimum;
  }
  EXPECT_EQ(below, 286);
}

TEST_F(Analysis, CostTellsTheYearFromTheRunRate) {
  const SimulationDatabase database(file());
  const YearCost cost = database.cost(2025, 0.25);
  EXPECT_EQ(cost.in_year, 101000 + 60500 + 75000 + 58000 + 30000);
  EXPECT_EQ(cost.in_year_leavers, 105000);
  EXPECT_EQ(cost.run_rate, 233200);
  EXPECT_EQ(cost.carry_over, 233200 - 219500);
  EXPECT_EQ(cost.loaded_run_rate, 291500);
  EXPECT_THROW((void)database.cost(2025, -1), Error);
  EXPECT_THROW((void)database.cost(2025, std::nan("")), Error);
}

TEST_F(Analysis, TargetsAreMetWithinTheirTolerance) {
  const auto targets = SimulationDatabase(file()).targets();
  ASSERT_EQ(targets.size(), 4U);
  std::vector<std::string> states;
  for (const TargetResult& target : targets) states.push_back(target.metric + " " + std::string(to_text(target.state)));
  EXPECT_THAT(states, ElementsAre("total_employees met", "happiness unknown", "level_1_median_salary met",
                                  "total_compensation_cost above"));
  make_database(folder_ / "none.duckdb", good_tables() + "DROP TABLE comp_targets");
  EXPECT_TRUE(SimulationDatabase(folder_ / "none.duckdb").targets().empty());
}

TEST_F(Analysis, RealFileComparesAllFiftyTargets) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const auto targets = SimulationDatabase(path).targets();
  ASSERT_EQ(targets.size(), 50U);
  for (const TargetResult& target : targets)
    EXPECT_NE(target.state, TargetState::unknown) << target.metric << target.year;
}

TEST_F(Analysis, EarlyWarningsFollowTheirLimits) {
  const auto warnings = SimulationDatabase(file()).early_warnings();
  std::vector<std::string> names;
  for (const EarlyWarning& warning : warnings) names.push_back(warning.name + std::to_string(warning.year));
  EXPECT_THAT(names, ElementsAre("new_hire_share2025", "new_hire_share2026"));
  WarningLimits limits;
  limits.new_hire_share = 1;
  limits.minimum_raise = 0.05;
  EXPECT_EQ(SimulationDatabase(file()).early_warnings(limits).size(), 2U);
}

TEST_F(Analysis, DrillLeadsFromAFigureToItsPeopleAndEvents) {
  const SimulationDatabase database(file());
  DrillRequest request;
  request.year = 2026;
  request.bridge_part = "promotions";
  const DrillPage promoted = database.drill(request);
  ASSERT_EQ(promoted.total, 1);
  EXPECT_EQ(promoted.rows[0].at("employee_id").as_string(), "A");
  EXPECT_EQ(promoted.rows[0].at("amount").as_real(), 20400);
  EXPECT_EQ(promoted.rows[0].at("events").size(), 2U);
  request.bridge_part = "leavers";
  EXPECT_EQ(database.drill(request).rows.at(0).at("employee_id").as_string(), "B");
  request.bridge_part = "";
  request.event = EventType::raise;
  EXPECT_EQ(database.drill(request).total, 3);
  request.status = DetailedStatus::continuous_active;
  request.level = 1;
  EXPECT_EQ(database.drill(request).total, 1);
  DrillRequest everybody;
  everybody.year = 2025;
  everybody.limit = 2;
  everybody.offset = 1;
  const DrillPage page = database.drill(everybody);
  EXPECT_EQ(page.total, 5);
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[0].at("employee_id").as_string(), "B");
  for (const Json& row : page.rows) EXPECT_THAT(row.dump(), Not(HasSubstr("SSN")));
  everybody.bridge_part = "weather";
  EXPECT_THROW((void)database.drill(everybody), Error);
}

TEST_F(Analysis, DrillOfEachPartSumsToTheBridge) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  const SimulationDatabase database(path);
  const CostBridge b = database.bridge(2025);
  for (const auto& [part, figure] : std::vector<std::pair<std::string, double>>{{"leavers", b.leavers},
                                                                                {"hires", b.hires},
                                                                                {"promotions", b.promotions},
                                                                                {"merit", b.merit},
                                                                                {"cola", b.cola},
                                                                                {"other", b.other}}) {
    DrillRequest request;
    request.year = 2026;
    request.bridge_part = part;
    request.limit = 1'000'000;
    std::int64_t sum = 0;
    for (const Json& row : database.drill(request).rows) sum += cents_of(row.at("amount").as_real());
    EXPECT_EQ(sum, cents_of(figure)) << part;
  }
}

TEST(Suppression, SmallCellsTakeTheNextSmallestWithThem) {
  const auto hidden = [](std::vector<std::int64_t> counts, std::int64_t minimum = 5) {
    return cells_to_suppress(counts, minimum);
  };
  EXPECT_THAT(hidden({10, 20, 30}), ElementsAre(false, false, false));
  EXPECT_THAT(hidden({10, 3, 30}), ElementsAre(true, true, false));  // One hidden cell is the total less the others.
  EXPECT_THAT(hidden({1, 2, 30, 9}), ElementsAre(true, true, false, true));  // Three people together are too few.
  EXPECT_THAT(hidden({4, 4, 30}), ElementsAre(true, true, false));
  EXPECT_THAT(hidden({0, 7, 0}), ElementsAre(false, false, false));
  EXPECT_THAT(hidden({3}), ElementsAre(true));
  EXPECT_THAT(hidden({}), ElementsAre());
  EXPECT_THAT(hidden({10, 3, 30}, 1), ElementsAre(false, false, false));
}

TEST_F(Analysis, SuppressedCellsSayNothingOfThemselves) {
  const auto cells = suppress_small_cells(SimulationDatabase(file()).distribution({2025, PayGrouping::level}));
  EXPECT_EQ(to_json(cells[0]).dump(), R"({"group":"1","suppressed":true})");
  EXPECT_FALSE(cells[4].suppressed);
}

TEST_F(Analysis, FingerprintIsOfTheContentAndTheSignatureOfTheFile) {
  const DataFingerprint file_print = SimulationDatabase(file()).fingerprint();
  EXPECT_EQ(file_print.rows.at("fct_workforce_snapshot"), 9);
  EXPECT_EQ(file_print.content.size(), 64U);
  make_database(folder_ / "copy.duckdb",
                good_tables() + "EXPORT DATABASE '" + (folder_ / "exported").string() + "' (FORMAT parquet)");
  const DataFingerprint exported = SimulationDatabase(folder_ / "exported").fingerprint();
  EXPECT_EQ(exported.content, file_print.content);
  EXPECT_NE(exported.signature, file_print.signature);
  const SimulationDatabase database(folder_ / "copy.duckdb");
  const DataFingerprint before = database.fingerprint(false);
  EXPECT_EQ(before.content, "");
  EXPECT_EQ(database.summary(2025).at("workforce").at("active_compensation").as_real(), 233200);
  make_database(folder_ / "copy.duckdb",
                "UPDATE fct_workforce_snapshot SET current_compensation = 70001 WHERE employee_id = 'N1' AND "
                "simulation_year = 2025");
  EXPECT_NE(database.fingerprint(false).signature, before.signature);
  EXPECT_NE(database.fingerprint().content, file_print.content);
  EXPECT_EQ(database.summary(2025).at("workforce").at("active_compensation").as_real(), 233201);
}

TEST_F(Analysis, ThreadsTakeTurns) {
  const SimulationDatabase database(file());
  const Json expected = database.summaries(2025, 2026);
  std::vector<std::thread> threads;
  std::atomic<int> same = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) same += database.summaries(2025, 2026) == expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, 20);
}

}  // namespace
}  // namespace planwise::workforce
