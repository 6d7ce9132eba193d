/// \file
/// The query language's text as a tree. Knows the grammar, not the fields; no SQL. See docs/query-language.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace planwise::store {

inline constexpr std::size_t query_length_limit = 8192;  ///< Bytes.
inline constexpr int query_depth_limit = 100;            ///< Levels of parentheses and negations within each other.

/// A place in the query: offset in bytes. Messages count characters from 1.
using QueryPosition = std::size_t;

enum class QueryOperator {
  has,       ///< ":": equals, or contains for fields of free text.
  equal,     ///< "="
  unequal,   ///< "!="
  contains,  ///< "~"
  less,      ///< "<"
  at_most,   ///< "<="
  greater,   ///< ">"
  at_least,  ///< ">="
};

/// One written value. A quoted one is text and nothing else: no number, no `none`, no `*`.
struct QueryLiteral {
  std::string text;
  bool quoted = false;
  QueryPosition position = 0;
};

/// `a`, `a..b`, `a..` or `..b`. Without `range`, `low` is the value.
struct QueryValue {
  std::optional<QueryLiteral> low, high;
  bool range = false;
};

/// "param.cola_rate" as {param, cola_rate}.
struct QueryField {
  std::vector<std::string> segments;
  QueryPosition position = 0;
  QueryPosition end = 0;
};

/// A node of the tree. One type with the members of every kind, so that trees are plain values.
struct QueryNode {
  enum class Kind { all_of, any_of, negation, comparison, word };
  Kind kind = Kind::all_of;
  std::vector<QueryNode> children;  ///< all_of, any_of: any number; negation: one.
  QueryField field;                 ///< comparison
  QueryOperator op = QueryOperator::has;
  std::vector<QueryValue> values;  ///< comparison: at least one; several are a list, any of which may hold.
  QueryLiteral word;               ///< word: never empty.
};

/// Equality of meaning: positions do not count.
[[nodiscard]] bool same_query(const QueryNode& a, const QueryNode& b);

/// Reads a query; empty or blank text is all_of without children. Throws invalid_argument with position and caret for
/// text that is no UTF-8, is too long, is nested too deep, or breaks the grammar.
[[nodiscard]] QueryNode parse_query(std::string_view text);

/// Reads one field name, as sort keys and literal searches use them, with nothing before or behind it.
[[nodiscard]] QueryField parse_field(std::string_view text);

/// Text that parse_query() reads as the same tree.
[[nodiscard]] std::string print_query(const QueryNode& node);
[[nodiscard]] std::string print_field(const QueryField& field);

}  // namespace planwise::store
