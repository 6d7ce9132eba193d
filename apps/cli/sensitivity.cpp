// sensitivity and uncertainty: what a figure depends on, and how sure it is.
#include <fmt/format.h>

#include "decisions.h"

namespace planwise::cli {

void add_sensitivity_command(CLI::App& app, Session& session) {
  CLI::App* sensitivity =
      app.add_subcommand("sensitivity", "Which levers a figure depends on, with intervals; stored as a run")
          ->group(heading::decisions);
  auto flags = make_options<StudyFlags>();
  add_choice(*sensitivity, "--method", flags->method, "local|morris|sobol|stored",
             "Slopes around the start, screening, shares of variance, or importance from stored runs; default sobol");
  sensitivity
      ->add_option(
          "--figure", flags->figure,
          "What is looked at: objective (the default), a term (cost, equity, targets) or a figure of a condition")
      ->type_name("NAME");
  sensitivity->add_option("--width", flags->width, "Stop once no interval is wider; default 0.1")->type_name("X");
  sensitivity
      ->add_option("--max-evaluations", flags->max_evaluations, "Never more than this many evaluations; default 4096")
      ->type_name("N")
      ->transform(whole_number(1));
  add_study_options(*sensitivity, *flags);
  examples(*sensitivity,
           "  planwise sensitivity --years 2026-2029\n"
           "  planwise sensitivity --method morris --figure equity --max-evaluations 400\n"
           "  planwise sensitivity --method stored --output json");
  sensitivity->callback([sensitivity, flags, &session] {
    run_study(*sensitivity, *flags, StudyKind::sensitivity, session, [&](Study& study) {
      if (!flags->method.empty()) study.sensitivity.method = flags->method;
      if (!flags->figure.empty()) study.sensitivity.figure = flags->figure;
      if (sensitivity->count("--width") > 0) study.sensitivity.width = flags->width;
      if (sensitivity->count("--max-evaluations") > 0) study.sensitivity.max_evaluations = flags->max_evaluations;
    });
  });
}

void add_uncertainty_command(CLI::App& app, Session& session) {
  CLI::App* uncertainty =
      app.add_subcommand("uncertainty",
                         "How sure the figures of a plan are over many seeds, and its difference from "
                         "another plan; stored as a run")
          ->group(heading::decisions);
  auto flags = make_options<StudyFlags>();
  uncertainty->add_option("--seeds", flags->seeds, "Seeds of each plan; default 200")
      ->type_name("N")
      ->transform(whole_number(1));
  uncertainty->add_option("--compare-to", flags->compare_to, "A stored run's levers, or `baseline`, the default")
      ->type_name("RUN");
  add_study_options(*uncertainty, *flags);
  examples(*uncertainty,
           "  planwise uncertainty --run 6f0c21 --budget 800000000\n"
           "  planwise uncertainty --set cola_rate=0.03 --compare-to 6f0c21 --seeds 500 --output json");
  uncertainty->callback([uncertainty, flags, &session] {
    run_study(*uncertainty, *flags, StudyKind::uncertainty, session, [&](Study& study) {
      if (uncertainty->count("--seeds") > 0) study.uncertainty.seeds = flags->seeds;
      if (!flags->compare_to.empty())
        study.uncertainty.compare_to = flags->compare_to == "baseline" ? "" : session.run_id(flags->compare_to);
    });
  });
}

}  // namespace planwise::cli
