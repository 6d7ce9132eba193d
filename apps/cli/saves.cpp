// save, revise, annotate.
#include <fmt/format.h>

#include <cmath>

#include "commands.h"
#include "input.h"
#include "table.h"

namespace planwise::cli {

namespace {

/// A run file: a run as JSON, an export of one run, or {metadata, ...} of the earlier implementation.
/// `provenance` takes what the file says of it, where somebody asks.
Run read_run(const std::string& file, Json* provenance = nullptr) {
  const std::string text = read_text(file);
  try {
    Json document = Json::parse(text, JsonDialect::python);
    if (!document.is_object())
      throw Error(ErrorCode::invalid_argument, fmt::format("holds {}, not a run", document.kind_name()));
    document.erase("planwise");  // what an export says of itself
    if (const Json* origin = document.find("provenance"); origin != nullptr && provenance != nullptr)
      *provenance = *origin;
    document.erase("provenance");  // what `show` says of the run besides it
    document.erase("running");
    return run_from_json(document);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("'{}': {}", file == "-" ? "standard input" : file, error.what()));
  }
}

std::pair<std::string, double> assignment(const std::string& text, std::string_view option) {
  const std::size_t equals = text.find('=');
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  try {
    const Json number = Json::parse(value);
    if (equals > 0 && number.is_number()) return {text.substr(0, equals), number.as_real()};
  } catch (const Error&) {  // told below, in words
  }
  throw Error(ErrorCode::invalid_argument, fmt::format("{} '{}' is not NAME=NUMBER", option, text));
}

struct SaveFlags {
  std::string file;
  bool new_id = false;
  std::string token;
  std::string scenario, type = "manual_adjustment", engine = "manual", status = "completed", description, justification,
                        run_id;
  std::vector<std::string> parameters, initial, objective_terms, tags;
  double objective = std::nan("");
  std::int64_t seed = 0;
  CLI::Option* objective_option = nullptr;
  CLI::Option* seed_option = nullptr;
  std::vector<const CLI::Option*> of_a_run;  ///< Those that describe a run and so do not go with a file.
};

Run run_from_flags(const SaveFlags& flags) {
  if (flags.scenario.empty())
    throw Error(ErrorCode::invalid_argument, "name a FILE, or --scenario with the run's values");
  Run run;
  Metadata& m = run.metadata;
  m.run_id = flags.run_id;
  m.scenario_id = flags.scenario;
  m.optimization_type = flags.type;
  m.optimization_engine = flags.engine;
  m.status = flags.status;
  m.description = flags.description;
  m.business_justification = flags.justification;
  m.tags = flags.tags;
  if (flags.seed_option->count() > 0) m.random_seed = flags.seed;
  for (const std::string& text : flags.parameters) {
    const auto [name, value] = assignment(text, "--param");
    run.results.optimal_parameters.set(name, value);
  }
  for (const std::string& text : flags.initial) {
    const auto [name, value] = assignment(text, "--initial");
    run.configuration.initial_parameters.set(name, value);
  }
  for (const std::string& text : flags.objective_terms) {
    const auto [name, value] = assignment(text, "--term");
    run.results.objective_breakdown.set(name, value);
  }
  if (flags.objective_option->count() > 0) run.results.objective_value = flags.objective;
  run.results.risk_level.reset();
  return run;
}

void print_saved(const SaveReceipt& receipt, Session& session) {
  fmt::print("{}\n", receipt.run_id);
  if (receipt.outcome == SaveOutcome::queued) fmt::print(stderr, "queued\n");
  if (receipt.outcome == SaveOutcome::unchanged) session.say("the same content was there already");
}

void add_save(CLI::App& app, Session& session) {
  CLI::App* save = app.add_subcommand("save",
                                      "Store a run from a JSON file, standard input (-) or options; prints its id "
                                      "when, and only when, it is durable")
                       ->group(heading::runs);
  auto flags = make_options<SaveFlags>();
  save->add_option("file", flags->file, "JSON of a run, as `show --output json` prints it; - for standard input")
      ->type_name("FILE");
  save->add_flag("--new-id", flags->new_id, "Give the run a new id, whatever the file says");
  save->add_option("--token", flags->token, "The owner's token, to update a draft or running run")->type_name("TOKEN");
  const auto of_a_run = [&flags](CLI::Option* option) {
    flags->of_a_run.push_back(option);
    return option;
  };
  of_a_run(save->add_option("--scenario", flags->scenario, "Scenario id; needed without a file")->type_name("TEXT"));
  of_a_run(save->add_option("--id", flags->run_id, "Run id; default a new one")->type_name("TEXT"));
  of_a_run(save->add_option("--type", flags->type,
                            "Optimization type, e.g. advanced_scipy, compensation_tuning; default manual_adjustment")
               ->type_name("TEXT"));
  of_a_run(save->add_option("--engine", flags->engine, "Optimization engine, e.g. scipy_slsqp; default manual")
               ->type_name("TEXT"));
  of_a_run(
      save->add_option("--status", flags->status, "draft, running, completed, failed or cancelled; default completed")
          ->type_name("TEXT"));
  of_a_run(save->add_option("--param", flags->parameters, "An optimal parameter; may be repeated")
               ->type_name("NAME=VALUE")
               ->allow_extra_args(false));
  of_a_run(save->add_option("--initial", flags->initial, "An initial parameter; may be repeated")
               ->type_name("NAME=VALUE")
               ->allow_extra_args(false));
  flags->objective_option =
      of_a_run(save->add_option("--objective", flags->objective, "Objective value")->type_name("NUMBER"));
  of_a_run(save->add_option("--term", flags->objective_terms, "A term of the objective; may be repeated")
               ->type_name("NAME=VALUE")
               ->allow_extra_args(false));
  flags->seed_option = of_a_run(
      save->add_option("--seed", flags->seed, "Random seed")->type_name("INTEGER")->transform(whole_number(INT64_MIN)));
  of_a_run(
      save->add_option("--tag", flags->tags, "A tag; may be repeated")->type_name("TEXT")->allow_extra_args(false));
  of_a_run(save->add_option("--description", flags->description, "Description")->type_name("TEXT"));
  of_a_run(save->add_option("--justification", flags->justification, "Business justification")->type_name("TEXT"));
  examples(*save,
           "  planwise save run.json\n  planwise show 6f0c21 --output json | planwise save - --new-id\n"
           "  planwise save --scenario merit_2026 --param cola_rate=0.025 --objective 0.31 --tag q4");
  save->callback([flags, &session] {
    if (!flags->file.empty()) {
      for (const CLI::Option* option : flags->of_a_run) {
        if (option->count() > 0)
          throw Error(ErrorCode::invalid_argument, fmt::format("{} describes a run, and so does '{}'; give one of them",
                                                               option->get_name(), flags->file));
      }
    }
    SaveOptions options{.owner_token = flags->token, .new_id = flags->new_id};
    Run run = flags->file.empty() ? run_from_flags(*flags) : read_run(flags->file, &options.provenance);
    print_saved(session.manager(true).save(std::move(run), options), session);
  });
}

void add_revise(CLI::App& app, Session& session) {
  struct ReviseFlags {
    std::string run, file, reason;
  };
  CLI::App* revise =
      app.add_subcommand("revise", "Correct a finished run: version n+1, with a reason; the version before stays")
          ->group(heading::states);
  auto revision = make_options<ReviseFlags>();
  revise->add_option("run", revision->run, "Run id")->required()->type_name("RUN");
  revise->add_option("file", revision->file, "JSON of the corrected run, - for standard input")
      ->required()
      ->type_name("FILE");
  revise->add_option("--reason", revision->reason, "Why")->required()->type_name("TEXT");
  examples(*revise, "  planwise revise 6f0c21 corrected.json --reason 'headcount of March was missing'");
  revise->callback([revision, &session] {
    Run run = read_run(revision->file);
    const std::string id = session.run_id(revision->run);
    if (!run.metadata.run_id.empty() && run.metadata.run_id != id) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("'{}' is of run '{}', not of '{}'", revision->file, run.metadata.run_id, id));
    }
    run.metadata.run_id = id;
    const SaveReceipt receipt = session.manager().revise(std::move(run), revision->reason);
    fmt::print("{} version {}\n", receipt.run_id, receipt.version);
    if (receipt.outcome == SaveOutcome::unchanged) session.say("the same content was there already");
  });
}

