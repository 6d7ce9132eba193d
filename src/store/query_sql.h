/// \file
/// Parts that compiled queries and pages are put together from.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "duck/value.h"
#include "store/query_fields.h"

namespace planwise::store {

/// SQL and its parameters, in step: what is appended brings the values of its own question marks.
struct SqlText {
  std::string text;
  std::vector<duck::Value> parameters;

  SqlText& add(std::string_view sql) {
    text += sql;
    return *this;
  }
  SqlText& add(std::string_view sql, duck::Value value) {
    text += sql;
    parameters.push_back(std::move(value));
    return *this;
  }
  SqlText& add(const ResolvedField& field) {
    text += field.sql;
    if (field.pointer) parameters.emplace_back(*field.pointer);
    return *this;
  }
};

/// Which tables besides d a statement reads.
struct FieldUse {
  bool runs = false, results = false, configurations = false;
  void add(const ResolvedField& field) {
    runs = runs || field.table == FieldTable::runs;
    results = results || field.table == FieldTable::results;
    configurations = configurations || field.table == FieldTable::configurations;
  }
};

/// The field of a name that stands alone; throws invalid_argument, "`role` ...", when there is none.
[[nodiscard]] ResolvedField field_named(std::string_view name, std::string_view role);

}  // namespace planwise::store
