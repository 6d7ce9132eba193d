/// \file
/// The store: transactions, ids, versions, audit chain, search, trash and spool over one DuckDB file. Owns the SQL.
///
/// The manager above it holds rules that need more than the store (risk, exports, imports). Every member may be called
/// from any thread; each opens its own lease, so that calls made inside hold() share one.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/exchange.h"
#include "planwise/history.h"
#include "planwise/query.h"
#include "planwise/results_manager.h"
#include "planwise/run.h"

namespace planwise::store {

/// Who writes: stands in every row and audit entry.
struct Who {
  std::string actor;
  std::string session_id;
  std::string source;
};

/// What an assessment put into a run.
enum class Assessed {
  nothing,
  filled,
  dated,  ///< Also the run's created_at, as the date of the assessment: the same content saved again has another one.
};

struct StoreOptions {
  std::filesystem::path database;
  Who who;
  std::chrono::milliseconds read_deadline{10'000};
  std::chrono::milliseconds spool_deadline{2'000};
  std::string legacy_zone;
  bool create = true;
  std::function<void(std::string_view)> notice;
  /// Puts risk and warnings into a new save or a revision that lacks them; never asked for an import. May be empty.
  std::function<Assessed(Run&)> assess;
};

/// How an import treats a run: times are kept, an equal run under the same id is known, another one is refused.
struct ImportedBatch {
  std::vector<ImportedRun> runs;
};

/// Copies a database file byte by byte while nobody writes to it (a read lease is held meanwhile).
void copy_database(const std::filesystem::path& from, const std::filesystem::path& to, std::chrono::milliseconds deadline);

class RunStore {
 public:
  explicit RunStore(StoreOptions options);
  ~RunStore();

  /// Keeps the file leased while the returned object lives, for several calls in a row by this thread.
  class Hold {
   public:
    virtual ~Hold() = default;
  };
  enum class HoldFor { reading, writing };
  [[nodiscard]] std::unique_ptr<Hold> hold(HoldFor purpose);

  SaveReceipt save(Run run, const SaveOptions& options);
  std::vector<SaveReceipt> save_all(std::vector<Run> runs, const ProgressCallback& progress);
  SaveReceipt revise(Run run, std::string_view reason);
  void annotate(std::string_view run_id, const Annotation& annotation, std::string_view reason);

  /// Stores runs as they are (times, annotations, notes kept) in one transaction: all new ones or, when one is refused,
  /// none. already_exists when an id is here with other content. With dry_run only says what would be added.
  ImportedBatch import_runs(std::vector<Run> runs, std::string_view origin, bool dry_run);

  [[nodiscard]] Run load(std::string_view run_id);
  [[nodiscard]] Run load_version(std::string_view run_id, std::int64_t version);
  [[nodiscard]] Run load_as_of(std::string_view run_id, Timestamp instant);
  [[nodiscard]] RunSummary summary(std::string_view run_id);
  [[nodiscard]] RunPage list(const ListRequest& request);
  [[nodiscard]] std::vector<RunSummary> list_as_of(Timestamp instant);
  [[nodiscard]] Json provenance(std::string_view run_id);
  [[nodiscard]] Overview overview();
  [[nodiscard]] Analytics analytics(const AnalyticsRequest& request);
  [[nodiscard]] std::vector<std::string> ids_starting_with(std::string_view prefix, std::int64_t limit);
  /// Every run that matches, in order, with its summary: pages inside, so memory stays flat. Stops on false.
  void each_run(const ListRequest& request, const std::function<bool(const Run&, const RunSummary&)>& each);

  ProgressReceipt report_progress(std::string_view run_id, std::string_view owner_token, const RunProgress& progress);
  [[nodiscard]] std::vector<Json> progress_payloads(std::string_view run_id);
  [[nodiscard]] std::vector<RunningRun> running();
  void request_stop(std::string_view run_id, std::string_view reason);
  void close_lost(std::string_view run_id, std::string_view status, std::string_view reason);
  [[nodiscard]] std::string take_over(std::string_view run_id, std::string_view reason);

  [[nodiscard]] std::vector<VersionSummary> history(std::string_view run_id);
  void audit_log(const AuditRequest& request, const std::function<bool(const AuditEntry&)>& each);
  [[nodiscard]] Seal seal();
  [[nodiscard]] ProofReport prove(const Seal& seal);
  [[nodiscard]] VerifyReport verify(bool repair, const ProgressCallback& progress);

  void lock(std::string_view run_id, std::string_view reason);
  void unlock(std::string_view run_id, std::string_view reason);
  void archive(std::string_view run_id, std::string_view reason);
  void unarchive(std::string_view run_id, std::string_view reason);
  void remove(std::string_view run_id, std::string_view reason);
  [[nodiscard]] std::vector<TrashedRun> trash();
  void restore(std::string_view run_id, std::string_view reason);
  std::vector<std::string> purge(const std::vector<std::string>& run_ids, std::string_view reason,
                                 const ProgressCallback& progress);

  /// One row of optimization_exports; several run ids stand as a JSON array in run_id.
  void record_export(const ExportRecord& record);
  [[nodiscard]] std::vector<ExportRecord> export_history(std::string_view run_id);

  [[nodiscard]] std::string store_id();
  [[nodiscard]] std::int64_t schema_version();
  MigrationReport migrate(bool dry_run);
  void backup(const std::filesystem::path& target, const ProgressCallback& progress);
  void restore_backup(const std::filesystem::path& source);
  std::int64_t move_to(const std::filesystem::path& target, bool drop_source);
  [[nodiscard]] std::vector<SpoolEntry> spool();
  DrainReport drain();
  [[nodiscard]] SqlResult sql(std::string_view statement, std::int64_t row_limit, std::chrono::milliseconds time_limit);

  [[nodiscard]] const std::filesystem::path& path() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace planwise::store