void add_annotate(CLI::App& app, Session& session) {
  struct AnnotateFlags {
    std::string run, description, notes, reason;
    std::vector<std::string> add_tags, remove_tags;
    CLI::Option* description_option = nullptr;
    CLI::Option* notes_option = nullptr;
  };
  CLI::App* annotate = app.add_subcommand("annotate", "Change tags, description or notes; results stay as they are")
                           ->group(heading::states);
  auto note = make_options<AnnotateFlags>();
  annotate->add_option("run", note->run, "Run id")->required()->type_name("RUN");
  annotate->add_option("--tag", note->add_tags, "Add a tag")->type_name("TEXT")->allow_extra_args(false);
  annotate->add_option("--untag", note->remove_tags, "Remove a tag")->type_name("TEXT")->allow_extra_args(false);
  note->description_option =
      annotate->add_option("--description", note->description, "New description")->type_name("TEXT");
  note->notes_option = annotate->add_option("--notes", note->notes, "New notes")->type_name("TEXT");
  annotate->add_option("--reason", note->reason, "Why")->type_name("TEXT");
  examples(*annotate, "  planwise annotate 6f0c21 --tag board --untag draft --notes 'agreed on 3 March'");
  annotate->callback([note, &session] {
    const bool nothing = note->add_tags.empty() && note->remove_tags.empty() &&
                         note->description_option->count() == 0 && note->notes_option->count() == 0;
    if (nothing)
      throw Error(ErrorCode::invalid_argument, "name what to change: --tag, --untag, --description or --notes");
    Annotation annotation;
    annotation.add_tags = note->add_tags;
    annotation.remove_tags = note->remove_tags;
    if (note->description_option->count() > 0) annotation.description = note->description;
    if (note->notes_option->count() > 0) annotation.notes = note->notes;
    session.manager().annotate(session.run_id(note->run), annotation, note->reason);
  });
}

}  // namespace

void add_save_commands(CLI::App& app, Session& session) {
  add_save(app, session);
  add_revise(app, session);
  add_annotate(app, session);
}

}  // namespace planwise::cli
