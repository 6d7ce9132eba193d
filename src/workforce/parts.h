/// \file
/// What a SimulationDatabase consists of, for its own files.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "planwise/workforce.h"
#include "workforce/source.h"
#include "workforce/year_rows.h"

namespace planwise {

struct SimulationDatabase::Parts {
  Parts(const std::filesystem::path& path, SimulationDatabaseOptions given)
      : source(path, given.deadline), options(std::move(given)) {}

  mutable workforce::Source source;
  SimulationDatabaseOptions options;

  using Year = std::shared_ptr<const workforce::YearColumns>;
  /// A year's rows, kept while the file does not change. Of the year before the first: the baseline, where there is
  /// one.
  [[nodiscard]] Year year(const workforce::Session& session, int year) const;
  /// year(), which throws not_found for a year without rows.
  [[nodiscard]] Year filled_year(const workforce::Session& session, int year) const;
  /// The levers of a year; nullptr where the database has none for it.
  [[nodiscard]] std::unique_ptr<YearLevers> levers_of(const workforce::Session& session, int year) const;

 private:
  static constexpr std::size_t most_rows_kept = 2'000'000;
  mutable std::mutex mutex_;
  mutable std::string signature_;
  mutable std::size_t rows_kept_ = 0;
  mutable std::map<int, Year> years_;
};

namespace workforce {
/// The model's settings out of config_* and stg_config_*; what is not there stays as in `base`.
[[nodiscard]] ModelSettings read_settings(const Session& session, const SimulationDatabaseOptions& options,
                                          const SimulationSettings& base = {},
                                          std::string_view base_name = "the defaults");
/// Summary of a year out of its rows.
[[nodiscard]] Json summary_of(const YearColumns& year, double outlier_pay);
/// Summaries by year, or `{error}` for one, as one `{year_summaries, yoy_metrics, overall}`.
[[nodiscard]] Json years_together(const std::map<int, Json>& summaries);
/// current_compensation of the active, those without pay left out.
[[nodiscard]] std::vector<double> active_pay(const SnapshotColumns& people);
}  // namespace workforce

}  // namespace planwise
