/// \file
/// The model's settings and levers out of a TOML file, for what a simulation database has no table of.
///
///     [years]
///     start = 2025
///     end = 2029
///     [rates]
///     target_growth = 0.03
///     [[level]]
///     level = 1
///     minimum = 56000
///     maximum = 80000
///     [levers]
///     cola_rate = 0.025
///     [levers.2026]
///     cola_rate = 0.03
///
/// docs/simulation.md lists every key. Internal to manager.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "planwise/json.h"
#include "planwise/simulation.h"

namespace planwise::manager {

struct SettingsFile {
  SimulationSettings settings;                  ///< The defaults with what the file says put over them.
  ByLevel<std::optional<double>> hire_maximum;  ///< Those that the file names: no database has a table of them.
  std::optional<double> outlier_pay;
  std::optional<int> start_year, end_year;  ///< Where the file names them.
  Json levers = Json::object();             ///< By flat name, for every year.
  std::map<int, Json> levers_by_year;
};

/// Throws not_found, denied, io, and invalid_argument naming file, line, key, value and what is allowed.
[[nodiscard]] SettingsFile read_settings_file(const std::filesystem::path& file);
[[nodiscard]] SettingsFile settings_from_toml(std::string_view text, std::string_view origin);

}  // namespace planwise::manager
