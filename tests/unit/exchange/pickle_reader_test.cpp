#include "exchange/pickle_reader.h"

#include <gtest/gtest.h>

#include "legacy_fixtures.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

using testing::legacy_file;
using testing::pickle_fixtures;
using testing::same_json;

using namespace std::string_literals;

std::string refusal(std::string_view bytes) {
  try {
    (void)plain(read_pickle(bytes));
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
    return error.what();
  }
  return "accepted";
}

std::string as_text(std::string_view bytes) { return plain(read_pickle(bytes)).dump(); }
std::string as_tagged(std::string_view bytes) { return tagged(read_pickle(bytes)).dump(); }

// GLOBAL, then a tuple of one: "c<module>\n<name>\n" + argument + "\x85R."
std::string call(const std::string& global, const std::string& argument) {
  return "c" + global + "\n" + argument + "\x85R.";
}
std::string short_bytes(const std::string& bytes) {
  return "C" + std::string(1, static_cast<char>(bytes.size())) + bytes;
}

TEST(PickleReader, ReadsEveryFixtureAsItsSidecarSays) {
  int loaded = 0;
  int refused = 0;
  for (const auto& fixture : pickle_fixtures()) {
    SCOPED_TRACE(fixture.file.string());
    try {
      const PickleValue value = read_pickle(fixture.bytes);
      const Json plain_form = plain(value);
      const Json tagged_form = tagged(value);
      ++loaded;
      EXPECT_NE(fixture.expect(), "refuse");
      if (fixture.value() == nullptr) continue;
      EXPECT_TRUE(same_json(plain_form, *fixture.plain())) << plain_form.dump();
      EXPECT_TRUE(same_json(tagged_form, *fixture.value())) << tagged_form.dump();
    } catch (const Error& error) {
      ++refused;
      EXPECT_NE(fixture.expect(), "load") << error.what();
      EXPECT_TRUE(std::string(error.what()).starts_with("pickle")) << error.what();
    }
  }
  EXPECT_GT(loaded, 90);
  EXPECT_GT(refused, 70);
}

TEST(PickleReader, RefusesEveryPrefixOfAFile) {
  for (const std::string name : {"pickle_plain/dict__p2.pkl", "pickle_run/run_odd__pyd27__export.pkl"}) {
    const std::string whole = legacy_file(name);
    for (std::size_t length = 0; length < whole.size(); length += 7)
      EXPECT_NE(refusal(std::string_view(whole).substr(0, length)), "accepted") << name << " " << length;
  }
}

TEST(PickleReader, NamesOffsetAndFindingInErrors) {
  EXPECT_NE(refusal(legacy_file("hostile/posix_system_stack_global.pkl")).find("posix.system"), std::string::npos);
  EXPECT_EQ(refusal("(lp0\n\xff."s), "pickle, byte 5: the instruction 0xff");
  EXPECT_EQ(refusal("]K\x01"s), "pickle, byte 3: 1 bytes are needed at byte 3, 0 are left");
}

TEST(PickleReader, AcceptsAnyNameOnlyFromTheList) {
  for (const std::string name : {"os\nsystem", "builtins\neval", "builtins\nexec", "builtins\n__import__",
                                 "builtins\nopen", "subprocess\nPopen", "numpy\nload", "pathlib\nPath.unlink",
                                 "optimization_storage\nos.system", "optimization_storage\nOptimizationStorage",
                                 "datetime\ndatetime.now", "collections\nnamedtuple", "numpy.core.multiarray\nfromfile",
                                 "codecs\nencode", "builtins\nrange", "\n", "builtins\n"})
    EXPECT_NE(refusal("c" + name + "\n.").find("is not one of the names"), std::string::npos) << name;
}

