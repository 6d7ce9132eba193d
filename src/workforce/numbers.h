/// \file
/// Sums, percentiles and means that are the same whatever the number of threads, and nearly so whatever the order.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace planwise::workforce {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Neumaier's compensated sum: the error does not grow with the number of terms.
class Sum {
 public:
  void add(double value) noexcept;
  [[nodiscard]] double value() const noexcept { return sum_ + correction_; }

 private:
  double sum_ = 0, correction_ = 0;
};

[[nodiscard]] double sum_of(std::span<const double> values) noexcept;
/// NaN of nothing.
[[nodiscard]] double mean_of(std::span<const double> values) noexcept;
/// Of the population (divided by n); NaN of nothing.
[[nodiscard]] double deviation_of(std::span<const double> values) noexcept;
/// Linear between ranks: position fraction x (n - 1). `sorted` rises. NaN of nothing.
[[nodiscard]] double percentile(std::span<const double> sorted, double fraction) noexcept;
[[nodiscard]] double median_of(std::vector<double> values);
/// a / b, NaN for b = 0.
[[nodiscard]] double ratio(double a, double b) noexcept;
/// In whole hundredths, half away from zero.
[[nodiscard]] std::int64_t cents(double amount) noexcept;

}  // namespace planwise::workforce
