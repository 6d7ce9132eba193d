#include "store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/ids.h"
#include "planwise/error.h"
#include "store/audit_chain.h"
#include "store/migrations.h"
#include "store/older_layout.h"
#include "store/run_rows.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace {

using duck::Value;

std::string replaced(std::string text, std::string_view placeholder, std::string_view with) {
  for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder, at + with.size())) {
    text.replace(at, placeholder.size(), with);
  }
  return text;
}

/// Columns of older tables that hold local times.
struct LocalTimes {
  std::string_view table;
  std::string_view key;
  std::vector<std::string_view> columns;
};
const LocalTimes runs_times{"optimization_runs", "run_id", {"created_at", "updated_at", "completed_at"}};
const LocalTimes side_times[] = {{"optimization_configurations", "configuration_hash", {"created_at"}},
                                 {"optimization_simulation_data", "run_id", {"created_at"}},
                                 {"optimization_exports", "export_id", {"exported_at"}}};

/// Converts local times of the rows that `which` selects ("key IN (...)") to UTC, through a temporary table.
void convert_times(duck::Connection& connection, const LocalTimes& times, std::string_view which, std::string_view zone) {
  std::string columns = "rowid AS place";  // not the key, which copies of older tables may hold twice
  std::string assignments;
  for (std::string_view column : times.columns) {
    columns += fmt::format(", {}", column);
    assignments += fmt::format("{}{} = c.{}", assignments.empty() ? "" : ", ", column, column);
  }
  connection.run(fmt::format("CREATE OR REPLACE TEMP TABLE converted_times AS SELECT {} FROM {}.{} LIMIT 0", columns,
                             schema, times.table));
  std::vector<Row> converted;
  duck::Rows rows = connection.query(fmt::format("SELECT {} FROM {}.{} WHERE {}", columns, schema, times.table, which));
  while (rows.next()) {
    Row row{rows.integer(0)};
    for (std::size_t column = 1; column <= times.columns.size(); ++column) {
      const auto local = rows.optional_time(column);
      row.push_back(local ? Value(from_local(local->microseconds, zone)) : Value());
    }
    converted.push_back(std::move(row));
  }
  duck::Appender appender(connection, "temp", "converted_times");
  for (const Row& row : converted) appender.append(row);
  appender.close();
  connection.run(fmt::format("UPDATE {}.{} AS t SET {} FROM temp.converted_times AS c WHERE t.rowid = c.place", schema,
                             times.table, assignments));
  connection.run("DROP TABLE temp.converted_times");
}

std::string unadopted(std::string_view column) {
  return fmt::format("{} IN (SELECT run_id FROM {}.optimization_runs WHERE run_id NOT IN "
                     "(SELECT run_id FROM {}.optimization_run_details))",
                     column, schema, schema);
}

/// A migration's SQL for a target. A key made by this DuckDB would lock older DuckDBs out of a file that is not ours alone.
std::string statements_of(const Migration& migration, std::string_view target, KeysIn keys) {
  std::string sql = replaced(migration.sql, "{store}", target);
  sql = replaced(std::move(sql), "{primary_key}", keys == KeysIn::own_file ? "PRIMARY KEY" : "NOT NULL");
  sql = replaced(std::move(sql), "{versions_key}", keys == KeysIn::own_file ? ",\n    PRIMARY KEY (run_id, version)" : "");
  if (keys == KeysIn::shared_file) sql = replaced(std::move(sql), "VARCHAR PRIMARY KEY", "VARCHAR NOT NULL");
  return sql;
}

}  // namespace

void apply_schema(duck::Connection& connection, std::string_view target, KeysIn keys) {
  for (const Migration& migration : migrations()) {
    std::string sql = statements_of(migration, target, keys);
    if (target == "temp.main") sql = replaced(std::move(sql), "CREATE TABLE IF NOT EXISTS temp.main.", "CREATE TEMP TABLE ");
    connection.run(sql);
  }
}

namespace {

/// What optimization_migrations says; false when there is no such table.
bool read_migrations(duck::Connection& connection, StoreShape& shape) {
  try {
    duck::Rows steps = connection.query(
        fmt::format("SELECT version, store_id, note FROM {}.optimization_migrations ORDER BY version", schema));
    while (steps.next()) {
      shape.version = steps.integer(0);
      shape.store_id = steps.text(1);
      if (steps.optional_text(2) == "older layout") shape.older_layout = true;
    }
  } catch (const Error& error) {
    if (std::string_view(error.what()).find("does not exist") == std::string_view::npos) throw;
    return false;
  }
  shape.kind = StoreKind::ours;
  if (shape.version > latest_schema_version()) {
    throw Error(ErrorCode::unsupported,
                fmt::format("the store has schema {}, newer than the {} that this program knows; use the newer program",
                            shape.version, latest_schema_version()));
  }
  return true;
}

}  // namespace

StoreShape shape_of(duck::Connection& connection) {
  StoreShape shape;
  // The usual case first: listing a file's tables costs several milliseconds, this a fraction of one.
  if (read_migrations(connection, shape) && shape.version == latest_schema_version()) return shape;
  bool older_tables = false;
  duck::Rows tables = connection.query(
      "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store' AND schema_name = 'main'");
  while (tables.next()) {
    const std::string_view name = tables.text(0);
    if (name == "optimization_runs") {
      older_tables = true;
    } else if (!name.starts_with("optimization_")) {
      shape.foreign_tables = true;
    }
  }
  if (shape.kind == StoreKind::ours) return shape;
  shape.kind = older_tables ? StoreKind::older : StoreKind::none;
  shape.older_layout = older_tables;
  return shape;
}

