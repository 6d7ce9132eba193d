#include "workforce/source.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "core/files.h"
#include "planwise/error.h"

namespace planwise::workforce {

namespace fs = std::filesystem;

std::string identifier(std::string_view name) { return duck::sql_name(name); }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

const FoundColumn* FoundTable::column(std::string_view lower_name) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const FoundColumn& column) { return lower(column.name) == lower_name; });
  return found == columns.end() ? nullptr : &*found;
}

namespace {

bool is_integer(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
      return true;
    default:
      return false;
  }
}

bool is_number(duckdb_type type) {
  return is_integer(type) || type == DUCKDB_TYPE_FLOAT || type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_DECIMAL ||
         type == DUCKDB_TYPE_HUGEINT || type == DUCKDB_TYPE_UHUGEINT || type == DUCKDB_TYPE_UBIGINT;
}

bool is_date(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return true;
    default:
      return false;
  }
}

std::string_view sql_type(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::text:
      return "VARCHAR";
    case ColumnKind::real:
      return "DOUBLE";
    case ColumnKind::integer:
    case ColumnKind::date:
      return "BIGINT";
    case ColumnKind::flag:
      return "BOOLEAN";
  }
  return "VARCHAR";
}

bool convertible(duckdb_type type, ColumnKind kind) {
  if (kind == ColumnKind::text || type == DUCKDB_TYPE_VARCHAR) return true;
  if (kind == ColumnKind::date) return is_date(type);
  return is_number(type) || type == DUCKDB_TYPE_BOOLEAN;
}

}  // namespace

std::string_view type_text(duckdb_type type) {
  if (is_integer(type)) return "INTEGER";
  switch (type) {
    case DUCKDB_TYPE_VARCHAR:
      return "VARCHAR";
    case DUCKDB_TYPE_BOOLEAN:
      return "BOOLEAN";
    case DUCKDB_TYPE_DATE:
      return "DATE";
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      return "DOUBLE";
    case DUCKDB_TYPE_DECIMAL:
      return "DECIMAL";
    default:
      return is_date(type) ? "TIMESTAMP" : is_number(type) ? "HUGEINT" : "another type";
  }
}

bool natural_type(const FoundColumn& column, ColumnKind kind) {
  switch (kind) {
    case ColumnKind::text:
      return true;
    case ColumnKind::real:
      return is_number(column.type);
    case ColumnKind::integer:
      return is_integer(column.type);
    case ColumnKind::date:
      return is_date(column.type);
    case ColumnKind::flag:
      return column.type == DUCKDB_TYPE_BOOLEAN || is_integer(column.type);
  }
  return false;
}

std::string column_expression(const FoundTable& table, const ColumnRule& rule) {
  const FoundColumn* column = table.column(rule.name);
  if (column == nullptr || !convertible(column->type, rule.kind)) {
    return fmt::format("CAST(NULL AS {})", sql_type(rule.kind));
  }
  const std::string name = identifier(column->name);
  if (rule.kind == ColumnKind::date) {
    const std::string day = fmt::format("TRY_CAST({} AS DATE)", name);
    return fmt::format("CASE WHEN isfinite({0}) THEN date_diff('day', DATE '1970-01-01', {0}) END", day);
  }
  return fmt::format("TRY_CAST({} AS {})", name, sql_type(rule.kind));
}

std::string normalised(const FoundTable& table, const TableRule& rule) {
  std::string selected;
  for (const ColumnRule& column : rule.columns) {
    selected += fmt::format("{}{} AS {}", selected.empty() ? "" : ", ", column_expression(table, column), column.name);
  }
  return fmt::format("(SELECT {} FROM {})", selected, table.from);
}

Session::Session(Source& source, std::unique_lock<std::mutex> lock, std::optional<duck::Lease> lease)
    : source_(source), lock_(std::move(lock)), lease_(std::move(lease)) {}

duck::Connection& Session::connection() const { return lease_ ? lease_->connection() : source_.parquet_->connection(); }

const FoundTable* Session::find(std::string_view lower_name) const { return source_.find(connection(), lower_name); }

