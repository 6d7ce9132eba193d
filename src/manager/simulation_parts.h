/// \file
/// What a SimulationService consists of, for its own files.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/file_cache.h"
#include "cache/session_cache.h"
#include "manager/settings_file.h"
#include "planwise/simulation_service.h"

namespace planwise {

/// Everything that a simulation starts from, read once as long as the data stay the same.
struct LoadedModel {
  std::string signature;  ///< Of the data it was read from.
  StartingPeople start;
  SimulationSettings settings;
  EffectiveLevers levers;  ///< Empty values where the source has none.
  std::vector<std::string> warnings, notes;
};

struct SimulationService::Parts {
  explicit Parts(SimulationServiceOptions given);

  SimulationServiceOptions options;
  LeverSchema schema;
  manager::SettingsFile file;
  std::optional<SimulationDatabase> database;

  [[nodiscard]] std::string signature() const;
  /// `first_year`: 0, or the first year asked for; a census is read as of the year before.
  [[nodiscard]] std::shared_ptr<const LoadedModel> model(int first_year);
  /// Input and the rest of a scenario, without a result.
  [[nodiscard]] Scenario prepared(const ScenarioRequest& request);

  /// The kept value of `what` for these years, else that of `compute`, kept unless it tells an error or the data
  /// changed meanwhile. `computed` counts.
  [[nodiscard]] Json cached(std::string_view what, int first_year, int last_year, const std::function<Json()>& compute,
                            std::int64_t* computed = nullptr);
  cache::SessionCache session_cache;
  std::unique_ptr<cache::FileCache> file_cache;  ///< nullptr without a file cache.

 private:
  [[nodiscard]] LoadedModel load(int first_year) const;
  void load_levers(LoadedModel& model) const;
  /// Notes on where each group of settings comes from.
  void say_origins(LoadedModel& model) const;
  void load_people(LoadedModel& model, int first_year) const;
  std::mutex mutex_;  // over model_
  std::shared_ptr<const LoadedModel> model_;
  int model_first_year_ = 0;
};

}  // namespace planwise
