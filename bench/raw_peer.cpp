#include "raw_peer.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "core/hash.h"
#include "core/ids.h"

namespace planwise::bench {

namespace {

void check(duckdb_state state, const char* text = nullptr) {
  if (state == DuckDBError) throw std::runtime_error(text != nullptr ? text : "DuckDB failed");
}

duckdb_state bind(duckdb_prepared_statement statement, idx_t index, const duck::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return duckdb_bind_varchar_length(statement, index, text->data(), text->size());
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return duckdb_bind_int64(statement, index, *integer);
  if (const auto* real = std::get_if<double>(&value)) return duckdb_bind_double(statement, index, *real);
  if (const auto* boolean = std::get_if<bool>(&value)) return duckdb_bind_boolean(statement, index, *boolean);
  if (const auto* time = std::get_if<Timestamp>(&value)) return duckdb_bind_timestamp(statement, index, duckdb_timestamp{time->microseconds});
  return duckdb_bind_null(statement, index);
}

duckdb_state append(duckdb_appender appender, const duck::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return duckdb_append_varchar_length(appender, text->data(), text->size());
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return duckdb_append_int64(appender, *integer);
  if (const auto* real = std::get_if<double>(&value)) return duckdb_append_double(appender, *real);
  if (const auto* boolean = std::get_if<bool>(&value)) return duckdb_append_bool(appender, *boolean);
  if (const auto* time = std::get_if<Timestamp>(&value)) return duckdb_append_timestamp(appender, duckdb_timestamp{time->microseconds});
  return duckdb_append_null(appender);
}

/// An appender to one table of the attached file.
class Appending {
 public:
  Appending(duckdb_connection connection, const store::Table& table) {
    check(duckdb_appender_create_ext(connection, "store", "main", std::string(table.name).c_str(), &appender_));
  }
  ~Appending() { duckdb_appender_destroy(&appender_); }
  Appending(const Appending&) = delete;
  Appending& operator=(const Appending&) = delete;
  void row(const store::Row& values) {
    if (values.empty()) return;
    for (const duck::Value& value : values) check(append(appender_, value));
    check(duckdb_appender_end_row(appender_), "appending failed");
  }
  void close() { check(duckdb_appender_close(appender_), "appending failed"); }

