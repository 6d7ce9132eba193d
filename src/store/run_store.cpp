#include "store/run_store.h"

#include "core/ids.h"
#include "store/store_parts.h"

namespace planwise::store {

RunStore::RunStore(StoreOptions options) : parts_(std::make_unique<Parts>(std::move(options))) {}

RunStore::~RunStore() = default;

const std::filesystem::path& RunStore::path() const noexcept { return parts_->file->path(); }

namespace {

class LeaseHold : public RunStore::Hold {
 public:
  explicit LeaseHold(duck::Lease lease) : lease_(std::move(lease)) {}

 private:
  duck::Lease lease_;
};

}  // namespace

std::unique_ptr<RunStore::Hold> RunStore::hold(HoldFor purpose) {
  Parts& p = *parts_;
  return std::make_unique<LeaseHold>(purpose == HoldFor::reading ? p.read_lease() : p.write_lease(p.options.read_deadline));
}

std::string RunStore::store_id() {
  const duck::Lease lease = parts_->read_lease();
  return shape_of(lease.connection()).store_id;
}

std::int64_t RunStore::schema_version() {
  Parts& p = *parts_;
  const duck::Lease lease = p.file->lease(duck::Access::read, p.options.read_deadline);
  return shape_of(lease.connection()).version;
}

void RunStore::record_export(const ExportRecord& record) {
  Json ids = Json::array();
  for (const std::string& id : record.run_ids) ids.push_back(id);
  const std::string run_id = record.run_ids.size() == 1 ? record.run_ids.front() : ids.dump();
  const auto session = parts_->write_session();
  session->connection().query(
      fmt::format("INSERT INTO {}.optimization_exports (export_id, run_id, export_format, export_path, exported_at, exported_by, "
                  "file_size_bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
                  schema),
      {record.export_id.empty() ? core::new_uuid() : record.export_id, run_id, record.format, record.path, record.exported_at,
       record.exported_by ? duck::Value(*record.exported_by) : duck::Value(),
       record.file_size_bytes ? duck::Value(*record.file_size_bytes) : duck::Value()});
  session->commit();
}

std::vector<ExportRecord> RunStore::export_history(std::string_view run_id) {
  const duck::Lease lease = parts_->read_lease();
  std::vector<ExportRecord> records;
  duck::Rows rows = lease.connection().query(
      fmt::format("SELECT export_id, run_id, export_format, export_path, exported_at, exported_by, file_size_bytes FROM "
                  "{}.optimization_exports WHERE ? = '' OR run_id = ? OR contains(run_id, ?) ORDER BY exported_at DESC, export_id",
                  schema),
      {std::string(run_id), std::string(run_id), Json(run_id).dump()});
  while (rows.next()) {
    ExportRecord record;
    record.export_id = rows.text(0);
    if (const std::string_view ids = rows.text(1); ids.starts_with('[')) {
      const Json list = Json::parse(ids);
      for (const Json& id : list.as_array()) record.run_ids.push_back(id.as_string());
    } else {
      record.run_ids.emplace_back(ids);
    }
    record.format = rows.text(2);
    record.path = rows.text(3);
    record.exported_at = rows.time(4);
    record.exported_by = rows.optional_text(5);
    record.file_size_bytes = rows.optional_integer(6);
    records.push_back(std::move(record));
  }
  return records;
}

std::vector<SpoolEntry> RunStore::spool() {
  Parts& p = *parts_;
  std::string id;
  {
    const std::lock_guard guard(p.shape_mutex);
    if (p.shape) id = p.shape->store_id;
  }
  return p.queue.entries(id.empty() ? p.queue.remembered_store_id() : id);
}

DrainReport RunStore::drain() {
  Parts& p = *parts_;
  if (p.queue.empty()) return {};
  duck::Lease lease = p.write_lease(p.options.read_deadline);
  return p.drain_within(lease);
}

/// Applies waiting entries, each in a transaction of its own: the save, and the mark that it was applied. An entry whose
/// mark is there was applied before a crash; an entry that does not fit goes aside and never stops those behind it.
DrainReport RunStore::Parts::drain_within(duck::Lease& lease, std::chrono::milliseconds budget, std::string_view wanted) {
  DrainReport report;
  const auto started = std::chrono::steady_clock::now();
  duck::Connection& connection = lease.connection();
  const std::string store_id = shape_of(connection).store_id;
  for (QueuedSave& entry : queue.waiting()) {
    if (!entry.store_id.empty() && entry.store_id != store_id) {
      ++report.waiting;
      report.messages.push_back(fmt::format("'{}' was made for another store ({}); skipped", entry.path.string(), entry.store_id));
      continue;
    }
    if (std::chrono::steady_clock::now() - started > budget && entry.run.metadata.run_id != wanted) {
      ++report.waiting;
      continue;
    }
    duck::Rows applied = connection.query(fmt::format("SELECT 1 FROM {}.optimization_applied WHERE spool_id = ?", schema), {entry.spool_id});
    if (applied.next()) {
      queue.remove(entry);
      ++report.already_applied;
      continue;
    }
    const std::string run_id = entry.run.metadata.run_id;
    try {
      duck::FileTransaction transaction(lease);
      AuditChain chain(connection, schema, entry.who);
      SaveRequest request;
      request.run = entry.run;
      request.content_hash = entry.content_hash;
      request.given_hash = entry.given_hash;
      request.dated = entry.dated;
      request.provenance = entry.provenance;
      request.owner_token = entry.owner_token;
      request.new_owner_hash = entry.owner_hash;
      request.reason = fmt::format("queued at {}", to_text(entry.queued_at));
      request.who = entry.who;
      request.keep_times = true;
      save_within(connection, chain, std::move(request));
      connection.query(fmt::format("INSERT INTO {}.optimization_applied VALUES (?, ?)", schema), {entry.spool_id, planwise::now()});
      transaction.commit();
    } catch (const Error& error) {
      const bool fits_not = error.code() == ErrorCode::already_exists || error.code() == ErrorCode::wrong_state ||
                            error.code() == ErrorCode::conflict || error.code() == ErrorCode::invalid_argument;
      if (!fits_not) throw;
      queue.reject(entry, error.what());
      ++report.rejected;
      report.messages.push_back(fmt::format("the queued save of run '{}' no longer fits and was put aside: {}", run_id, error.what()));
      continue;
    }
    queue.remove(entry);
    if (is_finished(entry.run.metadata.status)) queue.drop_token(run_id);
    ++report.applied;
  }
  if (report.applied > 0) report.messages.push_back(fmt::format("stored {} runs that waited in the spool", report.applied));
  for (const std::string& message : report.messages) notice(message);
  return report;
}

}  // namespace planwise::store
