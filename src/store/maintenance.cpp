// The store as a file: migrations, backup and restore, moving out of a simulation's file.
#include <sys/stat.h>

#include <cstdio>
#include <set>

#include "core/files.h"
#include "core/ids.h"
#include "store/batch.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace fs = std::filesystem;
using duck::Access;
using duck::Value;

namespace {

/// "20261124T081400Z", for names of files beside the store.
std::string stamp() {
  std::string text;
  for (char c : to_text(Timestamp{now().microseconds / 1'000'000 * 1'000'000})) {
    if (c != '-' && c != ':') text += c;
  }
  return text;
}

/// A name beside the database that is not taken.
fs::path free_name(const fs::path& database, std::string_view what) {
  const std::string base = fmt::format("{}.{}.{}", database.string(), what, stamp());
  fs::path name = base;
  for (int attempt = 2; fs::exists(name); ++attempt) name = fmt::format("{}-{}", base, attempt);
  return name;
}

void remove_database(const fs::path& database) {
  std::error_code ignored;
  fs::remove(database, ignored);
  fs::remove(duck::wal_path(database), ignored);
}

/// Opens a copy, writes its log into it and reads its shape: proof that it can be used.
StoreShape opened_shape(const fs::path& copy) {
  const auto file = duck::DatabaseFile::at(copy);
  const duck::Lease lease = file->lease(Access::write, std::chrono::seconds(10));
  StoreShape shape = shape_of(lease.connection());
  file->checkpoint(1);
  return shape;
}

}  // namespace

MigrationReport RunStore::Parts::migrate(bool dry_run) {
  MigrationReport report;
  report.zone = options.legacy_zone.empty() ? machine_zone() : options.legacy_zone;
  if (dry_run) {
    const duck::Lease lease = file->lease(Access::read, options.read_deadline);
    const StoreShape found = shape_of(lease.connection());
    report.from = found.version;
    report.steps = pending_steps(found.version);
    report.to = latest_schema_version();
    if (found.kind == StoreKind::older) {
      duck::Rows rows = lease.connection().query(fmt::format("SELECT count(*) FROM {}.optimization_runs", schema));
      rows.next();
      report.adopted_runs = rows.integer(0);
    }
    return report;
  }
  duck::Lease lease = file->lease(Access::write, options.read_deadline);
  const StoreShape found = shape_of(lease.connection());
  report.from = found.version;
  report.steps = pending_steps(found.version);
  report.to = latest_schema_version();
  if (report.steps.empty()) return report;
  if (found.kind == StoreKind::none && found.foreign_tables) {
    throw Error(ErrorCode::wrong_state, fmt::format("'{}' holds other tables and no store of runs; a new store lives in a file of "
                                                    "its own: name one with --db, e.g. planwise.duckdb",
                                                    file->path().string()));
  }
  if (found.kind != StoreKind::none) {
    report.copy = free_name(file->path(), fmt::format("before-schema-{}", latest_schema_version()));
    file->copy_bytes(report.copy, {});
    opened_shape(report.copy);
  }
  {
    duck::FileTransaction transaction(lease);
    report.adopted_runs = apply_migrations(lease.connection(), found, options.who, report.zone);
    transaction.commit();
  }
  file->checkpoint(1);
  const StoreShape now_there = shape_of(lease.connection());
  remember(now_there);
  queue.remember_store_id(now_there.store_id);
  if (found.kind != StoreKind::none) {
    notice(fmt::format("migrated '{}' from schema {} to {}: {} runs adopted, their times read as {}; a copy from before is '{}'",
                       file->path().string(), report.from, report.to, report.adopted_runs, report.zone, report.copy.string()));
    const VerifyReport verified = verify_over(lease.connection(), {});
    notice(verified.clean() ? fmt::format("verified after the migration: {} runs, all fits", verified.runs)
                            : fmt::format("verify after the migration has {} findings, the first: {} {} {}; the copy from before is as it was",
                                          verified.findings.size(), verified.findings[0].table, verified.findings[0].row, verified.findings[0].what));
  }
  return report;
}

