/// \file
/// Turns a ListRequest into SQL. Everything a caller typed is a bound parameter, never part of the SQL's text.
///
/// The SQL is over these aliases: d = optimization_run_details (always there, drives), and, joined by run_id only when
/// a field needs them, r = optimization_runs, s = optimization_results, c = optimization_configurations (through r's
/// configuration_hash). JSON columns may be of type JSON or VARCHAR and may hold anything: what cannot be read counts
/// as missing.
///
///     SqlStatement page = page_statement(request, "store.main");
///     Rows rows = connection.query(page.sql, page.parameters);   // run_id, key_1 .. key_n, all VARCHAR
///     // More than request.limit rows: there is a next page; the last row of this one gives its cursor.
///     page.next_cursor = cursor_after(request, run_id, keys);
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "duck/value.h"
#include "planwise/query.h"
#include "planwise/time.h"

namespace planwise::store {

struct SqlStatement {
  std::string sql;
  std::vector<duck::Value> parameters;
};

/// A boolean expression that is TRUE exactly for the runs that match, and which tables it reads besides d.
struct CompiledQuery {
  std::string where;  ///< Never empty; "TRUE" when nothing is asked.
  std::vector<duck::Value> parameters;
  bool uses_runs = false;
  bool uses_results = false;
  bool uses_configurations = false;
};

/// The query, the literal search and `archived` of a request; sort, limit and cursor play no part. `now` is what
/// relative times ("7d") count from. Throws invalid_argument; for a fault of the query the message ends with the query
/// and a caret under the character.
[[nodiscard]] CompiledQuery compile_query(const ListRequest& request, Timestamp now);

/// Run ids of one page in order, with the text of every sort key: columns run_id, key_1 .. key_n, all VARCHAR, the keys
/// nullable. Asks for one row more than `limit`: when it comes there is a next page, and it is not part of this one.
/// Throws invalid_argument, also for a cursor that is not one of the same query, literal search, sort, zone and
/// `archived`.
[[nodiscard]] SqlStatement page_statement(const ListRequest& request, std::string_view schema,
                                          Timestamp now = planwise::now());

/// One row, one column: how many runs match (BIGINT).
[[nodiscard]] SqlStatement count_statement(const ListRequest& request, std::string_view schema,
                                           Timestamp now = planwise::now());

/// `columns` (SQL over d and r, without parameters) of every run that matches, in no order.
[[nodiscard]] SqlStatement rows_statement(const ListRequest& request, std::string_view columns, std::string_view schema,
                                          Timestamp now = planwise::now());

/// The cursor of the page that follows the run with these sort keys, as page_statement() selected them.
/// URL-safe: letters, digits, - and _.
[[nodiscard]] std::string cursor_after(const ListRequest& request, std::string_view run_id,
                                       std::span<const std::optional<std::string>> keys);

}  // namespace planwise::store
