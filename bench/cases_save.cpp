// Saving: one run in a lease and on its own, in a fresh process, many at once; loading.
#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "cases.h"
#include "measure.h"
#include "processes.h"
#include "raw_peer.h"
#include "sample_stores.h"

namespace planwise::bench {

namespace fs = std::filesystem;
using store::RunStore;

namespace {

constexpr int rounds = 100;

std::size_t at(int index) { return static_cast<std::size_t>(index); }

struct SavePairs {
  Pair in_lease, on_its_own;
};

SavePairs saves_at(std::int64_t size) {
  const fs::path original = filled_store("full", size);
  const ScratchStore our_file(original, "ours");
  const ScratchStore peer_file(original, "peer");
  RunStore store(options_for(our_file.path()));
  RawPeer peer(peer_file.path());
  std::vector<Run> runs;
  std::vector<PeerRows> rows;
  for (int i = 0; i < 2 * rounds + 1; ++i) {
    runs.push_back(new_full_run(size + i));
    rows.push_back(peer_rows(new_full_run(size + i), size + i + 1));
  }
  SavePairs pairs;
  {
    const auto hold = store.hold(RunStore::HoldFor::writing);
    peer.attach();
    store.save(runs.back(), {});
    peer.save(rows.back());
    pairs.in_lease = measure_by_turns(
        rounds, [&](int round) { store.save(runs[at(round)], {}); },
        [&](int round) {
          peer.save(rows[at(round)]);
          peer.checkpoint_when_due();
        });
    peer.detach();
  }
  pairs.on_its_own = measure_by_turns(
      rounds, [&](int round) { store.save(runs[at(rounds + round)], {}); },
      [&](int round) {
        peer.attach();
        peer.save(rows[at(rounds + round)]);
        peer.checkpoint_when_due();
        peer.detach();
      });
  return pairs;
}

}  // namespace

void case_save(const Settings& settings) {
  std::vector<double> leased;
  for (const std::int64_t size : allowed(settings, {1'000, 10'000, 100'000})) {
    const auto [in_lease, on_its_own] = saves_at(size);
    print_line(fmt::format("save 20 KB in a lease, {} stored", size), in_lease.ours, {.peer = in_lease.peer.median, .at_most_ratio = 1.5, .limit = 7});
    print_line(fmt::format("save 20 KB open-save-close, {} stored", size), on_its_own.ours, {.peer = on_its_own.peer.median, .at_most_ratio = 1.5});
    print_note(fmt::format("peer: in a lease p95 {:.2f} mean {:.2f}; open-save-close p95 {:.2f} mean {:.2f}", in_lease.peer.p95, in_lease.peer.mean,
                           on_its_own.peer.p95, on_its_own.peer.mean));
    leased.push_back(in_lease.ours.median);
  }
  if (leased.size() > 1) print_figure("save in a lease: largest store against smallest (x)", leased.back() / leased.front(), {.limit = 1.5});
}

void case_cold(const Settings& settings) {
  constexpr int processes = 40;
  std::vector<double> medians;
  for (const std::int64_t size : allowed(settings, {1'000, 10'000, 100'000})) {
    const ScratchStore our_file(filled_store("full", size), "ours");
    const ScratchStore peer_file(filled_store("full", size), "peer");
    std::vector<double> ours, peer;  // as the child measured from opening to closing
    const auto child = [size](const std::string& what, const ScratchStore& file, std::vector<double>& times) {
      return [&times, &file, what, size](int round) {
        const ProcessRun done = run_process({own_path(), what, file.path().string(), std::to_string(size + round)}, Output::kept);
        if (done.status != 0) print_note(fmt::format("a child ended with status {}", done.status));
        times.push_back(std::atof(done.output.c_str()));
      };
    };
    const Pair whole = measure_by_turns(processes, child("--child-save", our_file, ours), child("--child-raw-save", peer_file, peer));
    const Figures figures = figures_of(ours);
    print_line(fmt::format("cold save, fresh process's lease, {} stored", size), figures, {.peer = figures_of(peer).median, .limit = 25});
    print_line(fmt::format("  the whole process, {} stored", size), whole.ours, {.peer = whole.peer.median});
    medians.push_back(figures.median);
  }
  if (medians.size() > 1) print_figure("cold save: largest store against smallest (x)", medians.back() / medians.front(), {.limit = 1.5});
}

void case_batch(const Settings&) {
  constexpr std::int64_t count = 40'000;
  const fs::path file = bench_folder() / "batch.duckdb";
  const auto fresh = [&file] {
    for (const char* end : {"", ".wal"}) fs::remove(file.string() + end);
    RunStore store(options_for(file));
    store.save(slim_run(0), {});
  };
  const auto rate = [](Clock::time_point start) { return static_cast<double>(count) / milliseconds_since(start) * 1000; };
  fresh();
  std::vector<Run> runs;
  for (std::int64_t i = 1; i <= count; ++i) runs.push_back(slim_run(i));
  double ours = 0;
  {
    RunStore store(options_for(file));
    const auto start = Clock::now();
    (void)store.save_all(std::move(runs), {});
    ours = rate(start);
  }
  const auto opening = Clock::now();
  (void)RunStore(options_for(file)).list({});
  const double opened = milliseconds_since(opening);
  fresh();
  std::vector<PeerRows> rows;
  for (std::int64_t i = 1; i <= count; ++i) {
    rows.push_back(peer_rows(slim_run(i), i + 1));
    if (i > 49) rows.back().run.configuration.clear();  // 1 to 49 bring theirs, the first save brought variant 0
  }
  RawPeer peer(file);
  const auto start = Clock::now();
  peer.attach();
  peer.save_all(rows);
  peer.checkpoint_when_due();
  peer.detach();
  const double raw = rate(start);
  print_figure("batch save of 40,000 slim runs, runs a second", ours, {.peer = raw, .limit = 20'000, .limit_is_least = true});
  print_figure("first page after it, opening included", opened, {});
}

void case_load(const Settings& settings) {
  for (const std::int64_t size : allowed(settings, {1'000, 10'000, 100'000})) {
    const fs::path file = filled_store("full", size);
    std::vector<std::string> ids;
    RunStore store(options_for(file));
    ListRequest request;
    request.limit = rounds + 1;
    request.offset = size / 2;
    for (const RunSummary& run : store.list(request).runs) ids.push_back(run.run_id);
    const Figures alone = measure(rounds, [&](int round) { (void)store.load(ids[at(round)]); });
    const ScratchStore peer_file(file, "peer");
    RawPeer peer(peer_file.path());
    peer.attach();
    const auto hold = store.hold(RunStore::HoldFor::reading);
    const auto ours = [&](int round) { (void)store.load(ids[at(round)]); };
    const auto raw = [&](int round) { (void)peer.load(ids[at(round)]); };
    ours(rounds);
    raw(rounds);
    const Pair leased = measure_by_turns(rounds, ours, raw);
    peer.detach();
    print_line(fmt::format("load 20 KB in a lease, {} stored", size), leased.ours, {.peer = leased.peer.median, .limit = 3});
    print_line(fmt::format("load 20 KB open-load-close, {} stored", size), alone, {});
  }
}

bool run_as_child(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3 || !arguments[0].starts_with("--child-")) return false;
  const fs::path file = arguments[1];
  const std::int64_t number = std::atoll(arguments[2].c_str());
  if (arguments[0] == "--child-save") {
    const Run run = new_full_run(number);
    const auto start = Clock::now();
    RunStore store(options_for(file));
    store.save(run, {});
    fmt::print("{}\n", milliseconds_since(start));
  } else if (arguments[0] == "--child-raw-save") {
    const PeerRows rows = peer_rows(new_full_run(number), number + 1);
    const auto start = Clock::now();
    RawPeer peer(file);
    peer.attach();
    peer.save(rows);
    peer.checkpoint_when_due();
    peer.detach();
    fmt::print("{}\n", milliseconds_since(start));
  } else {
    RunStore store(options_for(file));
    const auto hold = store.hold(RunStore::HoldFor::writing);
    for (std::int64_t i = number;; ++i) store.save(new_full_run(i), {});
  }
  std::fflush(stdout);
  return true;
}

}  // namespace planwise::bench