void copy_database(const fs::path& from, const fs::path& to, std::chrono::milliseconds deadline) {
  const auto file = duck::DatabaseFile::at(from);
  const duck::Lease lease = file->lease(Access::read, deadline);
  file->copy_bytes(to, {});
}

MigrationReport RunStore::migrate(bool dry_run) { return parts_->migrate(dry_run); }

void RunStore::backup(const fs::path& target, const ProgressCallback& progress) {
  Parts& p = *parts_;
  if (fs::exists(target)) throw Error(ErrorCode::already_exists, fmt::format("'{}' exists; a backup needs a new name", target.string()));
  const fs::path partial = target.string() + fmt::format(".part-{}", core::new_uuid().substr(0, 8));
  try {
    StoreShape original;
    {
      const duck::Lease lease = p.read_lease();
      original = shape_of(lease.connection());
      p.file->copy_bytes(partial, progress);
    }
    const StoreShape copied = opened_shape(partial);
    if (copied.store_id != original.store_id || copied.version != original.version) {
      throw Error(ErrorCode::corrupt, fmt::format("the copy for '{}' does not hold the same store", target.string()));
    }
    if (::rename(partial.c_str(), target.c_str()) != 0) {
      throw Error(ErrorCode::io, fmt::format("'{}' cannot be given its name", target.string()));
    }
  } catch (...) {
    remove_database(partial);
    throw;
  }
}

void RunStore::restore_backup(const fs::path& source) {
  Parts& p = *parts_;
  const fs::path database = p.file->path();
  if (!fs::exists(source)) throw Error(ErrorCode::not_found, fmt::format("there is no file '{}'", source.string()));
  const fs::path fresh = database.string() + fmt::format(".restore-{}", core::new_uuid().substr(0, 8));
  try {
    {
      const auto from = duck::DatabaseFile::at(source);
      const duck::Lease lease = from->lease(Access::read, p.options.read_deadline);
      if (shape_of(lease.connection()).kind == StoreKind::none) {
        throw Error(ErrorCode::wrong_state, fmt::format("'{}' holds no store of runs", source.string()));
      }
      from->copy_bytes(fresh, {});
    }
    opened_shape(fresh);
    const fs::path aside = free_name(database, "before-restore");
    if (duck::identity_of(database)) {
      std::optional<duck::Lease> lease;
      try {
        lease.emplace(p.file->lease(Access::write, p.options.read_deadline));
        p.file->checkpoint(1);
      } catch (const Error& error) {
        // A file that cannot be opened any more is just what a backup is restored over.
        if (error.code() == ErrorCode::busy || error.code() == ErrorCode::denied) throw;
        lease.emplace(p.file->lease(Access::none, p.options.read_deadline));
      }
      std::error_code error;
      if (fs::exists(duck::wal_path(database))) fs::rename(duck::wal_path(database), duck::wal_path(aside), error);
      fs::rename(database, aside);
      fs::rename(fresh, database);
      p.notice(fmt::format("the store from before is kept as '{}'", aside.string()));
    } else {
      fs::rename(fresh, database);
    }
  } catch (const fs::filesystem_error& error) {
    remove_database(fresh);
    throw Error(ErrorCode::io, fmt::format("restoring '{}': {}", source.string(), error.what()));
  } catch (...) {
    remove_database(fresh);
    throw;
  }
}

