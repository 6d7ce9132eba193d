// The keys of a study, once, for reading and writing.
#include <array>

#include "manager/study_archive.h"

namespace planwise {

namespace {

using manager::Allowed;
using manager::StudyReader;
using manager::StudyWriter;

template <class Enum, std::size_t N>
using Words = std::array<std::pair<std::string_view, Enum>, N>;

constexpr Words<StudyKind, 5> kinds{{{"optimize", StudyKind::optimize},
                                     {"tune", StudyKind::tune},
                                     {"pareto", StudyKind::pareto},
                                     {"sensitivity", StudyKind::sensitivity},
                                     {"uncertainty", StudyKind::uncertainty}}};
constexpr Words<EvaluatorChoice::Kind, 5> evaluators{{{"simulator", EvaluatorChoice::Kind::simulator},
                                                      {"synthetic", EvaluatorChoice::Kind::synthetic},
                                                      {"command", EvaluatorChoice::Kind::command},
                                                      {"function", EvaluatorChoice::Kind::function},
                                                      {"callable", EvaluatorChoice::Kind::callable}}};
constexpr Words<ObjectiveForm, 2> objective_forms{
    {{"as_it_stands", ObjectiveForm::as_it_stands}, {"normalised", ObjectiveForm::normalised}}};
// As to_text(Algorithm) and to_text(TuningStrategy) spell them; a test holds them together.
constexpr Words<Algorithm, 9> algorithms{{{"SLSQP", Algorithm::slsqp},
                                          {"L-BFGS-B", Algorithm::lbfgsb},
                                          {"COBYLA", Algorithm::cobyla},
                                          {"DE", Algorithm::de},
                                          {"CMA-ES", Algorithm::cmaes},
                                          {"NSGA-II", Algorithm::nsga2},
                                          {"GRID", Algorithm::grid},
                                          {"RANDOM", Algorithm::random},
                                          {"LHS", Algorithm::latin_hypercube}}};
constexpr Words<TuningStrategy, 3> strategies{{{"conservative", TuningStrategy::conservative},
                                               {"balanced", TuningStrategy::balanced},
                                               {"aggressive", TuningStrategy::aggressive}}};

template <class Archive, class Enum, std::size_t N>
void word(Archive& archive, std::string_view key, Enum& value, const Words<Enum, N>& words) {
  archive.word(key, value, std::span<const std::pair<std::string_view, Enum>>(words));
}

constexpr Allowed finite{-1e300, 1e300}, not_negative{0, 1e300}, above_zero{1e-300, 1e300};
constexpr std::int64_t first_year = 1900, last_year = 2200, most = std::int64_t{1} << 40;
constexpr int no_year = 0;

template <class Archive>
void describe(Archive& archive, EvaluatorChoice& choice) {
  word(archive, "kind", choice.kind, evaluators);
  archive.texts("command", choice.command);
  archive.real("timeout_seconds", choice.timeout_seconds, {0.001, 1e6});
  archive.whole("retries", choice.retries, 0, 100);
  archive.text("function", choice.function);
  archive.whole("dimensions", choice.dimensions, 0, 1000);
  archive.text("callable", choice.callable);
}

template <class Archive>
void describe(Archive& archive, SimulationChoice& choice) {
  archive.whole("first_year", choice.first_year, no_year, last_year);
  archive.whole("last_year", choice.last_year, no_year, last_year);
  archive.whole("target_year", choice.target_year, no_year, last_year);
  archive.seed("seed", choice.seed);
  archive.whole("seeds", choice.seeds, 1, 1000);
  archive.flag("dbt_compatible", choice.dbt_compatible);
}

template <class Archive>
void describe(Archive& archive, LeverChoice& choice) {
  archive.texts("search", choice.search);
  archive.levers("start", choice.start);
  archive.bounds("bounds", choice.bounds);
  archive.texts("locked", choice.locked);
  archive.wholes("years", choice.years, first_year, last_year);
  archive.flag("ignore_locks", choice.ignore_locks);
}

template <class Archive>
void describe(Archive& archive, ObjectiveChoice& choice) {
  archive.section("weights", [&](auto& weights) {
    weights.real("cost", choice.cost, {0, 1});
    weights.real("equity", choice.equity, {0, 1});
    weights.real("targets", choice.targets, {0, 1});
  });
  word(archive, "form", choice.form, objective_forms);
  archive.real("pay_cap", choice.pay_cap, not_negative);
  archive.flag("within_pay_cap", choice.within_pay_cap);
  archive.real("headcount_growth", choice.headcount_growth, {-1, 100});
  archive.real("compensation_growth", choice.compensation_growth, {-1, 100});
  archive.reals("scales", choice.scales, above_zero);
}

template <class Archive>
void describe(Archive& archive, StudyConstraint& constraint) {
  archive.text("name", constraint.name);
  archive.text("figure", constraint.figure);
  archive.whole("year", constraint.year, -1, last_year);
  archive.whole("level", constraint.level, 0, static_cast<int>(level_count));
  archive.real("minimum", constraint.minimum, finite);
  archive.real("maximum", constraint.maximum, finite);
  archive.flag("relative", constraint.relative);
  archive.reals("levers", constraint.levers, finite);
  archive.text("lever", constraint.lever);
  archive.text("order", constraint.order);
  archive.real("gap", constraint.gap, finite);
}

template <class Archive>
void describe(Archive& archive, SolverChoice& choice) {
  word(archive, "algorithm", choice.algorithm, algorithms);
  archive.whole("max_evaluations", choice.max_evaluations, 1, most);
  archive.seed("seed", choice.seed);
  archive.real("tolerance", choice.tolerance, above_zero);
  archive.whole("starts", choice.starts, 0, most);
  archive.whole("population", choice.population, 0, 1'000'000);
  archive.whole("grid_points", choice.grid_points, 2, 1'000'000);
  archive.real("timeout_minutes", choice.timeout_minutes, {0, 1e6});
  archive.whole("warm_start", choice.warm_start, 0, 1000);
  archive.points("warm_points", choice.warm_points);
  archive.texts("warm_runs", choice.warm_runs);
}

template <class Archive>
void describe(Archive& archive, TuneChoice& choice) {
  archive.real("target_growth", choice.target_growth, {-1, 100});
  archive.real("tolerance", choice.tolerance, above_zero);
  archive.whole("max_iterations", choice.max_iterations, 1, 1'000'000);
  word(archive, "strategy", choice.strategy, strategies);
}

template <class Archive>
void describe(Archive& archive, SensitivityChoice& choice) {
  archive.text("method", choice.method);
  archive.whole("max_evaluations", choice.max_evaluations, 1, most);
  archive.real("width", choice.width, not_negative);
  archive.text("figure", choice.figure);
}

template <class Archive>
void describe(Archive& archive, UncertaintyChoice& choice) {
  archive.whole("seeds", choice.seeds, 1, 1'000'000);
  archive.real("budget", choice.budget, finite);
  archive.text("compare_to", choice.compare_to);
}

template <class Archive>
void describe(Archive& archive, Study& study) {
  word(archive, "kind", study.kind, kinds);
  archive.text("scenario_id", study.scenario_id);
  archive.text("description", study.description);
  archive.text("business_justification", study.business_justification);
  archive.texts("tags", study.tags);
  const auto section = [&](std::string_view key, auto& choice) {
    archive.section(key, [&](auto& inner) { describe(inner, choice); });
  };
  section("evaluator", study.evaluator);
  section("simulation", study.simulation);
  section("levers", study.levers);
  section("objective", study.objective);
  archive.sections("constraints", study.constraints,
                   [](auto& inner, StudyConstraint& constraint) { describe(inner, constraint); });
  section("solver", study.solver);
  section("tune", study.tune);
  section("sensitivity", study.sensitivity);
  section("uncertainty", study.uncertainty);
  archive.texts("pareto", study.pareto);
}

}  // namespace

Json to_json(const Study& study) {
  Study copy = study;  // the one description of the keys is for reading too, which changes what it is given
  StudyWriter writer;
  describe(writer, copy);
  return writer.take();
}

Study study_from_json(const Json& document) {
  Study study;
  StudyReader reader(document, "");
  describe(reader, study);
  reader.finish();
  return study;
}

StudyConstraint budget(double maximum) {
  StudyConstraint constraint;
  constraint.name = "budget";
  constraint.figure = "active_compensation";
  constraint.maximum = maximum;
  return constraint;
}

}  // namespace planwise
