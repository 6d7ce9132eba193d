// States of a run: locked, archived, in the trash, purged.
#include <algorithm>
#include <set>

#include "core/hash.h"
#include "store/progress.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace {

using duck::Value;

std::string locked_text(const StoredRun& stored) {
  return fmt::format("run '{}' is locked{}", stored.run.metadata.run_id,
                     stored.details.lock_reason ? " (" + *stored.details.lock_reason + ")" : "");
}

Json state_change(std::string_view field, Json before, Json after) {
  return Json(Json::Object{{std::string(field), Json(Json::Object{{"old", std::move(before)}, {"new", std::move(after)}})}});
}

/// A change of state in one transaction with its audit entry. `change` returns what the entry says, or null when there
/// is nothing to do.
void change_state(WriteSession& session, const Who& who, std::string_view run_id, std::string_view action,
                  std::string_view reason, const std::function<Json(StoredRun&)>& change) {
    StoredRun stored = read_stored_run(session.connection(), run_id);
    Json changes = change(stored);
    if (changes.is_null()) return;
    rewrite_run(session.connection(), stored);
    AuditChain chain(session.connection(), schema, who);
    chain.append({.action = std::string(action),
                  .run_id = std::string(run_id),
                  .version = stored.details.version,
                  .changes = std::move(changes),
                  .reason = std::string(reason),
                  .content_hash = stored.details.content_hash,
                  .row_hash = stored.details.row_hash});
    session.commit();
}

}  // namespace

void RunStore::lock(std::string_view run_id, std::string_view reason) {
  const auto session = parts_->write_session();
  change_state(*session, parts_->options.who, run_id, "lock", reason, [&](StoredRun& stored) -> Json {
    if (stored.details.locked) return {};
    stored.details.locked = true;
    if (!reason.empty()) stored.details.lock_reason = std::string(reason);
    return state_change("locked", false, true);
  });
}

void RunStore::unlock(std::string_view run_id, std::string_view reason) {
  const auto session = parts_->write_session();
  change_state(*session, parts_->options.who, run_id, "unlock", reason, [&](StoredRun& stored) -> Json {
    if (!stored.details.locked) return {};
    stored.details.locked = false;
    stored.details.lock_reason.reset();
    return state_change("locked", true, false);
  });
}

void RunStore::archive(std::string_view run_id, std::string_view reason) {
  const auto session = parts_->write_session();
  change_state(*session, parts_->options.who, run_id, "archive", reason, [&](StoredRun& stored) -> Json {
    if (stored.details.archived_at) return {};
    stored.details.archived_at = now();
    return state_change("archived_at", Json(), Json(to_text(*stored.details.archived_at)));
  });
}

void RunStore::unarchive(std::string_view run_id, std::string_view reason) {
  const auto session = parts_->write_session();
  change_state(*session, parts_->options.who, run_id, "unarchive", reason, [&](StoredRun& stored) -> Json {
    if (!stored.details.archived_at) return {};
    Json changes = state_change("archived_at", Json(to_text(*stored.details.archived_at)), Json());
    stored.details.archived_at.reset();
    return changes;
  });
}

void RunStore::remove(std::string_view run_id, std::string_view reason) {
  Parts& p = *parts_;
  const auto session = p.write_session();
  duck::Connection& connection = session->connection();
  const StoredRun stored = read_stored_run(connection, run_id);
  if (stored.details.locked) throw Error(ErrorCode::wrong_state, locked_text(stored) + "; unlock it before deleting");
  const std::string version_hash = keep_version(connection, stored, "trash", p.options.who);
  delete_run(connection, run_id);
  AuditChain chain(connection, schema, p.options.who);
  chain.append({.action = "delete",
                .run_id = std::string(run_id),
                .version = stored.details.version,
                .reason = std::string(reason),
                .content_hash = stored.details.content_hash,
                .version_row_hash = version_hash});
  session->commit();
}

std::vector<TrashedRun> RunStore::trash() {
  const duck::Lease lease = parts_->read_lease();
  std::vector<TrashedRun> runs;
  duck::Rows rows = lease.connection().query(
      fmt::format("SELECT v.run_id, v.version, v.document, v.recorded_at, v.actor, v.content_hash, a.reason FROM "
                  "{0}.optimization_run_versions v LEFT JOIN {0}.optimization_audit_log a ON a.run_id = v.run_id AND "
                  "a.action = 'delete' AND a.version_row_hash = v.row_hash WHERE v.state = 'trash' ORDER BY v.recorded_at DESC, v.run_id",
                  schema));
  while (rows.next()) {
    TrashedRun run;
    run.run_id = rows.text(0);
    run.version = rows.integer(1);
    if (!rows.is_null(2)) run.scenario_id = stored_run_from_document(rows.text(2)).run.metadata.scenario_id;
    run.deleted_at = rows.time(3);
    run.deleted_by = rows.text(4);
    run.content_hash = rows.text(5);
    run.reason = rows.optional_text(6);
    runs.push_back(std::move(run));
  }
  return runs;
}

