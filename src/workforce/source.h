/// \file
/// Where a simulation database is read from: a DuckDB file under a short lease, or a folder of Parquet. Everything
/// above sees tables by their lower-case names and columns of the kind it asks for.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "duck/database_file.h"
#include "duck/instance.h"
#include "workforce/schema.h"

namespace planwise::workforce {

/// `name` in double quotes: the one way a table's or column's name gets into a statement.
[[nodiscard]] std::string identifier(std::string_view name);
[[nodiscard]] std::string lower(std::string_view text);

struct FoundColumn {
  std::string name;  ///< As the table spells it.
  duckdb_type type;
};
/// "VARCHAR", "DATE", ... for messages.
[[nodiscard]] std::string_view type_text(duckdb_type type);

/// A table as it was found.
struct FoundTable {
  std::string name;     ///< As the database spells it.
  std::string from;     ///< What stands after FROM.
  std::string problem;  ///< Why it cannot be read; empty when it can.
  std::vector<FoundColumn> columns;
  [[nodiscard]] const FoundColumn* column(std::string_view lower_name) const;
};

/// The column as an expression of its kind: VARCHAR, DOUBLE, BIGINT, BIGINT days since 1970-01-01, or BOOLEAN. NULL for
/// a column that is not there and for a value that cannot be converted.
[[nodiscard]] std::string column_expression(const FoundTable& table, const ColumnRule& rule);
/// Whether every value of the column is sure to convert, so that nothing need be counted.
[[nodiscard]] bool natural_type(const FoundColumn& column, ColumnKind kind);
/// "(SELECT <expressions> AS <names> FROM table)" with all columns of the rule, those missing as NULL.
[[nodiscard]] std::string normalised(const FoundTable& table, const TableRule& rule);

class Source;

/// The source while it is open. Keep it for one call.
class Session {
 public:
  [[nodiscard]] duck::Connection& connection() const;
  /// nullptr when there is no such table (a view of that name that cannot be read is found, with its problem).
  [[nodiscard]] const FoundTable* find(std::string_view lower_name) const;
  /// Names of all tables in lower case, sorted, each once.
  [[nodiscard]] std::vector<std::string> table_names() const;
  /// The first of several names that can be read.
  [[nodiscard]] const FoundTable* first_of(std::initializer_list<std::string_view> lower_names) const;

 private:
  friend class Source;
  Session(Source& source, std::unique_lock<std::mutex> lock, std::optional<duck::Lease> lease);
  Source& source_;
  std::unique_lock<std::mutex> lock_;
  std::optional<duck::Lease> lease_;
};

class Source {
 public:
  /// Throws not_found.
  Source(std::filesystem::path path, std::chrono::milliseconds deadline);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Takes turns with other threads; a thread that has a session must not open another.
  [[nodiscard]] Session open();
  /// Changes whenever anybody wrote to the file or to a file of the folder. Opens nothing.
  [[nodiscard]] std::string signature() const;

 private:
  friend class Session;
  struct Entry {
    std::string name, from;
    bool view = false;
    std::unique_ptr<FoundTable> found;  ///< Filled when first asked for.
  };
  /// False when views name a catalog that the file is not attached as: catalog_ then has it, for another lease.
  [[nodiscard]] bool list_tables(duck::Connection& connection);
  void list_files();
  const FoundTable* find(duck::Connection& connection, std::string_view lower_name);

  std::filesystem::path path_;
  std::chrono::milliseconds deadline_;
  std::shared_ptr<duck::DatabaseFile> file_;  // of a database
  std::unique_ptr<duck::Instance> parquet_;   // of a folder, made when first opened
  std::mutex mutex_;
  std::string listed_signature_;
  std::string catalog_ = "simulation";  // under which the file is attached
  std::vector<Entry> entries_;
};

}  // namespace planwise::workforce
