#include "simulate/input_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "planwise/error.h"
#include "simulate_samples.h"

namespace planwise::simulation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The message with which a change of a good input is refused.
std::string refused(const std::function<void(SimulationInput&)>& damage, std::size_t people = 5) {
  SimulationInput input = sample_input(people);
  damage(input);
  try {
    (void)simulate(input);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "accepted";
}

TEST(SimulationInputChecks, NobodyIsAnError) {
  EXPECT_THAT(refused([](SimulationInput& input) { input.people = {}; }), HasSubstr("nobody to start with"));
}

TEST(SimulationInputChecks, ColumnsHaveEqualLength) {
  EXPECT_EQ(refused([](SimulationInput& input) { input.people.tenure.pop_back(); }),
            "people: column tenure has 4 rows, employee_id has 5; allowed are columns of equal length");
}

TEST(SimulationInputChecks, PersonColumnAndRowAreNamed) {
  EXPECT_EQ(refused([](SimulationInput& input) { input.people.level[2] = 9; }),
            "people: level of EMP_100002 (row 3) is 9; allowed is 1 to 5");
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.level[0] = 0; }),
              HasSubstr("level of EMP_100000 (row 1) is 0"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.compensation[1] = -5; }),
              HasSubstr("compensation of EMP_100001 (row 2) is -5"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.compensation[1] = not_a_number; }),
              HasSubstr("is nan"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.compensation[1] = INFINITY; }), HasSubstr("is inf"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.age[1] = 200; }),
              HasSubstr("age of EMP_100001 (row 2) is 200; allowed is 0 to 120"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.tenure[1] = -1; }),
              HasSubstr("tenure of EMP_100001 (row 2) is -1"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.hire_date[1] = day_of(2025, 3, 1); }),
              AllOf(HasSubstr("hire_date of EMP_100001 (row 2) is 2025-03-01"), HasSubstr("to 2024-12-31")));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.birth_date[1] = INT32_MAX; }),
              HasSubstr("birth_date of EMP_100001"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.employee_id[3].clear(); }),
              HasSubstr("employee_id of row 4 is empty"));
}

TEST(SimulationInputChecks, IdsAreUniqueAndNoneOfAHire) {
  EXPECT_EQ(refused([](SimulationInput& input) { input.people.employee_id[4] = "EMP_100001"; }),
            "people: employee_id EMP_100001 stands in rows 2 and 5; each person is allowed once");
  EXPECT_THAT(refused([](SimulationInput& input) { input.people.employee_id[4] = "NH_2026_1_000001"; }),
              HasSubstr("NH_2026_1_000001"));
  // Hires of a year before, and ids as dbt makes them, are people like others.
  EXPECT_EQ(refused([](SimulationInput& input) { input.people.employee_id[4] = "NH_2024_1_000001"; }), "accepted");
  EXPECT_EQ(refused([](SimulationInput& input) { input.people.employee_id[4] = "NH_2026_aea2ccba_000730"; }),
            "accepted");
}

TEST(SimulationInputChecks, OnePersonIsEnough) {
  EXPECT_EQ(refused([](SimulationInput&) {}, 1), "accepted");
}

TEST(SimulationInputChecks, LeversOfEveryYearAreThereAndInRange) {
  EXPECT_THAT(refused([](SimulationInput& input) { input.levers.erase(2027); }),
              AllOf(HasSubstr("none for 2027"), HasSubstr("2025 to 2029")));
  EXPECT_EQ(refused([](SimulationInput& input) { input.levers[2026].merit_rate[1] = 1.5; }),
            "levers: merit_rate of 2026, level 2 is 1.5; allowed is 0 to 1");
  EXPECT_THAT(refused([](SimulationInput& input) { input.levers[2026].cola_rate[4] = not_a_number; }),
              HasSubstr("cola_rate of 2026, level 5 is nan"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.levers[2026].promotion_raise[0] = -0.1; }),
              HasSubstr("promotion_raise of 2026, level 1"));
}

TEST(SimulationInputChecks, SettingsAreNamedWithWhatIsAllowed) {
  using S = SimulationSettings;
  const auto with = [](const std::function<void(S&)>& change) {
    return refused([&](SimulationInput& input) { change(input.settings); });
  };
  EXPECT_EQ(with([](S& s) { s.end_year = 2024; }), "settings: end_year is 2024; allowed is start_year, 2025, or later");
  EXPECT_THAT(with([](S& s) { s.start_year = 3; }), HasSubstr("start_year is 3; allowed is 1900 to 2200"));
  EXPECT_EQ(with([](S& s) { s.total_termination_rate = 1.2; }),
            "settings: total_termination_rate is 1.2; allowed is 0 to 1");
  EXPECT_THAT(with([](S& s) { s.new_hire_termination_rate = 1; }),
              HasSubstr("new_hire_termination_rate is 1; allowed is 0 to 0.99"));
  EXPECT_THAT(with([](S& s) { s.target_growth_rate = not_a_number; }), HasSubstr("target_growth_rate is nan"));
  EXPECT_THAT(with([](S& s) { s.termination_by_age[3] = -1; }), HasSubstr("termination_by_age[3] is -1"));
  EXPECT_THAT(with([](S& s) { s.raise_month = {}; }), HasSubstr("the sum of raise_month"));
  EXPECT_THAT(with([](S& s) { s.levels[1].maximum = 5; }), HasSubstr("level 2 maximum is 5; allowed is 81000"));
  EXPECT_THAT(with([](S& s) { s.levels[0].hire_share = 0.5; }), HasSubstr("the sum of hire_share over levels is 1.1"));
  EXPECT_THAT(with([](S& s) { s.levels[2].average_promotion_probability = 0; }),
              HasSubstr("level 3 average_promotion_probability is 0"));
  EXPECT_THAT(refused([](SimulationInput& input) { input.threads = 5000; }),
              HasSubstr("threads is 5000; allowed is 0 to 1024"));
}

TEST(SimulationInputChecks, RatesThatLeadToTooManyHiresAreNamed) {
  EXPECT_THAT(refused([](SimulationInput& input) {
                input.detail = SimulationDetail::summary;
                input.people = sample_people(600'000);
                input.settings.target_growth_rate = 1;
                input.settings.new_hire_termination_rate = 0.99;
                input.settings.total_termination_rate = 1;
              }),
              HasSubstr("hires in 2025"));
}

}  // namespace
}  // namespace planwise::simulation
