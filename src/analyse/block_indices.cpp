#include "analyse/block_indices.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "analyse/draws.h"
#include "analyse/intervals.h"

namespace planwise::analyse {
namespace {

using Weights = std::array<double, block_count>;  ///< How often each block counts; the sum is block_count.

/// A ratio of means over blocks with its standard error by linearisation (the infinitesimal jackknife).
struct Ratio {
  double value = 0, error = 0;
};

/// One row a block, all as means over its rows.
struct Terms {
  Weights mean{}, squares{}, change{}, covered{}, changed_squares{};
};

double weighted(const Weights& weights, const Weights& values) {
  double sum = 0;
  for (std::size_t k = 0; k < block_count; ++k) sum += weights[k] * values[k];
  return sum / static_cast<double>(block_count);
}

struct Spread {
  double mean = 0, variance = 0;
};
Spread spread_of(const Weights& weights, const Terms& terms) {
  const double mean = weighted(weights, terms.mean);
  return {mean, weighted(weights, terms.squares) - mean * mean};
}

double error_of(const Weights& weights, const Weights& influences) {
  double squares = 0;
  for (std::size_t k = 0; k < block_count; ++k) squares += weights[k] * influences[k] * influences[k];
  return std::sqrt(squares / static_cast<double>(block_count * (block_count - 1)));
}

Ratio first_order(const Weights& weights, const Terms& terms, const Spread& spread) {
  const double change = weighted(weights, terms.change);
  const double share = weighted(weights, terms.covered) - spread.mean * change;
  const double value = share / spread.variance;
  Weights influences;
  for (std::size_t k = 0; k < block_count; ++k) {
    const double offset = terms.mean[k] - spread.mean;
    const double share_k = terms.covered[k] - spread.mean * terms.change[k] - offset * change;
    const double variance_k = terms.squares[k] - spread.mean * spread.mean - 2 * spread.mean * offset;
    influences[k] = ((share_k - share) - value * (variance_k - spread.variance)) / spread.variance;
  }
  return {value, error_of(weights, influences)};
}

Ratio total_order(const Weights& weights, const Terms& terms, const Spread& spread) {
  const double share = weighted(weights, terms.changed_squares) / 2;
  const double value = share / spread.variance;
  Weights influences;
  for (std::size_t k = 0; k < block_count; ++k) {
    const double offset = terms.mean[k] - spread.mean;
    const double variance_k = terms.squares[k] - spread.mean * spread.mean - 2 * spread.mean * offset;
    influences[k] = ((terms.changed_squares[k] / 2 - share) - value * (variance_k - spread.variance)) / spread.variance;
  }
  return {value, error_of(weights, influences)};
}

/// Each resample as how often it has each block.
std::vector<Weights> resampled(const Bootstrap& bootstrap) {
  std::vector<Weights> all(static_cast<std::size_t>(bootstrap.resamples));
  for (std::size_t sample = 0; sample < all.size(); ++sample) {
    for (std::size_t i = 0; i < block_count; ++i)
      all[sample][below(draw(bootstrap.seed, Purpose::resample, sample, i), block_count)] += 1;
  }
  return all;
}

template <class Index>
Estimate estimate_of(const Terms& terms, const std::vector<Weights>& resamples, double confidence, Index&& index) {
  Weights even;
  even.fill(1);
  const Ratio ratio = index(even, terms, spread_of(even, terms));
  std::vector<double> distances;
  distances.reserve(resamples.size());
  for (const Weights& weights : resamples) {
    const Ratio again = index(weights, terms, spread_of(weights, terms));
    if (again.error > 0) distances.push_back((again.value - ratio.value) / again.error);
  }
  Estimate estimate{ratio.value, Interval{ratio.value, ratio.value}};
  if (distances.empty() || ratio.error == 0) return estimate;
  const Interval middle = middle_of(distances, confidence);
  estimate.interval = Interval{std::min(ratio.value, ratio.value - middle.high * ratio.error),
                               std::max(ratio.value, ratio.value - middle.low * ratio.error)};
  return estimate;
}

Terms terms_of(const BlockSums& sums, std::size_t factor) {
  Terms terms;
  for (std::size_t k = 0; k < block_count; ++k) {
    const BlockSums::Block& block = sums.blocks()[k];
    const BlockSums::OfFactor& of_factor = block.factors[factor];
    terms.mean[k] = block.sum / (2 * sums.rows());
    terms.squares[k] = block.squares / (2 * sums.rows());
    terms.change[k] = of_factor.change / sums.rows();
    terms.covered[k] = of_factor.covered / sums.rows();
    terms.changed_squares[k] = of_factor.squares / sums.rows();
  }
  return terms;
}

}  // namespace

void BlockSums::add(std::size_t block, double a, double b, const std::vector<double>& mixed) {
  Block& sums = blocks_[block];
  const double from_a = a - origin_, from_b = b - origin_;
  sums.sum += from_a + from_b;
  sums.squares += from_a * from_a + from_b * from_b;
  for (std::size_t i = 0; i < factors_; ++i) {
    const double change = mixed[i] - a;
    if (mixed[i] != a) effects_[i] = true;
    sums.factors[i].change += change;
    sums.factors[i].covered += from_b * change;
    sums.factors[i].squares += change * change;
  }
}

BlockIndices indices_of(const BlockSums& sums, const Bootstrap& bootstrap) {
  Weights even;
  even.fill(1);
  const std::vector<Weights> resamples = resampled(bootstrap);
  BlockIndices indices;
  const Spread spread = spread_of(even, terms_of(sums, 0));
  indices.mean = sums.origin() + spread.mean;
  indices.variance = std::max(0.0, spread.variance);
  bool any = false;
  for (std::size_t i = 0; i < sums.factors(); ++i) any = any || sums.has_effect(i);
  indices.constant = !any;
  if (!any) indices.variance = 0;
  const Estimate none{0, Interval{0, 0}};
  for (std::size_t i = 0; i < sums.factors(); ++i) {
    if (!sums.has_effect(i) || !(spread.variance > 0)) {
      indices.first_order.push_back(none);
      indices.total_order.push_back(none);
      continue;
    }
    const Terms terms = terms_of(sums, i);
    indices.first_order.push_back(estimate_of(terms, resamples, bootstrap.confidence, first_order));
    indices.total_order.push_back(estimate_of(terms, resamples, bootstrap.confidence, total_order));
    // Known of every total order.
    Interval& interval = *indices.total_order.back().interval;
    interval.low = std::max(0.0, interval.low);
  }
  return indices;
}

}  // namespace planwise::analyse
