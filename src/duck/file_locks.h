/// \file
/// What the operating system knows about a database file, without ever opening it: opening and closing it by any other
/// means in this process would drop DuckDB's own lock on it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace planwise::duck {

/// Which file on disk. Compares equal for hard links and after a rename.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// Changes whenever anybody wrote to the database: identity, size and time of the file and of its write-ahead log.
struct FileSignature {
  FileIdentity identity;
  std::int64_t size = -1, modified_ns = 0, wal_size = -1, wal_modified_ns = 0;
  friend bool operator==(const FileSignature&, const FileSignature&) = default;
};

[[nodiscard]] std::filesystem::path wal_path(const std::filesystem::path& database);
/// Absent when there is no such file.
[[nodiscard]] std::optional<FileIdentity> identity_of(const std::filesystem::path& path);
[[nodiscard]] FileSignature signature_of(const std::filesystem::path& database);

/// Descriptors of this process that have the file open.
[[nodiscard]] std::vector<int> descriptors_of(const FileIdentity& file);

/// Process that holds a record lock on the file and conflicts with `writing`; absent when none is known.
/// Sees nothing where /proc/locks cannot be read.
[[nodiscard]] std::optional<pid_t> lock_owner(const FileIdentity& file, bool writing);

/// Whether this process holds a record lock on the file. Absent where /proc/locks does not tell.
[[nodiscard]] std::optional<bool> holds_lock(const FileIdentity& file);

/// "python3.11 (process 123)", as far as /proc tells.
[[nodiscard]] std::string describe_process(pid_t pid);

/// The file system's name when it is one whose locks cannot be trusted ("nfs", "cifs", ...).
[[nodiscard]] std::optional<std::string> network_file_system(const std::filesystem::path& path);

}  // namespace planwise::duck
