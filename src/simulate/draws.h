/// \file
/// The random numbers of the simulation: a pure function of (seed, person, year, event), so that nobody's draws depend
/// on who else is there, on the order of the work or on the number of threads.
///
/// Philox4x32-10 (Salmon and others 2011, Random123): key = seed, counter = (hash of employee_id, year, event). A block
/// gives two numbers: `chance` decides whether, `spread` when or how much.
#pragma once

#include <Random123/philox.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace planwise::simulation {

/// What a draw is for. The values are part of every result: never change one.
enum class Purpose : std::uint32_t {
  termination = 1,
  hire = 2,
  new_hire_termination = 3,
  promotion = 4,
  raise = 5,
  promotion_raise = 6
};

/// `spread` read as a whole number from 0 to count - 1, each equally likely (to 1 in 2^53 / count).
struct Draw {
  std::uint64_t chance = 0;  ///< A fraction of 2^53.
  std::uint64_t spread = 0;  ///< A fraction of 2^53; of the one draw, the hash whose remainders are taken.
  bool is_one_draw = false;
  [[nodiscard]] int below(int count) const noexcept;
  /// Whether what has that probability happens.
  [[nodiscard]] bool falls_under(double probability) const noexcept;
};

inline constexpr double draw_unit = 0x1p-53;  ///< chance * draw_unit is uniform in [0, 1).

/// The 64-bit finisher of MurmurHash3: every bit of the input reaches every bit of the result.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdU;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53U;
  return value ^ (value >> 33);
}

/// FNV-1a over the bytes of a text that goes on from one with that hash.
[[nodiscard]] constexpr std::uint64_t fnv(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325U) noexcept {
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  return hash;
}

/// The key of a person's draws.
[[nodiscard]] constexpr std::uint64_t key_of(std::string_view employee_id) noexcept { return mixed(fnv(employee_id)); }

[[nodiscard]] inline Draw draw(std::uint64_t seed, std::uint64_t person, int year, Purpose purpose) noexcept {
  const r123::Philox4x32::ctr_type counter{{static_cast<std::uint32_t>(person),
                                            static_cast<std::uint32_t>(person >> 32), static_cast<std::uint32_t>(year),
                                            static_cast<std::uint32_t>(purpose)}};
  const r123::Philox4x32::key_type key{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const auto block = r123::Philox4x32{}(counter, key);
  const auto join = [](std::uint64_t low, std::uint64_t high) { return ((high << 32) | low) >> 11; };
  return {join(block[0], block[1]), join(block[2], block[3])};
}

/// draw() of many persons at once, some times as fast: the same numbers, in lanes that the compiler turns into vector
/// instructions. All of equal length.
void draw_column(std::uint64_t seed, std::span<const std::uint64_t> persons, int year, Purpose purpose,
                 std::span<std::uint64_t> chances, std::span<std::uint64_t> spreads) noexcept;

/// HASH(text) of the DuckDB 1.0 that the dbt project runs on (MurmurHash64A with a seed of its own). Later versions
/// hash otherwise.
[[nodiscard]] std::uint64_t duckdb_hash(std::string_view text) noexcept;

/// What dbt has in place of draws: duckdb_hash of the id, mod 1000 for whether and mod 365 for when.
[[nodiscard]] inline Draw one_draw(std::uint64_t hash) noexcept { return {((hash % 1000) << 53) / 1000, hash, true}; }

inline int Draw::below(int count) const noexcept {
  if (is_one_draw) return static_cast<int>(spread % static_cast<std::uint64_t>(count));
  return static_cast<int>(static_cast<double>(spread) * draw_unit * count);
}

/// The one draw is compared as dbt does it: thousandths, which 2^53 parts do not hold exactly.
inline bool Draw::falls_under(double probability) const noexcept {
  return (is_one_draw ? static_cast<double>(spread % 1000) / 1000.0 : static_cast<double>(chance) * draw_unit) <
         probability;
}

}  // namespace planwise::simulation
