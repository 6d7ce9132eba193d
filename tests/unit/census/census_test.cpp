#include "planwise/census.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <clocale>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "census/draws.h"
#include "core/hash.h"
#include "planwise/error.h"
#include "temp_folder.h"

namespace planwise {
namespace {

using ::testing::HasSubstr;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}
int year_of(std::int32_t day) {
  return static_cast<int>(std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day))).year());
}
std::string message_of(const CensusOptions& options) {
  try {
    (void)make_census(options);
  } catch (const Error& error) {
    return error.code() == ErrorCode::invalid_argument ? error.what() : "other code";
  }
  return "no error";
}
CensusOptions of(std::int64_t people, std::uint64_t seed = 42) {
  CensusOptions options;
  options.people = people;
  options.seed = seed;
  return options;
}
CensusOptions with(CensusFault fault, std::int64_t count, std::int64_t people = 500) {
  CensusOptions options = of(people);
  options.faults[fault] = count;
  return options;
}
std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(CensusDraws, AreThoseOfSplitMix) {
  EXPECT_EQ(census::mix(0), 0xe220a8397b1dcdafU);
  EXPECT_EQ(census::mix(0x9e3779b97f4a7c15U), 0x6e789e6aa1b965f4U);
}

TEST(Census, ShippedExampleIsMadeByTheDefaults) {
  const std::filesystem::path shipped = std::filesystem::path(PLANWISE_SOURCE_DIR) / "examples/census_5000.csv";
  EXPECT_TRUE(text_of(shipped) == census_csv(make_census({}))) << "examples/census_5000.csv has other bytes";
}

TEST(Census, LocaleAndZoneChangeNoByte) {
  const std::string before = census_csv(make_census(of(300)));
  const char* zone = std::getenv("TZ");
  const std::string kept = zone == nullptr ? "" : zone;
  ::setenv("TZ", "Pacific/Kiritimati", 1);
  ::tzset();
  (void)std::setlocale(LC_ALL, "de_DE.UTF-8");
  EXPECT_EQ(census_csv(make_census(of(300))), before);
  (void)std::setlocale(LC_ALL, "C");
  ::setenv("TZ", kept.c_str(), 1);
  ::tzset();
}

TEST(Census, SmallOneIsTheBeginningOfALargeOne) {
  const std::string large = census_csv(make_census(of(5000)));
  const std::string small = census_csv(make_census(of(100)));
  EXPECT_TRUE(large.starts_with(small));
  EXPECT_NE(census_csv(make_census(of(100, 43))), small);
}

TEST(Census, ColumnsAreThoseOfACensusAndNobodyHasASocialSecurityNumber) {
  const auto lines = lines_of(census_csv(make_census(of(50))));
  ASSERT_EQ(lines.size(), 51U);
  EXPECT_EQ(lines[0],
            "employee_id,employee_ssn,employee_birth_date,employee_hire_date,employee_termination_date,employee_gross_"
            "compensation,"
            "active");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_THAT(
        lines[i],
        ::testing::MatchesRegex(
            R"(P[0-9]{7},,[0-9]{4}-[0-9]{2}-[0-9]{2},[0-9]{4}-[0-9]{2}-[0-9]{2},(|2024-[0-9]{2}-[0-9]{2}),[0-9]+\.[0-9]{2},(true|false))"));
  }
}

TEST(Census, NoneAndOneAreCensusesToo) {
  EXPECT_EQ(lines_of(census_csv(make_census(of(0)))).size(), 1U);
  EXPECT_EQ(lines_of(census_csv(make_census(of(1)))).size(), 2U);
}

TEST(Census, EveryRowFitsTogether) {
  const Census census = make_census(of(20000));
  const std::set<std::string> ids(census.employee_id.begin(), census.employee_id.end());
  EXPECT_EQ(ids.size(), census.size());
  for (std::size_t i = 0; i < census.size(); ++i) {
    const int age = 2024 - year_of(census.birth_date[i]);
    ASSERT_GE(age, 20);
    ASSERT_LE(age, 66);
    ASSERT_LE(year_of(census.hire_date[i]), 2024);
    ASSERT_GE(year_of(census.hire_date[i]) - year_of(census.birth_date[i]), 20);
    ASSERT_GT(census.gross_cents[i], 0);
    ASSERT_EQ(census.active[i], census.termination_date[i] == Census::no_date);
    if (!census.active[i]) {
      ASSERT_GE(census.termination_date[i], census.hire_date[i]);
      ASSERT_EQ(year_of(census.termination_date[i]), 2024);
    }
  }
}

