#include "manager/watched_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "planwise/error.h"

namespace planwise::manager {

namespace {

/// The state that workers and the watching thread share.
class Board {
 public:
  explicit Board(std::int64_t count) : states_(static_cast<std::size_t>(count)) {}

  void work(const std::function<void(std::int64_t, const EvaluationControl&)>& work) noexcept {
    const EvaluationControl control(stop_);
    const auto count = static_cast<std::int64_t>(states_.size());
    for (std::int64_t at = next_++; at < count && !stop_; at = next_++) {
      std::exception_ptr failure;
      try {
        work(at, control);
      } catch (...) {
        failure = std::current_exception();
      }
      finish(at, failure);
    }
    const std::lock_guard guard(mutex_);
    --working_;
    changed_.notify_all();
  }

  /// Runs ticks until nobody works any more. False: stopped.
  bool watch(const std::function<bool(std::int64_t)>& tick) {
    std::unique_lock lock(mutex_);
    for (bool over = false; !over;) {
      changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return working_ == 0; });
      over = working_ == 0;
      const std::int64_t done = done_;
      lock.unlock();
      if (!tick(done)) {
        stop_ = true;
        wanted_ = false;
      }
      lock.lock();
    }
    return wanted_ || done_ == static_cast<std::int64_t>(states_.size());
  }

  void begin(unsigned threads) { working_ = threads; }
  void stop() noexcept { stop_ = true; }
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }

 private:
  enum class State : std::uint8_t { open, done, failed };

  void finish(std::int64_t at, const std::exception_ptr& failure) {
    const std::lock_guard guard(mutex_);
    states_[static_cast<std::size_t>(at)] = failure ? State::failed : State::done;
    if (failure && (!failure_ || at < failed_at_)) {
      failure_ = failure;
      failed_at_ = at;
      // Numbers below are all handed out already; they end, so that the least failure is found.
      next_ = static_cast<std::int64_t>(states_.size());
    }
    while (done_ < static_cast<std::int64_t>(states_.size()) && states_[static_cast<std::size_t>(done_)] == State::done)
      ++done_;
  }

  std::vector<State> states_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> stop_{false};
  bool wanted_ = true;
  std::mutex mutex_;  // over what follows
  std::condition_variable changed_;
  unsigned working_ = 0;
  std::int64_t done_ = 0, failed_at_ = 0;
  std::exception_ptr failure_;
};

void refuse_non_finite(const PointOutcome& outcome) {
  for (const std::vector<double>* values : {&outcome.objectives, &outcome.constraints}) {
    for (const double value : *values) {
      if (!std::isfinite(value)) throw Error(ErrorCode::database, fmt::format("the evaluator gave {}", value));
    }
  }
}

}  // namespace

bool watched(std::int64_t count, unsigned threads,
             const std::function<void(std::int64_t, const EvaluationControl&)>& work,
             const std::function<bool(std::int64_t)>& tick) {
  if (count == 0) return true;
  constexpr unsigned most_threads = 256;
  const unsigned wanted = threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : threads;
  const auto used = static_cast<unsigned>(std::min<std::int64_t>(std::min(wanted, most_threads), count));
  Board board(count);
  board.begin(used);
  bool all = false;
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < used; ++i) workers.emplace_back([&] { board.work(work); });
    try {
      all = board.watch(tick);
    } catch (...) {
      board.stop();
      throw;
    }
  }
  if (all && board.failure()) std::rethrow_exception(board.failure());
  return all;
}

BatchEvaluator::BatchEvaluator(const Problem& problem, const StudyCall& call, std::int64_t max_evaluations)
    : problem_(problem), call_(call), max_evaluations_(max_evaluations), began_(std::chrono::steady_clock::now()) {}

bool BatchEvaluator::go_on() {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  OptimizationProgress progress;
  progress.evaluations = static_cast<std::int64_t>(evaluations_.size());
  progress.max_evaluations = max_evaluations_;
  progress.seconds = seconds;
  if (call_.progress && !call_.progress(progress)) {
    stop_reason_ = StopReason::cancelled;
    return false;
  }
  if (time_limit_ > 0 && seconds > time_limit_) {
    stop_reason_ = StopReason::time_limit;
    return false;
  }
  return true;
}

void BatchEvaluator::take_over(const std::vector<std::vector<double>>& points, std::size_t& taken) {
  for (; taken < points.size() && evaluations_.size() < call_.recorded.size(); ++taken) {
    const Evaluation& known = call_.recorded[evaluations_.size()];
    if (known.point != points[taken]) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("recorded evaluation {} is of another point than is asked for", known.number));
    }
    evaluations_.push_back(known);
  }
}

std::vector<PointOutcome> BatchEvaluator::operator()(const std::vector<std::vector<double>>& points) {
  const std::size_t before = evaluations_.size();
  std::size_t taken = 0;
  take_over(points, taken);
  std::size_t wanted = points.size() - taken;
  bool cut_short = false;
  if (call_.stop_after) {
    const auto left = static_cast<std::size_t>(
        std::max<std::int64_t>(0, *call_.stop_after - static_cast<std::int64_t>(evaluations_.size())));
    cut_short = left < wanted;
    wanted = std::min(wanted, left);
  }
  std::vector<PointOutcome> outcomes(wanted);
  std::size_t told = 0;
  const auto tell = [&](std::int64_t done) {
    for (; told < static_cast<std::size_t>(done); ++told) {
      Evaluation& next = evaluations_.emplace_back();
      next.number = static_cast<std::int64_t>(evaluations_.size()) - 1;
      next.point = points[taken + told];
      next.outcome = std::move(outcomes[told]);
      if (call_.record) call_.record(next);
    }
    return go_on();
  };
  bool all = false;
  try {
    all = watched(
        static_cast<std::int64_t>(wanted), call_.threads,
        [&](std::int64_t at, const EvaluationControl& control) {
          PointOutcome outcome = problem_.evaluate(points[taken + static_cast<std::size_t>(at)], control);
          refuse_non_finite(outcome);
          outcomes[static_cast<std::size_t>(at)] = std::move(outcome);
        },
        tell);
  } catch (const std::exception& error) {
    if (stop_reason_ == StopReason::converged) stop_reason_ = StopReason::evaluation_failed;
    throw Error(ErrorCode::database, fmt::format("evaluation {} failed: {}", evaluations_.size(), error.what()));
  }
  if (cut_short && all) {
    stop_reason_ = StopReason::cancelled;
    all = false;
  }
  if (!all) throw Error(ErrorCode::cancelled, fmt::format("stopped after {} evaluations", evaluations_.size()));
  std::vector<PointOutcome> result;
  result.reserve(points.size());
  for (std::size_t i = before; i < evaluations_.size(); ++i) result.push_back(evaluations_[i].outcome);
  return result;
}

}  // namespace planwise::manager
