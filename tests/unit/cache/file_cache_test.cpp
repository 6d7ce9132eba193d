#include "cache/file_cache.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "../../soak/cache_storm.h"
#include "planwise/error.h"
#include "temp_folder.h"

namespace planwise::cache {
namespace {

namespace fs = std::filesystem;
using planwise::testing::TempFolder;

CacheKey key(int number, const Origin& origin = {"data", 1, "1"}) {
  return CacheKeyBuilder("test", origin).with("number", number).key();
}

/// A clock that stands until told.
struct Clock {
  std::shared_ptr<Timestamp> at = std::make_shared<Timestamp>(now());
  void pass(std::chrono::microseconds time) const { at->microseconds += time.count(); }
  [[nodiscard]] std::function<Timestamp()> reading() const {
    return [at = at] { return *at; };
  }
};

FileCacheOptions options(const fs::path& folder, const Clock& clock, std::int64_t limit = 1'000'000) {
  return {.folder = folder, .limit_bytes = limit, .clock = clock.reading()};
}
fs::path file_of(const fs::path& folder, int number) { return folder / (key(number).digest + ".entry"); }
unsigned mode_of(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}
ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  throw std::runtime_error("nothing was thrown");
}
std::int64_t entry_bytes_in(const fs::path& folder) {
  std::int64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".entry") bytes += static_cast<std::int64_t>(entry.file_size());
  }
  return bytes;
}

class FileCacheTest : public ::testing::Test {
 protected:
  TempFolder temp_;
  fs::path folder_ = temp_ / "cache";
  Clock clock_;
};
using FileCacheFolder = FileCacheTest;

TEST_F(FileCacheTest, KeepsBytesForOtherProcessesUnderTheirKeyAlone) {
  const std::string value("a\0b\nc", 5);
  FileCache(options(folder_, clock_)).put(key(1), value);
  FileCache other(options(folder_, clock_));
  EXPECT_EQ(other.get(key(1)), value);
  EXPECT_EQ(other.get(key(2)), std::nullopt);
  other.put(key(1), "");
  EXPECT_EQ(other.get(key(1)), "");
}

TEST_F(FileCacheTest, Fault6_FolderAndFilesAreForTheUserAlone) {
  ::umask(0);
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "value");
  EXPECT_EQ(mode_of(folder_), 0700U);
  EXPECT_EQ(mode_of(file_of(folder_, 1)), 0600U);
  EXPECT_EQ(mode_of(folder_ / "cache.lock"), 0600U);
  ::umask(022);
}

TEST_F(FileCacheTest, Fault6_LimitHoldsAndTheLeastRecentlyUsedGoes) {
  const std::string value(1000, 'v');
  FileCache probe(options(folder_, clock_));
  probe.put(key(0), value);
  const std::int64_t one = entry_bytes_in(folder_);
  probe.clear();
  FileCache cache(options(folder_, clock_, 3 * one));
  for (const int number : {1, 2, 3}) {
    cache.put(key(number), value);
    clock_.pass(std::chrono::seconds(1));
  }
  EXPECT_EQ(cache.statistics().entries, 3);  // exactly at the limit
  EXPECT_TRUE(cache.get(key(1)));            // now 2 is the least recently used
  clock_.pass(std::chrono::seconds(1));
  cache.put(key(4), value);
  EXPECT_FALSE(cache.get(key(2)));
  EXPECT_TRUE(cache.get(key(1)));
  EXPECT_TRUE(cache.get(key(3)));
  EXPECT_TRUE(cache.get(key(4)));
  EXPECT_EQ(cache.statistics().evictions, 1);
  for (int number = 10; number < 300; ++number) {
    cache.put(key(number), std::string(static_cast<std::size_t>(number * 7), 'x'));
    ASSERT_LE(entry_bytes_in(folder_), 3 * one);
  }
}

TEST_F(FileCacheTest, EntryBeyondTheLimitIsNotKept) {
  FileCache cache(options(folder_, clock_, 1000));
  cache.put(key(1), "small");
  EXPECT_EQ(cache.put(key(1), std::string(1000, 'x')), Kept::too_large);
  EXPECT_EQ(cache.get(key(1)), std::nullopt);
  EXPECT_EQ(entry_bytes_in(folder_), 0);
}

TEST_F(FileCacheTest, LowerLimitHoldsFromTheNextWriteOrSweep) {
  FileCache(options(folder_, clock_)).put(key(1), std::string(5000, 'x'));
  FileCache(options(folder_, clock_)).put(key(2), std::string(5000, 'x'));
  FileCache(options(folder_, clock_, 6000)).sweep();
  EXPECT_LE(entry_bytes_in(folder_), 6000);
  EXPECT_GT(entry_bytes_in(folder_), 0);
}

