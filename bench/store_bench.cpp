// Benchmarks of the store against limits and against raw DuckDB C API calls that do the same durable work.
//
//   build/bench/bench/bench_store [--list] [CASE ...]
//
// Each line: what was measured, our median (p95, max), the peer or limit, the ratio or "met". Filled stores are kept in
// build/bench/bench-data. Nothing here passes or fails: read the figures.
#include <duckdb.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "core/hash.h"
#include "core/ids.h"
#include "sample_runs.h"
#include "store/run_rows.h"
#include "store/run_store.h"

namespace {

namespace fs = std::filesystem;
using namespace planwise;         // NOLINT(google-build-using-namespace)
using namespace planwise::store;  // NOLINT(google-build-using-namespace)
using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

struct Figures {
  double median = 0, p95 = 0, most = 0;
};

Figures measure(int rounds, const std::function<void(int)>& work) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    work(round);
    times.push_back(milliseconds_since(start));
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 95 / 100], times.back()};
}

void print(const std::string& what, const Figures& ours, double limit) {
  fmt::print("{:<58} {:>9.2f} ms  p95 {:>8.2f}  max {:>8.2f}   limit {:>7.1f}  {}\n", what, ours.median, ours.p95, ours.most, limit,
             ours.median <= limit ? "met" : fmt::format("NOT met ({:.2f} x)", ours.median / limit));
  std::fflush(stdout);
}

void print_ratio(const std::string& what, const Figures& ours, const Figures& peer, double limit) {
  fmt::print("{:<58} {:>9.2f} ms  peer {:>8.2f}  ratio {:>5.2f}           limit {:>7.2f}  {}\n", what, ours.median, peer.median, ours.median / peer.median, limit,
             ours.median / peer.median <= limit ? "met" : "NOT met");
  std::fflush(stdout);
}

StoreOptions options_for(const fs::path& file) {
  StoreOptions options;
  options.database = file;
  options.who = {"bench", "bench-session", "bench"};
  return options;
}

std::mt19937_64 random_engine(20261124);  // NOLINT: the same runs every time
double uniform() { return std::uniform_real_distribution<double>()(random_engine); }

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

