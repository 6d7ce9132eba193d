#include "session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace planwise::cli {

namespace {

volatile std::sig_atomic_t interrupt_count = 0;

extern "C" void on_interrupt(int) {
  interrupt_count = interrupt_count + 1;
  if (interrupt_count > 1) ::_exit(interrupted_status);  // asked twice: at once
}

}  // namespace

bool interrupted() noexcept { return interrupt_count > 0; }

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
}

ResultsManager& Session::manager(bool create) {
  if (!manager_) {
    ManagerOptions options;
    options.database = globals.database;
    options.actor = globals.user;
    options.source = "cli";
    options.legacy_zone = globals.legacy_timezone;
    options.read_deadline = std::chrono::milliseconds(static_cast<std::int64_t>(globals.wait_seconds * 1000));
    options.spool_deadline = std::min(options.read_deadline, options.spool_deadline);
    options.create = create;
    options.notice = [this](std::string_view text) {
      say(std::string(text));
      log_event("info", "notice", text);
    };
    manager_ = std::make_unique<ResultsManager>(options);
  }
  return *manager_;
}

std::string Session::run_id(const std::string& text) {
  constexpr std::size_t shortest = 6;
  if (text.size() < shortest || text.size() >= 36) return text;
  const std::vector<std::string> found = manager().ids_starting_with(text, 5);
  if (found.empty()) return text;
  for (const std::string& id : found) {
    if (id == text) return id;
  }
  if (found.size() == 1) return found.front();
  std::string list;
  for (const std::string& id : found) list += (list.empty() ? "" : ", ") + id;
  throw Error(ErrorCode::invalid_argument, fmt::format("'{}' is the beginning of several runs: {}", text, list));
}

std::vector<std::string> Session::run_ids(const std::vector<std::string>& texts) {
  std::vector<std::string> ids;
  for (const std::string& text : texts) ids.push_back(run_id(text));
  return ids;
}

void Session::say(const std::string& text) const {
  if (!globals.quiet) fmt::print(stderr, "planwise: {}\n", text);
}

ProgressCallback Session::progress(const std::string& what) const {
  const bool shown = !globals.quiet && ::isatty(STDERR_FILENO) != 0;
  return [what, shown, last = -1](std::int64_t done, std::int64_t total) mutable {
    if (shown && total > 0) {
      const int percent = static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total));
      if (percent != last) {
        last = percent;
        const int filled = percent * 30 / 100;
        fmt::print(stderr, "\r{} [{:=<{}}{: <{}}] {:3}%  {} of {}", what, "", filled, "", 30 - filled, percent, done, total);
        if (done >= total) fmt::print(stderr, "\r\033[K");
        std::fflush(stderr);
      }
    }
    return !interrupted();
  };
}

int exit_status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument: return 2;
    case ErrorCode::not_found: return 3;
    case ErrorCode::already_exists: return 4;
    case ErrorCode::wrong_state: return 5;
    case ErrorCode::conflict: return 6;
    case ErrorCode::busy: return 7;
    case ErrorCode::unsupported: return 8;
    case ErrorCode::corrupt: return 9;
    case ErrorCode::denied: return 10;
    case ErrorCode::cancelled: return 11;
    case ErrorCode::io: return 12;
    case ErrorCode::database: return 13;
    case ErrorCode::internal: return 14;
  }
  return 14;
}

void report(const Error& error, const Globals& globals) {
  log_event("error", to_text(error.code()), error.what());
  if (globals.output == Output::json || globals.output == Output::jsonl) {
    const Json document(Json::Object{{"error", Json(Json::Object{{"code", Json(to_text(error.code()))}, {"message", Json(error.what())}})}});
    fmt::print(stderr, "{}\n", document.dump());
    return;
  }
  fmt::print(stderr, "planwise: {}\n", error.what());
  if (error.code() == ErrorCode::not_found && std::string_view(error.what()).starts_with("there is no database")) {
    fmt::print(stderr, "hint: name a store with --db or PLANWISE_DB, or make one with `planwise setup`\n");
  }
  if (error.code() == ErrorCode::already_exists && std::string_view(error.what()).find("--force") == std::string_view::npos &&
      std::string_view(error.what()).find("run '") == std::string_view::npos) {
    fmt::print(stderr, "hint: --force replaces an existing target of an export\n");
  }
}

}  // namespace planwise::cli
