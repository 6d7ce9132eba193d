#include "cache/file_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "cache/entry_format.h"
#include "planwise/error.h"

namespace planwise::cache {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".entry";
/// Exists only while the lock is held: whoever holds the lock and finds one has found the rest of a killed writer.
constexpr const char* unfinished_name = "unfinished.tmp";
/// A clock that was wrong for a while must not make entries that never age.
constexpr std::int64_t most_future_microseconds = 3'600'000'000;

/// What a sparse file may pretend to be before memory is taken, where the limit is lower.
constexpr std::int64_t most_read_bytes = 1 << 30;
/// With that many entries more room is made than needed, so that the next writers need not look at all of them again.
constexpr std::size_t many_entries = 100;

std::string name_of(const CacheKey& key) { return key.digest + std::string(suffix); }

bool is_entry_name(std::string_view name) {
  if (name.size() != 64 + suffix.size() || !name.ends_with(suffix)) return false;
  return std::ranges::all_of(name.substr(0, 64),
                             [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_own_file(const struct stat& status) { return S_ISREG(status.st_mode) && status.st_uid == ::geteuid(); }

/// Never blocks on a pipe, never follows a link.
Descriptor open_entry(const Descriptor& folder, const std::string& name) {
  return Descriptor(::openat(folder.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

/// Up to `limit` bytes from the start; nullopt when reading fails or there is more.
std::optional<std::string> read_up_to(int file, std::size_t limit) {
  std::string bytes(limit + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t read = ::pread(file, bytes.data() + size, bytes.size() - size, static_cast<off_t>(size));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return std::nullopt;
    if (read == 0) break;
    size += static_cast<std::size_t>(read);
  }
  if (size > limit) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::string read_head(const Descriptor& folder, const std::string& name) {
  const Descriptor file = open_entry(folder, name);
  char head[most_head_bytes];
  const ssize_t read = file.is_open() ? ::pread(file.number(), head, sizeof head, 0) : -1;
  return read > 0 ? std::string(head, static_cast<std::size_t>(read)) : std::string();
}

bool remove_name(const Descriptor& folder, const std::string& name) {
  return ::unlinkat(folder.number(), name.c_str(), 0) == 0 || errno == ENOENT;
}

void forget(CacheState& state, std::int64_t bytes) {
  state.entries = std::max<std::int64_t>(0, state.entries - 1);
  state.bytes = std::max<std::int64_t>(0, state.bytes - bytes);
}

}  // namespace

fs::path own_folder(const fs::path& preferred) {
  struct stat status {};
  const bool there = ::lstat(preferred.c_str(), &status) == 0;
  if (!there || (S_ISDIR(status.st_mode) && status.st_uid == ::geteuid())) return preferred;
  fs::path own = preferred;
  own += fmt::format("-{}", ::geteuid());
  return own;
}

fs::path default_cache_folder() {
  const char* named = std::getenv("PLANWISE_CACHE_DIR");
  if (named != nullptr && *named != '\0') return named;
  std::error_code failure;
  fs::path temporary = fs::temp_directory_path(failure);
  if (failure) temporary = "/tmp";
  return own_folder(temporary / "planwise_optimization_cache");
}

FileCache::~FileCache() {
  try {
    const std::lock_guard guard(mutex_);
    if (pending_.hits + pending_.misses == 0) return;
    struct stat status {};
    if (::lstat(options_.folder.c_str(), &status) != 0) return;  // removed meanwhile: not made again for a count
    const Descriptor folder = open_cache_folder(options_.folder);
    if (const auto lock = CacheLock::take(folder, Waiting::not_at_all)) {
      CacheState state = lock->read();
      add_pending(state);
      lock->write(state);
    }
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): counters only
  }
}

void FileCache::add_pending(CacheState& state) {
  state.hits += std::exchange(pending_.hits, 0);
  state.misses += std::exchange(pending_.misses, 0);
}

/// Into the lock file when it is free, else later. A counter that cannot be written is no reason to withhold a value.
void FileCache::count(const Descriptor& folder, std::int64_t CacheState::*counter) {
  const std::lock_guard guard(mutex_);
  ++(pending_.*counter);
  try {
    if (const auto lock = CacheLock::take(folder, Waiting::not_at_all)) {
      CacheState state = lock->read();
      add_pending(state);
      lock->write(state);
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
  }
}

bool FileCache::too_old(Timestamp created) const {
  const std::int64_t age = options_.clock().microseconds - created.microseconds;
  return age >= options_.time_to_live.count() || age < -most_future_microseconds;
}

std::vector<FileCache::Found> FileCache::scan(const Descriptor& folder) {
  std::vector<Found> found;
  const int copy = ::openat(folder.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) fail(errno, "list", "the cache folder");
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), ::closedir);
  if (!listing) {
    ::close(copy);
    fail(ENOMEM, "list", "the cache folder");
  }
  while (const dirent* entry = ::readdir(listing.get())) {
    if (!is_entry_name(entry->d_name)) continue;
    struct stat status {};
    if (::fstatat(folder.number(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    found.push_back({entry->d_name, status.st_size, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
                     is_own_file(status)});
  }
  return found;
}

CacheState FileCache::settle(const Descriptor& folder, const CacheLock& lock) {
  CacheState state = lock.read();
  {
    const std::lock_guard guard(mutex_);
    add_pending(state);
  }
  if (state.settled) {
    state.settled = false;
    lock.write(state);
    return state;
  }
  lock.write(state);
  remove_name(folder, unfinished_name);
  state.entries = state.bytes = 0;
  for (const Found& found : scan(folder)) {
    if (!found.usable) {
      if (remove_name(folder, found.name)) ++state.corrupt;
      continue;
    }
    ++state.entries;
    state.bytes += found.bytes;
  }
  return state;
}

void FileCache::drop_expired(const Descriptor& folder, std::vector<Found>& found, CacheState& state) const {
  std::erase_if(found, [&](const Found& entry) {
    const auto created = entry.usable ? created_of(read_head(folder, entry.name)) : std::nullopt;
    if (created && !too_old(*created)) return false;
    if (!remove_name(folder, entry.name)) return true;
    if (entry.usable) forget(state, entry.bytes);
    ++(created ? state.expired : state.corrupt);
    return true;
  });
}

void FileCache::make_room(const Descriptor& folder, CacheState& state, std::int64_t needed) {
  if (state.bytes + needed <= options_.limit_bytes) return;
  std::vector<Found> found = scan(folder);
  // What the files say goes before what was counted.
  state.entries = state.bytes = 0;
  for (const Found& entry : found) {
    state.entries += entry.usable ? 1 : 0;
    state.bytes += entry.usable ? entry.bytes : 0;
  }
  drop_expired(folder, found, state);
  std::ranges::sort(found,
                    [](const Found& a, const Found& b) { return std::tie(a.used, a.name) < std::tie(b.used, b.name); });
  const std::int64_t spare =
      found.size() < many_entries ? 0 : std::min(options_.limit_bytes / 20, options_.limit_bytes - needed);
  const bool full = state.bytes + needed > options_.limit_bytes;
  for (const Found& entry : found) {
    if (!full || state.bytes + needed + spare <= options_.limit_bytes) break;
    if (!remove_name(folder, entry.name)) continue;
    forget(state, entry.bytes);
    ++state.evictions;
  }
}

void FileCache::drop_if_same(const Descriptor& folder, const std::string& name, int file,
                             std::int64_t CacheState::*counter) {
  const auto lock = CacheLock::take(folder, Waiting::until_free);
  CacheState state = settle(folder, *lock);
  struct stat read {};
  struct stat named {};
  // A writer may have put a good entry there meanwhile. Without a descriptor (a link) the name itself goes.
  const bool there = ::fstatat(folder.number(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0;
  const bool same =
      there && (file < 0 ? !is_own_file(named) : ::fstat(file, &read) == 0 && read.st_ino == named.st_ino);
  if (same && remove_name(folder, name)) {
    if (is_own_file(named)) forget(state, named.st_size);
    ++(state.*counter);
  }
  state.settled = true;
  lock->write(state);
}

std::optional<std::string> FileCache::get(const CacheKey& key) {
  const Descriptor folder = open_cache_folder(options_.folder);
  const std::string name = name_of(key);
  const Descriptor file = open_entry(folder, name);
  if (!file.is_open()) {
    if (errno != ENOENT) drop_if_same(folder, name, -1, &CacheState::corrupt);
    count(folder, &CacheState::misses);
    return std::nullopt;
  }
  struct stat status {};
  std::optional<std::string> bytes;
  if (::fstat(file.number(), &status) == 0 && is_own_file(status)) {
    const std::int64_t most = std::max(options_.limit_bytes, most_read_bytes);
    bytes = read_up_to(file.number(), static_cast<std::size_t>(std::min<std::int64_t>(status.st_size, most)));
  }
  const auto entry = bytes ? read_entry(*bytes) : std::nullopt;
  const bool good = entry && entry->key == key.text;
  if (!good || too_old(entry->created)) {
    drop_if_same(folder, name, file.number(), good ? &CacheState::expired : &CacheState::corrupt);
    count(folder, &CacheState::misses);
    return std::nullopt;
  }
  const std::int64_t used = options_.clock().microseconds;
  timespec times[2]{};
  for (timespec& time : times) time = {used / 1'000'000, (used % 1'000'000) * 1000};
  (void)::futimens(file.number(), times);  // the order of use suffers, nothing else
  count(folder, &CacheState::hits);
  bytes->erase(0, bytes->size() - entry->value.size());
  return bytes;
}

void FileCache::write_file(const Descriptor& folder, const std::string& name, std::string_view bytes) const {
  const Descriptor file(::openat(folder.number(), unfinished_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 S_IRUSR | S_IWUSR));
  if (!file.is_open()) fail(errno, "write to the cache folder", options_.folder);
  int error = 0;
  while (!bytes.empty() && error == 0) {
    const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
    if (written < 0) {
      error = errno == EINTR ? 0 : errno;
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  const std::int64_t used = options_.clock().microseconds;
  timespec times[2]{};
  for (timespec& time : times) time = {used / 1'000'000, (used % 1'000'000) * 1000};
  if (error == 0 && ::futimens(file.number(), times) != 0) error = errno;
  if (error == 0 && ::renameat(folder.number(), unfinished_name, folder.number(), name.c_str()) != 0) error = errno;
  if (error == 0) return;
  remove_name(folder, unfinished_name);
  fail(error, "write to the cache folder", options_.folder);
}

Kept FileCache::put(const CacheKey& key, std::string_view value) {
  const std::string name = name_of(key);
  const std::string bytes = entry_bytes(key.text, value, options_.clock());
  const auto size = static_cast<std::int64_t>(bytes.size());
  const Descriptor folder = open_cache_folder(options_.folder);
  const auto lock = CacheLock::take(folder, Waiting::until_free);
  CacheState state = settle(folder, *lock);
  remove_name(folder, unfinished_name);
  struct stat before {};
  if (::fstatat(folder.number(), name.c_str(), &before, AT_SYMLINK_NOFOLLOW) == 0 && remove_name(folder, name) &&
      is_own_file(before)) {
    forget(state, before.st_size);
  }
  const bool fits = size <= options_.limit_bytes;
  if (fits) {
    make_room(folder, state, size);
    write_file(folder, name, bytes);  // when it throws, the state stays unsettled and the next one counts
    ++state.entries;
    state.bytes += size;
  }
  state.settled = true;
  lock->write(state);
  return fits ? Kept::yes : Kept::too_large;
}

void FileCache::sweep() {
  const Descriptor folder = open_cache_folder(options_.folder);
  const auto lock = CacheLock::take(folder, Waiting::until_free);
  CacheState state = settle(folder, *lock);
  remove_name(folder, unfinished_name);
  std::vector<Found> found = scan(folder);
  drop_expired(folder, found, state);
  make_room(folder, state, 0);
  state.settled = true;
  lock->write(state);
}

void FileCache::clear() {
  const Descriptor folder = open_cache_folder(options_.folder);
  const auto lock = CacheLock::take(folder, Waiting::until_free);
  CacheState state = settle(folder, *lock);
  remove_name(folder, unfinished_name);
  for (const Found& entry : scan(folder)) remove_name(folder, entry.name);
  state.entries = state.bytes = 0;
  for (const Found& entry : scan(folder)) {
    ++state.entries;
    state.bytes += entry.bytes;
  }
  state.settled = true;
  lock->write(state);
}

CacheStatistics FileCache::statistics() {
  const Descriptor folder = open_cache_folder(options_.folder);
  const auto lock = CacheLock::take(folder, Waiting::until_free);
  CacheState state = settle(folder, *lock);
  CacheStatistics result;
  const std::int64_t at = options_.clock().microseconds;
  for (const Found& entry : scan(folder)) {
    if (!entry.usable) continue;
    ++result.entries;
    result.bytes += entry.bytes;
    const auto created = created_of(read_head(folder, entry.name));
    if (!created) continue;
    const double age = static_cast<double>(at - created->microseconds) / 1e6;
    result.oldest_seconds = std::max(result.oldest_seconds.value_or(age), age);
    result.newest_seconds = std::min(result.newest_seconds.value_or(age), age);
  }
  state.entries = result.entries;
  state.bytes = result.bytes;
  state.settled = true;
  lock->write(state);
  result.folder = options_.folder.string();
  result.limit_bytes = options_.limit_bytes;
  result.hits = state.hits;
  result.misses = state.misses;
  result.evictions = state.evictions;
  result.expired = state.expired;
  result.corrupt = state.corrupt;
  return result;
}

}  // namespace planwise::cache
