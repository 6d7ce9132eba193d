#include "sample_stores.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/ids.h"
#include "duck/database_file.h"
#include "measure.h"

namespace planwise::bench {

namespace fs = std::filesystem;

namespace {

double uniform() {
  static std::mt19937_64 engine(20261124);  // the same numbers in every run
  return std::uniform_real_distribution<double>()(engine);
}

}  // namespace

store::StoreOptions options_for(const fs::path& file) {
  store::StoreOptions options;
  options.database = file;
  options.who = {"bench", "bench-session", "bench"};
  return options;
}

Run slim_run(std::int64_t number) {
  Run run;
  Metadata& m = run.metadata;
  m.scenario_id = fmt::format("scenario_{:03}_fy{}", number % 1000, 2025 + number % 5);
  m.optimization_type = number % 2 == 0 ? "advanced_scipy" : "compensation_tuning";
  m.optimization_engine = number % 3 == 0 ? "scipy_de" : "scipy_slsqp";
  m.status = number % 17 == 0 ? "failed" : "completed";
  m.created_at = Timestamp{1'700'000'000'000'000 + number * 1'000'000};
  m.description = fmt::format("Budget planning iteration {} for merit and COLA review", number);
  m.business_justification = fmt::format("Quarterly review {}: keep compensation growth within budget", number % 4);
  m.tags = {"budget", fmt::format("batch-{}", number % 100)};
  run.configuration.algorithm_config.set("variant", number % 50);
  for (std::string_view lever : lever_names) run.results.optimal_parameters.set(lever, uniform() * 0.1);
  run.results.objective_value = uniform();
  run.results.risk_level = number % 3 == 0 ? "HIGH" : "LOW";
  return run;
}

Run measured_run(std::int64_t number) {
  Run run = slim_run(number);
  Metadata& m = run.metadata;
  m.created_at = Timestamp{1'700'000'000'000'000 + number * 94'600'000};
  m.runtime_seconds = uniform() * 600;
  m.function_evaluations = static_cast<std::int64_t>(uniform() * 1000);
  if (number % 3 != 0) m.converged = number % 5 != 0;
  return run;
}

Run full_run(std::int64_t number) {
  Run run = slim_run(number);
  for (int iteration = 0; iteration < 25; ++iteration) {
    Json step = Json::object();
    for (std::string_view lever : lever_names) step.set(lever, uniform() * 0.1);
    run.results.parameter_history.push_back(std::move(step));
    run.results.objective_history.push_back(uniform());
  }
  for (std::string_view lever : lever_names) run.results.sensitivity_analysis.set(lever, uniform());
  return run;
}

Run new_full_run(std::int64_t number) {
  Run run = full_run(number);
  run.configuration.algorithm_config.set("unique", core::new_uuid());
  return run;
}

fs::path bench_folder() {
  const fs::path folder = PLANWISE_BENCH_FOLDER;
  fs::create_directories(folder);
  return folder;
}

fs::path filled_store(const std::string& kind, std::int64_t runs) {
  const fs::path file = bench_folder() / fmt::format("{}-{}.duckdb", kind, runs);
  if (fs::exists(file)) return file;
  const fs::path partial = file.string() + ".part";
  for (const char* end : {"", ".wal"}) fs::remove(partial.string() + end);
  const auto start = Clock::now();
  {
    store::RunStore store(options_for(partial));
    // Few batches: the checkpoint after each writes the whole key indexes again.
    const std::int64_t batch = kind != "full" ? 50'000 : 5'000;
    for (std::int64_t done = 0; done < runs; done += batch) {
      std::vector<Run> some;
      for (std::int64_t i = done; i < std::min(runs, done + batch); ++i) some.push_back(kind == "slim" ? slim_run(i) : kind == "measured" ? measured_run(i) : full_run(i));
      (void)store.save_all(std::move(some), {});
    }
    // What the last batch left in the log is not what the cases measure.
    const auto database = duck::DatabaseFile::at(partial);
    const duck::Lease lease = database->lease(duck::Access::write, std::chrono::seconds(10));
    database->checkpoint(1);
  }
  for (const char* end : {".spool", ".owners"}) fs::remove_all(partial.string() + end);
  print_note(fmt::format("filled {} with {} runs in {:.0f} s: {:.0f} MB", file.filename().string(), runs, milliseconds_since(start) / 1000,
                         static_cast<double>(fs::file_size(partial)) / 1e6));
  if (fs::exists(partial.string() + ".wal")) fs::rename(partial.string() + ".wal", file.string() + ".wal");
  fs::rename(partial, file);
  return file;
}

ScratchStore::ScratchStore(const fs::path& original, std::string_view name) : path_(original.string() + fmt::format(".{}-{}", name, ::getpid())) {
  fs::copy_file(original, path_, fs::copy_options::overwrite_existing);
  if (fs::exists(original.string() + ".wal")) fs::copy_file(original.string() + ".wal", path_.string() + ".wal", fs::copy_options::overwrite_existing);
  ::sync();  // the copy's own pages must not be written out by the first commit that is measured
}

ScratchStore::~ScratchStore() {
  std::error_code ignored;
  for (const char* end : {"", ".wal", ".spool", ".owners"}) fs::remove_all(path_.string() + end, ignored);
}

}  // namespace planwise::bench
