// setup: the four steps, each told apart.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "commands.h"
#include "table.h"

namespace planwise::cli {

namespace {

namespace fs = std::filesystem;

struct Step {
  std::string name, state, message;
};

Step make_tables(Session& session) {
  ResultsManager& manager = session.manager(true);
  const MigrationReport report = manager.migrate(false);
  return {"tables", "ok",
          report.from == report.to ? fmt::format("schema {} is there", report.to)
                                   : fmt::format("schema {} made in '{}'", report.to, session.globals.database)};
}

Step make_cache_folder() {
  const char* named = std::getenv("PLANWISE_CACHE_DIR");
  std::string folder =
      named != nullptr && *named != '\0' ? named : (fs::temp_directory_path() / "planwise_optimization_cache").string();
  struct stat status {};
  if (named == nullptr && ::lstat(folder.c_str(), &status) == 0 && status.st_uid != ::geteuid())
    folder += fmt::format("-{}", ::geteuid());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return {"cache directory", "failed", fmt::format("'{}': {}", folder, std::strerror(errno))};
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != ::geteuid()) {
    return {"cache directory", "failed",
            fmt::format("'{}' is not a folder of this account; set PLANWISE_CACHE_DIR", folder)};
  }
  ::chmod(folder.c_str(), 0700);
  return {"cache directory", "ok", folder};
}

/// The simulation's database is only looked at from outside: it is no part of the store, and dbt may be writing to it.
std::string simulation_state(const std::string& file) {
  if (file.empty()) return "no simulation database here";
  std::ifstream in(file, std::ios::binary);
  char head[12] = {};
  if (!in.read(head, sizeof head))
    throw Error(ErrorCode::not_found, fmt::format("the simulation's database '{}' cannot be read", file));
  if (std::string_view(head + 8, 4) != "DUCK")
    throw Error(ErrorCode::unsupported, fmt::format("the simulation's database '{}' is no DuckDB file", file));
  return fmt::format("simulation database '{}'", file);
}

Step validate(Session& session) {
  const HealthReport report = session.manager().health();
  for (const HealthLine& line : report.lines) {
    if (line.state == HealthState::failed)
      return {"validation", "failed", fmt::format("{}: {}", line.component, line.message)};
  }
  const std::string simulation = session.simulation_file();
  std::error_code missing;
  const bool same_file = !simulation.empty() && fs::equivalent(simulation, session.globals.database, missing);
  return {"validation", "ok",
          fmt::format("{} components checked, {}", report.lines.size(),
                      same_file ? "the store is in the simulation's file" : simulation_state(simulation))};
}

Step add_sample(Session& session, bool wanted) {
  if (!wanted) return {"sample data", "skipped", "add it with --sample"};
  Run run;
  run.metadata.run_id = "setup-sample";
  run.metadata.scenario_id = "setup_test_scenario";
  run.metadata.optimization_type = "compensation_tuning";
  run.metadata.description = "Made by planwise setup --sample";
  run.metadata.tags = {"setup", "test", "sample"};
  for (const auto& [name, value] :
       {std::pair("merit_rate_level_1", 0.045), {"merit_rate_level_2", 0.04}, {"cola_rate", 0.025}}) {
    run.configuration.initial_parameters.set(name, value);
    run.results.optimal_parameters.set(name, value);
  }
  run.results.risk_level = "LOW";
  const SaveReceipt receipt = session.manager().save(run);
  return {"sample data", "ok",
          fmt::format("run '{}'{}", receipt.run_id, receipt.outcome == SaveOutcome::unchanged ? " is there" : "")};
}

void run_setup(Session& session, bool sample) {
  std::vector<Step> steps;
  const auto attempt = [&](const std::string& name, const std::function<Step()>& step) {
    try {
      steps.push_back(step());
    } catch (const Error& error) {
      steps.push_back({name, "failed", error.what()});
    }
    if (steps.back().state == "failed") session.exit_status = 1;
  };
  attempt("tables", [&] { return make_tables(session); });
  attempt("cache directory", [] { return make_cache_folder(); });
  attempt("validation", [&] { return validate(session); });
  attempt("sample data", [&] { return add_sample(session, sample); });
  std::vector<Json> objects;
  for (const Step& step : steps)
    objects.push_back(Json(Json::Object{{"step", step.name}, {"state", step.state}, {"message", step.message}}));
  print_objects(
      objects,
      {{"step", "state", "message"},
       {{"step", "STEP", Align::left, 9}, {"state", "STATE", Align::left, 9}, {"message", "MESSAGE", Align::left, 1}}},
      session.globals);
}

}  // namespace

void add_setup_command(CLI::App& app, Session& session) {
  struct SetupFlags {
    bool sample = false;
  };
  CLI::App* setup =
      app.add_subcommand(
             "setup",
             "Make the store and the cache directory, check everything, add sample data; reports the four steps")
          ->group(heading::store);
  auto flags = make_options<SetupFlags>();
  setup->add_flag("--sample", flags->sample, "Add a sample run (once)");
  examples(*setup, "  planwise setup\n  planwise --db team.duckdb setup --sample");
  setup->callback([flags, &session] { run_setup(session, flags->sample); });
}

}  // namespace planwise::cli
