// Saving: checks, one run, many runs, revisions, annotations, and the way into the spool.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/hash.h"
#include "core/ids.h"
#include "core/near.h"
#include "core/personal.h"
#include "store/progress.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace {

using duck::Value;

void check_id(std::string_view run_id) {
  const bool plain = std::all_of(run_id.begin(), run_id.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
  if (run_id.empty() || run_id.size() > 200 || !plain) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("run_id '{}' is not allowed: 1 to 200 characters without control characters", run_id));
  }
}

void default_to(Json& value, Json fallback) {
  if (value.is_null()) value = std::move(fallback);
}

/// As it is kept: the canonical text of an object.
std::optional<std::string> provenance_text(const Json& provenance) {
  if (provenance.is_null()) return std::nullopt;
  if (!provenance.is_object()) {
    throw Error(ErrorCode::invalid_argument, fmt::format("provenance is {}; allowed is an object or null", provenance.kind_name()));
  }
  return provenance.dump(JsonStyle::canonical);
}

bool keeps_owner(std::string_view status) { return !is_finished(status); }

}  // namespace

void check_levers(const Json& parameters, std::string_view where) {
  if (parameters.is_null()) return;
  if (!parameters.is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} is {}; allowed is an object of name: number", where, parameters.kind_name()));
  }
  for (const auto& [name, value] : parameters.as_object()) {
    const bool tagged = value.is_string() && (value.as_string() == "NaN" || value.as_string() == "Infinity" ||
                                              value.as_string() == "-Infinity");
    if (tagged || (value.is_real() && !std::isfinite(value.as_real()))) {
      throw Error(ErrorCode::invalid_argument, fmt::format("{}.{} is {}; a lever must be a finite number", where, name,
                                                           tagged ? value.as_string() : real_text(value.as_real())));
    }
  }
}

void check_and_complete(Run& run, Origin origin) {
  Metadata& m = run.metadata;
  if (m.run_id.empty()) m.run_id = core::new_uuid();
  check_id(m.run_id);
  if (m.scenario_id.empty() && origin == Origin::new_save) throw Error(ErrorCode::invalid_argument, "metadata.scenario_id is empty; a run needs one");
  for (const auto& [name, text] : {std::pair<std::string_view, const std::string&>{"optimization_type", m.optimization_type},
                                   {"optimization_engine", m.optimization_engine},
                                   {"status", m.status}}) {
    if (text.empty() && origin == Origin::new_save) throw Error(ErrorCode::invalid_argument, fmt::format("metadata.{} is empty", name));
  }
  static constexpr std::string_view statuses[] = {"draft", "running", "completed", "failed", "cancelled"};
  if (origin == Origin::new_save && std::find(std::begin(statuses), std::end(statuses), m.status) == std::end(statuses)) {
    throw Error(ErrorCode::invalid_argument, fmt::format("metadata.status is '{}'; allowed are draft, running, completed, failed, cancelled{}",
                                                         m.status, core::did_you_mean(m.status, statuses)));
  }
  if (m.created_at == Timestamp{}) m.created_at = now();
  Configuration& c = run.configuration;
  Results& r = run.results;
  for (Json* object : {&c.initial_parameters, &c.parameter_bounds, &c.algorithm_config, &r.objective_breakdown,
                       &r.optimal_parameters, &r.risk_assessment, &r.projected_outcomes, &r.sensitivity_analysis,
                       &r.parameter_correlations}) {
    default_to(*object, Json::object());
  }
  for (Json* array : {&r.parameter_history, &r.objective_history, &r.constraint_violations, &r.parameter_warnings}) {
    default_to(*array, Json::array());
  }
  core::drop_ssn(run);
  if (run.simulation_data && run.simulation_data->is_null()) run.simulation_data.reset();
  if (run.simulation_data && !run.simulation_data->is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("simulation_data is {}; allowed is an object or null", run.simulation_data->kind_name()));
  }
}

Assessment assess(Run& run, const StoreOptions& options) {
  Assessment result;
  result.given_hash = content_hash(run);
  const Assessed what = options.assess ? options.assess(run) : Assessed::nothing;
  result.dated = what == Assessed::dated;
  result.content_hash = what == Assessed::nothing ? result.given_hash : content_hash(run);
  return result;
}

