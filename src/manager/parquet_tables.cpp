#include "manager/parquet_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "duck/instance.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

namespace fs = std::filesystem;
using exchange::Column;
using exchange::ColumnType;

/// One thread and little memory: rows keep their order, and large exports stay small.
constexpr std::string_view frugal = "SET threads = 1; SET memory_limit = '160MB'; SET preserve_insertion_order = true";

std::string identifier(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    text += c;
    if (c == '"') text += c;
  }
  return text + "\"";
}

std::string sql_type(const ColumnType& type) {
  using Kind = ColumnType::Kind;
  switch (type.kind) {
    case Kind::text: return "VARCHAR";
    case Kind::integer: return "BIGINT";
    case Kind::real: return "DOUBLE";
    case Kind::boolean: return "BOOLEAN";
    case Kind::timestamp: return "TIMESTAMP WITH TIME ZONE";
    case Kind::list: return sql_type(type.members.at(0).second) + "[]";
    case Kind::map: return fmt::format("MAP(VARCHAR, {})", sql_type(type.members.at(0).second));
    case Kind::structure: {
      std::string members;
      for (const auto& [name, member] : type.members) {
        members += fmt::format("{}{} {}", members.empty() ? "" : ", ", identifier(name), sql_type(member));
      }
      return fmt::format("STRUCT({})", members);
    }
  }
  return "VARCHAR";
}

bool nested(const ColumnType& type) {
  return type.kind == ColumnType::Kind::list || type.kind == ColumnType::Kind::map || type.kind == ColumnType::Kind::structure;
}

class ParquetTableWriter : public exchange::TableWriter {
 public:
  ParquetTableWriter(fs::path file, std::vector<Column> columns)
      : file_(std::move(file)), rows_file_(file_.string() + ".rows"), columns_(std::move(columns)) {
    remove_rows();
    duck::Connection& connection = instance_.connection();
    connection.run(std::string(frugal));
    connection.run(fmt::format("SET temp_directory = {}", duck::sql_literal(file_.string() + ".spill")));
    connection.run(fmt::format("ATTACH {} AS rows_file", duck::sql_literal(rows_file_.string())));
    std::string definition;
    for (const Column& column : columns_) definition += fmt::format("{}{} VARCHAR", definition.empty() ? "" : ", ", identifier(column.name));
    connection.run(fmt::format("CREATE TABLE rows_file.main.collected ({})", definition));
  }

  ~ParquetTableWriter() override {
    appender_.reset();
    remove_rows();
  }

  void append(const Json::Array& row) override {
    if (!appender_) appender_ = std::make_unique<duck::Appender>(instance_.connection(), "rows_file", "collected");
    std::vector<duck::Value> values;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Json& value = row[i];
      if (value.is_null()) {
        values.emplace_back();
      } else if (value.is_string() && !nested(columns_.at(i).type)) {
        values.emplace_back(value.as_string());
      } else {
        std::string text = value.dump();
        // A non-finite real is dumped as tagged text; a cast wants it bare.
        if (value.is_real() && text.front() == '"') text = text.substr(1, text.size() - 2);
        values.emplace_back(std::move(text));
      }
      pending_ += value.is_string() ? value.as_string().size() : 64;
    }
    appender_->append(values);
    // Closing the appender lets the collected rows go to disk.
    if (pending_ > (std::size_t{16} << 20)) flush();
  }

  void finish() override {
    flush();
    std::string selected;
    for (const Column& column : columns_) {
      const std::string name = identifier(column.name);
      const std::string source = nested(column.type) ? fmt::format("CAST({} AS JSON)", name) : name;
      selected += fmt::format("{}CAST({} AS {}) AS {}", selected.empty() ? "" : ", ", source, sql_type(column.type), name);
    }
    instance_.connection().run(fmt::format("COPY (SELECT {} FROM rows_file.main.collected ORDER BY rowid) TO {} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)",
                                           selected, duck::sql_literal(file_.string())));
    instance_.connection().run("DETACH rows_file");
    remove_rows();
  }

 private:
  void flush() {
    if (appender_) appender_->close();
    appender_.reset();
    instance_.connection().run("CHECKPOINT rows_file");
    pending_ = 0;
  }

  void remove_rows() {
    std::error_code ignored;
    fs::remove(rows_file_, ignored);
    fs::remove(rows_file_.string() + ".wal", ignored);
    fs::remove_all(file_.string() + ".spill", ignored);
  }

  fs::path file_;
  fs::path rows_file_;
  std::vector<Column> columns_;
  duck::Instance instance_;
  std::unique_ptr<duck::Appender> appender_;
  std::size_t pending_ = 0;
};

class ParquetTableReader : public exchange::TableReader {
 public:
  ParquetTableReader(const fs::path& file, const std::vector<std::string>& columns) {
    instance_.connection().run(std::string(frugal));
    check_columns(file, columns);
    std::string selected;
    for (const std::string& column : columns) selected += fmt::format("{}CAST({} AS VARCHAR)", selected.empty() ? "" : ", ", identifier(column));
    rows_ = std::make_unique<duck::Rows>(instance_.connection().query(
        fmt::format("SELECT {} FROM read_parquet({})", selected, duck::sql_literal(file.string())), {}, duck::Delivery::streamed));
  }

  bool next(Json::Array& row) override {
    row.clear();
    if (!rows_->next()) return false;
    for (std::size_t column = 0; column < rows_->column_count(); ++column) {
      row.push_back(rows_->is_null(column) ? Json() : Json(rows_->text(column)));
    }
    return true;
  }

 private:
  void check_columns(const fs::path& file, const std::vector<std::string>& columns) {
    std::vector<std::string> there;
    try {
      duck::Rows rows = instance_.connection().query(
          fmt::format("SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet({}))", duck::sql_literal(file.string())));
      while (rows.next()) there.emplace_back(rows.text(0));
    } catch (const Error& error) {
      throw Error(ErrorCode::corrupt, fmt::format("'{}' cannot be read as Parquet: {}", file.string(), error.what()));
    }
    for (const std::string& column : columns) {
      if (std::find(there.begin(), there.end(), column) == there.end()) {
        throw Error(ErrorCode::not_found, fmt::format("'{}' has no column '{}'", file.string(), column));
      }
    }
  }

  duck::Instance instance_;
  std::unique_ptr<duck::Rows> rows_;
};

}  // namespace

std::unique_ptr<exchange::TableWriter> parquet_table_writer(const fs::path& file, const std::vector<Column>& columns) {
  return std::make_unique<ParquetTableWriter>(file, columns);
}

std::unique_ptr<exchange::TableReader> parquet_table_reader(const fs::path& file, const std::vector<std::string>& columns) {
  return std::make_unique<ParquetTableReader>(file, columns);
}

}  // namespace planwise::manager
