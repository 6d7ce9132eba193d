// Reading: one run, pages of runs, counts, and the state at an instant.
#include <algorithm>
#include <map>

#include "duck/instance.h"
#include "store/progress.h"
#include "store/query_compiler.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace {

using duck::Value;

std::vector<std::string> tags_from(const std::optional<std::string>& text) {
  std::vector<std::string> tags;
  if (!text || text->empty()) return tags;
  try {
    const Json json = Json::parse(*text, JsonDialect::python);
    if (json.is_array()) {
      for (const Json& tag : json.as_array()) tags.push_back(tag.is_string() ? tag.as_string() : tag.dump());
      return tags;
    }
  } catch (const Error&) {  // Older rows may hold anything; it is shown as it stands.
  }
  return {*text};
}

constexpr std::string_view summary_columns =
    "r.run_id, r.scenario_id, r.user_id, r.session_id, r.optimization_type, r.optimization_engine, r.status, "
    "r.created_at, r.updated_at, r.completed_at, r.random_seed, r.max_evaluations, r.timeout_minutes, "
    "r.use_synthetic_mode, r.runtime_seconds, r.function_evaluations, r.converged, r.convergence_message, "
    "r.description, r.tags, r.business_justification";

/// The columns of runs; details are put in by fill_details().
RunSummary summary_from(const duck::Rows& rows) {
  RunSummary s;
  s.run_id = rows.text(0);
  s.scenario_id = rows.optional_text(1).value_or("");
  s.user_id = rows.optional_text(2);
  s.session_id = rows.optional_text(3);
  s.optimization_type = rows.optional_text(4).value_or("");
  s.optimization_engine = rows.optional_text(5).value_or("");
  s.status = rows.optional_text(6).value_or("");
  s.created_at = rows.optional_time(7).value_or(Timestamp{});
  s.updated_at = rows.optional_time(8).value_or(Timestamp{});
  s.completed_at = rows.optional_time(9);
  s.random_seed = rows.optional_integer(10);
  s.max_evaluations = rows.optional_integer(11);
  s.timeout_minutes = rows.optional_integer(12);
  s.use_synthetic_mode = rows.optional_boolean(13);
  s.runtime_seconds = rows.optional_real(14);
  s.function_evaluations = rows.optional_integer(15);
  s.converged = rows.optional_boolean(16);
  s.convergence_message = rows.optional_text(17);
  s.description = rows.optional_text(18).value_or("");
  s.tags = tags_from(rows.optional_text(19));
  s.business_justification = rows.optional_text(20).value_or("");
  return s;
}

std::string placeholders(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
  return text;
}

/// Summaries of the ids, in their order: by key, since a join planned over the whole store costs far more.
std::vector<RunSummary> summaries_of(duck::Connection& connection, const std::vector<std::string>& ids) {
  std::vector<RunSummary> ordered;
  constexpr std::size_t batch = 50;
  std::map<std::string, RunSummary, std::less<>> by_id;
  for (std::size_t start = 0; start < ids.size(); start += batch) {
    std::vector<Value> keys;
    for (std::size_t i = start; i < std::min(ids.size(), start + batch); ++i) keys.emplace_back(ids[i]);
    const std::string list = placeholders(keys.size());
    duck::Rows runs = connection.query(
        fmt::format("SELECT {} FROM {}.optimization_runs r WHERE r.run_id IN ({})", summary_columns, schema, list), keys);
    while (runs.next()) {
      RunSummary summary = summary_from(runs);
      by_id.insert_or_assign(summary.run_id, std::move(summary));
    }
    duck::Rows details = connection.query(
        fmt::format("SELECT run_id, objective_value, risk_level, version, content_hash, locked, archived_at, exact FROM "
                    "{}.optimization_run_details WHERE run_id IN ({})",
                    schema, list),
        keys);
    while (details.next()) {
      const auto found = by_id.find(details.text(0));
      if (found == by_id.end()) continue;
      RunSummary& s = found->second;
      s.objective_value = details.optional_real(1);
      s.risk_level = details.optional_text(2);
      s.version = details.integer(3);
      s.content_hash = details.text(4);
      s.locked = details.boolean(5);
      s.archived_at = details.optional_time(6);
      if (details.is_null(7)) continue;
      const Json exact = Json::parse(details.text(7));
      const auto exactly = [&exact](std::string_view name, std::optional<std::int64_t>& field) {
        if (const Json* value = exact.find(name)) field = value->as_integer();
      };
      exactly("random_seed", s.random_seed);
      exactly("max_evaluations", s.max_evaluations);
      exactly("timeout_minutes", s.timeout_minutes);
      exactly("function_evaluations", s.function_evaluations);
    }
  }
  for (const std::string& id : ids) {
    if (const auto found = by_id.find(id); found != by_id.end()) ordered.push_back(found->second);
  }
  add_heartbeats(connection, ordered);
  return ordered;
}

