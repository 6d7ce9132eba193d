/// \file
/// The fields that queries, sort keys and literal searches can name, and where SQL finds them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/query_parser.h"

namespace planwise::store {

/// What a field's SQL expression yields, which decides the operators it takes and how it sorts.
enum class FieldKind {
  text,       ///< VARCHAR; ":" is equality
  free_text,  ///< VARCHAR; ":" is contains
  integer,    ///< any integer type
  real,       ///< DOUBLE, may be NaN or infinite
  boolean,    ///< BOOLEAN
  time,       ///< TIMESTAMP, UTC
  tags,       ///< VARCHAR holding a JSON array of texts
  mixed,      ///< VARCHAR: the text of a JSON value of any kind
};

/// By alias: d, r, s, c of query_compiler.h.
enum class FieldTable { details, runs, results, configurations };

struct ResolvedField {
  std::string name;  ///< As documented, for messages: "risk_level", "param.cola_rate".
  FieldKind kind = FieldKind::text;
  FieldTable table = FieldTable::details;
  std::string sql;
  std::optional<std::string> pointer;  ///< JSON pointer bound to the one "?" in `sql`; absent: no "?" there.
  bool nullable = true;
};

/// nullopt for a field that does not exist; `problem` then says so, lists near names or what is missing.
[[nodiscard]] std::optional<ResolvedField> resolve_field(const QueryField& field, std::string& problem);

/// One line of the list of fields, for `--help`, completion and the documentation's test.
struct FieldDescription {
  std::string_view name;
  std::string_view aliases;  ///< Separated by blanks.
  FieldKind kind = FieldKind::text;
};
[[nodiscard]] std::span<const FieldDescription> field_descriptions();

/// Prefixes of fields that live in JSON: "param", "optimal_parameters", ...
[[nodiscard]] std::span<const std::string_view> field_prefixes();

[[nodiscard]] std::string_view kind_text(FieldKind kind);

}  // namespace planwise::store
