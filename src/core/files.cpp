#include "core/files.h"

#include <fcntl.h>
#include <stdlib.h>  // NOLINT: mkdtemp
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>

#include "core/descriptor.h"
#include "core/ids.h"
#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::core {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = 64 * 1024;

[[noreturn]] void fail(int error, std::string_view doing, const fs::path& path) {
  ErrorCode code = ErrorCode::io;
  if (error == ENOENT || error == ENOTDIR) code = ErrorCode::not_found;
  if (error == EACCES || error == EPERM) code = ErrorCode::denied;
  if (error == EEXIST || error == ENOTEMPTY) code = ErrorCode::already_exists;
  if (error == ENAMETOOLONG || error == ELOOP || error == EISDIR) code = ErrorCode::invalid_argument;
  throw Error(code, "cannot " + std::string(doing) + " " + as_utf8(path.string()) + ": " +
                        std::generic_category().message(error));
}

fs::path folder_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

/// A hidden name beside the target that nobody else has, short whatever the target's length.
fs::path temporary_beside(const fs::path& target) {
  return folder_of(target) / (".planwise-" + random_token().substr(0, 16) + ".tmp");
}

bool is_there(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

void check_target(const fs::path& target, Overwrite overwrite, std::string_view replaces) {
  if (target.filename().empty() || target.filename() == "." || target.filename() == "..") {
    throw Error(ErrorCode::invalid_argument, "target " + excerpt(target.string(), 300) + " names no file of its own");
  }
  if (overwrite == Overwrite::refuse && is_there(target)) {
    throw Error(ErrorCode::already_exists, as_utf8(target.string()) + " exists already; it is left as it is");
  }
  std::error_code failure;
  if (fs::exists(target, failure) && fs::is_directory(target, failure) != (replaces == "folder")) {
    throw Error(ErrorCode::already_exists, as_utf8(target.string()) + " exists and is no " + std::string(replaces));
  }
}

void sync_path(const fs::path& path, int flags) {
  const Descriptor opened(::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC));
  if (opened.number() < 0) fail(errno, "open", path);
  // Some file systems cannot flush a folder and say EINVAL; they have nothing to flush then.
  if (::fsync(opened.number()) != 0 && errno != EINVAL) fail(errno, "flush", path);
}

/// Moves without ever replacing: false when the target is there.
void rename_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
  if (errno == EEXIST)
    throw Error(ErrorCode::already_exists, as_utf8(to.string()) + " exists already; it is left as it is");
  if (errno != EINVAL && errno != ENOSYS) fail(errno, "create", to);
  // A file system without that flag: a hard link is as good for a file; a folder takes a plain rename.
  struct stat status {};
  if (::lstat(from.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::link(from.c_str(), to.c_str()) == 0) {
    ::unlink(from.c_str());
    return;
  }
  if (is_there(to))
    throw Error(ErrorCode::already_exists, as_utf8(to.string()) + " exists already; it is left as it is");
  if (::rename(from.c_str(), to.c_str()) != 0) fail(errno, "create", to);
}

}  // namespace

std::string read_file(const fs::path& file, std::uint64_t limit_bytes) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number() < 0) fail(errno, "read", file);
  struct stat status {};
  if (::fstat(opened.number(), &status) != 0) fail(errno, "read", file);
  if (S_ISDIR(status.st_mode)) fail(EISDIR, "read", file);
  const auto refuse_size = [&](const std::string& size) {
    throw Error(ErrorCode::invalid_argument, as_utf8(file.string()) + " holds " + size + " bytes; at most " +
                                                 std::to_string(limit_bytes) + " are allowed");
  };
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (S_ISREG(status.st_mode) && size > limit_bytes) refuse_size(std::to_string(size));
  std::string bytes;
  if (S_ISREG(status.st_mode)) bytes.reserve(static_cast<std::size_t>(size));
  std::string block(buffer_bytes, '\0');
  while (true) {
    const ssize_t count = ::read(opened.number(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno, "read", file);
    if (count == 0) return bytes;
    if (bytes.size() + static_cast<std::size_t>(count) > limit_bytes)
      refuse_size("more than " + std::to_string(bytes.size()));
    bytes.append(block.data(), static_cast<std::size_t>(count));
  }
}

