/// \file
/// A table with nested column types, as the Parquet export needs it, without saying who writes the file: the layer
/// above hands in an implementation (over DuckDB), so that formats stay free of it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "planwise/json.h"

namespace planwise::exchange {

/// The type of a column or of a part of one. Every value of every type may be null.
///
/// How values of a type come as Json: text a string; integer an integer (64 bits); real a real, perhaps non-finite
/// (dumped as "NaN", "Infinity", "-Infinity"); boolean a boolean; date text "2025-07-29"; timestamp UTC text "2025-07-29T20:24:00.886983Z";
/// list an array; map an object (text keys, values of one type); structure an object with every member in order.
struct ColumnType {
  enum class Kind { text, integer, real, boolean, date, timestamp, list, map, structure };
  struct Member;
  Kind kind = Kind::text;
  /// list and map: one entry with an empty name, the type of elements or values. structure: its members.
  std::vector<Member> members;
};

/// A type of its own, since Clang cannot lay out a std::pair of the type that holds it.
struct ColumnType::Member {
  std::string first;
  ColumnType second;
};

struct Column {
  std::string name;
  ColumnType type;
};

/// Writes rows to a file. Implementations put a Parquet file at the path they were made for; they need not care for
/// temporaries and renames, the format does.
class TableWriter {
 public:
  TableWriter() = default;
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;
  virtual ~TableWriter() = default;
  /// One value a column, in the order of the columns.
  virtual void append(const Json::Array& row) = 0;
  /// Completes the file. Called once.
  virtual void finish() = 0;
};

/// Makes a writer of `file` (which may exist, empty; it is overwritten) with these columns.
using TableWriterFactory =
    std::function<std::unique_ptr<TableWriter>(const std::filesystem::path& file, const std::vector<Column>& columns)>;

/// Reads rows of a file, in their order, only the columns asked for.
class TableReader {
 public:
  TableReader() = default;
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;
  virtual ~TableReader() = default;
  /// Puts the next row's values, in the order asked, into `row`; false at the end.
  virtual bool next(Json::Array& row) = 0;
};

/// Opens `file` and selects columns by name, each read as text (null stays null). Throws not_found for a column that
/// is not there, corrupt for what is no Parquet file.
using TableReaderFactory = std::function<std::unique_ptr<TableReader>(const std::filesystem::path& file,
                                                                      const std::vector<std::string>& columns)>;

}  // namespace planwise::exchange
