// Each way of dbt's on its own, and all of them against the tables that a real run of dbt left.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "duck/database_file.h"
#include "simulate_samples.h"

namespace planwise::simulation {
namespace {

SimulationResult with(bool DbtBehaviour::*behaviour, SimulationInput input = sample_input(2000)) {
  input.dbt.*behaviour = true;
  return simulate(input);
}

std::map<std::string, std::size_t> rows_by_id(const YearRows& rows) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < rows.employee_id.size(); ++i) places[rows.employee_id[i]] = i;
  return places;
}

TEST(DbtBehaviour, AllIsEverySwitch) {
  const DbtBehaviour all = DbtBehaviour::all();
  EXPECT_TRUE(all.one_draw && all.hires_short && all.hires_by_number && all.new_hire_leaves_fixed &&
              all.promotions_ignore_levers);
  EXPECT_TRUE(all.raises_at_start && all.levels_from_pay && all.first_year_not_older && all.lever_letter_case);
}

TEST(DbtBehaviour, OneDrawPutsEveryDateOfAPersonOnOneDay) {
  const SimulationResult result = with(&DbtBehaviour::one_draw);
  std::map<std::string, std::int32_t> days;
  std::size_t checked = 0;
  for (const YearRows& rows : result.rows) {
    for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
      const std::string& id = rows.employee_id[rows.events.row[i]];
      const bool of_a_hire = rows.status[rows.events.row[i]] == DetailedStatus::new_hire_termination;
      if (of_a_hire || (rows.events.type[i] != EventType::termination && rows.events.type[i] != EventType::promotion))
        continue;
      const std::int32_t day = rows.events.date[i] - first_day_of(rows.year);
      const auto [place, fresh] = days.emplace(id, day);
      EXPECT_EQ(place->second, day);
      checked += fresh ? 0 : 1;
      if (!id.starts_with("EMP")) continue;
      EXPECT_EQ(day, static_cast<std::int32_t>(duckdb_hash(id) % 365));
    }
  }
  EXPECT_GT(checked, 20U);
}

TEST(DbtBehaviour, HiresShortAreOneBelowTheNextWholeNumberALevel) {
  SimulationInput input = sample_input(2000);
  input.settings.end_year = 2025;  // later years follow from other starts
  const SimulationResult rules = simulate(input), dbt = with(&DbtBehaviour::hires_short, input);
  const auto total = static_cast<double>(count_of(rules.years[0], EventType::hire));
  ByLevel<double> hires{};
  for (std::size_t i = 0; i < dbt.rows[0].events.row.size(); ++i) {
    if (dbt.rows[0].events.type[i] == EventType::hire) ++hires[dbt.rows[0].events.level[i] - 1U];
  }
  for (std::size_t level = 0; level < level_count; ++level)
    EXPECT_EQ(hires[level], std::ceil(total * input.settings.levels[level].hire_share - 1e-9) - 1);
}

TEST(DbtBehaviour, HiresByNumberFollowTheirNumberOverTheLevels) {
  const SimulationResult result = with(&DbtBehaviour::hires_by_number);
  const YearRows& rows = result.rows[0];
  constexpr std::array<int, 5> ages{25, 28, 32, 35, 40};
  std::size_t number = 0;
  for (std::size_t i = 0; i < rows.employee_id.size(); ++i) {
    if (!rows.employee_id[i].starts_with("NH_")) continue;
    ++number;
    EXPECT_EQ(rows.age[i], ages[number % 5]);
    EXPECT_EQ(rows.hire_date[i], first_day_of(2025) + static_cast<std::int32_t>(number % 365));
    if (rows.level[i] != 4) continue;
    EXPECT_NEAR(rows.current_compensation[i], 205500 * (0.9 + 0.02 * static_cast<double>(number % 10)) * 1.15, 0.006);
  }
  EXPECT_GT(number, 100U);
}

TEST(DbtBehaviour, NewHireLeavesFixedMayComeBeforeTheHire) {
  const SimulationResult result = with(&DbtBehaviour::new_hire_leaves_fixed);
  int before_the_hire = 0;
  for (const YearRows& rows : result.rows) {
    for (std::size_t i = 0; i < rows.employee_id.size(); ++i) {
      if (rows.status[i] != DetailedStatus::new_hire_termination) continue;
      const std::int32_t day = rows.termination_date[i] - first_day_of(rows.year);
      EXPECT_TRUE(day >= 90 && day <= 274) << day;
      if (rows.termination_date[i] >= rows.hire_date[i]) continue;
      ++before_the_hire;
      EXPECT_EQ(rows.prorated_compensation[i], 0.0);
    }
  }
  EXPECT_GT(before_the_hire, 10);
}

