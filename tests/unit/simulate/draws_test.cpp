#include "simulate/draws.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <vector>

namespace planwise::simulation {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words philox(const Words& counter, std::array<std::uint32_t, 2> key) {
  const auto block = r123::Philox4x32{}({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return {block[0], block[1], block[2], block[3]};
}

// The vectors that Random123 publishes with its code (kat_vectors, philox4x32 10).
TEST(Draws, GeneratorGivesThePublishedVectors) {
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({ones, ones, ones, ones}, {ones, ones}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Draws, AreTheLeading53BitsOfThePublishedBlock) {
  const Draw drawn = draw(0, 0, 0, Purpose{});
  EXPECT_EQ(drawn.chance, 0xe169c58d6627e8d5U >> 11);
  EXPECT_EQ(drawn.spread, 0x9b00dbd8bc57ac4cU >> 11);
}

TEST(Draws, ColumnHoldsTheDrawsOfEach) {
  constexpr std::size_t people = 200;  // three times the lanes and a rest
  std::vector<std::uint64_t> persons(people), chances(people), spreads(people);
  for (std::size_t i = 0; i < people; ++i) persons[i] = mixed(i + 7);
  draw_column(0x123456789abcdefU, persons, 2031, Purpose::promotion, chances, spreads);
  for (std::size_t i = 0; i < people; ++i) {
    const Draw alone = draw(0x123456789abcdefU, persons[i], 2031, Purpose::promotion);
    EXPECT_EQ(chances[i], alone.chance) << i;
    EXPECT_EQ(spreads[i], alone.spread) << i;
  }
}

// Pinned: results of earlier runs must come out again.
TEST(Draws, KeysOfIdsStayWhatTheyWere) {
  static_assert(mixed(0) == 0);
  EXPECT_EQ(key_of(""), mixed(0xcbf29ce484222325U));
  EXPECT_EQ(key_of("a"), mixed(0xaf63dc4c8601ec8cU));       // FNV-1a's published value for "a"
  EXPECT_EQ(key_of("foobar"), mixed(0x85944171f73967e8U));  // and for "foobar"
}

// As DuckDB 1.0.0 answers SELECT hash('...'): empty, within a word, across words, with and without a rest.
TEST(Draws, DuckdbHashIsThatOfDuckdb1_0) {
  EXPECT_EQ(duckdb_hash(""), 11239542818895821884U);
  EXPECT_EQ(duckdb_hash("a"), 584566915021039271U);
  EXPECT_EQ(duckdb_hash("EMP_000001"), 18026004044868131647U);
  EXPECT_EQ(duckdb_hash("abcdefghijkl"), 14206740984035235823U);
  EXPECT_EQ(duckdb_hash("NH_2025_aea2ccba_000730"), 13143011344223220764U);
}

TEST(Draws, EveryPartOfTheKeyMatters) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed : {1U, 2U}) {
    for (std::uint64_t person : {std::uint64_t{1}, std::uint64_t{1} << 40}) {
      for (int year : {2025, 2026}) {
        for (Purpose purpose : {Purpose::termination, Purpose::promotion}) {
          const Draw drawn = draw(seed, person, year, purpose);
          seen.insert(drawn.chance);
          seen.insert(drawn.spread);
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), 32U);
}

TEST(Draws, AreUniform) {
  constexpr int people = 100000, cells = 20;
  std::array<int, cells> chances{}, spreads{};
  for (std::uint64_t person = 0; person < people; ++person) {
    const Draw drawn = draw(42, person, 2025, Purpose::raise);
    ++chances[static_cast<std::size_t>(static_cast<double>(drawn.chance) * draw_unit * cells)];
    ++spreads[static_cast<std::size_t>(drawn.below(cells))];
  }
  for (const auto& counts : {chances, spreads}) {
    double chi_square = 0;
    for (const int count : counts) chi_square += std::pow(count - people / cells, 2) / (people / cells);
    EXPECT_LT(chi_square, 43.8);  // 19 degrees of freedom, 1 in 1000
  }
}

TEST(Draws, OneDrawIsComparedInThousandths) {
  const Draw of_126 = one_draw(1126), of_0 = one_draw(5000), of_999 = one_draw(999);
  EXPECT_FALSE(of_126.falls_under(0.126));
  EXPECT_TRUE(of_126.falls_under(0.1261));
  EXPECT_TRUE(of_0.falls_under(0.0001));
  EXPECT_FALSE(of_999.falls_under(0.999));
  EXPECT_LT(of_126.chance, of_999.chance);
  EXPECT_EQ(one_draw(800).below(365), 70);
}

}  // namespace
}  // namespace planwise::simulation
