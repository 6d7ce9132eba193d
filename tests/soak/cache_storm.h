// Many processes that write, read and damage one file cache and are killed at random moments, with a referee who looks
// at the folder while nobody writes. The unit tests run it for seconds, cache_soak for as long as asked.
#pragma once

#include <signal.h>  // NOLINT: kill
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "cache/file_cache.h"

namespace planwise::cache::testing {

struct StormResult {
  std::int64_t reads = 0, hits = 0, writes = 0, damaged = 0, kills = 0, looks = 0;
  std::int64_t wrong = 0;       ///< Values that nobody wrote under that key.
  std::int64_t failed = 0;      ///< Processes that ended by themselves.
  std::int64_t most_bytes = 0;  ///< The most the referee saw.
  std::int64_t limit_bytes = 0, largest_entry = 0;
  CacheStatistics statistics;
};

class CacheStorm {
 public:
  CacheStorm(std::filesystem::path folder, unsigned seed) : folder_(std::move(folder)), random_(seed) {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    shared_ = new (memory) Shared;
  }
  ~CacheStorm() { ::munmap(shared_, sizeof(Shared)); }
  CacheStorm(const CacheStorm&) = delete;
  CacheStorm& operator=(const CacheStorm&) = delete;

  StormResult run(int processes, std::chrono::milliseconds duration) {
    using Clock = std::chrono::steady_clock;
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) children.push_back(start(i));
    StormResult result;
    const auto end = Clock::now() + duration;
    while (Clock::now() < end) {
      ::usleep(20'000);
      look(result);
      pid_t& victim = children[random_() % children.size()];
      ::kill(victim, SIGKILL);
      if (reap(victim)) ++result.failed;
      ++result.kills;
      victim = start(static_cast<int>(random_() % 1000));
    }
    for (const pid_t child : children) {
      ::kill(child, SIGKILL);
      if (reap(child)) ++result.failed;
    }
    result.reads = shared_->reads;
    result.hits = shared_->hits;
    result.writes = shared_->writes;
    result.damaged = shared_->damaged;
    result.wrong = shared_->wrong;
    result.limit_bytes = limit;
    result.largest_entry = largest;
    FileCache cache({.folder = folder_, .limit_bytes = limit});
    result.statistics = cache.statistics();
    return result;
  }

 private:
  static constexpr std::int64_t limit = 300'000;
  static constexpr int keys = 60;
  static constexpr std::int64_t largest = 21'000;
  struct Shared {
    std::atomic<std::int64_t> reads{0}, hits{0}, writes{0}, damaged{0}, wrong{0};
  };

  static CacheKey key_of(int number) { return CacheKeyBuilder("storm", {"data", 1, "1"}).with("number", number).key(); }

  /// Says whose it is at both ends, and repeats what its writer drew in between.
  static std::string value_of(int number, std::mt19937& random) {
    const std::string name = "<" + std::to_string(number) + ">";
    return name + std::string(random() % 20'000, static_cast<char>('a' + random() % 26)) + name;
  }
  static bool is_value_of(int number, const std::string& value) {
    const std::string name = "<" + std::to_string(number) + ">";
    if (value.size() < 2 * name.size() || !value.starts_with(name) || !value.ends_with(name)) return false;
    const std::string middle = value.substr(name.size(), value.size() - 2 * name.size());
    return middle.empty() || middle.find_first_not_of(middle[0]) == std::string::npos;
  }

  void damage(std::mt19937& random) const {
    const std::filesystem::path file = folder_ / (key_of(static_cast<int>(random() % keys)).digest + ".entry");
    std::error_code failure;
    const auto size = std::filesystem::file_size(file, failure);
    if (failure) return;
    // The file itself, in place: what a broken disk would do.
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(static_cast<std::streamoff>(random() % size));
    stream.put('#');
    if (stream.good()) ++shared_->damaged;
  }

  [[noreturn]] void work(unsigned seed) const {
    try {
      std::mt19937 random(seed);
      FileCache cache({.folder = folder_, .limit_bytes = limit});
      for (;;) {
        const int number = static_cast<int>(random() % keys);
        if (const auto value = cache.get(key_of(number))) {
          ++shared_->hits;
          if (!is_value_of(number, *value)) ++shared_->wrong;
        }
        ++shared_->reads;
        if (random() % 2 == 0) {
          (void)cache.put(key_of(number), value_of(number, random));
          ++shared_->writes;
        }
        if (random() % 50 == 0) damage(random);
      }
    } catch (const std::exception& error) {
      (void)!::write(2, error.what(), std::string_view(error.what()).size());
    }
    ::_exit(1);
  }

  pid_t start(int salt) {
    const auto seed = static_cast<unsigned>(random_()) + static_cast<unsigned>(salt);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) work(seed);
    return child;
  }

  /// True when it ended otherwise than by our signal.
  static bool reap(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL;
  }

  /// The files as they stand while nobody may write.
  void look(StormResult& result) const {
    const Descriptor folder = open_cache_folder(folder_);
    const auto lock = CacheLock::take(folder, Waiting::until_free);
    std::int64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().filename() != "cache.lock") bytes += static_cast<std::int64_t>(entry.file_size());
    }
    result.most_bytes = std::max(result.most_bytes, bytes);
    ++result.looks;
  }

  std::filesystem::path folder_;
  std::mt19937 random_;
  Shared* shared_ = nullptr;
};

}  // namespace planwise::cache::testing
