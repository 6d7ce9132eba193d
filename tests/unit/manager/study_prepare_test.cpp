// Studies made ready: what is resolved from data, schema and stored runs; objectives; evaluators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <iostream>
#include <numeric>
#include <thread>

#include "manager/study_objective.h"
#include "planwise/results_manager.h"
#include "study_samples.h"

namespace planwise {
namespace {

using manager::prepare;
using manager::PreparedStudy;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const LeverSchema& schema() { return LeverSchema::shipped(); }
PreparedStudy prepared(std::string_view json, SimulationService* service = nullptr, ResultsManager* runs = nullptr) {
  return prepare(study_of(json), service, schema(), runs);
}
constexpr const char* synthetic = R"({"evaluator": {"kind": "synthetic"}})";

TEST(PrepareStudy, SyntheticFormulaWithoutData) {
  const PreparedStudy study = prepared(synthetic);
  EXPECT_EQ(study.problem.variables.size(), 17U);
  EXPECT_TRUE(study.feasibility.possible);
  const PointOutcome outcome = evaluated(study, start_of(study));
  // cost = (0.195 + 5 x 0.025 + 0.15 x 0.1) x 100; equity = variance of .045 .04 .035 .035 .04 x 1000
  EXPECT_NEAR(outcome.details.at("terms").at("cost").as_real(), 33.5, 1e-9);
  EXPECT_NEAR(outcome.details.at("terms").at("equity").as_real(), 0.014, 1e-9);
  EXPECT_NEAR(outcome.details.at("terms").at("targets").as_real(), std::pow(2 * 0.056 - 0.03, 2), 1e-12);
  EXPECT_NEAR(outcome.objectives.at(0), 0.4 * 33.5 + 0.3 * 0.014 + 0.3 * 0.006724, 1e-9);
  EXPECT_EQ(outcome.details.at("objective"), Json(outcome.objectives[0]));
  EXPECT_TRUE(study.data.signature.empty());
  EXPECT_FALSE(study.problem.variables[7].stepped);  // the formula is smooth in promotion_probability
}

TEST(PrepareStudy, Fault32_NothingIsSimulatedWithoutDataAndNoFormulaStandsIn) {
  EXPECT_THAT(study_error([] { (void)prepared("{}"); }),
              ::testing::AllOf(HasSubstr("wrong_state: "), HasSubstr("no data are named"), HasSubstr("synthetic")));
  const planwise::testing::TempFolder folder;
  workforce::make_database(folder / "empty.duckdb", "CREATE TABLE something (x INTEGER)");
  SimulationServiceOptions options;
  options.source = folder / "empty.duckdb";
  options.use_cache = false;
  SimulationService service(options);
  EXPECT_THAT(study_error([&] { (void)prepared("{}", &service); }), HasSubstr("not_found: "));
}

TEST(PrepareStudy, NothingIsLeftOpenAndPreparingAgainChangesNothing) {
  const StudyData data;
  SimulationService service(data.options);
  for (const char* json :
       {R"({"levers": {"locked": ["cola_rate"]}, "constraints": [{"figure": "mean_growth", "relative": true,
           "minimum": -0.5}, {"lever": "merit_rate", "order": "descending", "gap": -0.1}]})",
        R"({"kind": "pareto", "simulation": {"target_year": 2026, "seeds": 3}})", R"({"kind": "tune"})",
        R"({"kind": "sensitivity", "sensitivity": {"figure": "active_median"}})"}) {
    const PreparedStudy first = prepared(json, &service);
    const Study& study = first.study;
    EXPECT_GT(study.solver.seed, 0U);
    EXPECT_LT(study.solver.seed, 1U << 31);
    EXPECT_EQ(study.simulation.first_year, 2025);
    EXPECT_EQ(study.simulation.last_year, 2027);
    EXPECT_NE(study.simulation.target_year, 0);
    EXPECT_THAT(study.levers.years, ElementsAre(2025, 2026, 2027));
    EXPECT_EQ(study.levers.search.size(), first.problem.variables.size());
    EXPECT_EQ(study.levers.bounds.size(), first.problem.variables.size());
    EXPECT_EQ(study.objective.scales.size(), 3U);
    EXPECT_EQ(study.objective.headcount_growth, 0.03);
    EXPECT_EQ(study.objective.pay_cap, 500000);
    EXPECT_FALSE(first.data.signature.empty());
    const PreparedStudy second = prepare(study, &service, schema(), nullptr);
    EXPECT_EQ(to_json(second.study), to_json(study));
    EXPECT_EQ(second.problem.variables.size(), first.problem.variables.size());
    for (std::size_t i = 0; i < first.problem.variables.size(); ++i) {
      EXPECT_EQ(second.problem.variables[i].lower, first.problem.variables[i].lower);
      EXPECT_EQ(second.problem.variables[i].start, first.problem.variables[i].start);
    }
    std::vector<double> point = start_of(first);
    point[0] += 0.001;
    const PointOutcome one = evaluated(first, point), two = evaluated(second, point);
    EXPECT_EQ(one.objectives, two.objectives);
    EXPECT_EQ(one.constraints, two.constraints);
    EXPECT_EQ(one.details, two.details);
  }
}

