#include "core/log.h"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>

#include "core/json_text.h"
#include "core/near.h"
#include "planwise/error.h"
#include "planwise/time.h"

namespace planwise::core {
namespace {

constexpr std::size_t file_bytes = 10 * 1024 * 1024;
constexpr std::size_t kept_files = 5;
constexpr std::array<std::string_view, 5> level_names{"debug", "info", "warning", "error", "off"};

struct Sink {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;
  std::filesystem::path file;
};

/// Never destroyed: a thread may still log while the process ends.
Sink& sink() {
  static auto* const only = new Sink;
  return *only;
}

std::atomic<LogLevel> least_level{LogLevel::info};
std::atomic<bool> started{false};

/// Text that is safe to write: as given, but valid UTF-8 and without what must never be in a log.
Json cleaned(const Json& value, int depth) {
  if (depth > 20) return "...";
  if (value.is_string()) return as_utf8(value.as_string());
  if (value.is_array()) {
    Json::Array out;
    for (const Json& element : value.as_array()) out.push_back(cleaned(element, depth + 1));
    return out;
  }
  if (value.is_object()) {
    Json::Object out;
    for (const auto& [key, member] : value.as_object()) {
      if (key != "employee_ssn") out.emplace_back(as_utf8(key), cleaned(member, depth + 1));
    }
    return out;
  }
  return value;
}

}  // namespace

std::string_view to_text(LogLevel level) noexcept { return level_names[static_cast<std::size_t>(level)]; }

LogLevel log_level_from(std::string_view name) {
  for (std::size_t index = 0; index < level_names.size(); ++index) {
    if (level_names[index] == name) return static_cast<LogLevel>(index);
  }
  throw Error(ErrorCode::invalid_argument, "log level " + excerpt(name) +
                                               " is not allowed: expected debug, info, warning, error or off" +
                                               did_you_mean(name, level_names));
}

void start_log_file(const std::filesystem::path& file) {
  // Made here, so that it never exists with a wider mode.
  const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (made < 0) {
    const int error = errno;
    throw Error(error == EACCES || error == EPERM ? ErrorCode::denied : ErrorCode::io,
                "cannot write the log file " + as_utf8(file.string()) + ": " + std::generic_category().message(error));
  }
  ::close(made);
  try {
    spdlog::file_event_handlers handlers;
    handlers.after_open = [](const spdlog::filename_t&, std::FILE* stream) { ::fchmod(::fileno(stream), 0600); };
    auto rotating =
        std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), file_bytes, kept_files, false, handlers);
    auto logger = std::make_shared<spdlog::logger>("planwise", std::move(rotating));
    logger->set_pattern("%v", spdlog::pattern_time_type::utc);
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
    logger->set_error_handler([](const std::string&) {});
    const std::lock_guard lock(sink().mutex);
    sink().logger = std::move(logger);
    sink().file = file;
    started = true;
  } catch (const std::exception& failure) {
    throw Error(ErrorCode::io, "cannot write the log file " + as_utf8(file.string()) + ": " + failure.what());
  }
}

void stop_log_file() noexcept {
  const std::lock_guard lock(sink().mutex);
  started = false;
  sink().logger.reset();
}

std::filesystem::path current_log_file() {
  const std::lock_guard lock(sink().mutex);
  return sink().logger ? sink().file : std::filesystem::path();
}

void set_log_level(LogLevel level) noexcept { least_level = level; }

bool logs(LogLevel level) noexcept { return started && level != LogLevel::off && level >= least_level; }

void log(LogLevel level, std::string_view event, const Json& fields) noexcept {
  if (!logs(level)) return;
  try {
    Json line = Json::object();
    line.set("time", to_text(now()));
    line.set("level", to_text(level));
    line.set("event", as_utf8(event));
    if (fields.is_object()) {
      const Json clean = cleaned(fields, 0);
      for (const auto& [key, value] : clean.as_object())
        line.set(line.find(key) == nullptr ? key : "field_" + key, value);
    }
    const std::string text = line.dump();
    std::shared_ptr<spdlog::logger> logger;
    {
      const std::lock_guard lock(sink().mutex);
      logger = sink().logger;
    }
    if (logger) logger->log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
  } catch (...) {  // NOLINT(bugprone-empty-catch): see the contract
  }
}

}  // namespace planwise::core
