#include "optimize/evaluations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <unordered_set>
#include <utility>

#include "planwise/error.h"

namespace planwise::optimizing {
namespace {

/// How often a caller who waits looks up: its own progress is asked at least twice a second.
constexpr std::chrono::milliseconds glance{20}, between_progress{100};

std::string bytes_of(const std::vector<double>& point) {
  return {reinterpret_cast<const char*>(point.data()), point.size() * sizeof(double)};
}

unsigned threads_of(const SolverSettings& settings) {
  if (settings.threads != 0) return std::min(settings.threads, 256U);
  return std::max(1U, std::thread::hardware_concurrency());
}

std::string milliseconds(Clock::duration time) {
  return fmt::format("{} ms", std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

Evaluations::Evaluations(const Problem& problem, const SolverSettings& settings)
    : problem_(problem),
      settings_(settings),
      most_(static_cast<std::size_t>(settings.max_evaluations)),
      threads_(threads_of(settings)),
      watched_(settings.progress || settings.time_limit || settings.evaluation_time_limit),
      workers_(problem.evaluate, threads_) {}

std::vector<std::size_t> Evaluations::ask(const std::vector<std::vector<double>>& points) {
  std::vector<std::vector<double>> fresh;
  std::vector<std::string> keys;
  std::unordered_set<std::string> wanted;
  for (const std::vector<double>& point : points) {
    keys.push_back(bytes_of(point));
    if (!memory_.contains(keys.back()) && wanted.insert(keys.back()).second) fresh.push_back(point);
  }
  if (!fresh.empty()) {
    evaluate(std::move(fresh));
  } else {
    look_up();
  }
  std::vector<std::size_t> out;
  out.reserve(points.size());
  for (const std::string& key : keys) out.push_back(memory_.at(key));
  return out;
}

void Evaluations::evaluate(std::vector<std::vector<double>> points) {
  const bool cut = points.size() > most_ - all_.size();
  if (cut) points.resize(most_ - all_.size());
  points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(replay(points)));
  look_up();
  if (!watched_ && (points.size() == 1 || threads_ == 1)) {
    run_here(points);
  } else if (!points.empty()) {
    run_on_workers(points);
  }
  if (cut) {
    throw Stopped{StopReason::max_evaluations,
                  fmt::format("as many evaluations as were asked for, {}, are done", most_)};
  }
}

std::size_t Evaluations::replay(const std::vector<std::vector<double>>& points) {
  std::size_t taken = 0;
  while (taken < points.size() && all_.size() < settings_.recorded.size()) {
    const Evaluation& recorded = settings_.recorded[all_.size()];
    if (bytes_of(recorded.point) != bytes_of(points[taken])) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("recorded evaluation {} has another point than the solver asks for; allowed are the "
                              "evaluations of a call with the same problem and settings",
                              all_.size()));
    }
    if (!recorded.error.empty()) break;  // It is tried again.
    if (const std::string fault = fault_of(recorded.outcome); !fault.empty()) {
      throw Error(ErrorCode::invalid_argument, fmt::format("recorded evaluation {}: {}", all_.size(), fault));
    }
    Evaluation copy = recorded;
    copy.number = static_cast<std::int64_t>(all_.size());
    keep(std::move(copy));
    ++taken;
  }
  return taken;
}

void Evaluations::run_here(const std::vector<std::vector<double>>& points) {
  for (const std::vector<double>& point : points) {
    Call call;
    call.point = point;
    (void)call.run(problem_.evaluate);
    commit(call);
  }
}

void Evaluations::run_on_workers(const std::vector<std::vector<double>>& points) {
  const auto batch = std::make_shared<Batch>(points);
  workers_.begin(batch);
  try {
    for (std::size_t index = 0; index < points.size(); ++index) {
      await(*batch, index);
      commit(*batch->calls[index]);
      look_up();
    }
  } catch (const Stopped& stopped) {
    for (const auto& call : batch->calls) call->stop = true;
    if (stopped.reason == StopReason::evaluation_failed) let_end(*batch);
    throw;
  } catch (...) {
    for (const auto& call : batch->calls) call->stop = true;
    let_end(*batch);
    throw;
  }
}

/// Nobody is in a hurry: the calls that still run get the time that they were granted, since what they touch may be
/// gone once the caller goes on.
void Evaluations::let_end(Batch& batch) {
  try {
    while (batch.ended < batch.calls.size()) {
      workers_.wait(batch, glance);
      look_up();
      const Clock::duration now = Clock::now().time_since_epoch();
      const bool hangs = std::any_of(batch.calls.begin(), batch.calls.end(), [&](const auto& call) {
        return call->begun != 0 && !call->done && took_too_long(now - Clock::duration(call->begun.load()));
      });
      if (hangs) return;
    }
  } catch (const Stopped&) {  // Now somebody is.
  }
}

void Evaluations::await(Batch& batch, std::size_t index) {
  Call& call = *batch.calls[index];
  const auto ready = [&] { return call.done.load(std::memory_order_acquire); };
  while (!ready()) {
    workers_.wait(batch, glance);
    if (ready()) return;
    look_up();
    const Clock::rep begun = call.begun.load(std::memory_order_acquire);
    if (begun == 0) continue;
    const Clock::duration took = Clock::now().time_since_epoch() - Clock::duration(begun);
    if (!took_too_long(took)) continue;
    Evaluation failed{
        static_cast<std::int64_t>(all_.size()),
        call.point,
        {},
        fmt::format("the evaluation took longer than {}", milliseconds(*settings_.evaluation_time_limit))};
    const std::string error = failed.error;
    keep(std::move(failed));
    throw Stopped{StopReason::evaluation_failed, fmt::format("evaluation {}: {}", all_.size() - 1, error)};
  }
}

bool Evaluations::took_too_long(Clock::duration took) const noexcept {
  return settings_.evaluation_time_limit && took > *settings_.evaluation_time_limit;
}

std::string Evaluations::fault_of(const PointOutcome& outcome) const {
  const auto fault = [](const char* what, const std::vector<double>& values, std::size_t wanted) -> std::string {
    if (values.size() != wanted) return fmt::format("it has {} {}; expected are {}", values.size(), what, wanted);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        return fmt::format("value {} of the {} is {}, which is not finite", i, what, values[i]);
      }
    }
    return {};
  };
  const std::string first = fault("objectives", outcome.objectives, problem_.objectives.size());
  return !first.empty() ? first : fault("constraints", outcome.constraints, problem_.constraints.size());
}

