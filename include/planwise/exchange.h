/// \file
/// Runs in other shapes: five export formats, and what is read back.
///
///     planwise::ExportOptions options;
///     options.format = planwise::ExportFormat::excel;
///     options.target = "merit_2026.xlsx";
///     planwise::ExportReceipt receipt = manager.export_runs({"6f0c..."}, options);
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/run.h"

namespace planwise {

enum class ExportFormat { json, csv, excel, parquet, pickle };

/// "json", "csv", "excel", "parquet", "pickle".
[[nodiscard]] std::string_view to_text(ExportFormat format) noexcept;
/// Reads the names above, and "xlsx" and "pkl"; throws invalid_argument listing what is allowed.
[[nodiscard]] ExportFormat export_format_from(std::string_view text);
/// What a default file name ends in: ".json", "" (a folder), ".xlsx", ".parquet", ".pkl".
[[nodiscard]] std::string_view extension(ExportFormat format) noexcept;

enum class Overwrite { refuse, replace };
enum class SimulationData { include, leave_out };

/// Called now and then with runs done and runs in total; returning false cancels: Error(cancelled), nothing left behind.
using ProgressCallback = std::function<bool(std::int64_t done, std::int64_t total)>;

struct ExportOptions {
  ExportFormat format = ExportFormat::json;
  /// Empty: optimization_export_<run_id>_<YYYYmmdd_HHMMSS><extension> in the current folder (UTC); for a search
  /// optimization_export_<count>_runs_<...>. A folder that exists: that name inside it.
  std::filesystem::path target;
  Overwrite overwrite = Overwrite::refuse;
  SimulationData simulation_data = SimulationData::include;
  ProgressCallback progress;
};

struct ExportReceipt {
  std::string export_id;       ///< Of its record; empty when the store could not take one (told through notice).
  std::filesystem::path path;  ///< Absolute.
  std::int64_t runs = 0;
  std::int64_t file_size_bytes = 0;  ///< Of a CSV folder: the sum of its files.
};

/// A line of the export history.
struct ExportRecord {
  std::string export_id;
  std::vector<std::string> run_ids;
  std::string format, path;
  Timestamp exported_at;
  std::optional<std::string> exported_by;
  std::optional<std::int64_t> file_size_bytes;
};

struct ImportOptions {
  std::string zone;             ///< IANA name for times without one; empty: the machine's.
  bool keep_going = false;      ///< A folder: go on after a refused file.
  bool dry_run = false;         ///< Only say what would happen.
  ProgressCallback progress;
};

/// What became of one run of an imported file.
enum class ImportOutcome {
  added,    ///< New here (with dry_run: would be).
  known,    ///< The same content is here already; nothing changed.
};

struct ImportedRun {
  std::string run_id;
  ImportOutcome outcome = ImportOutcome::added;
};

/// What became of one file (or one folder that is a CSV export, or one database).
struct ImportedFile {
  std::filesystem::path path;
  std::string format;              ///< "json", "pickle", "csv", "parquet", "database".
  std::vector<ImportedRun> runs;   ///< Empty when refused: a file goes in whole or not at all.
  std::optional<std::string> refused;  ///< Why, naming file, byte offset where known, and what was found.
};

struct ImportReport {
  std::vector<ImportedFile> files;
  std::int64_t added = 0, known = 0, refused_files = 0;
};

}  // namespace planwise
