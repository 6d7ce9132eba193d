// Running work: heartbeats, batches, requests to stop, and what becomes of runs whose process is gone.
#include "store/progress.h"

#include <algorithm>

#include "core/hash.h"
#include "core/ids.h"
#include "store/process_mark.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace {

using duck::Value;
using duck::value_or_null;

/// Progress is told often and worth little alone: it never waits long for the file.
constexpr std::chrono::milliseconds progress_deadline{250};

constexpr std::string_view heartbeat_columns =
    "sequence, recorded_at, evaluations, max_evaluations, best_objective, best_feasible, seconds, host, process_id, "
    "process_started, boot_id, process_space";

/// Reads heartbeat_columns from column `first` on.
Heartbeat heartbeat_from(const duck::Rows& rows, std::size_t first) {
  Heartbeat beat;
  beat.progress.sequence = rows.integer(first);
  beat.beat_at = rows.time(first + 1);
  beat.progress.evaluations = rows.optional_integer(first + 2).value_or(0);
  beat.progress.max_evaluations = rows.optional_integer(first + 3);
  beat.progress.best_objective = rows.optional_real(first + 4);
  beat.progress.best_feasible = rows.optional_boolean(first + 5);
  beat.progress.seconds = rows.optional_real(first + 6).value_or(0);
  beat.host = rows.optional_text(first + 7).value_or("");
  beat.process_id = rows.optional_integer(first + 8).value_or(0);
  beat.process_started = rows.optional_integer(first + 9).value_or(0);
  beat.boot_id = rows.optional_text(first + 10).value_or("");
  beat.process_space = rows.optional_text(first + 11).value_or("");
  return beat;
}

/// Puts `beat` in place of the run's heartbeat, or beside its other rows where it has none.
void write_heartbeat(duck::Connection& connection, std::string_view run_id, const Heartbeat& beat, const Who& who,
                     bool replaces) {
  const RunProgress& p = beat.progress;
  std::vector<Value> values{p.sequence,
                            beat.beat_at,
                            p.evaluations,
                            value_or_null(p.max_evaluations),
                            value_or_null(p.best_objective),
                            value_or_null(p.best_feasible),
                            p.seconds,
                            beat.host,
                            beat.process_id,
                            beat.process_started,
                            beat.boot_id,
                            beat.process_space,
                            who.actor,
                            std::string(run_id)};
  if (replaces) {
    connection.query(
        fmt::format(
            "UPDATE {}.optimization_progress SET sequence = ?, recorded_at = ?, evaluations = ?, max_evaluations = ?, "
            "best_objective = ?, best_feasible = ?, seconds = ?, host = ?, process_id = ?, process_started = ?, "
            "boot_id = ?, process_space = ?, actor = ? WHERE run_id = ? AND kind = 'heartbeat'",
            schema),
        values);
  } else {
    connection.query(
        fmt::format(
            "INSERT INTO {}.optimization_progress ({}, actor, run_id, kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
            "?, ?, ?, ?, 'heartbeat')",
            schema, heartbeat_columns),
        values);
  }
}

void write_batch(duck::Connection& connection, std::string_view run_id, const RunProgress& progress, Timestamp at,
                 const Who& who) {
  connection.query(
      fmt::format("DELETE FROM {}.optimization_progress WHERE run_id = ? AND kind = 'batch' AND sequence = ?", schema),
      {std::string(run_id), progress.sequence});
  connection.query(
      fmt::format("INSERT INTO {}.optimization_progress (run_id, kind, sequence, recorded_at, actor, payload) VALUES "
                  "(?, 'batch', ?, ?, ?, ?)",
                  schema),
      {std::string(run_id), progress.sequence, at, who.actor, progress.payload.dump()});
}

void delete_kinds(duck::Connection& connection, std::string_view run_id, std::string_view kinds) {
  connection.query(fmt::format("DELETE FROM {}.optimization_progress WHERE run_id = ? AND kind IN ({})", schema, kinds),
                   {std::string(run_id)});
}

Error not_running(std::string_view run_id, std::string_view status) {
  return {ErrorCode::wrong_state, fmt::format("run '{}' is {}, not running", run_id, status)};
}

/// Whether the caller may tell how the run fares.
void check_owner(duck::Connection& connection, std::string_view run_id, std::string_view token) {
  duck::Rows known = connection.query(
      fmt::format(
          "SELECT d.owner_hash, r.status, d.actor FROM {0}.optimization_run_details d JOIN {0}.optimization_runs r ON "
          "r.run_id = d.run_id WHERE d.run_id = ? AND r.run_id = ?",
          schema),
      {std::string(run_id), std::string(run_id)});
  if (!known.next()) throw no_such_run(connection, run_id);
  if (known.text(1) != "running") throw not_running(run_id, known.text(1));
  const std::optional<std::string> owner = known.optional_text(0);
  if (owner && core::sha256_hex(token) != *owner) {
    throw Error(ErrorCode::conflict,
                fmt::format("run '{}' belongs to whoever started it or took it over ({}); this is not its token",
                            run_id, known.text(2)));
  }
}

