// planwise: the shell command over the library. Reads as a pipeline: options, command, status.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>

#include "commands.h"

namespace {

using namespace planwise;       // NOLINT(google-build-using-namespace): this is the program
using namespace planwise::cli;  // NOLINT(google-build-using-namespace)

constexpr const char* status_help =
    "Exit status: 0 done, 1 done with findings (verify, health, prove, a refused file), 2 invalid argument, 3 not found,\n"
    "4 already exists, 5 wrong state, 6 conflict, 7 busy, 8 unsupported, 9 corrupt, 10 denied, 11 cancelled by a limit,\n"
    "12 input/output, 13 database, 14 internal, 64 wrong usage, 130 interrupted.";

Output output_from(const std::string& text) {
  static const std::map<std::string, Output> outputs{{"table", Output::table}, {"json", Output::json}, {"jsonl", Output::jsonl}, {"csv", Output::csv}};
  const auto found = outputs.find(text);
  if (found == outputs.end()) throw CLI::ValidationError("--output", "'" + text + "' is unknown; table, json, jsonl and csv are allowed");
  return found->second;
}

void add_global_options(CLI::App& app, Globals& globals) {
  globals.database = "planwise.duckdb";
  app.add_option("--db", globals.database, "The store's file")->envname("PLANWISE_DB")->type_name("FILE");
  app.add_option("--simulation", globals.simulation, "The simulation's database (default: simulation.duckdb here, if present)")->envname("PLANWISE_SIMULATION")->type_name("FILE");
  app.add_option("--user", globals.user, "Who works, for the audit log")->envname("PLANWISE_USER")->type_name("NAME");
  app.add_option_function<std::string>("--output", [&globals](const std::string& text) { globals.output = output_from(text); },
                                       "Form of the output: table, json, jsonl or csv")
      ->type_name("FORM");
  app.add_option("--wait", globals.wait_seconds, "Seconds to wait for a file that another program holds")->check(CLI::NonNegativeNumber.description(""))->type_name("SECONDS");
  app.add_option("--legacy-timezone", globals.legacy_timezone, "Zone of the times in an older store, e.g. America/New_York")->type_name("ZONE");
  app.add_flag("-q,--quiet", globals.quiet, "No remarks and no progress on stderr");
  app.add_flag("--no-color", globals.no_color, "No colour, also on a terminal");
  app.add_option("--log-file", globals.log_file, "Append a log of JSON lines to this file")->type_name("FILE");
  app.add_option("--log-level", globals.log_level, "debug, info, warning, error or off")->type_name("LEVEL");
}

int run(int argc, char** argv) {
  Session session;
  CLI::App app{"Keeps, proves, searches, compares and exports results of compensation optimizations.", "planwise"};
  app.set_version_flag("--version", "planwise " + std::string(version()));
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  app.footer(status_help);
  add_global_options(app, session.globals);
  add_save_commands(app, session);
  add_read_commands(app, session);
  add_state_commands(app, session);
  add_exchange_commands(app, session);
  add_store_commands(app, session);
  add_audit_commands(app, session);
  add_completion_command(app, session);
  app.parse_complete_callback([&] {
    if (!session.globals.log_file.empty()) start_log(session.globals.log_file, session.globals.log_level);
  });
  catch_interrupts();
  try {
    app.parse(argc, argv);
    return session.exit_status;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help and --version
    fmt::print(stderr, "planwise: {}\n", error.what());
    fmt::print(stderr, "hint: `planwise --help` lists the commands, `planwise COMMAND --help` explains one\n");
    return usage_status;
  } catch (const Error& error) {
    report(error, session.globals);
    return interrupted() ? interrupted_status : exit_status_of(error.code());
  } catch (const std::exception& error) {
    report(Error(ErrorCode::internal, fmt::format("unexpected: {}", error.what())), session.globals);
    return exit_status_of(ErrorCode::internal);
  }
}

}  // namespace

int main(int argc, char** argv) {
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
