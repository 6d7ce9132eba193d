#include "duck/database_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <thread>

#include "duck/errors.h"
#include "duck/instance.h"
#include "duck/private_umask.h"

namespace planwise::duck {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds longest_hold{1000};
constexpr milliseconds shortest_pause{50};

std::string attach_statement(const std::filesystem::path& path, Access access, std::string_view alias) {
  return fmt::format("ATTACH {} AS {} ({})", sql_literal(path.string()), sql_name(alias),
                     access == Access::read ? "READ_ONLY" : "READ_WRITE, ROW_GROUP_SIZE 2048");
}

/// "python3 (process 12)" out of the message that translated() makes of a refused lock.
std::string holder_named_in(std::string_view message) {
  constexpr std::string_view before = "the file is held by ";
  const std::size_t start = message.find(before);
  if (start == std::string_view::npos) return "another process";
  const std::string_view rest = message.substr(start + before.size());
  return std::string(rest.substr(0, rest.find(';')));
}

/// Backoff with jitter, so that several waiting processes do not knock in step.
milliseconds pause_before_attempt(int attempt) {
  static thread_local std::minstd_rand random(static_cast<unsigned>(::getpid()) ^
                                              static_cast<unsigned>(Clock::now().time_since_epoch().count()));
  const int ceiling = std::min(40, 2 + attempt);
  return milliseconds(1 + static_cast<int>(random() % static_cast<unsigned>(ceiling)));
}

}  // namespace

struct DatabaseFile::State {
  std::filesystem::path path;
  pid_t pid = ::getpid();
  std::unique_ptr<Instance> instance;

  // Who is in: a ticket lock, so that threads get in in order of arrival.
  std::mutex mutex;
  std::condition_variable turn;
  std::uint64_t next_ticket = 0;
  std::uint64_t serving = 0;
  std::map<std::uint64_t, bool> given_up;  // tickets whose thread stopped waiting
  std::thread::id owner;
  int depth = 0;

  bool attached = false;
  Access access = Access::read;
  std::string alias;  // under which it is attached
  FileIdentity identity;
  bool lock_seen = false;  // /proc/locks showed our lock right after ATTACH, so its absence later means it is lost
  Clock::time_point attached_since;
  Clock::time_point not_before;
  std::vector<int> inherited;  // descriptors of the file that a fork left in this process
};

namespace {

/// Paths and their objects. Never destroyed: leases may end during static destruction.
struct Registry {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<DatabaseFile>> files;
  pid_t pid = ::getpid();
};

Registry& registry() {
  static Registry* instance = new Registry;
  if (instance->pid != ::getpid()) {  // A fork may have caught the mutex locked: the child starts anew.
    instance = new Registry;
  }
  return *instance;
}

std::string registry_key(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  return error ? std::filesystem::absolute(path).string() : resolved.string();
}

}  // namespace

std::shared_ptr<DatabaseFile> DatabaseFile::at(const std::filesystem::path& path) {
  const std::string key = registry_key(path);
  Registry& known = registry();
  const std::lock_guard guard(known.mutex);
  std::weak_ptr<DatabaseFile>& entry = known.files[key];
  std::shared_ptr<DatabaseFile> file = entry.lock();
  if (!file) {
    file.reset(new DatabaseFile(key));
    entry = file;
  }
  return file;
}

DatabaseFile::DatabaseFile(std::filesystem::path path) : state_(std::make_unique<State>()) {
  state_->path = std::move(path);
}

DatabaseFile::~DatabaseFile() {
  if (state_->pid != ::getpid()) {
    // In a forked child DuckDB's threads do not exist: the parent's instance is left alone, not torn down.
    [[maybe_unused]] State* abandoned = state_.release();
    return;
  }
  detach();
}

const std::filesystem::path& DatabaseFile::path() const noexcept { return state_->path; }