RunSummary summary_of(const StoredRun& stored) {
  const Metadata& m = stored.run.metadata;
  RunSummary s;
  s.run_id = m.run_id;
  s.scenario_id = m.scenario_id;
  s.user_id = m.user_id;
  s.session_id = m.session_id;
  s.optimization_type = m.optimization_type;
  s.optimization_engine = m.optimization_engine;
  s.status = m.status;
  s.created_at = m.created_at;
  s.updated_at = m.updated_at;
  s.completed_at = m.completed_at;
  s.random_seed = m.random_seed;
  s.max_evaluations = m.max_evaluations;
  s.timeout_minutes = m.timeout_minutes;
  s.use_synthetic_mode = m.use_synthetic_mode;
  s.runtime_seconds = m.runtime_seconds;
  s.function_evaluations = m.function_evaluations;
  s.converged = m.converged;
  s.convergence_message = m.convergence_message;
  s.description = m.description;
  s.tags = m.tags;
  s.business_justification = m.business_justification;
  s.objective_value = stored.run.results.objective_value;
  s.risk_level = stored.run.results.risk_level;
  s.version = stored.details.version;
  s.content_hash = stored.details.content_hash;
  s.locked = stored.details.locked;
  s.archived_at = stored.details.archived_at;
  return s;
}

RunSummary summary_of(const QueuedSave& entry) {
  StoredRun stored;
  stored.run = entry.run;
  stored.details.content_hash = entry.content_hash;
  RunSummary summary = summary_of(stored);
  summary.queued = true;
  add_states({&summary, 1});
  return summary;
}

/// One page's ids and the cursor after it.
struct PageIds {
  std::vector<std::string> ids;
  std::string next_cursor;
};

PageIds page_ids(duck::Connection& connection, const ListRequest& request, const SqlStatement& statement) {
  duck::Rows rows = connection.query(statement.sql, statement.parameters);
  PageIds result;
  std::vector<std::optional<std::string>> keys;
  while (rows.next()) {
    if (static_cast<std::int64_t>(result.ids.size()) == request.limit) {
      result.next_cursor = cursor_after(request, result.ids.back(), keys);
      break;
    }
    result.ids.emplace_back(rows.text(0));
    keys.clear();
    for (std::size_t column = 1; column < rows.column_count(); ++column) keys.push_back(rows.optional_text(column));
  }
  return result;
}

std::int64_t one_integer(duck::Connection& connection, std::string_view sql, std::span<const Value> parameters = {}) {
  duck::Rows rows = connection.query(sql, parameters);
  rows.next();
  return rows.integer(0);
}

}  // namespace

Run RunStore::load(std::string_view run_id) {
  Parts& p = *parts_;
  if (!p.queue.empty()) {
    if (std::optional<QueuedSave> queued = p.queue.find(run_id)) return std::move(queued->run);
  }
  const duck::Lease lease = p.read_lease();
  return read_stored_run(lease.connection(), run_id).run;
}

Run RunStore::load_version(std::string_view run_id, std::int64_t version) {
  const duck::Lease lease = parts_->read_lease();
  duck::Connection& connection = lease.connection();
  if (const auto rows = read_run_rows(connection, run_id)) {
    StoredRun current = stored_run_from(*rows);
    if (current.details.version == version) return std::move(current.run);
  }
  duck::Rows earlier = connection.query(
      fmt::format("SELECT document, state FROM {}.optimization_run_versions WHERE run_id = ? AND version = ?", schema),
      {std::string(run_id), version});
  if (!earlier.next()) {
    if (place_of(connection, run_id) != RunPlace::current) throw no_such_run(connection, run_id);
    throw Error(ErrorCode::not_found, fmt::format("run '{}' has no version {}", run_id, version));
  }
  if (earlier.is_null(0)) throw Error(ErrorCode::not_found, fmt::format("version {} of run '{}' was purged", version, run_id));
  return stored_run_from_document(earlier.text(0)).run;
}

RunSummary RunStore::summary(std::string_view run_id) {
  Parts& p = *parts_;
  if (!p.queue.empty()) {
    if (const std::optional<QueuedSave> queued = p.queue.find(run_id)) return summary_of(*queued);
  }
  const duck::Lease lease = p.read_lease();
  std::vector<RunSummary> found = summaries_of(lease.connection(), {std::string(run_id)});
  if (found.empty()) throw no_such_run(lease.connection(), run_id);
  add_states(found);
  return found.front();
}

std::optional<RunPage> RunStore::Parts::shown_before(const std::string& request) {
  const std::lock_guard guard(shown_mutex);
  const auto found = shown.find(request);
  if (found == shown.end() || found->second.signature != file->signature()) return std::nullopt;
  RunPage page = found->second.page;
  add_states(page.runs);
  return page;
}

