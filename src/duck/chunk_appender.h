/// \file
/// Many rows into one table, cell by cell, straight into DuckDB's column vectors: several times faster than Appender.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "duck/connection.h"

namespace planwise::duck {

/// Cells of a row are put in the order of the columns; end_row() ends it. A cell of another type than its column's is
/// Error(internal). Not for several threads at once.
///
///     ChunkAppender rows(connection, "target", "t");   // (employee_id VARCHAR, pay DOUBLE, hired TIMESTAMP)
///     rows.text("A").real(70000).date(20000);
///     rows.end_row();
///     rows.close();
class ChunkAppender {
 public:
  ChunkAppender(Connection& connection, const std::string& catalog, const std::string& table);
  ~ChunkAppender();
  ChunkAppender(const ChunkAppender&) = delete;
  ChunkAppender& operator=(const ChunkAppender&) = delete;

  ChunkAppender& text(std::string_view value);
  /// DOUBLE; NaN is NULL.
  ChunkAppender& real(double value);
  /// INTEGER or BIGINT.
  ChunkAppender& integer(std::int64_t value);
  ChunkAppender& boolean(bool value);
  /// DATE or TIMESTAMP (midnight), of days since 1970-01-01.
  ChunkAppender& date(std::int32_t days);
  ChunkAppender& null();
  void end_row();
  /// Hands over what is left. Throws what DuckDB reports.
  void close();

 private:
  void fetch_vectors();
  void flush();
  [[noreturn]] void mismatch(const char* given) const;

  std::string table_;
  duckdb_appender appender_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<duckdb_type> types_;
  std::vector<duckdb_vector> vectors_;
  std::vector<void*> data_;
  std::vector<std::uint64_t*> validity_;  // nullptr until a NULL is put
  std::size_t row_ = 0, column_ = 0, capacity_ = 0;
};

}  // namespace planwise::duck