/// After a fork the child begins with an instance of its own; the parent's is abandoned as it is.
DatabaseFile::State& DatabaseFile::state() {
  if (state_->pid != ::getpid()) {
    auto fresh = std::make_unique<State>();
    fresh->path = state_->path;
    if (const auto identity = identity_of(fresh->path)) fresh->inherited = descriptors_of(*identity);
    [[maybe_unused]] State* abandoned = state_.release();
    state_ = std::move(fresh);
  }
  return *state_;
}

Lease DatabaseFile::lease(Access access, std::chrono::milliseconds deadline, std::string_view alias) {
  State& s = state();
  const Clock::time_point until = Clock::now() + deadline;
  std::unique_lock lock(s.mutex);
  if (s.depth > 0 && s.owner == std::this_thread::get_id()) {
    if (access == Access::none || (access == Access::write && s.access == Access::read) || s.alias != alias) {
      throw Error(ErrorCode::internal, "a lease of another kind was asked for inside one of this thread");
    }
    ++s.depth;
    return Lease(shared_from_this());
  }
  const std::uint64_t ticket = s.next_ticket++;
  const auto skip_given_up = [&s] {
    while (s.given_up.erase(s.serving) > 0) ++s.serving;
  };
  if (!s.turn.wait_until(lock, until, [&] { return s.depth == 0 && s.serving == ticket; })) {
    s.given_up[ticket] = true;
    skip_given_up();
    s.turn.notify_all();
    throw Error(ErrorCode::busy, fmt::format("'{}' is in use by other threads of this process (waited {} ms)",
                                             s.path.string(), deadline.count()));
  }
  s.depth = 1;
  s.owner = std::this_thread::get_id();
  lock.unlock();
  try {
    attach(access, until, alias);
  } catch (...) {
    release();
    throw;
  }
  return Lease(shared_from_this());
}

void DatabaseFile::attach(Access access, Clock::time_point deadline, std::string_view alias) {
  State& s = *state_;
  if (access == Access::none) {
    detach();
    return;
  }
  if (s.attached) {
    const auto now_identity = identity_of(s.path);
    const bool suffices = access == Access::read || s.access == Access::write;
    if (suffices && alias == s.alias && now_identity == s.identity) return;
    detach();
  }
  if (Clock::now() < s.not_before) std::this_thread::sleep_until(std::min(s.not_before, deadline));
  const auto started = Clock::now();
  for (int attempt = 0;; ++attempt) {
    const auto identity = identity_of(s.path);
    if (!identity && access == Access::read) {
      throw Error(ErrorCode::not_found, fmt::format("there is no database '{}'", s.path.string()));
    }
    std::string holder;
    if (identity) {
      for (int descriptor : descriptors_of(*identity)) {
        if (std::find(s.inherited.begin(), s.inherited.end(), descriptor) != s.inherited.end()) continue;
        throw Error(ErrorCode::wrong_state,
                    fmt::format("'{}' is open in this process by other means (descriptor {}): file locks do not protect "
                                "within a process; close it there, and query through the store's own connection",
                                s.path.string(), descriptor));
      }
      // A look at /proc/locks costs a tenth of a refused ATTACH.
      if (const auto owner = lock_owner(*identity, access == Access::write)) holder = describe_process(*owner);
    }
    if (holder.empty()) {
      try {
        if (!s.instance) s.instance = std::make_unique<Instance>();
        {
          const PrivateUmask mode;
          s.instance->connection().run(attach_statement(s.path, access, alias),
                                       fmt::format("opening '{}'", s.path.string()));
        }
        s.attached = true;
        s.access = access;
        s.alias = alias;
        const auto attached_identity = identity_of(s.path);
        // The file may have been replaced between open and lock: what is attached must be what the path names.
        if (attached_identity && !descriptors_of(*attached_identity).empty()) {
          s.identity = *attached_identity;
          s.attached_since = Clock::now();
          s.lock_seen = holds_lock(s.identity).value_or(false);
          return;
        }
        detach();
      } catch (const Error& error) {
        if (error.code() != ErrorCode::busy) {
          if (says_invalidated(error.what())) s.instance.reset();
          throw;
        }
        holder = holder_named_in(error.what());
      }
    }
    if (Clock::now() >= deadline) {
      throw Error(ErrorCode::busy,
                  fmt::format("'{}' is held by {} (waited {} ms); close it there, or try again later", s.path.string(),
                              holder.empty() ? "another process" : holder,
                              std::chrono::duration_cast<milliseconds>(Clock::now() - started).count()));
    }
    std::this_thread::sleep_until(std::min(deadline, Clock::now() + pause_before_attempt(attempt)));
  }
}

