/// \file
/// Doing numbered work on several threads while the caller watches: progress, cancellation, results in order.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "manager/decision_parts.h"

namespace planwise::manager {

/// Calls work(0) to work(count - 1), each once, on `threads` threads (0: as many as the machine has). `tick` is called
/// from the calling thread, at least five times a second and at the end, with how many from 0 on are done without a
/// gap; false asks the work to stop. Returns false when it was stopped before all was done. Of exceptions the one of
/// the least number is thrown, so that a fault is the same on any number of threads; `done` of those before it has been
/// told.
[[nodiscard]] bool watched(std::int64_t count, unsigned threads,
                           const std::function<void(std::int64_t, const EvaluationControl&)>& work,
                           const std::function<bool(std::int64_t done)>& tick);

/// Evaluates points of a problem in batches: numbers them, takes recorded ones, records new ones, watches.
class BatchEvaluator {
 public:
  BatchEvaluator(const Problem& problem, const StudyCall& call, std::int64_t max_evaluations);
  /// Outcomes in the order of the points. Throws Error(cancelled), with stop_reason() saying whether by the caller or
  /// by the time limit, and what the evaluator threw or gave that is not finite as Error(database) naming the
  /// evaluation.
  [[nodiscard]] std::vector<PointOutcome> operator()(const std::vector<std::vector<double>>& points);
  [[nodiscard]] const std::vector<Evaluation>& evaluations() const noexcept { return evaluations_; }
  [[nodiscard]] StopReason stop_reason() const noexcept { return stop_reason_; }
  void limit_time(double seconds) noexcept { time_limit_ = seconds; }

 private:
  [[nodiscard]] bool go_on();
  void take_over(const std::vector<std::vector<double>>& points, std::size_t& taken);

  const Problem& problem_;
  const StudyCall& call_;
  std::int64_t max_evaluations_;
  std::vector<Evaluation> evaluations_;
  std::chrono::steady_clock::time_point began_;
  double time_limit_ = 0;
  StopReason stop_reason_ = StopReason::converged;
};

}  // namespace planwise::manager
