/// \file
/// Threads that share the ranges of a cohort.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace planwise::simulation {

/// Rows [begin, end) of a cohort. Work is cut into ranges of a fixed size, never by the number of threads.
struct Range {
  std::size_t begin = 0, end = 0;
};

/// Rows of one range: they fit the second-level cache, and 5,000 people are too few for a second thread to pay.
inline constexpr std::size_t range_rows = 4096;

[[nodiscard]] constexpr std::size_t range_count(std::size_t rows) noexcept {
  return (rows + range_rows - 1) / range_rows;
}

/// Runs work over all ranges, each once, in any order and on any of the threads; what is summed over ranges must be
/// kept by range and added in their order. One caller at a time.
class Workers {
 public:
  /// threads: the caller's included; 0 takes as many as the machine has. They start with the first work that is worth
  /// it; fewer do when the system gives no more.
  explicit Workers(unsigned threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// work(index, range) for each range of `rows`. The first exception is thrown again here when all have ended.
  void each_range(std::size_t rows, const std::function<void(std::size_t, Range)>& work);

 private:
  void start_helpers();
  void take_ranges();
  void help(const std::stop_token& stop);

  unsigned wanted_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::condition_variable done_;
  std::uint64_t round_ = 0;     // guarded by mutex_
  std::size_t helping_ = 0;     // guarded by mutex_
  std::exception_ptr failure_;  // guarded by mutex_
  const std::function<void(std::size_t, Range)>* work_ = nullptr;
  std::size_t rows_ = 0;
  std::atomic<std::size_t> next_{0};
  std::vector<std::jthread> helpers_;  // last: they end before what they use
};

}  // namespace planwise::simulation