namespace {

/// Tables that are copied as they are; the runs' own are written anew in the layout of a file of their own.
void copy_plain_tables(duck::Connection& connection) {
  for (std::string_view table : {versions_table.name, audit_table.name, std::string_view("optimization_applied"),
                                 std::string_view("optimization_exports"), std::string_view("optimization_progress")}) {
    duck::Rows exists = connection.query(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'store' AND table_name = ?", {std::string(table)});
    exists.next();
    if (exists.integer(0) > 0) connection.run(fmt::format("INSERT INTO fresh.main.{0} BY NAME SELECT * FROM {1}.{0}", table, schema));
  }
}

/// Copies the store attached as `store` into the empty file attached as `fresh`; returns the number of runs.
std::int64_t copy_store(duck::Connection& connection, const StoreShape& from, const Who& who) {
  connection.run("BEGIN TRANSACTION");
  try {
    apply_schema(connection, "fresh.main", KeysIn::own_file);
    connection.query(
        fmt::format("INSERT INTO fresh.main.optimization_migrations SELECT version, name, applied_at, program_version, store_id, zone, "
                    "'moved from a file with other tables' FROM {}.optimization_migrations",
                    schema));
    copy_plain_tables(connection);
    std::vector<std::string> run_ids;
    {
      duck::Rows rows = connection.query(fmt::format("SELECT run_id FROM {}.optimization_run_details ORDER BY created_at, run_id", schema));
      while (rows.next()) run_ids.emplace_back(rows.text(0));
    }
    AuditChain chain(connection, "fresh.main", who);
    BatchInsert batch(connection, "fresh");
    std::set<std::string> configurations;
    for (const std::string& run_id : run_ids) {
      StoredRun stored = read_stored_run(connection, run_id);
      // Texts are written anew: what older programs stored is not always JSON, and here the columns are.
      const RunRows rows = rows_of(stored);
      const bool there = !rows.configuration.empty() && !configurations.insert(stored.configuration_hash).second;
      batch.add(rows, there);
      batch.add_audit(chain.next_row({.action = "move",
                                      .run_id = run_id,
                                      .version = stored.details.version,
                                      .reason = fmt::format("store {} moved into a file of its own", from.store_id),
                                      .content_hash = stored.details.content_hash,
                                      .row_hash = stored.details.row_hash}));
    }
    batch.finish();
    connection.run("COMMIT");
    return static_cast<std::int64_t>(run_ids.size());
  } catch (...) {
    connection.run("ROLLBACK");
    throw;
  }
}

}  // namespace

std::int64_t RunStore::move_to(const fs::path& target, bool drop_source) {
  Parts& p = *parts_;
  if (fs::exists(target)) throw Error(ErrorCode::already_exists, fmt::format("'{}' exists; name a new file to move the store to", target.string()));
  const fs::path partial = target.string() + fmt::format(".part-{}", core::new_uuid().substr(0, 8));
  duck::Lease lease = p.write_lease(p.options.read_deadline);
  if (!p.queue.empty()) p.drain_within(lease);
  duck::Connection& connection = lease.connection();
  std::int64_t moved = 0;
  try {
    const StoreShape from = shape_of(connection);
    connection.run(fmt::format("ATTACH {} AS fresh (READ_WRITE, ROW_GROUP_SIZE 2048)", duck::sql_literal(partial.string())));
    try {
      ::chmod(partial.c_str(), 0600);
      moved = copy_store(connection, from, p.options.who);
      connection.run("CHECKPOINT fresh; DETACH fresh");
    } catch (...) {
      connection.run("DETACH DATABASE IF EXISTS fresh");
      throw;
    }
    if (::rename(partial.c_str(), target.c_str()) != 0) throw Error(ErrorCode::io, fmt::format("'{}' cannot be given its name", target.string()));
  } catch (...) {
    remove_database(partial);
    throw;
  }
  Spool(target).remember_store_id(shape_of(connection).store_id);
  if (drop_source) {
    duck::FileTransaction transaction(lease);
    std::vector<std::string> tables;
    duck::Rows rows = connection.query(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'store' AND starts_with(table_name, 'optimization_')");
    while (rows.next()) tables.emplace_back(rows.text(0));
    for (const std::string& table : tables) connection.run(fmt::format("DROP TABLE {}.{}", schema, table));
    transaction.commit();
    p.file->checkpoint(1);
    const std::lock_guard guard(p.shape_mutex);
    p.shape.reset();
  }
  return moved;
}

}  // namespace planwise::store