TEST(Census, DistributionsAreTheDocumentedOnes) {
  const Census census = make_census(of(100000));
  std::array<int, 5> tenure{};  // 0, 1, 2, 5-9, 20+
  std::array<int, 12> hire_month{};
  int left = 0, outliers = 0, whole_year = 0, overlap = 0;
  double age = 0;
  for (std::size_t i = 0; i < census.size(); ++i) {
    const int years = 2024 - year_of(census.hire_date[i]);
    age += 2024 - year_of(census.birth_date[i]);
    if (years <= 2) ++tenure[static_cast<std::size_t>(years)];
    if (years >= 5 && years <= 9) ++tenure[3];
    if (years >= 20) ++tenure[4];
    if (years == 0) {
      const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(census.hire_date[i]))};
      ++hire_month[static_cast<unsigned>(date.month()) - 1];
    }
    left += census.active[i] ? 0 : 1;
    if (years == 0 || !census.active[i]) continue;
    ++whole_year;
    ASSERT_GE(census.gross_cents[i], 53000'00);
    if (census.gross_cents[i] > 520000'00) ++outliers;
    if (census.gross_cents[i] >= 77000'00 && census.gross_cents[i] < 84000'00) ++overlap;
  }
  EXPECT_NEAR(age / 100000, 43 - 0.25, 0.2);
  EXPECT_NEAR(tenure[0], 12000, 900);  // the cut at the age of 20 moves some people to shorter tenures
  EXPECT_NEAR(tenure[1], 14000, 900);
  EXPECT_NEAR(tenure[2], 11500, 900);
  EXPECT_NEAR(tenure[3], 24000, 1500);
  EXPECT_NEAR(tenure[4], 3500, 700);  // of 5 %, those old enough
  for (const int hires : hire_month) EXPECT_NEAR(hires, tenure[0] / 12.0, tenure[0] / 60.0);
  EXPECT_NEAR(left, 12000, 400);
  EXPECT_GT(outliers, whole_year / 2000);  // of 0.4 %, those that end above the highest range
  EXPECT_LT(outliers, whole_year / 250);
  EXPECT_GT(overlap, 500);  // pay that two levels share
}

TEST(Census, AnnualisingGivesAnnualPayBack) {
  const Census census = make_census(of(5000));
  for (std::size_t i = 0; i < census.size(); ++i) {
    if (!census.active[i] || year_of(census.hire_date[i]) != 2024) continue;
    using namespace std::chrono;
    const auto year_end = static_cast<std::int32_t>(sys_days(2024y / 12 / 31).time_since_epoch().count());
    const std::int32_t days = std::max(1, year_end - census.hire_date[i]);
    const double annual = census.gross_compensation(i) * 365 / days;
    ASSERT_NEAR(annual, std::round(annual), 365 * 0.005 + 1e-6);  // whole units, up to half a cent a day
    ASSERT_GE(std::round(annual), 52990);
  }
}

TEST(CensusFaults, EachIsPutAsOftenAsAskedAndChangesNoOtherRow) {
  const auto clean = lines_of(census_csv(make_census(of(500))));
  for (std::size_t i = 0; i < census_fault_count; ++i) {
    const auto fault = static_cast<CensusFault>(i);
    const Census census = make_census(with(fault, 7));
    ASSERT_EQ(census.faults.size(), 7U) << to_text(fault);
    const auto lines = lines_of(census_csv(census));
    std::set<std::size_t> rows;
    for (const auto& [kind, row] : census.faults) {
      EXPECT_EQ(kind, fault);
      rows.insert(row);
    }
    EXPECT_EQ(rows.size(), 7U);
    for (std::size_t row = 0; row < 500; ++row)
      EXPECT_EQ(lines[row + 1] != clean[row + 1], rows.contains(row)) << to_text(fault);
  }
}

