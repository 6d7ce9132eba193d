// The long form of FileCacheStorm: cache_soak SECONDS [SEED]. Exits 1 when a promise is broken.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cache_storm.h"
#include "temp_folder.h"

int main(int argc, char** argv) {
  const long seconds = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 60;
  const unsigned seed = argc > 2 ? static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10)) : std::random_device()();
  std::printf("seed %u, 8 processes, %ld s\n", seed, seconds);
  std::fflush(stdout);
  const planwise::testing::TempFolder folder;
  planwise::cache::testing::CacheStorm storm(folder / "cache", seed);
  const auto result = storm.run(8, std::chrono::seconds(seconds));
  const auto& kept = result.statistics;
  std::printf("reads %lld, hits %lld, writes %lld, damaged %lld, kills %lld, looks %lld\n",
              static_cast<long long>(result.reads), static_cast<long long>(result.hits),
              static_cast<long long>(result.writes), static_cast<long long>(result.damaged),
              static_cast<long long>(result.kills), static_cast<long long>(result.looks));
  std::printf("wrong values %lld, processes that failed %lld, most bytes %lld of %lld (largest entry %lld)\n",
              static_cast<long long>(result.wrong), static_cast<long long>(result.failed),
              static_cast<long long>(result.most_bytes), static_cast<long long>(result.limit_bytes),
              static_cast<long long>(result.largest_entry));
  std::printf("statistics: entries %lld, bytes %lld, hits %lld, misses %lld, evictions %lld, corrupt %lld\n",
              static_cast<long long>(kept.entries), static_cast<long long>(kept.bytes),
              static_cast<long long>(kept.hits), static_cast<long long>(kept.misses),
              static_cast<long long>(kept.evictions), static_cast<long long>(kept.corrupt));
  const bool good = result.wrong == 0 && result.failed == 0 && result.hits > 0 && kept.corrupt > 0 &&
                    kept.evictions > 0 && result.most_bytes <= result.limit_bytes + result.largest_entry;
  std::printf("%s\n", good ? "kept" : "BROKEN");
  return good ? 0 : 1;
}
