/// \file
/// Simulations as a caller wants them: from a database or a census, with levers changed, compared, over many seeds,
/// summaries from caches that never serve old figures.
///
///     planwise::SimulationServiceOptions options;
///     options.source = "simulation.duckdb";
///     planwise::SimulationService service(options);
///     planwise::ScenarioRequest request;
///     request.levers = {planwise::LeverPlan{planwise::Json::parse(R"({"cola_rate": 0.03})"), {}}};
///     planwise::Scenario scenario = service.simulate(request);
///
/// What is simulated comes, piece by piece, from the first that has it: the tables of the database, the settings file,
/// the defaults. Notes say what came from where.
///
/// Errors: those of planwise/workforce.h for reading; invalid_argument naming what does not fit, its value and what is
/// allowed (a lever that nobody knows with near names, a value outside its bounds, years that do not follow the
/// people); cancelled. A cache that cannot be used is told in the log, and never a reason to fail.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "planwise/health.h"
#include "planwise/json.h"
#include "planwise/levers.h"
#include "planwise/simulation.h"
#include "planwise/workforce.h"

namespace planwise {

struct SimulationServiceOptions {
  /// A simulation database, a folder of Parquet, or a census (.csv, .parquet file). May be empty with `census`.
  std::filesystem::path source;
  std::filesystem::path census;         ///< The people, in place of the source's. Empty: the source's.
  std::filesystem::path settings_file;  ///< TOML: what the database has no table of. Empty: the defaults.
  std::filesystem::path lever_file;     ///< Empty: PLANWISE_LEVERS, else the shipped schema.
  /// Empty: PLANWISE_CACHE_DIR, else planwise_optimization_cache in the temporary folder.
  std::filesystem::path cache_folder;
  bool use_cache = true;
  SimulationDatabaseOptions database;
};

/// What to simulate.
struct ScenarioRequest {
  /// 0: the settings'. The first year follows the people: it is the settings' unless they come from a census, which is
  /// read as of the end of the year before it.
  int first_year = 0, last_year = 0;
  std::vector<LeverPlan> levers;  ///< Put over the database's in their order.
  LockRule locks = LockRule::honour;
  std::uint64_t seed = 42;
  DbtBehaviour dbt;
  SimulationDetail detail = SimulationDetail::summary;
  unsigned threads = 0;  ///< 0: as many as the machine has. Never changes a byte.
  /// Asked after each year of simulate(); false ends it with Error(cancelled).
  std::function<bool(int years_done, int years_total)> progress;
};

struct Scenario {
  SimulationInput input;  ///< What was simulated, for writing and for provenance (people included).
  SimulationResult result;
  std::map<int, LeverLocks> locks;    ///< As the database has them; for writing.
  std::vector<PlanRemark> remarks;    ///< Levers that a lock or a year kept from being taken, and locks gone over.
  std::vector<std::string> warnings;  ///< What a default stands in for, and what was doubtful in the people.
  std::vector<std::string> notes;     ///< Where people, settings and levers came from, piece by piece.
  std::string signature;              ///< Of the data it ran on, as DataFingerprint::signature.
};

/// A figure of one year over many seeds.
struct SeedBand {
  int year = 0;
  std::string
      figure;  ///< "active_headcount", "active_compensation", "active_mean", "active_median", "prorated_compensation".
  double p10 = 0, p50 = 0, p90 = 0, mean = 0;
  std::optional<double> chance_above_budget;  ///< Of active_compensation, when a budget is given.
};
struct SeedBands {
  std::int64_t seeds = 0;
  std::optional<double> budget;
  std::vector<SeedBand> bands;      ///< By year, then figure.
  std::vector<PlanRemark> remarks;  ///< As of Scenario.
  std::vector<std::string> warnings, notes;
};

/// Calls are safe from several threads.
class SimulationService {
 public:
  explicit SimulationService(SimulationServiceOptions options);
  ~SimulationService();
  SimulationService(SimulationService&&) noexcept;
  SimulationService& operator=(SimulationService&&) noexcept;

  /// Shapes of simulation-database summaries; from the caches when the data have not changed.
  [[nodiscard]] Json summary(int year);
  [[nodiscard]] Json summaries(int first_year, int last_year);
  [[nodiscard]] Scenario simulate(const ScenarioRequest& request);
  /// Seeds request.seed to request.seed + count - 1, on request.threads threads; the same figures on any number of
  /// them. Percentiles interpolate linearly between ranks. `progress` may be called from any thread, one at a time;
  /// false ends the call with Error(cancelled). count: 1 to 1,000,000.
  [[nodiscard]] SeedBands simulate_seeds(
      const ScenarioRequest& request, std::int64_t count, std::optional<double> budget,
      const std::function<bool(std::int64_t done, std::int64_t total)>& progress = {});
  [[nodiscard]] const SimulationDatabase& database() const;  ///< Throws wrong_state for a census.
  [[nodiscard]] bool has_database() const noexcept;
  [[nodiscard]] const LeverSchema& schema() const noexcept;
  /// Of the database, or of the census file (without content).
  [[nodiscard]] DataFingerprint fingerprint(bool with_content = false) const;
  /// Of the file cache; of the one in memory when files are not used.
  [[nodiscard]] CacheStatistics cache_statistics();
  void clear_cache();
  /// Fills the caches with the summaries of all years. Returns how many were computed.
  std::int64_t warm_cache();

  struct Parts;  ///< Internal.

 private:
  std::unique_ptr<Parts> parts_;
};

/// The several-years shape {year_summaries, yoy_metrics, overall} of a simulated scenario, with the very keys that
/// SimulationDatabase::summaries() gives for the scenario written as tables.
[[nodiscard]] Json to_json(const Scenario& scenario);
[[nodiscard]] Json to_json(const SeedBands& bands);
/// Writes a scenario simulated with SimulationDetail::rows as dbt's tables. Errors of SimulationTables.
void write_scenario(const Scenario& scenario, const std::filesystem::path& target,
                    const SimulationTablesOptions& options = {});

}  // namespace planwise
