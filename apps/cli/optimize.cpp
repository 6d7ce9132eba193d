// optimize, tune and pareto: looking for levers.
#include <fmt/format.h>

#include <algorithm>

#include "decisions.h"

namespace planwise::cli {

namespace {

constexpr const char* algorithms = "SLSQP|L-BFGS-B|COBYLA|DE|CMA-ES|NSGA-II|GRID|RANDOM|LHS";

CLI::Validator algorithm_name() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        try {
          (void)algorithm_from(text);
          return {};
        } catch (const Error& error) {
          return error.what();
        }
      },
      "");
}

}  // namespace

void add_optimize_command(CLI::App& app, Session& session) {
  CLI::App* optimize = app.add_subcommand("optimize",
                                          "Look for the levers that cost least and do most, under conditions; "
                                          "stored as a run")
                           ->group(heading::decisions);
  auto flags = make_options<StudyFlags>();
  optimize->add_option("--algorithm", flags->algorithm, "Solver; default SLSQP")
      ->type_name(algorithms)
      ->check(algorithm_name());
  add_solver_options(*optimize, *flags);
  std::string functions;
  for (const std::string_view name : test_function_names())
    functions += (functions.empty() ? "" : "|") + std::string(name);
  optimize->add_option("--function", flags->function, "A test function with a known optimum, in place of levers")
      ->type_name(functions);
  optimize->add_option("--dimensions", flags->dimensions, "Variables of the test function; default its usual number")
      ->type_name("D")
      ->transform(whole_number(0));
  add_study_options(*optimize, *flags);
  examples(
      *optimize,
      "  planwise optimize --simulation simulation.duckdb --years 2026-2029 --budget 800000000 --normalised\n"
      "  planwise optimize --plan plan.toml --max-evaluations 500 --seed 7\n"
      "  planwise optimize --constraint 'active_mean>=120000' --constraint 'merit_rate descending' --lock cola_rate\n"
      "  planwise optimize --synthetic --algorithm DE --weights cost=0.4,equity=0.3,targets=0.3 --output json\n"
      "  planwise optimize --evaluator-command './evaluate.sh --fast' --max-evaluations 40\n"
      "  planwise optimize --function rosenbrock --dimensions 10 --algorithm L-BFGS-B");
  optimize->callback([optimize, flags, &session] { run_study(*optimize, *flags, StudyKind::optimize, session); });
}

void add_tune_command(CLI::App& app, Session& session) {
  CLI::App* tune = app.add_subcommand("tune",
                                      "Steer the growth of average pay to a target by small steps of the levers; "
                                      "stored as a run")
                       ->group(heading::decisions);
  auto flags = make_options<StudyFlags>();
  add_study_options(*tune, *flags);
  tune->add_option("--tolerance", flags->tolerance, "Distance from the target that is near enough; default 0.001")
      ->type_name("RATE");
  tune->add_option("--max-iterations", flags->iterations, "Steps at most; default 10")
      ->type_name("N")
      ->transform(whole_number(1));
  add_choice(*tune, "--strategy", flags->strategy, "conservative|balanced|aggressive",
             "Part of the step that the local slope asks for: 0.3, 0.5 or 0.8; default balanced");
  examples(*tune,
           "  planwise tune --target-growth 0.03 --strategy balanced\n"
           "  planwise tune --target-growth 0.025 --levers merit_rate,cola_rate --max-iterations 20 --output json");
  tune->callback([tune, flags, &session] {
    run_study(*tune, *flags, StudyKind::tune, session, [&](Study& study) {
      if (tune->count("--target-growth") > 0) {
        study.tune.target_growth = flags->target_growth;
        study.objective.compensation_growth = flags->target_growth;
      }
      if (tune->count("--tolerance") > 0) study.tune.tolerance = flags->tolerance;
      if (tune->count("--max-iterations") > 0) study.tune.max_iterations = flags->iterations;
      if (!flags->strategy.empty()) study.tune.strategy = tuning_strategy_from(flags->strategy);
    });
  });
}

void add_pareto_command(CLI::App& app, Session& session) {
  CLI::App* pareto =
      app.add_subcommand("pareto",
                         "What cost, equity and growth trade for each other: the front, its knee, the price of "
                         "equity; stored as a run")
          ->group(heading::decisions);
  auto flags = make_options<StudyFlags>();
  pareto
      ->add_option("--goals", flags->goals,
                   "Two or more of cost, equity, targets and growth; default cost,equity,growth")
      ->type_name("NAMES");
  add_solver_options(*pareto, *flags);
  add_study_options(*pareto, *flags);
  examples(*pareto,
           "  planwise pareto --budget 800000000 --max-evaluations 2000\n"
           "  planwise pareto --goals cost,equity --population 60 --output json");
  pareto->callback([pareto, flags, &session] {
    run_study(*pareto, *flags, StudyKind::pareto, session, [&](Study& study) {
      study.solver.algorithm = Algorithm::nsga2;
      if (flags->goals.empty()) return;
      study.pareto.clear();
      for (std::size_t begin = 0; begin <= flags->goals.size();) {
        const std::size_t end = std::min(flags->goals.find(',', begin), flags->goals.size());
        study.pareto.push_back(flags->goals.substr(begin, end - begin));
        begin = end + 1;
      }
    });
  });
}

}  // namespace planwise::cli
