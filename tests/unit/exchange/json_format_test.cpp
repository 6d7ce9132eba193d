#include "exchange/json_format.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/files.h"
#include "exchange/json_reading.h"
#include "exchange_samples.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

using test::ExchangeFolder;

std::string text_of(const std::filesystem::path& file) { return core::read_file(file, 1 << 26); }

void put(const std::filesystem::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

void write(const std::filesystem::path& target, const std::vector<Run>& runs,
           const ExportContext& context = test::sample_context()) {
  const auto writer = json_writer(target, context);
  for (const Run& run : runs) writer->add(run, {1, content_hash(run)});
  writer->finish();
}

std::vector<Run> read(const std::filesystem::path& file) {
  std::vector<Run> out;
  read_json_runs(file, "America/New_York", [&](Run run) { out.push_back(std::move(run)); });
  return out;
}

ErrorCode code_of(const std::string& text) {
  try {
    JsonStream stream{std::string_view(text)};
    read_json_stream(stream, "UTC", [](const Run&) {});
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

TEST(JsonFormat, OneRunComesBackWithEveryFieldAndTheSameHash) {
  for (const planwise::Run& run : {test::plain_run(), test::awkward_run(), test::bare_run()}) {
    const ExchangeFolder folder;
    write(folder / "run.json", {run});
    const std::vector<planwise::Run> back = read(folder / "run.json");
    ASSERT_EQ(back.size(), 1U);
    EXPECT_EQ(content_hash(back[0]), content_hash(run));
    EXPECT_EQ(to_json(back[0]).dump(JsonStyle::canonical), to_json(run).dump(JsonStyle::canonical));
  }
}

TEST(JsonFormat, AListComesBackInItsOrder) {
  const ExchangeFolder folder;
  std::vector<planwise::Run> runs;
  for (int number = 0; number < 40; ++number)
    runs.push_back(number % 2 == 0 ? test::plain_run(number) : test::awkward_run(number));
  write(folder / "runs.json", runs);
  const std::vector<planwise::Run> back = read(folder / "runs.json");
  ASSERT_EQ(back.size(), runs.size());
  for (std::size_t index = 0; index < runs.size(); ++index)
    EXPECT_EQ(to_json(back[index]), to_json(read(folder / "runs.json")[index]));
  for (std::size_t index = 0; index < runs.size(); ++index)
    EXPECT_EQ(content_hash(back[index]), content_hash(runs[index]));
  EXPECT_EQ(Json::parse(text_of(folder / "runs.json")).at("count").as_integer(), 40);
}

TEST(JsonFormat, AnEmptySearchIsAnEmptyList) {
  const ExchangeFolder folder;
  write(folder / "none.json", {});
  EXPECT_TRUE(read(folder / "none.json").empty());
  EXPECT_TRUE(is_our_json(folder / "none.json"));
}

TEST(JsonFormat, Fault24NonFiniteNumbersAreTaggedText) {
  const ExchangeFolder folder;
  write(folder / "run.json", {test::awkward_run()});
  const Json document = Json::parse(text_of(folder / "run.json"), JsonDialect::strict);
  EXPECT_EQ(document.at("results").at("objective_value"), Json("NaN"));
  EXPECT_EQ(document.at("metadata").at("runtime_seconds"), Json("Infinity"));
}

TEST(JsonFormat, WithoutSimulationDataTheRestComesBack) {
  const ExchangeFolder folder;
  ExportContext context = test::sample_context();
  context.simulation_data = SimulationData::leave_out;
  planwise::Run run = test::plain_run();
  write(folder / "run.json", {run}, context);
  const planwise::Run back = read(folder / "run.json").at(0);
  EXPECT_FALSE(back.simulation_data);
  const Json facts = Json::parse(text_of(folder / "run.json")).at("planwise");
  EXPECT_EQ(facts.at("content_hash").as_string(), content_hash(run));
  run.simulation_data.reset();
  EXPECT_EQ(content_hash(back), content_hash(run));
  EXPECT_EQ(facts.at("exported_hash").as_string(), content_hash(run));
}

TEST(JsonFormat, SameInputsGiveTheSameBytes) {
  const ExchangeFolder folder;
  write(folder / "a.json", {test::plain_run(), test::awkward_run()});
  write(folder / "b.json", {test::plain_run(), test::awkward_run()});
  EXPECT_EQ(text_of(folder / "a.json"), text_of(folder / "b.json"));
}

TEST(JsonFormat, AChangedExportIsCorrupt) {
  const ExchangeFolder folder;
  write(folder / "run.json", {test::plain_run()});
  std::string text = text_of(folder / "run.json");
  text.replace(text.find("analyst1\",\n    \"session"), 8, "analyst2");
  put(folder / "changed.json", text);
  try {
    read(folder / "changed.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_NE(std::string(error.what()).find("changed.json"), std::string::npos);
  }
}

TEST(JsonFormat, Fault8AFailedExportLeavesNothing) {
  const ExchangeFolder folder;
  {
    const auto writer = json_writer(folder / "run.json", test::sample_context());
    writer->add(test::plain_run(), {});
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(JsonFormat, AnExistingTargetStaysUnlessReplaced) {
  const ExchangeFolder folder;
  put(folder / "run.json", "mine");
  EXPECT_THROW(json_writer(folder / "run.json", test::sample_context()), Error);
  EXPECT_EQ(text_of(folder / "run.json"), "mine");
  ExportContext context = test::sample_context();
  context.overwrite = Overwrite::replace;
  write(folder / "run.json", {test::plain_run()}, context);
  EXPECT_EQ(read(folder / "run.json").size(), 1U);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "run.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(JsonFormat, OursIsToldFromOthers) {
  const ExchangeFolder folder;
  write(folder / "ours.json", {test::plain_run()});
  put(folder / "legacy.json", R"({"metadata": {"scenario_id": "x"}, "configuration": {}})");
  put(folder / "text.json", "hello");
  put(folder / "list.json", R"([{"planwise": {}}])");
  put(folder / "late.json", R"({"metadata": {"a": "]}\""}, "planwise": {"version": 1}})");
  EXPECT_TRUE(is_our_json(folder / "ours.json"));
  EXPECT_TRUE(is_our_json(folder / "late.json"));
  for (const char* name : {"legacy.json", "text.json", "list.json"}) EXPECT_FALSE(is_our_json(folder / name)) << name;
}

TEST(JsonFormat, BrokenTextNamesTheByte) {
  try {
    JsonStream stream{std::string_view(R"({"format": "planwise-runs", "version": 1, "runs": [{"metadata": ]})")};
    read_json_stream(stream, "UTC", [](const planwise::Run&) {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("byte"), std::string::npos) << error.what();
  }
  EXPECT_EQ(code_of(""), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of("{"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(R"({"a":"b)"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(R"({"a" 1})"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(R"({"metadata": {"scenario_id": "s"}} x)"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(R"({"metadata": {"scenario_id": "s"}, "planwise": {"version": 9}})"), ErrorCode::unsupported);
  EXPECT_EQ(code_of(R"({"format": "planwise-runs", "version": 2, "runs": []})"), ErrorCode::unsupported);
}

}  // namespace
}  // namespace planwise::exchange
