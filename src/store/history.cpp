// What has happened: versions of a run, the audit log, seals and proofs.
#include <map>

#include "store/store_parts.h"

namespace planwise::store {

namespace {

using duck::Value;

struct Head {
  std::int64_t sequence = 0;
  std::string hash{chain_start};
};

Head head_of(duck::Connection& connection) {
  duck::Rows rows = connection.query(
      fmt::format("SELECT sequence, entry_hash FROM {}.optimization_audit_log ORDER BY sequence DESC LIMIT 1", schema));
  if (!rows.next()) return {};
  return {rows.integer(0), std::string(rows.text(1))};
}

}  // namespace

std::vector<VersionSummary> RunStore::history(std::string_view run_id) {
  const duck::Lease lease = parts_->read_lease();
  duck::Connection& connection = lease.connection();
  const RunPlace place = place_of(connection, run_id);
  if (place == RunPlace::unknown) throw no_such_run(connection, run_id);
  std::map<std::int64_t, VersionSummary> by_version;
  duck::Rows entries = connection.query(
      fmt::format("SELECT {} FROM {}.optimization_audit_log WHERE run_id = ? ORDER BY sequence", column_list(audit_table), schema),
      {std::string(run_id)});
  while (entries.next()) {
    const AuditEntry entry = audit_entry_from(read_row(entries, audit_table));
    const bool makes_version = entry.action == "save" || entry.action == "update" || entry.action == "revise" ||
                               entry.action == "import" || entry.action == "close" || entry.action == "adopt" || entry.action == "move";
    if (!entry.version || !makes_version) continue;
    VersionSummary& version = by_version[*entry.version];
    version = {*entry.version, "current",    entry.recorded_at, entry.actor,
               entry.session_id, entry.source, entry.action,      entry.reason, entry.content_hash.value_or("")};
  }
  duck::Rows earlier = connection.query(
      fmt::format("SELECT version, state, content_hash, recorded_at, actor, source FROM {}.optimization_run_versions WHERE run_id = ?", schema),
      {std::string(run_id)});
  while (earlier.next()) {
    VersionSummary& version = by_version[earlier.integer(0)];
    version.version = earlier.integer(0);
    version.state = earlier.text(1);
    if (version.action.empty()) {  // A store that was merged in keeps no entry of its own for it.
      version.content_hash = earlier.text(2);
      version.recorded_at = earlier.time(3);
      version.actor = earlier.text(4);
      version.source = earlier.text(5);
    }
  }
  std::vector<VersionSummary> versions;
  for (auto& [number, version] : by_version) versions.push_back(std::move(version));
  return versions;
}

void RunStore::audit_log(const AuditRequest& request, const std::function<bool(const AuditEntry&)>& each) {
  std::string where = "sequence > ?";
  std::vector<Value> parameters{request.after};
  const auto add = [&](std::string_view condition, const Value& value) {
    where += fmt::format(" AND {} ?", condition);
    parameters.push_back(value);
  };
  if (request.run_id) add("run_id =", *request.run_id);
  if (request.actor) add("actor =", *request.actor);
  if (request.action) add("action =", *request.action);
  if (request.source) add("source =", *request.source);
  if (request.from) add("recorded_at >=", *request.from);
  if (request.until) add("recorded_at <", *request.until);
  std::string sql = fmt::format("SELECT {} FROM {}.optimization_audit_log WHERE {} ORDER BY sequence",
                                column_list(audit_table), schema, where);
  if (request.limit >= 0) {
    sql += " LIMIT ?";
    parameters.emplace_back(request.limit);
  }
  const duck::Lease lease = parts_->read_lease();
  duck::Rows rows = lease.connection().query(sql, parameters);
  while (rows.next()) {
    if (!each(audit_entry_from(read_row(rows, audit_table)))) return;
  }
}

Seal RunStore::seal() {
  Parts& p = *parts_;
  const duck::Lease lease = p.read_lease();
  const Head head = head_of(lease.connection());
  return {shape_of(lease.connection()).store_id, head.sequence, head.hash, now()};
}

ProofReport RunStore::prove(const Seal& seal) {
  const duck::Lease lease = parts_->read_lease();
  duck::Connection& connection = lease.connection();
  if (const std::string id = shape_of(connection).store_id; id != seal.store_id) {
    return {false, fmt::format("the seal is of another store ({}), this one is {}", seal.store_id, id)};
  }
  // The chain is walked from its start, so that an entry that still carries the sealed hash is what it says it is.
  std::string previous(chain_start);
  std::int64_t last = 0;
  bool met = seal.sequence == 0 && seal.entry_hash == chain_start;
  duck::Rows rows = connection.query(
      fmt::format("SELECT {} FROM {}.optimization_audit_log ORDER BY sequence", column_list(audit_table), schema));
  while (rows.next()) {
    const Row row = read_row(rows, audit_table);
    const AuditEntry entry = audit_entry_from(row);
    if (entry.sequence != last + 1) {
      return {false, fmt::format("entry {} is missing from the log", last + 1)};
    }
    if (entry.previous_hash != previous || entry_hash_of(row) != entry.entry_hash) {
      return {false, fmt::format("entry {} does not fit the chain; see `planwise verify`", entry.sequence)};
    }
    if (entry.sequence == seal.sequence) {
      if (entry.entry_hash != seal.entry_hash) {
        return {false, fmt::format("entry {} is not the one that was sealed: the chain was rewritten", entry.sequence)};
      }
      met = true;
    }
    previous = entry.entry_hash;
    last = entry.sequence;
  }
  if (!met) {
    return {false, fmt::format("the log ends at entry {}, but entry {} was sealed: its tail was cut", last, seal.sequence)};
  }
  return {true, fmt::format("entry {} is as sealed at {}; {} entries follow", seal.sequence, to_text(seal.sealed_at), last - seal.sequence)};
}

}  // namespace planwise::store
