/// \file
/// One database file as this process uses it: opened for moments only, so that other processes get it in between.
///
///     auto file = planwise::duck::DatabaseFile::at("planwise.duckdb");
///     planwise::duck::Lease lease = file->lease(planwise::duck::Access::write, std::chrono::seconds(2));
///     lease.connection().query("INSERT INTO store.main.t VALUES (?)", {std::int64_t{1}});
///
/// How: each process keeps one in-memory DuckDB instance a file; a lease is ATTACH and DETACH of the file in it under
/// the name `store`, or another that the lease asks for. One lease a process at a time (a nested lease of the same
/// thread joins the outer one); threads queue in order of arrival. A lease is handed from thread to thread without
/// DETACH for at most 1 s, then the file is let go for at least 50 ms.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "duck/connection.h"
#include "duck/file_locks.h"

namespace planwise::duck {

enum class Access {
  read,
  write,
  none,  ///< The file is let go of and nobody else in this process opens it meanwhile: for opening it by other means.
};

class DatabaseFile;

/// The file is attached under its alias while this lives. Release it as soon as the work is done.
class Lease {
 public:
  Lease(Lease&& other) noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  [[nodiscard]] Connection& connection() const noexcept;
  [[nodiscard]] Access access() const noexcept;
  /// Throws io when this process has lost its lock on the file. Called at BEGIN and before COMMIT.
  void check_lock() const;

 private:
  friend class DatabaseFile;
  explicit Lease(std::shared_ptr<DatabaseFile> file) : file_(std::move(file)) {}
  std::shared_ptr<DatabaseFile> file_;
};

class DatabaseFile : public std::enable_shared_from_this<DatabaseFile> {
 public:
  /// The process's one object for this path (by identity of the file, else by absolute path). Opens nothing.
  [[nodiscard]] static std::shared_ptr<DatabaseFile> at(const std::filesystem::path& path);

  ~DatabaseFile();
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;

  /// Waits for the other threads of this process and for other processes, at most until the deadline; then busy,
  /// naming who holds the file. Access::write creates a file that is not there (mode 0600); read is not_found.
  /// `alias` is the catalog's name in SQL: views inside a file may name the catalog they were made in. Leases of
  /// different aliases take turns like any others; within one of this thread another alias is an internal error.
  [[nodiscard]] Lease lease(Access access, std::chrono::milliseconds deadline, std::string_view alias = "store");

  [[nodiscard]] const std::filesystem::path& path() const noexcept;
  [[nodiscard]] FileSignature signature() const { return signature_of(path()); }

  /// Rewrites the write-ahead log into the file when it has reached `wal_bytes`. Needs a write lease of the caller.
  void checkpoint(std::int64_t wal_bytes);

  /// Within a write lease: copies file and write-ahead log byte by byte to `target` (mode 0600, must not exist, synced)
  /// from a forked child, since reading them in this process would drop the lock. `progress` gets bytes.
  void copy_bytes(const std::filesystem::path& target, const std::function<bool(std::int64_t, std::int64_t)>& progress);

  /// Within a write lease as `store`: lets `build` fill a new file attached as `fresh`, then puts it in place of this
  /// one in one rename. The lease stays on the new file.
  void replace_by(const std::function<void(Connection&)>& build);

 private:
  friend class Lease;
  struct State;
  explicit DatabaseFile(std::filesystem::path path);
  void attach(Access access, std::chrono::steady_clock::time_point deadline, std::string_view alias);
  void detach() noexcept;
  void release() noexcept;
  State& state();

  std::unique_ptr<State> state_;
};

/// BEGIN and COMMIT with the lock checked at both ends.
class FileTransaction {
 public:
  explicit FileTransaction(Lease& lease);
  void commit();

 private:
  Lease& lease_;
  Transaction transaction_;
};

}  // namespace planwise::duck
