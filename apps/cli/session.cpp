#include "session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "terminal_text.h"

namespace planwise::cli {

namespace {

volatile std::sig_atomic_t heeded = 0;
volatile std::sig_atomic_t interrupt_count = 0;

extern "C" void on_interrupt(int) {
  interrupt_count = interrupt_count + 1;
  if (heeded == 0 || interrupt_count > 1) ::_exit(interrupted_status);
}

}  // namespace

bool interrupted() noexcept { return interrupt_count > 0; }
void heed_interrupts() noexcept { heeded = 1; }

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
    options.read_deadline = std::chrono::milliseconds(
        static_cast<std::int64_t>(globals.wait_seconds * 1000));  // bounded by the option's check
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
  if (globals.quiet) return;
  std::fflush(stdout);
  fmt::print(stderr, "planwise: {}\n", printable_lines(text));
}

std::string Session::simulation_file() const {
  constexpr const char* usual = "simulation.duckdb";
  if (!globals.simulation.empty()) return globals.simulation;
  return ::access(usual, F_OK) == 0 ? usual : "";
}

namespace {

/// "exporting [=====     ]  40%  123 of 300  3 s left", drawn at most ten times a second, wiped when it goes.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what) : what_(std::move(what)), started_(Clock::now()) {}
  ~ProgressBar() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void draw(std::int64_t done, std::int64_t total) {
    const Clock::time_point now = Clock::now();
    if (total <= 0 || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    drawn_ = true;
    constexpr int length = 30;
    const double part = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
    const int filled = static_cast<int>(part * length);
    const double seconds = std::chrono::duration<double>(now - started_).count();
    const std::string left =
        part > 0.02 && seconds > 1 ? fmt::format("  {:.0f} s left", seconds * (1 - part) / part) : "";
    fmt::print(stderr, "\r{} [{:=<{}}{: <{}}] {:3.0f}%  {} of {}{}\033[K", what_, "", filled, "", length - filled,
               part * 100, done, total, left);
    std::fflush(stderr);
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  Clock::time_point started_, last_{};
  bool drawn_ = false;
};

}  // namespace

ProgressCallback Session::progress(const std::string& what) const {
  heed_interrupts();
  const bool shown = !globals.quiet && ::isatty(STDERR_FILENO) != 0;
  return [bar = shown ? std::make_shared<ProgressBar>(what) : nullptr](std::int64_t done, std::int64_t total) {
    if (bar) bar->draw(done, total);
    return !interrupted();
  };
}

int exit_status_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument:
      return 2;
    case ErrorCode::not_found:
      return 3;
    case ErrorCode::already_exists:
      return 4;
    case ErrorCode::wrong_state:
      return 5;
    case ErrorCode::conflict:
      return 6;
    case ErrorCode::busy:
      return 7;
    case ErrorCode::unsupported:
      return 8;
    case ErrorCode::corrupt:
      return 9;
    case ErrorCode::denied:
      return 10;
    case ErrorCode::cancelled:
      return 11;
    case ErrorCode::io:
      return 12;
    case ErrorCode::database:
      return 13;
    case ErrorCode::internal:
      return 14;
  }
  return 14;
}

namespace {

/// What to do about it, where that can be said.
std::string hint_for(const Error& error) {
  const std::string_view text = error.what();
  const auto says = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (says("`planwise")) return "";  // the message has the remedy
  switch (error.code()) {
    case ErrorCode::not_found:
      if (text.starts_with("there is no database"))
        return "name a store with --db or PLANWISE_DB, or make one with `planwise setup`";
      return "";
    case ErrorCode::already_exists:
      if (says("--force") || says("--new-id")) return "";
      return says("run '") ? "`planwise revise` corrects a run, `planwise save --new-id` stores another one"
                           : "--force replaces an existing file";
    case ErrorCode::wrong_state:
      return says("locked") ? "`planwise unlock RUN` takes the protection off" : "";
    case ErrorCode::busy:
      return "--wait SECONDS waits longer; `planwise health` shows who holds the file";
    case ErrorCode::conflict:
      return says("token") ? "--token passes the token that creating the run returned" : "";
    case ErrorCode::internal:
      return "this is a fault of planwise; please report it with the command that led to it";
    default:
      return "";
  }
}

}  // namespace

void report(const Error& error, const Globals& globals) {
  log_event("error", to_text(error.code()), error.what());
  const int status = interrupted() ? interrupted_status : exit_status_of(error.code());
  const std::string hint = hint_for(error);
  if (globals.output == Output::json || globals.output == Output::jsonl) {
    const Json document(Json::Object{{"error", Json(Json::Object{{"code", Json(to_text(error.code()))},
                                                                 {"message", Json(error.what())},
                                                                 {"hint", hint.empty() ? Json() : Json(hint)},
                                                                 {"exit_status", status}})}});
    fmt::print(stderr, "{}\n", document.dump());
    return;
  }
  fmt::print(stderr, "planwise: {}\n", printable_lines(error.what()));
  if (!hint.empty()) fmt::print(stderr, "hint: {}\n", hint);
}

}  // namespace planwise::cli
