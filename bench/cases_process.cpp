// Whole processes: after a crash, the shell command, memory of exports.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "cases.h"
#include "measure.h"
#include "processes.h"
#include "sample_stores.h"

namespace planwise::bench {

namespace fs = std::filesystem;
using store::RunStore;

namespace {

/// The shell command; empty, saying so, when it has not been built.
std::string shell_command() {
  if (fs::exists(PLANWISE_BENCH_COMMAND)) return PLANWISE_BENCH_COMMAND;
  print_note(fmt::format("SKIPPED: there is no {}; build planwise_cli", PLANWISE_BENCH_COMMAND));
  return {};
}

}  // namespace

void case_crash(const Settings& settings) {
  constexpr int crashes = 7;
  for (const std::int64_t size : allowed(settings, {10'000, 100'000})) {
    const ScratchStore scratch(filled_store("full", size));
    std::vector<double> times;
    for (int crash = 0; crash < crashes; ++crash) {
      const pid_t child = start_process({own_path(), "--child-save-on", scratch.path().string(), std::to_string(size)});
      std::this_thread::sleep_for(std::chrono::milliseconds(700 + 90 * crash));
      kill_process(child);
      const auto start = Clock::now();
      RunStore store(options_for(scratch.path()));
      (void)store.list({});
      times.push_back(milliseconds_since(start));
    }
    print_line(fmt::format("first page after kill -9 while saving, {} stored", size), figures_of(times), {.limit = 1000});
  }
}

void case_process(const Settings& settings) {
  constexpr int processes = 25;
  const std::string command = shell_command();
  if (command.empty()) return;
  for (const std::int64_t size : allowed(settings, {1'000, 100'000, 1'000'000})) {
    const fs::path file = filled_store("slim", size);
    std::vector<double> times, bare;
    for (int i = 0; i <= processes; ++i) {
      const ProcessRun list = run_process({command, "--db", file.string(), "list"}, Output::dropped);
      if (list.status != 0) print_note(fmt::format("planwise list ended with status {}", list.status));
      const ProcessRun version = run_process({command, "--version"}, Output::dropped);
      if (i == 0) continue;
      times.push_back(list.milliseconds);
      bare.push_back(version.milliseconds);
    }
    print_line(fmt::format("planwise list, whole process, {} runs", size), figures_of(times), {.limit = size <= 1'000 ? 50 : 70});
    if (size == 1'000) print_line("  of which start and end: planwise --version", figures_of(bare), {});
  }
}

void case_export(const Settings& settings) {
  const std::string command = shell_command();
  if (command.empty()) return;
  for (const std::int64_t size : allowed(settings, {1'000, 100'000})) {
    const ScratchStore scratch(filled_store("full", size));  // an export is recorded in its store
    for (const std::string& format : settings.formats) {
      const fs::path target = bench_folder() / ("export." + format);
      fs::remove_all(target);
      const ProcessRun done =
          run_process({command, "--db", scratch.path().string(), "export", "--all", "--format", format, "--to", target.string()}, Output::dropped);
      if (done.status != 0) print_note(fmt::format("planwise export --format {} ended with status {}", format, done.status));
      print_figure(fmt::format("peak memory, export of {} runs as {} (MB)", size, format), static_cast<double>(done.peak_kb) / 1024, {.limit = 256});
      print_figure("  seconds", done.milliseconds / 1000, {});
      fs::remove_all(target);
    }
  }
}

}  // namespace planwise::bench
