#include "cache/cache_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::cache {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "cache.lock";
/// The state is one line, padded, so that one short write replaces it.
constexpr std::size_t state_bytes = 256;
constexpr mode_t others = S_IRWXG | S_IRWXO;

bool is_empty(int folder) {
  // fdopendir() takes the descriptor with it, so it gets one of its own.
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return false;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), ::closedir);
  if (!listing) {
    ::close(copy);
    return false;
  }
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

bool has_lock_file(int folder) {
  struct stat status {};
  return ::fstatat(folder, lock_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
         status.st_uid == ::geteuid();
}

}  // namespace

void fail(int error, std::string_view doing, const fs::path& path) {
  ErrorCode code = ErrorCode::io;
  if (error == ENOENT) code = ErrorCode::not_found;
  if (error == EACCES || error == EPERM || error == ELOOP || error == ENOTDIR) code = ErrorCode::denied;
  throw Error(code, fmt::format("cannot {} {}: {}", doing, core::as_utf8(path.string()),
                                std::generic_category().message(error)));
}

Descriptor open_cache_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail(errno, "make the cache folder", folder);
  Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened.is_open()) fail(errno, "open the cache folder (a link is not followed)", folder);
  struct stat status {};
  if (::fstat(opened.number(), &status) != 0) fail(errno, "look at the cache folder", folder);
  if (status.st_uid != ::geteuid()) {
    throw Error(ErrorCode::denied, fmt::format("cache folder {} belongs to user {}; allowed is a folder of user {}",
                                               core::as_utf8(folder.string()), status.st_uid, ::geteuid()));
  }
  if ((status.st_mode & others) == 0) return opened;
  if (!is_empty(opened.number()) && !has_lock_file(opened.number())) {
    throw Error(
        ErrorCode::denied,
        fmt::format("cache folder {} is open to other users (mode {:o}) and holds other files; allowed is an empty "
                    "folder, a cache, or mode 700",
                    core::as_utf8(folder.string()), status.st_mode & 07777U));
  }
  if (::fchmod(opened.number(), S_IRWXU) != 0) fail(errno, "set the mode of the cache folder", folder);
  return opened;
}

std::optional<CacheLock> CacheLock::take(const Descriptor& folder, Waiting waiting) {
  for (;;) {
    Descriptor file(::openat(folder.number(), lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
                             S_IRUSR | S_IWUSR));
    if (!file.is_open()) fail(errno, "open the lock of the cache", lock_name);
    while (::flock(file.number(), waiting == Waiting::until_free ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno != EINTR) fail(errno, "take the lock of the cache", lock_name);
    }
    // Somebody may have removed the file meanwhile: then others lock another one.
    struct stat mine {};
    struct stat named {};
    if (::fstat(file.number(), &mine) != 0 || !S_ISREG(mine.st_mode))
      fail(EPERM, "use as lock of the cache", lock_name);
    if (::fstatat(folder.number(), lock_name, &named, AT_SYMLINK_NOFOLLOW) == 0 && named.st_ino == mine.st_ino &&
        named.st_dev == mine.st_dev) {
      return CacheLock(std::move(file));
    }
    // In a folder that is gone itself no name can be made again: openat() says so in the next round.
  }
}

CacheState CacheLock::read() const {
  char text[state_bytes + 1]{};
  CacheState state;
  if (::pread(file_.number(), text, state_bytes, 0) != static_cast<ssize_t>(state_bytes)) return state;
  long long values[7]{};
  int settled = 0;
  char end = 0;
  const int read =
      std::sscanf(text, "planwise-cache-state-1 %d %lld %lld %lld %lld %lld %lld %lld%c", &settled, &values[0],
                  &values[1], &values[2], &values[3], &values[4], &values[5], &values[6], &end);
  if (read != 9 || end != ' ') return state;
  for (const long long value : values) {
    if (value < 0) return state;
  }
  return {settled == 1, values[0], values[1], values[2], values[3], values[4], values[5], values[6]};
}

void CacheLock::write(const CacheState& state) const {
  std::string text =
      fmt::format("planwise-cache-state-1 {} {} {} {} {} {} {} {} ", state.settled ? 1 : 0, state.entries, state.bytes,
                  state.hits, state.misses, state.evictions, state.expired, state.corrupt);
  text.resize(state_bytes - 1, ' ');
  text += '\n';
  const ssize_t written = ::pwrite(file_.number(), text.data(), text.size(), 0);
  if (written != static_cast<ssize_t>(text.size()))
    fail(written < 0 ? errno : ENOSPC, "write the state of the cache", lock_name);
}

}  // namespace planwise::cache
