// The commands, one function a group. Each adds its subcommands to the program; help and completion come from there.
#pragma once

#include <CLI/CLI.hpp>

#include "session.h"

namespace planwise::cli {

void add_save_commands(CLI::App& app, Session& session);      // save, revise, annotate
void add_read_commands(CLI::App& app, Session& session);      // list, show, compare, history, diff
void add_state_commands(CLI::App& app, Session& session);     // lock, unlock, delete, archive, unarchive, trash
void add_exchange_commands(CLI::App& app, Session& session);  // export, exports, import, inspect
void add_store_commands(CLI::App& app, Session& session);     // setup, health, verify, sql, store ...
void add_audit_commands(CLI::App& app, Session& session);     // audit log, seal, prove
void add_completion_command(CLI::App& app, Session& session);

/// Examples at the end of a command's help, each line a call.
inline void examples(CLI::App& command, const std::string& lines) { command.footer("Examples:\n" + lines); }

/// Options as the callbacks see them: owned by the command's closure.
template <typename Options>
std::shared_ptr<Options> make_options() {
  return std::make_shared<Options>();
}

}  // namespace planwise::cli
