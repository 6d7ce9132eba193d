// The facts of a report: the run, what the store knows of it, and its history.
#include "manager/report_facts.h"

#include <filesystem>

#include "core/personal.h"

namespace planwise::manager {

namespace {

std::string state_of(const RunSummary& summary) {
  std::string state;
  const auto add = [&](const std::string& word) { state += (state.empty() ? "" : ", ") + word; };
  if (summary.locked) add("locked");
  if (summary.archived_at) add("archived");
  if (summary.queued) add("queued");
  if (summary.run_state && *summary.run_state != "running") add(*summary.run_state);
  return state;
}

std::vector<report::AuditFact> audit_of(ResultsManager& manager, std::string_view run_id) {
  std::vector<report::AuditFact> facts;
  AuditRequest request;
  request.run_id = std::string(run_id);
  manager.audit_log(request, [&](const AuditEntry& entry) {
    facts.push_back({entry.sequence, entry.recorded_at, entry.actor, entry.action, entry.entry_hash, entry.reason});
    return true;
  });
  return facts;
}

}  // namespace

report::StoredRun run_for_report(ResultsManager& manager, std::string_view run_id,
                                 const std::optional<std::int64_t>& version) {
  report::StoredRun stored;
  const RunSummary summary = manager.summary(run_id);
  stored.version = version.value_or(summary.version);
  const bool current = stored.version == summary.version;
  stored.run = current ? manager.load(run_id) : manager.load_version(run_id, stored.version);
  stored.content_hash = current ? summary.content_hash : content_hash(stored.run);
  if (current) stored.state = state_of(summary);
  stored.provenance = manager.provenance(run_id);
  // The folder that the data lay in says nothing of the data.
  if (Json* source = stored.provenance.find("source"); source != nullptr && source->is_string())
    *source = std::filesystem::path(source->as_string()).filename().string();
  core::drop_ssn(stored.run);
  core::drop_ssn(stored.provenance);
  return stored;
}

report::ReportFacts report_facts(ResultsManager& manager, std::string_view run_id,
                                 const std::optional<std::int64_t>& version) {
  report::ReportFacts facts;
  facts.subject = run_for_report(manager, run_id, version);
  facts.audit = audit_of(manager, run_id);
  return facts;
}

}  // namespace planwise::manager
