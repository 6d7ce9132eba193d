// What every command works with: the global options, the store they name, and where output goes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "planwise/planwise.h"

namespace planwise::cli {

enum class Output { table, json, jsonl, csv };

struct Globals {
  std::string database;
  std::string simulation;
  std::string user;
  std::string legacy_timezone;
  std::string log_file;
  std::string log_level = "info";
  std::string columns;  ///< Comma-separated names; empty: the usual ones.
  Output output = Output::table;
  double wait_seconds = 10;
  bool quiet = false;
  bool no_color = false;
};

class Session {
 public:
  Globals globals;

  /// The store; opened when first asked for. `create`: whether a missing file is made.
  ResultsManager& manager(bool create = false);
  /// The one run that the text names: a whole id, or its first 6 or more characters when they are unique.
  std::string run_id(const std::string& text);
  std::vector<std::string> run_ids(const std::vector<std::string>& texts);

  /// One line on stderr for a person; nothing with --quiet.
  void say(const std::string& text) const;
  /// A bar on stderr while it is a terminal. From now on Ctrl-C asks the call for cancellation instead of ending the
  /// program at once.
  [[nodiscard]] ProgressCallback progress(const std::string& what) const;
  /// The simulation's database: the one named, else simulation.duckdb when it is here, else empty.
  [[nodiscard]] std::string simulation_file() const;

  /// Ends the program with this status after the command has finished (verify with findings, health that failed, ...).
  int exit_status = 0;

 private:
  std::unique_ptr<ResultsManager> manager_;
};

/// Ctrl-C and SIGTERM end the program at once with status 130: a save or a read can be cut off anywhere, as a crash
/// could. After heed_interrupts() the first one only sets interrupted(), for work that stops at a good moment, and the
/// second ends the program.
void catch_interrupts();
void heed_interrupts() noexcept;
[[nodiscard]] bool interrupted() noexcept;

/// Exit status of an error: stable, documented in docs/exit-status.md.
[[nodiscard]] int exit_status_of(ErrorCode code) noexcept;
inline constexpr int usage_status = 64;
inline constexpr int interrupted_status = 130;

/// Prints the error on stderr with a hint where there is a remedy; as one JSON object where the output is JSON.
void report(const Error& error, const Globals& globals);

}  // namespace planwise::cli
