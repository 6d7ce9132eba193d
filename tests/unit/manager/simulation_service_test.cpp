// The simulation service: where settings and levers come from, caches that follow the data, seeds, scenarios as tables.
#include "planwise/simulation_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "../workforce/databases.h"
#include "manager/settings_file.h"
#include "planwise/census.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using planwise::testing::TempFolder;
using ::testing::Contains;
using ::testing::HasSubstr;
using workforce::good_tables;
using workforce::make_database;
using workforce::real_database;

std::string message_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// A service over a small database, its caches in the test's folder.
struct Fixture {
  TempFolder folder;
  SimulationServiceOptions options;
  explicit Fixture(const std::string& more = "") {
    make_database(folder / "simulation.duckdb", good_tables() + more);
    options.source = folder / "simulation.duckdb";
    options.cache_folder = folder / "cache";
  }
  std::filesystem::path file(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
    return folder / name;
  }
};

ScenarioRequest with_levers(const char* levers, std::vector<int> years = {}) {
  ScenarioRequest request;
  request.levers = {LeverPlan{Json::parse(levers), std::move(years)}};
  return request;
}

TEST(SimulationService, ShapeOfAScenarioIsThatOfItsTables) {
  Fixture f;
  SimulationService service(f.options);
  ScenarioRequest request;
  request.detail = SimulationDetail::rows;
  const Scenario scenario = service.simulate(request);
  write_scenario(scenario, f.folder / "scenario.duckdb");
  const Json simulated = to_json(scenario);
  const Json written = SimulationDatabase(f.folder / "scenario.duckdb").summaries(2025, 2026);
  EXPECT_EQ(simulated.at("overall"), written.at("overall"));
  for (const char* year : {"2025", "2026"}) {
    const Json& ours = simulated.at("year_summaries").at(year);
    const Json& theirs = written.at("year_summaries").at(year);
    ASSERT_EQ(ours.size(), theirs.size());
    EXPECT_EQ(ours.at("events"), theirs.at("events"));
    EXPECT_EQ(ours.at("parameters"), theirs.at("parameters"));
    for (std::size_t i = 0; i < theirs.at("workforce").size(); ++i) {
      const auto& [name, value] = theirs.at("workforce").as_object()[i];
      EXPECT_EQ(ours.at("workforce").as_object()[i].first, name);
      EXPECT_NEAR(ours.at("workforce").at(name).as_real(), value.as_real(), 1e-6) << name;
    }
  }
}

TEST(SimulationService, ScenarioWithoutRowsCannotBeWritten) {
  Fixture f;
  SimulationService service(f.options);
  const Scenario scenario = service.simulate({});
  EXPECT_THAT(message_of([&] { write_scenario(scenario, f.folder / "s.duckdb"); }), HasSubstr("without rows"));
  EXPECT_FALSE(std::filesystem::exists(f.folder / "s.duckdb"));
}

TEST(SimulationService, LocksKeepALeverUnlessTheyAreIgnored) {
  Fixture f;  // all of 2025 is locked
  SimulationService service(f.options);
  ScenarioRequest request = with_levers(R"({"cola_rate": 0.03})");
  const Scenario kept = service.simulate(request);
  EXPECT_EQ(kept.input.levers.at(2025).cola_rate[0], 0.005);
  EXPECT_EQ(kept.input.levers.at(2026).cola_rate[0], 0.03);
  ASSERT_EQ(kept.remarks.size(), level_count);
  EXPECT_EQ(kept.remarks.front().reason, PlanRemark::Reason::locked);
  EXPECT_EQ(kept.remarks.front().kept, 0.005);
  request.locks = LockRule::ignore;
  const Scenario taken = service.simulate(request);
  EXPECT_EQ(taken.input.levers.at(2025).cola_rate[0], 0.03);
  EXPECT_EQ(taken.remarks.front().reason, PlanRemark::Reason::lock_ignored);
  EXPECT_GT(taken.result.years[0].active_compensation, kept.result.years[0].active_compensation);
}

TEST(SimulationService, ALeverOfSomeYearsLeavesTheOthers) {
  Fixture f;
  SimulationService service(f.options);
  ScenarioRequest request = with_levers(R"({"merit_rate_level_1": 0.05})", {2026});
  request.locks = LockRule::ignore;
  const Scenario scenario = service.simulate(request);
  EXPECT_EQ(scenario.input.levers.at(2025).merit_rate[0], 0.015);
  EXPECT_EQ(scenario.input.levers.at(2026).merit_rate[0], 0.05);
  EXPECT_TRUE(scenario.remarks.empty());
}

