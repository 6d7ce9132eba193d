#include "core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace planwise::core {

TEST(ForEachIndex, CallsEveryIndexOnce) {
  for (const std::size_t count : {0U, 1U, 63U, 64U, 65U, 10'000U}) {
    std::vector<int> calls(count, 0);
    for_each_index(count, [&](std::size_t index) { ++calls[index]; });
    EXPECT_EQ(calls, std::vector<int>(count, 1)) << count;
  }
}

TEST(ForEachIndex, ThrowsWhatTheWorkThrowsAfterAllThreadsEnded) {
  std::atomic<int> running = 0;
  const auto work = [&](std::size_t index) {
    ++running;
    --running;
    if (index == 700) throw std::runtime_error("index 700");
  };
  EXPECT_THROW(for_each_index(1000, work), std::runtime_error);
  EXPECT_EQ(running, 0);
}

}  // namespace planwise::core
