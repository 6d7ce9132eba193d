/// \file
/// Threads that call the function of a problem, and that can be left behind when a call never ends.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "planwise/optimization.h"

namespace planwise::optimizing {

using Function = std::function<PointOutcome(const std::vector<double>&, const EvaluationControl&)>;
using Clock = std::chrono::steady_clock;

/// One call. `outcome`, `error` and `took` are the worker's until `done`, then the caller's.
struct Call {
  std::vector<double> point;
  PointOutcome outcome;
  std::string error;  ///< Why the function failed; empty when it did not.
  Clock::duration took{};
  std::atomic<Clock::rep> begun = 0;  ///< 0: waits still.
  std::atomic<bool> stop = false, done = false;
  /// Calls the function here and now. Throws nothing; false: it failed.
  bool run(const Function& function) noexcept;
};

/// Calls that are wanted together. Lives as long as somebody works on one of them.
struct Batch {
  explicit Batch(const std::vector<std::vector<double>>& points);
  std::vector<std::unique_ptr<Call>> calls;
  std::atomic<std::size_t> next = 0, ended = 0;
  std::atomic<std::size_t> first_failed;  ///< Calls beyond it are not begun.
};

class Workers {
 public:
  Workers(Function function, unsigned threads);
  /// Asks running calls to stop and waits for them, for at most `patience`; threads that hang are left to themselves,
  /// with copies of all they touch.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Starts the calls of a batch, which all workers share. One batch at a time.
  void begin(const std::shared_ptr<Batch>& batch);
  /// Returns when all calls of the batch have ended, or after the time given.
  void wait(const Batch& batch, Clock::duration at_most) const;

  static constexpr std::chrono::milliseconds patience{400};

 private:
  struct Shared;
  struct Worker {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> ended;
  };
  static void work(const std::shared_ptr<Shared>& shared, const std::shared_ptr<std::atomic<bool>>& ended);

  std::shared_ptr<Shared> shared_;
  std::vector<Worker> workers_;
  std::size_t most_;
};

}  // namespace planwise::optimizing
