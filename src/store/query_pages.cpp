// Sorting and paging. A page is found by the sort keys of the last run before it (keyset), never by counting rows, so
// that every page costs the same and runs that come or go meanwhile neither repeat nor hide others.
//
// Order of values, ascending and descending alike: numbers, then NaN, then missing. Ties go by run_id, ascending.
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <variant>

#include "core/hash.h"
#include "planwise/error.h"
#include "planwise/json.h"
#include "store/query_compiler.h"
#include "store/query_sql.h"
#include "store/query_values.h"

namespace planwise::store {
namespace {

constexpr std::size_t sort_key_limit = 16;
constexpr std::string_view not_a_number = "'NaN'::DOUBLE";

enum class KeyKind { text, integer, real, boolean, time };
enum class Direction { ascending, descending };

struct SortKey {
  ResolvedField field;
  KeyKind kind = KeyKind::text;
  Direction direction = Direction::ascending;
};

/// A key's expression. Empty text counts as missing; text goes by its lower-case form.
void write_key(const SortKey& key, SqlText& sql) {
  if (key.field.kind == FieldKind::mixed && key.kind == KeyKind::real) {
    sql.add("TRY_CAST(").add(key.field).add(" AS DOUBLE)");
  } else if (key.kind == KeyKind::text) {
    sql.add("nullif(lower(").add(key.field).add("), '')");
  } else {
    sql.add(key.field);
  }
}

KeyKind key_kind(FieldKind kind) {
  switch (kind) {
    case FieldKind::integer:
      return KeyKind::integer;
    case FieldKind::real:
      return KeyKind::real;
    case FieldKind::boolean:
      return KeyKind::boolean;
    case FieldKind::time:
      return KeyKind::time;
    case FieldKind::text:
    case FieldKind::free_text:
    case FieldKind::tags:
    case FieldKind::mixed:
      break;
  }
  return KeyKind::text;
}

/// Splits at commas that stand outside quotes.
std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(text.substr(start));
  return parts;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<SortKey> sort_keys(std::string_view sort) {
  if (trimmed(sort).empty()) sort = "-created_at";
  if (sort.size() > query_length_limit)
    throw Error(ErrorCode::invalid_argument, "the sort order has more than 8192 bytes");
  std::vector<SortKey> keys;
  for (std::string_view part : split_list(sort)) {
    part = trimmed(part);
    const bool descending = part.starts_with('-');
    if (descending) part.remove_prefix(1);
    const ResolvedField field = field_named(part, "sort field");
    const Direction direction = descending ? Direction::descending : Direction::ascending;
    // JSON of any kind: first what is a number, by number, then the rest by its text.
    if (field.kind == FieldKind::mixed) keys.push_back({field, KeyKind::real, direction});
    keys.push_back({field, key_kind(field.kind), direction});
  }
  if (keys.size() > sort_key_limit) {
    throw Error(ErrorCode::invalid_argument, "the sort order names " + std::to_string(keys.size()) +
                                                 " fields, at most " + std::to_string(sort_key_limit) + " are allowed");
  }
  return keys;
}

bool can_be_missing(const SortKey& key) { return key.field.nullable || key.kind == KeyKind::text; }

std::string column(std::size_t index) { return "k" + std::to_string(index + 1); }

std::string order_by(const std::vector<SortKey>& keys) {
  std::string result;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string name = column(i);
    if (keys[i].direction == Direction::ascending) {
      result += name + " ASC NULLS LAST, ";
    } else if (keys[i].kind == KeyKind::real) {
      result +=
          "nullif(" + name + ", " + std::string(not_a_number) + ") DESC NULLS LAST, " + name + " ASC NULLS LAST, ";
    } else {
      result += name + " DESC NULLS LAST, ";
    }
  }
  return result + "run_id ASC";
}

/// What a cursor belongs to: everything that decides which runs come in which order.
std::string signature(const ListRequest& request) {
  Json parts = Json::array();
  parts.push_back(request.query);
  if (request.literal && !request.literal->text.empty()) {
    parts.push_back(request.literal->text);
    for (const std::string& field : request.literal->fields) parts.push_back(field);
  }
  parts.push_back(static_cast<int>(request.archived));
  parts.push_back(request.zone);
  parts.push_back(request.sort);
  return core::sha256_hex(parts.dump()).substr(0, 16);
}

[[noreturn]] void refuse_cursor() {
  throw Error(ErrorCode::invalid_argument,
              "the cursor is none of this list: allowed is next_cursor of a page with the same query, sort, zone and "
              "archive setting");
}

struct Cursor {
  std::string run_id;
  std::vector<duck::Value> keys;
};

duck::Value key_value(const std::string& text, KeyKind kind) {
  switch (kind) {
    case KeyKind::text:
      return text;
    case KeyKind::boolean:
      if (text != "true" && text != "false") refuse_cursor();
      return text == "true";
    case KeyKind::integer:
    case KeyKind::time:
    case KeyKind::real:
      break;
  }
  const auto number = read_number(text);
  if (!number) refuse_cursor();
  if (kind == KeyKind::real) return as_double(*number);
  if (!std::holds_alternative<std::int64_t>(*number)) refuse_cursor();
  const std::int64_t integer = std::get<std::int64_t>(*number);
  if (kind == KeyKind::time) return Timestamp{integer};
  return integer;
}

Json read_cursor_document(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  text.resize((text.size() + 3) / 4 * 4, '=');
  const auto bytes = core::from_base64(text);
  if (!bytes) refuse_cursor();
  try {
    return Json::parse(*bytes);
  } catch (const Error&) {
    refuse_cursor();
  }
}

Cursor read_cursor(const ListRequest& request, const std::vector<SortKey>& keys) {
  const Json document = read_cursor_document(request.cursor);
  if (!document.is_array() || document.size() != keys.size() + 2) refuse_cursor();
  for (const Json& part : document.as_array()) {
    if (!part.is_string() && !part.is_null()) refuse_cursor();
  }
  if (document.at(0) != Json(signature(request)) || !document.at(1).is_string()) refuse_cursor();
  Cursor cursor{document.at(1).as_string(), {}};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Json& part = document.at(i + 2);
    cursor.keys.push_back(part.is_null() ? duck::Value() : key_value(part.as_string(), keys[i].kind));
  }
  return cursor;
}