TEST(PrepareStudy, ObjectiveIsThatOfTheScenario) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy study = prepared(R"({"objective": {"compensation_growth": 0.02}})", &service);
  std::vector<double> point = start_of(study);
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = 0.5 * (point[i] + study.problem.variables[i].upper);
  const PointOutcome outcome = evaluated(study, point);
  ScenarioRequest request;
  request.levers = {LeverPlan{study.levers_at(point), {}}};
  const Scenario scenario = service.simulate(request);
  const YearFigures& year = scenario.result.years.back();
  EXPECT_EQ(outcome.details.at("terms").at("cost").as_real(), year.active_compensation / 1e6);
  EXPECT_EQ(outcome.details.at("terms").at("equity").as_real(), simulation::equity_of(year));
  EXPECT_EQ(outcome.details.at("terms").at("targets").as_real(), simulation::targets_of(year, {0.03, 0.02}));
  const Scenario same = study.scenario_at(point, 0);
  EXPECT_EQ(same.result.years.back().active_compensation, year.active_compensation);
  EXPECT_TRUE(same.result.rows.empty());
  EXPECT_NE(study.scenario_at(point, 1).result.years.back().active_compensation, year.active_compensation);
  EXPECT_TRUE(study.problem.variables[7].stepped);  // promotion_probability_level_1 acts on draws
  EXPECT_FALSE(study.problem.variables[0].stepped);
}

TEST(PrepareStudy, NormalisedTermsAreOneAtTheStartAndSharesAreTheirParts) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy study = prepared(
      R"({"objective": {"form": "normalised", "compensation_growth": 0.5, "weights": {"cost": 0.5, "equity": 0.3, "targets": 0.2}}})",
      &service);
  const PointOutcome start = evaluated(study, start_of(study));
  EXPECT_NEAR(start.objectives.at(0), 1, 1e-12);
  EXPECT_NEAR(start.details.at("shares").at("cost").as_real(), 0.5, 1e-12);
  EXPECT_NEAR(start.details.at("shares").at("targets").as_real(), 0.2, 1e-12);
  EXPECT_GT(start.details.at("shares_as_it_stands").at("cost").as_real(), 0.95);
  std::vector<double> point = start_of(study);
  point[0] = study.problem.variables[0].upper;
  const Json details = evaluated(study, point).details;
  const std::map<std::string, double>& scales = study.study.objective.scales;
  double sum = 0;
  for (const auto& [name, weight] : {std::pair{"cost", 0.5}, {"equity", 0.3}, {"targets", 0.2}})
    sum += weight * details.at("terms").at(name).as_real() / scales.at(name);
  EXPECT_NEAR(details.at("normalised").as_real(), sum, 1e-12);
}

TEST(PrepareStudy, TrapsAreTold) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy plain = prepared("{}", &service);
  EXPECT_THAT(plain.warnings, Contains(HasSubstr("targets is constant")));
  EXPECT_THAT(plain.warnings, Contains(HasSubstr("objective.compensation_growth")));
  EXPECT_THAT(plain.warnings, Contains(HasSubstr("cost rises with every pay lever")));
  EXPECT_THAT(plain.warnings, Contains(HasSubstr("% of the objective as it stands")));
  EXPECT_THAT(plain.notes,
              Contains(HasSubstr("without effect here: promotion_probability_level_5, promotion_raise_level_5")));
  // It is: no lever moves headcount.
  std::vector<double> highest;
  for (const Variable& variable : plain.problem.variables) highest.push_back(variable.upper);
  EXPECT_EQ(evaluated(plain, highest).details.at("terms").at("targets"),
            evaluated(plain, start_of(plain)).details.at("terms").at("targets"));
  const PreparedStudy better =
      prepared(R"({"objective": {"form": "normalised", "compensation_growth": 0.03}})", &service);
  EXPECT_THAT(better.warnings, Not(Contains(HasSubstr("targets is constant"))));
  EXPECT_THAT(better.warnings, Not(Contains(HasSubstr("as it stands"))));
}

