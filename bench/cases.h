/// \file
/// The named cases. Each prints its lines; none stops because a target is missed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace planwise::bench {

struct Settings {
  std::int64_t most_runs = 1'000'000;  ///< Sizes above are left out, saying so.
  std::vector<std::string> formats{"json", "csv", "parquet", "pickle"};  ///< Of the export case.
};

void case_save(const Settings& settings);
void case_parts(const Settings& settings);
void case_cold(const Settings& settings);
void case_batch(const Settings& settings);
void case_load(const Settings& settings);
void case_list(const Settings& settings);
void case_analytics(const Settings& settings);
void case_crash(const Settings& settings);
void case_process(const Settings& settings);
void case_export(const Settings& settings);
void case_simulate(const Settings& settings);

/// The sizes that the settings allow; says which are left out.
[[nodiscard]] std::vector<std::int64_t> allowed(const Settings& settings, std::vector<std::int64_t> sizes);

/// What a child of a case does instead of running cases; true when the arguments were a child's.
[[nodiscard]] bool run_as_child(const std::vector<std::string>& arguments);

}  // namespace planwise::bench
