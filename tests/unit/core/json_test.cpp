#include "planwise/json.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>

#include "planwise/error.h"

namespace planwise {
namespace {

std::string refusal(std::string_view text, JsonDialect dialect = JsonDialect::strict) {
  try {
    (void)Json::parse(text, dialect);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

void expect_refused_at(std::string_view text, std::size_t offset, JsonDialect dialect = JsonDialect::strict) {
  const std::string message = refusal(text, dialect);
  EXPECT_TRUE(message.starts_with("invalid JSON at byte " + std::to_string(offset) + ":"))
      << text << " gave " << message;
}

std::string nested(int levels) { return std::string(levels, '[') + std::string(levels, ']'); }

constexpr double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

TEST(Json, TellsIntegersFromReals) {
  const Json value = Json::parse("[1, 1.0, -0, -0.0, 1e2]");
  EXPECT_TRUE(value.at(0).is_integer());
  EXPECT_TRUE(value.at(1).is_real());
  EXPECT_EQ(value.dump(), "[1,1.0,0,-0.0,100.0]");
  EXPECT_FALSE(value.at(0) == value.at(1));
  EXPECT_FALSE(Json(0.0) == Json(-0.0));
}

TEST(Json, KeepsIntegersBeyond64BitsExactly) {
  EXPECT_EQ(Json::parse("9223372036854775807").as_integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Json::parse("-9223372036854775808").as_integer(), std::numeric_limits<std::int64_t>::min());
  for (const std::string digits : {"9223372036854775808", "-9223372036854775809", "18446744073709551615",
                                   "18446744073709551616", "123456789012345678901234567890"}) {
    const Json value = Json::parse(digits);
    EXPECT_TRUE(value.is_big_integer()) << digits;
    EXPECT_EQ(value.dump(), digits);
  }
  EXPECT_DOUBLE_EQ(Json::parse("18446744073709551616").as_real(), 18446744073709551616.0);
}

TEST(Json, KeepsIntegersBeyondTheRangeOfADouble) {
  const std::string digits = "-" + std::string(400, '7');
  const Json value = Json::parse(R"({"a": [1e5, ")" + digits + R"("], "b": )" + digits + "}");
  EXPECT_EQ(value.at("b").as_big_integer().digits, digits);
  EXPECT_EQ(value.at("a").at(1).as_string(), digits);
  EXPECT_EQ(value.at("b").as_real(), -infinity);
  const std::string head = "[" + digits + ", ";
  expect_refused_at(head + "nul]", head.size() + 3);
}

TEST(Json, RefusesAnIntegerThatIsNoDigitsWhenWriting) {
  EXPECT_THROW((void)Json(Json::BigInteger{"1, 2"}).dump(), Error);
  EXPECT_THROW((void)Json(Json::BigInteger{""}).dump(), Error);
}

TEST(Json, RefusesRealsBeyondTheRangeOfADouble) { EXPECT_NE(refusal("[1e999]"), ""); }

TEST(Json, KeepsTheOrderOfKeysAndTheLastOfDuplicates) {
  EXPECT_EQ(Json::parse(R"({"b":1,"a":2,"b":3})").dump(), R"({"b":3,"a":2})");
  std::string text = "{";
  for (int key = 0; key < 40; ++key) text += "\"k" + std::to_string(key) + "\":0,";
  const Json value = Json::parse(text + R"("k3":1,"k39":2,"k40":3,"k40":4})");
  EXPECT_EQ(value.size(), 41U);
  EXPECT_EQ(value.at("k3"), Json(1));
  EXPECT_EQ(value.at("k39"), Json(2));
  EXPECT_EQ(value.as_object().back(), (Json::Member{"k40", 4}));
}

TEST(Json, ReadsLargeObjectsInLinearTime) {
  std::string text = "{";
  for (int key = 0; key < 200'000; ++key) text += "\"key_number_" + std::to_string(key) + "\":0,";
  text.back() = '}';
  EXPECT_EQ(Json::parse(text).size(), 200'000U);  // quadratic would take minutes
}

TEST(Json, EqualityIgnoresTheOrderOfKeys) {
  EXPECT_EQ(Json::parse(R"({"a":1,"b":{"c":2,"d":3}})"), Json::parse(R"({"b":{"d":3,"c":2},"a":1})"));
  EXPECT_FALSE(Json::parse(R"({"a":1,"b":2})") == Json::parse(R"({"a":1,"c":2})"));
  EXPECT_FALSE(Json::parse("[1,2]") == Json::parse("[2,1]"));
  EXPECT_EQ(Json(not_a_number), Json(not_a_number));
}

TEST(Json, ComparesNumbersByValueWhenAsked) {
  EXPECT_TRUE(numerically_equal(Json(1), Json(1.0)));
  EXPECT_TRUE(numerically_equal(Json(not_a_number), Json("NaN")));
  EXPECT_TRUE(numerically_equal(Json::parse("{\"a\":[1]}"), Json::parse("{\"a\":[1.0]}")));
  EXPECT_FALSE(numerically_equal(Json(9007199254740993), Json(9007199254740992.0)));
  EXPECT_FALSE(numerically_equal(Json(1), Json(true)));
  EXPECT_FALSE(numerically_equal(Json(1), Json("1")));
}

TEST(Json, WritesFourStyles) {
  const Json value = Json::parse(R"({"b":[1,{}],"a":"\u00e9\ud83d\ude00\u007f\n\"","A":[]})");
  EXPECT_EQ(value.dump(), "{\"b\":[1,{}],\"a\":\"\u00e9\U0001F600\x7f\\n\\\"\",\"A\":[]}");
  EXPECT_EQ(value.dump(JsonStyle::canonical), "{\"A\":[],\"a\":\"\u00e9\U0001F600\x7f\\n\\\"\",\"b\":[1,{}]}");
  EXPECT_EQ(value.dump(JsonStyle::python_hash), R"({"A": [], "a": "\u00e9\ud83d\ude00\u007f\n\"", "b": [1, {}]})");
  EXPECT_EQ(value.dump(JsonStyle::pretty),
            "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": \"\u00e9\U0001F600\x7f\\n\\\"\",\n  \"A\": []\n}");
}

TEST(Json, SortsKeysByBytes) {
  const Json value = Json::object();
  Json object = value;
  for (const char* key : {"\u00e9", "z", "\U0001F600", "\uFFFD", "a", "B"}) object.set(key, 0);
  EXPECT_EQ(object.dump(JsonStyle::canonical), "{\"B\":0,\"a\":0,\"z\":0,\"\u00e9\":0,\"\uFFFD\":0,\"\U0001F600\":0}");
}

TEST(Json, WritesNonFiniteRealsAsTaggedText) {
  const Json value = Json::Array{not_a_number, infinity, -infinity};
  EXPECT_EQ(value.dump(), R"(["NaN","Infinity","-Infinity"])");
  EXPECT_EQ(value.dump(JsonStyle::python_hash), "[NaN, Infinity, -Infinity]");
  EXPECT_TRUE(std::isnan(Json("NaN").as_real()));
  EXPECT_EQ(Json("-Infinity").as_real(), -infinity);
}

TEST(Json, ReadsThePythonDialect) {
  const Json value =
      Json::parse(R"({"a": NaN, "NaN": [-Infinity,Infinity], "s": "NaN \" -Infinity"})", JsonDialect::python);
  EXPECT_EQ(value.dump(), R"({"a":"NaN","NaN":["-Infinity","Infinity"],"s":"NaN \" -Infinity"})");
  EXPECT_EQ(Json::parse(" NaN ", JsonDialect::python), Json("NaN"));
  expect_refused_at("[NaN]", 1);
  expect_refused_at("{NaN: 1}", 1, JsonDialect::python);
  for (const char* wrong : {"[1NaN]", "[NaNNaN]", "[- Infinity]", "[--Infinity]", "[nan]", "[NaN", "[+Infinity]"}) {
    EXPECT_NE(refusal(wrong, JsonDialect::python), "") << wrong;
  }
}

TEST(Json, ReadsLoneSurrogatesOfPythonAsReplacementCharacters) {
  const std::string text = R"(["\ud800x", "\uDC00", "\ud83d\ude00", "\\ud800", "\ud800\ud83d\ude00"])";
  const Json value = Json::parse(text, JsonDialect::python);
  EXPECT_EQ(value.at(0), Json("\uFFFDx"));
  EXPECT_EQ(value.at(1), Json("\uFFFD"));
  EXPECT_EQ(value.at(2), Json("\U0001F600"));
  EXPECT_EQ(value.at(3), Json("\\ud800"));
  EXPECT_EQ(value.at(4), Json("\uFFFD\U0001F600"));
  EXPECT_NE(refusal(text), "");
}

TEST(Json, NamesTheByteThatIsWrong) {
  expect_refused_at("", 0);
  expect_refused_at("[1,]", 3);
  expect_refused_at("{\"a\" 1}", 5);
  expect_refused_at("[1] x", 4);
  expect_refused_at("[NaN, -Infinity, ,]", 17, JsonDialect::python);
  expect_refused_at(std::string("[1]\0garbage", 11), 3);
  expect_refused_at("\xEF\xBB\xBF[1", 5);
  EXPECT_LT(refusal("[\"" + std::string(100'000, 'x') + "\n\"]").size(), 500U);
}

TEST(Json, RefusesInvalidUtf8) {
  expect_refused_at("[\"\xff\"]", 2);
  for (const char* wrong : {"\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xe2\x82\""}) {
    EXPECT_NE(refusal(wrong), "");
    EXPECT_NE(refusal(wrong, JsonDialect::python), "");
  }
  EXPECT_THROW((void)Json("\xff").dump(), Error);
  EXPECT_THROW((void)Json("\xed\xa0\x80").dump(), Error);
  EXPECT_THROW((void)Json(Json::Object{{"\xff", 1}}).dump(), Error);
}

TEST(Json, LimitsDepthOnReadingAndWriting) {
  EXPECT_EQ(Json::parse(nested(500)).dump(), nested(500));
  expect_refused_at(nested(501), 500);
  expect_refused_at("[\"[[\\\"[\", " + nested(500) + "]", 10 + 499);
  EXPECT_NE(refusal(std::string(5'000'000, '[')), "");
  Json deep;
  for (int level = 0; level < 501; ++level) deep = Json::Array{std::move(deep)};
  EXPECT_THROW((void)deep.dump(), Error);
}

TEST(Json, NamesTheKindThatItHasInstead) {
  try {
    (void)Json("x").as_integer();
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "JSON value is string, expected integer");
  }
  EXPECT_THROW((void)Json(1.0).as_integer(), Error);
  EXPECT_THROW((void)Json("nan").as_real(), Error);
  EXPECT_THROW((void)Json(1).at("a"), Error);
  EXPECT_THROW((void)Json::array().at(0U), Error);
}

TEST(Json, SetsErasesAndAppends) {
  Json value;
  value.set("a", 1);
  value.set("b", 2);
  value.set("a", 3);
  value.erase("missing");
  EXPECT_EQ(value.dump(), R"({"a":3,"b":2})");
  value.erase("a");
  EXPECT_EQ(value.find("a"), nullptr);
  Json list;
  list.push_back(1);
  EXPECT_EQ(list.dump(), "[1]");
  EXPECT_THROW(list.set("a", 1), Error);
}

TEST(Json, WritesTheSameBytesInEveryLocale) {
  const char* found = std::setlocale(LC_ALL, "de_DE.UTF-8");
  if (found == nullptr) GTEST_SKIP() << "no locale with a decimal comma installed";
  const std::string text = Json::parse("[1.5,1e-7]").dump();
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(text, "[1.5,1e-07]");
}

TEST(RealText, SpellsAsPythonDoes) {
  const std::pair<double, std::string_view> cases[] = {
      {0.045, "0.045"},
      {1e-05, "1e-05"},
      {1.0, "1.0"},
      {1e16, "1e+16"},
      {-0.0, "-0.0"},
      {0.0, "0.0"},
      {0.1 + 0.2, "0.30000000000000004"},
      {123456789012345.0, "123456789012345.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {12345678901234567.0, "1.2345678901234568e+16"},
      {0.0001, "0.0001"},
      {-0.00012345, "-0.00012345"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {2500000.0, "2500000.0"},
      {not_a_number, "nan"},
      {-infinity, "-inf"},
  };
  for (const auto& [value, text] : cases) EXPECT_EQ(real_text(value), text);
}

TEST(Error, EveryCodeHasItsOwnName) {
  for (const ErrorCode code : all_error_codes) {
    EXPECT_FALSE(to_text(code).empty());
    for (const ErrorCode other : all_error_codes) EXPECT_EQ(code == other, to_text(code) == to_text(other));
  }
}

}  // namespace
}  // namespace planwise
