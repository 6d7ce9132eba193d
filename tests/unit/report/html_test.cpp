#include "report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "report/build.h"
#include "report/markdown.h"
#include "report/numbers.h"
#include "report/svg.h"
#include "report_samples.h"

namespace planwise::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Html, NothingInItPointsOutside) {
  const std::string html = to_html(build_report(test::decision_facts()));
  EXPECT_FALSE(std::regex_search(html, std::regex(R"((src|href|data|action)\s*=\s*["']?(https?:)?//)")));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(Html, TextOfTheRunIsNoMarkup) {
  ReportFacts facts = test::bare_facts();
  facts.subject.run.metadata.scenario_id = "<script>alert('x')</script>";
  facts.subject.run.metadata.business_justification = "a\" onload=\"b & c";
  const std::string html = to_html(build_report(facts));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(html, HasSubstr("a&quot; onload=&quot;b &amp; c"));
  const std::string markdown = to_markdown(build_report(facts));
  EXPECT_THAT(markdown, HasSubstr("\\<script\\>"));
}

TEST(Html, EveryChartHasATitleADescriptionAndATable) {
  const std::string html = to_html(build_report(test::decision_facts()));
  std::size_t charts = 0;
  for (std::size_t at = html.find("<svg"); at != std::string::npos; at = html.find("<svg", at + 1)) {
    const std::string rest = html.substr(at, html.find("</figure>", at) - at);
    EXPECT_THAT(rest, HasSubstr("<title id="));
    EXPECT_THAT(rest, HasSubstr("<desc id="));
    EXPECT_THAT(rest, HasSubstr("<table>"));
    ++charts;
  }
  EXPECT_GE(charts, 5U);
}

TEST(Html, BytesThatAreNoTextBecomeReplacementCharacters) {
  EXPECT_EQ(markup_escaped("a\xFF"
                           "b\x01"),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(markup_escaped("ü–<"), "ü–&lt;");
}

TEST(Svg, TicksAreRoundAndContainTheRange) {
  EXPECT_EQ(axis_ticks(0, 1, 5), (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  const std::vector<double> ticks = axis_ticks(771.8, 796, 5);
  EXPECT_LE(ticks.front(), 771.8);
  EXPECT_GE(ticks.back(), 796);
  EXPECT_EQ(axis_ticks(3, 3, 5).size() > 1, true);
}

TEST(Svg, AChartWithoutFiguresIsNone) {
  for (const auto kind : {Chart::Kind::line, Chart::Kind::bars, Chart::Kind::waterfall, Chart::Kind::tornado,
                          Chart::Kind::ranges, Chart::Kind::scatter}) {
    Chart chart;
    chart.kind = kind;
    EXPECT_EQ(to_svg(chart, "c"), "");
  }
}

TEST(Svg, GapsBreakTheLine) {
  Chart chart;
  chart.x = {1, 2, 3, 4};
  chart.series = {{"a", {1.0, 2.0, std::nullopt, 4.0}, false}};
  const std::string svg = to_svg(chart, "c");
  const std::size_t at = svg.find("<path d=\"");
  const std::string data = svg.substr(at, svg.find('/', at) - at);
  EXPECT_EQ(std::count(data.begin(), data.end(), 'M'), 2);
}

TEST(Numbers, AreReadableAndTheSameInEveryLocale) {
  EXPECT_EQ(money_text(722'665'432), "722.7 M");
  EXPECT_EQ(money_text(4'100'000), "4.10 M");
  EXPECT_EQ(money_text(812'500), "812,500");
  EXPECT_EQ(money_text(-3'200'000), "-3.20 M");
  EXPECT_EQ(percent_text(0.0279), "2.79 %");
  EXPECT_EQ(percent_text(-0.0), "0.00 %");
  EXPECT_EQ(points_text(0.003), "+0.30 pp");
  EXPECT_EQ(signed_text(0.0, Unit::money), "0");
  EXPECT_EQ(number_text(0.0001), "0.0001");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(readable("cola_rate"), "COLA rate");
  EXPECT_EQ(readable("Äquität x"), "Äquität x");
}

}  // namespace
}  // namespace planwise::report