TEST_F(FileCacheTest, EntriesEndAfterADayHoweverOftenTheyAreRead) {
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "value");
  clock_.pass(std::chrono::hours(24) - std::chrono::microseconds(1));
  EXPECT_TRUE(cache.get(key(1)));
  clock_.pass(std::chrono::microseconds(1));
  EXPECT_FALSE(cache.get(key(1)));
  EXPECT_FALSE(fs::exists(file_of(folder_, 1)));
  EXPECT_EQ(cache.statistics().expired, 1);
}

TEST_F(FileCacheTest, EntriesOfAClockThatWasWrongEndToo) {
  clock_.pass(std::chrono::hours(24 * 400));
  FileCache(options(folder_, clock_)).put(key(1), "value");
  clock_.pass(-std::chrono::hours(24 * 400));
  EXPECT_FALSE(FileCache(options(folder_, clock_)).get(key(1)));
}

TEST_F(FileCacheTest, EveryDamagedByteIsFoundDroppedAndCounted) {
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "some value");
  const auto size = fs::file_size(file_of(folder_, 1));
  for (std::uintmax_t at = 0; at < size; ++at) {
    cache.put(key(1), "some value");
    {
      std::fstream file(file_of(folder_, 1), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>(at));
      const int was = file.get();
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(was ^ 1));
    }
    ASSERT_EQ(cache.get(key(1)), std::nullopt) << "byte " << at;
    ASSERT_FALSE(fs::exists(file_of(folder_, 1)));
  }
  for (std::uintmax_t length = 0; length < size; ++length) {
    cache.put(key(1), "some value");
    fs::resize_file(file_of(folder_, 1), length);
    ASSERT_EQ(cache.get(key(1)), std::nullopt) << "length " << length;
  }
  EXPECT_EQ(cache.statistics().corrupt, static_cast<std::int64_t>(2 * size));
  EXPECT_EQ(cache.statistics().bytes, 0);
}

TEST_F(FileCacheTest, RenamedEntryIsNotServedForAnotherKey) {
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "one");
  fs::rename(file_of(folder_, 1), file_of(folder_, 2));
  EXPECT_EQ(cache.get(key(2)), std::nullopt);
  EXPECT_EQ(cache.statistics().corrupt, 1);
}

TEST_F(FileCacheTest, LinksAndOtherThingsUnderAnEntrysNameAreNeverFollowed) {
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "one");
  const fs::path outside = temp_ / "outside";
  fs::rename(file_of(folder_, 1), outside);
  fs::create_symlink(outside, file_of(folder_, 1));
  EXPECT_EQ(cache.get(key(1)), std::nullopt);
  EXPECT_FALSE(fs::is_symlink(file_of(folder_, 1)));
  fs::create_symlink(outside, file_of(folder_, 1));
  const auto before = fs::file_size(outside);
  cache.put(key(1), "another, longer value");
  EXPECT_EQ(fs::file_size(outside), before);
  EXPECT_EQ(cache.get(key(1)), "another, longer value");
  ASSERT_EQ(::mkfifo(file_of(folder_, 2).c_str(), 0600), 0);
  EXPECT_EQ(cache.get(key(2)), std::nullopt);  // and does not wait
  fs::create_directory(file_of(folder_, 3));
  EXPECT_EQ(cache.get(key(3)), std::nullopt);
  EXPECT_EQ(code_of([&] { cache.put(key(3), "x"); }), ErrorCode::io);
  fs::create_symlink(outside, folder_ / "unfinished.tmp");
  cache.put(key(4), "four");
  EXPECT_EQ(fs::file_size(outside), before);
  fs::remove(folder_ / "cache.lock");
  fs::create_symlink(outside, folder_ / "cache.lock");
  EXPECT_EQ(code_of([&] { cache.put(key(5), "x"); }), ErrorCode::denied);
  EXPECT_EQ(fs::file_size(outside), before);
}

TEST_F(FileCacheTest, RestOfAKilledWriterIsClearedAway) {
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "one");
  std::ofstream(folder_ / "unfinished.tmp") << std::string(100000, 'x');
  cache.put(key(2), "two");
  EXPECT_FALSE(fs::exists(folder_ / "unfinished.tmp"));
}

TEST_F(FileCacheTest, OtherFilesAreLeftAloneAndDoNotCount) {
  FileCache cache(options(folder_, clock_, 1000));
  cache.put(key(1), "one");
  std::ofstream(folder_ / "mine.txt") << std::string(100000, 'x');
  cache.put(key(2), "two");
  cache.clear();
  EXPECT_TRUE(fs::exists(folder_ / "mine.txt"));
  EXPECT_EQ(cache.statistics().bytes, 0);
}