bool is_nan(const duck::Value& value) {
  return std::holds_alternative<double>(value) && std::isnan(std::get<double>(value));
}
bool is_missing(const duck::Value& value) { return std::holds_alternative<std::monostate>(value); }

/// Rows whose key comes behind the cursor's.
void write_behind(const SortKey& key, const std::string& name, const duck::Value& value, SqlText& sql) {
  if (is_missing(value)) {
    sql.add("FALSE");
  } else if (is_nan(value)) {
    sql.add(name + " IS NULL");
  } else if (key.direction == Direction::ascending) {
    sql.add("(" + name + " > ?", value).add(can_be_missing(key) ? " OR " + name + " IS NULL)" : ")");
  } else {
    sql.add("(" + name + " < ?", value);
    if (key.kind == KeyKind::real) sql.add(" OR " + name + " = " + std::string(not_a_number));
    sql.add(can_be_missing(key) ? " OR " + name + " IS NULL)" : ")");
  }
}

void write_same(const std::string& name, const duck::Value& value, SqlText& sql) {
  if (is_missing(value)) {
    sql.add(name + " IS NULL");
  } else {
    sql.add(name + " = ?", value);
  }
}

/// (k1 behind) or (k1 same and k2 behind) or ... or (all same and run_id behind), nested so that each key is bound
/// twice.
void write_after_cursor(const std::vector<SortKey>& keys, const Cursor& cursor, SqlText& sql) {
  // Lets the scan skip row groups, which it cannot do with what follows.
  if (!can_be_missing(keys[0]) && keys[0].kind != KeyKind::real) {
    sql.add(column(0) + (keys[0].direction == Direction::ascending ? " >= ?" : " <= ?"), cursor.keys[0]).add(" AND ");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    sql.add("(");
    write_behind(keys[i], column(i), cursor.keys[i], sql);
    sql.add(" OR (");
    write_same(column(i), cursor.keys[i], sql);
    sql.add(" AND ");
  }
  sql.add("run_id > ?", cursor.run_id);
  for (std::size_t i = 0; i < keys.size(); ++i) sql.add("))");
}

