#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "lever_samples.h"
#include "levers/shipped.h"
#include "planwise/run.h"
#include "temp_folder.h"

namespace planwise::levers {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(shipped_text());
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not in the shipped file: " + std::string(from));
  return text.replace(at, from.size(), to);
}

std::string refusal(std::string_view from, std::string_view to) {
  return message_of([&] { (void)LeverSchema::from_text(replaced(from, to), "my.json"); });
}

TEST(LeverSchema, ShippedFileHasTheSeventeenLeversInTheirOrder) {
  const LeverSchema& schema = LeverSchema::shipped();
  EXPECT_EQ(schema.names(), std::vector<std::string>(std::begin(lever_names), std::end(lever_names)));
  EXPECT_EQ(schema.level_names(), (std::vector<std::string>{"Staff", "Manager", "Senior Manager", "Director", "VP"}));
}

TEST(LeverSchema, DefaultsAndSearchBoundsAreThoseOfTheReference) {
  EXPECT_EQ(
      LeverSchema::shipped().defaults().dump(),
      R"({"merit_rate_level_1":0.045,"merit_rate_level_2":0.04,"merit_rate_level_3":0.035,"merit_rate_level_4":0.035,)"
      R"("merit_rate_level_5":0.04,"cola_rate":0.025,"new_hire_salary_adjustment":1.15,)"
      R"("promotion_probability_level_1":0.12,"promotion_probability_level_2":0.08,"promotion_probability_level_3":0.05,)"
      R"("promotion_probability_level_4":0.02,"promotion_probability_level_5":0.01,"promotion_raise_level_1":0.12,)"
      R"("promotion_raise_level_2":0.12,"promotion_raise_level_3":0.12,"promotion_raise_level_4":0.12,"promotion_raise_level_5":0.12})");
  const Json search = LeverSchema::shipped().search_bounds();
  EXPECT_EQ(search.at("merit_rate_level_5").dump(), "[0.04,0.1]");
  EXPECT_EQ(search.at("promotion_probability_level_5").dump(), "[0.0,0.1]");
  EXPECT_EQ(search.at("cola_rate").dump(), "[0.0,0.05]");
  EXPECT_EQ(search.at("new_hire_salary_adjustment").dump(), "[1.0,1.3]");
  EXPECT_EQ(search.at("promotion_raise_level_3").dump(), "[0.08,0.2]");
}

TEST(LeverSchema, DefaultsAreValidAndLow) {
  const LeverValidation checked = validate_levers(LeverSchema::shipped(), LeverSchema::shipped().defaults());
  EXPECT_TRUE(checked.valid());
  EXPECT_TRUE(checked.warnings.empty());
  EXPECT_EQ(checked.risk, RiskLevel::low);
  EXPECT_EQ(checked.checks.size(), 17U);
}

TEST(LeverSchema, DefaultsAreThoseOfTheSimulator) {
  EXPECT_EQ(from_year_levers(LeverSchema::shipped(), YearLevers{}), LeverSchema::shipped().defaults());
}

TEST(LeverSchema, FindsNamesOfLevelsAndNothingElse) {
  const LeverSchema& schema = LeverSchema::shipped();
  EXPECT_EQ(schema.find("merit_rate_level_3")->level, 3);
  EXPECT_EQ(schema.find("cola_rate")->level, std::nullopt);
  EXPECT_EQ(schema.find("cola_rate_level_2")->level, 2);
  for (const char* name :
       {"merit_rate", "merit_rate_level_0", "merit_rate_level_6", "merit_rate_level_01", "merit_rate_level_+1",
        "merit_rate_level_", "merit_rate_level_1x", "Cola_rate", "cola_rates", ""}) {
    EXPECT_FALSE(schema.find(name)) << name;
  }
}

TEST(LeverSchema, DeploymentAddsALeverAndMovesABoundInTheFile) {
  const LeverSchema schema = LeverSchema::from_text(replaced(R"("levers": [)", R"("levers": [
    {"name": "bonus_level_{level}", "title": "Bonus", "category": "general", "unit": "fraction", "levels": [3, 5],
     "hard": [0, 0.5], "default": 0.1, "database": {"event_type": "BONUS", "parameter_name": "bonus"}},)"),
                                                    "mine");
  EXPECT_EQ(schema.names().front(), "bonus_level_3");
  EXPECT_EQ(schema.names().size(), 19U);
  EXPECT_TRUE(schema.find("bonus_level_5"));
  EXPECT_FALSE(schema.find("bonus_level_4"));
  EXPECT_FALSE(validate_levers(schema, set_of(R"({"bonus_level_3": 0.51})")).valid());
  const LeverSchema moved = LeverSchema::from_text(replaced("[0.01, 0.12]", "[0.01, 0.20]"), "mine");
  EXPECT_TRUE(validate_levers(moved, set_of(R"({"merit_rate_level_1": 0.19})")).valid());
}

TEST(LeverSchema, FileIsChosenByPathThenByEnvironmentThenShipped) {
  const testing::TempFolder folder;
  for (const char* name : {"a.json", "b.json"}) {
    std::ofstream(folder / name) << replaced("2025-01-01", name[0] == 'a' ? "2026-01-01" : "2027-01-01");
  }
  ::unsetenv("PLANWISE_LEVERS");
  EXPECT_EQ(LeverSchema::in_force().source(), "shipped");
  ::setenv("PLANWISE_LEVERS", (folder / "a.json").c_str(), 1);
  EXPECT_EQ(LeverSchema::in_force().market_date(), "2026-01-01");
  EXPECT_EQ(LeverSchema::in_force(folder / "b.json").market_date(), "2027-01-01");
  ::setenv("PLANWISE_LEVERS", (folder / "none.json").c_str(), 1);
  EXPECT_THROW((void)LeverSchema::in_force(), Error);  // never silently the shipped one
  ::unsetenv("PLANWISE_LEVERS");
}

