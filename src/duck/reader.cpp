#include "duck/reader.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <thread>

#include "duck/errors.h"

namespace planwise::duck {

namespace {

using Clock = std::chrono::steady_clock;

duckdb_state open_once(const std::filesystem::path& path, duckdb_database* database, std::string& text) {
  static constexpr std::array<std::pair<const char*, const char*>, 8> settings{{{"access_mode", "READ_ONLY"},
                                                                               {"enable_external_access", "false"},
                                                                               {"autoinstall_known_extensions", "false"},
                                                                               {"autoload_known_extensions", "false"},
                                                                               {"allow_community_extensions", "false"},
                                                                               {"memory_limit", "4GB"},
                                                                               // Constants would be computed while planning, where nothing interrupts.
                                                                               {"disabled_optimizers", "expression_rewriter"},
                                                                               {"lock_configuration", "true"}}};
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  for (const auto& [name, value] : settings) duckdb_set_config(config, name, value);
  char* message = nullptr;
  const duckdb_state state = duckdb_open_ext(path.c_str(), database, config, &message);
  duckdb_destroy_config(&config);
  if (message != nullptr) {
    text = message;
    duckdb_free(message);
  }
  return state;
}

std::string without_semicolon(std::string_view sql) {
  while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\n' || sql.back() == '\t' || sql.back() == '\r')) {
    sql.remove_suffix(1);
  }
  return std::string(sql);
}

/// Why DuckDB does not run a statement, without the lines that show it: they may be of the SQL put around it.
Error refusal(std::string_view text) {
  const std::string first(text.substr(0, text.find("\n\nLINE ")));
  const auto says = [text](std::string_view sign) { return text.find(sign) != std::string_view::npos; };
  if (says("INTERRUPT")) return {ErrorCode::cancelled, "the statement was stopped"};
  const bool denied = says("Permission Error") || says("disabled by configuration") || says("disabled through configuration");
  return {denied ? ErrorCode::denied : ErrorCode::invalid_argument, fmt::format("the statement cannot be run: {}", first)};
}

/// A statement prepared only to learn its kind and columns.
class Prepared {
 public:
  Prepared(duckdb_connection connection, const std::string& sql) {
    if (duckdb_extract_statements(connection, sql.c_str(), &extracted_) == 0) {
      const char* text = duckdb_extract_statements_error(extracted_);
      const Error error(ErrorCode::invalid_argument, fmt::format("the statement cannot be read: {}", text != nullptr ? text : sql));
      duckdb_destroy_extracted(&extracted_);
      throw error;
    }
  }
  ~Prepared() {
    duckdb_destroy_prepare(&statement_);
    duckdb_destroy_extracted(&extracted_);
  }
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;

  void prepare(duckdb_connection connection) {
    if (duckdb_prepare_extracted_statement(connection, extracted_, 0, &statement_) == DuckDBError) {
      throw refusal(duckdb_prepare_error(statement_));
    }
  }
  [[nodiscard]] duckdb_prepared_statement handle() const { return statement_; }

 private:
  duckdb_extracted_statements extracted_ = nullptr;
  duckdb_prepared_statement statement_ = nullptr;
};

}  // namespace

Reader::Reader(const std::filesystem::path& path, std::chrono::milliseconds deadline) {
  const Clock::time_point until = Clock::now() + deadline;
  for (std::string text; open_once(path, &database_, text) == DuckDBError; text.clear()) {
    if (!says_locked(text) || Clock::now() >= until) throw translated(fmt::format("opening '{}'", path.string()), text);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  connection_ = std::make_unique<Connection>(database_);
}

Reader::~Reader() {
  connection_.reset();
  duckdb_close(&database_);
}

TextRows Reader::select(std::string_view sql) const {
  const std::string statement = without_semicolon(sql);
  duckdb_extracted_statements extracted = nullptr;
  const idx_t count = duckdb_extract_statements(connection_->handle(), statement.c_str(), &extracted);
  duckdb_destroy_extracted(&extracted);
  if (count > 1) throw Error(ErrorCode::invalid_argument, fmt::format("{} statements were given; one is allowed", count));
  Prepared prepared(connection_->handle(), statement);
  prepared.prepare(connection_->handle());
  const duckdb_statement_type kind = duckdb_prepared_statement_type(prepared.handle());
  if (kind != DUCKDB_STATEMENT_TYPE_SELECT && kind != DUCKDB_STATEMENT_TYPE_EXPLAIN) {
    throw Error(ErrorCode::denied, "only statements that read are allowed here: SELECT, WITH, FROM, SHOW, DESCRIBE, EXPLAIN");
  }
  if (const idx_t parameters = duckdb_nparams(prepared.handle()); parameters > 0) {
    throw Error(ErrorCode::invalid_argument, fmt::format("the statement has {} parameters; write the values into it", parameters));
  }
  std::vector<std::string> columns;
  std::vector<duckdb_type> types;
  for (idx_t column = 0; column < duckdb_prepared_statement_column_count(prepared.handle()); ++column) {
    const char* name = duckdb_prepared_statement_column_name(prepared.handle(), column);
    columns.emplace_back(name);
    duckdb_free(const_cast<char*>(name));  // NOLINT: the API hands out ownership as const
    types.push_back(duckdb_prepared_statement_column_type(prepared.handle(), column));
  }
  const std::string text = kind == DUCKDB_STATEMENT_TYPE_EXPLAIN ? statement : fmt::format("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n{}\n)", statement);
  try {
    return {connection_->query(text, {}, Delivery::streamed), std::move(columns), std::move(types)};
  } catch (const Error& error) {
    if (error.code() != ErrorCode::database && error.code() != ErrorCode::cancelled) throw;
    std::string_view cause = error.what();  // "what: DuckDB's text"; the former names the SQL put around the statement
    for (std::string_view name : {"Binder Error", "Catalog Error", "Parser Error", "Permission Error", "Invalid Input Error", "Conversion Error",
                                  "Out of Range Error", "Out of Memory Error", "Not implemented Error", "INTERRUPT Error"}) {
      if (const auto at = cause.find(name); at != std::string_view::npos) cause.remove_prefix(at);
    }
    throw refusal(cause);
  }
}

Json TextRows::json(std::size_t column) const {
  if (rows_.is_null(column)) return {};
  const std::string_view text = rows_.text(column);
  const auto number = [&](auto value) -> Json {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? Json(value) : Json(text);
  };
  switch (types_.at(column)) {
    case DUCKDB_TYPE_BOOLEAN: return text == "true";
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER: return number(std::int64_t{0});
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
      if (Json small = number(std::int64_t{0}); small.is_integer()) return small;
      return Json(Json::BigInteger{std::string(text)});
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL: return number(0.0);
    default: return Json(text);
  }
}

}  // namespace planwise::duck
