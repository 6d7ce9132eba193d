#include "core/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>  // NOLINT: kill, killpg
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "core/descriptor.h"
#include "planwise/error.h"

extern char** environ;  // NOLINT: POSIX has it so

namespace planwise::core {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds longest_wait{50};
/// A child that has ended may leave something in its pipes, or somebody who holds them open: read so long, no longer.
constexpr std::chrono::milliseconds drain_time{200};

[[noreturn]] void fail(std::string_view what, int error) {
  throw Error(ErrorCode::io, fmt::format("{}: {}", what, std::strerror(error)));
}

struct Pipe {
  Descriptor reading, writing;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// Both ends close on exec: another thread's child must not keep them open.
Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("no pipe for a program", errno);
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  for (Descriptor* end : {&pipe.reading, &pipe.writing}) {
    if (end->number() > 2) continue;  // where this process has closed its own: the child's would come in between
    Descriptor moved(::fcntl(end->number(), F_DUPFD_CLOEXEC, 3));
    if (!moved.is_open()) fail("no pipe for a program", errno);
    *end = std::move(moved);
  }
  return pipe;
}

void never_block(const Descriptor& end) { ::fcntl(end.number(), F_SETFL, ::fcntl(end.number(), F_GETFL) | O_NONBLOCK); }

/// SIGPIPE of a child that does not read is blocked in this thread while it writes, and taken away afterwards.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&only_);
    sigaddset(&only_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &only_, &before_);
  }
  ~NoBrokenPipe() {
    if (!was_pending_) {
      const timespec now{0, 0};
      while (sigtimedwait(&only_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t only_{}, before_{};
  bool was_pending_ = false;
};

class Child {
 public:
  explicit Child(const ChildCommand& command) : command_(command), until_(Clock::now() + command.time_limit) {
    if (command.arguments.empty() || command.arguments[0].empty())
      throw Error(ErrorCode::invalid_argument, "no program is named; a program and its arguments are needed");
    for (const std::string& argument : command.arguments) {
      if (argument.find('\0') != std::string::npos)
        throw Error(ErrorCode::invalid_argument, "an argument of a program holds a NUL; none is allowed");
    }
    start();
  }
  ~Child() { end_all(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ChildResult run() {
    const NoBrokenPipe guard;
    while (!ended_) {
      exchange(longest_wait);
      reap();
      if (ended_) break;
      if (result_.output.size() > command_.output_limit) return cut(ChildResult::End::too_much_output);
      if (command_.stop && command_.stop()) return cut(ChildResult::End::stopped);
      if (Clock::now() >= until_) return cut(ChildResult::End::timed_out);
      // Nothing to read any more, and not ended: it has closed its pipes.
      if (!output_.reading.is_open() && !error_.reading.is_open())
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    const auto drained = Clock::now() + drain_time;
    while ((output_.reading.is_open() || error_.reading.is_open()) && Clock::now() < drained &&
           result_.output.size() <= command_.output_limit) {
      if (!exchange(std::chrono::milliseconds(5))) break;  // empty: what still holds the pipe is not the child
    }
    end_all();
    if (result_.output.size() > command_.output_limit) result_.end = ChildResult::End::too_much_output;
    return std::move(result_);
  }

 private:
  void start() {
    input_ = make_pipe();
    output_ = make_pipe();
    error_ = make_pipe();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input_.reading.number(), 0);
    posix_spawn_file_actions_adddup2(&actions, output_.writing.number(), 1);
    posix_spawn_file_actions_adddup2(&actions, error_.writing.number(), 2);
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGCHLD}) sigaddset(&usual, signal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<std::string> copies = command_.arguments, variables = command_.environment;
    const std::vector<char*> arguments = pointers(copies), own_variables = pointers(variables);
    const int failure = ::posix_spawnp(&process_, arguments[0], &actions, &attributes, arguments.data(),
                                       variables.empty() ? environ : own_variables.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failure != 0) {
      process_ = 0;
      refuse(failure);
    }
    input_.reading.close();
    output_.writing.close();
    error_.writing.close();
    for (const Descriptor* end : {&input_.writing, &output_.reading, &error_.reading}) never_block(*end);
    if (command_.input.empty()) input_.writing.close();
  }

  [[noreturn]] void refuse(int failure) const {
    const std::string& program = command_.arguments[0];
    if (failure == ENOENT) throw Error(ErrorCode::not_found, fmt::format("there is no program '{}'", program));
    if (failure == EACCES || failure == ENOEXEC)
      throw Error(ErrorCode::denied,
                  fmt::format("'{}' is no program that may be run: {}", program, std::strerror(failure)));
    fail(fmt::format("'{}' does not start", program), failure);
  }

  /// Moves what can be moved. False when nothing came within the time.
  bool exchange(std::chrono::milliseconds wait) {
    std::array<pollfd, 3> ends{{{input_.writing.number(), POLLOUT, 0},
                                {output_.reading.number(), POLLIN, 0},
                                {error_.reading.number(), POLLIN, 0}}};  // closed ones are -1, which poll skips
    if (!output_.reading.is_open() && !error_.reading.is_open()) wait = std::min(wait, std::chrono::milliseconds(2));
    const int ready = ::poll(ends.data(), ends.size(), static_cast<int>(wait.count()));
    if (ready <= 0) return false;
    if (ends[0].revents != 0) write_some();
    if (ends[1].revents != 0) {
      read_some(output_.reading, [this](std::string_view text) { result_.output += text; });
    }
    if (ends[2].revents != 0) {
      read_some(error_.reading, [this](std::string_view text) {
        result_.error_tail += text;
        if (result_.error_tail.size() > 2 * command_.error_limit) keep_tail();
      });
    }
    return true;
  }

  void keep_tail() {
    if (result_.error_tail.size() > command_.error_limit)
      result_.error_tail.erase(0, result_.error_tail.size() - command_.error_limit);
  }

  void write_some() {
    const std::string_view rest = command_.input.substr(written_);
    const ssize_t count = ::write(input_.writing.number(), rest.data(), rest.size());
    if (count > 0) written_ += static_cast<std::size_t>(count);
    const bool broken = count < 0 && errno != EAGAIN && errno != EINTR;  // it does not want its input
    if (broken || written_ == command_.input.size()) input_.writing.close();
  }

  template <class Take>
  void read_some(Descriptor& from, Take&& take) {
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(from.number(), buffer.data(), buffer.size());
    if (count > 0) take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) from.close();
  }

  /// Leaves the ended child as a zombie until end_all(): its id, which is its group's, stays taken.
  void reap() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
      return;
    ended_ = true;
    result_.end = info.si_code == CLD_EXITED ? ChildResult::End::exited : ChildResult::End::signalled;
    result_.status = info.si_status;
  }

  ChildResult cut(ChildResult::End why) {
    end_all();
    result_.end = why;
    return std::move(result_);
  }

  void end_all() noexcept {
    if (process_ <= 0) return;
    ::kill(-process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    keep_tail();
  }

  const ChildCommand& command_;
  Clock::time_point until_;
  pid_t process_ = 0;
  bool ended_ = false;
  Pipe input_, output_, error_;
  std::size_t written_ = 0;
  ChildResult result_;
};

}  // namespace

ChildResult run_child(const ChildCommand& command) { return Child(command).run(); }

}  // namespace planwise::core