void date_assessment(Run& run, Timestamp created_at, std::string& hash) {
  run.results.risk_assessment.set("assessment_date", to_text(created_at));
  hash = content_hash(run);
}

/// Whether the stored run holds what the request brings, assessed or not. Dates the request's assessment by that run.
static bool is_same_content(duck::Connection& connection, std::string_view stored_hash, SaveRequest& request) {
  if (stored_hash == request.content_hash || stored_hash == request.given_hash) return true;
  if (!request.dated) return false;
  const Timestamp created_at = read_stored_run(connection, request.run.metadata.run_id).run.metadata.created_at;
  date_assessment(request.run, created_at, request.content_hash);
  return stored_hash == request.content_hash;
}

SaveReceipt save_within(duck::Connection& connection, AuditChain& chain, SaveRequest request) {
  Metadata& m = request.run.metadata;
  const std::string run_id = m.run_id;
  StoredRun fresh;
  fresh.details.content_hash = request.content_hash;
  fresh.details.actor = request.who.actor;
  if (!request.who.session_id.empty()) fresh.details.session_id = request.who.session_id;
  fresh.details.source = request.who.source;
  fresh.details.provenance = request.provenance;

  duck::Rows known = connection.query(
      fmt::format("SELECT d.content_hash, r.status, d.version FROM {0}.optimization_run_details d JOIN "
                  "{0}.optimization_runs r ON r.run_id = d.run_id WHERE d.run_id = ? AND r.run_id = ?",
                  schema),
      {run_id, run_id});
  if (!known.next()) {
    switch (place_of(connection, run_id)) {
      case RunPlace::trash:
        throw Error(ErrorCode::wrong_state, fmt::format("run '{}' is in the trash; restore it, or save under a new id", run_id));
      case RunPlace::purged:
        throw Error(ErrorCode::wrong_state, fmt::format("run '{}' was purged; its id cannot be used again", run_id));
      default: break;
    }
    if (!request.keep_times || m.updated_at == Timestamp{}) m.updated_at = now();
    fresh.run = std::move(request.run);
    fresh.details.owner_hash = keeps_owner(fresh.run.metadata.status) ? request.new_owner_hash : std::nullopt;
    const std::optional<Row> there = settle_configuration(connection, fresh);
    if (!there) fresh.configuration_created_at = now();
    insert_run(connection, rows_of(fresh, there), there.has_value());
    chain.append({.action = request.action,
                  .run_id = run_id,
                  .version = 1,
                  .reason = request.reason,
                  .content_hash = fresh.details.content_hash,
                  .row_hash = fresh.details.row_hash});
    return {run_id, SaveOutcome::stored, 1, {}};
  }
  const SaveReceipt unchanged{run_id, SaveOutcome::unchanged, known.integer(2), {}};
  if (is_same_content(connection, known.text(0), request)) return unchanged;
  fresh.details.content_hash = request.content_hash;
  if (is_finished(known.text(1))) {
    throw Error(ErrorCode::already_exists,
                fmt::format("run '{}' is {} and has other content; finished runs do not change: correct it with "
                            "`planwise revise {} FILE --reason ...`, or save under a new id",
                            run_id, known.text(1), run_id));
  }
  StoredRun before = read_stored_run(connection, run_id);
  if (before.details.locked) {
    throw Error(ErrorCode::wrong_state, fmt::format("run '{}' is locked{}; unlock it first", run_id,
                                                    before.details.lock_reason ? " (" + *before.details.lock_reason + ")" : ""));
  }
  if (before.details.owner_hash && core::sha256_hex(request.owner_token) != *before.details.owner_hash) {
    throw Error(ErrorCode::conflict,
                fmt::format("run '{}' is {} and belongs to whoever started it ({}); only the holder of its token may "
                            "update it",
                            run_id, before.run.metadata.status, before.details.actor));
  }
  const std::string version_hash = keep_version(connection, before, "superseded", request.who);
  const Json old_document = to_json(before.run);
  m.created_at = before.run.metadata.created_at;
  m.updated_at = now();
  if (request.run.notes.empty()) request.run.notes = before.run.notes;
  fresh.run = std::move(request.run);
  fresh.details.version = before.details.version + 1;
  if (!fresh.details.provenance) fresh.details.provenance = before.details.provenance;
  fresh.details.clock = before.details.clock;
  fresh.details.archived_at = before.details.archived_at;
  if (keeps_owner(fresh.run.metadata.status)) fresh.details.owner_hash = before.details.owner_hash;
  rewrite_run(connection, fresh);
  if (is_finished(fresh.run.metadata.status)) delete_progress(connection, run_id);
  chain.append({.action = "update",
                .run_id = run_id,
                .version = fresh.details.version,
                .changes = changes_json(changed_fields(old_document, to_json(fresh.run))),
                .reason = request.reason,
                .content_hash = fresh.details.content_hash,
                .row_hash = fresh.details.row_hash,
                .version_row_hash = version_hash});
  return {run_id, SaveOutcome::stored, fresh.details.version, {}};
}

