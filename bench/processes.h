/// \file
/// Other processes: how long they take, what they print, how much memory they need.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace planwise::bench {

struct ProcessRun {
  double milliseconds = 0;  ///< From before fork() to the end of wait4().
  int status = 0;           ///< Exit status; 128 + signal when killed.
  std::int64_t peak_kb = 0;
  std::string output;  ///< Its stdout when asked for.
};

enum class Output { kept, dropped };
[[nodiscard]] ProcessRun run_process(const std::vector<std::string>& arguments, Output output);

/// Starts it with stdout and stderr dropped.
[[nodiscard]] pid_t start_process(const std::vector<std::string>& arguments);
/// kill -9, and waits for the end.
void kill_process(pid_t process);

/// The path of this program, to run itself as a child.
[[nodiscard]] std::string own_path();

}  // namespace planwise::bench