TEST(DbtBehaviour, PromotionsIgnoreTheirLevers) {
  SimulationInput input = sample_input(2000);
  const SimulationResult before = with(&DbtBehaviour::promotions_ignore_levers, input);
  for (auto& [year, levers] : input.levers) {
    levers.promotion_probability.fill(0);
    levers.promotion_raise.fill(0.3);
  }
  EXPECT_TRUE(bytes_of(with(&DbtBehaviour::promotions_ignore_levers, input)) == bytes_of(before));
  const YearRows::Events& events = before.rows[0].events;
  for (std::size_t i = 0; i < events.row.size(); ++i) {
    if (events.type[i] != EventType::promotion) continue;
    const double raise = events.compensation[i] / events.previous_compensation[i] - 1;
    EXPECT_TRUE(raise > 0.1499 && raise < 0.2491) << raise;
  }
}

TEST(DbtBehaviour, RaisesAtStartOverwritePromotionsAndReachLeavers) {
  SimulationInput input = sample_input(2000);
  input.settings.promotion_base = 1;
  const SimulationResult result = with(&DbtBehaviour::raises_at_start, input);
  const YearRows& rows = result.rows[0];
  EXPECT_EQ(count_of(result.years[0], EventType::raise), 2000);
  std::map<std::uint32_t, double> raised;
  int after_leaving = 0, overwritten = 0;
  for (std::size_t i = 0; i < rows.events.row.size(); ++i) {
    if (rows.events.type[i] != EventType::raise) continue;
    const std::uint32_t row = rows.events.row[i];
    raised[row] = rows.events.compensation[i];
    EXPECT_EQ(rows.current_compensation[row], rows.events.compensation[i]);
    after_leaving += rows.termination_date[row] != no_date && rows.termination_date[row] < rows.events.date[i] ? 1 : 0;
  }
  for (std::size_t i = 0; i < rows.events.row.size(); ++i)
    overwritten += rows.events.type[i] == EventType::promotion && raised.contains(rows.events.row[i]) ? 1 : 0;
  EXPECT_GT(after_leaving, 20);
  EXPECT_GT(overwritten, 20);
  for (auto& [year, levers] : input.levers) levers.merit_rate.fill(0);
  EXPECT_EQ(count_of(with(&DbtBehaviour::raises_at_start, input).years[0], EventType::raise), 0);
}

TEST(DbtBehaviour, LevelsFromPayAreTheFirstThatHoldsItElseOne) {
  const SimulationResult result = with(&DbtBehaviour::levels_from_pay);
  const auto& levels = SimulationSettings{}.levels;
  for (const YearRows& rows : result.rows) {
    for (std::size_t i = 0; i < rows.employee_id.size(); ++i) {
      std::size_t level = 0;
      while (level < level_count && !(rows.current_compensation[i] >= levels[level].minimum &&
                                      rows.current_compensation[i] < levels[level].maximum))
        ++level;
      EXPECT_EQ(rows.level[i], level == level_count ? 1 : level + 1);
    }
  }
}

TEST(DbtBehaviour, FirstYearNotOlderLeavesAgesOfTheStart) {
  const SimulationInput input = sample_input(300);
  const SimulationResult rules = simulate(input), dbt = with(&DbtBehaviour::first_year_not_older, input);
  EXPECT_EQ(rules.rows[0].age[0], input.people.age[0] + 1);
  EXPECT_EQ(dbt.rows[0].age[0], input.people.age[0]);
  const auto second = rows_by_id(dbt.rows[1]);
  const auto found = std::find_if(input.people.employee_id.begin(), input.people.employee_id.end(),
                                  [&](const std::string& id) { return second.contains(id); });
  ASSERT_NE(found, input.people.employee_id.end());
  EXPECT_EQ(dbt.rows[1].age[second.at(*found)],
            input.people.age[static_cast<std::size_t>(found - input.people.employee_id.begin())] + 1);
}

TEST(DbtBehaviour, LeverLetterCaseLosesAnAdjustmentStoredInCapitals) {
  SimulationInput input = sample_input(500);
  const std::string found = bytes_of(simulate(input));
  EXPECT_TRUE(bytes_of(with(&DbtBehaviour::lever_letter_case, input)) == found);  // stored under hire
  for (auto& [year, levers] : input.levers) levers.new_hire_stored_as_HIRE = true;
  EXPECT_TRUE(bytes_of(simulate(input)) == found);
  const std::string lost = bytes_of(with(&DbtBehaviour::lever_letter_case, input));
  for (auto& [year, levers] : input.levers) levers.new_hire_salary_adjustment.fill(1.18);
  EXPECT_TRUE(bytes_of(simulate(input)) == lost);
}

// --- a real run ------------------------------------------------------------------------------------------------------