std::int64_t latest_schema_version() { return migrations().back().version; }

std::vector<MigrationStep> pending_steps(std::int64_t version) {
  std::vector<MigrationStep> steps;
  for (const Migration& migration : migrations()) {
    if (migration.version > version) steps.push_back({migration.version, migration.name});
  }
  return steps;
}

std::int64_t apply_migrations(duck::Connection& connection, const StoreShape& shape, const Who& who,
                              std::string_view zone) {
  const std::string store_id = shape.store_id.empty() ? core::new_uuid() : shape.store_id;
  for (const Migration& migration : migrations()) {
    if (migration.version <= shape.version) continue;
    connection.run(statements_of(migration, schema, shape.foreign_tables ? KeysIn::shared_file : KeysIn::own_file));
    connection.query(
        fmt::format("INSERT INTO {}.optimization_migrations VALUES (?, ?, ?, ?, ?, ?, ?)", schema),
        {migration.version, migration.name, planwise::now(), std::string(planwise::version()), store_id,
         shape.kind == StoreKind::older ? Value(std::string(zone)) : Value(),
         shape.older_layout ? Value(std::string("older layout")) : Value()});
  }
  if (shape.kind != StoreKind::older) return 0;
  settle_columns(connection, zone);
  for (const LocalTimes& times : side_times) {
    duck::Rows exists = connection.query(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'store' AND table_name = ?",
        {std::string(times.table)});
    exists.next();
    // Times of simulation data are converted with their run's.
    if (exists.integer(0) > 0 && times.key != "run_id") convert_times(connection, times, "TRUE", zone);
  }
  return adopt_runs(connection, who, zone);
}

std::int64_t count_unadopted(duck::Connection& connection) {
  duck::Rows rows = connection.query(fmt::format("SELECT (SELECT count(*) FROM {}.optimization_runs) - "
                                                 "(SELECT count(*) FROM {}.optimization_run_details)",
                                                 schema, schema));
  rows.next();
  return rows.integer(0);
}

namespace {

/// A run as earlier programs left it, with the hash taken over the bytes that stand there, not over how this program
/// would have written them. Fills stored.details.row_hash; returns its row of details.
Row adopted(const RunRows& found, StoredRun& stored, std::int64_t version, const Who& who, std::string_view zone) {
  stored = stored_run_from(found);
  stored.details.version = version;
  stored.details.clock = std::string(zone);
  stored.details.actor = stored.run.metadata.user_id.value_or(who.actor);
  stored.details.session_id = stored.run.metadata.session_id;
  stored.details.source = "migration";
  stored.details.content_hash = content_hash(stored.run);
  RunRows rows = rows_of(stored);
  const auto digest = [](const Row& row) { return row.empty() ? std::string() : row_digest(row); };
  stored.details.row_hash = row_hash({digest(found.runs), digest(found.results), digest(found.configuration),
                                      digest(found.simulation), details_digest(rows.details)});
  rows.details[3] = stored.details.row_hash;
  return std::move(rows.details);
}

}  // namespace

std::int64_t adopt_runs(duck::Connection& connection, const Who& who, std::string_view zone) {
  std::vector<std::string> run_ids;
  {
    duck::Rows rows = connection.query(fmt::format(
        "SELECT run_id FROM {}.optimization_runs WHERE {} GROUP BY run_id ORDER BY min(created_at), run_id", schema, unadopted("run_id")));
    while (rows.next()) run_ids.emplace_back(rows.text(0));
  }
  if (run_ids.empty()) return 0;
  settle_configurations(connection);
  convert_times(connection, side_times[1], unadopted("run_id"), zone);
  convert_times(connection, runs_times, unadopted("run_id"), zone);
  Who migration = who;
  migration.source = "migration";
  AuditChain chain(connection, schema, migration);
  const std::string insert = insert_statement(details_table, schema);
  for (const std::string& run_id : run_ids) {
    const std::vector<RunRows> states = settle_rows_of(connection, run_id);
    std::optional<std::string> version_hash;
    for (std::size_t i = 0; i < states.size(); ++i) {
      StoredRun stored;
      const auto version = static_cast<std::int64_t>(i) + 1;
      const Row details = adopted(states[i], stored, version, who, zone);
      std::string reason = fmt::format("stored before there was a chain; times converted from {}", zone);
      if (states.size() > 1) reason += fmt::format("; the id stood there {} times with different content, this is state {}", states.size(), version);
      chain.append({.action = "adopt",
                    .run_id = run_id,
                    .version = version,
                    .reason = std::move(reason),
                    .content_hash = stored.details.content_hash,
                    .row_hash = stored.details.row_hash,
                    .version_row_hash = version_hash});
      if (i + 1 == states.size()) {
        connection.query(insert, details);
      } else {
        version_hash = keep_version(connection, stored, "superseded", migration);
      }
    }
  }
  return static_cast<std::int64_t>(run_ids.size());
}

}  // namespace planwise::store
