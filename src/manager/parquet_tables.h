/// \file
/// Parquet files through DuckDB: the TableWriter and TableReader that the Parquet format asks for.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "exchange/table_writer.h"

namespace planwise::manager {

/// Rows are collected in a temporary database beside `file` and copied out at the end, so that memory stays below a
/// fixed limit whatever the number of rows. Same rows, same bytes.
[[nodiscard]] std::unique_ptr<exchange::TableWriter> parquet_table_writer(const std::filesystem::path& file,
                                                                          const std::vector<exchange::Column>& columns);

[[nodiscard]] std::unique_ptr<exchange::TableReader> parquet_table_reader(const std::filesystem::path& file,
                                                                          const std::vector<std::string>& columns);

}  // namespace planwise::manager
