/// \file
/// The library's log: JSON lines in a file of the caller's choice, nothing until it is started.
#pragma once

#include <filesystem>
#include <string_view>

namespace planwise {

/// Appends to `file` (mode 0600) from now on, {"time", "level", "event", ...} a line; at 10 MB the file is renamed to
/// file.1 and so on, five are kept. `level` is debug, info, warning, error or off. Throws invalid_argument for another
/// level, io or denied when the file cannot be opened. Not for several threads at once.
void start_log(const std::filesystem::path& file, std::string_view level = "info");

/// Flushes and closes the log.
void stop_log() noexcept;

/// One line of the caller's own. `event` is a short fixed name, `text` what happened. Never throws.
void log_event(std::string_view level, std::string_view event, std::string_view text) noexcept;

}  // namespace planwise
