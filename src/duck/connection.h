/// \file
/// RAII over the DuckDB C API: the only place that includes duckdb.h, with database.h and appender.h.
///
/// None of these types is safe for use by two threads at once.
#pragma once

#include <duckdb.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "duck/value.h"

namespace planwise::duck {

/// Rows of an executed statement, read one after the other.
///
///     while (rows.next()) use(rows.text(0), rows.real(1));
class Rows {
 public:
  Rows(duckdb_result result, std::string what);
  ~Rows();
  Rows(Rows&& other) noexcept;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  Rows& operator=(Rows&&) = delete;

  /// Steps to the next row; false at the end.
  bool next();
  [[nodiscard]] std::size_t column_count() const noexcept { return types_.size(); }
  [[nodiscard]] std::string_view column_name(std::size_t column);
  [[nodiscard]] duckdb_type column_type(std::size_t column) const { return types_.at(column); }

  /// Of the current row. The view lives until the next call of next(). Asking for another type than the column's is
  /// Error(internal), but integer() reads every integer width and real() reads FLOAT, DOUBLE and integers.
  [[nodiscard]] bool is_null(std::size_t column) const;
  [[nodiscard]] std::string_view text(std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  [[nodiscard]] double real(std::size_t column) const;
  [[nodiscard]] bool boolean(std::size_t column) const;
  [[nodiscard]] Timestamp time(std::size_t column) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::size_t column) const;
  [[nodiscard]] std::optional<double> optional_real(std::size_t column) const;
  [[nodiscard]] std::optional<bool> optional_boolean(std::size_t column) const;
  [[nodiscard]] std::optional<Timestamp> optional_time(std::size_t column) const;
  /// The value as its nearest Value; DATE, DECIMAL, HUGEINT and nested types are Error(internal): cast them in SQL.
  [[nodiscard]] Value value(std::size_t column) const;

  /// Rows changed by INSERT, UPDATE or DELETE.
  [[nodiscard]] std::int64_t rows_changed();

 private:
  void load_chunk();
  template <typename T>
  [[nodiscard]] const T* cells(std::size_t column) const;

  duckdb_result result_;
  bool owned_ = true;
  std::string what_;
  std::vector<duckdb_type> types_;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<void*> data_;
  std::vector<uint64_t*> validity_;
  std::size_t row_ = 0;
  std::size_t rows_in_chunk_ = 0;
  bool started_ = false;
};

/// A prepared statement. Reused across executions; survives DETACH and ATTACH of the file.
class Statement {
 public:
  Statement(duckdb_connection connection, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(std::span<const Value> parameters);
  [[nodiscard]] Rows execute();
  /// Rows are produced as they are read; nothing else may run on the connection meanwhile.
  [[nodiscard]] Rows stream();
  [[nodiscard]] duckdb_prepared_statement handle() const noexcept { return statement_; }

 private:
  duckdb_prepared_statement statement_ = nullptr;
  std::string what_;
};

/// How results come: whole, or as they are read.
enum class Delivery { materialized, streamed };

class Connection {
 public:
  explicit Connection(duckdb_database database);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement or several, without parameters. `what` stands in error messages in place of the SQL.
  void run(const std::string& sql, std::string_view what = {});
  /// Prepares (or takes from the cache), binds and executes one statement.
  Rows query(std::string_view sql, std::span<const Value> parameters = {}, Delivery delivery = Delivery::materialized);
  Rows query(std::string_view sql, std::initializer_list<Value> parameters) {
    return query(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }
  /// Makes a running statement of this connection fail with Error(cancelled). From any thread.
  void interrupt() noexcept;
  [[nodiscard]] duckdb_connection handle() const noexcept { return connection_; }

 private:
  duckdb_connection connection_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
};

/// BEGIN now, ROLLBACK at the end unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// Appends rows to one table within the connection's transaction: the fast way for many rows.
class Appender {
 public:
  Appender(Connection& connection, const std::string& catalog, const std::string& table);
  ~Appender();
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;
  /// One row; as many values as the table has columns.
  void append(std::span<const Value> row);
  /// Flushes; constraint violations surface here at the latest.
  void close();

 private:
  duckdb_appender appender_ = nullptr;
  std::string table_;
};

}  // namespace planwise::duck
