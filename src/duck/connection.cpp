#include "duck/connection.h"

#include <fmt/format.h>

#include <utility>

#include "duck/errors.h"

namespace planwise::duck {

namespace {

std::string abridged(std::string_view sql) {
  constexpr std::size_t most = 160;
  return std::string(sql.substr(0, most)) + (sql.size() > most ? "..." : "");
}

[[noreturn]] void fail(std::string_view what, const char* text) {
  throw translated(what, text != nullptr ? text : "no reason given");
}

void bind_value(duckdb_prepared_statement statement, idx_t index, const Value& value) {
  duckdb_state state = DuckDBError;
  if (std::holds_alternative<std::monostate>(value)) {
    state = duckdb_bind_null(statement, index);
  } else if (const bool* boolean = std::get_if<bool>(&value)) {
    state = duckdb_bind_boolean(statement, index, *boolean);
  } else if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) {
    state = duckdb_bind_int64(statement, index, *integer);
  } else if (const double* real = std::get_if<double>(&value)) {
    state = duckdb_bind_double(statement, index, *real);
  } else if (const std::string* text = std::get_if<std::string>(&value)) {
    state = duckdb_bind_varchar_length(statement, index, text->data(), text->size());
  } else if (const Timestamp* instant = std::get_if<Timestamp>(&value)) {
    state = duckdb_bind_timestamp(statement, index, duckdb_timestamp{instant->microseconds});
  }
  if (state == DuckDBError) throw Error(ErrorCode::internal, fmt::format("parameter {} cannot be bound", index));
}

}  // namespace

Rows::Rows(duckdb_result result, std::string what) : result_(result), what_(std::move(what)) {
  const idx_t columns = duckdb_column_count(&result_);
  for (idx_t column = 0; column < columns; ++column) types_.push_back(duckdb_column_type(&result_, column));
}

Rows::~Rows() {
  if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
  if (owned_) duckdb_destroy_result(&result_);
}

Rows::Rows(Rows&& other) noexcept
    : result_(other.result_),
      owned_(std::exchange(other.owned_, false)),
      what_(std::move(other.what_)),
      types_(std::move(other.types_)),
      chunk_(std::exchange(other.chunk_, nullptr)),
      data_(std::move(other.data_)),
      validity_(std::move(other.validity_)),
      row_(other.row_),
      rows_in_chunk_(other.rows_in_chunk_),
      started_(other.started_) {}

std::string_view Rows::column_name(std::size_t column) { return duckdb_column_name(&result_, column); }

std::int64_t Rows::rows_changed() { return static_cast<std::int64_t>(duckdb_rows_changed(&result_)); }

void Rows::load_chunk() {
  if (chunk_ != nullptr) duckdb_destroy_data_chunk(&chunk_);
  chunk_ = duckdb_fetch_chunk(result_);
  row_ = 0;
  rows_in_chunk_ = 0;
  if (chunk_ == nullptr) {
    if (const char* text = duckdb_result_error(&result_); text != nullptr && *text != '\0') fail(what_, text);
    return;
  }
  rows_in_chunk_ = duckdb_data_chunk_get_size(chunk_);
  data_.clear();
  validity_.clear();
  for (idx_t column = 0; column < types_.size(); ++column) {
    duckdb_vector vector = duckdb_data_chunk_get_vector(chunk_, column);
    data_.push_back(duckdb_vector_get_data(vector));
    validity_.push_back(duckdb_vector_get_validity(vector));
  }
}

bool Rows::next() {
  if (started_) ++row_;
  started_ = true;
  while (row_ >= rows_in_chunk_) {
    load_chunk();
    if (chunk_ == nullptr) return false;
  }
  return true;
}

bool Rows::is_null(std::size_t column) const {
  const uint64_t* mask = validity_.at(column);
  return mask != nullptr && ((mask[row_ / 64] >> (row_ % 64)) & 1U) == 0;
}

template <typename T>
const T* Rows::cells(std::size_t column) const {
  return static_cast<const T*>(data_.at(column)) + row_;
}