void DatabaseFile::detach() noexcept {
  State& s = *state_;
  if (!s.attached) return;
  s.attached = false;
  try {
    s.instance->connection().run("DETACH " + sql_name(s.alias));
  } catch (const Error&) {
    s.instance.reset();  // An instance that cannot let go of the file is dead; closing it does.
  }
}

void DatabaseFile::release() noexcept {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  if (--s.depth > 0) return;
  const bool others_wait = s.next_ticket > s.serving + 1 + s.given_up.size();
  if (s.attached) {
    const bool held_long = Clock::now() - s.attached_since >= longest_hold;
    if (!others_wait || held_long) {
      s.depth = 1;  // Stays ours while the file is let go without the mutex.
      lock.unlock();
      detach();
      lock.lock();
      s.depth = 0;
      if (held_long) s.not_before = Clock::now() + shortest_pause;
    }
  }
  s.owner = {};
  ++s.serving;
  while (s.given_up.erase(s.serving) > 0) ++s.serving;
  s.turn.notify_all();
}

void DatabaseFile::checkpoint(std::int64_t wal_bytes) {
  State& s = *state_;
  if (!s.attached || s.access != Access::write || signature_of(s.path).wal_size < wal_bytes) return;
  try {
    const PrivateUmask mode;
    s.instance->connection().run("CHECKPOINT store");
  } catch (const Error& error) {
    if (!says_invalidated(error.what()) && error.code() != ErrorCode::io) throw;
    // A full disk during a checkpoint kills the instance but loses nothing: the log still has every commit.
    s.attached = false;
    s.instance.reset();
  }
}

namespace {

/// In the child of a fork: plain system calls only. Returns an exit status.
int copy_in_child(const char* from, const char* to, int report) {
  const int in = ::open(from, O_RDONLY | O_CLOEXEC);
  if (in < 0) return errno == ENOENT ? 0 : 2;
  const int out = ::open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0) return 3;
  static char buffer[1 << 20];
  for (;;) {
    const ssize_t got = ::read(in, buffer, sizeof buffer);
    if (got < 0) return 2;
    if (got == 0) break;
    for (ssize_t written = 0; written < got;) {
      const ssize_t step = ::write(out, buffer + written, static_cast<std::size_t>(got - written));
      if (step < 0) return 4;
      written += step;
    }
    const std::int64_t bytes = got;
    if (::write(report, &bytes, sizeof bytes) < 0) return 5;  // The parent has gone or cancelled.
  }
  return ::fsync(out) == 0 ? 0 : 4;
}

