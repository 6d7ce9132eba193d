/// \file
/// The tables and columns of a simulation database that are read, and what follows where one is missing.
#pragma once

#include <span>
#include <string_view>

namespace planwise::workforce {

enum class ColumnKind { text, real, integer, date, flag };

struct ColumnRule {
  std::string_view name;
  ColumnKind kind;
  std::string_view consequence;  ///< Empty: nothing depends on it.
};

struct TableRule {
  std::string_view name;
  std::span<const ColumnRule> columns;
  std::string_view consequence;
};

[[nodiscard]] const TableRule& snapshot_table();
[[nodiscard]] const TableRule& events_table();
[[nodiscard]] const TableRule& parameters_table();
[[nodiscard]] const TableRule& baseline_table();
[[nodiscard]] const TableRule& levers_table();
[[nodiscard]] const TableRule& staged_levers_table();
[[nodiscard]] const TableRule& targets_table();
[[nodiscard]] const TableRule& census_table();
/// All of the above that missing() looks at.
[[nodiscard]] std::span<const TableRule* const> expected_tables();

}  // namespace planwise::workforce
