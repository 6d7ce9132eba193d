/// \file
/// What tables may take the place of: only what this program wrote as tables of a simulation before.
#pragma once

#include <filesystem>
#include <span>

#include "planwise/workforce.h"

namespace planwise::workforce {

/// Throws already_exists when `target` is, holds or lies within one of the `kept`, whether or not it is to be replaced.
void refuse_kept(const std::filesystem::path& target, std::span<const KeptPath> kept);

/// Throws already_exists for a database that holds a store of runs, or tables or views other than those that
/// SimulationTables writes, and for a file that is no database. An empty file may be replaced.
void refuse_foreign_database(const std::filesystem::path& target);

/// The same for a folder: anything else than Parquet files of those tables.
void refuse_foreign_folder(const std::filesystem::path& target);

}  // namespace planwise::workforce
