/// \file
/// What can be imported: telling what a path holds by its content, and reading its runs.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/run.h"
#include "store/run_store.h"

namespace planwise::manager {

enum class SourceKind { json, pickle, csv, parquet, database, excel };

/// Throws unsupported, with the first bytes, for what is none of them.
[[nodiscard]] SourceKind kind_of(const std::filesystem::path& path, std::chrono::milliseconds deadline);
[[nodiscard]] std::string_view name_of(SourceKind kind);

/// Every run of the file, folder or database. A database is read from a private copy that is migrated there with
/// `like` as options, so that the file itself is never written.
[[nodiscard]] std::vector<Run> runs_of(const std::filesystem::path& path, SourceKind kind, const std::string& zone,
                                       const store::StoreOptions& like);

}  // namespace planwise::manager
