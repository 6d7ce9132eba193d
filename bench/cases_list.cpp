// Lists, searches and counts over slim runs.
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "cases.h"
#include "measure.h"
#include "sample_stores.h"

namespace planwise::bench {

namespace fs = std::filesystem;
using store::RunStore;

namespace {

constexpr int rounds = 21;

struct Search {
  std::string name, query, sort;
  double limit;
};

/// A page is shown again for nothing while nobody has written; a new time of the file makes every round a fresh question.
void look_written(const fs::path& file) { fs::last_write_time(file, fs::file_time_type::clock::now()); }

}  // namespace

void case_list(const Settings& settings) {
  const Search searches[] = {
      {"newest 50", "", "", 10},
      {"text search, few match", "\"iteration 77\"", "", 150},
      {"text search, none match", "nothing_has_this", "", 150},
      {"text search, half match", "\"review 1\" or \"review 2\"", "", 150},
      {"filter by type, status, objective", "type:advanced_scipy status:completed objective<0.3", "", 150},
      {"range of a parameter", "param.cola_rate>=0.09", "", 120},
      {"sort by a parameter", "", "-param.cola_rate", 120},
      {"range and sort by a parameter", "param.cola_rate:0.02..0.03", "param.cola_rate", 120},
  };
  for (const std::int64_t size : allowed(settings, {10'000, 100'000, 1'000'000})) {
    const fs::path file = filled_store("slim", size);
    RunStore store(options_for(file));
    const auto both = [&](const std::string& name, double limit, const std::function<void()>& work) {
      const auto prepare = [&](int) { look_written(file); };
      Figures leased;
      {
        const auto hold = store.hold(RunStore::HoldFor::reading);
        work();
        leased = measure(rounds, [&](int) { work(); }, prepare);
      }
      const Figures alone = measure(rounds, [&](int) { work(); }, prepare);
      // The limits are for a million runs; smaller stores are held to them too.
      print_line(fmt::format("{}, in a lease, {}", name, size), leased, {.limit = limit});
      print_line(fmt::format("{}, open-close, {}", name, size), alone, {.limit = limit});
    };
    for (const Search& search : searches) {
      ListRequest request;
      request.query = search.query;
      request.sort = search.sort;
      both(search.name, search.limit, [&] { (void)store.list(request); });
    }
    both("overview counts", 40, [&] { (void)store.overview(); });
  }
}

}  // namespace planwise::bench
