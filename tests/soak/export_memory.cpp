// Peak memory of exporting a whole store, format by format.
//
//     export_memory RUNS [FOLDER [FORMAT]]
//
// Fills a store with runs of about 20 KB, then exports it to each format in a process of its own, and fails when one
// of them needs more than 256 MB.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "planwise/error.h"
#include "planwise/results_manager.h"

namespace {

namespace fs = std::filesystem;
using namespace planwise;

constexpr std::int64_t allowed_kb = 256 * 1024;

double part(std::int64_t run, int step) {
  return static_cast<double>((run * 7919 + step * 104729) % 1'000'003) / 1'000'003.0;
}

/// About 20 KB as JSON: a history of 250 steps of three parameters.
Run run_of_20_kb(std::int64_t number) {
  Run run;
  run.metadata.scenario_id = fmt::format("scenario_{}", number);
  run.metadata.description = "Spring planning";
  run.metadata.tags = {"soak"};
  run.configuration.initial_parameters.set("cola_rate", part(number, 0));
  run.configuration.initial_parameters.set("merit_rate_level_1", part(number, 1));
  run.results.optimal_parameters.set("cola_rate", part(number, 2));
  run.results.objective_value = part(number, 3);
  for (int step = 0; step < 250; ++step) {
    run.results.parameter_history.push_back(Json(
        Json::Object{{"cola_rate", Json(part(number, step))}, {"merit_rate_level_1", Json(part(number, step + 1))}}));
    run.results.objective_history.push_back(Json(part(number, step + 2)));
  }
  return run;
}

void fill(const fs::path& database, std::int64_t runs) {
  ManagerOptions options;
  options.database = database;
  ResultsManager manager(options);
  for (std::int64_t done = 0; done < runs;) {
    std::vector<Run> batch;
    for (; done < runs && batch.size() < 1000; ++done) batch.push_back(run_of_20_kb(done));
    (void)manager.save_all(std::move(batch));
  }
}

/// In a child, so that the peak is that of this export alone.
bool measure(const fs::path& database, ExportFormat format, const fs::path& target) {
  const auto started = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 0;
    try {
      ManagerOptions options;
      options.database = database;
      ResultsManager manager(options);
      ExportOptions how;
      how.format = format;
      how.target = target;
      const ExportReceipt receipt = manager.export_search({}, how);
      fmt::print("{:8} {:7} runs {:8.1f} MB", to_text(format), receipt.runs,
                 static_cast<double>(receipt.file_size_bytes) / 1e6);
    } catch (const Error& error) {
      fmt::print("{:8} {}\n", to_text(format), error.what());
      status = 1;
    }
    std::fflush(stdout);
    ::_exit(status);
  }
  int status = 1;
  rusage used{};
  if (child < 0 || ::wait4(child, &status, 0, &used) != child) return false;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  fmt::print("{:14} {:6.1f} s, peak {:6.1f} MB\n", "", seconds, static_cast<double>(used.ru_maxrss) / 1024);
  std::fflush(stdout);
  std::error_code ignored;
  fs::remove_all(target, ignored);
  return status == 0 && used.ru_maxrss < allowed_kb;
}

}  // namespace

int main(int count, char** arguments) {
  const std::int64_t runs = count > 1 ? std::atoll(arguments[1]) : 1000;
  const fs::path folder =
      count > 2 ? fs::path(arguments[2]) : fs::temp_directory_path() / fmt::format("planwise-export-{}", ::getpid());
  fs::create_directories(folder);
  const fs::path database = folder / "store.duckdb";
  if (const pid_t child = ::fork(); child == 0) {
    if (!fs::exists(database)) fill(database, runs);
    ::_exit(0);
  } else {
    ::waitpid(child, nullptr, 0);
  }
  fmt::print("store of {:.1f} MB\n", static_cast<double>(fs::file_size(database)) / 1e6);
  std::fflush(stdout);
  bool good = true;
  for (const ExportFormat format :
       {ExportFormat::json, ExportFormat::csv, ExportFormat::parquet, ExportFormat::pickle, ExportFormat::excel}) {
    if (count > 3 && export_format_from(arguments[3]) != format) continue;
    good = measure(database, format, folder / "export") && good;
  }
  if (count <= 2) fs::remove_all(folder);
  return good ? 0 : 1;
}