std::string describe(const std::optional<Heartbeat>& beat) {
  if (!beat) return "no heartbeat";
  return fmt::format("process {} on {}, last heartbeat {}", beat->process_id, beat->host, to_text(beat->beat_at));
}

void check_not_locked(const StoredRun& stored) {
  if (!stored.details.locked) return;
  throw Error(ErrorCode::wrong_state,
              fmt::format("run '{}' is locked{}; unlock it first", stored.run.metadata.run_id,
                          stored.details.lock_reason ? " (" + *stored.details.lock_reason + ")" : ""));
}

/// A run is not taken from a process that may still work on it.
void check_lost(const StoredRun& stored, const std::optional<Heartbeat>& beat) {
  const Metadata& m = stored.run.metadata;
  if (m.status != "running") throw not_running(m.run_id, m.status);
  check_not_locked(stored);
  const Timestamp at = now();
  const std::string_view state = running_state(beat, at);
  if (state == "running") {
    throw Error(ErrorCode::conflict,
                fmt::format("run '{}' is being worked on ({}); ask it to stop with `planwise stop {}`", m.run_id,
                            describe(beat), m.run_id));
  }
  if (state == "unknown" && at.microseconds - m.updated_at.microseconds < lost_after_seconds * 1'000'000) {
    throw Error(ErrorCode::conflict,
                fmt::format("run '{}' was saved {} s ago and has given no heartbeat yet; it counts as lost {} s after "
                            "its last save",
                            m.run_id, (at.microseconds - m.updated_at.microseconds) / 1'000'000, lost_after_seconds));
  }
}

Json change(std::string_view field, Json before, Json after) {
  return Json(
      Json::Object{{std::string(field), Json(Json::Object{{"old", std::move(before)}, {"new", std::move(after)}})}});
}

}  // namespace

namespace {

/// Of one run, or of all where `run_id` is empty.
std::map<std::string, ProgressRows, std::less<>> progress_rows(duck::Connection& connection, std::string_view run_id) {
  std::map<std::string, ProgressRows, std::less<>> all;
  duck::Rows rows =
      connection.query(fmt::format("SELECT run_id, kind, actor, reason, {} FROM {}.optimization_progress WHERE kind IN "
                                   "('heartbeat', 'stop') AND (? = '' OR run_id = ?)",
                                   heartbeat_columns, schema),
                       {std::string(run_id), std::string(run_id)});
  while (rows.next()) {
    ProgressRows& found = all[std::string(rows.text(0))];
    if (rows.text(1) == "heartbeat") {
      found.heartbeat = heartbeat_from(rows, 4);
    } else {
      found.stop = StopRequest{std::string(rows.text(2)), rows.time(5), rows.optional_text(3).value_or("")};
    }
  }
  return all;
}

}  // namespace

ProgressRows read_progress(duck::Connection& connection, std::string_view run_id) {
  auto found = progress_rows(connection, run_id);
  return found.empty() ? ProgressRows{} : std::move(found.begin()->second);
}

std::map<std::string, ProgressRows, std::less<>> read_all_progress(duck::Connection& connection) {
  return progress_rows(connection, {});
}

void write_first_heartbeat(duck::Connection& connection, std::string_view run_id, const Who& who) {
  Heartbeat beat;
  beat.beat_at = now();
  mark_process(beat);
  write_heartbeat(connection, run_id, beat, who, read_progress(connection, run_id).heartbeat.has_value());
}

void delete_progress(duck::Connection& connection, std::string_view run_id) {
  connection.query(fmt::format("DELETE FROM {}.optimization_progress WHERE run_id = ?", schema), {std::string(run_id)});
}

void add_heartbeats(duck::Connection& connection, std::span<RunSummary> summaries) {
  const auto runs = [](const RunSummary& summary) { return summary.status == "running"; };
  if (std::none_of(summaries.begin(), summaries.end(), runs)) return;
  const auto progress = read_all_progress(connection);
  for (RunSummary& summary : summaries) {
    const auto found = progress.find(summary.run_id);
    if (runs(summary) && found != progress.end()) summary.heartbeat = found->second.heartbeat;
  }
}