TEST(SimulationService, UnknownLeversAndValuesOutOfRangeAreErrors) {
  Fixture f;
  SimulationService service(f.options);
  const auto told = [&](const char* levers) {
    return message_of([&] { (void)service.simulate(with_levers(levers)); });
  };
  EXPECT_THAT(told(R"({"cola_rat": 0.03})"), HasSubstr("there is no lever 'cola_rat'; did you mean cola_rate?"));
  EXPECT_THAT(told(R"({"foo": 1})"), HasSubstr("`planwise levers show`"));
  EXPECT_THAT(told(R"({"merit_rate_level_9": 0.03})"), HasSubstr("did you mean merit_rate_level_"));
  EXPECT_THAT(told(R"({"cola_rate": 0.9})"), HasSubstr("cola_rate"));
  EXPECT_THAT(told(R"({"cola_rate": "much"})"), HasSubstr("cola_rate"));
}

TEST(SimulationService, UnknownLeversOfAStoredRunAreLeftOutWithARemark) {
  Fixture f;
  SimulationService service(f.options);
  ScenarioRequest request = with_levers(R"({"foo": 1, "cola_rate_level_2": 0.03})", {2026});
  request.levers.front().leave_out_unknown = true;
  request.locks = LockRule::ignore;
  const Scenario scenario = service.simulate(request);
  ASSERT_EQ(scenario.remarks.size(), 1U);
  EXPECT_EQ(scenario.remarks.front().reason, PlanRemark::Reason::unknown);
  EXPECT_EQ(scenario.remarks.front().name, "foo");
  EXPECT_EQ(scenario.input.levers.at(2026).cola_rate[1], 0.03);
}

TEST(SimulationService, YearsFollowThePeople) {
  Fixture f;
  SimulationService service(f.options);
  ScenarioRequest request;
  request.first_year = 2026;
  EXPECT_THAT(message_of([&] { (void)service.simulate(request); }), HasSubstr("2025 is allowed"));
  request.first_year = 2025;
  request.last_year = 2024;
  EXPECT_THAT(message_of([&] { (void)service.simulate(request); }), HasSubstr("2025 or later is allowed"));
  request.last_year = 2028;
  const Scenario scenario = service.simulate(request);
  EXPECT_EQ(scenario.result.years.size(), 4U);
  EXPECT_THAT(scenario.warnings, Contains(HasSubstr("has no levers of 2027, 2028")));
}

TEST(SimulationService, TablesGoBeforeTheSettingsFileAndItBeforeTheDefaults) {
  Fixture f(
      "CREATE TABLE config_promotion_hazard_base AS SELECT 0.2 AS base_rate, 0.1 AS level_dampener_factor;"
      "DELETE FROM int_effective_parameters WHERE parameter_name = 'cola_rate';");
  f.options.settings_file = f.file("settings.toml",
                                   "[promotion]\nbase = 0.9\nlevel_dampener = 0.9\n[termination]\nbase = 0.33\n"
                                   "[rates]\ntarget_growth = 0.1\n[levers]\ncola_rate = 0.011\n"
                                   "merit_rate_level_1 = 0.09\n[levers.2026]\ncola_rate = 0.012\n");
  SimulationService service(f.options);
  const Scenario scenario = service.simulate({});
  EXPECT_EQ(scenario.input.settings.promotion_base, 0.2);              // the table's
  EXPECT_EQ(scenario.input.settings.termination_base, 0.33);           // the file's
  EXPECT_EQ(scenario.input.settings.target_growth_rate, 0.1);          // the file's
  EXPECT_EQ(scenario.input.settings.new_hire_termination_rate, 0.25);  // the default
  EXPECT_EQ(scenario.input.levers.at(2025).cola_rate[2], 0.011);
  EXPECT_EQ(scenario.input.levers.at(2026).cola_rate[2], 0.012);
  EXPECT_EQ(scenario.input.levers.at(2026).merit_rate[0], 0.015);  // the table's
}

TEST(SimulationService, WhatADefaultStandsInForIsTold) {
  Fixture f("DELETE FROM int_effective_parameters WHERE parameter_name = 'cola_rate' AND fiscal_year = 2026;");
  EXPECT_THAT(SimulationService(f.options).simulate({}).warnings,
              Contains(HasSubstr("has no cola_rate of 2026, level 1: the default 0.025 is used")));
  f.options.settings_file = f.file("settings.toml", "[levers]\ncola_rate_level_1 = 0.011\n");
  const std::vector<std::string> told = SimulationService(f.options).simulate({}).warnings;
  EXPECT_THAT(told, Contains("2026: the database has no cola_rate for level 2, 3, 4, 5; the default holds"));
  Fixture without("DROP TABLE int_effective_parameters;");
  const Scenario scenario = SimulationService(without.options).simulate({});
  EXPECT_THAT(scenario.warnings, Contains(HasSubstr("no levers can be read")));
  EXPECT_EQ(scenario.input.levers.at(2025).cola_rate[0], 0.025);
}

