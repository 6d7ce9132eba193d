#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "planwise/error.h"
#include "simulate_samples.h"

namespace planwise::simulation {
namespace {

/// Everybody stays, nobody comes, nobody is promoted: only raises.
SimulationInput only_raises() {
  SimulationInput input = sample_input(1);
  input.people = {{"A"}, {70000}, {40}, {6}, {1}, {no_date}, {day_of(2018, 3, 1)}};
  input.settings.end_year = 2025;
  input.settings.target_growth_rate = 0;
  input.settings.total_termination_rate = 0;
  input.settings.promotion_base = 0;
  return input;
}

TEST(Simulate, ExampleOfTheHeaderRuns) {
  SimulationInput input;
  input.people = sample_people(10);
  for (int year = 2025; year <= 2029; ++year) input.levers[year];
  const SimulationResult result = simulate(input);
  EXPECT_GT(result.years.at(0).active_compensation, 0);
  EXPECT_EQ(result.years.size(), 5U);
  EXPECT_TRUE(result.rows.empty());
}

TEST(Simulate, OnePersonGetsTheRaiseOfTheirLevel) {
  const SimulationResult result = simulate(only_raises());
  const YearFigures& figures = result.years.at(0);
  EXPECT_EQ(figures.active_headcount, 1);
  EXPECT_DOUBLE_EQ(figures.active_compensation, 74900.0);  // 70000 x (1 + 0.045 + 0.025)
  EXPECT_DOUBLE_EQ(figures.active_median, 74900.0);
  EXPECT_NEAR(figures.like_for_like_growth, 0.07, 1e-12);
  EXPECT_EQ(figures.deviation_by_level[0], 0.0);
  const YearRows& rows = result.rows.at(0);
  ASSERT_EQ(rows.events.type, std::vector{EventType::raise});
  const double days_before = rows.events.date[0] - first_day_of(2025);
  EXPECT_NEAR(rows.prorated_compensation[0], (70000 * days_before + 74900 * (365 - days_before)) / 365, 1e-6);
  EXPECT_EQ(rows.full_year_equivalent[0], 74900.0);
  EXPECT_EQ(rows.age[0], 41);
  EXPECT_EQ(rows.tenure[0], 7);
}

TEST(Simulate, PayIsRoundedHalfAwayFromZero) {
  SimulationInput input = only_raises();
  input.people.compensation = {100.5};
  input.levers[2025].merit_rate = {0, 0, 0, 0, 0};
  input.levers[2025].cola_rate = {0.25, 0, 0, 0, 0};
  EXPECT_EQ(simulate(input).years[0].active_compensation, 125.63);  // 125.625
}

TEST(Simulate, PromotionIsOneLevelUpAndAtLeastItsMinimum) {
  SimulationInput input = only_raises();
  input.settings.promotion_base = 100;
  input.levers[2025].merit_rate = input.levers[2025].cola_rate = {0, 0, 0, 0, 0};
  const SimulationResult result = simulate(input);
  EXPECT_EQ(result.rows[0].level[0], 2);
  EXPECT_EQ(result.rows[0].current_compensation[0], 81000.0);  // above 70000 x 1.12
  EXPECT_EQ(count_of(result.years[0], EventType::promotion), 1);
  input.people.compensation = {75000};
  EXPECT_EQ(simulate(input).rows[0].current_compensation[0], 84000.0);
}

TEST(Simulate, RaiseBuildsOnAPromotionOnlyIfThatCameFirst) {
  SimulationInput input = sample_input(3000);
  input.settings.promotion_base = 1;
  int promotion_first = 0, raise_first = 0;
  for (const YearRows& rows : simulate(input).rows) {
    const auto& events = rows.events;
    for (std::size_t i = 0; i + 1 < events.row.size(); ++i) {
      if (events.row[i] != events.row[i + 1] || events.type[i + 1] == EventType::termination ||
          events.type[i] == EventType::hire)
        continue;
      ASSERT_EQ(events.previous_compensation[i + 1], events.compensation[i]);
      const bool promoted = events.type[i] == EventType::promotion;
      (promoted ? promotion_first : raise_first)++;
      ASSERT_EQ(events.level[i + 1], events.level[i] + (promoted ? 1 : 0));
    }
  }
  EXPECT_GT(promotion_first, 50);
  EXPECT_GT(raise_first, 50);
}

// Pinned: any change of draws, rounding or order of work shows here. A deliberate one changes these figures.
TEST(Simulate, SmallSimulationStaysWhatItWas) {
  const SimulationResult result = simulate(sample_input(200));
  std::vector<std::int64_t> active, promotions;
  for (const YearFigures& year : result.years) {
    active.push_back(year.active_headcount);
    promotions.push_back(count_of(year, EventType::promotion));
  }
  EXPECT_EQ(active, (std::vector<std::int64_t>{206, 212, 218, 225, 232}));
  EXPECT_EQ(promotions, (std::vector<std::int64_t>{10, 11, 14, 10, 13}));
  EXPECT_NEAR(result.years.back().active_compensation, 35267043.54, 0.005);
}

TEST(Simulate, ThreadsChangeNoByte) {
  SimulationInput input = sample_input(30000);
  const std::string one = bytes_of(simulate(input));
  for (const unsigned threads : {2U, 8U, 0U}) {
    input.threads = threads;
    EXPECT_TRUE(bytes_of(simulate(input)) == one) << threads << " threads";
  }
  input.dbt = DbtBehaviour::all();
  const std::string dbt = bytes_of(simulate(input));
  input.threads = 1;
  EXPECT_TRUE(bytes_of(simulate(input)) == dbt);
}

TEST(Simulate, SummaryIsThatOfTheRows) {
  SimulationInput input = sample_input(2000);
  const SimulationResult rows = simulate(input);
  input.detail = SimulationDetail::summary;
  const SimulationResult summary = simulate(input);
  ASSERT_EQ(summary.years.size(), rows.years.size());
  for (std::size_t i = 0; i < rows.years.size(); ++i) EXPECT_EQ(bytes_of(summary.years[i]), bytes_of(rows.years[i]));
}

TEST(Simulate, FiguresAreThoseOfTheRows) {
  for (const std::size_t people : {9U, 30001U}) {
    const SimulationResult result = simulate(sample_input(people));
    for (std::size_t y = 0; y < result.years.size(); ++y) {
      const YearRows& rows = result.rows[y];
      const YearFigures& figures = result.years[y];
      std::vector<double> active;
      ByLevel<std::vector<double>> of_level;
      double inliers = 0, inlier_pay = 0, prorated = 0;
      for (std::size_t i = 0; i < rows.employee_id.size(); ++i) {
        prorated += rows.prorated_compensation[i];
        if (rows.termination_date[i] != no_date) continue;
        const double pay = rows.current_compensation[i];
        active.push_back(pay);
        of_level[rows.level[i] - 1U].push_back(pay);
        inliers += pay <= 500000 ? 1 : 0;
        inlier_pay += pay <= 500000 ? pay : 0;
      }
      std::sort(active.begin(), active.end());
      EXPECT_EQ(figures.active_median, (active[(active.size() - 1) / 2] + active[active.size() / 2]) / 2);
      EXPECT_NEAR(figures.active_mean_without_outliers, inlier_pay / inliers, 1e-6);
      EXPECT_NEAR(figures.prorated_compensation / prorated, 1, 1e-12);
      for (std::size_t level = 0; level < level_count; ++level) {
        const std::vector<double>& pays = of_level[level];
        EXPECT_EQ(figures.active_by_level[level], static_cast<std::int64_t>(pays.size()));
        if (pays.empty()) continue;
        double mean = 0, variance = 0;
        for (const double pay : pays) mean += pay / static_cast<double>(pays.size());
        for (const double pay : pays) variance += (pay - mean) * (pay - mean) / static_cast<double>(pays.size());
        EXPECT_NEAR(figures.mean_by_level[level], mean, 1e-5);
        EXPECT_NEAR(figures.deviation_by_level[level], std::sqrt(variance), 1e-5);
      }
    }
  }
}

TEST(Simulate, FiguresWithinThePayCapAreThoseOfTheRowsBelowIt) {
  for (const double cap : {95000.0, 0.0, 1e9}) {
    SimulationInput input = sample_input(20001);
    input.settings.outlier_pay = cap;
    const SimulationResult result = simulate(input);
    const YearRows& rows = result.rows.back();
    const YearFigures& figures = result.years.back();
    ByLevel<std::vector<double>> within;
    for (std::size_t i = 0; i < rows.employee_id.size(); ++i) {
      if (rows.termination_date[i] == no_date && rows.current_compensation[i] <= cap)
        within[rows.level[i] - 1U].push_back(rows.current_compensation[i]);
    }
    for (std::size_t level = 0; level < level_count; ++level) {
      const auto count = static_cast<double>(within[level].size());
      double sum = 0, squares = 0;
      for (const double pay : within[level]) sum += pay;
      for (const double pay : within[level]) squares += (pay - sum / count) * (pay - sum / count);
      EXPECT_EQ(figures.within_cap_by_level[level], static_cast<std::int64_t>(within[level].size()));
      EXPECT_NEAR(figures.compensation_within_cap_by_level[level], sum, 1e-6 * (1 + sum));
      EXPECT_NEAR(figures.mean_within_cap_by_level[level], count == 0 ? 0 : sum / count, 1e-5);
      EXPECT_NEAR(figures.deviation_within_cap_by_level[level], count == 0 ? 0 : std::sqrt(squares / count), 1e-5);
    }
    if (cap > 1e8) {
      EXPECT_EQ(figures.compensation_within_cap_by_level, figures.compensation_by_level);
      EXPECT_EQ(figures.deviation_within_cap_by_level, figures.deviation_by_level);
    }
  }
}

TEST(Simulate, OrderOfPeopleChangesNoFigure) {
  SimulationInput input = sample_input(5000, SimulationDetail::summary);
  const SimulationResult forwards = simulate(input);
  People& people = input.people;
  const auto reverse = [](auto&... columns) { (std::reverse(columns.begin(), columns.end()), ...); };
  reverse(people.employee_id, people.compensation, people.age, people.tenure, people.level, people.birth_date,
          people.hire_date);
  EXPECT_EQ(bytes_of(simulate(input)), bytes_of(forwards));
}

TEST(Simulate, SeedChangesWhoButNotHowMany) {
  SimulationInput input = sample_input(3000, SimulationDetail::summary);
  const SimulationResult first = simulate(input);
  input.seed = 43;
  const SimulationResult second = simulate(input);
  for (std::size_t i = 0; i < first.years.size(); ++i) {
    EXPECT_EQ(first.years[i].headcount, second.years[i].headcount);
    EXPECT_NE(first.years[i].active_compensation, second.years[i].active_compensation);
  }
}

TEST(Simulate, HiresFillTheSharesExactly) {
  const SimulationResult result = simulate(sample_input(5000));
  for (const YearRows& rows : result.rows) {
    ByLevel<double> hires{};
    for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
      if (rows.events.type[i] == EventType::hire) ++hires[rows.events.level[i] - 1U];
    }
    const double total = hires[0] + hires[1] + hires[2] + hires[3] + hires[4];
    for (std::size_t level = 0; level < level_count; ++level)
      EXPECT_NEAR(hires[level], total * SimulationSettings{}.levels[level].hire_share, 1);
  }
}

TEST(Simulate, WorkforceMayVanish) {
  SimulationInput input = sample_input(100);
  input.settings.total_termination_rate = 1;
  input.settings.target_growth_rate = -1;
  input.settings.new_hire_termination_rate = 0;
  const SimulationResult result = simulate(input);
  for (const YearFigures& year : result.years)
    EXPECT_TRUE(std::isfinite(year.active_mean) && std::isfinite(year.like_for_like_growth));
  EXPECT_EQ(result.years.back().active_headcount, 0);
  EXPECT_TRUE(result.rows.back().employee_id.empty());
}

TEST(Simulate, PersonWithoutHireDateCountsByTenure) {
  SimulationInput input = only_raises();
  input.settings.total_termination_rate = 1;
  input.people.hire_date = {no_date};
  EXPECT_EQ(count_of(simulate(input).years[0], DetailedStatus::experienced_termination), 1);
  EXPECT_EQ(simulate(input).rows[0].hire_date[0], no_date);
  input.people.tenure = {0};
  EXPECT_EQ(count_of(simulate(input).years[0], DetailedStatus::experienced_termination), 0);
}

TEST(Simulate, LeapYearHas366Days) {
  SimulationInput input = only_raises();
  input.settings.start_year = input.settings.end_year = 2028;
  input.levers[2028].merit_rate = input.levers[2028].cola_rate = {0, 0, 0, 0, 0};
  EXPECT_NEAR(simulate(input).years[0].prorated_compensation, 70000.0, 1e-9);
}

TEST(Simulate, ProgressIsAskedAfterEachYearAndMayStop) {
  SimulationInput input = sample_input(10);
  std::vector<int> done;
  input.progress = [&](int years, int total) {
    EXPECT_EQ(total, 5);
    done.push_back(years);
    return years < 3;
  };
  try {
    (void)simulate(input);
    FAIL() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
  EXPECT_EQ(done, (std::vector{1, 2, 3}));
}

TEST(Simulate, HireIdsNameYearLevelAndNumber) { EXPECT_EQ(hire_id(2025, 2, 17), "NH_2025_2_000017"); }

}  // namespace
}  // namespace planwise::simulation