void add_states(std::span<RunSummary> summaries) {
  for (RunSummary& summary : summaries) {
    if (summary.status == "running") summary.run_state = std::string(running_state(summary.heartbeat, now()));
  }
}

ProgressReceipt RunStore::report_progress(std::string_view run_id, std::string_view owner_token,
                                          const RunProgress& progress) {
  Parts& p = *parts_;
  ProgressReceipt receipt;
  const std::string token = owner_token.empty() ? p.queue.token_of(run_id) : std::string(owner_token);
  try {
    const auto session = p.write_session(progress_deadline, run_id);
    duck::Connection& connection = session->connection();
    check_owner(connection, run_id, token);
    const ProgressRows before = read_progress(connection, run_id);
    Heartbeat beat;
    beat.progress = progress;
    beat.beat_at = now();
    mark_process(beat);
    write_heartbeat(connection, run_id, beat, p.options.who, before.heartbeat.has_value());
    if (!progress.payload.is_null()) write_batch(connection, run_id, progress, beat.beat_at, p.options.who);
    session->commit();
    receipt.stored = true;
    receipt.stop = before.stop;
  } catch (const Error& error) {
    const bool passes =
        error.code() == ErrorCode::busy || error.code() == ErrorCode::io || error.code() == ErrorCode::denied;
    if (!passes) throw;
    receipt.why_not = error.what();
  }
  return receipt;
}

std::vector<Json> RunStore::progress_payloads(std::string_view run_id) {
  const duck::Lease lease = parts_->read_lease();
  duck::Connection& connection = lease.connection();
  if (place_of(connection, run_id) != RunPlace::current) throw no_such_run(connection, run_id);
  std::vector<Json> payloads;
  duck::Rows rows = connection.query(
      fmt::format("SELECT payload FROM {}.optimization_progress WHERE run_id = ? AND kind = 'batch' ORDER BY sequence",
                  schema),
      {std::string(run_id)});
  while (rows.next()) payloads.push_back(Json::parse(rows.text(0)));
  return payloads;
}

std::vector<RunningRun> RunStore::running() {
  const duck::Lease lease = parts_->read_lease();
  duck::Connection& connection = lease.connection();
  std::vector<RunningRun> runs;
  {
    duck::Rows rows = connection.query(fmt::format(
        "SELECT r.run_id, r.scenario_id, r.optimization_type, r.optimization_engine, d.actor, r.created_at FROM "
        "{0}.optimization_runs r JOIN {0}.optimization_run_details d ON d.run_id = r.run_id WHERE r.status = 'running' "
        "ORDER BY r.created_at DESC, r.run_id",
        schema));
    while (rows.next()) {
      RunningRun run;
      run.run_id = rows.text(0);
      run.scenario_id = rows.optional_text(1).value_or("");
      run.optimization_type = rows.optional_text(2).value_or("");
      run.optimization_engine = rows.optional_text(3).value_or("");
      run.actor = rows.text(4);
      run.started_at = rows.optional_time(5).value_or(Timestamp{});
      runs.push_back(std::move(run));
    }
  }
  auto progress = read_all_progress(connection);
  for (RunningRun& run : runs) {
    if (const auto found = progress.find(run.run_id); found != progress.end()) {
      run.heartbeat = std::move(found->second.heartbeat);
      run.stop = std::move(found->second.stop);
    }
    run.state = running_state(run.heartbeat, now());
  }
  return runs;
}

void RunStore::request_stop(std::string_view run_id, std::string_view reason) {
  Parts& p = *parts_;
  const auto session = p.write_session(p.options.read_deadline, run_id);
  duck::Connection& connection = session->connection();
  const StoredRun stored = read_stored_run(connection, run_id);
  if (stored.run.metadata.status != "running") throw not_running(run_id, stored.run.metadata.status);
  const ProgressRows found = read_progress(connection, run_id);
  if (running_state(found.heartbeat, now()) == "lost") {
    throw Error(ErrorCode::wrong_state,
                fmt::format("run '{}' is lost ({}): nobody is there to stop; close it or resume it", run_id,
                            describe(found.heartbeat)));
  }
  if (found.stop) return;
  connection.query(
      fmt::format("INSERT INTO {}.optimization_progress (run_id, kind, sequence, recorded_at, actor, reason) VALUES "
                  "(?, 'stop', 0, ?, ?, ?)",
                  schema),
      {std::string(run_id), now(), p.options.who.actor, reason.empty() ? Value() : Value(std::string(reason))});
  AuditChain chain(connection, schema, p.options.who);
  chain.append({.action = "request_stop",
                .run_id = std::string(run_id),
                .version = stored.details.version,
                .changes = change("stop_requested", false, true),
                .reason = std::string(reason),
                .content_hash = stored.details.content_hash,
                .row_hash = stored.details.row_hash});
  session->commit();
}