TEST(PickleReader, RefusesDatesThatDoNotExist) {
  const auto state = [](const std::string& bytes) { return call("datetime\ndatetime", short_bytes(bytes)); };
  EXPECT_EQ(as_text(state("\x07\xe9\x02\x1c\x17\x3b\x3b\x00\x00\x01"s)), "\"2025-02-28T23:59:59.000001\"");
  EXPECT_EQ(as_text(state("\x07\xe9\x82\x1c\x17\x3b\x3b\x00\x00\x00"s)), "\"2025-02-28T23:59:59\"");  // fold
  for (const std::string& bad : {"\x00\x00\x02\x1c\x17\x3b\x3b\x00\x00\x00"s,   // year 0
                                "\x27\x10\x02\x1c\x17\x3b\x3b\x00\x00\x00"s,   // year 10000
                                "\x07\xe9\x0d\x01\x00\x00\x00\x00\x00\x00"s,   // month 13
                                "\x07\xe9\xff\x01\x00\x00\x00\x00\x00\x00"s,   // month 255
                                "\x07\xe9\x02\x1d\x00\x00\x00\x00\x00\x00"s,   // 29 February 2025
                                "\x07\xe9\x02\x1c\x63\x00\x00\x00\x00\x00"s,   // hour 99
                                "\x07\xe9\x02\x1c\x18\x00\x00\x00\x00\x00"s,   // hour 24
                                "\x07\xe9\x02\x1c\x17\x3c\x3b\x00\x00\x00"s,   // minute 60
                                "\x07\xe9\x02\x1c\x17\x3b\x3c\x00\x00\x00"s,   // second 60
                                "\x07\xe9\x02\x1c\x17\x3b\x3b\x0f\x42\x40"s})  // a million microseconds
    EXPECT_NE(refusal(state(bad)).find("no calendar day"), std::string::npos);
  EXPECT_NE(refusal(call("datetime\ntime", short_bytes("\x18\x00\x00\x00\x00\x00"s))), "accepted");
  EXPECT_NE(refusal(call("datetime\ndate", short_bytes("\x07\xe9\x02\x1e"s))), "accepted");
  EXPECT_NE(refusal("cdatetime\ntimedelta\n(K\x00J\x80\x51\x01\x00K\x00tR."s), "accepted");  // 86400 seconds
}

TEST(PickleReader, KnowsTheOffsetsOfZonesOnBothSidesOfAChange) {
  const auto zoned = [](const std::string& state) {
    return "cdatetime\ndatetime\n" + short_bytes(state) +
           "cbuiltins\ngetattr\n(czoneinfo\nZoneInfo\nX\x09\x00\x00\x00_unpickletR(X\x10\x00\x00\x00" "America/New_York\x88tR\x86R."s;
  };
  EXPECT_EQ(as_text(zoned("\x07\xe9\x0b\x02\x01\x1e\x00\x00\x00\x00"s)), "\"2025-11-02T01:30:00-04:00\"");
  EXPECT_EQ(as_text(zoned("\x07\xe9\x8b\x02\x01\x1e\x00\x00\x00\x00"s)), "\"2025-11-02T01:30:00-05:00\"");
  EXPECT_EQ(as_text(zoned("\x07\xe9\x8b\x02\x00\x1e\x00\x00\x00\x00"s)), "\"2025-11-02T00:30:00-04:00\"");
  EXPECT_EQ(as_text(zoned("\x07\xe9\x03\x09\x02\x1e\x00\x00\x00\x00"s)), "\"2025-03-09T02:30:00-05:00\"");
  EXPECT_EQ(as_text(zoned("\x07\xe9\x83\x09\x02\x1e\x00\x00\x00\x00"s)), "\"2025-03-09T02:30:00-04:00\"");
  EXPECT_EQ(as_text(zoned("\x07\xe9\x83\x09\x01\x1e\x00\x00\x00\x00"s)), "\"2025-03-09T01:30:00-05:00\"");
}

TEST(PickleReader, WritesDecimalsAsPythonDoes) {
  const auto decimal = [](const std::string& text) {
    return as_text(call("decimal\nDecimal", "X" + std::string(1, static_cast<char>(text.size())) + "\0\0\0"s + text));
  };
  EXPECT_EQ(decimal("12.50"), "\"12.50\"");
  EXPECT_EQ(decimal("1e5"), "\"1E+5\"");
  EXPECT_EQ(decimal("0.000001"), "\"0.000001\"");
  EXPECT_EQ(decimal("0.0000001"), "\"1E-7\"");
  EXPECT_EQ(decimal("123E-2"), "\"1.23\"");
  EXPECT_EQ(decimal("-0.00"), "\"-0.00\"");
  EXPECT_EQ(decimal("1.234E+9"), "\"1.234E+9\"");
  EXPECT_EQ(decimal("-inf"), "\"-Infinity\"");
  EXPECT_EQ(decimal("sNaN123"), "\"sNaN123\"");
  EXPECT_NE(refusal(call("decimal\nDecimal", "X\x01\0\0\0x"s)), "accepted");
  EXPECT_NE(refusal(call("decimal\nDecimal", "X\x02\0\0\0.e"s)), "accepted");
}