TEST(CensusFaults, AreWhatTheirNameSays) {
  const auto row_of = [](CensusFault fault, auto&& look) {
    const Census census = make_census(with(fault, 1));
    return look(census, census.faults.at(0).second);
  };
  EXPECT_EQ(row_of(CensusFault::duplicate_id,
                   [](const Census& c, std::size_t i) { return std::ranges::count(c.employee_id, c.employee_id[i]); }),
            2);
  EXPECT_TRUE(row_of(CensusFault::missing_id, [](const Census& c, std::size_t i) { return c.employee_id[i].empty(); }));
  EXPECT_TRUE(
      row_of(CensusFault::negative_pay, [](const Census& c, std::size_t i) { return c.gross_compensation(i) < 0; }));
  EXPECT_TRUE(
      row_of(CensusFault::zero_pay, [](const Census& c, std::size_t i) { return c.gross_compensation(i) == 0; }));
  EXPECT_TRUE(row_of(CensusFault::missing_pay,
                     [](const Census& c, std::size_t i) { return std::isnan(c.gross_compensation(i)); }));
  EXPECT_TRUE(
      row_of(CensusFault::extreme_pay, [](const Census& c, std::size_t i) { return c.gross_compensation(i) > 1e6; }));
  EXPECT_TRUE(row_of(CensusFault::hire_before_birth,
                     [](const Census& c, std::size_t i) { return c.hire_date[i] < c.birth_date[i]; }));
  EXPECT_TRUE(row_of(CensusFault::hire_in_future,
                     [](const Census& c, std::size_t i) { return year_of(c.hire_date[i]) == 2025; }));
  EXPECT_TRUE(row_of(CensusFault::termination_before_hire,
                     [](const Census& c, std::size_t i) { return c.termination_date[i] < c.hire_date[i]; }));
  EXPECT_TRUE(row_of(CensusFault::active_though_terminated, [](const Census& c, std::size_t i) {
    return c.active[i] && c.termination_date[i] != Census::no_date;
  }));
}

TEST(CensusFaults, NoRowGetsTwoEvenWhenAllAreTaken) {
  CensusOptions options = of(60);
  for (std::size_t i = 0; i < census_fault_count; ++i) options.faults[static_cast<CensusFault>(i)] = i == 0 ? 2 : 5;
  options.faults[CensusFault::missing_id] = 6;  // 2 x 2 + 6 + 10 x 5 = 60
  const Census census = make_census(options);
  std::set<std::size_t> rows;
  for (const auto& [fault, row] : census.faults) rows.insert(row);
  EXPECT_EQ(rows.size(), 58U);
  options.faults[CensusFault::missing_id] = 7;
  EXPECT_THAT(message_of(options), HasSubstr("faults need 61 rows"));
}

TEST(CensusFaults, NamesAreReadBack) {
  for (std::size_t i = 0; i < census_fault_count; ++i) {
    const auto fault = static_cast<CensusFault>(i);
    EXPECT_EQ(census_fault_from(to_text(fault)), fault);
  }
  try {
    (void)census_fault_from("negative_pai");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean negative_pay"));
  }
}

TEST(Census, OptionsOutsideTheirBoundsAreRefused) {
  EXPECT_THAT(message_of(of(-1)), HasSubstr("people is -1; allowed is 0 to 20000000"));
  EXPECT_THAT(message_of(of(20'000'001)), HasSubstr("people"));
  EXPECT_THAT(message_of(with(CensusFault::zero_pay, -1)), HasSubstr("zero_pay is -1"));
  EXPECT_THAT(message_of(with(CensusFault::duplicate_id, 1, 1)), HasSubstr("a duplicate two"));
  CensusOptions options = of(1);
  for (const int year : {1949, 2201}) {
    options.plan_year = year;
    EXPECT_THAT(message_of(options), HasSubstr("plan_year"));
  }
  for (const int year : {1950, 2200}) {
    options.plan_year = year;
    EXPECT_EQ(message_of(options), "no error");
  }
}

TEST(Census, FileHasTheSameBytesAndNeverReplacesUnasked) {
  const testing::TempFolder folder;
  const Census census = make_census(of(9000));
  EXPECT_EQ(write_census_csv(census, folder / "census.csv"), census_csv(census).size());
  EXPECT_TRUE(text_of(folder / "census.csv") == census_csv(census));
  EXPECT_THROW(write_census_csv(census, folder / "census.csv"), Error);
  EXPECT_NO_THROW(write_census_csv(census, folder / "census.csv", Overwrite::replace));
}

TEST(Census, TextWithQuotesIsQuoted) {
  Census census = make_census(of(1));
  census.employee_id[0] = "a,\"b\"";
  EXPECT_THAT(census_csv(census), HasSubstr("\n\"a,\"\"b\"\"\",,"));
}

}  // namespace
}  // namespace planwise
