#include "simulate/draws.h"

namespace planwise::simulation {

namespace {

/// Little-endian, as DuckDB reads it on the machines it runs on.
std::uint64_t read_word(std::string_view bytes) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

}  // namespace

std::uint64_t duckdb_hash(std::string_view text) noexcept {
  constexpr std::uint64_t factor = 0xc6a4a7935bd1e995U;
  constexpr unsigned shift = 47;
  std::uint64_t hash = 0xe17a1465U ^ (text.size() * factor);
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word = read_word(text.substr(0, 8)) * factor;
    word = (word ^ (word >> shift)) * factor;
    hash = (hash ^ word) * factor;
  }
  if (!text.empty()) hash = (hash ^ read_word(text)) * factor;
  hash = (hash ^ (hash >> shift)) * factor;
  return hash ^ (hash >> shift);
}

}  // namespace planwise::simulation
