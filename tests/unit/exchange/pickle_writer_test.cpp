#include "exchange/pickle_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "exchange/pickle_reader.h"
#include "planwise/error.h"
#include "temp_folder.h"

namespace planwise::exchange {
namespace {

Json sample() {
  return Json::parse(R"({"a": [1, -1, 255, 256, 65535, 65536, 2147483647, 2147483648, -2147483648, -2147483649,
    9223372036854775807, -9223372036854775808, 18446744073709551616, -170141183460469231731687303715884105728, 128, -128,
    -129, 32768], "b": [0.1, -0.0, 5e-324, 1e308, 1.0], "c": {"": null, "x": true, "y": false, "$int": "7"},
    "d": ["", "NaN", "naïve 🚀", "line\nfeed"], "e": [], "f": {}})");
}

TEST(PickleWriter, ReadsBackWhatItWrote) {
  EXPECT_EQ(plain(read_pickle(write_pickle(sample()))), sample());
  for (const Json& value : {Json(), Json(true), Json(7), Json(0.5), Json("x"), Json::array(), Json::object()})
    EXPECT_EQ(plain(read_pickle(write_pickle(value))), value);
}

TEST(PickleWriter, KeepsNonFiniteRealsApartFromTheirNames) {
  const std::string bytes = write_pickle(Json::Array{std::nan(""), "NaN", std::numeric_limits<double>::infinity()});
  EXPECT_EQ(tagged(read_pickle(bytes)).dump(), R"([{"$float":"nan"},"NaN",{"$float":"inf"}])");
}

TEST(PickleWriter, WritesFramesThatAccountForEveryByte) {
  Json large = Json::array();
  for (int i = 0; i < 20'000; ++i) large.push_back(Json::Object{{"cola_rate", i / 7.0}, {"name", "run " + std::to_string(i)}});
  const std::string bytes = write_pickle(large);
  EXPECT_EQ(bytes, write_pickle(large));
  std::size_t frames = 0;
  std::size_t at = 2;
  for (; at < bytes.size(); ++frames) {
    ASSERT_EQ(bytes[at], '\x95');
    std::uint64_t length = 0;
    for (std::size_t i = 8; i > 0; --i) length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
    at += 9 + length;
  }
  EXPECT_EQ(at, bytes.size());
  EXPECT_GT(frames, 5U);
  EXPECT_EQ(plain(read_pickle(bytes)), large);
}

TEST(PickleWriter, StreamsAListInPiecesOfAFrame) {
  std::string bytes;
  std::size_t largest = 0;
  PickleListWriter writer([&](std::string_view part) {
    bytes += part;
    largest = std::max(largest, part.size());
  });
  Json expected = Json::array();
  for (int i = 0; i < 3'000; ++i) {
    Json document = sample();
    document.set("i", i);
    writer.add(document);
    expected.push_back(std::move(document));
  }
  writer.finish();
  EXPECT_LT(largest, std::size_t{70} << 10);
  EXPECT_EQ(plain(read_pickle(bytes)), expected);
}

TEST(PickleWriter, WritesMoreKeysThanTheMemoHolds) {
  Json wide = Json::object();
  for (int i = 0; i < 600; ++i) wide.set("key " + std::to_string(i), i);
  const Json twice = Json::Array{wide, wide};
  EXPECT_EQ(plain(read_pickle(write_pickle(twice))), twice);
}

TEST(PickleWriter, RefusesTextThatIsNotUtf8) { EXPECT_THROW((void)write_pickle(Json("\xff")), Error); }

TEST(PickleWriter, IsReadByPythonAlike) {
  if (std::system("python3 -c 'import pickle' >/dev/null 2>&1") != 0) GTEST_SKIP() << "no python3";
  const planwise::testing::TempFolder folder;
  std::ofstream(folder / "a.pkl", std::ios::binary) << write_pickle(sample());
  std::ofstream(folder / "a.json", std::ios::binary) << sample().dump();
  const std::string script = "import json, pickle, sys; a = pickle.load(open(sys.argv[1], 'rb')); "
                             "b = json.load(open(sys.argv[2], encoding='utf-8')); sys.exit(repr(a) != repr(b))";
  const std::string command = "python3 -c \"" + script + "\" " + (folder / "a.pkl").string() + " " + (folder / "a.json").string();
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace planwise::exchange