TEST(SimulationService, SettingsFileSaysWhereItIsWrong) {
  const auto told = [](const char* text) {
    return message_of([&] { (void)manager::settings_from_toml(text, "plan.toml"); });
  };
  EXPECT_EQ(told("[rates]\ntarget_grow = 0.1\n"),
            "plan.toml, line 2: there is no setting 'rates.target_grow'; did you mean target_growth?");
  EXPECT_EQ(told("[rates]\n\ntarget_growth = 'much'\n"),
            "plan.toml, line 3: rates.target_growth is 'much'; a number from -1 to 1 is allowed");
  EXPECT_THAT(told("[termination]\nby_age = [1, 2]\n"),
              HasSubstr("line 2: termination.by_age is a list of 2; a list of 6"));
  EXPECT_THAT(told("[[level]]\nminimum = 3\n"), HasSubstr("[[level]] has no level"));
  EXPECT_THAT(told("[[level]]\nlevel = 1\nminimum = 90000\n"), HasSubstr("level 1 reaches from 90000 to 80000"));
  EXPECT_THAT(told("[levers.later]\ncola_rate = 0.1\n"), HasSubstr("levers.later is no year"));
  EXPECT_THAT(told("rates = \n"), HasSubstr("plan.toml, line 1"));
  EXPECT_THAT(told("rates = 3\n"), HasSubstr("rates is 3; a table [rates] is allowed"));
  EXPECT_THAT(told("[rates]\ntarget_growth = nan\n"), HasSubstr("rates.target_growth is nan"));
}

TEST(SimulationService, EverySettingThatTheSimulatorRefusesIsToldByLine) {
  const auto told = [](const char* text) {
    return message_of([&] { (void)manager::settings_from_toml(text, "plan.toml"); });
  };
  EXPECT_THAT(told("[years]\nend = 2150\n"), HasSubstr("line 2: years.end is 2150"));
  EXPECT_THAT(told("[rates]\ntarget_growth = 10\n"), HasSubstr("line 2: rates.target_growth is 10"));
  EXPECT_THAT(told("[[level]]\nlevel = 2\nhire_maximum = 5\n"), HasSubstr("line 3: hire_maximum of level 2 is 5"));
  EXPECT_THAT(told("[[level]]\nlevel = 2\nhire_share = 0.9\n"), HasSubstr("line 1: hire_share of the 5 levels"));
  EXPECT_THAT(told("[raises]\nmonth_weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"), HasSubstr("line 2: raises"));
  EXPECT_THAT(told("[raises]\nmonth_weights = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 101]\n"), HasSubstr("line 2: raises"));
  EXPECT_THAT(told("[[level]]\nlevel = 1\n[[level]]\nlevel = 1\n"), HasSubstr("level = 1 stands in two [[level]]"));
}

bool any_has(const std::vector<std::string>& texts, std::string_view part) {
  return std::ranges::any_of(texts, [&](const std::string& text) { return text.find(part) != std::string::npos; });
}

TEST(SimulationService, SettingsOfTheFileWithoutEffectAreTold) {
  Fixture f("CREATE TABLE config_promotion_hazard_base AS SELECT 0.2 AS base_rate, 0.1 AS level_dampener_factor;");
  f.options.settings_file = f.file("plan.toml",
                                   "[years]\nstart = 2030\nend = 2032\n[promotion]\nbase = 0.9\n[termination]\n"
                                   "base = 0.33\n[levers.2026]\ncola_rate = 0.03\n[levers.2040]\ncola_rate = 0.03\n");
  const Scenario scenario = SimulationService(f.options).simulate({});
  for (const char* part :
       {"years.start = 2030 has no effect", "years.end = 2032 has no effect", "promotion.base has no effect",
        "levers of 2026 have no effect", "levers.2040 has no effect"})
    EXPECT_TRUE(any_has(scenario.warnings, part)) << part;
  EXPECT_FALSE(any_has(scenario.warnings, "termination.base"));
  for (const char* part : {"pay ranges, hazards and months of raises: ", "rates of growth and termination", "levers: "})
    EXPECT_TRUE(any_has(scenario.notes, part)) << part;
}

