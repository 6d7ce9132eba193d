/// \file
/// The migrations of src/store/migrations, in order of their numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace planwise::store {

struct Migration {
  std::int64_t version;
  std::string name;
  std::string sql;  ///< Statements, with {store}, {primary_key} and {versions_key} to be replaced.
};

[[nodiscard]] const std::vector<Migration>& migrations();

}  // namespace planwise::store