/// Baseline and levers of the real database.
SimulationInput real_input(const std::filesystem::path& path) {
  SimulationInput input;
  const auto file = duck::DatabaseFile::at(path);
  const duck::Lease lease = file->lease(duck::Access::read, std::chrono::seconds(20));
  duck::Rows rows = lease.connection().query(
      "SELECT employee_id, current_compensation, current_age, current_tenure, level_id, employee_birth_date - DATE "
      "'1970-01-01', "
      "employee_hire_date - DATE '1970-01-01' FROM store.main.int_baseline_workforce");
  People& people = input.people;
  const auto whole = [&](std::size_t column) { return static_cast<std::int32_t>(rows.integer(column)); };
  while (rows.next()) {
    people.employee_id.emplace_back(rows.text(0));
    people.compensation.push_back(rows.real(1));
    people.age.push_back(whole(2));
    people.tenure.push_back(whole(3));
    people.level.push_back(whole(4));
    people.birth_date.push_back(whole(5));
    people.hire_date.push_back(whole(6));
  }
  duck::Rows levers = lease.connection().query(
      "SELECT fiscal_year, job_level, parameter_name, parameter_value FROM store.main.int_effective_parameters");
  while (levers.next()) {
    YearLevers& of = input.levers[static_cast<int>(levers.integer(0))];
    const auto level = static_cast<std::size_t>(levers.integer(1) - 1);
    const std::string name(levers.text(2));
    (name == "merit_base"                   ? of.merit_rate
     : name == "cola_rate"                  ? of.cola_rate
     : name == "new_hire_salary_adjustment" ? of.new_hire_salary_adjustment
     : name == "promotion_probability"      ? of.promotion_probability
                                            : of.promotion_raise)[level] = levers.real(3);
  }
  return input;
}

/// What the tables of the real run say, a year each: headcount by status, events by type, mean, mean without outliers,
/// like-for-like growth.
struct RealYear {
  std::array<std::int64_t, 4> headcount;
  std::int64_t hires, raises, promotions;
  double mean, mean_without_outliers, growth;
};
constexpr std::array<RealYear, 5> real_years{{{{3950, 556, 428, 185}, 741, 3569, 445, 160381, 111739, 0.0297},
                                              {{4032, 607, 474, 202}, 809, 4506, 191, 154081, 114956, 0.0356},
                                              {{4155, 622, 484, 207}, 829, 4639, 138, 153764, 118693, 0.0348},
                                              {{4278, 640, 499, 214}, 854, 4777, 123, 156938, 122158, 0.0340},
                                              {{4405, 659, 513, 220}, 879, 4918, 137, 157185, 125341, 0.0333}}};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

class RealRun : public ::testing::Test {
 protected:
  static constexpr int seeds = 20;
  void SetUp() override {
    const std::filesystem::path path =
        std::filesystem::path(PLANWISE_SOURCE_DIR).parent_path() / "shared/data/simulation.duckdb";
    if (!std::filesystem::exists(path)) {
      const char* ci = std::getenv("CI");
      if (ci != nullptr && std::string(ci) == "true") FAIL() << path << " is not there";
      GTEST_SKIP() << "no real simulation database at " << path;
    }
    input = real_input(path);
  }
  void simulate_seeds() {
    for (int seed = 0; seed < seeds; ++seed) {
      input.seed = 42 + static_cast<std::uint64_t>(seed);
      results.push_back(simulate(input));
    }
  }
  /// The median of the seeds.
  template <class Figure>
  [[nodiscard]] double typical(std::size_t year, Figure figure) const {
    std::vector<double> values;
    for (const SimulationResult& result : results) values.push_back(static_cast<double>(figure(result.years[year])));
    return median(values);
  }
  SimulationInput input;
  std::vector<SimulationResult> results;
};

TEST_F(RealRun, DbtCompatibleModeComesToWhatDbtCameTo) {
  input.dbt = DbtBehaviour::all();
  simulate_seeds();
  for (std::size_t y = 0; y < real_years.size(); ++y) {
    const RealYear& real = real_years[y];
    for (const SimulationResult& result : results) {
      EXPECT_EQ(result.years[y].headcount, real.headcount);
      EXPECT_EQ(count_of(result.years[y], EventType::hire), real.hires);
      EXPECT_EQ(count_of(result.years[y], EventType::raise), real.raises);
    }
    const auto near = [&](double ours, double theirs, double part) {
      EXPECT_NEAR(ours / theirs, 1.0, part) << "year " << 2025 + y;
    };
    near(typical(y, [](const YearFigures& f) { return count_of(f, EventType::promotion); }),
         static_cast<double>(real.promotions), 0.20);
    near(typical(y, [](const YearFigures& f) { return f.active_mean; }), real.mean, 0.01);
    near(typical(y, [](const YearFigures& f) { return f.active_mean_without_outliers; }), real.mean_without_outliers,
         0.01);
    EXPECT_NEAR(typical(y, [](const YearFigures& f) { return f.like_for_like_growth; }), real.growth, 0.0015);
  }
  // The people of the start have the very draws that they had there.
  for (const SimulationResult& result : results)
    EXPECT_EQ(count_of(result.years[0], EventType::promotion), real_years[0].promotions);
}

TEST_F(RealRun, RulesKeepHeadcountsNearThoseOfDbt) {
  simulate_seeds();
  for (std::size_t y = 0; y < real_years.size(); ++y) {
    for (const SimulationResult& result : results) {
      for (std::size_t status = 0; status < 4; ++status) {
        EXPECT_LE(std::abs(result.years[y].headcount[status] - real_years[y].headcount[status]),
                  5 * static_cast<std::int64_t>(y + 1));
      }
    }
  }
}

}  // namespace
}  // namespace planwise::simulation