TEST(SimulationService, ValuesOfConfigTablesThatAreNoNumbersAreWarnedOf) {
  Fixture f(
      "CREATE TABLE config_promotion_hazard_base AS SELECT 'much' AS base_rate, NULL::DOUBLE AS level_dampener_factor;"
      "CREATE TABLE config_job_levels AS SELECT 2 AS level_id, '81k' AS min_compensation, 151000 AS max_compensation, "
      "0.1 AS promotion_probability;"
      "CREATE TABLE config_termination_hazard_age_multipliers AS SELECT '25-34' AS age_band, NULL::DOUBLE AS "
      "multiplier;");
  const std::vector<std::string> warnings = SimulationService(f.options).simulate({}).warnings;
  for (const char* part : {"config_promotion_hazard_base: base_rate is 'much', no number; the default ",
                           "config_promotion_hazard_base: level_dampener_factor is NULL; the default ",
                           "config_job_levels: min_compensation of level 2 is '81k', no number; the default ",
                           "config_termination_hazard_age_multipliers: multiplier of band 25-34 is NULL; the default "})
    EXPECT_TRUE(any_has(warnings, part)) << part;
}

TEST(SimulationService, LeversOfTheDatabaseBeyondTheirBoundsAreWarnedOf) {
  Fixture f(
      "UPDATE int_effective_parameters SET parameter_value = 0.9 WHERE parameter_name = 'cola_rate' AND "
      "fiscal_year = 2026;");
  const std::vector<std::string> warnings = SimulationService(f.options).simulate({}).warnings;
  EXPECT_TRUE(any_has(warnings, "2026: cola_rate of level 1 is 0.9 in the database, beyond its bounds"));
  EXPECT_FALSE(any_has(warnings, "2025: cola_rate"));
}

TEST(SimulationService, MeanWithoutOutliersIsNullWhereEverybodyIsOne) {
  Fixture f;
  f.options.settings_file = f.file("plan.toml", "[figures]\noutlier_pay = 1\n");
  const Json summary = to_json(SimulationService(f.options).simulate({}));
  const Json& workforce = summary.at("year_summaries").at("2025").at("workforce");
  EXPECT_GT(workforce.at("active_headcount").as_integer(), 0);
  EXPECT_TRUE(workforce.at("mean_compensation_without_outliers").is_null()) << workforce.dump();
}

TEST(SimulationService, LeversOfTheSettingsFileAreChecked) {
  Fixture f;
  f.options.settings_file = f.file("settings.toml", "[levers]\ncola_rat = 0.02\n");
  SimulationService service(f.options);
  EXPECT_THAT(message_of([&] { (void)service.simulate({}); }), HasSubstr("did you mean cola_rate?"));
}

TEST(SimulationService, SummariesComeFromTheCachesUntilTheDataChange) {
  Fixture f;
  SimulationService service(f.options);
  const Json first = service.summary(2025);
  EXPECT_EQ(service.summary(2025), first);
  SimulationService another(f.options);  // another process, as it were: only files are shared
  EXPECT_EQ(another.summary(2025), first);
  EXPECT_EQ(another.cache_statistics().hits, 1);
  EXPECT_EQ(another.cache_statistics().entries, 1);
  {
    duck::Instance instance;
    instance.connection().run("ATTACH " + duck::sql_literal(f.options.source.string()) + " AS made; USE made");
    instance.connection().run("UPDATE fct_workforce_snapshot SET current_compensation = 1 WHERE employee_id = 'A'");
  }
  const Json second = service.summary(2025);
  EXPECT_NE(second, first);
  EXPECT_EQ(another.summary(2025), second);
  service.clear_cache();
  EXPECT_EQ(service.cache_statistics().entries, 0);
  EXPECT_EQ(service.warm_cache(), 3);  // two years, and both together
  EXPECT_EQ(service.warm_cache(), 0);
}

TEST(SimulationService, ACacheThatCannotBeUsedStopsNothing) {
  Fixture f;
  f.options.cache_folder = f.file("cache", "a file, no folder");
  SimulationService service(f.options);
  EXPECT_EQ(service.summary(2025).at("workforce").at("total_headcount").as_integer(), 5);
  f.options.use_cache = false;
  EXPECT_EQ(SimulationService(f.options).summary(2025), service.summary(2025));
}

TEST(SimulationService, AnErrorIsNeverKept) {
  Fixture f;
  SimulationService service(f.options);
  EXPECT_NE(service.summary(2030).find("error"), nullptr);
  EXPECT_EQ(service.cache_statistics().entries, 0);
}

