#include "store/query_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "planwise/error.h"
#include "query_trees.h"

namespace planwise::store {
namespace {

using testing::HasSubstr;

std::string fault_of(std::string_view query) {
  try {
    (void)parse_query(query);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "no error";
}

/// What a query is read as, printed in its plainest form.
std::string read(std::string_view query) { return print_query(parse_query(query)); }

TEST(QueryParser, EmptyAndBlankTextAskNothing) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read(" \t\n"), "");
  EXPECT_TRUE(parse_query("").children.empty());
}

TEST(QueryParser, ReadsTheExampleOfTheIssue) {
  EXPECT_EQ(
      read(
          R"(type:advanced_scipy status:completed objective<0.3 param.cola_rate>=0.02 created:2025-01-01.. tag:q4 (merit or "100 %_sure") not risk:HIGH)"),
      R"(type:advanced_scipy status:completed objective<0.3 param.cola_rate>=0.02 created:2025-01-01.. tag:q4 ("merit" or "100 %_sure") not risk:HIGH)");
}

TEST(QueryParser, AndBindsTighterThanOr) {
  EXPECT_EQ(read("a b or c AND d"), R"(("a" "b") or ("c" "d"))");
  EXPECT_EQ(read("a (b or c) d"), R"("a" ("b" or "c") "d")");
}

TEST(QueryParser, NegatesByWordAndByMinus) {
  EXPECT_EQ(read("-a not b -(c d) -tag:x NOT NOT e"), R"(not "a" not "b" not ("c" "d") not tag:x not not "e")");
  EXPECT_EQ(read("merit-2026 - x"), R"("merit-2026" "-" "x")");
}

TEST(QueryParser, BlanksAroundOperatorsDoNotCount) {
  EXPECT_EQ(read("objective < 0.3 status : done"), "objective<0.3 status:done");
}

TEST(QueryParser, ReadsRangesListsAndQuotes) {
  EXPECT_EQ(read("v:1..2 v:..2 v:1.. v:(1, 2..3,\"a b\") v:\"a\"..\"b\""),
            "v:1..2 v:..2 v:1.. v:(1, 2..3, \"a b\") v:\"a\"..\"b\"");
  EXPECT_EQ(read("created>=2025-01-01T10:00"), "created>=2025-01-01T10:00");
  EXPECT_EQ(read(R"("say \"hi\" C:\temp \\")"), R"("say \"hi\" C:\\temp \\")");
  EXPECT_EQ(read("(a)"), "\"a\"");
}

TEST(QueryParser, QuotedPartsOfNames) {
  const QueryNode node = parse_query(R"(config."a.b \"c\"".d=1)");
  EXPECT_EQ(node.field.segments, (std::vector<std::string>{"config", "a.b \"c\"", "d"}));
}

TEST(QueryParser, KeywordsAreFoundInAnyCaseAndQuotedOnesAreWords) {
  EXPECT_EQ(read("a OR b Or c"), R"("a" or "b" or "c")");
  EXPECT_EQ(read("\"or\" order"), R"("or" "order")");
}

TEST(QueryParser, FaultsPointAtTheCharacter) {
  EXPECT_EQ(fault_of("status:completed risk:"),
            "query, character 23: a value is missing here\n  status:completed risk:\n                        ^");
  EXPECT_THAT(fault_of("ä ö (x"), HasSubstr("character 5: this '(' is never closed\n  ä ö (x\n      ^"));
  EXPECT_THAT(fault_of("a)"), HasSubstr("character 2: ')' without"));
  EXPECT_THAT(fault_of("()"), HasSubstr("character 2: a condition is missing before ')'"));
  EXPECT_THAT(fault_of("a or"), HasSubstr("character 5: a condition is missing"));
  EXPECT_THAT(fault_of("or a"), HasSubstr("character 1: a condition is missing before this"));
  EXPECT_THAT(fault_of("not"), HasSubstr("character 4: a condition is missing"));
  EXPECT_THAT(fault_of("\"abc"), HasSubstr("character 1: this quote is never closed"));
  EXPECT_THAT(fault_of("\"\""), HasSubstr("nothing to look for"));
  EXPECT_THAT(fault_of(":x"), HasSubstr("no field before the operator"));
  EXPECT_THAT(fault_of("v:(1 2)"), HasSubstr("character 6: expected ',' or ')'"));
  EXPECT_THAT(fault_of("v:(1"), HasSubstr("character 3: this list is never closed"));
  EXPECT_THAT(fault_of("v:()"), HasSubstr("a value is missing"));
  EXPECT_THAT(fault_of("v:.."), HasSubstr("a range needs"));
  EXPECT_THAT(fault_of("v:1..2..3"), HasSubstr("one '..' only"));
  EXPECT_THAT(fault_of("v<1..2"), HasSubstr("one value is expected"));
  EXPECT_THAT(fault_of("v<(1,2)"), HasSubstr("one value is expected"));
  EXPECT_THAT(fault_of("a..b:3"), HasSubstr("missing before '.'"));
  EXPECT_THAT(fault_of("param.:3"), HasSubstr("missing after '.'"));
}

TEST(QueryParser, LongQueriesAreShownInPart) {
  const std::string query = std::string(200, 'a') + " ( " + std::string(200, 'b');
  EXPECT_THAT(fault_of(query), HasSubstr("\n  ... "));
  EXPECT_LT(fault_of(query).size(), 250U);
}

TEST(QueryParser, DepthIsLimitedToAHundred) {
  EXPECT_EQ(read(std::string(100, '(') + "a" + std::string(100, ')')), "\"a\"");
  EXPECT_THAT(fault_of(std::string(101, '(') + "a" + std::string(101, ')')),
              HasSubstr("character 101: nested deeper than 100"));
  EXPECT_EQ(fault_of(std::string(100, '-') + "a"), "no error");
  EXPECT_THAT(fault_of(std::string(101, '-') + "a"), HasSubstr("nested deeper than 100"));
  EXPECT_THAT(fault_of(std::string(8000, '(')), HasSubstr("nested deeper than 100"));
}

TEST(QueryParser, LengthIsLimitedToEightKibibytes) {
  EXPECT_EQ(fault_of(std::string(8192, 'a')), "no error");
  EXPECT_THAT(fault_of(std::string(8193, 'a')), HasSubstr("8193 bytes, at most 8192"));
}

TEST(QueryParser, WhatIsNoTextIsRefused) {
  EXPECT_THAT(fault_of("ab\xff"), HasSubstr("character 3: not UTF-8"));
  EXPECT_THAT(fault_of("\xc0\x80"), HasSubstr("not UTF-8"));
  EXPECT_THAT(fault_of("\xed\xa0\x80"), HasSubstr("not UTF-8"));
  EXPECT_THAT(fault_of("\xf0\x9f\x98"), HasSubstr("not UTF-8"));
  EXPECT_THAT(fault_of(std::string_view("a\0b", 3)), HasSubstr("character 2"));
  EXPECT_EQ(fault_of("😀 ä"), "no error");
}

TEST(QueryParser, PrintedTreesAreReadAsTheSame) {
  EXPECT_TRUE(rc::check([] {
    const QueryNode tree = any_tree(3);
    const std::string text = print_query(tree);
    const QueryNode again = parse_query(text);
    RC_LOG() << text << "\n" << print_query(again) << "\n";
    RC_ASSERT(same_query(tree, again));
  }));
}

TEST(QueryParser, PrintingKeepsSignsApart) {
  for (const std::string_view query : {"a! =b", "a< =b", "a> ==", "a:=b", "a!=b", "v:\"=\".."}) {
    EXPECT_TRUE(same_query(parse_query(query), parse_query(read(query)))) << query;
  }
}

TEST(QueryParser, AnyTextIsReadOrRefusedByName) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    try {
      const QueryNode tree = parse_query(text);
      RC_ASSERT(same_query(tree, parse_query(print_query(tree))));
    } catch (const Error& error) {
      RC_ASSERT(error.code() == ErrorCode::invalid_argument);
    }
  }));
}

}  // namespace
}  // namespace planwise::store