/// About 20 KB of JSON: 25 iterations of 17 levers.
Run full_run_of_20_kb(std::int64_t number) {
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

/// A store with that many runs, made once and copied for every use.
fs::path filled_store(const std::string& kind, std::int64_t runs, const std::function<Run(std::int64_t)>& make) {
  const fs::path folder = PLANWISE_BENCH_DIR;
  fs::create_directories(folder);
  const fs::path file = folder / fmt::format("{}-{}.duckdb", kind, runs);
  if (fs::exists(file)) return file;
  const fs::path partial = file.string() + ".part";
  fs::remove(partial);
  RunStore store(options_for(partial));
  const auto start = Clock::now();
  constexpr std::int64_t batch = 5000;
  for (std::int64_t done = 0; done < runs; done += batch) {
    std::vector<Run> some;
    for (std::int64_t i = done; i < std::min(runs, done + batch); ++i) some.push_back(make(i));
    (void)store.save_all(std::move(some), {});
  }
  fmt::print("  (filled {} with {} runs in {:.0f} s)\n", file.filename().string(), runs, milliseconds_since(start) / 1000);
  fs::rename(partial, file);
  if (fs::exists(partial.string() + ".wal")) fs::rename(partial.string() + ".wal", file.string() + ".wal");
  return file;
}

/// A copy to write to. A store that has been used for reading stays as it is.
class Scratch {
 public:
  explicit Scratch(const fs::path& original) : path_(original.string() + fmt::format(".scratch-{}", ::getpid())) {
    fs::copy_file(original, path_, fs::copy_options::overwrite_existing);
    if (fs::exists(original.string() + ".wal")) fs::copy_file(original.string() + ".wal", path_.string() + ".wal", fs::copy_options::overwrite_existing);
  }
  ~Scratch() {
    std::error_code ignored;
    for (const char* end : {"", ".wal", ".spool", ".owners"}) fs::remove_all(path_.string() + end, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// --- the peer: plain C API calls ------------------------------------------------------------------------------------

/// Inserts the same rows of the same run with prepared statements in one transaction, the same settings, the same file.
class RawWriter {
 public:
  explicit RawWriter(const fs::path& file) : file_(file) {
    check(duckdb_open(nullptr, &database_));
    check(duckdb_connect(database_, &connection_));
    run("PRAGMA disable_checkpoint_on_shutdown; SET checkpoint_threshold = '1TB'");
  }
  ~RawWriter() {
    for (auto& [sql, statement] : statements_) duckdb_destroy_prepare(&statement);
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  void attach() { run(fmt::format("ATTACH '{}' AS store (ROW_GROUP_SIZE 2048)", file_.string())); }
  void detach() { run("DETACH store"); }
  void save(const RunRows& rows, const Row& audit) {
    run("BEGIN");
    insert(runs_table, rows.runs);
    insert(results_table, rows.results);
    if (!rows.configuration.empty()) insert(configurations_table, rows.configuration);
    if (!rows.simulation.empty()) insert(simulation_table, rows.simulation);
    insert(details_table, rows.details);
    insert(audit_table, audit);
    run("COMMIT");
  }

 private:
  static void check(duckdb_state state) {
    if (state == DuckDBError) throw std::runtime_error("DuckDB failed");
  }
  void run(const std::string& sql) {
    duckdb_result result;
    if (duckdb_query(connection_, sql.c_str(), &result) == DuckDBError) throw std::runtime_error(duckdb_result_error(&result));
    duckdb_destroy_result(&result);
  }
  void insert(const Table& table, const Row& row) {
    const std::string sql = insert_statement(table, "store.main");
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      duckdb_prepared_statement statement = nullptr;
      if (duckdb_prepare(connection_, sql.c_str(), &statement) == DuckDBError) throw std::runtime_error(duckdb_prepare_error(statement));
      found = statements_.emplace(sql, statement).first;
    }
    for (idx_t i = 0; i < row.size(); ++i) bind(found->second, i + 1, row[i]);
    duckdb_result result;
    if (duckdb_execute_prepared(found->second, &result) == DuckDBError) throw std::runtime_error(duckdb_result_error(&result));
    duckdb_destroy_result(&result);
  }
  static void bind(duckdb_prepared_statement statement, idx_t index, const duck::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      duckdb_bind_varchar_length(statement, index, text->data(), text->size());
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      duckdb_bind_int64(statement, index, *integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
      duckdb_bind_double(statement, index, *real);
    } else if (const auto* boolean = std::get_if<bool>(&value)) {
      duckdb_bind_boolean(statement, index, *boolean);
    } else if (const auto* time = std::get_if<Timestamp>(&value)) {
      duckdb_bind_timestamp(statement, index, duckdb_timestamp{time->microseconds});
    } else {
      duckdb_bind_null(statement, index);
    }
  }

  fs::path file_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  std::map<std::string, duckdb_prepared_statement> statements_;
};

/// A run's rows and an audit row of the same shape as the store's, made before the clock starts.
std::pair<RunRows, Row> peer_rows(std::int64_t number) {
  StoredRun stored;
  stored.run = full_run_of_20_kb(number);
  stored.run.metadata.run_id = core::new_uuid();
  stored.run.metadata.updated_at = now();
  stored.configuration_hash = core::sha256_hex(stored.run.metadata.run_id);
  stored.details.content_hash = content_hash(stored.run);
  stored.details.actor = "bench";
  stored.details.source = "bench";
  RunRows rows = rows_of(stored);
  const std::string hash(64, 'a');
  Row audit{number, now(), std::string("bench"), std::string("session"), std::string("bench"), std::string("save"), stored.run.metadata.run_id,
            std::int64_t{1}, std::string("{}"), hash, duck::Value(), hash, hash, stored.details.row_hash, duck::Value(), hash, hash};
  return {std::move(rows), std::move(audit)};
}

// --- cases ----------------------------------------------------------------------------------------------------------

Run new_full_run(std::int64_t number) {
  Run run = full_run_of_20_kb(number);
  run.configuration.algorithm_config.set("unique", core::new_uuid());  // a configuration of its own, as the peer's
  return run;
}

void case_save() {
  constexpr int rounds = 100;
  std::vector<double> lease_medians;
  for (const std::int64_t size : {1'000, 10'000, 100'000}) {
    const fs::path original = filled_store("full", size, full_run_of_20_kb);
    Figures ours;
    Figures cycle;
    {
      const Scratch scratch(original);
      RunStore store(options_for(scratch.path()));
      std::vector<Run> runs;
      for (int i = 0; i < 2 * rounds + 1; ++i) runs.push_back(new_full_run(size + i));
      store.save(runs.back(), {});
      {
        const auto hold = store.hold(RunStore::HoldFor::writing);
        ours = measure(rounds, [&](int round) { store.save(runs[static_cast<std::size_t>(round)], {}); });
      }
      cycle = measure(rounds, [&](int round) { store.save(runs[static_cast<std::size_t>(rounds + round)], {}); });
    }
    const Scratch scratch(original);
    RawWriter raw(scratch.path());
    std::vector<std::pair<RunRows, Row>> rows;
    for (int i = 0; i < 2 * rounds + 1; ++i) rows.push_back(peer_rows(size + i));
    raw.attach();
    raw.save(rows.back().first, rows.back().second);
    const Figures peer = measure(rounds, [&](int round) { raw.save(rows[static_cast<std::size_t>(round)].first, rows[static_cast<std::size_t>(round)].second); });
    raw.detach();
    const Figures peer_cycle = measure(rounds, [&](int round) {
      raw.attach();
      raw.save(rows[static_cast<std::size_t>(rounds + round)].first, rows[static_cast<std::size_t>(rounds + round)].second);
      raw.detach();
    });
    print(fmt::format("save of 20 KB in a lease, {} stored", size), ours, 7);
    print_ratio(fmt::format("  against raw calls, {} stored", size), ours, peer, 1.5);
    print_ratio(fmt::format("save as open-save-close, {} stored", size), cycle, peer_cycle, 1.5);
    lease_medians.push_back(ours.median);
  }
  fmt::print("flat: 100,000 stored against 1,000 stored: {:.2f} x (limit 1.5)\n", lease_medians.back() / lease_medians.front());
}

/// One save in a fresh process, timed from inside (the lease) and from outside (the whole process).
void case_cold() {
  for (const std::int64_t size : {1'000, 100'000}) {
    const Scratch scratch(filled_store("full", size, full_run_of_20_kb));
    std::vector<double> inside;
    for (int round = 0; round < 15; ++round) {
      int ends[2];
      if (::pipe(ends) != 0) return;
      const pid_t child = ::fork();
      if (child == 0) {
        const Run run = new_full_run(size + round);
        const auto start = Clock::now();
        RunStore store(options_for(scratch.path()));
        store.save(run, {});
        const double time = milliseconds_since(start);
        [[maybe_unused]] const auto written = ::write(ends[1], &time, sizeof time);
        ::_exit(0);
      }
      ::close(ends[1]);
      double time = 0;
      [[maybe_unused]] const auto got = ::read(ends[0], &time, sizeof time);
      ::close(ends[0]);
      ::waitpid(child, nullptr, 0);
      inside.push_back(time);
    }
    std::sort(inside.begin(), inside.end());
    print(fmt::format("cold save of a fresh process's lease, {} stored", size), {inside[7], inside[13], inside.back()}, 25);
  }
}

void case_batch() {
  const fs::path file = fs::path(PLANWISE_BENCH_DIR) / "batch.duckdb";
  fs::create_directories(file.parent_path());
  for (const char* end : {"", ".wal"}) fs::remove(file.string() + end);
  RunStore store(options_for(file));
  store.save(slim_run(0), {});
  constexpr std::int64_t count = 40'000;
  std::vector<Run> runs;
  for (std::int64_t i = 1; i <= count; ++i) runs.push_back(slim_run(i));
  const auto start = Clock::now();
  (void)store.save_all(std::move(runs), {});
  const double rate = static_cast<double>(count) / milliseconds_since(start) * 1000;
  fmt::print("{:<58} {:>9.0f} runs/s                                   limit 20000 {}\n", "batch save of slim runs", rate, rate >= 20'000 ? "met" : "NOT met");
}

void case_load() {
  for (const std::int64_t size : {1'000, 100'000}) {
    const Scratch scratch(filled_store("full", size, full_run_of_20_kb));
    RunStore store(options_for(scratch.path()));
    ListRequest request;
    request.limit = 100;
    std::vector<std::string> ids;
    for (const RunSummary& run : store.list(request).runs) ids.push_back(run.run_id);
    const auto hold = store.hold(RunStore::HoldFor::reading);
    (void)store.load(ids.back());
    print(fmt::format("load of 20 KB in a lease, {} stored", size), measure(99, [&](int round) { (void)store.load(ids[static_cast<std::size_t>(round)]); }), 3);
  }
}

void case_search() {
  for (const std::int64_t size : {10'000, 100'000, 1'000'000}) {
    const Scratch scratch(filled_store("slim", size, slim_run));
    RunStore store(options_for(scratch.path()));
    const auto hold = store.hold(RunStore::HoldFor::reading);
    const auto page = [&](const std::string& query, const std::string& sort, const std::string& what, double limit) {
      ListRequest request;
      request.query = query;
      request.sort = sort;
      (void)store.list(request);
      print(fmt::format("{}, {} runs", what, size), measure(15, [&](int round) {
              request.limit = 50 + round % 2 + (round / 2) * 2;  // never the page shown before
              (void)store.list(request);
            }),
            limit);
    };
    page("", "", "newest 50", 10);
    page("\"iteration 77\"", "", "text search", 150);
    page("nothing_has_this", "", "text search without a match", 150);
    page("type:advanced_scipy status:completed objective<0.3", "", "filter by type, status, objective", 150);
    page("param.cola_rate>=0.05", "", "range of a parameter", 120);
    page("", "-param.cola_rate", "sort by a parameter", 120);
    print(fmt::format("overview counts, {} runs", size), measure(15, [&](int) { (void)store.overview(); }), 40);
  }
}

void case_crash() {
  const Scratch scratch(filled_store("full", 10'000, full_run_of_20_kb));
  const pid_t child = ::fork();
  if (child == 0) {
    RunStore store(options_for(scratch.path()));
    const auto hold = store.hold(RunStore::HoldFor::writing);
    for (std::int64_t i = 0;; ++i) store.save(new_full_run(i), {});
  }
  std::this_thread::sleep_for(std::chrono::seconds(2));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  RunStore store(options_for(scratch.path()));
  print("first answer after kill -9 in the middle of saving", measure(1, [&](int) { (void)store.list({}); }), 1000);
}

double process_time(const std::vector<std::string>& arguments, std::int64_t* peak_kb = nullptr) {
  const auto start = Clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT
    argv.push_back(nullptr);
    [[maybe_unused]] FILE* out = std::freopen("/dev/null", "w", stdout);
    [[maybe_unused]] FILE* err = std::freopen("/dev/null", "w", stderr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  int status = 0;
  struct rusage usage {};
  ::wait4(child, &status, 0, &usage);
  if (peak_kb != nullptr) *peak_kb = usage.ru_maxrss;
  if (status != 0) fmt::print("  (status {})\n", status);
  return milliseconds_since(start);
}

void case_process() {
  for (const auto& [size, limit] : {std::pair<std::int64_t, double>{1'000, 50}, {1'000'000, 70}}) {
    const Scratch scratch(filled_store("slim", size, slim_run));
    const std::vector<std::string> command{PLANWISE_BINARY, "--db", scratch.path().string(), "list", "-q"};
    (void)process_time(command);
    std::vector<double> times;
    for (int round = 0; round < 15; ++round) times.push_back(process_time(command));
    std::sort(times.begin(), times.end());
    print(fmt::format("planwise list as a whole process, {} runs", size), {times[7], times[13], times.back()}, limit);
  }
}

void case_export() {
  const Scratch scratch(filled_store("full", 100'000, full_run_of_20_kb));
  for (const char* format : {"json", "csv", "parquet", "pickle", "excel"}) {
    const fs::path target = fs::path(PLANWISE_BENCH_DIR) / fmt::format("export-{}", format);
    fs::remove_all(target);
    std::int64_t peak = 0;
    const double time = process_time({PLANWISE_BINARY, "--db", scratch.path().string(), "export", "--all", "--format", format, "--to", target.string()}, &peak);
    fmt::print("{:<58} {:>9.0f} MB  in {:.0f} s                           limit   256 MB {}\n", fmt::format("peak memory of exporting 100,000 runs as {}", format),
               static_cast<double>(peak) / 1024, time / 1000, peak < 256 * 1024 ? "met" : "NOT met");
    std::fflush(stdout);
    fs::remove_all(target);
  }
}

const std::vector<std::pair<std::string, void (*)()>> cases{{"save", case_save},     {"cold", case_cold},   {"batch", case_batch},     {"load", case_load},
                                                            {"search", case_search}, {"crash", case_crash}, {"process", case_process}, {"export", case_export}};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> wanted(argv + 1, argv + argc);
  if (wanted == std::vector<std::string>{"--list"}) {
    for (const auto& [name, work] : cases) fmt::print("{}\n", name);
    return 0;
  }
  for (const auto& [name, work] : cases) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
    fmt::print("--- {}\n", name);
    work();
  }
  return 0;
}