TEST(SimulationService, SimulatingFollowsTheDataToo) {
  Fixture f;
  SimulationService service(f.options);
  const double before = service.simulate({}).result.years[0].active_compensation;
  {
    duck::Instance instance;
    instance.connection().run("ATTACH " + duck::sql_literal(f.options.source.string()) + " AS made; USE made");
    instance.connection().run("UPDATE int_baseline_workforce SET current_compensation = current_compensation + 1");
  }
  EXPECT_NE(service.simulate({}).result.years[0].active_compensation, before);
}

TEST(SimulationService, ACensusIsEnough) {
  TempFolder folder;
  CensusOptions census;
  census.people = 300;
  write_census_csv(make_census(census), folder / "census.csv");
  SimulationServiceOptions options;
  options.source = folder / "census.csv";
  options.use_cache = false;
  SimulationService service(options);
  EXPECT_FALSE(service.has_database());
  const Scenario scenario = service.simulate({});
  EXPECT_EQ(scenario.result.years.size(), 5U);
  EXPECT_EQ(scenario.result.years.front().year, 2025);
  EXPECT_EQ(scenario.input.levers.at(2027).cola_rate[0], 0.025);  // of the lever schema
  ScenarioRequest later;
  later.first_year = 2026;
  later.last_year = 2027;
  EXPECT_EQ(service.simulate(later).result.years.front().year, 2026);
  EXPECT_THAT(message_of([&] { (void)service.summary(2025); }), HasSubstr("is a census"));
}

TEST(SimulationService, SeedsGiveTheSameBandsOnAnyNumberOfThreads) {
  TempFolder folder;
  CensusOptions census;
  census.people = 200;
  write_census_csv(make_census(census), folder / "census.csv");
  SimulationServiceOptions options;
  options.census = folder / "census.csv";
  options.use_cache = false;
  SimulationService service(options);
  ScenarioRequest request;
  request.threads = 1;
  const Json one = to_json(service.simulate_seeds(request, 25, 25e6));
  request.threads = 3;
  EXPECT_EQ(to_json(service.simulate_seeds(request, 25, 25e6)).dump(), one.dump());
  const Json& pay = one.at("years").at("2029").at("active_compensation");
  EXPECT_LE(pay.at("p10").as_real(), pay.at("p50").as_real());
  EXPECT_LT(pay.at("p10").as_real(), pay.at("p90").as_real());
  EXPECT_GE(pay.at("chance_above_budget").as_real(), 0.0);
  EXPECT_LE(pay.at("chance_above_budget").as_real(), 1.0);
  EXPECT_EQ(one.at("years").at("2029").at("active_median").find("chance_above_budget"), nullptr);
  EXPECT_THAT(message_of([&] { (void)service.simulate_seeds(request, 0, {}); }), HasSubstr("1 to 1000000"));
  EXPECT_THAT(message_of([&] {
                (void)service.simulate_seeds(request, 50, {}, [](std::int64_t done, std::int64_t) { return done < 5; });
              }),
              HasSubstr("stopped after 5 of 50 seeds"));
}

TEST(SimulationService, RealFileInBothModes) {
  const auto path = real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  TempFolder folder;
  SimulationServiceOptions options;
  options.source = path;
  options.cache_folder = folder / "cache";
  SimulationService service(options);
  ScenarioRequest request;
  request.dbt = DbtBehaviour::all();
  const Scenario compatible = service.simulate(request);
  const Json database = service.summaries(2025, 2029);
  const Json simulated = to_json(compatible);
  for (const auto& [year, summary] : simulated.at("year_summaries").as_object()) {
    const Json& theirs = database.at("year_summaries").at(year);
    for (const char* name :
         {"total_headcount", "continuing_employees", "new_hires", "terminations", "active_headcount"})
      EXPECT_EQ(summary.at("workforce").at(name), theirs.at("workforce").at(name)) << year << name;
    EXPECT_EQ(summary.at("events").at("hire"), theirs.at("events").at("hire")) << year;
    EXPECT_EQ(summary.at("events").at("RAISE"), theirs.at("events").at("RAISE")) << year;
    EXPECT_EQ(summary.at("parameters"), theirs.at("parameters")) << year;
    EXPECT_NEAR(summary.at("workforce").at("median_compensation").as_real(),
                theirs.at("workforce").at("median_compensation").as_real(),
                0.02 * theirs.at("workforce").at("median_compensation").as_real());
  }
}

}  // namespace
}  // namespace planwise