std::string_view Rows::text(std::size_t column) const {
  if (types_.at(column) != DUCKDB_TYPE_VARCHAR) {
    throw Error(ErrorCode::internal, fmt::format("column {} is no text in: {}", column, what_));
  }
  const auto* cell = cells<duckdb_string_t>(column);
  // An inlined text stands in the cell itself, so the address must be the cell's own.
  return {duckdb_string_is_inlined(*cell) ? cell->value.inlined.inlined : cell->value.pointer.ptr,
          duckdb_string_t_length(*cell)};
}

std::int64_t Rows::integer(std::size_t column) const {
  switch (types_.at(column)) {
    case DUCKDB_TYPE_TINYINT: return *cells<std::int8_t>(column);
    case DUCKDB_TYPE_SMALLINT: return *cells<std::int16_t>(column);
    case DUCKDB_TYPE_INTEGER: return *cells<std::int32_t>(column);
    case DUCKDB_TYPE_BIGINT: return *cells<std::int64_t>(column);
    case DUCKDB_TYPE_UTINYINT: return *cells<std::uint8_t>(column);
    case DUCKDB_TYPE_USMALLINT: return *cells<std::uint16_t>(column);
    case DUCKDB_TYPE_UINTEGER: return *cells<std::uint32_t>(column);
    case DUCKDB_TYPE_UBIGINT: return static_cast<std::int64_t>(*cells<std::uint64_t>(column));
    default: throw Error(ErrorCode::internal, fmt::format("column {} is no integer in: {}", column, what_));
  }
}

double Rows::real(std::size_t column) const {
  switch (types_.at(column)) {
    case DUCKDB_TYPE_DOUBLE: return *cells<double>(column);
    case DUCKDB_TYPE_FLOAT: return static_cast<double>(*cells<float>(column));
    default: return static_cast<double>(integer(column));
  }
}

bool Rows::boolean(std::size_t column) const {
  if (types_.at(column) != DUCKDB_TYPE_BOOLEAN) {
    throw Error(ErrorCode::internal, fmt::format("column {} is no boolean in: {}", column, what_));
  }
  return *cells<bool>(column);
}

Timestamp Rows::time(std::size_t column) const {
  if (types_.at(column) != DUCKDB_TYPE_TIMESTAMP && types_.at(column) != DUCKDB_TYPE_TIMESTAMP_TZ) {
    throw Error(ErrorCode::internal, fmt::format("column {} is no timestamp in: {}", column, what_));
  }
  return Timestamp{*cells<std::int64_t>(column)};
}

std::optional<std::string> Rows::optional_text(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(std::string(text(column)));
}
std::optional<std::int64_t> Rows::optional_integer(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}
std::optional<double> Rows::optional_real(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(real(column));
}
std::optional<bool> Rows::optional_boolean(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(boolean(column));
}
std::optional<Timestamp> Rows::optional_time(std::size_t column) const {
  return is_null(column) ? std::nullopt : std::optional(time(column));
}

Value Rows::value(std::size_t column) const {
  if (is_null(column)) return std::monostate{};
  switch (types_.at(column)) {
    case DUCKDB_TYPE_SQLNULL: return std::monostate{};
    case DUCKDB_TYPE_BOOLEAN: return boolean(column);
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE: return real(column);
    case DUCKDB_TYPE_VARCHAR: return std::string(text(column));
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return time(column);
    default: return integer(column);
  }
}

Statement::Statement(duckdb_connection connection, std::string_view sql) : what_(abridged(sql)) {
  if (duckdb_prepare(connection, std::string(sql).c_str(), &statement_) == DuckDBError) {
    const Error error = translated(what_, duckdb_prepare_error(statement_));
    duckdb_destroy_prepare(&statement_);
    throw error;
  }
}

Statement::~Statement() { duckdb_destroy_prepare(&statement_); }

void Statement::bind(std::span<const Value> parameters) {
  if (const idx_t expected = duckdb_nparams(statement_); expected != parameters.size()) {
    throw Error(ErrorCode::internal, fmt::format("{} parameters given, {} expected: {}", parameters.size(), expected, what_));
  }
  for (std::size_t index = 0; index < parameters.size(); ++index) bind_value(statement_, index + 1, parameters[index]);
}

