#include "analyse/given_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analyse/draws.h"
#include "analyse/intervals.h"

namespace planwise::analyse {
namespace {

/// Rows are drawn in groups, so that millions of rows cost no more than this many.
constexpr std::size_t most_groups = 400;

std::vector<std::size_t> ascending(const std::vector<double>& column) {
  std::vector<std::size_t> order(column.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t row) { return column[row]; });
  return order;
}

struct Sums {
  double count = 0, sum = 0, squares = 0;
  void add(const Sums& other) noexcept {
    count += other.count;
    sum += other.sum;
    squares += other.squares;
  }
};

/// What one group of rows has in one bin.
struct Cell {
  std::size_t bin = 0;
  Sums sums;
};

class Cells {
 public:
  Cells(const std::vector<std::size_t>& bins, const std::vector<double>& values, std::uint64_t seed)
      : bins_(*std::ranges::max_element(bins) + 1), groups_(std::min(values.size(), most_groups)) {
    double origin = 0, scale = 0;
    for (const double value : values) origin += value / static_cast<double>(values.size());
    for (const double value : values) scale = std::max(scale, std::abs(value - origin));
    std::vector<std::vector<Sums>> table(groups_.size(), std::vector<Sums>(bins_));
    const std::vector<std::size_t> order = shuffled(values.size(), seed);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const double value = (values[order[i]] - origin) / scale;
      table[i % groups_.size()][bins[order[i]]].add({1, value, value * value});
    }
    for (std::size_t group = 0; group < groups_.size(); ++group)
      for (std::size_t bin = 0; bin < bins_; ++bin)
        if (table[group][bin].count > 0) groups_[group].push_back({bin, table[group][bin]});
  }

  [[nodiscard]] std::size_t groups() const noexcept { return groups_.size(); }

  /// The share from these groups.
  [[nodiscard]] double share(const std::vector<std::size_t>& of) const {
    std::vector<Sums> by_bin(bins_);
    for (const std::size_t group : of)
      for (const Cell& cell : groups_[group]) by_bin[cell.bin].add(cell.sums);
    Sums all;
    double within = 0, used = 0;
    for (const Sums& bin : by_bin) {
      if (bin.count == 0) continue;
      used += 1;
      all.add(bin);
      within += bin.squares - bin.sum * bin.sum / bin.count;
    }
    const double total = all.squares - all.sum * all.sum / all.count;
    if (!(total > 0) || all.count <= used) return 0;
    return 1 - std::max(0.0, within) / (all.count - used) * (all.count - 1) / total;
  }

 private:
  static std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<std::uint64_t> rank(count);
    for (std::size_t i = 0; i < count; ++i) rank[i] = draw(seed, Purpose::blocks, i);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rank[i]; });
    return order;
  }

  std::size_t bins_;
  std::vector<std::vector<Cell>> groups_;
};

/// Half of 0 to count - 1, each half equally likely.
std::vector<std::size_t> half_of(std::size_t count, std::uint64_t seed, std::size_t sample) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < count / 2; ++i)
    std::swap(order[i], order[i + below(draw(seed, Purpose::resample, sample, i), count - i)]);
  order.resize(count / 2);
  return order;
}

}  // namespace

std::vector<std::size_t> bins_of(const std::vector<double>& column) {
  const std::vector<std::size_t> order = ascending(column);
  std::size_t distinct = 1;
  for (std::size_t i = 1; i < order.size(); ++i) distinct += column[order[i]] != column[order[i - 1]] ? 1 : 0;
  const auto wanted = static_cast<std::size_t>(std::clamp(std::sqrt(static_cast<double>(column.size())), 4.0, 50.0));
  std::vector<std::size_t> bins(column.size());
  std::size_t bin = 0, begun = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const bool same = column[order[i]] == column[order[i - 1]];
    // A bin ends once the rows so far are its part of all rows.
    const bool full = i * wanted >= (bin + 1) * column.size() && i > begun;
    if (!same && (distinct <= wanted || full)) {
      ++bin;
      begun = i;
    }
    bins[order[i]] = bin;
  }
  return bins;
}

std::vector<double> ranks_of(const std::vector<double>& column) {
  const std::vector<std::size_t> order = ascending(column);
  std::vector<double> ranks(column.size());
  for (std::size_t from = 0; from < order.size();) {
    std::size_t to = from;
    while (to < order.size() && column[order[to]] == column[order[from]]) ++to;
    for (std::size_t i = from; i < to; ++i) ranks[order[i]] = (static_cast<double>(from + to) + 1) / 2;
    from = to;
  }
  return ranks;
}

double correlation_of(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double mean_a = 0, mean_b = 0, both = 0, of_a = 0, of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    mean_a += a[i] / n;
    mean_b += b[i] / n;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - mean_a) * (b[i] - mean_b);
    of_a += (a[i] - mean_a) * (a[i] - mean_a);
    of_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return of_a > 0 && of_b > 0 ? both / std::sqrt(of_a * of_b) : 0;
}

Estimate share_between(const std::vector<std::size_t>& bins, const std::vector<double>& values,
                       const GivenDataSettings& settings) {
  const Cells cells(bins, values, settings.seed);
  std::vector<std::size_t> all(cells.groups());
  std::iota(all.begin(), all.end(), std::size_t{0});
  Estimate estimate{cells.share(all), std::nullopt};
  std::vector<double> halves(static_cast<std::size_t>(settings.resamples));
  double mean = 0;
  for (std::size_t sample = 0; sample < halves.size(); ++sample) {
    halves[sample] = cells.share(half_of(cells.groups(), settings.seed, sample));
    mean += halves[sample] / static_cast<double>(halves.size());
  }
  // The spread of halves about the whole is that of the whole about the truth (a half has 1/m - 1/n = 1/n of the
  // variance left); their mean carries the bias of fewer rows, which is not ours.
  const Interval middle = middle_of(halves, settings.confidence);
  estimate.interval = Interval{std::min(estimate.value, estimate.value + middle.low - mean),
                               std::min(1.0, std::max(estimate.value, estimate.value + middle.high - mean))};
  return estimate;
}

}  // namespace planwise::analyse