SaveReceipt RunStore::save(Run run, const SaveOptions& save_options) {
  Parts& p = *parts_;
  if (save_options.new_id) run.metadata.run_id.clear();
  const bool new_id = run.metadata.run_id.empty();
  check_and_complete(run, Origin::new_save);
  check_levers(run.configuration.initial_parameters, "configuration.initial_parameters");
  check_levers(run.results.optimal_parameters, "results.optimal_parameters");
  SaveRequest request;
  const Assessment assessment = assess(run, p.options);
  request.content_hash = assessment.content_hash;
  request.given_hash = assessment.given_hash;
  request.dated = assessment.dated;
  request.who = p.options.who;
  request.provenance = provenance_text(save_options.provenance);
  request.owner_token = save_options.owner_token;
  if (request.owner_token.empty() && !new_id) request.owner_token = p.queue.token_of(run.metadata.run_id);
  std::string new_token;
  if (!is_finished(run.metadata.status)) {
    // Kept before the save, so that a crash in between costs a stray file, not the right to go on.
    new_token = request.owner_token.empty() ? core::random_token() : request.owner_token;
    p.queue.keep_token(run.metadata.run_id, new_token);
    request.new_owner_hash = core::sha256_hex(new_token);
    if (request.owner_token.empty()) request.owner_token = new_token;
  }
  request.run = run;
  try {
    const auto session = p.write_session(p.options.spool_deadline, run.metadata.run_id);
    AuditChain chain(session->connection(), schema, p.options.who);
    const std::string owner_token = request.owner_token;
    SaveReceipt receipt = save_within(session->connection(), chain, std::move(request));
    if (save_options.working && run.metadata.status == "running")
      write_first_heartbeat(session->connection(), receipt.run_id, p.options.who);
    session->commit();
    if (is_finished(run.metadata.status)) {
      if (!owner_token.empty()) p.queue.drop_token(receipt.run_id);
    } else {
      receipt.owner_token = new_token;
    }
    return receipt;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::busy && error.code() != ErrorCode::io && error.code() != ErrorCode::denied) throw;
    QueuedSave entry;
    {
      const std::lock_guard guard(p.shape_mutex);
      entry.store_id = p.shape ? p.shape->store_id : p.queue.remembered_store_id();
    }
    entry.who = p.options.who;
    entry.content_hash = assessment.content_hash;
    entry.given_hash = assessment.given_hash;
    entry.dated = assessment.dated;
    entry.provenance = provenance_text(save_options.provenance);
    if (const auto earlier = p.queue.find(run.metadata.run_id)) {
      if (earlier->content_hash == entry.content_hash || earlier->given_hash == entry.given_hash) return {run.metadata.run_id, SaveOutcome::queued, 1, new_token};
      if (is_finished(earlier->run.metadata.status)) {
        throw Error(ErrorCode::already_exists, fmt::format("run '{}' waits in the spool with other content", run.metadata.run_id));
      }
    }
    if (run.metadata.updated_at == Timestamp{}) run.metadata.updated_at = now();
    entry.owner_token = save_options.owner_token.empty() ? p.queue.token_of(run.metadata.run_id) : save_options.owner_token;
    if (!new_token.empty()) entry.owner_hash = core::sha256_hex(new_token);
    entry.run = std::move(run);
    try {
      p.queue.add(entry);
    } catch (const Error& spool_error) {
      throw Error(error.code(), fmt::format("{}; and it could not be queued: {}", error.what(), spool_error.what()));
    }
    return {entry.run.metadata.run_id, SaveOutcome::queued, 1, new_token};
  }
}

