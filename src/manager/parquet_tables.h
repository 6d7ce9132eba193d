/// \file
/// Parquet files through DuckDB: the TableWriter and TableReader that the Parquet format asks for.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "exchange/table_writer.h"

namespace planwise::manager {

/// Rows go to the file as they come, in row groups of about 8 MB, so that memory stays below a fixed limit whatever
/// their number. Same rows, same bytes. Destroyed before finish() it leaves half a file: the caller removes it.
[[nodiscard]] std::unique_ptr<exchange::TableWriter> parquet_table_writer(const std::filesystem::path& file,
                                                                          const std::vector<exchange::Column>& columns);

[[nodiscard]] std::unique_ptr<exchange::TableReader> parquet_table_reader(const std::filesystem::path& file,
                                                                          const std::vector<std::string>& columns);

}  // namespace planwise::manager
