/// \file
/// An in-memory DuckDB of our own: what files are attached to, and what reads and writes Parquet.
#pragma once

#include <memory>
#include <string>

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

/// Keeps what DuckDB holds in memory, its cache of the file included, below a limit while this lives: for walks over a
/// whole store, which would fill the machine with pages that are read once.
class MemoryLimit {
 public:
  /// `limit` as DuckDB spells it: "64MB".
  MemoryLimit(Connection& connection, const std::string& limit);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  Connection& connection_;
};

}  // namespace planwise::duck
