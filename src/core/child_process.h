/// \file
/// A program run as a child: text in, text out, ended with all its own children when time is up. Internal.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace planwise::core {

struct ChildCommand {
  std::vector<std::string> arguments;  ///< The program (looked for in PATH) and its arguments; no shell in between.
  std::vector<std::string> environment;  ///< "NAME=value"; empty: this process's own.
  std::string_view input;              ///< Written to its stdin, which is then closed. A child may leave it unread.
  std::chrono::milliseconds time_limit{600'000};
  std::size_t output_limit = std::size_t{16} << 20;  ///< Bytes of stdout; more ends the child.
  std::size_t error_limit = 4096;                    ///< Bytes of stderr kept: the last ones.
  std::function<bool()> stop;                        ///< Asked ten times a second; true ends the child.
};

struct ChildResult {
  enum class End { exited, signalled, timed_out, stopped, too_much_output } end = End::exited;
  int status = 0;  ///< Exit status, or the signal's number.
  std::string output, error_tail;
};

/// Runs the child in a process group of its own and waits until it has ended; then, and when it is ended early, the
/// whole group is killed, so that nothing it started lives on or keeps its pipes open. Safe to call from several
/// threads. Throws not_found (no such program), denied (it may not be run), invalid_argument (no arguments, or one with
/// a NUL) and io (no pipe, no process).
[[nodiscard]] ChildResult run_child(const ChildCommand& command);

}  // namespace planwise::core