TEST(PrepareStudy, PeopleAboveThePayCapAreLeftOutOnRequest) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy all = prepared(R"({"objective": {"pay_cap": 150000}})", &service);
  EXPECT_THAT(all.notes, Contains(HasSubstr("paid above the cap of 150000")));
  const Json terms = evaluated(all, start_of(all)).details.at("terms");
  EXPECT_LT(terms.at("cost_within_cap").as_real(), terms.at("cost").as_real());
  const PreparedStudy within = prepared(R"({"objective": {"pay_cap": 150000, "within_pay_cap": true}})", &service);
  const PointOutcome outcome = evaluated(within, start_of(within));
  EXPECT_EQ(outcome.details.at("terms"), terms);
  EXPECT_NEAR(outcome.objectives.at(0),
              0.4 * terms.at("cost_within_cap").as_real() + 0.3 * terms.at("equity_within_cap").as_real() +
                  0.3 * terms.at("targets").as_real(),
              1e-12);
}

TEST(PrepareStudy, MeanOverSeedsIsThatOfTheScenarios) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy study = prepared(R"({"simulation": {"seed": 5, "seeds": 4}})", &service);
  double cost = 0;
  for (std::int64_t k = 0; k < 4; ++k)
    cost += study.scenario_at(start_of(study), k).result.years.back().active_compensation / 4e6;
  EXPECT_NEAR(evaluated(study, start_of(study)).details.at("terms").at("cost").as_real(), cost, 1e-9);
}

TEST(PrepareStudy, EvaluationsOfManyThreadsAreThoseOfOne) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy study = prepared("{}", &service);
  std::vector<std::vector<double>> points;
  for (int i = 0; i < 24; ++i) {
    std::vector<double> point = start_of(study);
    point[static_cast<std::size_t>(i) % point.size()] += 0.0001 * (i + 1);
    points.push_back(point);
  }
  std::vector<Json> alone, together(points.size());
  for (const auto& point : points) alone.push_back(evaluated(study, point).details);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < points.size(); i += 4) together[i] = evaluated(study, points[i]).details;
      });
    }
  }
  EXPECT_EQ(alone, together);
}

TEST(PrepareStudy, StartOutsideTheSearchBoundsWidensThem) {
  const PreparedStudy study = prepared(
      R"({"evaluator": {"kind": "synthetic"}, "levers": {"start": {"merit_rate_level_4": 0.0184}, "bounds": {"cola_rate": [0.03, 0.05]}}})");
  EXPECT_EQ(study.problem.variables[3].lower, 0.0184);
  EXPECT_EQ(study.problem.variables[3].upper, 0.095);
  EXPECT_EQ(study.problem.variables[3].start, 0.0184);
  EXPECT_EQ(study.problem.variables[5].lower, 0.025);  // cola_rate starts below the study's own bounds
  EXPECT_THAT(study.notes,
              Contains(HasSubstr("the bounds of merit_rate_level_4, 0.035 to 0.095, are widened to 0.0184")));
  EXPECT_THAT(study_error([] {
                (void)prepared(R"({"evaluator": {"kind": "synthetic"}, "levers": {"start": {"cola_rate": 0.2}}})");
              }),
              HasSubstr("invalid_argument: levers.start: cola_rate"));
  EXPECT_THAT(
      study_error([] {
        (void)prepared(R"({"evaluator": {"kind": "synthetic"}, "levers": {"bounds": {"cola_rate": [0, 0.2]}}})");
      }),
      HasSubstr("levers.bounds.cola_rate is [0.0, 0.2]; within [0.0, 0.08] is allowed"));
}

