#include "processes.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "measure.h"

namespace planwise::bench {

namespace {

/// Forks and executes with stdout at `out`, stderr dropped.
pid_t spawn(const std::vector<std::string>& arguments, int out) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execv writes to none
  argv.push_back(nullptr);
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process can be made");
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(out >= 0 ? out : nothing, STDOUT_FILENO);
    ::dup2(nothing, STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  return child;
}

}  // namespace

ProcessRun run_process(const std::vector<std::string>& arguments, Output output) {
  int ends[2] = {-1, -1};
  if (output == Output::kept && ::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe can be made");
  const auto start = Clock::now();
  const pid_t child = spawn(arguments, ends[1]);
  ProcessRun run;
  if (output == Output::kept) {
    ::close(ends[1]);
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) run.output.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
  }
  int status = 0;
  struct rusage usage {};
  ::wait4(child, &status, 0, &usage);
  run.milliseconds = milliseconds_since(start);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run.peak_kb = usage.ru_maxrss;
  return run;
}

pid_t start_process(const std::vector<std::string>& arguments) { return spawn(arguments, -1); }

void kill_process(pid_t process) {
  ::kill(process, SIGKILL);
  ::waitpid(process, nullptr, 0);
}

std::string own_path() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

}  // namespace planwise::bench
