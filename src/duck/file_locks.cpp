#include "duck/file_locks.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace planwise::duck {

namespace {

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

/// One line of /proc/locks: "1: POSIX  ADVISORY  WRITE 1234 fd:01:5678 0 EOF".
struct LockLine {
  pid_t pid = 0;
  bool write = false;
  FileIdentity file;
};

std::optional<LockLine> parse_lock_line(const std::string& line) {
  std::array<char, 16> kind{};
  std::array<char, 16> access{};
  int pid = 0;
  unsigned major_number = 0;
  unsigned minor_number = 0;
  unsigned long inode = 0;  // NOLINT(google-runtime-int): sscanf's own type
  // A waiting lock stands as "1: -> POSIX ..." and does not match.
  if (std::sscanf(line.c_str(), "%*u: %15s %*s %15s %d %x:%x:%lu", kind.data(), access.data(), &pid, &major_number,
                  &minor_number, &inode) != 6) {
    return std::nullopt;
  }
  if (std::string_view(kind.data()) != "POSIX" && std::string_view(kind.data()) != "OFDLCK") return std::nullopt;
  return LockLine{pid, std::string_view(access.data()) == "WRITE", {makedev(major_number, minor_number), inode}};
}

template <typename Use>
bool each_lock(const FileIdentity& file, Use use) {
  std::ifstream locks("/proc/locks");
  if (!locks) return false;
  for (std::string line; std::getline(locks, line);) {
    const std::optional<LockLine> lock = parse_lock_line(line);
    if (lock && lock->file == file) use(*lock);
  }
  return true;
}

}  // namespace

std::filesystem::path wal_path(const std::filesystem::path& database) { return database.string() + ".wal"; }

std::optional<FileIdentity> identity_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

FileSignature signature_of(const std::filesystem::path& database) {
  FileSignature signature;
  struct stat status {};
  if (::stat(database.c_str(), &status) == 0) {
    signature.identity = {status.st_dev, status.st_ino};
    signature.size = status.st_size;
    signature.modified_ns = nanoseconds(status.st_mtim);
  }
  if (::stat(wal_path(database).c_str(), &status) == 0) {
    signature.wal_size = status.st_size;
    signature.wal_modified_ns = nanoseconds(status.st_mtim);
  }
  return signature;
}

std::vector<int> descriptors_of(const FileIdentity& file) {
  std::vector<int> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  if (!folder) return found;
  while (const dirent* entry = ::readdir(folder.get())) {
    int descriptor = -1;
    const std::string_view name = entry->d_name;
    if (std::from_chars(name.data(), name.data() + name.size(), descriptor).ec != std::errc{}) continue;
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && FileIdentity{status.st_dev, status.st_ino} == file) {
      found.push_back(descriptor);
    }
  }
  return found;
}

std::optional<pid_t> lock_owner(const FileIdentity& file, bool writing) {
  std::optional<pid_t> owner;
  each_lock(file, [&](const LockLine& lock) {
    if (lock.pid != ::getpid() && (lock.write || writing)) owner = lock.pid;
  });
  return owner;
}

std::optional<bool> holds_lock(const FileIdentity& file) {
  bool held = false;
  const bool readable = each_lock(file, [&](const LockLine& lock) { held = held || lock.pid == ::getpid(); });
  return readable ? std::optional(held) : std::nullopt;
}

std::string describe_process(pid_t pid) {
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", pid)), name);
  return name.empty() ? fmt::format("process {}", pid) : fmt::format("{} (process {})", name, pid);
}

std::optional<std::string> network_file_system(const std::filesystem::path& path) {
  struct Kind {
    std::uint32_t magic;
    const char* name;
  };
  static constexpr std::array kinds{Kind{0x6969, "nfs"},      Kind{0xFF534D42, "cifs"}, Kind{0xFE534D42, "smb2"},
                                    Kind{0x01021997, "9p"},   Kind{0x00C36400, "ceph"}, Kind{0x65735546, "fuse"},
                                    Kind{0x5346414F, "afs"}};
  struct statfs status {};
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (::statfs(folder.c_str(), &status) != 0) return std::nullopt;
  for (const Kind& kind : kinds) {
    if (static_cast<std::uint32_t>(status.f_type) == kind.magic) return kind.name;
  }
  return std::nullopt;
}

}  // namespace planwise::duck