void RunStore::restore(std::string_view run_id, std::string_view reason) {
  Parts& p = *parts_;
  const auto session = p.write_session();
  duck::Connection& connection = session->connection();
  StoredRun stored;
  {
    duck::Rows rows = connection.query(
        fmt::format("SELECT document FROM {}.optimization_run_versions WHERE run_id = ? AND state = 'trash'", schema),
        {std::string(run_id)});
    if (!rows.next()) {
      switch (place_of(connection, run_id)) {
        case RunPlace::current:
          throw Error(ErrorCode::wrong_state, fmt::format("run '{}' is not in the trash", run_id));
        default: throw no_such_run(connection, run_id);
      }
    }
    stored = stored_run_from_document(rows.text(0));
  }
  connection.query(fmt::format("DELETE FROM {}.optimization_run_versions WHERE run_id = ? AND state = 'trash'", schema),
                   {std::string(run_id)});
  const std::optional<Row> there = settle_configuration(connection, stored);
  insert_run(connection, rows_of(stored, there), there.has_value());
  AuditChain chain(connection, schema, p.options.who);
  chain.append({.action = "restore",
                .run_id = std::string(run_id),
                .version = stored.details.version,
                .reason = std::string(reason),
                .content_hash = stored.details.content_hash,
                .row_hash = stored.details.row_hash});
  session->commit();
}

namespace {

/// Empties what the tables hold of a purged run; hashes stay.
void erase_content(duck::Connection& connection, const std::string& run_id) {
  std::set<std::string> configurations;
  duck::Rows documents = connection.query(
      fmt::format("SELECT document FROM {}.optimization_run_versions WHERE run_id = ? AND document IS NOT NULL", schema), {run_id});
  while (documents.next()) configurations.insert(stored_run_from_document(documents.text(0)).configuration_hash);
  connection.query(fmt::format("UPDATE {}.optimization_run_versions SET document = NULL, state = 'purged' WHERE run_id = ?", schema), {run_id});
  connection.query(fmt::format("UPDATE {}.optimization_audit_log SET changes = NULL, reason = NULL WHERE run_id = ?", schema), {run_id});
  delete_progress(connection, run_id);
  // The name of a file is text too, and often speaks of what was in it.
  connection.query(fmt::format("UPDATE {}.optimization_exports SET export_path = '(purged)' WHERE run_id = ?", schema), {run_id});
  for (const std::string& hash : configurations) {
    connection.query(fmt::format("DELETE FROM {0}.optimization_configurations WHERE configuration_hash = ? AND "
                                 "configuration_hash NOT IN (SELECT configuration_hash FROM {0}.optimization_runs WHERE "
                                 "configuration_hash IS NOT NULL)",
                                 schema),
                     {hash});
  }
}

}  // namespace

std::vector<std::string> RunStore::purge(const std::vector<std::string>& run_ids, std::string_view reason,
                                         const ProgressCallback& progress) {
  Parts& p = *parts_;
  const auto held = hold(HoldFor::writing);
  std::vector<std::string> purged = run_ids;
  {
    const auto session = p.write_session();
    duck::Connection& connection = session->connection();
    if (purged.empty()) {
      duck::Rows rows = connection.query(
          fmt::format("SELECT run_id FROM {}.optimization_run_versions WHERE state = 'trash' ORDER BY run_id", schema));
      while (rows.next()) purged.emplace_back(rows.text(0));
    }
    if (purged.empty()) return {};
    AuditChain chain(connection, schema, p.options.who);
    std::int64_t done = 0;
    for (const std::string& run_id : purged) {
      switch (place_of(connection, run_id)) {
        case RunPlace::current: {
          const StoredRun stored = read_stored_run(connection, run_id);
          throw Error(ErrorCode::wrong_state, stored.details.locked
                                                  ? locked_text(stored) + "; unlock and delete it before purging"
                                                  : fmt::format("run '{}' is not in the trash; delete it before purging", run_id));
        }
        case RunPlace::trash: break;
        default: throw no_such_run(connection, run_id);
      }
      erase_content(connection, run_id);
      chain.append({.action = "purge", .run_id = run_id, .reason = std::string(reason)});
      if (progress && !progress(++done, static_cast<std::int64_t>(purged.size()))) {
        throw Error(ErrorCode::cancelled, "the purge was cancelled; nothing was purged");
      }
    }
    session->commit();
  }
  // DuckDB leaves deleted text in the file: only a new file is free of it.
  const duck::Lease lease = p.write_lease(p.options.read_deadline);
  p.file->replace_by([](duck::Connection& connection) { connection.run("COPY FROM DATABASE store TO fresh"); });
  for (const std::string& run_id : purged) {
    p.queue.forget(run_id);
    p.queue.drop_token(run_id);
  }
  return purged;
}

}  // namespace planwise::store
