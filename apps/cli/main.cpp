// planwise: the shell command over the library. Reads as a pipeline: options, commands, the call, its exit status.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "commands.h"
#include "terminal_text.h"

namespace {

using namespace planwise;       // NOLINT(google-build-using-namespace): this is the program
using namespace planwise::cli;  // NOLINT(google-build-using-namespace)

constexpr const char* root_footer =
    "Examples:\n"
    "  planwise setup\n"
    "  planwise import results/ --keep-going\n"
    "  planwise list 'status:completed objective<0.3' --sort objective\n"
    "  planwise COMMAND --help\n"
    "\n"
    "Exit status: 0 done, 1 done with findings (verify, health, prove, setup, a refused file,\n"
    "levers out of bounds, a census with issues, errors that quality found, a study that failed,\n"
    "a run that reproduce finds changed),\n"
    "2 invalid argument, 3 not found, 4 already exists, 5 wrong state, 6 conflict, 7 busy, 8 unsupported,\n"
    "9 corrupt, 10 denied, 11 cancelled by a limit, 12 input/output, 13 database, 14 internal,\n"
    "64 wrong usage, 130 interrupted.";

void add_global_options(CLI::App& app, Globals& globals) {
  globals.database = "planwise.duckdb";
  app.add_option("--db", globals.database, "The store's file; default planwise.duckdb")
      ->envname("PLANWISE_DB")
      ->type_name("FILE");
  app.add_option("--simulation", globals.simulation,
                 "The simulation's database; default simulation.duckdb here, if present")
      ->envname("PLANWISE_SIMULATION")
      ->type_name("FILE");
  app.add_option("--user", globals.user, "Who works, for the audit log")->envname("PLANWISE_USER")->type_name("NAME");
  constexpr const char* outputs = "table|json|jsonl|csv";
  app.add_option_function<std::string>(
         "--output",
         [&globals](const std::string& text) {
           globals.output = text == "json"    ? Output::json
                            : text == "jsonl" ? Output::jsonl
                            : text == "csv"   ? Output::csv
                                              : Output::table;
         },
         "Form of the output; json and jsonl are documented and stable")
      ->type_name(outputs)
      ->check(one_of(outputs));
  app.add_option(
         "--columns", globals.columns,
         "Columns of a listing, comma-separated, by their names in JSON; for `list` also param.cola_rate and the like")
      ->type_name("NAMES");
  app.add_option("--wait", globals.wait_seconds, "How long to wait for a file that another program holds; default 10")
      ->type_name("SECONDS")
      ->check(seconds(0));
  app.add_option("--legacy-timezone", globals.legacy_timezone,
                 "Zone of the times in an older store, e.g. America/New_York; default the machine's")
      ->type_name("ZONE");
  app.add_flag("-q,--quiet", globals.quiet, "No remarks and no progress on stderr");
  app.add_flag("--no-color", globals.no_color, "No colour on a terminal either; NO_COLOR does the same");
  app.add_option("--log-file", globals.log_file, "Append a log of JSON lines to this file")->type_name("FILE");
  add_choice(app, "--log-level", globals.log_level, "debug|info|warning|error|off",
             "What goes into the log; default info");
}

void add_commands(CLI::App& app, Session& session) {
  add_save_commands(app, session);
  add_read_commands(app, session);
  add_summary_command(app, session);
  add_simulate_command(app, session);
  add_quality_command(app, session);
  add_bridge_command(app, session);
  add_distribution_command(app, session);
  add_drill_command(app, session);
  add_optimize_command(app, session);
  add_tune_command(app, session);
  add_pareto_command(app, session);
  add_evaluate_command(app, session);
  add_sensitivity_command(app, session);
  add_uncertainty_command(app, session);
  add_reproduce_command(app, session);
  add_resume_command(app, session);
  add_stop_command(app, session);
  add_state_commands(app, session);
  add_exchange_commands(app, session);
  add_report_command(app, session);
  add_lever_commands(app, session);
  add_census_commands(app, session);
  add_cache_commands(app, session);
  add_store_commands(app, session);
  add_audit_commands(app, session);
  add_completion_command(app, session);
}

bool is_command(const CLI::App& app, const std::string& word) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return command->get_name() == word; });
}

/// A mistyped command or option, told in words with what was probably meant.
int report_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  const CLI::App* group = &app;
  std::string path = "planwise";
  for (auto inner = app.get_subcommands(); !inner.empty(); inner = group->get_subcommands()) {
    group = inner.back();
    path += " " + group->get_name();
  }
  std::string mistyped;
  for (int i = argc - 1; i > 0; --i) {
    const std::string word = argv[i];
    if (!word.starts_with('-') && !is_command(app, word)) mistyped = word;
  }
  const bool command_missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr &&
                               std::string_view(error.what()).starts_with("A subcommand");
  std::string hint = group == &app ? "`planwise --help` lists the commands"
                                   : fmt::format("`{} --help` explains it with examples", path);
  if (!command_missing) {
    fmt::print(stderr, "planwise: {}\n", printable_lines(error.what()));
  } else if (mistyped.empty()) {
    fmt::print(stderr, "planwise: name a command\n");
  } else {
    fmt::print(stderr, "planwise: there is no command '{}'\n", printable(mistyped));
    if (const auto near = near_commands(*group, mistyped); !near.empty())
      hint = fmt::format("did you mean {}?", fmt::join(near, " or "));
  }
  fmt::print(stderr, "hint: {}\n", hint);
  return usage_status;
}

int run(int argc, char** argv) {
  Session session;
  CLI::App app{"Keeps, proves, searches, compares and exports results of compensation optimizations.", "planwise"};
  app.set_version_flag("--version", "planwise " + std::string(version()), "The version");
  app.set_help_flag("-h,--help", "This help");
  app.require_subcommand(1);
  app.fallthrough();
  use_help_layout(app);
  app.footer(root_footer);
  add_global_options(app, session.globals);
  add_commands(app, session);
  app.parse_complete_callback([&] {
    if (!session.globals.log_file.empty()) start_log(session.globals.log_file, session.globals.log_level);
  });
  unmask_values(app);
  try {
    app.parse(masked_arguments(argc, argv));
    return session.exit_status;
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) /* --help, --version */ : report_usage(app, error, argc, argv);
  } catch (const Error& error) {
    report(error, session.globals);
    return interrupted() ? interrupted_status : exit_status_of(error.code());
  } catch (const std::system_error& error) {  // fmt::print to a full disk
    report(Error(ErrorCode::io, fmt::format("writing the output: {}", error.code().message())), session.globals);
    return exit_status_of(ErrorCode::io);
  } catch (const std::exception& error) {
    report(Error(ErrorCode::internal, fmt::format("unexpected: {}", error.what())), session.globals);
    return exit_status_of(ErrorCode::internal);
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(S_IRWXG | S_IRWXO);  // what is written here is for its owner alone
  catch_interrupts();
  const int status = run(argc, argv);
  if (std::fflush(stdout) != 0) {
    std::perror("planwise: writing the output");
    return exit_status_of(planwise::ErrorCode::io);
  }
#ifdef NDEBUG
  // The file was let go of when the last call ended; taking DuckDB apart in memory would only cost milliseconds.
  std::fflush(stderr);
  planwise::stop_log();
  std::_Exit(status);
#endif
  return status;
}