TEST(PickleReader, KeepsKeysUniqueAsPythonDoes) {
  // {1: "a", 1.0: "b", True: "c"} is {1: "c"}
  EXPECT_EQ(as_text("}(K\x01\x8c\x01" "aG\x3f\xf0\0\0\0\0\0\0\x8c\x01" "b\x88\x8c\x01" "cu."s), R"({"1":"c"})");
  // {1: "a", "1": "b"}: two keys, one text
  EXPECT_EQ(as_text("}(K\x01\x8c\x01" "a\x8c\x01" "1\x8c\x01" "bu."s), R"({"1":"b"})");
  EXPECT_EQ(as_tagged("}(K\x01\x8c\x01" "a\x8c\x01" "1\x8c\x01" "bu."s), R"({"$dict":[[1,"a"],["1","b"]]})");
  std::string many = "}(";
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 200; ++i) many += "K" + std::string(1, static_cast<char>(i)) + (round == 0 ? "N" : "\x88");
  const Json read = plain(read_pickle(many + "u."));
  EXPECT_EQ(read.size(), 200U);
  EXPECT_EQ(read.at("199"), Json(true));
}

TEST(PickleReader, ReadsIntegersOfAnySize) {
  EXPECT_EQ(as_text("L-170141183460469231731687303715884105728L\n."), "-170141183460469231731687303715884105728");
  EXPECT_EQ(as_text("\x8a\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80."s), "-170141183460469231731687303715884105728");
  EXPECT_EQ(as_text("\x8a\x00."s), "0");
  EXPECT_EQ(as_text("\x8a\x01\xff."s), "-1");
  EXPECT_EQ(as_text("\x8a\x02\xff\x00."s), "255");
  EXPECT_EQ(as_text("J\xff\xff\xff\xff."s), "-1");
  EXPECT_EQ(as_tagged("\x8a\x07\x00\x00\x00\x00\x00\x00\x20."s), "9007199254740992");
  EXPECT_EQ(as_tagged("\x8a\x07\x01\x00\x00\x00\x00\x00\x20."s), R"({"$int":"9007199254740993"})");
  EXPECT_NE(refusal("I" + std::string(4301, '9') + "\n."), "accepted");
  EXPECT_NE(refusal("\x8b\x00\x10\x00\x00" + std::string(4096, '\x7f') + "."), "accepted");
}

TEST(PickleReader, RefusesEnumMembersThatDoNotExist) {
  EXPECT_NE(refusal(call("optimization_storage\nOptimizationStatus", "\x8c\x04" "done")).find("completed"),
            std::string::npos);
  EXPECT_EQ(as_tagged("cbuiltins\ngetattr\ncoptimization_schemas\nRiskLevel\n\x8c\x04HIGH\x86R."),
            R"({"$enum":"optimization_schemas.RiskLevel","value":"HIGH"})");
  EXPECT_NE(refusal("cbuiltins\ngetattr\ncoptimization_schemas\nRiskLevel\n\x8c\x09__class__\x86R."), "accepted");
  EXPECT_NE(refusal("cbuiltins\ngetattr\ncdatetime\ndatetime\n\x8c\x03now\x86R."), "accepted");
}