void RunStore::Parts::remember_shown(const std::string& request, const duck::FileSignature& signature, const RunPage& page) {
  constexpr std::size_t most_requests = 16;
  constexpr std::size_t most_runs = 1000;
  if (page.runs.size() > most_runs || signature != file->signature()) return;
  const std::lock_guard guard(shown_mutex);
  if (shown.size() >= most_requests) shown.clear();
  shown[request] = {signature, page};
}

namespace {

/// What a page depends on: its statement with every bound value (a relative time is a value like any other).
std::string shown_key(const SqlStatement& statement, std::int64_t offset) {
  return fmt::format("{} {} {}", row_digest(statement.parameters), offset, statement.sql);
}

}  // namespace

RunPage RunStore::list(const ListRequest& request) {
  const SqlStatement statement = page_statement(request, schema);
  const std::string key = shown_key(statement, request.offset);
  if (std::optional<RunPage> before = parts_->shown_before(key)) return std::move(*before);
  const duck::FileSignature signature = parts_->file->signature();
  const duck::Lease lease = parts_->read_lease();
  RunPage page;
  PageIds ids = page_ids(lease.connection(), request, statement);
  const bool whole = request.cursor.empty() && request.offset == 0 && ids.next_cursor.empty();
  if (whole) {
    page.total = static_cast<std::int64_t>(ids.ids.size());
  } else {
    const SqlStatement count = count_statement(request, schema);
    page.total = one_integer(lease.connection(), count.sql, count.parameters);
  }
  page.runs = summaries_of(lease.connection(), ids.ids);
  page.next_cursor = std::move(ids.next_cursor);
  parts_->remember_shown(key, signature, page);
  add_states(page.runs);
  return page;
}

void RunStore::each_run(const ListRequest& request, const std::function<bool(const Run&, const RunSummary&)>& each) {
  // One lease for all, so that the runs are those of one moment.
  const duck::Lease lease = parts_->read_lease();
  const duck::MemoryLimit limit(lease.connection(), "64MB");
  ListRequest page = request;
  std::int64_t left = request.limit;
  constexpr std::int64_t batch = 256;
  do {
    page.limit = std::min(left, batch);
    const PageIds ids = page_ids(lease.connection(), page, page_statement(page, schema));
    for (const std::string& id : ids.ids) {
      const StoredRun stored = read_stored_run(lease.connection(), id);
      if (!each(stored.run, summary_of(stored))) return;
    }
    left -= static_cast<std::int64_t>(ids.ids.size());
    page.cursor = ids.next_cursor;
    page.offset = 0;
  } while (left > 0 && !page.cursor.empty());
}

Overview RunStore::overview() {
  Parts& p = *parts_;
  Overview overview;
  overview.queued = static_cast<std::int64_t>(p.queue.empty() ? 0 : p.queue.waiting().size());
  const duck::Lease lease = p.read_lease();
  duck::Connection& connection = lease.connection();
  duck::Rows counts = connection.query(
      fmt::format("SELECT optimization_type, status, count(*), max(created_at) FROM {}.optimization_runs GROUP BY "
                  "optimization_type, status ORDER BY optimization_type, status",
                  schema));
  while (counts.next()) {
    overview.counts.push_back({std::string(counts.text(0)), std::string(counts.text(1)), counts.integer(2)});
    overview.runs += counts.integer(2);
    if (const auto newest = counts.optional_time(3)) {
      overview.newest_created_at = std::max(newest.value(), overview.newest_created_at.value_or(newest.value()));
    }
  }
  duck::Rows states = connection.query(fmt::format(
      "SELECT count(archived_at), count(*) FILTER (WHERE locked) FROM {}.optimization_run_details", schema));
  states.next();
  overview.archived = states.integer(0);
  overview.locked = states.integer(1);
  overview.in_trash = one_integer(connection, fmt::format("SELECT count(*) FROM {}.optimization_run_versions WHERE state = 'trash'", schema));
  return overview;
}

