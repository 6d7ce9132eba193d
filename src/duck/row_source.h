/// \file
/// Rows that this program makes, as a table function of DuckDB: a statement on one thread reads what another one adds,
/// with no more than a few batches in memory in between.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "duck/connection.h"

namespace planwise::duck {

/// Runs one statement over rows of texts (absent: NULL) while they are added.
///
///     RowSource rows(connection, "rows", {"a", "b"}, "COPY (SELECT a::INTEGER, b FROM rows()) TO 'x.parquet'");
///     rows.add({"1", std::nullopt});
///     rows.finish();
///
/// Where batches begin depends on the rows alone, so that the same rows give the same file. The connection belongs to
/// the statement until finish() or the destructor returns.
class RowSource {
 public:
  using Row = std::vector<std::optional<std::string>>;

  RowSource(Connection& connection, const std::string& name, std::vector<std::string> columns, std::string statement);
  /// Makes the statement fail unless it was finished, and waits for its end.
  ~RowSource();
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;

  /// Waits while the statement is behind. Throws what the statement has failed with.
  void add(Row row);
  /// Waits for the statement to end. Throws what it has failed with.
  void finish();

 private:
  struct Channel;
  void hand_over();
  void join() noexcept;

  std::shared_ptr<Channel> channel_;
  std::vector<Row> batch_;
  std::size_t batch_bytes_ = 0;
  std::thread worker_;
};

}  // namespace planwise::duck
