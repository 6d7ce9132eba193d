#include "exchange/csv_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/files.h"
#include "core/hash.h"
#include "exchange/csv_text.h"
#include "exchange_samples.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

using test::ExchangeFolder;

std::string text_of(const std::filesystem::path& file) { return core::read_file(file, 1 << 26); }
void put(const std::filesystem::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

void write(const std::filesystem::path& target, const std::vector<Run>& runs,
           const ExportContext& context = test::sample_context()) {
  const auto writer = csv_writer(target, context);
  for (const Run& run : runs) writer->add(run, {1, content_hash(run)});
  writer->finish();
}

std::vector<Run> read(const std::filesystem::path& folder) {
  std::vector<Run> out;
  read_csv_runs(folder, "America/New_York", [&](Run run) { out.push_back(std::move(run)); });
  return out;
}

void expect_code(ErrorCode code, const std::filesystem::path& folder, const std::string& named) {
  try {
    read(folder);
    FAIL() << "read without an error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(named), std::string::npos) << error.what();
  }
}

TEST(CsvFolder, RunsComeBackWithEveryFieldAndTheSameHash) {
  const ExchangeFolder folder;
  const std::vector<planwise::Run> runs{test::plain_run(1), test::awkward_run(), test::bare_run(), test::plain_run(2)};
  write(folder / "out", runs);
  const std::vector<planwise::Run> back = read(folder / "out");
  ASSERT_EQ(back.size(), runs.size());
  for (std::size_t index = 0; index < runs.size(); ++index) {
    EXPECT_EQ(content_hash(back[index]), content_hash(runs[index]));
    EXPECT_EQ(to_json(back[index]).dump(JsonStyle::canonical), to_json(runs[index]).dump(JsonStyle::canonical));
  }
}

TEST(CsvFolder, HistoriesThatRowsHoldStandInRows) {
  const ExchangeFolder folder;
  write(folder / "out", {test::plain_run()});
  const std::string history = text_of(folder / "out/parameter_history.csv");
  EXPECT_EQ(std::count(history.begin(), history.end(), '\n'), 1 + 24 * 17);
  EXPECT_EQ(text_of(folder / "out/runs.csv").find("[{\"\"merit_rate_level_1"), std::string::npos);
}

TEST(CsvFolder, Fault28TheReturnedFolderExistsAndTextIsKeptAsItStands) {
  const ExchangeFolder folder;
  write(folder / "out", {test::awkward_run()});
  ASSERT_TRUE(std::filesystem::is_directory(folder / "out"));
  EXPECT_NE(text_of(folder / "out/runs.csv").find(",=1+1,"), std::string::npos);
  EXPECT_NE(text_of(folder / "out/warnings.csv").find("\"=HYPERLINK(\"\"http://example.com\"\")\""), std::string::npos);
}

TEST(CsvFolder, MissingAndEmptyAreDifferentCells) {
  std::string line;
  append_csv_row(line, {std::nullopt, "", "x", " y", "a\"b", "1,2"});
  EXPECT_EQ(line, ",\"\",x,\" y\",\"a\"\"b\",\"1,2\"\r\n");
}

TEST(CsvFolder, WithoutSimulationDataTheRestComesBack) {
  const ExchangeFolder folder;
  ExportContext context = test::sample_context();
  context.simulation_data = SimulationData::leave_out;
  planwise::Run run = test::plain_run();
  write(folder / "out", {run}, context);
  run.simulation_data.reset();
  EXPECT_EQ(content_hash(read(folder / "out").at(0)), content_hash(run));
}

TEST(CsvFolder, FilesAreTheOwnersAlone) {
  const ExchangeFolder folder;
  write(folder / "out", {test::plain_run()});
  struct stat status {};
  ASSERT_EQ(::stat((folder / "out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "out")) {
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
  }
}

TEST(CsvFolder, AFailedExportLeavesNothing) {
  const ExchangeFolder folder;
  {
    const auto writer = csv_writer(folder / "out", test::sample_context());
    writer->add(test::plain_run(), {});
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(CsvFolder, AChangedOrMissingFileIsCorrupt) {
  const ExchangeFolder folder;
  write(folder / "out", {test::plain_run()});
  put(folder / "out/warnings.csv", text_of(folder / "out/warnings.csv") + "x");
  expect_code(ErrorCode::corrupt, folder / "out", "warnings.csv");
  std::filesystem::remove(folder / "out/warnings.csv");
  expect_code(ErrorCode::corrupt, folder / "out", "warnings.csv");
  std::filesystem::remove(folder / "out/manifest.csv");
  EXPECT_FALSE(is_our_csv_folder(folder / "out"));
  expect_code(ErrorCode::unsupported, folder / "out", "manifest.csv");
}

/// Replaces text in a file of an export and mends the manifest, as somebody who means it would.
void forge(const std::filesystem::path& folder, const std::string& name, const std::string& from,
           const std::string& to) {
  std::string text = text_of(folder / name);
  const std::string old_hash = core::sha256_hex(text);
  ASSERT_NE(text.find(from), std::string::npos);
  text.replace(text.find(from), from.size(), to);
  put(folder / name, text);
  std::string manifest = text_of(folder / "manifest.csv");
  manifest.replace(manifest.find(old_hash), 64, core::sha256_hex(text));
  put(folder / "manifest.csv", manifest);
}

TEST(CsvFolder, BadCellsAreNamedByFileLineAndColumn) {
  const ExchangeFolder folder;
  const auto attempt = [&](const std::string& file, const std::string& from, const std::string& to, ErrorCode code,
                           const std::string& named) {
    SCOPED_TRACE(file + " " + to);
    write(folder / "out", {test::plain_run()});
    forge(folder / "out", file, from, to);
    expect_code(code, folder / "out", named);
    std::filesystem::remove_all(folder / "out");
  };
  attempt("objective_history.csv", ",1,0.42", ",1,abc", ErrorCode::invalid_argument,
          "objective_history.csv line 2: column value");
  attempt("objective_history.csv", ",1,0.42", ",1,0.43", ErrorCode::corrupt, "content hash");
  attempt("parameter_history.csv", ",2,merit", ",7,merit", ErrorCode::invalid_argument, "iteration");
  attempt("warnings.csv", "upper bound,\r\n", "upper bound,\r\nx,1,a,\r\n", ErrorCode::invalid_argument,
          "warnings.csv line 3: column run_id");
  attempt("warnings.csv", ",1,", ",\"1,", ErrorCode::invalid_argument, "within quotes");
  attempt("warnings.csv", "run_id,", "run,", ErrorCode::invalid_argument, "header");
  attempt("runs.csv", "true", "maybe", ErrorCode::invalid_argument, "true or false");
  attempt("simulation_data.csv", "\"{", "\"{{", ErrorCode::invalid_argument, "simulation_data.csv line 2: column json");
}

TEST(CsvFolder, AnotherFolderIsNotReplaced) {
  const ExchangeFolder folder;
  std::filesystem::create_directory(folder / "out");
  put(folder / "out/photo.png", "mine");
  ExportContext context = test::sample_context();
  context.overwrite = Overwrite::replace;
  EXPECT_THROW(write(folder / "out", {test::plain_run()}, context), Error);
  EXPECT_EQ(text_of(folder / "out/photo.png"), "mine");
}

}  // namespace
}  // namespace planwise::exchange
