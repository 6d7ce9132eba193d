#include "duck/instance.h"

#include "duck/errors.h"

namespace planwise::duck {

Instance::Instance() {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) == DuckDBError) throw Error(ErrorCode::internal, "DuckDB gives no configuration");
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  duckdb_set_config(config, "autoload_known_extensions", "false");
  duckdb_set_config(config, "checkpoint_threshold", "1TB");
  // Statements are prepared once and run for as long as the process lives. DuckDB 1.5 plans them by the statistics of that
  // moment and does not look again (its issues 21207, 23704, 24182): a largest number kept in one byte when it was 200
  // wraps round at 257, a filter that nothing met then stays empty. Without these two, a plan holds for any content.
  duckdb_set_config(config, "disabled_optimizers", "statistics_propagation,compressed_materialization");
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
