#include "analyse/sobol_sequence.h"

#include <boost/random/sobol.hpp>

#include "analyse/draws.h"

namespace planwise::analyse {

struct SobolSequence::Engine {
  explicit Engine(std::size_t dimensions) : values(dimensions) {}
  boost::random::sobol_engine<std::uint32_t, 32> values;
};

SobolSequence::SobolSequence(std::size_t dimensions)
    : engine_(std::make_unique<Engine>(dimensions)), row_(dimensions, 0) {}

SobolSequence::~SobolSequence() = default;

const std::vector<std::uint32_t>& SobolSequence::next() {
  // Boost leaves the row of zeros out; without it the first 2^k rows would not be even.
  if (begun_)
    for (std::uint32_t& value : row_) value = engine_->values();
  begun_ = true;
  return row_;
}

double scrambled(std::uint32_t fraction, std::uint64_t key) noexcept {
  std::uint64_t flips = 0;
  for (unsigned bit = 0; bit < 32; ++bit) {
    // A leading 1 tells prefixes of different lengths apart.
    const std::uint64_t prefix = (std::uint64_t{1} << bit) | (std::uint64_t{fraction} >> (32 - bit));
    flips = (flips << 1U) | (mix(key ^ (prefix << 8U)) >> 63U);
  }
  const std::uint64_t top = fraction ^ flips;
  const std::uint64_t rest = mix(key ^ (std::uint64_t{fraction} << 8U) ^ (std::uint64_t{1} << 60U)) >> 43U;
  return static_cast<double>((top << 21U) | rest) * 0x1p-53;
}

}  // namespace planwise::analyse
