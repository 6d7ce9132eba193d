// Quantiles and chances of an ensemble of seeds, with intervals that hold for any distribution.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyse/intervals.h"
#include "planwise/error.h"

namespace planwise {

using namespace analyse;  // NOLINT(google-build-using-namespace): this file is part of it

namespace {

void check_values(std::string_view which, const std::vector<double>& values) {
  if (values.empty())
    throw Error(ErrorCode::invalid_argument, fmt::format("{} has no values; 1 or more are allowed", which));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("value {} of {} is {}; finite numbers are allowed", i, which, values[i]));
}

void check_settings(const EnsembleSettings& settings) {
  check_confidence(settings.confidence);
  if (settings.threshold && !std::isfinite(*settings.threshold))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the threshold is {}; a finite number is allowed", *settings.threshold));
}

double deviation_of(const std::vector<double>& values, double mean) {
  if (values.size() < 2) return 0;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace

EnsembleSummary summarize_ensemble(std::vector<double> values, const EnsembleSettings& settings) {
  check_values("the ensemble", values);
  check_settings(settings);
  std::ranges::sort(values);
  EnsembleSummary summary;
  summary.n = static_cast<std::int64_t>(values.size());
  summary.confidence = settings.confidence;
  summary.mean = mean_of(values, settings.confidence);
  summary.standard_deviation = deviation_of(values, summary.mean.value);
  summary.least = values.front();
  summary.most = values.back();
  for (const auto& [estimate, part] : {std::pair{&summary.p10, 0.10}, {&summary.p50, 0.50}, {&summary.p90, 0.90}})
    *estimate = Estimate{quantile_of(values, part), quantile_interval(values, part, settings.confidence)};
  summary.threshold = settings.threshold;
  if (settings.threshold) {
    const auto above = static_cast<std::int64_t>(values.end() - std::ranges::upper_bound(values, *settings.threshold));
    summary.chance_above = Estimate{static_cast<double>(above) / static_cast<double>(summary.n),
                                    share_interval(above, summary.n, settings.confidence)};
  }
  return summary;
}

EnsembleSummary summarize_difference(const std::vector<double>& first, const std::vector<double>& second,
                                     const EnsembleSettings& settings) {
  if (first.size() != second.size())
    throw Error(ErrorCode::invalid_argument, fmt::format("the first ensemble has {} values and the second {}; as many "
                                                         "are allowed, one a seed in the same order",
                                                         first.size(), second.size()));
  check_values("the first ensemble", first);
  check_values("the second ensemble", second);
  std::vector<double> differences(first.size());
  for (std::size_t i = 0; i < first.size(); ++i) differences[i] = second[i] - first[i];
  EnsembleSettings of_difference = settings;
  if (!of_difference.threshold) of_difference.threshold = 0;
  return summarize_ensemble(std::move(differences), of_difference);
}

}  // namespace planwise
