/// \file
/// DuckDB's error texts as errors of ours.
#pragma once

#include <string>
#include <string_view>

#include "planwise/error.h"

namespace planwise::duck {

/// Classifies what DuckDB said while doing `what` ("opening 'x.duckdb'").
[[nodiscard]] Error translated(std::string_view what, std::string_view duckdb_text);

/// True for the text of a failed attempt to lock a file that another process has open.
[[nodiscard]] bool says_locked(std::string_view duckdb_text);

/// "program (process 123)" out of such a text, or "another process".
[[nodiscard]] std::string lock_holder(std::string_view duckdb_text);

/// True when the instance is dead after this error and must be made anew.
[[nodiscard]] bool says_invalidated(std::string_view duckdb_text);

}  // namespace planwise::duck
