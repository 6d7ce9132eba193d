#include "store/older_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "planwise/error.h"
#include "store/schema.h"

namespace planwise::store {

namespace {

using duck::Value;

const std::array<const Table*, 4> run_tables{&runs_table, &results_table, &configurations_table, &simulation_table};

/// Column -> type of one table.
std::map<std::string, std::string> columns_of(duck::Connection& connection, std::string_view database, std::string_view table) {
  std::map<std::string, std::string> columns;
  duck::Rows rows = connection.query("SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND schema_name = 'main' AND table_name = ?",
                                     {std::string(database), std::string(table)});
  while (rows.next()) columns.emplace(rows.text(0), rows.text(1));
  return columns;
}

/// Types that are read as they are in place of the usual one.
bool reads_as(std::string_view type, std::string_view usual) {
  if (type == usual) return true;
  const auto one_of = [](std::string_view text, std::initializer_list<std::string_view> all) { return std::find(all.begin(), all.end(), text) != all.end(); };
  if (one_of(usual, {"VARCHAR", "JSON"})) return one_of(type, {"VARCHAR", "JSON"});
  if (one_of(usual, {"INTEGER", "BIGINT"})) return one_of(type, {"TINYINT", "SMALLINT", "INTEGER", "BIGINT"});
  if (usual == "DOUBLE") return type == "FLOAT";
  return false;
}

void change_type(duck::Connection& connection, std::string_view table, std::string_view column, std::string_view type, std::string_view usual,
                 std::string_view zone) {
  const std::string converted = type == "TIMESTAMP WITH TIME ZONE"
                                    ? fmt::format("timezone({}, \"{}\")", duck::sql_literal(zone), column)
                                    : fmt::format("TRY_CAST(\"{}\" AS {})", column, usual);
  duck::Rows lost = connection.query(fmt::format("SELECT CAST(\"{0}\" AS VARCHAR) FROM {1}.{2} WHERE \"{0}\" IS NOT NULL AND {3} IS NULL LIMIT 1", column,
                                                 schema, table, converted));
  if (lost.next()) {
    throw Error(ErrorCode::corrupt, fmt::format("{}.{} holds '{}' ({}), which is no {}; correct or remove that value", table, column, lost.text(0), type, usual));
  }
  connection.run(fmt::format("ALTER TABLE {}.{} ALTER COLUMN \"{}\" SET DATA TYPE {} USING {}", schema, table, column, usual, converted));
}

/// Rows of a table with an id, the one that counts last.
struct Candidates {
  std::vector<Row> rows;
  std::vector<std::int64_t> places;
};

Candidates candidates_in(duck::Connection& connection, const Table& table, const std::string& run_id, std::string_view order) {
  Candidates found;
  duck::Rows rows = connection.query(
      fmt::format("SELECT {}, rowid FROM {}.{} WHERE run_id = ? ORDER BY {}", column_list(table), schema, table.name, order), {run_id});
  while (rows.next()) {
    found.rows.push_back(read_row(rows, table));
    found.places.push_back(rows.integer(table.columns.size()));
  }
  for (std::size_t i = 0; i + 1 < found.places.size(); ++i) {
    connection.query(fmt::format("DELETE FROM {}.{} WHERE rowid = ?", schema, table.name), {found.places[i]});
  }
  return found;
}

const Row& nth(const std::vector<Row>& rows, std::size_t index) {
  static const Row none;
  return rows.empty() ? none : rows[std::min(index, rows.size() - 1)];
}

}  // namespace

void settle_columns(duck::Connection& connection, std::string_view zone) {
  apply_schema(connection, "temp.main", KeysIn::own_file);
  for (const Table* table : run_tables) {
    const auto usual = columns_of(connection, "temp", table->name);
    const auto there = columns_of(connection, "store", table->name);
    for (const auto& [column, type] : usual) {
      const auto found = there.find(column);
      if (found == there.end() && column == table->columns.front()) {
        throw Error(ErrorCode::corrupt, fmt::format("table {} has no column {}, so its rows belong to nothing", table->name, column));
      }
      if (found == there.end()) {
        connection.run(fmt::format("ALTER TABLE {}.{} ADD COLUMN \"{}\" {}", schema, table->name, column, type));
      } else if (!reads_as(found->second, type)) {
        change_type(connection, table->name, column, found->second, type, zone);
      }
    }
  }
  std::vector<std::string> made;
  {
    duck::Rows tables = connection.query("SELECT table_name FROM duckdb_tables() WHERE database_name = 'temp' AND starts_with(table_name, 'optimization_')");
    while (tables.next()) made.emplace_back(tables.text(0));
  }
  for (const std::string& table : made) connection.run(fmt::format("DROP TABLE temp.main.\"{}\"", table));
}

void settle_configurations(duck::Connection& connection) {
  std::string same = "a.configuration_hash = b.configuration_hash AND a.rowid > b.rowid";
  for (std::string_view column : configurations_table.columns) {
    if (column != "created_at") same += fmt::format(" AND a.\"{0}\" IS NOT DISTINCT FROM b.\"{0}\"", column);
  }
  connection.run(fmt::format("DELETE FROM {0}.{1} WHERE rowid IN (SELECT a.rowid FROM {0}.{1} a JOIN {0}.{1} b ON {2})", schema, configurations_table.name, same));
}

std::vector<RunRows> settle_rows_of(duck::Connection& connection, const std::string& run_id) {
  const Candidates runs = candidates_in(connection, runs_table, run_id, "updated_at NULLS FIRST, rowid");
  const Candidates results = candidates_in(connection, results_table, run_id, "rowid");
  const Candidates simulation = candidates_in(connection, simulation_table, run_id, "rowid");
  const std::size_t count = std::max({runs.rows.size(), results.rows.size(), simulation.rows.size()});
  std::vector<RunRows> states;
  for (std::size_t i = 0; i < count; ++i) {
    RunRows rows;
    rows.runs = nth(runs.rows, i);
    rows.results = nth(results.rows, i);
    rows.simulation = nth(simulation.rows, i);
    if (std::holds_alternative<std::string>(rows.runs.back())) {
      duck::Rows found = connection.query(fmt::format("SELECT {} FROM {}.{} WHERE configuration_hash = ? ORDER BY rowid", column_list(configurations_table), schema,
                                                      configurations_table.name),
                                          {rows.runs.back()});
      if (found.next()) rows.configuration = read_row(found, configurations_table);
    }
    const auto same_as = [&rows](const RunRows& other) {
      return other.runs == rows.runs && other.results == rows.results && other.simulation == rows.simulation;
    };
    states.erase(std::remove_if(states.begin(), states.end(), same_as), states.end());
    states.push_back(std::move(rows));
  }
  return states;
}

}  // namespace planwise::store
