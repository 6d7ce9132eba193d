#include "exchange/parquet_rows.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/files.h"
#include "exchange_samples.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

using test::ExchangeFolder;
using Kind = ColumnType::Kind;

/// A table as JSON lines: what a Parquet file holds, without Parquet.
class LinesWriter final : public TableWriter {
 public:
  LinesWriter(const std::filesystem::path& file, std::vector<Column> columns)
      : columns_(std::move(columns)), stream_(file) {}
  void append(const Json::Array& row) override {
    ASSERT_EQ(row.size(), columns_.size());
    Json::Object out;
    for (std::size_t index = 0; index < row.size(); ++index) {
      expect_type(row[index], columns_[index].type, columns_[index].name);
      out.emplace_back(columns_[index].name, row[index]);
    }
    stream_ << Json(std::move(out)).dump() << '\n';
  }
  void finish() override { stream_.close(); }

 private:
  static void expect_type(const Json& value, const ColumnType& type, const std::string& name) {
    if (value.is_null()) return;
    switch (type.kind) {
      case Kind::text:
      case Kind::timestamp:
      case Kind::date:
        EXPECT_TRUE(value.is_string()) << name;
        break;
      case Kind::integer:
        EXPECT_TRUE(value.is_integer()) << name;
        break;
      case Kind::real:
        EXPECT_TRUE(value.is_real()) << name;
        break;
      case Kind::boolean:
        EXPECT_TRUE(value.is_boolean()) << name;
        break;
      case Kind::list:
        for (const Json& element : value.as_array()) expect_type(element, type.members.at(0).second, name);
        break;
      case Kind::map:
        for (const auto& member : value.as_object()) expect_type(member.second, type.members.at(0).second, name);
        break;
      case Kind::structure:
        ASSERT_EQ(value.size(), type.members.size()) << name;
        for (const auto& [member, member_type] : type.members) expect_type(value.at(member), member_type, name);
        break;
    }
  }

  std::vector<Column> columns_;
  std::ofstream stream_;
};

class LinesReader final : public TableReader {
 public:
  LinesReader(const std::filesystem::path& file, std::vector<std::string> columns)
      : columns_(std::move(columns)), stream_(file) {}
  bool next(Json::Array& row) override {
    std::string line;
    if (!std::getline(stream_, line)) return false;
    const Json document = Json::parse(line);
    row.clear();
    for (const std::string& column : columns_) {
      const Json& value = document.at(column);
      row.push_back(value.is_null() || value.is_string() ? value : Json(value.dump()));
    }
    return true;
  }

 private:
  std::vector<std::string> columns_;
  std::ifstream stream_;
};

const TableWriterFactory make_writer = [](const std::filesystem::path& file, const std::vector<Column>& columns) {
  return std::make_unique<LinesWriter>(file, columns);
};
const TableReaderFactory make_reader = [](const std::filesystem::path& file, const std::vector<std::string>& columns) {
  return std::make_unique<LinesReader>(file, columns);
};

void write(const std::filesystem::path& target, const std::vector<Run>& runs,
           const ExportContext& context = test::sample_context()) {
  const auto writer = parquet_writer(target, context, make_writer);
  for (const Run& run : runs) writer->add(run, {3, content_hash(run)});
  writer->finish();
}

TEST(ParquetRows, RunsComeBackWithEveryFieldAndTheSameHash) {
  const ExchangeFolder folder;
  const std::vector<planwise::Run> runs{test::plain_run(1), test::awkward_run(), test::bare_run()};
  write(folder / "runs.parquet", runs);
  std::vector<planwise::Run> back;
  read_parquet_runs(folder / "runs.parquet", "UTC", make_reader,
                    [&](planwise::Run run) { back.push_back(std::move(run)); });
  ASSERT_EQ(back.size(), runs.size());
  for (std::size_t index = 0; index < runs.size(); ++index) {
    EXPECT_EQ(content_hash(back[index]), content_hash(runs[index]));
    EXPECT_EQ(to_json(back[index]).dump(JsonStyle::canonical), to_json(runs[index]).dump(JsonStyle::canonical));
  }
}

TEST(ParquetRows, Fault8EveryFieldOfARunHasAColumn) {
  const Json document = to_json(test::plain_run());
  const auto has = [](const std::string& name) {
    for (const Column& column : parquet_columns()) {
      if (column.name == name) return true;
    }
    return false;
  };
  for (const char* section : {"metadata", "configuration", "results"}) {
    for (const auto& [name, value] : document.at(section).as_object()) EXPECT_TRUE(has(name)) << name;
  }
  EXPECT_TRUE(has("notes") && has("simulation_data"));
}

TEST(ParquetRows, SimulationDataCanBeLeftOut) {
  const ExchangeFolder folder;
  ExportContext context = test::sample_context();
  context.simulation_data = SimulationData::leave_out;
  planwise::Run run = test::plain_run();
  write(folder / "runs.parquet", {run}, context);
  run.simulation_data.reset();
  read_parquet_runs(folder / "runs.parquet", "UTC", make_reader,
                    [&](const planwise::Run& back) { EXPECT_EQ(content_hash(back), content_hash(run)); });
}

TEST(ParquetRows, AChangedRowIsCorruptAndNamed) {
  const ExchangeFolder folder;
  write(folder / "runs.parquet", {test::plain_run()});
  std::string text = core::read_file(folder / "runs.parquet", 1 << 26);
  const std::string hash = content_hash(test::plain_run());
  text.replace(text.find("exported_hash\":\"" + hash) + 16, 4, "0000");
  std::ofstream(folder / "changed") << text;
  try {
    read_parquet_runs(folder / "changed", "UTC", make_reader, [](const planwise::Run&) {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_NE(std::string(error.what()).find("row 1"), std::string::npos);
  }
}

TEST(ParquetRows, AFailedExportLeavesNothing) {
  const ExchangeFolder folder;
  {
    const auto writer = parquet_writer(folder / "runs.parquet", test::sample_context(), make_writer);
    writer->add(test::plain_run(), {});
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace planwise::exchange
