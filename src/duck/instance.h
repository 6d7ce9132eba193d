/// \file
/// An in-memory DuckDB of our own: what files are attached to, and what reads and writes Parquet.
#pragma once

#include <memory>

#include "duck/connection.h"

namespace planwise::duck {

/// Nothing is ever fetched from a network, and no checkpoint happens but those we ask for. UTC.
class Instance {
 public:
  Instance();
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  /// The connection everything runs on.
  [[nodiscard]] Connection& connection() { return *connection_; }

 private:
  duckdb_database database_ = nullptr;
  std::unique_ptr<Connection> connection_;
};

}  // namespace planwise::duck