SaveReceipt RunStore::revise(Run run, std::string_view reason) {
  Parts& p = *parts_;
  if (reason.empty()) throw Error(ErrorCode::invalid_argument, "a revision needs a reason");
  if (run.metadata.run_id.empty()) throw Error(ErrorCode::invalid_argument, "metadata.run_id is empty; name the run to revise");
  check_and_complete(run, Origin::new_save);
  check_levers(run.configuration.initial_parameters, "configuration.initial_parameters");
  check_levers(run.results.optimal_parameters, "results.optimal_parameters");
  const auto session = p.write_session();
  duck::Connection& connection = session->connection();
  StoredRun before = read_stored_run(connection, run.metadata.run_id);
  run.metadata.created_at = before.run.metadata.created_at;
  const auto [given_hash, hash, dated] = assess(run, p.options);
  if (hash == before.details.content_hash || given_hash == before.details.content_hash)
    return {run.metadata.run_id, SaveOutcome::unchanged, before.details.version, {}};
  if (before.details.locked) {
    throw Error(ErrorCode::wrong_state, fmt::format("run '{}' is locked{}; unlock it before revising", run.metadata.run_id,
                                                    before.details.lock_reason ? " (" + *before.details.lock_reason + ")" : ""));
  }
  if (!is_finished(before.run.metadata.status)) {
    throw Error(ErrorCode::wrong_state, fmt::format("run '{}' is {}; only finished runs are revised, this one is saved "
                                                    "again by its owner",
                                                    run.metadata.run_id, before.run.metadata.status));
  }
  AuditChain chain(connection, schema, p.options.who);
  const std::string version_hash = keep_version(connection, before, "superseded", p.options.who);
  StoredRun fresh;
  fresh.details = before.details;
  fresh.details.version = before.details.version + 1;
  fresh.details.content_hash = hash;
  fresh.details.actor = p.options.who.actor;
  fresh.details.session_id = p.options.who.session_id;
  fresh.details.source = p.options.who.source;
  fresh.run = std::move(run);
  fresh.run.metadata.updated_at = now();
  if (fresh.run.notes.empty()) fresh.run.notes = before.run.notes;
  rewrite_run(connection, fresh);
  chain.append({.action = "revise",
                .run_id = fresh.run.metadata.run_id,
                .version = fresh.details.version,
                .changes = changes_json(changed_fields(to_json(before.run), to_json(fresh.run))),
                .reason = std::string(reason),
                .content_hash = hash,
                .row_hash = fresh.details.row_hash,
                .version_row_hash = version_hash});
  session->commit();
  return {fresh.run.metadata.run_id, SaveOutcome::stored, fresh.details.version, {}};
}

void RunStore::annotate(std::string_view run_id, const Annotation& annotation, std::string_view reason) {
  Parts& p = *parts_;
  const auto session = p.write_session();
  StoredRun stored = read_stored_run(session->connection(), run_id);
  const Json before = to_json(stored.run);
  Run& run = stored.run;
  if (annotation.tags) run.metadata.tags = *annotation.tags;
  for (const std::string& tag : annotation.add_tags) {
    if (std::find(run.metadata.tags.begin(), run.metadata.tags.end(), tag) == run.metadata.tags.end()) run.metadata.tags.push_back(tag);
  }
  for (const std::string& tag : annotation.remove_tags) std::erase(run.metadata.tags, tag);
  if (annotation.description) run.metadata.description = *annotation.description;
  if (annotation.notes) run.notes = *annotation.notes;
  const std::vector<FieldChange> changes = changed_fields(before, to_json(run));
  if (changes.empty()) return;
  run.metadata.updated_at = now();
  rewrite_run(session->connection(), stored);
  AuditChain chain(session->connection(), schema, p.options.who);
  chain.append({.action = "annotate",
                .run_id = std::string(run_id),
                .version = stored.details.version,
                .changes = changes_json(changes),
                .reason = std::string(reason),
                .content_hash = stored.details.content_hash,
                .row_hash = stored.details.row_hash});
  session->commit();
}

}  // namespace planwise::store
