#include "workforce/numbers.h"

#include <algorithm>
#include <cmath>

namespace planwise::workforce {

namespace {}

void Sum::add(double value) noexcept {
  const double next = sum_ + value;
  correction_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
  sum_ = next;
}

double sum_of(std::span<const double> values) noexcept {
  Sum sum;
  for (double value : values) sum.add(value);
  return sum.value();
}

double mean_of(std::span<const double> values) noexcept {
  return values.empty() ? nan : sum_of(values) / static_cast<double>(values.size());
}

double deviation_of(std::span<const double> values) noexcept {
  if (values.empty()) return nan;
  const double mean = mean_of(values);
  Sum squares;
  for (double value : values) squares.add((value - mean) * (value - mean));
  return std::sqrt(squares.value() / static_cast<double>(values.size()));
}

double percentile(std::span<const double> sorted, double fraction) noexcept {
  if (sorted.empty()) return nan;
  const double position = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (sorted[below + 1] - sorted[below]) * (position - static_cast<double>(below));
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return percentile(values, 0.5);
}

double ratio(double a, double b) noexcept { return b == 0 ? nan : a / b; }

std::int64_t cents(double amount) noexcept { return std::llround(amount * 100.0); }

}  // namespace planwise::workforce
