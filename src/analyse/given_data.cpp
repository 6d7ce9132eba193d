// Importance from rows that exist already.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analyse/given_rows.h"
#include "analyse/intervals.h"
#include "planwise/error.h"

namespace planwise {

using namespace analyse;  // NOLINT(google-build-using-namespace): this file is part of it

namespace {

constexpr double noteworthy_correlation = 0.3;

void check(const GivenData& given, const GivenDataSettings& settings) {
  if (given.factors.empty())
    throw Error(ErrorCode::invalid_argument, "the rows have no factors; 1 or more are allowed");
  if (given.points.size() != given.values.size())
    throw Error(ErrorCode::invalid_argument, fmt::format("{} points and {} values of '{}'; as many are allowed",
                                                         given.points.size(), given.values.size(), given.output));
  for (std::size_t i = 0; i < given.points.size(); ++i)
    if (given.points[i].size() != given.factors.size())
      throw Error(ErrorCode::invalid_argument, fmt::format("row {} has {} values; there are {} factors", i,
                                                           given.points[i].size(), given.factors.size()));
  check_count("resamples", settings.resamples, 100, 100'000);
  check_confidence(settings.confidence);
}

/// The rows that count, by column.
struct Columns {
  std::vector<std::vector<double>> factors;
  std::vector<double> values;
};

/// Leaves out what is not finite and what is there twice; the rest stays in its order.
Columns usable(const GivenData& given, GivenDataResult& result) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < given.points.size(); ++i) {
    const bool complete = std::isfinite(given.values[i]) &&
                          std::ranges::all_of(given.points[i], [](double value) { return std::isfinite(value); });
    if (complete) rows.push_back(i);
  }
  result.incomplete = static_cast<std::int64_t>(given.points.size() - rows.size());
  std::vector<std::size_t> order = rows;
  const auto before = [&](std::size_t a, std::size_t b) {
    return given.points[a] != given.points[b] ? given.points[a] < given.points[b] : given.values[a] < given.values[b];
  };
  std::ranges::stable_sort(order, before);
  const auto again = std::ranges::unique(order, [&](std::size_t a, std::size_t b) {
    return given.values[a] == given.values[b] && given.points[a] == given.points[b];
  });
  result.duplicates = static_cast<std::int64_t>(again.size());
  order.erase(again.begin(), again.end());
  std::ranges::sort(order);
  result.rows = static_cast<std::int64_t>(order.size());
  Columns columns;
  columns.factors.resize(given.factors.size());
  for (const std::size_t row : order) {
    columns.values.push_back(given.values[row]);
    for (std::size_t i = 0; i < given.factors.size(); ++i) columns.factors[i].push_back(given.points[row][i]);
  }
  return columns;
}

std::int64_t distinct_in(std::vector<double> column) {
  std::ranges::sort(column);
  return static_cast<std::int64_t>(std::ranges::unique(column).begin() - column.begin());
}

std::string refusal_for(const GivenData& given, const Columns& columns) {
  const auto rows = static_cast<std::int64_t>(columns.values.size());
  if (rows < least_given_rows)
    return fmt::format("{} different complete rows; importance takes {} or more", rows, least_given_rows);
  if (distinct_in(columns.values) < 2) return fmt::format("'{}' has the same value in all rows", given.output);
  return {};
}

void note_correlations(const Columns& columns, std::vector<GivenDataEffect>& effects) {
  std::vector<std::vector<double>> ranks;
  for (const std::vector<double>& column : columns.factors) ranks.push_back(ranks_of(column));
  const auto note = [](GivenDataEffect& effect, const GivenDataEffect& other, double correlation) {
    if (std::abs(correlation) <= std::max(noteworthy_correlation, std::abs(effect.correlation))) return;
    effect.correlated_with = other.factor;
    effect.correlation = correlation;
  };
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    for (std::size_t j = i + 1; j < ranks.size(); ++j) {
      const double correlation = correlation_of(ranks[i], ranks[j]);
      note(effects[i], effects[j], correlation);
      note(effects[j], effects[i], correlation);
    }
  }
}

}  // namespace

GivenDataResult importance_from_rows(const GivenData& given, const GivenDataSettings& settings) {
  check(given, settings);
  GivenDataResult result;
  result.output = given.output;
  result.seed = settings.seed;
  result.confidence = settings.confidence;
  const Columns columns = usable(given, result);
  result.refusal = refusal_for(given, columns);
  for (std::size_t i = 0; i < given.factors.size(); ++i) {
    GivenDataEffect effect;
    effect.factor = given.factors[i];
    effect.distinct = distinct_in(columns.factors[i]);
    if (!result.refusal.empty())
      effect.reason = result.refusal;
    else if (effect.distinct < 2)
      effect.reason = "it has the same value in all rows";
    else
      effect.first_order = share_between(bins_of(columns.factors[i]), columns.values, settings);
    result.effects.push_back(std::move(effect));
  }
  if (result.refusal.empty()) note_correlations(columns, result.effects);
  return result;
}

}  // namespace planwise
