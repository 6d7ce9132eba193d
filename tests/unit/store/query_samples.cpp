#include "query_samples.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "store/query_compiler.h"

namespace planwise::store {
namespace {

using duck::Value;

template <typename T>
Value value_of(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

std::string schema_sql(JsonColumns columns) {
  std::ifstream file(PLANWISE_SOURCE_DIR "/src/store/migrations/0001_store.sql");
  std::stringstream text;
  text << file.rdbuf();
  std::string sql = text.str();
  replace_all(sql, "{store}", "store.main");
  // What else the migration leaves open (keys) makes no difference to a query.
  for (std::size_t open = 0; (open = sql.find('{')) != std::string::npos;)
    sql.erase(open, sql.find('}', open) - open + 1);
  if (columns == JsonColumns::varchar) replace_all(sql, " JSON", " VARCHAR");
  return sql;
}

}  // namespace

Timestamp sample_now() { return parse_time("2025-06-15T12:00:00Z"); }

SampleStore::SampleStore(const std::vector<SampleRun>& runs, JsonColumns columns) {
  if (duckdb_open(nullptr, &database_) != DuckDBSuccess) throw std::runtime_error("no database");
  connection_ = std::make_unique<duck::Connection>(database_);
  connection_->run("ATTACH ':memory:' AS store");
  connection_->run(schema_sql(columns));
  for (const SampleRun& run : runs) insert(run);
}

SampleStore::~SampleStore() {
  connection_.reset();
  duckdb_close(&database_);
}

void SampleStore::insert(const SampleRun& run) {
  const std::string hash = "hash_" + run.run_id;
  connection_->query(
      "INSERT INTO store.main.optimization_runs (run_id, scenario_id, user_id, optimization_type, optimization_engine, "
      "status, "
      "created_at, updated_at, completed_at, random_seed, converged, description, tags, business_justification, "
      "configuration_hash) VALUES (?, ?, ?, ?, 'scipy_slsqp', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {run.run_id, run.scenario_id, value_of(run.user_id), run.optimization_type, run.status, run.created_at,
       run.created_at, value_of(run.completed_at), run.exact ? Value() : value_of(run.random_seed),
       value_of(run.converged), run.description, run.tags, run.business_justification, hash});
  connection_->query(
      "INSERT INTO store.main.optimization_results (run_id, objective_value, objective_breakdown, optimal_parameters, "
      "risk_level) "
      "VALUES (?, ?, ?, ?, ?)",
      {run.run_id, value_of(run.objective_value), run.objective_breakdown, run.optimal_parameters,
       value_of(run.risk_level)});
  connection_->query(
      "INSERT INTO store.main.optimization_configurations (configuration_hash, objectives, initial_parameters, "
      "algorithm_config, "
      "created_at) VALUES (?, '[]', '{}', ?, ?)",
      {hash, run.algorithm_config, run.created_at});
  const std::string separator(1, '\x1f');
  const std::string text = !run.search_text.empty()
                               ? run.search_text
                               : run.scenario_id + separator + run.description + separator +
                                     run.business_justification + separator + separator + run.notes.value_or("");
  connection_->query(
      "INSERT INTO store.main.optimization_run_details (run_id, version, content_hash, row_hash, locked, archived_at, "
      "clock, actor, "
      "source, notes, exact, created_at, objective_value, risk_level, search_text, cola_rate) "
      "VALUES (?, 1, 'c', 'r', false, ?, 'utc', 'me', 'cli', ?, ?, ?, ?, ?, lower(?), ?)",
      {run.run_id, value_of(run.archived_at), value_of(run.notes), value_of(run.exact), run.created_at,
       value_of(run.objective_value), value_of(run.risk_level), text, value_of(run.cola_rate)});
}

std::vector<std::string> SampleStore::page(const ListRequest& request, std::string* next_cursor) {
  const SqlStatement statement = page_statement(request, "store.main", sample_now());
  duck::Rows rows = connection_->query(statement.sql, statement.parameters);
  std::vector<std::string> ids;
  std::vector<std::optional<std::string>> keys;
  if (next_cursor != nullptr) next_cursor->clear();
  while (rows.next()) {
    if (static_cast<std::int64_t>(ids.size()) == request.limit) {
      if (next_cursor != nullptr) *next_cursor = cursor_after(request, ids.back(), keys);
      break;
    }
    ids.emplace_back(rows.text(0));
    keys.clear();
    for (std::size_t column = 1; column < rows.column_count(); ++column) keys.push_back(rows.optional_text(column));
  }
  return ids;
}

std::int64_t SampleStore::count(const ListRequest& request) {
  const SqlStatement statement = count_statement(request, "store.main", sample_now());
  duck::Rows rows = connection_->query(statement.sql, statement.parameters);
  if (!rows.next()) throw std::runtime_error("no count");
  return rows.integer(0);
}

std::vector<std::string> SampleStore::find(const ListRequest& request) {
  ListRequest all = request;
  all.limit = 1'000'000;
  std::vector<std::string> ids = page(all);
  if (count(request) != static_cast<std::int64_t>(ids.size()))
    throw std::runtime_error("the count differs from the page");
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<std::string> SampleStore::find(const std::string& query) {
  ListRequest request;
  request.query = query;
  return find(request);
}

}  // namespace planwise::store