 private:
  duckdb_appender appender_ = nullptr;
};

}  // namespace

PeerRows peer_rows(Run run, std::int64_t sequence) {
  store::StoredRun stored;
  stored.run = std::move(run);
  stored.run.metadata.run_id = core::new_uuid();
  stored.run.metadata.updated_at = now();
  stored.configuration_hash = configuration_hash(stored.run.configuration);
  stored.details.content_hash = content_hash(stored.run);
  stored.details.actor = "bench";
  stored.details.session_id = "bench-session";
  stored.details.source = "bench";
  PeerRows rows;
  rows.run = store::rows_of(stored);
  const std::string hash = core::sha256_hex(stored.details.row_hash);
  rows.audit = {sequence, now(), std::string("bench"), std::string("bench-session"), std::string("bench"), std::string("save"),
                stored.run.metadata.run_id, std::int64_t{1}, std::string("{}"), hash, duck::Value(), hash,
                stored.details.content_hash, stored.details.row_hash, duck::Value(), hash, hash};
  return rows;
}

RawPeer::RawPeer(std::filesystem::path file) : file_(std::move(file)) {
  check(duckdb_open(nullptr, &database_));
  check(duckdb_connect(database_, &connection_));
  run("PRAGMA disable_checkpoint_on_shutdown; SET checkpoint_threshold = '1TB'");
}

RawPeer::~RawPeer() {
  for (auto& [sql, statement] : statements_) duckdb_destroy_prepare(&statement);
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
}

void RawPeer::attach() { run(fmt::format("ATTACH '{}' AS store (READ_WRITE, ROW_GROUP_SIZE 2048)", file_.string())); }
void RawPeer::detach() { run("DETACH store"); }

void RawPeer::save(const PeerRows& rows) {
  run("BEGIN TRANSACTION");
  insert(store::runs_table, rows.run.runs);
  insert(store::results_table, rows.run.results);
  insert(store::configurations_table, rows.run.configuration);
  insert(store::simulation_table, rows.run.simulation);
  insert(store::details_table, rows.run.details);
  insert(store::audit_table, rows.audit);
  run("COMMIT");
}

void RawPeer::save_all(const std::vector<PeerRows>& rows) {
  run("BEGIN TRANSACTION");
  {
    Appending runs(connection_, store::runs_table);
    Appending results(connection_, store::results_table);
    Appending configurations(connection_, store::configurations_table);
    Appending simulation(connection_, store::simulation_table);
    Appending details(connection_, store::details_table);
    Appending audit(connection_, store::audit_table);
    for (const PeerRows& row : rows) {
      runs.row(row.run.runs);
      results.row(row.run.results);
      configurations.row(row.run.configuration);
      simulation.row(row.run.simulation);
      details.row(row.run.details);
      audit.row(row.audit);
    }
    for (Appending* appending : {&runs, &results, &configurations, &simulation, &details, &audit}) appending->close();
  }
  run("COMMIT");
}

void RawPeer::checkpoint_when_due() {
  std::error_code error;
  const auto size = std::filesystem::file_size(file_.string() + ".wal", error);
  if (!error && size >= (512U << 10)) run("CHECKPOINT store");
}

std::size_t RawPeer::load(const std::string& run_id) {
  std::size_t bytes = 0;
  const std::string configuration = read(store::runs_table, "run_id", run_id, bytes);
  read(store::results_table, "run_id", run_id, bytes);
  read(store::details_table, "run_id", run_id, bytes);
  read(store::simulation_table, "run_id", run_id, bytes);
  read(store::configurations_table, "configuration_hash", configuration, bytes);
  return bytes;
}

void RawPeer::run(const std::string& sql) {
  duckdb_result result;
  const duckdb_state state = duckdb_query(connection_, sql.c_str(), &result);
  check(state, duckdb_result_error(&result));
  duckdb_destroy_result(&result);
}

duckdb_prepared_statement RawPeer::prepared(const std::string& sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  duckdb_prepared_statement statement = nullptr;
  check(duckdb_prepare(connection_, sql.c_str(), &statement), sql.c_str());
  statements_.emplace(sql, statement);
  return statement;
}

void RawPeer::insert(const store::Table& table, const store::Row& row) {
  if (row.empty()) return;
  duckdb_prepared_statement statement = prepared(store::insert_statement(table, "store.main"));
  for (idx_t i = 0; i < row.size(); ++i) check(bind(statement, i + 1, row[i]));
  duckdb_result result;
  const duckdb_state state = duckdb_execute_prepared(statement, &result);
  check(state, duckdb_result_error(&result));
  duckdb_destroy_result(&result);
}

/// The last cell, which is the configuration's key in a row of optimization_runs; adds the size of the row's texts to `bytes`.
std::string RawPeer::read(const store::Table& table, std::string_view key, const std::string& value, std::size_t& bytes) {
  duckdb_prepared_statement statement = prepared(fmt::format("SELECT {} FROM store.main.{} WHERE {} = ?", store::column_list(table), table.name, key));
  check(duckdb_bind_varchar_length(statement, 1, value.data(), value.size()));
  duckdb_result result;
  const duckdb_state state = duckdb_execute_prepared(statement, &result);
  check(state, duckdb_result_error(&result));
  std::string last;
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
    for (idx_t column = 0; column < table.columns.size(); ++column) {
      duckdb_vector cells = duckdb_data_chunk_get_vector(chunk, column);
      uint64_t* valid = duckdb_vector_get_validity(cells);
      if (duckdb_column_type(&result, column) != DUCKDB_TYPE_VARCHAR || (valid != nullptr && !duckdb_validity_row_is_valid(valid, 0))) continue;
      auto* text = static_cast<duckdb_string_t*>(duckdb_vector_get_data(cells));
      last.assign(duckdb_string_t_data(text), duckdb_string_t_length(*text));
      bytes += last.size();
    }
    duckdb_destroy_data_chunk(&chunk);
  }
  duckdb_destroy_result(&result);
  return last;
}

}  // namespace planwise::bench
