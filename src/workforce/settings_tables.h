/// \file
/// The model's settings as dbt's config_ tables, and those that dbt has no table of as one of our own, written and
/// read.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "duck/connection.h"
#include "planwise/simulation.h"

namespace planwise::workforce {

/// Name and value of every number that dbt keeps outside its tables: rates, hires by level, ages of hires.
inline constexpr std::string_view own_settings_table = "config_planwise_settings";

[[nodiscard]] std::span<const std::string_view> settings_tables();

/// CREATE TABLE of each, with {0} for the catalog.
[[nodiscard]] std::string_view create_settings_tables();

/// Fills them; settings_from() of what was written gives `settings` again, its years and outlier_pay apart.
void write_settings(duck::Connection& connection, const std::string& catalog, const SimulationSettings& settings);

/// Calls `visit(name, value)` for each row of own_settings_table: to fill it, or to put what was read over `settings`.
void visit_own_settings(SimulationSettings& settings,
                        const std::function<void(const std::string& name, double& value)>& visit);

}  // namespace planwise::workforce