TEST(LeverSchema, BrokenFileIsRefusedByFileKeyValueAndWhatIsAllowed) {
  EXPECT_EQ(refusal("[0.01, 0.12]", "[0.01, 0.0]"),
            "my.json: levers[0].hard[1] is 0.0; allowed is a number above 0.01");
  EXPECT_EQ(refusal("[0.01, 0.12]", "[0.01, \"x\"]"),
            "my.json: levers[0].hard[1] is \"x\"; allowed is a number from -1000000000000.0 to 1000000000000.0");
  EXPECT_EQ(refusal("[0.02, 0.08]", "[0.005, 0.08]"),
            "my.json: levers[0].recommended[0] is 0.005; allowed is a number from 0.01 to 0.12");
  EXPECT_EQ(refusal("\"default\": 0.025", "\"default\": 0.09"),
            "my.json: levers[1].default is 0.09; allowed is a number from 0.0 to 0.08");
  EXPECT_EQ(refusal("[0.045, 0.040, 0.035, 0.035, 0.040]", "[0.045]"),
            "my.json: levers[0].default is an array; allowed is one for all levels, or a list of 5");
  EXPECT_THAT(refusal("\"unit\": \"fraction\"", "\"unit\": \"percent\""),
              HasSubstr("levers[0].unit is \"percent\"; allowed is fraction or multiplier"));
  EXPECT_THAT(refusal("\"hard\"", "\"hrad\""), AllOf(HasSubstr("levers[0].hrad"), HasSubstr("did you mean hard")));
  EXPECT_THAT(refusal("merit_rate_level_{level}", "merit rate"), HasSubstr("levers[0].name is \"merit rate\""));
  EXPECT_THAT(refusal("promotion_raise_level_{level}", "promotion_probability_level_{level}"),
              HasSubstr("levers[4].name"));
  EXPECT_THAT(refusal("\"parameter_name\": \"cola_rate\"", "\"parameter_name\": \"merit_base\""),
              HasSubstr("levers[1].database.parameter_name"));
  EXPECT_THAT(refusal("\"category\": \"merit\"", "\"category\": \"pay\""), HasSubstr("levers[0].category"));
  EXPECT_THAT(refusal("{\"above\": 0.10,", "{\"over\": 0.10,"), HasSubstr("levers[0].cautions[0].over"));
  EXPECT_THAT(refusal("2025-01-01", "last year"),
              HasSubstr("market.date is \"last year\"; allowed is a date as 2025-01-31"));
  EXPECT_THAT(refusal("\"merit_rate_level_1\": [", "\"merit_rate_level_9\": ["),
              HasSubstr("market.benchmarks.merit_rate_level_9"));
  EXPECT_THAT(refusal("[0.025, 0.04, 0.055]", "[0.05, 0.04, 0.055]"),
              HasSubstr("market.benchmarks.merit_rate_level_1[1] is 0.04"));
  EXPECT_THAT(refusal("[0.35, 0.30, 0.20, 0.10, 0.05]", "[0.35]"), HasSubstr("change_risk.level_weights"));
  EXPECT_THAT(refusal("\"budget\": 0.30", "\"budget\": 3"), HasSubstr("change_risk.category_weights.budget is 3"));
  EXPECT_THAT(refusal("planwise-levers-1", "planwise-levers-2"),
              HasSubstr("format is \"planwise-levers-2\"; allowed is planwise-levers-1"));
  EXPECT_THAT(refusal("\"levels\": [\"Staff\"", "\"levels\": [\"Trainee\", \"Staff\""),
              HasSubstr("levels is an array; allowed is 1 to 5 names"));
  EXPECT_THAT(refusal("\"market\"", "market"), HasSubstr("my.json: no JSON"));
  EXPECT_THAT(refusal("\"default\": 0.025,", ""), HasSubstr("levers[1].default is missing"));
}

TEST(LeverSchema, EveryCutOfTheFileIsRefusedNotCrashedOn) {
  const std::string_view text = shipped_text();
  for (std::size_t length = 0; length + 2 < text.size(); length += 37) {
    EXPECT_THROW((void)LeverSchema::from_text(text.substr(0, length), "cut"), Error) << length;
  }
}

TEST(LeverSchema, ChangedBytesAreRefusedOrReadNeverCrashedOn) {
  const std::string_view text = shipped_text();
  int refused = 0;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    for (const char c : {'9', '-', '"', '}', 'e'}) {
      std::string changed(text);
      changed[at] = c;
      try {
        const LeverSchema schema = LeverSchema::from_text(changed, "changed");
        EXPECT_FALSE(schema.names().empty());
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << error.what();
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(LeverSchema, MarketIsDatedAndFoundByLevel) {
  const LeverSchema& schema = LeverSchema::shipped();
  EXPECT_EQ(schema.market_date(), "2025-01-01");
  EXPECT_EQ(schema.benchmark(*schema.find("merit_rate_level_5")->lever, 5)->target, 0.025);
  EXPECT_EQ(schema.benchmark(*schema.find("cola_rate")->lever, 4)->maximum, 0.04);
  EXPECT_FALSE(schema.benchmark(*schema.find("promotion_raise_level_1")->lever, 1));
}

TEST(LeverSchema, JsonListsEveryLever) {
  const Json json = to_json(LeverSchema::shipped());
  EXPECT_EQ(json.at("levers").size(), 17U);
  EXPECT_EQ(json.at("levers").at(5).at("market").dump(), "[0.015,0.025,0.04]");
}

}  // namespace
}  // namespace planwise::levers
