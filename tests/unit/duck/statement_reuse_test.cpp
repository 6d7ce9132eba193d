// Statements that are prepared once and run again after the tables have grown.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "duck/database_file.h"
#include "temp_folder.h"

namespace planwise::duck {
namespace {

using planwise::testing::TempFolder;

class ReusedStatement : public ::testing::Test {
 protected:
  void SetUp() override {
    run("CREATE TABLE store.log (number BIGINT, text VARCHAR)");
    insert(1, 100);
  }
  void run(const std::string& sql) { lease_.connection().run(sql); }
  void insert(int first, int last) { run(fmt::format("INSERT INTO store.log SELECT i, 'text ' || i FROM range({}, {}) t(i)", first, last + 1)); }
  std::int64_t number(const std::string& sql, std::vector<Value> parameters = {}) {
    Rows rows = lease_.connection().query(sql, parameters);
    return rows.next() ? rows.integer(0) : -1;
  }

  TempFolder folder_;
  // One lease for all: attaching anew makes DuckDB plan anew.
  Lease lease_ = DatabaseFile::at(folder_ / "file.duckdb")->lease(Access::write, std::chrono::seconds(5));
};

TEST_F(ReusedStatement, SeesNumbersBeyondThoseItWasPlannedWith) {
  const std::string newest = "SELECT number, text FROM store.log ORDER BY number DESC LIMIT 1";
  EXPECT_EQ(number(newest), 100);
  insert(101, 300);
  EXPECT_EQ(number(newest), 300) << "257 was read as 1 once";
  insert(301, 70'000);
  EXPECT_EQ(number(newest), 70'000);
}

TEST_F(ReusedStatement, FindsWhatWasNotThereWhenItWasPlanned) {
  const std::string count = "SELECT count(*) FROM store.log WHERE number = 200";
  const std::string larger = "SELECT count(*) FROM store.log WHERE number > ?";
  EXPECT_EQ(number(count), 0);
  EXPECT_EQ(number(larger, {std::int64_t{150}}), 0);
  insert(101, 200);
  EXPECT_EQ(number(count), 1);
  EXPECT_EQ(number(larger, {std::int64_t{150}}), 50);
}

TEST_F(ReusedStatement, JoinsWhatCameLater) {
  run("CREATE TABLE store.wanted AS SELECT 50::BIGINT AS number");
  const std::string joined = "SELECT count(*) FROM store.log JOIN store.wanted USING (number)";
  const std::string grouped = "SELECT max(n) FROM (SELECT number % 1000 AS k, max(number) AS n FROM store.log GROUP BY k)";
  EXPECT_EQ(number(joined), 1);
  EXPECT_EQ(number(grouped), 100);
  insert(101, 5000);
  run("DELETE FROM store.wanted; INSERT INTO store.wanted VALUES (1), (4000)");
  EXPECT_EQ(number(joined), 2);
  EXPECT_EQ(number(grouped), 5000);
}

}  // namespace
}  // namespace planwise::duck
