#include "store/process_mark.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>

namespace planwise::store {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string host_name() {
  std::array<char, 256> buffer{};
  return ::gethostname(buffer.data(), buffer.size() - 1) == 0 ? std::string(buffer.data()) : std::string();
}

std::string process_space() {
  std::array<char, 128> buffer{};
  const ssize_t size = ::readlink("/proc/self/ns/pid", buffer.data(), buffer.size());
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

/// Start of a process in clock ticks after the boot; absent when it is not there, or is dead and merely not yet reaped.
std::optional<std::int64_t> start_of(std::int64_t process_id) {
  const std::string stat = first_line("/proc/" + std::to_string(process_id) + "/stat");
  // The name in parentheses may hold anything; behind it stand state (field 3) to start time (field 22).
  std::size_t at = stat.rfind(") ");
  if (at == std::string::npos) return std::nullopt;
  at += 2;
  if (stat[at] == 'Z' || stat[at] == 'X') return std::nullopt;
  for (int field = 3; field < 22; ++field) {
    at = stat.find(' ', at);
    if (at == std::string::npos) return std::nullopt;
    ++at;
  }
  std::int64_t ticks = 0;
  const auto [end, error] = std::from_chars(stat.data() + at, stat.data() + stat.size(), ticks);
  if (error != std::errc()) return std::nullopt;
  return ticks;
}

}  // namespace

void mark_process(Heartbeat& heartbeat) {
  heartbeat.host = host_name();
  heartbeat.process_id = ::getpid();
  heartbeat.process_started = start_of(heartbeat.process_id).value_or(0);
  heartbeat.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  heartbeat.process_space = process_space();
}

std::string_view running_state(const std::optional<Heartbeat>& heartbeat, Timestamp now) {
  if (!heartbeat) return "unknown";
  Heartbeat here;
  mark_process(here);
  const bool can_be_looked_up = !here.boot_id.empty() && here.boot_id == heartbeat->boot_id &&
                                here.host == heartbeat->host && here.process_space == heartbeat->process_space &&
                                heartbeat->process_started != 0;
  if (can_be_looked_up) return start_of(heartbeat->process_id) == heartbeat->process_started ? "running" : "lost";
  return now.microseconds - heartbeat->beat_at.microseconds < lost_after_seconds * 1'000'000 ? "running" : "lost";
}

}  // namespace planwise::store
