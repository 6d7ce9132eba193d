#include "simulate/draws.h"

namespace planwise::simulation {

namespace {

/// Little-endian, as DuckDB reads it on the machines it runs on.
std::uint64_t read_word(std::string_view bytes) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

constexpr std::size_t lanes = 64;

/// A block of lanes: persons in, chances and spreads out.
using DrawLanes = void (*)(std::uint64_t seed, const std::uint64_t* persons, std::uint32_t year, std::uint32_t purpose,
                           std::uint64_t* chances, std::uint64_t* spreads) noexcept;

/// Philox4x32-10 with one key for all lanes. Random123's own function works on one counter, which leaves the vector
/// units idle; a test holds this against it.
[[gnu::always_inline]] inline void philox_lanes(std::uint64_t seed, const std::uint64_t* persons, std::uint32_t year,
                                                std::uint32_t purpose, std::uint64_t* chances,
                                                std::uint64_t* spreads) noexcept {
  std::uint32_t c0[lanes], c1[lanes], c2[lanes], c3[lanes];
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    c0[lane] = static_cast<std::uint32_t>(persons[lane]);
    c1[lane] = static_cast<std::uint32_t>(persons[lane] >> 32);
    c2[lane] = year;
    c3[lane] = purpose;
  }
  auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round, k0 += PHILOX_W32_0, k1 += PHILOX_W32_1) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const std::uint64_t p0 = std::uint64_t{PHILOX_M4x32_0} * c0[lane], p1 = std::uint64_t{PHILOX_M4x32_1} * c2[lane];
      c0[lane] = static_cast<std::uint32_t>(p1 >> 32) ^ c1[lane] ^ k0;
      c1[lane] = static_cast<std::uint32_t>(p1);
      c2[lane] = static_cast<std::uint32_t>(p0 >> 32) ^ c3[lane] ^ k1;
      c3[lane] = static_cast<std::uint32_t>(p0);
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    chances[lane] = (std::uint64_t{c1[lane]} << 32 | c0[lane]) >> 11;
    spreads[lane] = (std::uint64_t{c3[lane]} << 32 | c2[lane]) >> 11;
  }
}

void plain_lanes(std::uint64_t seed, const std::uint64_t* persons, std::uint32_t year, std::uint32_t purpose,
                 std::uint64_t* chances, std::uint64_t* spreads) noexcept {
  philox_lanes(seed, persons, year, purpose, chances, spreads);
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
/// The same for the widest vectors: integers, so the numbers are the same on every machine.
[[gnu::target("avx512f,avx512dq,prefer-vector-width=512")]] void wide_lanes(std::uint64_t seed,
                                                                            const std::uint64_t* persons,
                                                                            std::uint32_t year, std::uint32_t purpose,
                                                                            std::uint64_t* chances,
                                                                            std::uint64_t* spreads) noexcept {
  philox_lanes(seed, persons, year, purpose, chances, spreads);
}
DrawLanes best_lanes() noexcept {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") ? wide_lanes : plain_lanes;
}
#else
DrawLanes best_lanes() noexcept { return plain_lanes; }
#endif

}  // namespace

void draw_column(std::uint64_t seed, std::span<const std::uint64_t> persons, int year, Purpose purpose,
                 std::span<std::uint64_t> chances, std::span<std::uint64_t> spreads) noexcept {
  static const DrawLanes draw_lanes = best_lanes();
  std::size_t i = 0;
  for (; i + lanes <= persons.size(); i += lanes) {
    draw_lanes(seed, &persons[i], static_cast<std::uint32_t>(year), static_cast<std::uint32_t>(purpose), &chances[i],
               &spreads[i]);
  }
  for (; i < persons.size(); ++i) {
    const Draw drawn = draw(seed, persons[i], year, purpose);
    chances[i] = drawn.chance;
    spreads[i] = drawn.spread;
  }
}

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
