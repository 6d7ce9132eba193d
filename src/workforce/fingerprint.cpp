// What the data are: a signature for caches, a digest for provenance.
//
// The digest runs over every table that a figure or a simulation depends on, in order of their names: the name, the
// columns as schema.h names them, then the rows, sorted by all columns. A cell goes in as a byte of its kind and its
// value: eight bytes of an integer or double, length and bytes of a text. Columns nobody depends on (employee_ssn,
// times of creation) are left out, so that a database, its Parquet export and a rewritten copy have one digest.
#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "core/hash.h"
#include "workforce/parts.h"

namespace planwise {

using namespace workforce;

namespace {

void put_number(std::string& bytes, char kind, std::uint64_t value) {
  bytes += kind;
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>((value >> shift) & 0xFF);
}

void put_text(std::string& bytes, std::string_view text) {
  put_number(bytes, 't', text.size());
  bytes += text;
}

void put_cell(std::string& bytes, const duck::Rows& rows, std::size_t column) {
  if (rows.is_null(column)) {
    bytes += 'n';
    return;
  }
  switch (rows.column_type(column)) {
    case DUCKDB_TYPE_VARCHAR:
      return put_text(bytes, rows.text(column));
    case DUCKDB_TYPE_DOUBLE:
      return put_number(bytes, 'r', std::bit_cast<std::uint64_t>(rows.real(column)));
    case DUCKDB_TYPE_BOOLEAN:
      bytes += rows.boolean(column) ? '1' : '0';
      return;
    default:
      return put_number(bytes, 'i', static_cast<std::uint64_t>(rows.integer(column)));
  }
}

std::int64_t hash_rows(core::Sha256& hash, duck::Rows rows, std::string_view table) {
  std::string bytes;
  put_text(bytes, table);
  std::int64_t count = 0;
  while (rows.next()) {
    for (std::size_t column = 0; column < rows.column_count(); ++column) put_cell(bytes, rows, column);
    ++count;
    if (bytes.size() > (std::size_t{1} << 16)) {
      hash.update(bytes);
      bytes.clear();
    }
  }
  put_number(bytes, 'c', static_cast<std::uint64_t>(count));
  hash.update(bytes);
  return count;
}

/// Settings have columns of many kinds: as text, those of creation left out.
std::string settings_rows(const FoundTable& table) {
  std::map<std::string, std::string> columns;
  for (const FoundColumn& column : table.columns) {
    const std::string name = lower(column.name);
    if (name != "created_at" && name != "employee_ssn") columns[name] = column.name;
  }
  std::string selected = "'' AS none";
  for (const auto& [name, spelled] : columns) selected += fmt::format(", CAST({} AS VARCHAR)", identifier(spelled));
  return fmt::format("SELECT {} FROM {} ORDER BY ALL", selected, table.from);
}

}  // namespace

DataFingerprint SimulationDatabase::fingerprint(bool with_content) const {
  DataFingerprint result;
  if (!with_content) {
    result.signature = parts_->source.signature();
    return result;
  }
  const Session session = parts_->source.open();
  result.signature = parts_->source.signature();
  core::Sha256 hash;
  std::map<std::string, const TableRule*> tables;
  for (const TableRule* rule : expected_tables()) tables[std::string(rule->name)] = rule;
  for (const TableRule* rule : {&levers_table(), &staged_levers_table(), &census_table()})
    tables[std::string(rule->name)] = rule;
  for (const std::string& name : session.table_names()) {
    if (name.starts_with("config_") || name.starts_with("stg_config_")) tables.emplace(name, nullptr);
  }
  for (const auto& [name, rule] : tables) {
    const FoundTable* table = session.first_of({name});
    if (table == nullptr) continue;
    const std::string sql = rule == nullptr ? settings_rows(*table)
                                            : fmt::format("SELECT * FROM {} ORDER BY ALL", normalised(*table, *rule));
    result.rows[name] = hash_rows(hash, session.connection().query(sql, {}, duck::Delivery::streamed), name);
  }
  result.content = hash.hex();
  return result;
}

}  // namespace planwise
