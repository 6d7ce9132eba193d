/// \file
/// Scrambled Sobol sequences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace planwise::analyse {

/// Rows of the Sobol sequence (direction numbers of Joe and Kuo 2008, from Boost.Random) in Gray code order, the row of
/// zeros first: of the first 2^k rows each stretch of length 2^-k holds one, in each dimension.
class SobolSequence {
 public:
  /// 1 to 3667 dimensions.
  explicit SobolSequence(std::size_t dimensions);
  ~SobolSequence();
  SobolSequence(const SobolSequence&) = delete;
  SobolSequence& operator=(const SobolSequence&) = delete;

  /// The next row as fractions of 2^32. At most 2^32 - 1 rows.
  [[nodiscard]] const std::vector<std::uint32_t>& next();

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
  std::vector<std::uint32_t> row_;
  bool begun_ = false;
};

/// Nested uniform scrambling (Owen 1995): bit b is flipped by a draw of the key and the b bits before it. The result is
/// uniform in [0, 1); equal keys keep the evenness of the rows, different keys give independent sequences.
[[nodiscard]] double scrambled(std::uint32_t fraction, std::uint64_t key) noexcept;

}  // namespace planwise::analyse
