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
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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
  /// A simulation database, a folder of Parquet, or a census (.csv, .parquet file).
  std::filesystem::path source;
  std::filesystem::path settings_file;  ///< TOML; groups that the database has no table for. Empty: the defaults.
  std::filesystem::path lever_file;     ///< Empty: PLANWISE_LEVERS, else the shipped schema.
  std::filesystem::path cache_folder;   ///< Empty: PLANWISE_CACHE_DIR, else planwise_optimization_cache in the temporary folder.
  bool use_cache = true;
  SimulationDatabaseOptions database;
};

/// What to simulate.
struct ScenarioRequest {
  int first_year = 0, last_year = 0;  ///< 0: the settings'.
  std::vector<LeverPlan> levers;      ///< Put over the database's in their order.
  LockRule locks = LockRule::honour;
  std::uint64_t seed = 42;
  DbtBehaviour dbt;
  SimulationDetail detail = SimulationDetail::summary;
  unsigned threads = 0;
};

struct Scenario {
  SimulationInput input;        ///< What was simulated, for writing and for provenance (people included).
  SimulationResult result;
  std::vector<PlanRemark> remarks;  ///< Levers that a lock or a year kept from being taken, and locks gone over.
  std::vector<std::string> notes;
  std::string fingerprint;      ///< Of the data it ran on.
};

/// A figure of one year over many seeds.
struct SeedBand {
  int year = 0;
  std::string figure;  ///< "active_headcount", "active_compensation", "active_mean", "active_median", "prorated_compensation".
  double p10 = 0, p50 = 0, p90 = 0, mean = 0;
  std::optional<double> chance_above_budget;  ///< Of active_compensation, when a budget is given.
};
struct SeedBands {
  std::int64_t seeds = 0;
  std::vector<SeedBand> bands;
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
  /// Seeds first_seed to first_seed + count - 1, on all cores; the same figures on any number of threads.
  [[nodiscard]] SeedBands simulate_seeds(const ScenarioRequest& request, std::int64_t count, std::optional<double> budget,
                                         const std::function<bool(std::int64_t done, std::int64_t total)>& progress = {});
  [[nodiscard]] const SimulationDatabase& database() const;  ///< Throws wrong_state for a census.
  [[nodiscard]] const LeverSchema& schema() const noexcept;
  [[nodiscard]] CacheStatistics cache_statistics();
  void clear_cache();
  /// Fills the caches with the summaries of all years. Returns how many were computed.
  std::int64_t warm_cache();

  struct Parts;  ///< Internal.

 private:
  std::unique_ptr<Parts> parts_;
};

/// The several-years shape {year_summaries, yoy_metrics, overall} of a simulated scenario, as of a database.
[[nodiscard]] Json to_json(const Scenario& scenario);
[[nodiscard]] Json to_json(const SeedBands& bands);
/// Writes a scenario simulated with SimulationDetail::rows as dbt's tables.
void write_scenario(const Scenario& scenario, const std::filesystem::path& target, const SimulationTablesOptions& options = {});

}  // namespace planwise
