#include "core/near.h"

#include <gtest/gtest.h>

namespace planwise::core {
namespace {

constexpr std::string_view fields[] = {"random_seed",     "run_id", "runtime_seconds", "risk_level",
                                       "risk_assessment", "status", "scenario_id"};

TEST(NearNames, PutsTheClosestFirst) {
  EXPECT_EQ(near_names("risk_leve", fields).front(), "risk_level");
  EXPECT_EQ(near_names("stauts", fields), (std::vector<std::string>{"status"}));
  EXPECT_EQ(near_names("Run-ID", fields), (std::vector<std::string>{"run_id"}));
  EXPECT_EQ(near_names("scenario", fields), (std::vector<std::string>{"scenario_id"}));
  EXPECT_EQ(near_names("risk", fields), (std::vector<std::string>{"risk_level", "risk_assessment"}));
}

TEST(NearNames, GivesNothingWhenNothingResembles) {
  EXPECT_TRUE(near_names("employee", fields).empty());
  EXPECT_TRUE(near_names("", fields).empty());
  EXPECT_TRUE(near_names(std::string(1'000'000, 'x'), fields).empty());
  EXPECT_EQ(did_you_mean("employee", fields), "");
}

TEST(NearNames, GivesAtMostThree) {
  constexpr std::string_view levels[] = {"level_1", "level_2", "level_3", "level_4", "level_5"};
  EXPECT_EQ(did_you_mean("level_9", levels), "; did you mean level_1, level_2, level_3?");
}

}  // namespace
}  // namespace planwise::core