std::vector<std::string> RunStore::ids_starting_with(std::string_view prefix, std::int64_t limit) {
  Parts& p = *parts_;
  std::vector<std::string> ids;
  if (!p.queue.empty()) {
    for (const QueuedSave& entry : p.queue.waiting()) {
      const std::string& id = entry.run.metadata.run_id;
      if (id.starts_with(prefix) && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  try {
    const duck::Lease lease = p.read_lease();
    duck::Rows rows = lease.connection().query(
        fmt::format("SELECT run_id FROM {0}.optimization_run_details WHERE starts_with(run_id, ?) UNION "
                    "SELECT run_id FROM {0}.optimization_run_versions WHERE starts_with(run_id, ?) ORDER BY 1 LIMIT ?",
                    schema),
        {std::string(prefix), std::string(prefix), limit});
    while (rows.next()) {
      if (std::find(ids.begin(), ids.end(), rows.text(0)) == ids.end()) ids.emplace_back(rows.text(0));
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::busy || ids.empty()) throw;  // What waits in the spool is found even while it is held.
  }
  if (static_cast<std::int64_t>(ids.size()) > limit) ids.resize(static_cast<std::size_t>(limit));
  return ids;
}

namespace {

/// What happened to one run after an instant, newest first, and where it stood then.
struct RunAt {
  std::int64_t version = 0;  ///< 0: not there at the instant.
  Timestamp changed_at;      ///< Of its last entry until then.
  std::vector<AuditEntry> annotations_after;
};

RunAt run_at(duck::Connection& connection, std::string_view run_id, Timestamp instant) {
  RunAt at;
  bool gone = false;
  duck::Rows rows = connection.query(fmt::format("SELECT {} FROM {}.optimization_audit_log WHERE run_id = ? ORDER BY sequence",
                                                 column_list(audit_table), schema),
                                     {std::string(run_id)});
  std::vector<AuditEntry> later;
  while (rows.next()) {
    AuditEntry entry = audit_entry_from(read_row(rows, audit_table));
    if (entry.recorded_at <= instant) {
      if (entry.version) at.version = *entry.version;
      at.changed_at = entry.recorded_at;
      if (entry.action == "delete") gone = true;
      if (entry.action == "restore") gone = false;
    } else if (entry.action == "annotate") {
      later.push_back(std::move(entry));
    }
  }
  if (gone) at.version = 0;
  for (auto entry = later.rbegin(); entry != later.rend(); ++entry) {
    if (entry->version == at.version) at.annotations_after.push_back(std::move(*entry));
  }
  return at;
}

void undo_annotation(const AuditEntry& entry, Run& run) {
  if (!entry.changes.is_object()) return;
  for (const auto& [path, sides] : entry.changes.as_object()) {
    const Json* old_value = sides.find("old");
    if (path == "metadata.description") run.metadata.description = old_value != nullptr && old_value->is_string() ? old_value->as_string() : "";
    if (path == "notes") run.notes = old_value != nullptr && old_value->is_string() ? old_value->as_string() : "";
    if (path == "metadata.tags") {
      run.metadata.tags.clear();
      if (old_value != nullptr && old_value->is_array()) {
        for (const Json& tag : old_value->as_array()) run.metadata.tags.push_back(tag.as_string());
      }
    }
  }
}

}  // namespace

Run RunStore::load_as_of(std::string_view run_id, Timestamp instant) {
  std::int64_t version = 0;
  std::vector<AuditEntry> annotations;
  Timestamp changed_at;
  const auto held = hold(HoldFor::reading);
  {
    const duck::Lease lease = parts_->read_lease();
    RunAt at = run_at(lease.connection(), run_id, instant);
    if (at.version == 0) {
      if (place_of(lease.connection(), run_id) == RunPlace::unknown) throw no_such_run(lease.connection(), run_id);
      throw Error(ErrorCode::not_found, fmt::format("run '{}' was not in the store at {}", run_id, to_text(instant)));
    }
    version = at.version;
    annotations = std::move(at.annotations_after);
    changed_at = at.changed_at;
  }
  Run run = load_version(run_id, version);
  for (const AuditEntry& entry : annotations) undo_annotation(entry, run);
  if (run.metadata.updated_at > instant) run.metadata.updated_at = changed_at;
  return run;
}

std::vector<RunSummary> RunStore::list_as_of(Timestamp instant) {
  const auto held = hold(HoldFor::reading);
  std::vector<std::string> ids;
  {
    const duck::Lease lease = parts_->read_lease();
    duck::Rows rows = lease.connection().query(
        fmt::format("SELECT DISTINCT run_id FROM {}.optimization_audit_log WHERE run_id IS NOT NULL AND recorded_at <= ?", schema),
        {instant});
    while (rows.next()) ids.emplace_back(rows.text(0));
  }
  std::vector<RunSummary> summaries;
  for (const std::string& id : ids) {
    const duck::Lease lease = parts_->read_lease();
    const RunAt at = run_at(lease.connection(), id, instant);
    if (at.version == 0 || place_of(lease.connection(), id) == RunPlace::purged) continue;
    StoredRun stored;
    stored.run = load_as_of(id, instant);
    stored.details.version = at.version;
    stored.details.content_hash = content_hash(stored.run);
    summaries.push_back(summary_of(stored));
  }
  std::sort(summaries.begin(), summaries.end(), [](const RunSummary& a, const RunSummary& b) {
    return a.created_at != b.created_at ? a.created_at > b.created_at : a.run_id < b.run_id;
  });
  return summaries;
}

}  // namespace planwise::store
