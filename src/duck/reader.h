/// \file
/// A database file opened read-only by a DuckDB that can do nothing but read it: external access, ATTACH, COPY to files
/// and extension loading are off, and its settings cannot be changed.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "duck/connection.h"
#include "planwise/json.h"

namespace planwise::duck {

/// Rows whose every column was cast to text by DuckDB; json() turns numbers and booleans back.
class TextRows {
 public:
  TextRows(Rows rows, std::vector<std::string> columns, std::vector<duckdb_type> types)
      : rows_(std::move(rows)), columns_(std::move(columns)), types_(std::move(types)) {}
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  bool next() { return rows_.next(); }
  [[nodiscard]] Json json(std::size_t column) const;

 private:
  Rows rows_;
  std::vector<std::string> columns_;
  std::vector<duckdb_type> types_;
};

class Reader {
 public:
  /// Waits for other processes until the deadline. The caller sees to it that this process has the file open nowhere
  /// else (Access::none).
  Reader(const std::filesystem::path& path, std::chrono::milliseconds deadline);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
  /// One statement that selects (SELECT, WITH, FROM, VALUES, SHOW, DESCRIBE, EXPLAIN); anything else is denied.
  [[nodiscard]] TextRows select(std::string_view sql) const;

 private:
  duckdb_database database_ = nullptr;
  std::unique_ptr<Connection> connection_;
};

}  // namespace planwise::duck