void copy_one(const std::filesystem::path& from, const std::filesystem::path& to, std::int64_t& done, std::int64_t total,
              const std::function<bool(std::int64_t, std::int64_t)>& progress) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::io, "no pipe for copying");
  const std::string from_text = from.string();
  const std::string to_text = to.string();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGPIPE, SIG_IGN);
    ::close(ends[0]);
    ::_exit(copy_in_child(from_text.c_str(), to_text.c_str(), ends[1]));
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw Error(ErrorCode::io, fmt::format("copying '{}': no process for it", from_text));
  }
  bool cancelled = false;
  for (std::int64_t bytes = 0; ::read(ends[0], &bytes, sizeof bytes) == static_cast<ssize_t>(sizeof bytes);) {
    done += bytes;
    if (progress && !progress(done, total)) {
      cancelled = true;
      break;
    }
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (cancelled) throw Error(ErrorCode::cancelled, fmt::format("copying '{}' was cancelled", from_text));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    throw Error(code == 3 ? ErrorCode::already_exists : ErrorCode::io,
                fmt::format("copying '{}' to '{}' failed: {}", from_text, to_text,
                            code == 2   ? "the source cannot be read"
                            : code == 3 ? "the target exists or cannot be created"
                                        : "the target cannot be written (is the disk full?)"));
  }
}

}  // namespace

void DatabaseFile::copy_bytes(const std::filesystem::path& target,
                              const std::function<bool(std::int64_t, std::int64_t)>& progress) {
  State& s = *state_;
  const FileSignature sizes = signature_of(s.path);
  const std::int64_t total = std::max<std::int64_t>(0, sizes.size) + std::max<std::int64_t>(0, sizes.wal_size);
  std::int64_t done = 0;
  try {
    copy_one(s.path, target, done, total, progress);
    copy_one(wal_path(s.path), wal_path(target), done, total, progress);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::already_exists) {
      std::error_code ignored;
      std::filesystem::remove(target, ignored);
      std::filesystem::remove(wal_path(target), ignored);
    }
    throw;
  }
}

void DatabaseFile::replace_by(const std::function<void(Connection&)>& build) {
  State& s = *state_;
  Connection& connection = s.instance->connection();
  connection.run("CHECKPOINT store");
  const std::filesystem::path fresh = s.path.string() + fmt::format(".rewrite-{}", ::getpid());
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  std::filesystem::remove(wal_path(fresh), ignored);
  try {
    const PrivateUmask mode;
    connection.run(fmt::format("ATTACH {} AS fresh (READ_WRITE, ROW_GROUP_SIZE 2048)", sql_literal(fresh.string())));
    build(connection);
    connection.run("CHECKPOINT fresh; DETACH fresh");
  } catch (const Error&) {
    try {
      connection.run("DETACH DATABASE IF EXISTS fresh");
    } catch (const Error&) {  // The first error is the one to tell.
    }
    std::filesystem::remove(fresh, ignored);
    std::filesystem::remove(wal_path(fresh), ignored);
    throw;
  }
  // The old file is still attached and locked while the new one takes its name: nobody gets in between.
  if (::rename(fresh.c_str(), s.path.c_str()) != 0) {
    std::filesystem::remove(fresh, ignored);
    throw Error(ErrorCode::io, fmt::format("'{}' could not be replaced: {}", s.path.string(), std::strerror(errno)));
  }
  detach();
  attach(Access::write, Clock::now() + std::chrono::seconds(10), "store");
}

Lease::Lease(Lease&& other) noexcept = default;
Lease::~Lease() {
  if (file_) file_->release();
}

Connection& Lease::connection() const noexcept { return file_->state_->instance->connection(); }
Access Lease::access() const noexcept { return file_->state_->access; }

void Lease::check_lock() const {
  const DatabaseFile::State& s = *file_->state_;
  if (!s.lock_seen) return;
  if (!holds_lock(s.identity).value_or(true) || identity_of(s.path) != s.identity) {
    throw Error(ErrorCode::io, fmt::format("this process has lost its lock on '{}' (was the file opened by other means, "
                                           "moved or deleted?); nothing was written",
                                           s.path.string()));
  }
}

FileTransaction::FileTransaction(Lease& lease) : lease_(lease), transaction_((lease.check_lock(), lease.connection())) {}

void FileTransaction::commit() {
  lease_.check_lock();
  const PrivateUmask mode;  // the first commit makes the log
  transaction_.commit();
}

}  // namespace planwise::duck
