#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace planwise::core {

void for_each_index(std::size_t count, const std::function<void(std::size_t)>& work) {
  constexpr std::size_t portion = 64;  // Taken at once, so that threads meet seldom.
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto take_portions = [&] {
    for (;;) {
      const std::size_t begin = next.fetch_add(portion);
      if (begin >= count) return;
      try {
        for (std::size_t index = begin; index < std::min(count, begin + portion); ++index) work(index);
      } catch (...) {
        const std::lock_guard guard(failure_mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> others;
    const std::size_t useful = (count + portion - 1) / portion;
    for (std::size_t i = 1; i < std::min<std::size_t>(std::thread::hardware_concurrency(), useful); ++i) others.emplace_back(take_portions);
    take_portions();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace planwise::core