void write_from(FieldUse use, std::string_view schema, SqlText& sql) {
  const std::string prefix(schema);
  sql.add(" FROM " + prefix + ".optimization_run_details d");
  // Every details row has its runs row. The others may be missing (older programs left runs without results): such a
  // run is listed, its fields missing.
  if (use.runs || use.configurations) sql.add(" JOIN " + prefix + ".optimization_runs r ON r.run_id = d.run_id");
  if (use.results) sql.add(" LEFT JOIN " + prefix + ".optimization_results s ON s.run_id = d.run_id");
  if (use.configurations) {
    sql.add(" LEFT JOIN " + prefix + ".optimization_configurations c ON c.configuration_hash = r.configuration_hash");
  }
}

FieldUse use_of(const CompiledQuery& query) { return {query.uses_runs, query.uses_results, query.uses_configurations}; }

void check_paging(const ListRequest& request) {
  if (request.limit < 1)
    throw Error(ErrorCode::invalid_argument, "limit " + std::to_string(request.limit) + " is not allowed: at least 1");
  if (request.offset < 0)
    throw Error(ErrorCode::invalid_argument,
                "offset " + std::to_string(request.offset) + " is not allowed: at least 0");
  if (request.offset > 0 && !request.cursor.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "offset " + std::to_string(request.offset) + " is not allowed with a cursor: 0");
  }
}

void append(SqlText& sql, std::string_view text, const std::vector<duck::Value>& parameters) {
  sql.add(text);
  sql.parameters.insert(sql.parameters.end(), parameters.begin(), parameters.end());
}

}  // namespace

ResolvedField field_named(std::string_view name, std::string_view role) {
  const std::string start = std::string(role) + " \"" + std::string(name) + "\": ";
  std::string problem;
  try {
    if (auto field = resolve_field(parse_field(name), problem)) return *field;
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_argument, std::string(role) + ": " + error.what());
  }
  throw Error(ErrorCode::invalid_argument, start + problem);
}

SqlStatement page_statement(const ListRequest& request, std::string_view schema, Timestamp now) {
  check_paging(request);
  const std::vector<SortKey> keys = sort_keys(request.sort);
  const CompiledQuery query = compile_query(request, now);
  FieldUse use = use_of(query);
  for (const SortKey& key : keys) use.add(key.field);

  SqlText sql;
  sql.add("SELECT run_id");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string name = column(i);
    sql.add(", CAST(" + (keys[i].kind == KeyKind::time ? "epoch_us(" + name + ")" : name) + " AS VARCHAR) AS key_" +
            std::to_string(i + 1));
  }
  sql.add(" FROM (SELECT * FROM (SELECT d.run_id AS run_id");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    sql.add(", ");
    write_key(keys[i], sql);
    sql.add(" AS " + column(i));
  }
  write_from(use, schema, sql);
  append(sql.add(" WHERE "), query.where, query.parameters);
  sql.add(")");
  if (!request.cursor.empty()) {
    sql.add(" WHERE ");
    write_after_cursor(keys, read_cursor(request, keys), sql);
  }
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  sql.add(" ORDER BY " + order_by(keys));
  sql.add(" LIMIT ?", request.limit == most ? most : request.limit + 1).add(" OFFSET ?", request.offset).add(")");
  return {std::move(sql.text), std::move(sql.parameters)};
}

SqlStatement count_statement(const ListRequest& request, std::string_view schema, Timestamp now) {
  const CompiledQuery query = compile_query(request, now);
  SqlText sql;
  sql.add("SELECT count(*)");
  write_from(use_of(query), schema, sql);
  append(sql.add(" WHERE "), query.where, query.parameters);
  return {std::move(sql.text), std::move(sql.parameters)};
}

SqlStatement rows_statement(const ListRequest& request, std::string_view columns, std::string_view schema, Timestamp now) {
  const CompiledQuery query = compile_query(request, now);
  FieldUse use = use_of(query);
  use.runs = true;
  SqlText sql;
  sql.add("SELECT ").add(columns);
  write_from(use, schema, sql);
  append(sql.add(" WHERE "), query.where, query.parameters);
  return {std::move(sql.text), std::move(sql.parameters)};
}

std::string cursor_after(const ListRequest& request, std::string_view run_id,
                         std::span<const std::optional<std::string>> keys) {
  Json document = Json::array();
  document.push_back(signature(request));
  document.push_back(run_id);
  for (const auto& key : keys) document.push_back(key ? Json(*key) : Json());
  std::string text = core::base64(document.dump());
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

}  // namespace planwise::store
