#include "manager/parquet_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "duck/instance.h"
#include "duck/row_source.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

namespace fs = std::filesystem;
using exchange::Column;
using exchange::ColumnType;

/// One thread, so that rows keep their order whatever is said of it, and little memory. Row groups have a limit in
/// bytes, which DuckDB takes only together with an order that need not be kept.
constexpr std::string_view frugal =
    "SET threads = 1; SET memory_limit = '128MB'; SET preserve_insertion_order = false; SET temp_directory = ''";

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
    case Kind::text:
      return "VARCHAR";
    case Kind::integer:
      return "BIGINT";
    case Kind::real:
      return "DOUBLE";
    case Kind::boolean:
      return "BOOLEAN";
    case Kind::date:
      return "DATE";
    case Kind::timestamp:
      return "TIMESTAMP WITH TIME ZONE";
    case Kind::list:
      return sql_type(type.members.at(0).second) + "[]";
    case Kind::map:
      return fmt::format("MAP(VARCHAR, {})", sql_type(type.members.at(0).second));
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
  return type.kind == ColumnType::Kind::list || type.kind == ColumnType::Kind::map ||
         type.kind == ColumnType::Kind::structure;
}

class ParquetTableWriter : public exchange::TableWriter {
 public:
  ParquetTableWriter(const fs::path& file, std::vector<Column> columns) : columns_(std::move(columns)) {
    instance_.connection().run(std::string(frugal));
    std::string selected;
    std::vector<std::string> names;
    for (const Column& column : columns_) {
      const std::string name = identifier(column.name);
      const std::string source = nested(column.type) ? fmt::format("CAST({} AS JSON)", name) : name;
      selected +=
          fmt::format("{}CAST({} AS {}) AS {}", selected.empty() ? "" : ", ", source, sql_type(column.type), name);
      names.push_back(column.name);
    }
    rows_ = std::make_unique<duck::RowSource>(
        instance_.connection(), "exported_rows", std::move(names),
        fmt::format("COPY (SELECT {} FROM exported_rows()) TO {} (FORMAT "
                    "parquet, COMPRESSION zstd, ROW_GROUP_SIZE_BYTES '8MB', USE_TMP_FILE false)",
                    selected, duck::sql_literal(file.string())));
  }

  void append(const Json::Array& row) override {
    duck::RowSource::Row cells;
    for (std::size_t i = 0; i < row.size(); ++i) cells.push_back(cell_of(row[i], columns_.at(i).type));
    rows_->add(std::move(cells));
  }

  void finish() override { rows_->finish(); }

 private:
  /// The text that DuckDB casts to the column's type.
  static std::optional<std::string> cell_of(const Json& value, const ColumnType& type) {
    if (value.is_null()) return std::nullopt;
    if (value.is_string() && !nested(type)) return value.as_string();
    std::string text = value.dump();
    // A non-finite real is dumped as tagged text; a cast wants it bare.
    if (value.is_real() && text.front() == '"') text = text.substr(1, text.size() - 2);
    return text;
  }

  std::vector<Column> columns_;
  duck::Instance instance_;
  std::unique_ptr<duck::RowSource> rows_;  // after the instance: ends its statement first
};

class ParquetTableReader : public exchange::TableReader {
 public:
  ParquetTableReader(const fs::path& file, const std::vector<std::string>& columns) {
    instance_.connection().run(std::string(frugal));
    check_columns(file, columns);
    std::string selected;
    for (const std::string& column : columns)
      selected += fmt::format("{}CAST({} AS VARCHAR)", selected.empty() ? "" : ", ", identifier(column));
    rows_ = std::make_unique<duck::Rows>(instance_.connection().query(
        fmt::format("SELECT {} FROM read_parquet({})", selected, duck::sql_literal(file.string())), {},
        duck::Delivery::streamed));
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
      duck::Rows rows = instance_.connection().query(fmt::format(
          "SELECT column_name FROM (DESCRIBE SELECT * FROM read_parquet({}))", duck::sql_literal(file.string())));
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

std::unique_ptr<exchange::TableReader> parquet_table_reader(const fs::path& file,
                                                            const std::vector<std::string>& columns) {
  return std::make_unique<ParquetTableReader>(file, columns);
}

}  // namespace planwise::manager