void RunStore::close_lost(std::string_view run_id, std::string_view status, std::string_view reason) {
  if (status != "failed" && status != "cancelled") {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("status '{}' is not allowed for a lost run; allowed are failed and cancelled", status));
  }
  Parts& p = *parts_;
  const auto session = p.write_session(p.options.read_deadline, run_id);
  duck::Connection& connection = session->connection();
  StoredRun stored = read_stored_run(connection, run_id);
  const std::optional<Heartbeat> beat = read_progress(connection, run_id).heartbeat;
  check_lost(stored, beat);
  const Json before = to_json(stored.run);
  const std::string version_hash = keep_version(connection, stored, "superseded", p.options.who);
  Metadata& m = stored.run.metadata;
  m.status = std::string(status);
  m.convergence_message = reason.empty() ? fmt::format("lost: {}", describe(beat)) : std::string(reason);
  m.completed_at = beat ? beat->beat_at : m.updated_at;
  m.updated_at = now();
  if (beat && !m.function_evaluations) m.function_evaluations = beat->progress.evaluations;
  if (beat && !m.runtime_seconds) m.runtime_seconds = beat->progress.seconds;
  stored.details.version += 1;
  stored.details.content_hash = content_hash(stored.run);
  stored.details.owner_hash.reset();
  stored.details.actor = p.options.who.actor;
  stored.details.session_id = p.options.who.session_id;
  stored.details.source = p.options.who.source;
  rewrite_run(connection, stored);
  // What was found so far stays readable: the run itself does not hold it.
  delete_kinds(connection, run_id, "'heartbeat', 'stop'");
  AuditChain chain(connection, schema, p.options.who);
  chain.append({.action = "close",
                .run_id = std::string(run_id),
                .version = stored.details.version,
                .changes = changes_json(changed_fields(before, to_json(stored.run))),
                .reason = std::string(reason),
                .content_hash = stored.details.content_hash,
                .row_hash = stored.details.row_hash,
                .version_row_hash = version_hash});
  session->commit();
  p.queue.drop_token(run_id);
}

std::string RunStore::take_over(std::string_view run_id, std::string_view reason) {
  Parts& p = *parts_;
  const auto session = p.write_session(p.options.read_deadline, run_id);
  duck::Connection& connection = session->connection();
  StoredRun stored = read_stored_run(connection, run_id);
  const std::optional<Heartbeat> before = read_progress(connection, run_id).heartbeat;
  check_lost(stored, before);
  const std::string token = core::random_token();
  stored.details.owner_hash = core::sha256_hex(token);
  stored.details.actor = p.options.who.actor;
  stored.details.session_id = p.options.who.session_id;
  stored.details.source = p.options.who.source;
  rewrite_run(connection, stored);
  // The heartbeat becomes ours at once: whoever comes next finds the run alive.
  Heartbeat beat = before.value_or(Heartbeat{});
  beat.beat_at = now();
  mark_process(beat);
  write_heartbeat(connection, run_id, beat, p.options.who, before.has_value());
  delete_kinds(connection, run_id, "'stop'");
  AuditChain chain(connection, schema, p.options.who);
  chain.append({.action = "take_over",
                .run_id = std::string(run_id),
                .version = stored.details.version,
                .changes = change("owner", describe(before), describe(beat)),
                .reason = std::string(reason),
                .content_hash = stored.details.content_hash,
                .row_hash = stored.details.row_hash});
  p.queue.keep_token(run_id, token);
  session->commit();
  return token;
}

Json RunStore::provenance(std::string_view run_id) {
  Parts& p = *parts_;
  bool waiting = false;
  if (!p.queue.empty()) {
    const std::optional<QueuedSave> queued = p.queue.find(run_id);
    if (queued && queued->provenance) return Json::parse(*queued->provenance);
    waiting = queued.has_value();
  }
  // A run that waits is shown while the file is held elsewhere; what the file may know of it besides is left out then.
  std::optional<duck::Lease> lease;
  try {
    lease.emplace(p.read_lease());
  } catch (const Error& error) {
    if (waiting && error.code() == ErrorCode::busy) return {};
    throw;
  }
  duck::Rows rows = lease->connection().query(
      fmt::format("SELECT provenance FROM {}.optimization_run_details WHERE run_id = ?", schema),
      {std::string(run_id)});
  if (rows.next()) return rows.is_null(0) ? Json() : Json::parse(rows.text(0));
  if (waiting) return {};
  throw no_such_run(lease->connection(), run_id);
}

}  // namespace planwise::store
