#include "planwise/time.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "planwise/error.h"

namespace planwise {
namespace {

constexpr std::string_view new_york = "America/New_York";

std::string utc(std::string_view text, std::string_view zone = "UTC") { return to_text(parse_time(text, zone)); }

TEST(Time, ReadsEverySpelling) {
  for (const char* text : {"2025-07-29T20:24:00Z", "2025-07-29 20:24", "2025-07-29 20:24:00", "2025-07-29T22:24+02:00",
                           "2025-07-29T22:24:00+0200", "2025-07-29 15:54:00.000-04:30", "2025-07-29 20:24:00+00"}) {
    EXPECT_EQ(utc(text), "2025-07-29T20:24:00Z") << text;
  }
  EXPECT_EQ(utc("2025-07-29"), "2025-07-29T00:00:00Z");
  EXPECT_EQ(utc("2025-07-29 20:24:00.886983"), "2025-07-29T20:24:00.886983Z");
  EXPECT_EQ(utc("2025-07-29 20:24:00.5"), "2025-07-29T20:24:00.500000Z");
  EXPECT_EQ(utc("2025-07-29 20:24:00.886983999"), "2025-07-29T20:24:00.886983Z");
  EXPECT_EQ(utc("1969-12-31T23:59:59.999999Z"), "1969-12-31T23:59:59.999999Z");
}

TEST(Time, ReadsTheYears1To9999) {
  EXPECT_EQ(utc("0001-01-01"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(utc("9999-12-31T23:59:59.999999Z"), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(utc("2024-02-29"), "2024-02-29T00:00:00Z");
  EXPECT_THROW((void)parse_time("0001-01-01T00:00+01:00"), Error);
  EXPECT_THROW((void)parse_time("9999-12-31T23:59-01:00"), Error);
}

TEST(Time, WritesWhatOtherProgramsStoredBeyondThoseYears) {
  for (const char* text : {"+010000-01-01T00:00:00Z", "+012345-02-28T23:59:59.000001Z", "-000043-03-15T12:00:00Z", "-004000-12-31T00:00:00Z",
                           "+000000-02-29T00:00:00Z", "infinity", "-infinity"}) {
    EXPECT_EQ(to_text(parse_time(text)), text);
  }
  EXPECT_EQ(to_text(Timestamp{253'402'300'800'000'000}), "+010000-01-01T00:00:00Z");
  EXPECT_EQ(to_text(Timestamp{-62'135'596'800'000'001}), "+000000-12-31T23:59:59.999999Z");
  EXPECT_EQ(from_local(INT64_MAX, new_york), Timestamp{INT64_MAX}) << "no clock is changed there";
  for (const char* text : {"+10000-01-01T00:00:00Z", "+010000-02-30T00:00:00Z", "+010000-01-01T00:00:00", "-infinite", "+999999-01-01T00:00:00Z"}) {
    EXPECT_THROW((void)parse_time(text), Error) << text;
  }
}

TEST(Time, RefusesEverythingElse) {
  for (const char* text : {"",
                           "2025",
                           "2025-7-29",
                           "2025-02-29",
                           "2025-13-01",
                           "0000-01-01",
                           "2025-07-29 24:00",
                           "2025-07-29 20:60",
                           "2025-07-29 20:24:60",
                           "2025-07-29T",
                           "2025-07-29 20:24:00.",
                           "2025-07-29 20:24 Z",
                           "2025-07-29Z",
                           "now",
                           "2025-07-29 20:24:00z",
                           "2025-07-29 20:24+24:00",
                           "2025-07-29 20:24+1",
                           "2025-07-29 20:24Zx",
                           " 2025-07-29",
                           "2025-07-29 20:24:00.1234567890",
                           "+2025-07-29",
                           "2025-07-29 -1:00"}) {
    EXPECT_THROW((void)parse_time(text), Error) << text;
  }
}

TEST(Time, ReadsLocalTimeOfAZone) {
  EXPECT_EQ(utc("2025-07-29 20:24", new_york), "2025-07-30T00:24:00Z");
  EXPECT_EQ(utc("2025-01-29 20:24", new_york), "2025-01-30T01:24:00Z");
  EXPECT_EQ(utc("2025-07-29 20:24Z", new_york), "2025-07-29T20:24:00Z");
  EXPECT_EQ(utc("2025-07-29", "Europe/Berlin"), "2025-07-28T22:00:00Z");
}

TEST(Time, TakesTheEarlierOfAnHourThatOccursTwice) {
  EXPECT_EQ(utc("2025-11-02 00:59:59", new_york), "2025-11-02T04:59:59Z");
  EXPECT_EQ(utc("2025-11-02 01:30", new_york), "2025-11-02T05:30:00Z");
  EXPECT_EQ(utc("2025-11-02 02:00", new_york), "2025-11-02T07:00:00Z");
}

TEST(Time, MovesASkippedHourForwardByTheGap) {
  EXPECT_EQ(utc("2025-03-09 01:59:59", new_york), "2025-03-09T06:59:59Z");
  EXPECT_EQ(utc("2025-03-09 02:30", new_york), "2025-03-09T07:30:00Z");  // 03:30 summer time
  EXPECT_EQ(utc("2025-03-09 03:00", new_york), "2025-03-09T07:00:00Z");
}

TEST(Time, NamesNearZonesWhenOneIsUnknown) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"America/New_Yrok", "America/New_York"},
                                                                 {"america/new_york", "America/New_York"},
                                                                 {"New York", "America/New_York"}};
  for (const auto& [wrong, right] : cases) {
    try {
      (void)parse_time("2025-07-29", wrong);
      FAIL() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_NE(std::string_view(error.what()).find(right), std::string_view::npos) << error.what();
    }
  }
  for (const char* hostile : {"", "../../etc/passwd", "/etc/passwd", "America", "UTC/../UTC"}) {
    EXPECT_THROW((void)parse_time("2025-07-29", hostile), Error) << hostile;
  }
}

TEST(Time, TheMachineZoneFollowsTheVariable) {
  const char* before = std::getenv("TZ");
  const std::string kept = before == nullptr ? "" : before;
  const auto zone_with = [](const char* value) {
    ::setenv("TZ", value, 1);
    return machine_zone();
  };
  EXPECT_EQ(zone_with("America/New_York"), "America/New_York");
  EXPECT_EQ(zone_with(":Asia/Tokyo"), "Asia/Tokyo");
  EXPECT_EQ(zone_with(""), "UTC");
  EXPECT_FALSE(zone_with("no such zone").empty());
  if (before == nullptr)
    ::unsetenv("TZ");
  else
    ::setenv("TZ", kept.c_str(), 1);
}

TEST(Time, NowNeverRunsBackwards) {
  Timestamp last = now();
  EXPECT_GT(last, parse_time("2025-01-01"));
  for (int step = 0; step < 1000; ++step) {
    const Timestamp next = now();
    EXPECT_GE(next, last);
    last = next;
  }
}

}  // namespace
}  // namespace planwise
