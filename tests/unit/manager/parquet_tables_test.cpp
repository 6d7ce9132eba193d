// Parquet files through DuckDB, as the Parquet format asks for them.
#include "manager/parquet_tables.h"

#include <gtest/gtest.h>

#include "core/files.h"
#include "duck/instance.h"
#include "planwise/error.h"
#include "temp_folder.h"

namespace planwise::manager {
namespace {

using exchange::Column;
using exchange::ColumnType;
using planwise::testing::TempFolder;
using Kind = ColumnType::Kind;

const ColumnType real{Kind::real, {}}, text{Kind::text, {}}, integer{Kind::integer, {}};

std::vector<Column> columns() {
  return {{"number", integer},
          {"a \"name\"", text},
          {"at", {Kind::timestamp, {}}},
          {"values", {Kind::list, {{"", real}}}},
          {"levers", {Kind::map, {{"", real}}}},
          {"goal", {Kind::structure, {{"name", text}, {"weight", real}}}},
          {"yes", {Kind::boolean, {}}}};
}

Json::Array row(std::int64_t number) {
  return {Json(number),
          Json("it's \"" + std::to_string(number) + "\"\n= 1"),
          Json("2025-07-29T20:24:00.886983Z"),
          Json::parse("[1.5, null, 0.25]"),
          Json::parse(R"({"cola_rate": 0.02, "x y": null})"),
          Json::parse(R"({"name": "cost", "weight": 0.4})"),
          Json(true)};
}

void write(const std::filesystem::path& file, std::int64_t rows) {
  const auto writer = parquet_table_writer(file, columns());
  for (std::int64_t number = 0; number < rows; ++number) writer->append(row(number));
  writer->finish();
}

std::string asked(const std::string& sql) {
  duck::Instance instance;
  duck::Rows rows = instance.connection().query(sql);
  EXPECT_TRUE(rows.next());
  return std::string(rows.text(0));
}

TEST(ParquetTables, RowsKeepTypesAndOrder) {
  const TempFolder folder;
  write(folder / "t.parquet", 5000);
  const std::string from = " FROM read_parquet('" + (folder / "t.parquet").string() + "')";
  EXPECT_EQ(asked("SELECT string_agg(column_type, '|') FROM (DESCRIBE SELECT *" + from + ")"),
            "BIGINT|VARCHAR|TIMESTAMP WITH TIME ZONE|DOUBLE[]|MAP(VARCHAR, DOUBLE)|STRUCT(\"name\" VARCHAR, weight "
            "DOUBLE)|BOOLEAN");
  const auto reader = parquet_table_reader(folder / "t.parquet", {"number", "a \"name\""});
  Json::Array values;
  std::int64_t number = 0;
  for (; reader->next(values); ++number) {
    ASSERT_EQ(values.at(0).as_string(), std::to_string(number));
    ASSERT_EQ(values.at(1), row(number).at(1));
  }
  EXPECT_EQ(number, 5000);
  EXPECT_EQ(asked("SELECT CAST(max(levers['cola_rate']) AS VARCHAR)" + from), "0.02");
}

TEST(ParquetTables, NonFiniteNumbersAndAbsentValuesStayWhatTheyAre) {
  const TempFolder folder;
  {
    const auto writer = parquet_table_writer(folder / "t.parquet", {{"x", real}, {"list", {Kind::list, {{"", real}}}}});
    writer->append({Json(std::numeric_limits<double>::quiet_NaN()),
                    Json(Json::Array{Json(-std::numeric_limits<double>::infinity()), Json(1.0)})});
    writer->append({Json(), Json()});
    writer->append({Json(-0.0), Json(Json::Array{})});
    writer->finish();
  }
  EXPECT_EQ(asked("SELECT string_agg(coalesce(CAST(x AS VARCHAR), '-') || ' ' || coalesce(CAST(list AS VARCHAR), '-'), "
                  "'|') FROM read_parquet('" +
                  (folder / "t.parquet").string() + "')"),
            "nan [-inf, 1.0]|- -|-0.0 []");
}

TEST(ParquetTables, TheSameRowsGiveTheSameBytes) {
  const TempFolder folder;
  write(folder / "a.parquet", 3000);
  write(folder / "b.parquet", 3000);
  EXPECT_EQ(core::read_file(folder / "a.parquet", 1 << 28), core::read_file(folder / "b.parquet", 1 << 28));
  write(folder / "none.parquet", 0);
  EXPECT_FALSE(parquet_table_reader(folder / "none.parquet", {"number"})->next(*std::make_unique<Json::Array>()));
}

TEST(ParquetTables, ALargeTableIsWrittenIntoThePrivateFileAndNowhereElse) {
  const TempFolder folder;
  core::NewFile file(folder / "t.parquet", core::Overwrite::refuse);
  const auto writer = parquet_table_writer(file.temporary(), {{"text", text}});
  // Beyond a row group, so that something is on disk before the end.
  for (int i = 0; i < 40; ++i)
    writer->append({Json(std::string(std::size_t{1} << 20, static_cast<char>('a' + i % 26)))});
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_EQ(entry.path(), file.temporary());
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  writer->finish();
  file.commit();
  const auto reader = parquet_table_reader(folder / "t.parquet", {"text"});
  Json::Array values;
  int rows = 0;
  while (reader->next(values)) ++rows;
  EXPECT_EQ(rows, 40);
}

TEST(ParquetTables, AWriterThatIsLeftEndsAtOnceAndAFailedOneSaysWhy) {
  const TempFolder folder;
  {
    const auto left = parquet_table_writer(folder / "left.parquet", columns());
    for (std::int64_t number = 0; number < 20; ++number) left->append(row(number));
  }
  const auto writer = parquet_table_writer(folder / "missing" / "t.parquet", columns());
  EXPECT_THROW(
      {
        for (std::int64_t number = 0; number < 10'000; ++number) writer->append(row(number));
        writer->finish();
      },
      Error);
  const auto wrong = parquet_table_writer(folder / "wrong.parquet", {{"number", integer}});
  wrong->append({Json("no number")});
  EXPECT_THROW(wrong->finish(), Error);
}

TEST(ParquetTables, WhatIsNoParquetIsCorruptAndAMissingColumnNotFound) {
  const TempFolder folder;
  core::NewFile file(folder / "t.parquet", core::Overwrite::refuse);
  file.write("PAR1 and nothing else");
  file.commit();
  const auto code = [&](const std::filesystem::path& path, const std::string& column) {
    try {
      (void)parquet_table_reader(path, {column});
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code(folder / "t.parquet", "number"), ErrorCode::corrupt);
  write(folder / "good.parquet", 1);
  EXPECT_EQ(code(folder / "good.parquet", "nombre"), ErrorCode::not_found);
}

}  // namespace
}  // namespace planwise::manager
