/// \file
/// Tables that other programs have made or copied (pandas, CREATE TABLE AS, earlier versions) brought to the columns,
/// types and uniqueness that this program reads, before their runs are adopted. Nothing of their content is lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "duck/connection.h"
#include "store/run_rows.h"

namespace planwise::store {

/// Adds columns that are missing (NULL), and changes the type of those that hold something else than this program reads,
/// where every value fits; times with a zone become local times of `zone`. Throws corrupt naming table, column and value
/// where one does not fit, or where a column is missing that no default stands for.
void settle_columns(duck::Connection& connection, std::string_view zone);

/// Removes second rows of one configuration_hash that say the same.
void settle_configurations(duck::Connection& connection);

/// Every state of a run that rows of the same id describe, the one that counts last; several where a table without a key
/// holds an id more than once. The tables keep the rows of the last.
[[nodiscard]] std::vector<RunRows> settle_rows_of(duck::Connection& connection, const std::string& run_id);

}  // namespace planwise::store
