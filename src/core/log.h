/// \file
/// The log: one JSON object a line, {"time", "level", "event", ...fields}, in a file that rotates. Nothing is written
/// until start_log_file() is called. All functions may be called from any thread and, but for start_log_file(), never
/// throw: a log that cannot be written stops nobody's work.
#pragma once

#include <filesystem>
#include <string_view>

#include "planwise/json.h"

namespace planwise::core {

enum class LogLevel { debug, info, warning, error, off };

/// "debug", "info", ...
[[nodiscard]] std::string_view to_text(LogLevel level) noexcept;
/// Throws invalid_argument for any other text.
[[nodiscard]] LogLevel log_level_from(std::string_view name);

/// Appends from now on to `file` (mode 0600); at 10 MB it is renamed to file.1 and so on, five of them are kept.
/// Throws io or denied when it cannot be opened.
void start_log_file(const std::filesystem::path& file);
/// Flushes and closes; afterwards nothing is written.
void stop_log_file() noexcept;
/// The file that is written to; empty when there is none.
[[nodiscard]] std::filesystem::path current_log_file();

/// What is less important than `level` is not written. At first: info.
void set_log_level(LogLevel level) noexcept;
/// True when a line of this level would be written, for callers whose fields are expensive.
[[nodiscard]] bool logs(LogLevel level) noexcept;

/// One line. `event` is a short fixed name ("run_saved"), `fields` an object. Members named employee_ssn are left out
/// at any depth.
void log(LogLevel level, std::string_view event, const Json& fields = Json::object()) noexcept;

}  // namespace planwise::core
