#include "store/store_parts.h"

#include "core/hash.h"
#include "core/ids.h"

namespace planwise::store {

namespace {

using duck::Access;
using duck::Value;

/// Replaying the log costs 0.5 ms a commit at every open, writing it into the file 40 to 90 ms: the sum is least here.
constexpr std::int64_t wal_limit = 512 << 10;

}  // namespace

WriteSession::WriteSession(duck::Lease lease, std::shared_ptr<duck::DatabaseFile> file)
    : file_(std::move(file)), lease_(std::move(lease)) {
  transaction_.emplace(lease_);
}

WriteSession::~WriteSession() {
  transaction_.reset();
  try {
    file_->checkpoint(wal_limit);
  } catch (const Error&) {  // The log keeps what the file did not get; the next checkpoint tries again.
  }
}

void WriteSession::commit() {
  transaction_->commit();
  transaction_.reset();
}

RunStore::Parts::Parts(StoreOptions store_options)
    : options(std::move(store_options)), file(duck::DatabaseFile::at(options.database)), queue(file->path()) {}

std::optional<StoreShape> RunStore::Parts::known_shape() {
  const std::lock_guard guard(shape_mutex);
  if (!shape || duck::identity_of(file->path()) != shape_identity) return std::nullopt;
  return shape;
}

void RunStore::Parts::remember(const StoreShape& found) {
  const std::lock_guard guard(shape_mutex);
  shape = found;
  shape_identity = duck::identity_of(file->path()).value_or(duck::FileIdentity{});
}

duck::Lease RunStore::Parts::read_lease() {
  for (int attempt = 0;; ++attempt) {
    std::optional<StoreShape> found = known_shape();
    duck::Lease lease = file->lease(Access::read, options.read_deadline);
    if (!found) {
      found = shape_of(lease.connection());
      if (found->kind == StoreKind::none) {
        throw Error(ErrorCode::wrong_state,
                    fmt::format("'{}' holds no store of runs{}", file->path().string(),
                                found->foreign_tables ? " (it looks like a simulation's database); name a file of its "
                                                        "own with --db, e.g. planwise.duckdb"
                                                      : "; run `planwise setup`"));
      }
      if (found->version == latest_schema_version()) remember(*found);
    }
    const bool newest = found->version == latest_schema_version();
    if (newest && (!found->older_layout || count_unadopted(lease.connection()) == 0)) return lease;
    if (lease.access() == Access::write && newest) return lease;  // inside a write session of this thread
    if (attempt > 0) throw Error(ErrorCode::conflict, fmt::format("'{}' changes its schema under us", file->path().string()));
    {
      // Give up the read lease before the write lease that migrates.
      [[maybe_unused]] const duck::Lease done = std::move(lease);
    }
    if (newest) {
      write_session();  // adopts what the earlier program has written since
    } else {
      migrate(false);
    }
  }
}

duck::Lease RunStore::Parts::write_lease(std::chrono::milliseconds deadline) {
  if (!options.create && !duck::identity_of(file->path())) {
    throw Error(ErrorCode::not_found, fmt::format("there is no database '{}'", file->path().string()));
  }
  std::optional<StoreShape> found = known_shape();
  duck::Lease lease = file->lease(Access::write, deadline);
  if (!found) {
    found = shape_of(lease.connection());
    if (found->kind == StoreKind::none && found->foreign_tables) {
      throw Error(ErrorCode::wrong_state,
                  fmt::format("'{}' holds other tables and no store of runs; a new store lives in a file of its own: "
                              "name one with --db, e.g. planwise.duckdb",
                              file->path().string()));
    }
    if (found->version != latest_schema_version()) {
      migrate(false);
      found = shape_of(lease.connection());
    }
    remember(*found);
  }
  if (found->older_layout && count_unadopted(lease.connection()) != 0) {
    duck::FileTransaction transaction(lease);
    const std::string zone = options.legacy_zone.empty() ? machine_zone() : options.legacy_zone;
    const std::int64_t adopted = adopt_runs(lease.connection(), options.who, zone);
    transaction.commit();
    notice(fmt::format("adopted {} runs that the earlier program has written (times read as {})", adopted, zone));
  }
  return lease;
}

std::unique_ptr<WriteSession> RunStore::Parts::write_session(std::chrono::milliseconds deadline, std::string_view run_id) {
  duck::Lease lease = write_lease(deadline);
  if (!queue.empty()) drain_within(lease, std::chrono::milliseconds(300), run_id);
  return std::make_unique<WriteSession>(std::move(lease), file);
}

RunPlace place_of(duck::Connection& connection, std::string_view run_id) {
  const Value id{std::string(run_id)};
  duck::Rows current =
      connection.query(fmt::format("SELECT 1 FROM {}.optimization_run_details WHERE run_id = ?", schema), {id});
  if (current.next()) return RunPlace::current;
  duck::Rows earlier = connection.query(
      fmt::format("SELECT state FROM {}.optimization_run_versions WHERE run_id = ? ORDER BY version DESC LIMIT 1", schema),
      {id});
  if (!earlier.next()) return RunPlace::unknown;
  return earlier.text(0) == "purged" ? RunPlace::purged : RunPlace::trash;
}

Error no_such_run(duck::Connection& connection, std::string_view run_id) {
  switch (place_of(connection, run_id)) {
    case RunPlace::trash:
      return {ErrorCode::not_found,
              fmt::format("run '{}' is in the trash; `planwise trash restore {}` brings it back", run_id, run_id)};
    case RunPlace::purged:
      return {ErrorCode::not_found, fmt::format("run '{}' was purged; only its hash is kept", run_id)};
    default:
      return {ErrorCode::not_found, fmt::format("there is no run '{}'", run_id)};
  }
}

std::optional<RunRows> read_run_rows(duck::Connection& connection, std::string_view run_id) {
  const auto read = [&](const Table& table, std::string_view key, const Value& value) {
    duck::Rows found = connection.query(
        fmt::format("SELECT {} FROM {}.{} WHERE {} = ?", column_list(table), schema, table.name, key), {value});
    return found.next() ? read_row(found, table) : Row{};
  };
  const Value id{std::string(run_id)};
  RunRows rows;
  rows.details = read(details_table, "run_id", id);
  if (rows.details.empty()) return std::nullopt;
  rows.runs = read(runs_table, "run_id", id);
  if (rows.runs.empty()) {
    throw Error(ErrorCode::corrupt, fmt::format("run '{}' has details but no row in optimization_runs; see `planwise verify`", run_id));
  }
  rows.results = read(results_table, "run_id", id);
  rows.simulation = read(simulation_table, "run_id", id);
  if (std::holds_alternative<std::string>(rows.runs.back())) {
    rows.configuration = read(configurations_table, "configuration_hash", rows.runs.back());
  }
  return rows;
}

StoredRun read_stored_run(duck::Connection& connection, std::string_view run_id) {
  const std::optional<RunRows> rows = read_run_rows(connection, run_id);
  if (!rows) throw no_such_run(connection, run_id);
  return stored_run_from(*rows);
}

std::optional<Row> settle_configuration(duck::Connection& connection, StoredRun& stored) {
  const auto find = [&](const std::string& hash) -> std::optional<Row> {
    duck::Rows rows = connection.query(fmt::format("SELECT {} FROM {}.{} WHERE configuration_hash = ?",
                                                   column_list(configurations_table), schema, configurations_table.name),
                                       {hash});
    if (!rows.next()) return std::nullopt;
    return read_row(rows, configurations_table);
  };
  stored.configuration_hash = configuration_hash(stored.run.configuration);
  std::optional<Row> there = find(stored.configuration_hash);
  if (!there) return std::nullopt;
  // Hashes of earlier databases are trusted only as far as the content is the same.
  RunRows probe;
  StoredRun other;
  other.run.metadata.scenario_id = "-";
  probe.runs = rows_of(other).runs;
  probe.configuration = *there;
  const auto canonical = [](const Run& run) { return to_json(run.configuration).dump(JsonStyle::canonical); };
  const std::string ours = canonical(stored.run);
  if (canonical(stored_run_from(probe).run) == ours) return there;
  stored.configuration_hash += "-" + core::sha256_hex(ours).substr(0, 16);
  return find(stored.configuration_hash);
}

void insert_run(duck::Connection& connection, const RunRows& rows, bool configuration_is_there) {
  connection.query(insert_statement(runs_table, schema), rows.runs);
  if (!rows.results.empty()) connection.query(insert_statement(results_table, schema), rows.results);
  if (!configuration_is_there && !rows.configuration.empty()) {
    connection.query(insert_statement(configurations_table, schema), rows.configuration);
  }
  if (!rows.simulation.empty()) connection.query(insert_statement(simulation_table, schema), rows.simulation);
  connection.query(insert_statement(details_table, schema), rows.details);
}

void delete_run(duck::Connection& connection, std::string_view run_id) {
  for (const Table* table : {&runs_table, &results_table, &simulation_table, &details_table}) {
    connection.query(fmt::format("DELETE FROM {}.{} WHERE run_id = ?", schema, table->name), {std::string(run_id)});
  }
}

std::string version_digest(const Row& version_row) {
  Row covered = version_row;
  covered[2] = Value();  // state
  covered[3] = Value();  // document
  covered.back() = Value();
  return row_digest(covered);
}

std::string keep_version(duck::Connection& connection, const StoredRun& stored, std::string_view state, const Who& who) {
  std::string document = document_of(stored);
  std::string document_hash = core::sha256_hex(document);
  Row row{stored.run.metadata.run_id,
          stored.details.version,
          std::string(state),
          std::move(document),
          std::move(document_hash),
          stored.details.content_hash,
          planwise::now(),
          who.actor,
          who.session_id.empty() ? Value() : Value(who.session_id),
          who.source,
          Value()};
  std::string hash = version_digest(row);
  row.back() = hash;
  connection.query(insert_statement(versions_table, schema), row);
  return hash;
}

void rewrite_run(duck::Connection& connection, StoredRun& stored) {
  delete_run(connection, stored.run.metadata.run_id);
  const std::optional<Row> there = settle_configuration(connection, stored);
  if (!there) stored.configuration_created_at = planwise::now();
  insert_run(connection, rows_of(stored, there), there.has_value());
}

}  // namespace planwise::store
