#include <gtest/gtest.h>

#include <thread>

#include "cache/function_cache.h"
#include "cache/session_cache.h"
#include "planwise/error.h"
#include "planwise/results_manager.h"

namespace planwise::cache {
namespace {

CacheKey key(int number) { return CacheKeyBuilder("test", {"data", 1, "1"}).with("number", number).key(); }

struct Clock {
  std::shared_ptr<Timestamp> at = std::make_shared<Timestamp>(now());
  void pass(std::chrono::microseconds time) const { at->microseconds += time.count(); }
  [[nodiscard]] std::function<Timestamp()> reading() const {
    return [at = at] { return *at; };
  }
};

TEST(CacheKey, CannotBeMadeWithoutWhereTheResultComesFrom) {
  const Origin good{"data", 1, "1"};
  EXPECT_NO_THROW(CacheKeyBuilder("x", good));
  EXPECT_THROW(CacheKeyBuilder("", good), Error);
  EXPECT_THROW(CacheKeyBuilder("x", {"", 1, "1"}), Error);
  EXPECT_THROW(CacheKeyBuilder("x", {"data", 0, "1"}), Error);
  EXPECT_THROW(CacheKeyBuilder("x", {"data", 1, ""}), Error);
}

TEST(CacheKey, EveryPartMakesAnotherKeyAndOrderNone) {
  const auto digest = [](std::string_view what, const Origin& origin, const Json& year) {
    return CacheKeyBuilder(what, origin).with("year", year).with("a", 1).key().digest;
  };
  const std::string base = digest("x", {"data", 1, "1"}, 2025);
  EXPECT_EQ(base, CacheKeyBuilder("x", {"data", 1, "1"}).with("a", 1).with("year", 2025).key().digest);
  EXPECT_NE(base, digest("y", {"data", 1, "1"}, 2025));
  EXPECT_NE(base, digest("x", {"other", 1, "1"}, 2025));  // a changed database
  EXPECT_NE(base, digest("x", {"data", 2, "1"}, 2025));   // another format
  EXPECT_NE(base, digest("x", {"data", 1, "2"}, 2025));   // an upgrade
  EXPECT_NE(base, digest("x", {"data", 1, "1"}, 2026));
  EXPECT_NE(base, digest("x", {"data", 1, "1"}, 2025.0));
  EXPECT_NE(base, digest("x", {"data", 1, "1"}, "2025"));
  EXPECT_EQ(key(1).text.find('\n'), std::string::npos);
}

TEST(SessionCache, DropsTheLeastRecentlyUsedByBytes) {
  const std::int64_t one = 64 + 128 + 1000;
  SessionCache cache({.limit_bytes = 3 * one});
  for (const int number : {1, 2, 3}) EXPECT_TRUE(cache.put(key(number), std::string(1000, 'x')));
  EXPECT_EQ(cache.statistics().bytes, 3 * one);
  EXPECT_NE(cache.get(key(1)), nullptr);
  EXPECT_TRUE(cache.put(key(4), std::string(1000, 'x')));
  EXPECT_EQ(cache.get(key(2)), nullptr);
  EXPECT_NE(cache.get(key(3)), nullptr);
  EXPECT_TRUE(cache.put(key(5), std::string(2 * 1000 + 150, 'x')));  // room for one beside it at most
  EXPECT_LE(cache.statistics().bytes, 3 * one);
  EXPECT_FALSE(cache.put(key(5), std::string(4 * 1000, 'x')));
  EXPECT_EQ(cache.get(key(5)), nullptr);
  EXPECT_LE(cache.statistics().bytes, 3 * one);
}

TEST(SessionCache, ValuesAreSharedAndNobodyElsesWriteShows) {
  SessionCache cache;
  cache.put(key(1), "one");
  const auto held = cache.get(key(1));
  cache.put(key(1), "two");
  EXPECT_EQ(*held, "one");
  EXPECT_EQ(*cache.get(key(1)), "two");
  cache.clear();
  EXPECT_EQ(cache.get(key(1)), nullptr);
  EXPECT_EQ(cache.statistics().bytes, 0);
}

TEST(SessionCache, EntriesExpire) {
  const Clock clock;
  SessionCache cache({.time_to_live = std::chrono::seconds(10), .clock = clock.reading()});
  cache.put(key(1), "one");
  clock.pass(std::chrono::microseconds(9'999'999));
  EXPECT_NE(cache.get(key(1)), nullptr);
  EXPECT_EQ(cache.statistics().oldest_seconds, 9.999999);
  clock.pass(std::chrono::microseconds(1));
  EXPECT_EQ(cache.get(key(1)), nullptr);
  EXPECT_EQ(cache.statistics().expired, 1);
  EXPECT_EQ(cache.statistics().hits, 1);
  EXPECT_EQ(cache.statistics().misses, 1);
}

TEST(SessionCache, ThreadsKeepTheLimit) {
  SessionCache cache({.limit_bytes = 20'000});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 2000; ++i) {
        const int number = (i * 7 + t) % 50;
        const auto value = cache.get(key(number));
        EXPECT_TRUE(value == nullptr || value->front() == static_cast<char>('0' + number));
        cache.put(key(number), std::string(static_cast<std::size_t>(1 + i % 900), static_cast<char>('0' + number)));
      }
    });
  }
  threads.clear();
  EXPECT_LE(cache.statistics().bytes, 20'000);
}

TEST(FunctionCache, CallsOnceWithinTheTimeToLive) {
  const Clock clock;
  FunctionCache<int> cache({.time_to_live = std::chrono::minutes(60), .clock = clock.reading()});
  int calls = 0;
  const auto ask = [&] { return *cache.get(key(1), [&] { return ++calls; }); };
  EXPECT_EQ(ask(), 1);
  clock.pass(std::chrono::minutes(60) - std::chrono::microseconds(1));
  EXPECT_EQ(ask(), 1);
  clock.pass(std::chrono::microseconds(1));
  EXPECT_EQ(ask(), 2);
  cache.clear();
  EXPECT_EQ(ask(), 3);
  EXPECT_EQ(cache.statistics().hits, 1);
}

TEST(FunctionCache, TimeToLiveOfZeroNeverHits) {
  FunctionCache<int> cache({.time_to_live = std::chrono::microseconds(0)});
  int calls = 0;
  for (int i = 0; i < 3; ++i) (void)cache.get(key(1), [&] { return ++calls; });
  EXPECT_EQ(calls, 3);
}

TEST(FunctionCache, KeepsFiftyAndTheOldestGo) {
  const Clock clock;
  FunctionCache<int> cache({.clock = clock.reading()});
  for (int i = 0; i < 60; ++i) {
    clock.pass(std::chrono::microseconds(1));
    (void)cache.get(key(i), [i] { return i; });
  }
  EXPECT_EQ(cache.statistics().entries, 50);
  EXPECT_EQ(cache.statistics().evictions, 10);
  int calls = 0;
  (void)cache.get(key(59), [&] { return ++calls; });
  (void)cache.get(key(10), [&] { return ++calls; });
  EXPECT_EQ(calls, 0);
  (void)cache.get(key(9), [&] { return ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(FunctionCache, ExceptionsPassAndAreNotKept) {
  FunctionCache<int> cache;
  EXPECT_THROW((void)cache.get(key(1), []() -> int { throw Error(ErrorCode::io, "no"); }), Error);
  EXPECT_EQ(*cache.get(key(1), [] { return 5; }), 5);
}

}  // namespace
}  // namespace planwise::cache