TEST(PrepareStudy, LeversAreNamedStrictly) {
  const auto error = [](const char* levers) {
    return study_error(
        [&] { (void)prepared(std::string(R"({"evaluator": {"kind": "synthetic"}, "levers": )") + levers + "}"); });
  };
  EXPECT_THAT(error(R"({"search": ["merit_rate_level1"]})"), HasSubstr("did you mean merit_rate_level_1"));
  EXPECT_THAT(error(R"({"locked": ["colarate"]})"), HasSubstr("levers.locked: there is no lever 'colarate'"));
  EXPECT_THAT(error(R"({"start": {"x": 1}})"), HasSubstr("levers.start: there is no lever 'x'"));
  EXPECT_THAT(error(R"({"bounds": {"x": [0, 1]}})"), HasSubstr("levers.bounds: there is no lever 'x'"));
  EXPECT_THAT(error(R"({"search": ["cola_rate", "cola_rate"]})"), HasSubstr("twice"));
  EXPECT_THAT(error(R"({"search": ["cola_rate", "cola_rate_level_2"]})"), HasSubstr("one of them is allowed"));
  EXPECT_THAT(error(R"({"locked": ["cola_rate_level_2"]})"), HasSubstr("cola_rate is searched as one value"));
}

TEST(PrepareStudy, LocksOfTheDataAndOfTheStudyKeepLevers) {
  const planwise::testing::TempFolder folder;
  workforce::make_database(folder / "s.duckdb", workforce::good_tables());  // all of 2025 is locked, 2026 is not
  SimulationServiceOptions options;
  options.source = folder / "s.duckdb";
  options.use_cache = false;
  SimulationService service(options);
  const PreparedStudy both =
      prepared(R"({"simulation": {"last_year": 2026}, "levers": {"locked": ["cola_rate"]}})", &service);
  EXPECT_EQ(both.problem.variables.size(), 16U);
  EXPECT_THAT(both.study.levers.locked, Contains("cola_rate"));
  EXPECT_THAT(both.notes, Contains(HasSubstr("merit_rate_level_1 is locked in the data in some years")));
  std::vector<double> point = start_of(both);
  point[0] = 0.08;
  const Scenario scenario = both.scenario_at(point, 0);
  EXPECT_EQ(scenario.input.levers.at(2025).merit_rate[0], 0.015);
  EXPECT_EQ(scenario.input.levers.at(2026).merit_rate[0], 0.08);
  EXPECT_EQ(both.levers_at(point).at("merit_rate_level_1"), Json(0.08));
  EXPECT_EQ(both.levers_at(point).at("cola_rate"), Json(0.005));

  const char* locked_year = R"({"simulation": {"last_year": 2025}, "levers": {"start": {"cola_rate": 0.04}}})";
  const PreparedStudy none = prepared(locked_year, &service);
  EXPECT_THAT(none.problem.variables, IsEmpty());
  EXPECT_FALSE(none.feasibility.possible);
  EXPECT_THAT(none.feasibility.reasons, ElementsAre("every lever is locked: there is nothing to search"));
  EXPECT_EQ(none.start_levers.at("cola_rate"), Json(0.005));
  EXPECT_THAT(none.notes, Contains(HasSubstr("cola_rate is locked in the data: it stays 0.005, 0.04 was asked for")));
  const PreparedStudy ignored =
      prepared(R"({"simulation": {"last_year": 2025}, "levers": {"ignore_locks": true}})", &service);
  EXPECT_EQ(ignored.problem.variables.size(), 17U);
}

TEST(PrepareStudy, LeversMoveInTheirYearsAlone) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy study = prepared(R"({"levers": {"years": [2026, 2027], "search": ["cola_rate"]}})", &service);
  const Scenario scenario = study.scenario_at({0.05}, 0);
  EXPECT_EQ(scenario.input.levers.at(2025).cola_rate[0], 0.025);
  EXPECT_EQ(scenario.input.levers.at(2026).cola_rate[4], 0.05);
  EXPECT_THAT(study_error([&] { (void)prepared(R"({"levers": {"years": [2024]}})", &service); }),
              HasSubstr("levers.years names 2024; 2025 to 2027 are simulated"));
  EXPECT_THAT(study_error([&] { (void)prepared(R"({"simulation": {"target_year": 2031}})", &service); }),
              HasSubstr("simulation.target_year is 2031"));
}

