/// \file
/// Keeps a running run's heartbeat and evaluations in the store while its work goes on.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "planwise/decisions.h"

namespace planwise::manager {

class RunReporter {
 public:
  RunReporter(ResultsManager& manager, SaveReceipt receipt, const DecisionOptions& options);
  /// Goes on from an earlier process: its reports' last number, and the seconds it has spent.
  void continue_from(std::int64_t sequence, double seconds) noexcept;

  /// The first sign of life, at once: a run without any counts as alive for a minute.
  void begin();

  void record(const Evaluation& evaluation);
  /// Reports about twice a second. False: a stop was asked for, by the caller, another process, or because the run is
  /// no longer ours (rethrow_failure() tells).
  [[nodiscard]] bool go_on(const OptimizationProgress& progress);
  void rethrow_failure() const;
  [[nodiscard]] double seconds() const;  ///< Spent on the run so far, in all processes.
  [[nodiscard]] const SaveReceipt& receipt() const noexcept { return receipt_; }

 private:
  void report(const OptimizationProgress& progress);

  ResultsManager& manager_;
  SaveReceipt receipt_;
  const DecisionOptions& options_;
  Json pending_ = Json::array();
  std::int64_t sequence_ = 0;
  double seconds_before_ = 0;
  std::chrono::steady_clock::time_point began_, last_;
  bool stopped_ = false;
  std::exception_ptr failure_;
};

}  // namespace planwise::manager
