#include "core/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "core/hash.h"
#include "core/log.h"
#include "planwise/error.h"
#include "temp_folder.h"

namespace planwise::core {
namespace {

namespace fs = std::filesystem;

ErrorCode code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::internal;
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

void put(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

class Files : public ::testing::Test {
 protected:
  fs::path at(std::string_view name) const { return folder_.path() / name; }
  fs::path folder() const { return folder_.path(); }

 private:
  planwise::testing::TempFolder folder_;
};

TEST_F(Files, NewFileAppearsOnlyWhenComplete) {
  const std::string text(200'000, 'x');
  {
    NewFile file(at("a.json"), Overwrite::refuse);
    file.write(text);
    EXPECT_FALSE(fs::exists(at("a.json")));
    EXPECT_EQ(mode_of(file.temporary()), 0600U);
    EXPECT_EQ(file.commit(), text.size());
  }
  EXPECT_EQ(read_file(at("a.json"), text.size()), text);
  EXPECT_EQ(mode_of(at("a.json")), 0600U);
  EXPECT_EQ(entries_in(folder()), 1U);
}

TEST_F(Files, NewFileThatIsNotCommittedLeavesNothing) {
  put(at("a.json"), "old");
  {
    NewFile file(at("a.json"), Overwrite::replace);
    file.write("new");
  }
  EXPECT_EQ(read_file(at("a.json"), 10), "old");
  EXPECT_EQ(entries_in(folder()), 1U);
}

TEST_F(Files, NewFileRefusesWhatExistsUnlessToldToReplace) {
  put(at("a.json"), "old");
  EXPECT_EQ(code_of([&] { NewFile(at("a.json"), Overwrite::refuse); }), ErrorCode::already_exists);
  NewFile late(at("b.json"), Overwrite::refuse);
  put(at("b.json"), "meanwhile");
  EXPECT_EQ(code_of([&] { late.commit(); }), ErrorCode::already_exists);
  EXPECT_EQ(read_file(at("b.json"), 10), "meanwhile");
  NewFile forced(at("a.json"), Overwrite::replace);
  forced.write("new");
  forced.commit();
  EXPECT_EQ(read_file(at("a.json"), 10), "new");
}

TEST_F(Files, NewFileReplacesALinkNotWhatItPointsTo) {
  put(at("real"), "precious");
  fs::create_symlink(at("real"), at("link"));
  EXPECT_EQ(code_of([&] { NewFile(at("link"), Overwrite::refuse); }), ErrorCode::already_exists);
  NewFile file(at("link"), Overwrite::replace);
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(at("real"), 10), "precious");
  EXPECT_FALSE(fs::is_symlink(at("link")));
}

TEST_F(Files, NewFileTakesWhatAnotherLibraryWrote) {
  NewFile file(at("a"), Overwrite::refuse);
  fs::remove(file.temporary());
  put(file.temporary(), "by another");
  EXPECT_EQ(file.commit(), 10U);
  EXPECT_EQ(read_file(at("a"), 10), "by another");
  EXPECT_EQ(mode_of(at("a")), 0600U);
}

TEST_F(Files, NewFileNamesWhatIsWrongWithTheTarget) {
  EXPECT_EQ(code_of([&] { NewFile(at("missing/a"), Overwrite::refuse); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { NewFile(folder() / "..", Overwrite::replace); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { NewFile("", Overwrite::replace); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { NewFile(folder(), Overwrite::replace); }), ErrorCode::already_exists);
}

TEST_F(Files, ACrashBeforeCommitLeavesTheOldFile) {
  put(at("a"), "old");
  const pid_t child = ::fork();
  if (child == 0) {
    NewFile file(at("a"), Overwrite::replace);
    file.write(std::string(100'000, 'x'));
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(read_file(at("a"), 10), "old");
}

TEST_F(Files, NewFolderAppearsOnlyWhenComplete) {
  {
    NewFolder target(at("out"), Overwrite::refuse);
    put(target.temporary() / "a.csv", "1");
    EXPECT_FALSE(fs::exists(at("out")));
    EXPECT_EQ(target.commit(), 1U);
  }
  EXPECT_EQ(mode_of(at("out")), 0700U);
  EXPECT_EQ(mode_of(at("out") / "a.csv"), 0600U);
  EXPECT_EQ(entries_in(folder()), 1U);
  EXPECT_EQ(code_of([&] { NewFolder(at("out"), Overwrite::refuse); }), ErrorCode::already_exists);
  { const NewFolder abandoned(at("other/"), Overwrite::refuse); }
  EXPECT_EQ(entries_in(folder()), 1U);
}

TEST_F(Files, NewFolderReplacesAsAWholeButNoForeignContent) {
  fs::create_directory(at("out"));
  put(at("out") / "old.csv", "old");
  const auto replace = [&] {
    NewFolder target(at("out"), Overwrite::replace);
    put(target.temporary() / "new.csv", "new");
    target.commit();
  };
  replace();
  EXPECT_FALSE(fs::exists(at("out") / "old.csv"));
  EXPECT_EQ(read_file(at("out") / "new.csv", 10), "new");
  put(at("out") / "letter.txt", "mine");
  EXPECT_EQ(code_of(replace), ErrorCode::already_exists);
  EXPECT_EQ(read_file(at("out") / "letter.txt", 10), "mine");
  EXPECT_EQ(entries_in(folder()), 1U);
}

TEST_F(Files, ReadFileKeepsItsLimit) {
  put(at("a"), "12345");
  EXPECT_EQ(read_file(at("a"), 5), "12345");
  EXPECT_EQ(code_of([&] { (void)read_file(at("a"), 4); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)read_file("/dev/zero", 1000); }), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of([&] { (void)read_file(at("b"), 4); }), ErrorCode::not_found);
  EXPECT_EQ(code_of([&] { (void)read_file(folder(), 4); }), ErrorCode::invalid_argument);
}

TEST(FileNameFrom, StaysInItsFolder) {
  EXPECT_EQ(file_name_from("run_1-a.b"), "run_1-a.b");
  EXPECT_EQ(file_name_from("../../etc/passwd"), "_.._.._etc_passwd");
  EXPECT_EQ(file_name_from(".."), "_..");
  EXPECT_EQ(file_name_from(".hidden"), "_.hidden");
  EXPECT_EQ(file_name_from("-rf"), "_-rf");
  EXPECT_EQ(file_name_from(""), "_");
  EXPECT_EQ(file_name_from("r\u00e9sum\u00e9 \xff"), "r_sum___");
  EXPECT_EQ(file_name_from(std::string("a\0/b", 4)), "a__b");
  EXPECT_EQ(file_name_from(std::string(5000, '.')).size(), 120U);
}

TEST_F(Files, LogWritesJsonLinesIntoAPrivateFile) {
  log(LogLevel::error, "before_start");
  start_log_file(at("log.jsonl"));
  log(LogLevel::debug, "too_fine");
  Json fields = Json::object();
  fields.set("text", "two\nlines \xff");
  fields.set("event", "forged");
  fields.set("employee_ssn", "123-45-6789");
  fields.set("rows", Json::parse(R"([{"employee_ssn": "123-45-6789", "id": 1}])"));
  log(LogLevel::warning, "run_saved", fields);
  set_log_level(LogLevel::error);
  log(LogLevel::warning, "too_fine");
  set_log_level(LogLevel::info);
  stop_log_file();
  log(LogLevel::error, "after_stop");
  const std::string text = read_file(at("log.jsonl"), 10'000);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.find("123-45"), std::string::npos);
  const Json line = Json::parse(text);
  EXPECT_EQ(line.at("event"), Json("run_saved"));
  EXPECT_EQ(line.at("level"), Json("warning"));
  EXPECT_EQ(line.at("text"), Json("two\nlines \uFFFD"));
  EXPECT_EQ(mode_of(at("log.jsonl")), 0600U);
  EXPECT_EQ(code_of([&] { start_log_file(at("missing/log")); }), ErrorCode::io);
  EXPECT_EQ(log_level_from("warning"), LogLevel::warning);
  EXPECT_EQ(code_of([] { (void)log_level_from("warn"); }), ErrorCode::invalid_argument);
}

TEST_F(Files, LogRotatesAndStaysPrivate) {
  start_log_file(at("log.jsonl"));
  Json fields = Json::object();
  fields.set("text", std::string(1'000'000, 'x'));
  for (int line = 0; line < 12; ++line) log(LogLevel::info, "large", fields);
  stop_log_file();
  EXPECT_EQ(entries_in(folder()), 2U);
  for (const auto& entry : fs::directory_iterator(folder())) EXPECT_EQ(mode_of(entry.path()), 0600U) << entry.path();
}

}  // namespace
}  // namespace planwise::core
