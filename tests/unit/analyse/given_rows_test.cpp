// Importance from rows that exist already.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "known_indices.h"
#include "planwise/error.h"
#include "planwise/sensitivity.h"

namespace planwise {
namespace {

using test_support::even_draw;
using test_support::random_rows;
using testing::HasSubstr;

TEST(ImportanceFromRows, ComesNearTheIndicesOfIshigami) {
  const auto known = test_support::ishigami();
  const GivenDataResult result = importance_from_rows(random_rows(known.model, 4000, 3));
  EXPECT_EQ(result.rows, 4000);
  EXPECT_EQ(result.refusal, "");
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(result.effects[i].first_order->value, known.first_order[i], 0.04);
    EXPECT_LE(result.effects[i].first_order->interval->low, known.first_order[i]);
    EXPECT_GE(result.effects[i].first_order->interval->high, known.first_order[i]);
    EXPECT_EQ(result.effects[i].correlated_with, "");
    EXPECT_EQ(result.effects[i].distinct, 4000);
  }
}

TEST(ImportanceFromRows, RefusesTooFewRowsWithAReason) {
  const GivenDataResult result = importance_from_rows(random_rows(test_support::ishigami().model, 59, 1));
  EXPECT_EQ(result.refusal, "59 different complete rows; importance takes 60 or more");
  ASSERT_EQ(result.effects.size(), 3U);
  EXPECT_FALSE(result.effects[0].first_order.has_value());
  EXPECT_EQ(result.effects[0].reason, result.refusal);
  EXPECT_TRUE(importance_from_rows(random_rows(test_support::ishigami().model, 60, 1)).refusal.empty());
  EXPECT_EQ(importance_from_rows({{"a"}, "y", {}, {}}).refusal,
            "0 different complete rows; importance takes 60 or more");
}

TEST(ImportanceFromRows, LeavesOutDuplicatesAndIncompleteRows) {
  GivenData given = random_rows(test_support::ishigami().model, 100, 1);
  const Json plain = to_json(importance_from_rows(given));
  for (std::size_t i = 0; i < 30; ++i) {
    given.points.push_back(given.points[i]);
    given.values.push_back(given.values[i]);
  }
  given.points.push_back({0, std::numeric_limits<double>::quiet_NaN(), 0});
  given.values.push_back(1);
  given.points.push_back({0, 0, 0});
  given.values.push_back(std::numeric_limits<double>::infinity());
  const GivenDataResult result = importance_from_rows(given);
  EXPECT_EQ(result.rows, 100);
  EXPECT_EQ(result.duplicates, 30);
  EXPECT_EQ(result.incomplete, 2);
  EXPECT_EQ(to_json(result).at("effects").dump(), plain.at("effects").dump());
}

TEST(ImportanceFromRows, SaysWhichFactorsAreConstantAndWhichGoTogether) {
  GivenData given{{"a", "fixed", "like_a", "few"}, "y", {}, {}};
  for (std::size_t row = 0; row < 200; ++row) {
    const double a = even_draw(1, row), few = std::floor(3 * even_draw(2, row));
    given.points.push_back({a, 5, -a + 0.01 * even_draw(3, row), few});
    given.values.push_back(1e8 + 10 * few);
  }
  const GivenDataResult result = importance_from_rows(given);
  EXPECT_EQ(result.effects[1].reason, "it has the same value in all rows");
  EXPECT_FALSE(result.effects[1].first_order.has_value());
  EXPECT_EQ(result.effects[0].correlated_with, "like_a");
  EXPECT_LT(result.effects[0].correlation, -0.99);
  EXPECT_EQ(result.effects[2].correlated_with, "a");
  EXPECT_EQ(result.effects[3].distinct, 3);
  EXPECT_NEAR(result.effects[3].first_order->value, 1, 1e-9);
  EXPECT_NEAR(result.effects[0].first_order->value, 0, 0.1);
}

TEST(ImportanceFromRows, RefusesAConstantOutputAndRowsThatDoNotFit) {
  GivenData given = random_rows(test_support::ishigami().model, 100, 1);
  given.values.assign(100, 4.0);
  EXPECT_EQ(importance_from_rows(given).refusal, "'y' has the same value in all rows");
  given.points[7].pop_back();
  try {
    (void)importance_from_rows(given);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("row 7 has 2 values; there are 3 factors"));
  }
}

}  // namespace
}  // namespace planwise
