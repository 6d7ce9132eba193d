/// \file
/// A value bound to a statement or read from a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "planwise/time.h"

namespace planwise::duck {

/// NULL, BOOLEAN, BIGINT, DOUBLE, VARCHAR or TIMESTAMP (UTC). Narrower columns are checked by DuckDB's own casts.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Timestamp>;

/// NULL where there is none.
template <typename T>
[[nodiscard]] Value value_or_null(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

/// `name` in double quotes: the one way the name of a catalog, table or column gets into a statement.
[[nodiscard]] std::string sql_name(std::string_view name);
/// `text` as a single-quoted SQL literal. Only for statements that take no parameters (ATTACH, COPY ... TO).
[[nodiscard]] std::string sql_literal(std::string_view text);

}  // namespace planwise::duck
