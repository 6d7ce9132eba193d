#include "optimize/workers.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

namespace planwise::optimizing {
namespace {

/// Both sides look for news this long before they sleep: waking a thread costs more than most test functions.
constexpr std::chrono::microseconds watchful{30};

template <class Condition>
bool soon(const Condition& condition) {
  const Clock::time_point until = Clock::now() + watchful;
  do {
    if (condition()) return true;
    std::this_thread::yield();
  } while (Clock::now() < until);
  return false;
}

}  // namespace

bool Call::run(const Function& function) noexcept {
  const Clock::time_point start = Clock::now();
  begun.store(std::max<Clock::rep>(1, start.time_since_epoch().count()), std::memory_order_release);
  try {
    try {
      outcome = function(point, EvaluationControl(stop));
    } catch (const std::exception& failure) {
      error = failure.what();
      if (error.empty()) error = "an exception without a text";
    } catch (...) {
      error = "an exception that is no std::exception";
    }
  } catch (...) {  // The text itself found no memory.
    error.clear();
    error.push_back('?');
  }
  took = Clock::now() - start;
  const bool good = error.empty();
  done.store(true, std::memory_order_release);  // from here on the caller's
  return good;
}

Batch::Batch(const std::vector<std::vector<double>>& points) : first_failed(points.size()) {
  calls.reserve(points.size());
  for (const std::vector<double>& point : points) {
    calls.push_back(std::make_unique<Call>());
    calls.back()->point = point;
  }
}

struct Workers::Shared {
  Function function;
  std::mutex mutex;
  std::condition_variable news, finished;
  std::shared_ptr<Batch> batch;
  std::atomic<std::size_t> batches = 0;
  std::atomic<bool> closed = false;

  /// Takes calls of the batch until none is left.
  void share(Batch& wanted) {
    for (;;) {
      const std::size_t index = wanted.next.fetch_add(1);
      if (index >= wanted.calls.size()) return;
      Call& call = *wanted.calls[index];
      if (index <= wanted.first_failed.load() && !call.stop.load()) {
        if (!call.run(function)) {
          std::size_t first = wanted.first_failed.load();
          while (index < first && !wanted.first_failed.compare_exchange_weak(first, index)) {
          }
        }
      }
      if (wanted.ended.fetch_add(1) + 1 == wanted.calls.size()) {
        const std::lock_guard guard(mutex);
        finished.notify_all();
      }
    }
  }
};

Workers::Workers(Function function, unsigned threads)
    : shared_(std::make_shared<Shared>()), most_(std::max(1U, threads)) {
  shared_->function = std::move(function);
}

Workers::~Workers() {
  {
    const std::lock_guard guard(shared_->mutex);
    shared_->closed = true;
    if (shared_->batch) {
      for (const auto& call : shared_->batch->calls) call->stop = true;
    }
  }
  shared_->news.notify_all();
  const Clock::time_point until = Clock::now() + patience;
  for (Worker& worker : workers_) {
    while (!worker.ended->load() && Clock::now() < until) std::this_thread::sleep_for(std::chrono::microseconds(50));
    if (worker.ended->load())
      worker.thread.join();
    else
      worker.thread.detach();
  }
}

void Workers::work(const std::shared_ptr<Shared>& shared, const std::shared_ptr<std::atomic<bool>>& ended) {
  std::size_t seen = 0;
  for (;;) {
    const auto news = [&] { return shared->closed.load() || shared->batches.load() != seen; };
    std::shared_ptr<Batch> batch;
    const bool at_once = soon(news);
    {
      std::unique_lock lock(shared->mutex);
      if (!at_once) shared->news.wait(lock, news);
      if (shared->closed) break;
      seen = shared->batches;
      batch = shared->batch;
    }
    shared->share(*batch);
  }
  ended->store(true);
}

void Workers::begin(const std::shared_ptr<Batch>& batch) {
  while (workers_.size() < std::min(most_, batch->calls.size())) {
    auto ended = std::make_shared<std::atomic<bool>>(false);
    workers_.push_back({std::thread(work, shared_, ended), ended});
  }
  {
    const std::lock_guard guard(shared_->mutex);
    shared_->batch = batch;
    ++shared_->batches;
  }
  if (batch->calls.size() == 1)
    shared_->news.notify_one();
  else
    shared_->news.notify_all();
}

void Workers::wait(const Batch& batch, Clock::duration at_most) const {
  const auto all_ended = [&] { return batch.ended.load() == batch.calls.size(); };
  if (soon(all_ended)) return;
  std::unique_lock lock(shared_->mutex);
  shared_->finished.wait_for(lock, at_most, all_ended);
}

}  // namespace planwise::optimizing
