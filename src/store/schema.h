/// \file
/// What kind of store a file holds, and the migrations that bring it to the newest schema.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "duck/connection.h"
#include "planwise/results_manager.h"
#include "store/run_store.h"

namespace planwise::store {

/// The schema that all SQL is written against: the attached file's.
inline constexpr std::string_view schema = "store.main";

enum class StoreKind {
  none,   ///< No table of ours.
  older,  ///< Tables of the earlier implementation, nothing else of ours: version 0.
  ours,   ///< Has optimization_migrations.
};

struct StoreShape {
  StoreKind kind = StoreKind::none;
  std::int64_t version = 0;
  std::string store_id;
  bool foreign_tables = false;  ///< The file also holds other programs' tables. Only told while the schema is not the newest.
  bool older_layout = false;    ///< Its tables were made by the earlier implementation, which may still write rows.
};

/// Reads the catalog and optimization_migrations. Throws unsupported for a schema newer than this program's.
[[nodiscard]] StoreShape shape_of(duck::Connection& connection);

[[nodiscard]] std::int64_t latest_schema_version();
[[nodiscard]] std::vector<MigrationStep> pending_steps(std::int64_t version);

/// Applies what is pending within the caller's transaction. Runs that have no details yet are adopted: their times,
/// local in `zone`, become UTC, and an audit entry seals them. Returns how many.
std::int64_t apply_migrations(duck::Connection& connection, const StoreShape& shape, const Who& who,
                              std::string_view zone);

/// Whether tables are made with keys: never in a file that holds other programs' tables.
enum class KeysIn { own_file, shared_file };

/// Makes all tables of the newest schema that are not there under `target` ("fresh.main").
void apply_schema(duck::Connection& connection, std::string_view target, KeysIn keys);

/// Adopts runs without details, e.g. those that the earlier program has written since.
std::int64_t adopt_runs(duck::Connection& connection, const Who& who, std::string_view zone);

/// How many runs have no details.
[[nodiscard]] std::int64_t count_unadopted(duck::Connection& connection);

}  // namespace planwise::store