NewFile::NewFile(fs::path target, Overwrite overwrite) : target_(std::move(target)), overwrite_(overwrite) {
  check_target(target_, overwrite_, "file");
  temporary_ = temporary_beside(target_);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail(errno, "write into the folder of", target_);
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= buffer_bytes) flush();
}

void NewFile::flush() {
  for (std::size_t written = 0; written < buffer_.size();) {
    const ssize_t count = ::write(descriptor_, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno, "write", target_);
    written += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

std::uint64_t NewFile::commit() {
  if (descriptor_ < 0) throw Error(ErrorCode::wrong_state, as_utf8(target_.string()) + " was committed already");
  flush();
  // Another library may have put a new file under the temporary name: what is there now is what counts.
  const Descriptor current(::open(temporary_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (current.number() < 0) fail(errno, "complete", target_);
  struct stat status {};
  if (::fchmod(current.number(), 0600) != 0 || ::fsync(current.number()) != 0 ||
      ::fstat(current.number(), &status) != 0) {
    fail(errno, "complete", target_);
  }
  if (overwrite_ == Overwrite::refuse) {
    rename_new(temporary_, target_);
  } else if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail(errno, "replace", target_);
  }
  temporary_.clear();
  ::close(descriptor_);
  descriptor_ = -1;
  sync_path(folder_of(target_), O_DIRECTORY);
  return static_cast<std::uint64_t>(status.st_size);
}

NewFolder::NewFolder(fs::path target, Overwrite overwrite)
    : target_(target.has_filename() ? std::move(target) : target.parent_path()), overwrite_(overwrite) {
  check_target(target_, overwrite_, "folder");
  temporary_ = temporary_beside(target_);
  if (::mkdir(temporary_.c_str(), 0700) != 0) fail(errno, "write into the folder of", target_);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

std::uint64_t NewFolder::commit() try {
  if (temporary_.empty()) throw Error(ErrorCode::wrong_state, as_utf8(target_.string()) + " was committed already");
  std::uint64_t total = 0;
  std::set<fs::path> extensions;
  for (const auto& entry : fs::recursive_directory_iterator(temporary_)) {
    if (entry.is_directory()) {
      if (::chmod(entry.path().c_str(), 0700) != 0) fail(errno, "complete", entry.path());
      continue;
    }
    if (::chmod(entry.path().c_str(), 0600) != 0) fail(errno, "complete", entry.path());
    sync_path(entry.path(), 0);
    extensions.insert(entry.path().extension());
    total += entry.file_size();
  }
  sync_path(temporary_, O_DIRECTORY);
  if (overwrite_ == Overwrite::refuse || !is_there(target_)) {
    rename_new(temporary_, target_);
    temporary_.clear();
  } else {
    for (const auto& entry : fs::directory_iterator(target_)) {
      if (entry.is_directory() || !extensions.contains(entry.path().extension())) {
        throw Error(ErrorCode::already_exists, as_utf8(target_.string()) + " also holds " +
                                                   excerpt(entry.path().filename().string()) +
                                                   ", which is none of the files to replace; it is left as it is");
      }
    }
    if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) != 0) {
      fail(errno, "replace", target_);
    }
    // The old content now has the temporary name, and the destructor removes it.
  }
  sync_path(folder_of(target_), O_DIRECTORY);
  return total;
} catch (const fs::filesystem_error& failure) {
  throw Error(ErrorCode::io, "cannot complete " + as_utf8(target_.string()) + ": " + failure.code().message());
}

ScratchFolder::ScratchFolder(std::string_view purpose) {
  std::string name = (fs::temp_directory_path() / ("planwise-" + std::string(purpose) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) fail(errno, "make the temporary folder", name);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string file_name_from(std::string_view untrusted) {
  constexpr std::size_t longest = 120;
  std::string out;
  for (std::size_t at = 0; at < untrusted.size() && out.size() < longest;) {
    const char character = untrusted[at];
    const bool kept = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                      (character >= '0' && character <= '9') || character == '.' || character == '_' ||
                      character == '-';
    out += kept ? character : '_';
    if (!next_code_point(untrusted, at)) ++at;
  }
  if (out.empty() || out.front() == '.' || out.front() == '-') out.insert(out.begin(), '_');
  return out.substr(0, longest);
}

}  // namespace planwise::core
