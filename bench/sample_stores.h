/// \file
/// Runs to measure with, and stores filled with them: made once, kept, and copied before anything writes to them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "planwise/run.h"
#include "store/run_store.h"

namespace planwise::bench {

[[nodiscard]] store::StoreOptions options_for(const std::filesystem::path& file);

/// A run with a result for each lever and no histories: about 1.5 KB of JSON.
[[nodiscard]] Run slim_run(std::int64_t number);
/// The same with runtime, evaluations and, two of three, whether it converged; created over three years.
[[nodiscard]] Run measured_run(std::int64_t number);
/// About 20 KB of JSON: 25 iterations of 17 levers. Every fiftieth shares its configuration.
[[nodiscard]] Run full_run(std::int64_t number);
/// The same with a configuration of its own, so that a save writes a row into every table.
[[nodiscard]] Run new_full_run(std::int64_t number);

/// A store with that many runs. Filled at the first call and kept in the folder of bench data.
[[nodiscard]] std::filesystem::path filled_store(const std::string& kind, std::int64_t runs);

[[nodiscard]] std::filesystem::path bench_folder();

/// A copy of a filled store that may be written to; removed at the end.
class ScratchStore {
 public:
  explicit ScratchStore(const std::filesystem::path& original, std::string_view name = "scratch");
  ~ScratchStore();
  ScratchStore(const ScratchStore&) = delete;
  ScratchStore& operator=(const ScratchStore&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace planwise::bench
