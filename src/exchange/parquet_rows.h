/// \file
/// Parquet exports: one row a run with nested types, written through a TableWriter. Columns for analysis are typed
/// (times, maps of parameters, lists of histories); free-form fields are JSON text. The column `document` holds the
/// run without simulation data as canonical JSON, `simulation_data` that as JSON text: the two are what is read back.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "exchange/run_writer.h"
#include "exchange/table_writer.h"

namespace planwise::exchange {

/// The columns of every Parquet export, in their order.
[[nodiscard]] const std::vector<Column>& parquet_columns();

[[nodiscard]] std::unique_ptr<RunWriter> parquet_writer(const std::filesystem::path& target,
                                                        const ExportContext& context,
                                                        const TableWriterFactory& factory);

/// Reads a file of parquet_writer(), one run in memory at a time. Throws corrupt when a run does not have the hash its
/// row states, unsupported for a file without our columns or of a later version.
void read_parquet_runs(const std::filesystem::path& file, std::string_view zone, const TableReaderFactory& factory,
                       const RunReceiver& receive);

}  // namespace planwise::exchange