TEST(PrepareStudy, GoalsOfTheKinds) {
  const StudyData data;
  SimulationService service(data.options);
  const PreparedStudy front = prepared(R"({"kind": "pareto"})", &service);
  EXPECT_THAT(front.problem.objectives, ElementsAre("cost", "equity", "growth"));
  const std::vector<double> point = start_of(front);
  const YearFigures year = front.scenario_at(point, 0).result.years.back();
  EXPECT_THAT(evaluated(front, point).objectives,
              ElementsAre(simulation::cost_of(year), simulation::equity_of(year), -simulation::mean_growth_of(year)));
  const PreparedStudy tuned = prepared(R"({"kind": "tune"})", &service);
  EXPECT_THAT(evaluated(tuned, point).objectives, ElementsAre(simulation::mean_growth_of(year)));
  const PreparedStudy looked =
      prepared(R"({"kind": "sensitivity", "sensitivity": {"figure": "active_median"}})", &service);
  EXPECT_THAT(evaluated(looked, point).objectives, ElementsAre(year.active_median));
  const auto error = [&](const char* json) { return study_error([&] { (void)prepared(json, &service); }); };
  EXPECT_THAT(error(R"({"kind": "pareto", "pareto": ["cost"]})"), HasSubstr("two or more"));
  EXPECT_THAT(error(R"({"kind": "pareto", "pareto": ["cost", "fun"]})"), HasSubstr("pareto names 'fun'"));
  EXPECT_THAT(error(R"({"kind": "sensitivity", "sensitivity": {"figure": "active_medium"}})"),
              HasSubstr("did you mean active_median"));
  EXPECT_THAT(error(R"({"kind": "sensitivity", "sensitivity": {"method": "sobl"}})"), HasSubstr("did you mean sobol"));
  EXPECT_THAT(error(R"({"objective": {"weights": {"cost": 0.4, "equity": 0.4, "targets": 0.4}}})"),
              HasSubstr("must sum to 1"));
}

TEST(PrepareStudy, TestFunctions) {
  const PreparedStudy study = prepared(R"({"evaluator": {"kind": "function", "function": "sphere", "dimensions": 3}})");
  EXPECT_EQ(study.problem.variables.size(), 3U);
  EXPECT_TRUE(study.levers_at({1, 2, 3}).empty());
  EXPECT_NEAR(evaluated(study, {1, 2, 3}).objectives.at(0), 14, 1e-9);
  EXPECT_EQ(prepared(R"({"evaluator": {"kind": "function", "function": "rastrigin"}})").study.evaluator.dimensions,
            static_cast<std::int64_t>(test_function("rastrigin").problem.variables.size()));
  EXPECT_THAT(study_error([] { (void)prepared(R"({"evaluator": {"kind": "function"}})"); }), HasSubstr("sphere"));
}

TEST(PrepareStudy, CallablesAreAskedOnceForTheBaseline) {
  std::atomic<int> calls{0};
  manager::EvaluatorTable table;
  table["mine"] = [&](const EvaluatorRequest& request, const EvaluationControl&) {
    ++calls;
    EvaluatorTerms terms;
    terms.cost = 100 * request.levers.at("cola_rate").as_real() + static_cast<double>(request.seed);
    terms.equity = 2;
    terms.targets = 0;
    terms.figures["mean_growth"] = request.levers.at("cola_rate").as_real();
    return terms;
  };
  Study study = study_of(R"({"evaluator": {"kind": "callable", "callable": "mine"}, "simulation": {"seed": 1},
    "levers": {"search": ["cola_rate"]}, "objective": {"form": "normalised"}, "constraints": [{"figure": "mean_growth",
    "maximum": 0.03}, {"name": "more", "figure": "cost", "relative": true, "maximum": 0.1}]})");
  const PreparedStudy ready = prepare(study, nullptr, schema(), nullptr, table);
  EXPECT_EQ(calls, 0);
  const PointOutcome start = evaluated(ready, {0.025});
  EXPECT_EQ(calls, 1);
  EXPECT_NEAR(start.objectives.at(0), 0.4 + 0.3 + 0, 1e-12);
  const PointOutcome other = evaluated(ready, {0.05});
  EXPECT_EQ(calls, 2);
  EXPECT_NEAR(other.objectives.at(0), 0.4 * 6 / 3.5 + 0.3, 1e-12);
  EXPECT_NEAR(other.constraints.at(0), (0.05 - 0.03) / 0.03, 1e-12);
  EXPECT_NEAR(other.constraints.at(1), (6 - 3.85) / 3.85, 1e-12);
  const Json row = ready.constraint_rows(other).at(1);
  EXPECT_NEAR(row.at("maximum").as_real(), 3.85, 1e-12);
  EXPECT_NEAR(row.at("violation").as_real(), 2.15, 1e-12);
  // Gone on with: what evaluation 0 said stays, and nobody is asked for it again.
  const PreparedStudy again = prepare(study, nullptr, schema(), nullptr, table);
  again.state->take_baseline(start);
  EXPECT_EQ(evaluated(again, {0.025}).objectives, start.objectives);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(evaluated(again, {0.05}).constraints, other.constraints);
  EXPECT_THAT(study_error([&] { (void)prepare(study, nullptr, schema(), nullptr); }), HasSubstr("add_evaluator"));
  study.constraints[0].figure = "unknown";
  const PreparedStudy asks = prepare(study, nullptr, schema(), nullptr, table);
  EXPECT_THAT(study_error([&] { (void)evaluated(asks, {0.025}); }),
              HasSubstr("evaluator 'mine' gave no figure 'unknown'"));
}

