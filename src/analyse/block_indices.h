/// \file
/// Sobol indices from sums over independent blocks of rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "planwise/sensitivity.h"

namespace planwise::analyse {

/// Independent replicates of the design. Enough of them for the shape of their distribution, few enough that each is
/// a sequence of some length.
inline constexpr std::size_t block_count = 32;

/// What a block adds up of one output: A and B are two independent rows, AB is A with one factor from B.
class BlockSums {
 public:
  explicit BlockSums(std::size_t factors) : factors_(factors), blocks_(block_count), effects_(factors, false) {
    for (Block& block : blocks_) block.factors.resize(factors);
  }

  [[nodiscard]] bool has_origin() const noexcept { return has_origin_; }
  /// Subtracted from every output, so that squares keep their digits. Before the first row.
  void set_origin(double origin) noexcept {
    origin_ = origin;
    has_origin_ = true;
  }
  void add(std::size_t block, double a, double b, const std::vector<double>& mixed);
  /// Rows that each block has got.
  void set_rows(std::int64_t rows) noexcept { rows_ = static_cast<double>(rows); }

  /// Whether a change of the factor ever changed the output.
  [[nodiscard]] bool has_effect(std::size_t factor) const { return effects_[factor]; }

  struct OfFactor {
    double change = 0;   ///< AB - A
    double covered = 0;  ///< B (AB - A)
    double squares = 0;  ///< (AB - A)^2
  };
  struct Block {
    double sum = 0, squares = 0;  ///< Of A and B.
    std::vector<OfFactor> factors;
  };
  /// As sums over the rows.
  [[nodiscard]] const std::vector<Block>& blocks() const noexcept { return blocks_; }
  [[nodiscard]] double rows() const noexcept { return rows_; }
  [[nodiscard]] double origin() const noexcept { return origin_; }
  [[nodiscard]] std::size_t factors() const noexcept { return factors_; }

 private:
  std::size_t factors_;
  std::vector<Block> blocks_;
  std::vector<bool> effects_;
  double origin_ = 0, rows_ = 0;
  bool has_origin_ = false;
};

struct Bootstrap {
  std::uint64_t seed = 0;
  std::int64_t resamples = 0;
  double confidence = 0;
};
struct BlockIndices {
  double mean = 0, variance = 0;
  bool constant = false;
  std::vector<Estimate> first_order, total_order;  ///< By factor; every one has an interval.
};
/// First order by Saltelli and others 2010, outputs centred; total order by Jansen 1999; intervals by the bootstrap-t
/// (Efron 1981) over blocks.
[[nodiscard]] BlockIndices indices_of(const BlockSums& sums, const Bootstrap& bootstrap);

}  // namespace planwise::analyse
