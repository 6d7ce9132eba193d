// Studies as JSON and as plan files: every key there and back, errors with their place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "study_samples.h"

namespace planwise {
namespace {

using ::testing::HasSubstr;

/// Every field other than its default.
Study full_study() {
  Study study;
  study.kind = StudyKind::pareto;
  study.scenario_id = "merit_2026";
  study.description = "d\u00e9cision";
  study.business_justification = "board";
  study.tags = {"a", "b"};
  study.evaluator = {EvaluatorChoice::Kind::command, {"dbt", "run", "a b"}, 12.5, 3, "ackley", 7, "mine"};
  study.simulation = {2025, 2029, 2027, 18446744073709551615U, 5, true};
  study.levers.search = {"cola_rate", "merit_rate_level_1"};
  study.levers.start = Json::parse(R"({"cola_rate": 0.03})");
  study.levers.bounds["cola_rate"] = {0.01, 0.05};
  study.levers.locked = {"merit_rate_level_2"};
  study.levers.years = {2026, 2027};
  study.levers.ignore_locks = true;
  study.objective = {0.2, 0.5, 0.3, ObjectiveForm::normalised, 400000, true, 0.02, 0.025, {{"cost", 700.5}}};
  StudyConstraint both = budget(750e6);
  both.minimum = 700e6;
  both.year = -1;
  both.level = 3;
  both.relative = true;
  StudyConstraint sum;
  sum.name = "sum";
  sum.levers = {{"cola_rate", 2}, {"merit_rate_level_1", 1}};
  sum.maximum = 0.1;
  StudyConstraint order;
  order.lever = "merit_rate";
  order.order = "descending";
  order.gap = 0.001;
  study.constraints = {both, sum, order};
  study.solver = {Algorithm::cmaes, 500, 9, 1e-5, 6, 20, 4, 1.5, 3, {{0.1, 0.2}, {0.3, 0.4}}, {"r1", "r2"}};
  study.tune = {0.04, 0.002, 7, TuningStrategy::aggressive};
  study.sensitivity = {"morris", 100, 0.2, "cost"};
  study.uncertainty = {50, 800e6, "run-1"};
  study.pareto = {"cost", "growth"};
  return study;
}

TEST(StudyJson, EveryKeyComesBack) {
  for (const Study& study : {full_study(), Study{}}) {
    const Json document = to_json(study);
    const Study read = study_from_json(Json::parse(document.dump()));
    EXPECT_EQ(to_json(read), document);
    EXPECT_EQ(to_json(read).dump(), document.dump());
  }
  // What the comparison of documents cannot see: fields that have no key.
  const Study read = study_from_json(to_json(full_study()));
  EXPECT_EQ(read.simulation.seed, 18446744073709551615U);
  EXPECT_EQ(read.constraints[2].gap, 0.001);
  EXPECT_EQ(read.solver.warm_points[1][0], 0.3);
  EXPECT_EQ(read.objective.scales.at("cost"), 700.5);
  EXPECT_EQ(read.uncertainty.budget, 800e6);
  EXPECT_EQ(read.evaluator.callable, "mine");
}

TEST(StudyJson, MissingKeysKeepTheirDefaults) {
  EXPECT_EQ(to_json(study_of("{}")), to_json(Study{}));
  EXPECT_EQ(study_of(R"({"solver": {"algorithm": "cma-es"}})").solver.algorithm, Algorithm::cmaes);
}

TEST(StudyJson, WordsAreThoseOfTheSolvers) {
  for (const Algorithm algorithm :
       {Algorithm::slsqp, Algorithm::lbfgsb, Algorithm::cobyla, Algorithm::de, Algorithm::cmaes, Algorithm::nsga2,
        Algorithm::grid, Algorithm::random, Algorithm::latin_hypercube}) {
    Study study;
    study.solver.algorithm = algorithm;
    EXPECT_EQ(to_json(study).at("solver").at("algorithm").as_string(), to_text(algorithm));
  }
  for (const TuningStrategy strategy :
       {TuningStrategy::conservative, TuningStrategy::balanced, TuningStrategy::aggressive}) {
    Study study;
    study.tune.strategy = strategy;
    EXPECT_EQ(to_json(study).at("tune").at("strategy").as_string(), to_text(strategy));
  }
}

TEST(StudyJson, FaultsNamePathValueAndWhatIsAllowed) {
  const auto error = [](std::string_view text) { return study_error([&] { (void)study_of(text); }); };
  EXPECT_THAT(error(R"({"solver": {"algoritm": "DE"}})"),
              HasSubstr("'solver.algoritm' in a study; did you mean algorithm?"));
  EXPECT_THAT(error(R"({"solvr": {}})"), HasSubstr("did you mean solver?"));
  EXPECT_EQ(error(R"({"solver": {"max_evaluations": 0}})"),
            "invalid_argument: solver.max_evaluations is 0; a whole number from 1 to 1099511627776 is allowed");
  EXPECT_THAT(error(R"({"solver": {"max_evaluations": 10.0}})"), HasSubstr("solver.max_evaluations is 10.0"));
  EXPECT_THAT(error(R"({"objective": {"weights": {"cost": 1.5}}})"),
              HasSubstr("objective.weights.cost is 1.5; a number from 0 to 1 is allowed"));
  EXPECT_THAT(error(R"({"constraints": [{}, {"minimum": "x"}]})"), HasSubstr("constraints[1].minimum is 'x'"));
  EXPECT_THAT(error(R"({"levers": {"bounds": {"cola_rate": [0]}}})"), HasSubstr("levers.bounds.cola_rate"));
  EXPECT_THAT(error(R"({"levers": {"years": [2025, true]}})"), HasSubstr("levers.years[1] is true"));
  EXPECT_THAT(error(R"({"tags": "x"})"), HasSubstr("tags is 'x'; a list is allowed"));
  EXPECT_THAT(error(R"({"simulation": 3})"), HasSubstr("simulation is 3; an object of keys is allowed"));
  EXPECT_THAT(error(R"({"simulation": {"seed": -1}})"), HasSubstr("simulation.seed is -1"));
  EXPECT_THAT(error(R"({"solver": {"tolerance": 0}})"), HasSubstr("solver.tolerance is 0"));
  EXPECT_THAT(error(R"({"tune": {"tolerance": "NaN"}})"), HasSubstr("tune.tolerance is 'NaN'"));
  EXPECT_THAT(error("[]"), HasSubstr("the study is []"));
  EXPECT_THAT(error(R"({"objective": {"compensation_growth": false}})"), HasSubstr("compensation_growth is false"));
}

// The earlier product recorded an algorithm that it did not know as scipy_slsqp.
TEST(StudyJson, Fault25_UnknownAlgorithmIsRefused) {
  EXPECT_THAT(study_error([] { (void)study_of(R"({"solver": {"algorithm": "SLSPQ"}})"); }),
              ::testing::AllOf(HasSubstr("solver.algorithm is 'SLSPQ'; allowed are SLSQP, L-BFGS-B"),
                               HasSubstr("did you mean SLSQP?")));
}

class PlanFile : public ::testing::Test {
 protected:
  planwise::testing::TempFolder folder;
  std::filesystem::path file(const std::string& text) {
    std::ofstream(folder / "plan.toml") << text;
    return folder / "plan.toml";
  }
};

TEST_F(PlanFile, HasTheSameKeysAsJson) {
  const Study plan = read_plan(file(R"(
kind = "optimize"
scenario_id = "merit_2026"
pareto = ["cost", "equity"]
[simulation]
target_year = 2027
[levers]
years = [2026, 2027]
start = { cola_rate = 0.03 }
[levers.bounds]
cola_rate = [0, 0.05]
[objective]
form = "normalised"
weights = { cost = 0.5, equity = 0.25, targets = 0.25 }
[[constraints]]
name = "budget"
figure = "active_compensation"
maximum = 750_000_000
[[constraints]]
levers = { cola_rate = 1, merit_rate_level_1 = 1.0 }
minimum = 0.04
[solver]
algorithm = "DE"
)"));
  const Study json = study_of(R"({"kind": "optimize", "scenario_id": "merit_2026", "pareto": ["cost", "equity"],
    "simulation": {"target_year": 2027}, "levers": {"years": [2026, 2027], "start": {"cola_rate": 0.03},
    "bounds": {"cola_rate": [0, 0.05]}}, "objective": {"form": "normalised",
    "weights": {"cost": 0.5, "equity": 0.25, "targets": 0.25}}, "constraints": [{"name": "budget",
    "figure": "active_compensation", "maximum": 750000000}, {"levers": {"cola_rate": 1, "merit_rate_level_1": 1.0},
    "minimum": 0.04}], "solver": {"algorithm": "DE"}})");
  EXPECT_EQ(to_json(plan), to_json(json));
}

TEST_F(PlanFile, ErrorsNameFileAndLine) {
  const auto error = [&](const std::string& text) { return study_error([&] { (void)read_plan(file(text)); }); };
  EXPECT_THAT(error("\n[solver]\nalgorithm = \"X\"\n"), HasSubstr("plan.toml, line 3: solver.algorithm is 'X'"));
  EXPECT_THAT(error("[solver]\n\nmax_evaluation = 3\n"), HasSubstr("line 3: there is no key 'solver.max_evaluation'"));
  EXPECT_THAT(error("[[constraints]]\nname='a'\n[[constraints]]\nminimum = 'x'\n"),
              HasSubstr("line 4: constraints[1].minimum is 'x'"));
  EXPECT_THAT(error("\nkind = \n"), HasSubstr("plan.toml, line 2: "));
  EXPECT_THAT(error("kind = 2024-01-01\n"), HasSubstr("line 1: kind is a date"));
  EXPECT_THAT(error("[levers]\nyears = [2025,\n 'x']\n"), HasSubstr("line 3: levers.years[1]"));
  EXPECT_THAT(error("[tune]\ntarget_growth = nan\n"), HasSubstr("line 2: tune.target_growth is nan"));
  EXPECT_THAT(study_error([&] { (void)read_plan(folder / "none.toml"); }), HasSubstr("not_found"));
}

TEST_F(PlanFile, PlansOfTheGuideAreRead) {
  std::ifstream page(std::filesystem::path(PLANWISE_SOURCE_DIR) / "docs/decisions.md");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  int plans = 0;
  for (std::size_t at = 0; (at = text.find("```toml\n", at)) != std::string::npos; ++plans) {
    at += 8;
    EXPECT_NO_THROW((void)read_plan(file(text.substr(at, text.find("```", at) - at)))) << text.substr(at, 60);
  }
  EXPECT_EQ(plans, 2);
}

TEST_F(PlanFile, GuideNamesEveryKey) {
  std::ifstream page(std::filesystem::path(PLANWISE_SOURCE_DIR) / "docs/decisions.md");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  const Json document = to_json(full_study());
  for (const auto& [group, value] : document.as_object()) {
    EXPECT_THAT(text, HasSubstr("`" + group));
    if (!value.is_object()) continue;
    for (const auto& [key, inner] : value.as_object())
      EXPECT_TRUE(text.find("`" + group + "." + key) != std::string::npos ||
                  text.find("`." + key) != std::string::npos ||
                  text.find("`" + group + ".weights") != std::string::npos)
          << group << '.' << key;
  }
}

}  // namespace
}  // namespace planwise