TEST_F(FileCacheTest, StatisticsSurviveProcesses) {
  {
    FileCache cache(options(folder_, clock_));
    cache.put(key(1), "one");
    (void)cache.get(key(1));
    (void)cache.get(key(2));
  }
  clock_.pass(std::chrono::seconds(10));
  FileCache cache(options(folder_, clock_));
  cache.put(key(3), "three");
  const CacheStatistics statistics = cache.statistics();
  EXPECT_EQ(statistics.hits, 1);
  EXPECT_EQ(statistics.misses, 1);
  EXPECT_EQ(statistics.entries, 2);
  EXPECT_EQ(statistics.bytes, entry_bytes_in(folder_));
  EXPECT_EQ(statistics.oldest_seconds, 10.0);
  EXPECT_EQ(statistics.newest_seconds, 0.0);
  EXPECT_EQ(statistics.folder, folder_.string());
  EXPECT_EQ(to_json(statistics).at("hit_rate"), Json(0.5));
  cache.clear();
  EXPECT_EQ(cache.statistics().hits, 1);
  EXPECT_EQ(cache.statistics().oldest_seconds, std::nullopt);
}

TEST_F(FileCacheTest, DamagedStateIsCountedAnew) {
  FileCache(options(folder_, clock_)).put(key(1), "one");
  for (const char* text : {"", "planwise-cache-state-1 1 -5 -5 0 0 0 0 0 ", "garbage"}) {
    std::ofstream(folder_ / "cache.lock") << text;
    FileCache cache(options(folder_, clock_));
    cache.put(key(2), "two");
    EXPECT_EQ(cache.statistics().entries, 2);
  }
}

TEST_F(FileCacheTest, FolderThatVanishesIsMadeAgain) {
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "one");
  fs::remove_all(folder_);
  EXPECT_EQ(cache.get(key(1)), std::nullopt);
  cache.put(key(1), "one");
  EXPECT_EQ(cache.get(key(1)), "one");
}

TEST_F(FileCacheFolder, WiderRightsAreTakenFromAnEmptyFolderAndRefusedForOthers) {
  fs::create_directory(folder_);
  ::chmod(folder_.c_str(), 0777);
  FileCache cache(options(folder_, clock_));
  cache.put(key(1), "one");
  EXPECT_EQ(mode_of(folder_), 0700U);
  const fs::path home = temp_ / "home";
  fs::create_directory(home);
  ::chmod(home.c_str(), 0755);
  std::ofstream(home / "letter") << "x";
  EXPECT_EQ(code_of([&] { FileCache(options(home, clock_)).put(key(1), "one"); }), ErrorCode::denied);
  EXPECT_EQ(mode_of(home), 0755U);
}

TEST_F(FileCacheFolder, LinkAsFolderIsDenied) {
  fs::create_directory(temp_ / "real");
  fs::create_directory_symlink(temp_ / "real", folder_);
  EXPECT_EQ(code_of([&] { FileCache(options(folder_, clock_)).put(key(1), "one"); }), ErrorCode::denied);
  EXPECT_EQ(own_folder(folder_), folder_.string() + "-" + std::to_string(::geteuid()));
  EXPECT_EQ(code_of([&] { FileCache(options(temp_ / "no" / "parent", clock_)).put(key(1), "one"); }),
            ErrorCode::not_found);
}

TEST_F(FileCacheFolder, AnotherUsersFolderIsPassedBy) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder to somebody else";
  fs::create_directory(folder_);
  ASSERT_EQ(::chown(folder_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(own_folder(folder_), folder_.string() + "-0");
  EXPECT_EQ(code_of([&] { FileCache(options(folder_, clock_)).put(key(1), "one"); }), ErrorCode::denied);
  EXPECT_EQ(own_folder(temp_ / "free"), temp_ / "free");
}

TEST_F(FileCacheFolder, EnvironmentNamesAnother) {
  ::setenv("PLANWISE_CACHE_DIR", "/somewhere/else", 1);
  EXPECT_EQ(default_cache_folder(), "/somewhere/else");
  ::unsetenv("PLANWISE_CACHE_DIR");
  EXPECT_EQ(default_cache_folder().filename().string().rfind("planwise_optimization_cache", 0), 0U);
}

TEST(FileCacheStorm, EightProcessesKilledAtRandomNeverServeAWrongValue) {
  const TempFolder temp;
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto result = testing::CacheStorm(temp / "cache", seed).run(8, std::chrono::seconds(3));
  EXPECT_EQ(result.wrong, 0);
  EXPECT_EQ(result.failed, 0);
  EXPECT_LE(result.most_bytes, result.limit_bytes + result.largest_entry);
  EXPECT_GT(result.most_bytes, result.limit_bytes / 2);
  EXPECT_GT(result.hits, 0);
  EXPECT_GT(result.damaged, 0);
  EXPECT_GT(result.statistics.corrupt, 0);
  EXPECT_GT(result.statistics.evictions, 0);
}

}  // namespace
}  // namespace planwise::cache