TEST(PickleReader, TakesBytesNumbersAndNoClaimsForMemory) {
  EXPECT_NE(refusal(call("builtins\nbytearray", "J\xff\xff\xff\x7f")), "accepted");
  EXPECT_NE(refusal("\x96\xff\xff\xff\xff\xff\xff\xff\x7f."), "accepted");
  EXPECT_NE(refusal("Nr\xff\xff\xff\x7f."), "accepted");
  EXPECT_NE(refusal("\x95\xff\xff\xff\xff\x00\x00\x00\x00N."s), "accepted");
  const PickleLimits small{.memory_bytes = 100'000, .memory_factor = 0};
  EXPECT_THROW((void)read_pickle("(" + std::string(10'000, '}') + "l.", small), Error);
}

TEST(PickleReader, BoundsDepthCyclesAndExpansion) {
  const std::string deep = std::string(100'000, ']') + std::string(99'999, 'a') + ".";
  EXPECT_NE(refusal(deep).find("deep"), std::string::npos);
  EXPECT_NE(refusal("]q\x00h\x00" "a."s).find("contains itself"), std::string::npos);
  EXPECT_NE(refusal(std::string(100'000, '(') + "N.").find("MARK"), std::string::npos);
  std::string laughs = "]\x94";
  for (char level = 0; level < 40; ++level)
    laughs += "](h"s + level + "h"s + level + "e\x94";
  EXPECT_NE(refusal(laughs + "(l0." ).find("values on the stack"), std::string::npos);
  std::string nested = "](K\x01K\x02" "e\x94";
  for (char level = 0; level < 40; ++level) nested += "](h"s + level + "h"s + level + "e\x94" "2"s + "0";
  // Only the last list is left: every level is in the memo and the one before it stays on the stack, so wrap all up.
  EXPECT_NE(refusal("(" + nested + "l.").find("larger than the limit"), std::string::npos);
}

TEST(PickleReader, BoundsTheWorkOfComparingKeys) {
  // Two long texts that differ at the end, as keys of many dicts: each comparison would read a megabyte.
  const std::string length("\x00\x00\x10\x00", 4);
  std::string stream = "(X" + length + std::string(1 << 20, 'a') + "q\x00" "0X"s + length + std::string((1 << 20) - 1, 'a') + "bq\x01" "0"s;
  for (int i = 0; i < 20'000; ++i) stream += "}(h\x00Nh\x01Nu"s;
  EXPECT_NE(refusal(stream + "l.").find("comparing keys"), std::string::npos);
}

TEST(PickleReader, RefusesStatesThatAreTricks) {
  const std::string object = "coptimization_storage\nOptimizationObjective\n)\x81";
  EXPECT_EQ(as_text(object + "}\x8c\x04nameX\x04\0\0\0costsb."s), R"({"name":"cost"})");
  EXPECT_NE(refusal(object + "}\x8c\x0c__setstate__Nsb."), "accepted");
  EXPECT_NE(refusal(object + "Nb."), "accepted");
  EXPECT_NE(refusal(object + "}b}b."), "accepted");
  EXPECT_NE(refusal(object + "."), "accepted");
  EXPECT_NE(refusal("cdatetime\ndatetime\n}b."), "accepted");
  EXPECT_NE(refusal("]}b."), "accepted");
}

TEST(PickleReader, ReadsPathsAsTheirText) {
  const auto path = [](const std::string& type, const std::vector<std::string>& parts) {
    std::string stream = "cpathlib\n" + type + "\n(";
    for (const std::string& part : parts) stream += "\x8c" + std::string(1, static_cast<char>(part.size())) + part;
    return stream + "tR.";
  };
  EXPECT_EQ(as_text(path("PosixPath", {"/", "tmp", "x"})), "\"/tmp/x\"");
  EXPECT_EQ(as_text(path("PosixPath", {"a//b/./c"})), "\"a/b/c\"");
  EXPECT_EQ(as_text(path("PosixPath", {})), "\".\"");
  EXPECT_EQ(as_text(path("PurePosixPath", {"a", "/b"})), "\"/b\"");
  EXPECT_EQ(as_text(path("PureWindowsPath", {"C:\\", "a"})), "\"C:\\\\a\"");
  EXPECT_EQ(as_text(path("PureWindowsPath", {"C:/a/b"})), "\"C:\\\\a\\\\b\"");
  EXPECT_NE(refusal(path("PureWindowsPath", {"C:x"})), "accepted");
  EXPECT_NE(refusal(path("PureWindowsPath", {"\\\\share\\x\\"})), "accepted");
}

}  // namespace
}  // namespace planwise::exchange