void Evaluations::commit(Call& call) {
  std::string error = std::move(call.error);
  if (took_too_long(call.took)) {
    error = fmt::format("the evaluation took longer than {}", milliseconds(*settings_.evaluation_time_limit));
  }
  if (error.empty()) error = fault_of(call.outcome);
  Evaluation evaluation{static_cast<std::int64_t>(all_.size()), std::move(call.point), {}, error};
  if (error.empty()) evaluation.outcome = std::move(call.outcome);
  keep(std::move(evaluation));
  if (!error.empty()) {
    throw Stopped{StopReason::evaluation_failed, fmt::format("evaluation {}: {}", all_.size() - 1, error)};
  }
}

void Evaluations::keep(Evaluation evaluation) {
  const bool is_new = all_.size() >= settings_.recorded.size() || !evaluation.error.empty() ||
                      !settings_.recorded[all_.size()].error.empty();
  if (evaluation.error.empty()) {
    memory_.emplace(bytes_of(evaluation.point), all_.size());
    const Rank rank = rank_of(problem_, evaluation.outcome);
    if (!best_ || rank.better_than(best_rank_)) {
      best_ = all_.size();
      best_rank_ = rank;
    }
  }
  all_.push_back(std::move(evaluation));
  if (is_new && settings_.record) settings_.record(all_.back());
}

void Evaluations::look_up() {
  if (!watched_) return;
  const Clock::time_point now = Clock::now();
  if (settings_.time_limit && now - start_ > *settings_.time_limit) {
    throw Stopped{StopReason::time_limit,
                  fmt::format("the time limit of {} is over", milliseconds(*settings_.time_limit))};
  }
  if (!settings_.progress || (last_progress_ != Clock::time_point{} && now - last_progress_ < between_progress)) return;
  last_progress_ = now;
  OptimizationProgress progress;
  progress.evaluations = static_cast<std::int64_t>(all_.size());
  progress.max_evaluations = settings_.max_evaluations;
  if (best_) {
    progress.best_objective = best_rank_.objective;
    progress.best_feasible = best_rank_.feasible();
  }
  progress.seconds = std::chrono::duration<double>(now - start_).count();
  if (!settings_.progress(progress)) throw Stopped{StopReason::cancelled, "cancelled"};
}

}  // namespace planwise::optimizing
