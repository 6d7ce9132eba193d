#include "duck/instance.h"

#include "duck/errors.h"

namespace planwise::duck {

Instance::Instance() {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) == DuckDBError) throw Error(ErrorCode::internal, "DuckDB gives no configuration");
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  duckdb_set_config(config, "autoload_known_extensions", "false");
  duckdb_set_config(config, "checkpoint_threshold", "1TB");
  char* text = nullptr;
  const duckdb_state opened = duckdb_open_ext(nullptr, &database_, config, &text);
  duckdb_destroy_config(&config);
  if (opened == DuckDBError) {
    const Error error = translated("starting DuckDB", text != nullptr ? text : "");
    duckdb_free(text);
    throw error;
  }
  connection_ = std::make_unique<Connection>(database_);
  connection_->run("PRAGMA disable_checkpoint_on_shutdown; SET TimeZone = 'UTC'; SET enable_progress_bar = false");
}

Instance::~Instance() {
  connection_.reset();
  duckdb_close(&database_);
}

MemoryLimit::MemoryLimit(Connection& connection, const std::string& limit) : connection_(connection) {
  connection_.run("SET memory_limit = '" + limit + "'");
}

MemoryLimit::~MemoryLimit() {
  try {
    connection_.run("RESET memory_limit");
  } catch (const Error&) {  // Then the limit stays: slower, nothing worse.
  }
}

}  // namespace planwise::duck