TEST(PrepareStudy, WarmStartsAreTheNearestCompletedRuns) {
  const planwise::testing::TempFolder folder;
  ManagerOptions options;
  options.database = folder / "runs.duckdb";
  ResultsManager runs(options);
  const auto save = [&](const char* id, double cola, const char* status, bool is_synthetic) {
    planwise::Run run;
    run.metadata.run_id = id;
    run.metadata.scenario_id = "s";
    run.metadata.status = status;
    run.metadata.use_synthetic_mode = is_synthetic;
    run.results.optimal_parameters.set("cola_rate", cola);
    runs.save(run);
  };
  save("far", 0.05, "completed", true);
  save("near", 0.03, "completed", true);
  save("outside", 0.07, "completed", true);  // into the bounds: where "far" is
  save("start", 0.025, "completed", true);
  save("failed", 0.026, "failed", true);
  save("simulated", 0.027, "completed", false);
  const char* json =
      R"({"evaluator": {"kind": "synthetic"}, "levers": {"search": ["cola_rate"]}, "solver": {"warm_start": 2}})";
  const PreparedStudy study = prepared(json, nullptr, &runs);
  ASSERT_EQ(study.study.solver.warm_points.size(), 2U);
  EXPECT_EQ(study.study.solver.warm_runs[0], "near");
  EXPECT_EQ(study.study.solver.warm_points[1][0], 0.05);
  EXPECT_THAT(study.notes, Contains(HasSubstr("begins also from the levers of 2 stored run(s): near, ")));
  save("nearer", 0.0251, "completed", true);
  EXPECT_EQ(to_json(prepare(study.study, nullptr, schema(), &runs).study), to_json(study.study));
}

TEST(PrepareStudy, OutliersOfTheRealDataMakeMostOfTheEquityTerm) {
  const std::filesystem::path path = workforce::real_database();
  PLANWISE_NEEDS_REAL_DATABASE(path);
  SimulationServiceOptions options;
  options.source = path;
  options.use_cache = false;
  SimulationService service(options);
  const PreparedStudy study = prepared("{}", &service);
  const PointOutcome start = evaluated(study, start_of(study));
  const double all = start.details.at("terms").at("equity").as_real();
  const double within = start.details.at("terms").at("equity_within_cap").as_real();
  EXPECT_GT(1 - within / all, 0.8);
  EXPECT_THAT(study.notes, Contains(HasSubstr("% of the equity term")));
  for (const std::string& note : study.notes) {
    if (note.find("equity term") != std::string::npos) std::cout << note << '\n';
  }
  // The same of the years as dbt has simulated them.
  for (const int year : {2025, 2029}) {
    double equity = 0, capped = 0;
    std::int64_t outliers = 0;
    for (const PayDistribution& level : service.database().distribution({year, PayGrouping::level})) {
      if (level.count <= 0) continue;
      equity += level.deviation / level.mean / 5;
      capped += level.deviation_without_outliers / level.mean_without_outliers / 5;
      outliers += level.outliers;
    }
    std::cout << year << " in the database: " << outliers << " people above the cap, equity " << equity
              << ", without them " << capped << ": " << 100 * (1 - capped / equity) << " %\n";
    EXPECT_GT(1 - capped / equity, 0.8);
  }
}

}  // namespace
}  // namespace planwise