Rows Statement::execute() {
  duckdb_result result;
  if (duckdb_execute_prepared(statement_, &result) == DuckDBError) {
    const Error error = translated(what_, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    throw error;
  }
  return {result, what_};
}

Rows Statement::stream() {
  duckdb_pending_result pending = nullptr;
  if (duckdb_pending_prepared_streaming(statement_, &pending) == DuckDBError) {
    const Error error = translated(what_, duckdb_pending_error(pending));
    duckdb_destroy_pending(&pending);
    throw error;
  }
  duckdb_result result;
  const duckdb_state state = duckdb_execute_pending(pending, &result);
  duckdb_destroy_pending(&pending);
  if (state == DuckDBError) {
    const Error error = translated(what_, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    throw error;
  }
  return {result, what_};
}

Connection::Connection(duckdb_database database) {
  if (duckdb_connect(database, &connection_) == DuckDBError) fail("connecting to DuckDB", "out of memory");
}

Connection::~Connection() {
  statements_.clear();
  duckdb_disconnect(&connection_);
}

void Connection::run(const std::string& sql, std::string_view what) {
  duckdb_result result;
  if (duckdb_query(connection_, sql.c_str(), &result) == DuckDBError) {
    const Error error = translated(what.empty() ? abridged(sql) : what, duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    throw error;
  }
  duckdb_destroy_result(&result);
}

Rows Connection::query(std::string_view sql, std::span<const Value> parameters, Delivery delivery) {
  constexpr std::size_t most_statements = 256;
  auto found = statements_.find(std::string(sql));
  if (found == statements_.end()) {
    if (statements_.size() >= most_statements) statements_.clear();
    found = statements_.emplace(std::string(sql), std::make_unique<Statement>(connection_, sql)).first;
  }
  found->second->bind(parameters);
  return delivery == Delivery::streamed ? found->second->stream() : found->second->execute();
}

void Connection::interrupt() noexcept { duckdb_interrupt(connection_); }

Transaction::Transaction(Connection& connection) : connection_(connection) { connection_.run("BEGIN TRANSACTION"); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const Error&) {  // A dead instance has no transaction left to roll back.
  }
}

void Transaction::commit() {
  open_ = false;
  try {
    connection_.run("COMMIT");
  } catch (const Error&) {
    try {
      connection_.run("ROLLBACK");
    } catch (const Error&) {  // A failed COMMIT has usually rolled back already.
    }
    throw;
  }
}

Appender::Appender(Connection& connection, const std::string& catalog, const std::string& table) : table_(table) {
  if (duckdb_appender_create_ext(connection.handle(), catalog.c_str(), "main", table.c_str(), &appender_) ==
      DuckDBError) {
    const Error error = translated("appending to " + table, duckdb_appender_error(appender_));
    duckdb_appender_destroy(&appender_);
    throw error;
  }
}

Appender::~Appender() {
  if (appender_ != nullptr) duckdb_appender_destroy(&appender_);
}

void Appender::append(std::span<const Value> row) {
  const auto put = [this](const Value& value) {
    if (const bool* boolean = std::get_if<bool>(&value)) return duckdb_append_bool(appender_, *boolean);
    if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) return duckdb_append_int64(appender_, *integer);
    if (const double* real = std::get_if<double>(&value)) return duckdb_append_double(appender_, *real);
    if (const std::string* text = std::get_if<std::string>(&value)) {
      return duckdb_append_varchar_length(appender_, text->data(), text->size());
    }
    if (const Timestamp* instant = std::get_if<Timestamp>(&value)) {
      return duckdb_append_timestamp(appender_, duckdb_timestamp{instant->microseconds});
    }
    return duckdb_append_null(appender_);
  };
  for (const Value& value : row) {
    if (put(value) == DuckDBError) throw translated("appending to " + table_, duckdb_appender_error(appender_));
  }
  if (duckdb_appender_end_row(appender_) == DuckDBError) {
    throw translated("appending to " + table_, duckdb_appender_error(appender_));
  }
}

void Appender::close() {
  if (duckdb_appender_close(appender_) == DuckDBError) {
    const Error error = translated("appending to " + table_, duckdb_appender_error(appender_));
    throw error;
  }
  duckdb_appender_destroy(&appender_);
  appender_ = nullptr;
}

}  // namespace planwise::duck
