#include "planwise/health.h"

#include "core/log.h"

namespace planwise {

void start_log(const std::filesystem::path& file, std::string_view level) {
  core::set_log_level(core::log_level_from(level));
  core::start_log_file(file);
}

void stop_log() noexcept { core::stop_log_file(); }

void log_event(std::string_view level, std::string_view event, std::string_view text) noexcept {
  try {
    core::log(core::log_level_from(level), event, Json(Json::Object{{"text", Json(text)}}));
  } catch (...) {  // A log stops nobody's work.
  }
}

}  // namespace planwise
