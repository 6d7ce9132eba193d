/// \file
/// The tables of a CSV export: their names, columns and how a JSON value stands in a cell. Internal to exchange.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/csv_text.h"
#include "planwise/json.h"

namespace planwise::exchange {

struct CsvTable {
  std::string file;
  std::vector<std::string> columns;
};

/// runs.csv: one row a run.
[[nodiscard]] const CsvTable& runs_table();
/// The tables with any number of rows a run, each beginning with run_id, in the order of these names.
enum class Detail {
  objectives,
  constraints,
  parameters,
  parameter_history,
  objective_history,
  objective_breakdown,
  warnings,
  violations,
  simulation_data
};
inline constexpr std::size_t detail_count = 9;
[[nodiscard]] const CsvTable& detail_table(Detail detail);
/// export.csv: facts of the export by name. manifest.csv: file, rows, sha256 of every other file.
[[nodiscard]] const CsvTable& export_table();
[[nodiscard]] const CsvTable& manifest_table();

/// How a column of runs.csv holds the value at section.column of a run's document.
enum class CellForm { text, number, boolean, json };
struct RunField {
  std::string_view section;  ///< "metadata", "configuration", "results", or "" for the document itself.
  std::string_view column;
  CellForm form;
};
/// The columns of runs.csv that are fields of the run, in their order; the rest is run_version, content_hash,
/// exported_hash, has_simulation_data.
[[nodiscard]] const std::vector<RunField>& run_fields();
/// Fields that stand in tables of their own, and in runs.csv as JSON text only when rows cannot hold them.
[[nodiscard]] const std::vector<RunField>& spread_fields();

/// True for a number and for the text of a non-finite one: what a number cell holds.
[[nodiscard]] bool fits_number_cell(const Json& value) noexcept;
/// Null is a missing cell. Only for what fits_number_cell() or is null.
[[nodiscard]] CsvCell number_cell(const Json& value);
/// nullopt when the cell is no such text; null for a missing one.
[[nodiscard]] std::optional<Json> from_number_cell(const CsvCell& cell);

}  // namespace planwise::exchange