std::vector<std::string> Session::table_names() const {
  std::vector<std::string> names;
  for (const Source::Entry& entry : source_.entries_) names.push_back(lower(entry.name));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

const FoundTable* Session::first_of(std::initializer_list<std::string_view> lower_names) const {
  for (std::string_view name : lower_names) {
    if (const FoundTable* table = find(name); table != nullptr && table->problem.empty()) return table;
  }
  return nullptr;
}

Source::Source(fs::path path, std::chrono::milliseconds deadline) : path_(std::move(path)), deadline_(deadline) {
  std::error_code error;
  const fs::file_status status = fs::status(path_, error);
  if (!fs::exists(status)) {
    throw Error(ErrorCode::not_found, fmt::format("there is no simulation database '{}'", path_.string()));
  }
  if (!fs::is_directory(status)) file_ = duck::DatabaseFile::at(path_);
}

Session Source::open() {
  std::unique_lock lock(mutex_);
  std::optional<duck::Lease> lease;
  if (file_) {
    lease.emplace(file_->lease(duck::Access::read, deadline_, catalog_));
  } else if (!parquet_) {
    parquet_ = std::make_unique<duck::Instance>();
  }
  std::string now = signature();
  if (now != listed_signature_) {
    if (!file_) {
      list_files();
    } else if (!list_tables(lease->connection())) {
      lease.reset();
      lease.emplace(file_->lease(duck::Access::read, deadline_, catalog_));
      now = signature();
      // Were the file replaced between the leases by one that wants yet another name, the next call would see to it.
      if (!list_tables(lease->connection())) now.clear();
    }
    listed_signature_ = now;
  }
  return {*this, std::move(lock), std::move(lease)};
}

namespace {

/// Views keep the name of the catalog they were made in, by default the stem of the file's name then. This program and
/// the simulator call it `simulation`; a file under its own name is told by what its views say. A schema of the same
/// name would make names of two parts ambiguous.
std::string catalog_for(const fs::path& path, const std::vector<std::string>& views,
                        const std::vector<std::string>& schemas) {
  const auto usable = [&](const std::string& name) {
    for (std::string_view taken : {"main", "memory", "temp", "system", "information_schema", "pg_catalog"}) {
      if (name == taken) return false;
    }
    return !name.empty() && std::find(schemas.begin(), schemas.end(), name) == schemas.end();
  };
  const std::string stem = lower(path.stem().string());
  std::string first;
  for (const std::string& name : {std::string("simulation"), stem, std::string("store")}) {
    if (!usable(name)) continue;
    if (first.empty()) first = name;
    for (const std::string& sql : views) {
      if (sql.find(name + ".") != std::string::npos || sql.find(identifier(name) + ".") != std::string::npos)
        return name;
    }
  }
  return first.empty() ? "planwise_simulation" : first;
}

}  // namespace

/// Base tables first: a view of the same name in another schema may name a catalog that is not there.
bool Source::list_tables(duck::Connection& connection) {
  entries_.clear();
  std::vector<std::string> views, schemas;
  duck::Rows rows = connection.query(
      "FROM (SELECT schema_name, table_name, false AS is_view, '' AS sql FROM duckdb_tables() WHERE database_name = ? "
      "AND NOT internal "
      "UNION ALL SELECT schema_name, view_name, true, coalesce(sql, '') FROM duckdb_views() WHERE database_name = ? "
      "AND NOT internal) "
      "ORDER BY is_view, schema_name <> 'main', schema_name, table_name",
      {catalog_, catalog_});
  while (rows.next()) {
    Entry entry;
    entry.name = std::string(rows.text(1));
    entry.from = fmt::format("{}.{}.{}", identifier(catalog_), identifier(rows.text(0)), identifier(rows.text(1)));
    entry.view = rows.boolean(2);
    schemas.push_back(lower(rows.text(0)));
    if (entry.view) views.push_back(lower(rows.text(3)));
    entries_.push_back(std::move(entry));
  }
  std::string wanted = catalog_for(path_, views, schemas);
  if (wanted == catalog_) return true;
  catalog_ = std::move(wanted);
  return false;
}

namespace {

/// Names of the views in what EXPORT DATABASE wrote beside the tables; empty without it.
std::vector<std::string> views_of_export(const fs::path& schema) {
  constexpr std::string_view begin = "CREATE VIEW ";
  constexpr std::uint64_t longest = std::uint64_t{16} << 20;
  std::vector<std::string> names;
  std::error_code error;
  if (!fs::is_regular_file(schema, error) || fs::file_size(schema, error) > longest) return names;
  const std::string sql = core::read_file(schema, longest);
  for (std::size_t at = sql.find(begin); at != std::string::npos; at = sql.find(begin, at + 1)) {
    // main.name, main."name", name(column, ...)
    std::string name;
    bool quoted = false;
    for (std::size_t i = at + begin.size(); i < sql.size(); ++i) {
      if (sql[i] == '"') {
        quoted = !quoted;
      } else if (!quoted && (sql[i] == ' ' || sql[i] == '(' || sql[i] == '\n')) {
        break;
      } else if (!quoted && sql[i] == '.') {
        name.clear();
      } else {
        name += sql[i];
      }
    }
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

void Source::list_files() {
  entries_.clear();
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(path_, error)) {
    if (lower(file.path().extension().string()) == ".parquet") files.push_back(file.path());
  }
  if (error)
    throw Error(ErrorCode::io, fmt::format("the folder '{}' cannot be read: {}", path_.string(), error.message()));
  if (files.empty()) {
    throw Error(
        ErrorCode::not_found,
        fmt::format("the folder '{}' has no .parquet file; EXPORT DATABASE '...' (FORMAT parquet) writes one a table",
                    path_.string()));
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    Entry entry;
    entry.name = file.stem().string();
    entry.from = fmt::format("read_parquet({})", duck::sql_literal(file.string()));
    entries_.push_back(std::move(entry));
  }
  for (std::string& name : views_of_export(path_ / "schema.sql")) {
    Entry entry;
    entry.name = name;
    entry.view = true;
    entry.found = std::make_unique<FoundTable>();
    entry.found->name = std::move(name);
    entry.found->problem = "is a view in schema.sql, of which an export has no rows; make it a table before exporting";
    entries_.push_back(std::move(entry));
  }
}

const FoundTable* Source::find(duck::Connection& connection, std::string_view lower_name) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& candidate) { return lower(candidate.name) == lower_name; });
  if (entry == entries_.end()) return nullptr;
  if (entry->found) return entry->found.get();
  auto table = std::make_unique<FoundTable>();
  table->name = entry->name;
  table->from = entry->from;
  const std::string statement = fmt::format("SELECT * FROM {} LIMIT 0", entry->from);
  try {
    connection.run(statement, entry->name);  // first, since its errors are of this table and quote no statement
    duck::Rows rows = connection.query(statement);
    for (std::size_t column = 0; column < rows.column_count(); ++column) {
      table->columns.push_back({std::string(rows.column_name(column)), rows.column_type(column)});
    }
  } catch (const Error& error) {
    std::string_view reason = error.what();
    reason = reason.substr(0, reason.find("\n\nLINE "));  // DuckDB's own quotation of the statement
    table->problem =
        fmt::format("{}: {}", entry->view ? "is a view that cannot be read here" : "cannot be read", reason);
  }
  entry->found = std::move(table);
  return entry->found.get();
}

std::string Source::signature() const {
  if (file_) {
    const duck::FileSignature s = file_->signature();
    return fmt::format("{:x}-{:x}-{}-{}-{}-{}", s.identity.device, s.identity.inode, s.size, s.modified_ns, s.wal_size,
                       s.wal_modified_ns);
  }
  std::vector<std::string> parts;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(path_, error)) {
    if (lower(file.path().extension().string()) != ".parquet") continue;
    const duck::FileSignature s = duck::signature_of(file.path());
    parts.push_back(fmt::format("{}:{:x}-{:x}-{}-{}", file.path().filename().string(), s.identity.device,
                                s.identity.inode, s.size, s.modified_ns));
  }
  std::sort(parts.begin(), parts.end());
  return fmt::format("{}", fmt::join(parts, ";"));
}

}  // namespace planwise::workforce
