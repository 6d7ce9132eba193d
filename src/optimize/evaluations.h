/// \file
/// The one seam through which every solver asks for values: it counts, records, remembers, limits and cancels.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "optimize/ranking.h"
#include "optimize/workers.h"
#include "planwise/optimization.h"

namespace planwise::optimizing {

/// Thrown by the seam when there will be no more values; unwinds the solver. No std::exception, so that no library
/// between takes it for a fault of its own.
struct Stopped {
  StopReason reason;
  std::string message;
};

/// A batch is numbered in its order, whatever the threads do, and cut where max_evaluations are reached: the rest of
/// the solver never learns how many those are. Used from one thread.
class Evaluations {
 public:
  Evaluations(const Problem& problem, const SolverSettings& settings);

  /// Indices of the points' evaluations, new or remembered. Throws Stopped.
  std::vector<std::size_t> ask(const std::vector<std::vector<double>>& points);
  std::size_t ask(const std::vector<double>& point) { return ask(std::vector<std::vector<double>>{point}).front(); }

  [[nodiscard]] const Evaluation& operator[](std::size_t index) const noexcept { return all_[index]; }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  /// Of the evaluations so far; none before the first.
  [[nodiscard]] std::optional<std::size_t> best() const noexcept { return best_; }
  [[nodiscard]] std::vector<Evaluation> take() noexcept { return std::move(all_); }

 private:
  void evaluate(std::vector<std::vector<double>> points);
  /// Evaluations of an earlier call; how many of the points they gave.
  std::size_t replay(const std::vector<std::vector<double>>& points);
  void run_here(const std::vector<std::vector<double>>& points);
  void run_on_workers(const std::vector<std::vector<double>>& points);
  void let_end(Batch& batch);
  /// Waits for one call of the batch. Throws Stopped.
  void await(Batch& batch, std::size_t index);
  void commit(Call& call);
  void keep(Evaluation evaluation);
  void look_up();  ///< Progress and time; throws Stopped.
  [[nodiscard]] bool took_too_long(Clock::duration took) const noexcept;
  [[nodiscard]] std::string fault_of(const PointOutcome& outcome) const;

  const Problem& problem_;
  const SolverSettings& settings_;
  std::size_t most_;
  unsigned threads_;
  bool watched_;  ///< Somebody wants to interrupt: no call may run in this thread.
  Clock::time_point start_ = Clock::now(), last_progress_{};
  std::vector<Evaluation> all_;
  std::unordered_map<std::string, std::size_t> memory_;  ///< By the bytes of the point.
  std::optional<std::size_t> best_;
  Rank best_rank_;
  Workers workers_;
};

}  // namespace planwise::optimizing
