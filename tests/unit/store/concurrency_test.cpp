// Several threads, several processes, forks and sudden deaths on one store. PLANWISE_SOAK_SECONDS makes them long.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "planwise/error.h"
#include "sample_runs.h"
#include "store/run_store.h"
#include "temp_folder.h"

namespace planwise::store {
namespace {

using Clock = std::chrono::steady_clock;
using planwise::testing::small_run;
using planwise::testing::TempFolder;

double soak_seconds(double otherwise) {
  const char* text = std::getenv("PLANWISE_SOAK_SECONDS");
  return text != nullptr ? std::atof(text) : otherwise;
}

StoreOptions options_for(const TempFolder& folder, const std::string& actor) {
  StoreOptions options;
  options.database = folder / "store.duckdb";
  options.who = {actor, "session", "library"};
  return options;
}

/// Appends acknowledged ids to a file, one write each, so that a killed process leaves what it had acknowledged.
class Acknowledged {
 public:
  explicit Acknowledged(const std::filesystem::path& file) : descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)) {}
  ~Acknowledged() { ::close(descriptor_); }
  void add(const std::string& id) {
    const std::string line = id + "\n";
    ASSERT_EQ(::write(descriptor_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }

 private:
  int descriptor_;
};

std::vector<std::string> read_ids(const std::filesystem::path& file) {
  std::vector<std::string> ids;
  std::ifstream in(file);
  for (std::string id; std::getline(in, id);) ids.push_back(id);
  return ids;
}

/// Saves until the time is up; returns the longest that one save took, in seconds.
double save_until(RunStore& store, Clock::time_point until, const std::string& scenario, Acknowledged& acknowledged) {
  double longest = 0;
  while (Clock::now() < until) {
    const auto started = Clock::now();
    acknowledged.add(store.save(small_run(scenario), {}).run_id);
    longest = std::max(longest, std::chrono::duration<double>(Clock::now() - started).count());
  }
  return longest;
}

void expect_every_run_once(const TempFolder& folder, const std::vector<std::string>& ids) {
  RunStore store(options_for(folder, "checker"));
  (void)store.drain();
  EXPECT_TRUE(store.spool().empty());
  std::set<std::string> stored;
  ListRequest request;
  request.limit = 1'000'000;
  for (const RunSummary& run : store.list(request).runs) EXPECT_TRUE(stored.insert(run.run_id).second) << run.run_id << " twice";
  const std::set<std::string> acknowledged(ids.begin(), ids.end());
  EXPECT_EQ(acknowledged.size(), ids.size());
  for (const std::string& id : acknowledged) EXPECT_TRUE(stored.contains(id)) << id << " is lost";
  const VerifyReport report = store.verify(false, {});
  EXPECT_TRUE(report.clean()) << report.findings.size() << ": " << (report.clean() ? "" : report.findings[0].what);
  std::printf("%zu acknowledged, %zu stored\n", acknowledged.size(), stored.size());
}

TEST(Concurrency, Fault22_EightThreadsInFourProcessesLoseAndDoubleNothing) {
  const TempFolder folder;
  {
    RunStore store(options_for(folder, "setup"));
    store.save(small_run("first"), {});
  }
  const double seconds = soak_seconds(3);
  std::vector<pid_t> children;
  for (int process = 0; process < 4; ++process) {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
      RunStore store(options_for(folder, "process-" + std::to_string(process)));
      Acknowledged acknowledged(folder / ("acknowledged-" + std::to_string(process)));
      std::mutex longest_mutex;
      double longest = 0;
      {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 8; ++thread) {
          threads.emplace_back([&] {
            const double mine = save_until(store, until, "s", acknowledged);
            const std::lock_guard guard(longest_mutex);
            longest = std::max(longest, mine);
          });
        }
      }
      // For the reader: a clock decides nothing here. The deadline is 2 s, then the spool takes the save.
      std::printf("process %d: the longest save took %.2f s\n", process, longest);
      std::fflush(stdout);
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "a process died: " << status;
  }
  std::vector<std::string> ids;
  for (int process = 0; process < 4; ++process) {
    for (std::string& id : read_ids(folder / ("acknowledged-" + std::to_string(process)))) ids.push_back(std::move(id));
  }
  EXPECT_GT(ids.size(), 20U);
  expect_every_run_once(folder, ids);
}

TEST(Concurrency, KilledWritersLoseNothingTheyHadAcknowledged) {
  const TempFolder folder;
  const int kills = static_cast<int>(soak_seconds(3) * 8);
  std::mt19937 random(20261124);
  {
    RunStore store(options_for(folder, "setup"));
    store.save(small_run("first"), {});
  }
  std::vector<pid_t> children(4, 0);
  int round = 0;
  const auto start = [&](std::size_t slot) {
    const int number = ++round;
    const pid_t child = ::fork();
    if (child == 0) {
      RunStore store(options_for(folder, "writer"));
      Acknowledged acknowledged(folder / ("acknowledged-" + std::to_string(number)));
      save_until(store, Clock::now() + std::chrono::seconds(600), "s", acknowledged);
      ::_exit(0);
    }
    children[slot] = child;
  };
  for (std::size_t slot = 0; slot < children.size(); ++slot) start(slot);
  for (int kill = 0; kill < kills; ++kill) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 150));
    const std::size_t slot = random() % children.size();
    ::kill(children[slot], SIGKILL);
    ::waitpid(children[slot], nullptr, 0);
    start(slot);
  }
  for (pid_t child : children) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  std::vector<std::string> ids;
  for (int number = 1; number <= round; ++number) {
    for (std::string& id : read_ids(folder / ("acknowledged-" + std::to_string(number)))) ids.push_back(std::move(id));
  }
  std::printf("%d kills\n", kills);
  expect_every_run_once(folder, ids);
}

TEST(Concurrency, AForkedChildSavesSafelyBesideItsParent) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer starts no threads in the child of a threaded process";
#endif
  const TempFolder folder;
  RunStore store(options_for(folder, "parent"));
  store.save(small_run("before"), {});
  const pid_t child = ::fork();
  if (child == 0) {
    int failed = 0;
    try {
      for (int i = 0; i < 5; ++i) store.save(small_run("child"), {});
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
      failed = 1;
    }
    ::_exit(failed);
  }
  for (int i = 0; i < 5; ++i) store.save(small_run("parent"), {});
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  (void)store.drain();
  EXPECT_EQ(store.list({}).total, 11);
  EXPECT_TRUE(store.verify(false, {}).clean());
}

}  // namespace
}  // namespace planwise::store
