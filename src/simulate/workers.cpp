#include "simulate/workers.h"

#include <algorithm>
#include <system_error>

namespace planwise::simulation {

namespace {

constexpr std::size_t ranges_worth_threads = 4;

}  // namespace

Workers::Workers(unsigned threads)
    : wanted_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())) {}

Workers::~Workers() {
  for (std::jthread& helper : helpers_) helper.request_stop();
}

void Workers::start_helpers() {
  try {
    for (unsigned i = 1; i < wanted_; ++i) helpers_.emplace_back([this](const std::stop_token& stop) { help(stop); });
  } catch (const std::system_error&) {
    wanted_ = static_cast<unsigned>(helpers_.size()) + 1;
  }
}

void Workers::each_range(std::size_t rows, const std::function<void(std::size_t, Range)>& work) {
  const bool alone = wanted_ == 1 || range_count(rows) < ranges_worth_threads;
  if (!alone && helpers_.empty()) start_helpers();
  {
    const std::scoped_lock lock(mutex_);
    work_ = &work;
    rows_ = rows;
    next_ = 0;
    failure_ = nullptr;
    if (!alone) {
      ++round_;
      helping_ = helpers_.size();
    }
  }
  if (!alone) wake_.notify_all();
  take_ranges();
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return helping_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

void Workers::take_ranges() {
  const std::size_t ranges = range_count(rows_);
  try {
    for (std::size_t index = next_++; index < ranges; index = next_++) {
      (*work_)(index, {index * range_rows, std::min(rows_, (index + 1) * range_rows)});
    }
  } catch (...) {
    next_ = ranges;
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

void Workers::help(const std::stop_token& stop) {
  std::uint64_t seen = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [&] { return round_ != seen; })) return;
      seen = round_;
    }
    take_ranges();
    const std::scoped_lock lock(mutex_);
    if (--helping_ == 0) done_.notify_one();
  }
}

}  // namespace planwise::simulation
