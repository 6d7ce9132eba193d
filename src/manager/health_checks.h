/// \file
/// The parts of a health report that are about what surrounds the store.
#pragma once

#include <chrono>
#include <filesystem>

#include "planwise/health.h"

namespace planwise::manager {

/// Lines "simulation", "simulation tables" and "recent data"; one line where there is none, or it cannot be opened.
/// `file` empty: what PLANWISE_SIMULATION names.
void add_simulation_lines(HealthReport& report, std::filesystem::path file, std::chrono::milliseconds deadline);
/// Whether the cache's folder can be used, its mode, and how it fares. Makes nothing.
[[nodiscard]] HealthLine cache_line();
/// Whether the schema of the levers in force can be read.
[[nodiscard]] HealthLine levers_line();
/// The log that this process writes, if any.
[[nodiscard]] HealthLine log_line();

}  // namespace planwise::manager
