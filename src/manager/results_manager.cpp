#include "planwise/results_manager.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "core/ids.h"
#include "manager/parts.h"
#include "manager/risk.h"

namespace planwise {

namespace {

std::string system_user() {
  std::vector<char> buffer(4096);
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return entry.pw_name;
  return "uid " + std::to_string(::geteuid());
}

std::string actor_of(const ManagerOptions& options) {
  if (!options.actor.empty()) return options.actor;
  if (const char* user = std::getenv("PLANWISE_USER"); user != nullptr && *user != '\0') return user;
  return system_user();
}

store::StoreOptions store_options(const ManagerOptions& options) {
  store::StoreOptions result;
  result.database = options.database;
  result.who = {actor_of(options), options.session_id.empty() ? core::new_uuid() : options.session_id, options.source};
  result.read_deadline = options.read_deadline;
  result.spool_deadline = options.spool_deadline;
  result.legacy_zone = options.legacy_zone;
  result.create = options.create;
  result.notice = options.notice;
  result.assess = manager::risk_assessor(options.notice);
  return result;
}

}  // namespace

ResultsManager::ResultsManager(ManagerOptions options) : parts_(std::make_unique<Parts>(store_options(options))) {}
ResultsManager::~ResultsManager() = default;
ResultsManager::ResultsManager(ResultsManager&&) noexcept = default;
ResultsManager& ResultsManager::operator=(ResultsManager&&) noexcept = default;

SaveReceipt ResultsManager::save(Run run, const SaveOptions& options) {
  return parts_->store.save(std::move(run), options);
}
std::vector<SaveReceipt> ResultsManager::save_all(std::vector<Run> runs, const ProgressCallback& progress) {
  return parts_->store.save_all(std::move(runs), progress);
}
SaveReceipt ResultsManager::revise(Run run, std::string_view reason) {
  return parts_->store.revise(std::move(run), reason);
}
void ResultsManager::annotate(std::string_view run_id, const Annotation& annotation, std::string_view reason) {
  parts_->store.annotate(run_id, annotation, reason);
}

Run ResultsManager::load(std::string_view run_id) { return parts_->store.load(run_id); }
Run ResultsManager::load_version(std::string_view run_id, std::int64_t version) {
  return parts_->store.load_version(run_id, version);
}
Run ResultsManager::load_as_of(std::string_view run_id, Timestamp instant) {
  return parts_->store.load_as_of(run_id, instant);
}
RunSummary ResultsManager::summary(std::string_view run_id) { return parts_->store.summary(run_id); }
RunPage ResultsManager::list(const ListRequest& request) { return parts_->store.list(request); }
std::vector<RunSummary> ResultsManager::list_as_of(Timestamp instant) { return parts_->store.list_as_of(instant); }
Overview ResultsManager::overview() { return parts_->store.overview(); }
std::vector<std::string> ResultsManager::ids_starting_with(std::string_view prefix, std::int64_t limit) {
  return parts_->store.ids_starting_with(prefix, limit);
}

Comparison ResultsManager::compare(const std::vector<std::string>& run_ids, const CompareOptions& options) {
  std::vector<Run> runs;
  for (const std::string& run_id : run_ids) runs.push_back(load(run_id));
  return planwise::compare(runs, options);
}

Json ResultsManager::provenance(std::string_view run_id) { return parts_->store.provenance(run_id); }
ProgressReceipt ResultsManager::report_progress(std::string_view run_id, std::string_view owner_token,
                                                const RunProgress& progress) {
  return parts_->store.report_progress(run_id, owner_token, progress);
}
std::vector<Json> ResultsManager::progress_payloads(std::string_view run_id) {
  return parts_->store.progress_payloads(run_id);
}
std::vector<RunningRun> ResultsManager::running() { return parts_->store.running(); }
void ResultsManager::request_stop(std::string_view run_id, std::string_view reason) {
  parts_->store.request_stop(run_id, reason);
}
void ResultsManager::close_lost(std::string_view run_id, std::string_view status, std::string_view reason) {
  parts_->store.close_lost(run_id, status, reason);
}
std::string ResultsManager::take_over(std::string_view run_id, std::string_view reason) {
  return parts_->store.take_over(run_id, reason);
}

std::vector<VersionSummary> ResultsManager::history(std::string_view run_id) { return parts_->store.history(run_id); }
std::vector<FieldChange> ResultsManager::diff(std::string_view run_id, std::int64_t from_version,
                                              std::int64_t to_version) {
  return changed_fields(to_json(load_version(run_id, from_version)), to_json(load_version(run_id, to_version)));
}
void ResultsManager::audit_log(const AuditRequest& request, const std::function<bool(const AuditEntry&)>& each) {
  parts_->store.audit_log(request, each);
}
Seal ResultsManager::seal() { return parts_->store.seal(); }
ProofReport ResultsManager::prove(const Seal& seal) { return parts_->store.prove(seal); }
VerifyReport ResultsManager::verify(bool repair, const ProgressCallback& progress) {
  return parts_->store.verify(repair, progress);
}

void ResultsManager::lock(std::string_view run_id, std::string_view reason) { parts_->store.lock(run_id, reason); }
void ResultsManager::unlock(std::string_view run_id, std::string_view reason) { parts_->store.unlock(run_id, reason); }
void ResultsManager::archive(std::string_view run_id, std::string_view reason) {
  parts_->store.archive(run_id, reason);
}
void ResultsManager::unarchive(std::string_view run_id, std::string_view reason) {
  parts_->store.unarchive(run_id, reason);
}
void ResultsManager::remove(std::string_view run_id, std::string_view reason) { parts_->store.remove(run_id, reason); }
std::vector<TrashedRun> ResultsManager::trash() { return parts_->store.trash(); }
void ResultsManager::restore(std::string_view run_id, std::string_view reason) {
  parts_->store.restore(run_id, reason);
}
std::vector<std::string> ResultsManager::purge(const std::vector<std::string>& run_ids, std::string_view reason,
                                               const ProgressCallback& progress) {
  return parts_->store.purge(run_ids, reason, progress);
}

std::vector<ExportRecord> ResultsManager::export_history(std::string_view run_id) {
  return parts_->store.export_history(run_id);
}

std::string ResultsManager::store_id() { return parts_->store.store_id(); }
MigrationReport ResultsManager::migrate(bool dry_run) { return parts_->store.migrate(dry_run); }
void ResultsManager::backup(const std::filesystem::path& target, const ProgressCallback& progress) {
  parts_->store.backup(target, progress);
}
void ResultsManager::restore_backup(const std::filesystem::path& source) { parts_->store.restore_backup(source); }
std::int64_t ResultsManager::move_to(const std::filesystem::path& target, bool drop_source) {
  return parts_->store.move_to(target, drop_source);
}
std::vector<SpoolEntry> ResultsManager::spool() { return parts_->store.spool(); }
DrainReport ResultsManager::drain() { return parts_->store.drain(); }
SqlResult ResultsManager::sql(std::string_view statement, std::int64_t row_limit,
                              std::chrono::milliseconds time_limit) {
  return parts_->store.sql(statement, row_limit, time_limit);
}

}  // namespace planwise
