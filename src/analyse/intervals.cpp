#include "analyse/intervals.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "planwise/error.h"

namespace planwise::analyse {

double quantile_of(const std::vector<double>& sorted, double part) {
  const double rank = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval middle_of(std::vector<double>& values, double confidence) {
  std::ranges::sort(values);
  return {quantile_of(values, (1 - confidence) / 2), quantile_of(values, (1 + confidence) / 2)};
}

Estimate mean_of(const std::vector<double>& values, double confidence) {
  const auto n = static_cast<double>(values.size());
  // About the first value: equal values have exactly that mean, and no digits are lost for large ones.
  double offset = 0;
  for (const double value : values) offset += (value - values.front()) / n;
  Estimate mean{values.front() + offset, std::nullopt};
  if (values.size() < 2) return mean;
  double squares = 0;
  for (const double value : values) squares += (value - mean.value) * (value - mean.value);
  const boost::math::students_t distribution(n - 1);
  const double half = boost::math::quantile(distribution, (1 + confidence) / 2) * std::sqrt(squares / (n - 1) / n);
  mean.interval = Interval{mean.value - half, mean.value + half};
  return mean;
}

Interval share_interval(std::int64_t hits, std::int64_t n, double confidence) {
  const auto x = static_cast<double>(hits);
  const auto others = static_cast<double>(n - hits);
  Interval interval{0, 1};
  if (hits > 0)
    interval.low = boost::math::quantile(boost::math::beta_distribution(x, others + 1), (1 - confidence) / 2);
  if (hits < n)
    interval.high = boost::math::quantile(boost::math::beta_distribution(x + 1, others), (1 + confidence) / 2);
  return interval;
}

std::optional<Interval> quantile_interval(const std::vector<double>& sorted, double part, double confidence) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  const boost::math::binomial distribution(static_cast<double>(n), part);
  // Chance that at most `count` of n values are below the quantile.
  const auto at_most = [&](std::int64_t count) {
    return count < 0 ? 0.0 : count >= n ? 1.0 : boost::math::cdf(distribution, static_cast<double>(count));
  };
  const auto first_where = [&](auto&& holds) {
    std::int64_t from = 0, to = n;
    while (from < to) {
      const std::int64_t middle = from + (to - from) / 2;
      if (holds(middle))
        to = middle;
      else
        from = middle + 1;
    }
    return from;
  };
  // Ranks from 1: the interval from rank `low` to rank `high` holds when low <= values below <= high - 1.
  std::int64_t low = first_where([&](std::int64_t count) { return at_most(count) > (1 - confidence) / 2; });
  std::int64_t high = first_where([&](std::int64_t count) { return at_most(count) >= (1 + confidence) / 2; }) + 1;
  if (low < 1 || high > n) return std::nullopt;
  const auto held = [&](std::int64_t from, std::int64_t to) { return at_most(to - 1) - at_most(from - 1); };
  // Ranks are whole numbers: one side may have room left. Of two equal choices the lower ranks, whatever the rounding.
  constexpr double rounding = 1e-9;
  for (;;) {
    const double without_low = held(low + 1, high), without_high = held(low, high - 1);
    if (std::max(without_low, without_high) < confidence) break;
    if (without_low > without_high + rounding)
      ++low;
    else
      --high;
  }
  return Interval{sorted[static_cast<std::size_t>(low - 1)], sorted[static_cast<std::size_t>(high - 1)]};
}

void check_confidence(double confidence) {
  if (!(confidence > 0.5 && confidence < 1))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("the confidence is {}; allowed is above 0.5 and below 1", confidence));
}

void check_count(std::string_view setting, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value < least || value > most)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} is {}; {} to {} are allowed", setting, value, least, most));
}

}  // namespace planwise::analyse
