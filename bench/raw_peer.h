/// \file
/// The peer: plain calls of DuckDB's C API that do the same durable work on the same tables, without the store.
#pragma once

#include <duckdb.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "store/run_rows.h"

namespace planwise::bench {

/// One run's rows and its entry of the audit log, made before any clock starts.
struct PeerRows {
  store::RunRows run;
  store::Row audit;
};
/// Rows of a new full run, the very values the store would write. `sequence` is the audit entry's.
[[nodiscard]] PeerRows peer_rows(Run run, std::int64_t sequence);

/// Prepared INSERTs in one transaction. Same settings as the store: row groups of 2,048 rows, no checkpoint on its own.
class RawPeer {
 public:
  explicit RawPeer(std::filesystem::path file);
  ~RawPeer();
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void attach();
  void detach();
  void save(const PeerRows& rows);
  /// Many runs in one transaction by appenders.
  void save_all(const std::vector<PeerRows>& rows);
  /// Rewrites the log into the file when it has 512 KB, as the store does: otherwise every attach would replay all of it.
  void checkpoint_when_due();
  /// Reads the rows of a run by key from the five tables, every cell of them.
  [[nodiscard]] std::size_t load(const std::string& run_id);

 private:
  void run(const std::string& sql);
  duckdb_prepared_statement prepared(const std::string& sql);
  void insert(const store::Table& table, const store::Row& row);
  std::string read(const store::Table& table, std::string_view key, const std::string& value, std::size_t& bytes);

  std::filesystem::path file_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  std::map<std::string, duckdb_prepared_statement> statements_;
};

}  // namespace planwise::bench
