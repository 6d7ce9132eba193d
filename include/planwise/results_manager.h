/// \file
/// The facade: everything that can be done with the runs of one store.
///
///     planwise::ManagerOptions options;
///     options.database = "planwise.duckdb";
///     planwise::ResultsManager manager(options);
///     planwise::SaveReceipt saved = manager.save(run);
///     planwise::RunPage newest = manager.list({});
///
/// Threads: every member may be called from any thread at any time; one writer a process works at a time, others queue.
/// Processes: the file is open only while a call works (a lease), so that others get it in between. A forked child may
/// go on using the object. Never copy, hash or open the live database file by other means in the same process.
/// Errors: planwise::Error; a call that throws has changed nothing. `busy` when another process holds the file beyond
/// the deadline, `io` for a full disk or a read-only folder, `corrupt`/`unsupported` for files that are no store.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/compare.h"
#include "planwise/exchange.h"
#include "planwise/health.h"
#include "planwise/history.h"
#include "planwise/query.h"
#include "planwise/run.h"

namespace planwise {

struct ManagerOptions {
  std::filesystem::path database = "planwise.duckdb";
  std::string actor;                ///< Who; empty: PLANWISE_USER, else the operating system's user.
  std::string session_id;           ///< Empty: a new one.
  std::string source = "library";   ///< "cli", "http", "python", "library".
  std::chrono::milliseconds read_deadline{10'000};   ///< How long a call waits for a file that is locked elsewhere.
  std::chrono::milliseconds spool_deadline{2'000};   ///< How long save() waits before it queues in the spool.
  std::string legacy_zone;          ///< Zone of the times in an older store; empty: the machine's.
  bool create = true;               ///< Create the file when it is not there; else not_found.
  std::function<void(std::string_view)> notice;      ///< Told in one line of migrations, drained or rejected spool entries.
};

/// How a save ended.
enum class SaveOutcome {
  stored,     ///< In the file, durable.
  unchanged,  ///< The same content was there already.
  queued,     ///< In the spool, durable; load() finds it, the file gets it as soon as it can be written.
};

struct SaveReceipt {
  std::string run_id;
  SaveOutcome outcome = SaveOutcome::stored;
  std::int64_t version = 1;
  std::string owner_token;  ///< For a new draft or running run: what update needs. Empty otherwise.
};

struct SaveOptions {
  /// The token that creating the draft or running run returned. Empty: the one this store keeps for the caller in
  /// <database>.owners/ (mode 0700), so that a later process of the same user may go on.
  std::string owner_token;
  bool new_id = false;  ///< Give the run a new id whatever it carries.
  /// Where the run comes from (program version, fingerprint of the data, seed, solver, settings): an object, or null to
  /// leave what the run has. It is no content of the run; later versions keep it. invalid_argument for anything else.
  Json provenance = Json();
  /// This process works on the running run: its first heartbeat is stored in the same transaction, so that the run counts
  /// as lost as soon as the process is gone. Without it a run that gives no heartbeat counts as alive for a minute.
  bool working = false;
};

/// Annotations to change; absent fields stay.
struct Annotation {
  std::optional<std::vector<std::string>> tags;
  std::vector<std::string> add_tags, remove_tags;
  std::optional<std::string> description, notes;
};

struct OverviewCount {
  std::string optimization_type, status;
  std::int64_t runs = 0;
};
struct Overview {
  std::int64_t runs = 0, archived = 0, locked = 0, in_trash = 0, queued = 0;
  std::vector<OverviewCount> counts;  ///< By type and status, over the whole store (archived runs included).
  std::optional<Timestamp> newest_created_at;
};

/// A queued save, or one that no longer fitted.
struct SpoolEntry {
  std::string spool_id, run_id, actor;
  Timestamp queued_at;
  std::string state;   ///< "waiting", "rejected", "foreign" (of another store) or "unreadable".
  std::string reason;  ///< Why rejected, foreign or unreadable.
  std::filesystem::path path;
};
struct DrainReport {
  std::int64_t applied = 0, already_applied = 0, rejected = 0, waiting = 0;
  std::vector<std::string> messages;
};

struct MigrationStep {
  std::int64_t version = 0;
  std::string name;
};
struct MigrationReport {
  std::int64_t from = 0, to = 0;
  std::vector<MigrationStep> steps;   ///< Applied, or with dry_run: to be applied.
  std::filesystem::path copy;         ///< The automatic copy made before; empty when none was needed.
  std::int64_t adopted_runs = 0;      ///< Older runs sealed, their times converted to UTC.
  std::string zone;
};

/// Result of a read-only SQL statement: column names and rows of JSON values, in order.
struct SqlResult {
  std::vector<std::string> columns;
  std::vector<std::vector<Json>> rows;
  bool truncated = false;  ///< More rows than the limit.
};

enum class AuditFormat { csv, excel };

class ResultsManager {
 public:
  /// Opens (or creates) the store; an older schema is migrated at the first call that needs the file, after a copy.
  explicit ResultsManager(ManagerOptions options);
  ~ResultsManager();
  ResultsManager(ResultsManager&&) noexcept;
  ResultsManager& operator=(ResultsManager&&) noexcept;

  // --- saving -------------------------------------------------------------------------------------------------------
  /// Stores a run. Levers (optimal_parameters) without a risk_level get risk and warnings computed, dated by completed_at
  /// or created_at, before they are stored; values outside their bounds are recorded, never refused. New id: a new run. Known id: unchanged for the same content; draft and running runs are updated by
  /// their owner; a finished run with other content is already_exists (use revise). Non-finite levers, empty scenario
  /// and the like are invalid_argument. Durable when it returns. Costs one transaction, about 7 ms.
  SaveReceipt save(Run run, const SaveOptions& options = {});
  /// Stores many new runs in one transaction: all or none; never queued. Returns one receipt a run, in order.
  std::vector<SaveReceipt> save_all(std::vector<Run> runs, const ProgressCallback& progress = {});
  /// Version n+1 of a finished run with other content. A reason is required. wrong_state when locked.
  SaveReceipt revise(Run run, std::string_view reason);
  void annotate(std::string_view run_id, const Annotation& annotation, std::string_view reason = {});

  // --- reading ------------------------------------------------------------------------------------------------------
  /// The run as it is; also one that waits in the spool, even while the file is held elsewhere. not_found otherwise,
  /// saying so when it is in the trash or purged.
  [[nodiscard]] Run load(std::string_view run_id);
  [[nodiscard]] Run load_version(std::string_view run_id, std::int64_t version);
  /// The run as it was at an instant (content and annotations).
  [[nodiscard]] Run load_as_of(std::string_view run_id, Timestamp instant);
  [[nodiscard]] RunSummary summary(std::string_view run_id);
  [[nodiscard]] RunPage list(const ListRequest& request);
  /// What SaveOptions::provenance brought, as the newest version has it; null when the run has none. not_found.
  [[nodiscard]] Json provenance(std::string_view run_id);
  /// Runs of the whole store as they were at an instant: ids and versions that were current then.
  [[nodiscard]] std::vector<RunSummary> list_as_of(Timestamp instant);
  [[nodiscard]] Overview overview();
  /// Counts, completion, runtimes, convergence, objectives and risk of all runs that match, altogether and by group. Runs
  /// that wait in the spool are not in it. Costs about 1.5 s for the runs and 0.1 to 1.2 s a grouping at 1,000,000 of
  /// them (two busy cores).
  /// invalid_argument for a faulty query or an unknown grouping.
  [[nodiscard]] Analytics analytics(const AnalyticsRequest& request);
  /// Ids that start with the text; for shells that accept short ids. At most `limit`.
  [[nodiscard]] std::vector<std::string> ids_starting_with(std::string_view prefix, std::int64_t limit = 10);
  [[nodiscard]] Comparison compare(const std::vector<std::string>& run_ids, const CompareOptions& options);

  // --- running work -------------------------------------------------------------------------------------------------
  // A run saved with the status running belongs to whoever holds the token of its receipt. Its owner saves it once, then
  // reports progress, from the start on and at least every 30 s, and ends it by saving it finished, which removes what
  // the reports have kept:
  //
  //     const SaveReceipt saved = manager.save(run);                       // status running
  //     const ProgressReceipt told = manager.report_progress(saved.run_id, saved.owner_token, progress);
  //     if (told.stop) run.metadata.status = "cancelled";
  //     manager.save(run, {.owner_token = saved.owner_token});

  /// Replaces the run's heartbeat by one of this process and keeps `progress.payload`, if any, until the run is finished.
  /// One small transaction, about 3 ms; waits at most 250 ms for a file that is held elsewhere and then returns
  /// `stored` = false, as with a full disk: the caller goes on and sends the batch again. An empty token: the one that
  /// this store keeps for the caller. Throws conflict when the run belongs to another owner by now, wrong_state when it
  /// is not running any more, not_found.
  ProgressReceipt report_progress(std::string_view run_id, std::string_view owner_token, const RunProgress& progress);
  /// All payloads that were kept of a run, by sequence: while it is running, and after it was closed as lost.
  [[nodiscard]] std::vector<Json> progress_payloads(std::string_view run_id);
  /// All runs whose status is running, the newest first.
  [[nodiscard]] std::vector<RunningRun> running();
  /// Asks the run's owner to stop: its next report says so. Anybody who may write may ask; audited. Asking again changes
  /// nothing. wrong_state for a run that does not run, or is lost (close it, or take it over).
  void request_stop(std::string_view run_id, std::string_view reason = {});
  /// Ends a lost run without its token: a new version with `status` ("failed" or "cancelled"), `reason` in
  /// convergence_message, its end, evaluations and runtime those of its last heartbeat where the run does not say. Its
  /// results and the payloads stay. Audited. conflict while its process lives, wrong_state when it is not running or is
  /// locked. A run without any heartbeat counts as lost when it was last saved more than lost_after_seconds ago.
  void close_lost(std::string_view run_id, std::string_view status = "failed", std::string_view reason = {});
  /// Makes the caller the owner of a lost run and returns the new token; the old one is worth nothing from now on, and a
  /// request to stop is forgotten. Of several callers one wins, the others get conflict, as does everybody while the
  /// process lives. Audited. wrong_state when it is not running.
  [[nodiscard]] std::string take_over(std::string_view run_id, std::string_view reason = {});

  // --- history ------------------------------------------------------------------------------------------------------
  [[nodiscard]] std::vector<VersionSummary> history(std::string_view run_id);
  [[nodiscard]] std::vector<FieldChange> diff(std::string_view run_id, std::int64_t from_version, std::int64_t to_version);
  /// Calls `each` for every entry in order of sequence; stops when it returns false.
  void audit_log(const AuditRequest& request, const std::function<bool(const AuditEntry&)>& each);
  /// The log as a table for auditors: sequence, time (UTC), user, session, source, action, run, version, field, old, new,
  /// reason, entry hash; one row a changed field. Returns the number of rows.
  std::int64_t export_audit_log(const AuditRequest& request, const std::filesystem::path& target, AuditFormat format,
                                Overwrite overwrite = Overwrite::refuse);
  [[nodiscard]] Seal seal();
  [[nodiscard]] ProofReport prove(const Seal& seal);
  [[nodiscard]] VerifyReport verify(bool repair = false, const ProgressCallback& progress = {});

  // --- states -------------------------------------------------------------------------------------------------------
  void lock(std::string_view run_id, std::string_view reason = {});
  void unlock(std::string_view run_id, std::string_view reason = {});
  void archive(std::string_view run_id, std::string_view reason = {});
  void unarchive(std::string_view run_id, std::string_view reason = {});
  /// To the trash. not_found for an unknown id, wrong_state for a locked run.
  void remove(std::string_view run_id, std::string_view reason = {});
  [[nodiscard]] std::vector<TrashedRun> trash();
  /// Back from the trash, exactly as it was.
  void restore(std::string_view run_id, std::string_view reason = {});
  /// Erases the content of runs in the trash (all of it when empty) and rewrites the file, so that no byte stays.
  /// Returns the ids purged.
  std::vector<std::string> purge(const std::vector<std::string>& run_ids, std::string_view reason = {},
                                 const ProgressCallback& progress = {});

  // --- exchange -----------------------------------------------------------------------------------------------------
  ExportReceipt export_runs(const std::vector<std::string>& run_ids, const ExportOptions& options);
  ExportReceipt export_search(const ListRequest& request, const ExportOptions& options);
  [[nodiscard]] std::vector<ExportRecord> export_history(std::string_view run_id = {});
  /// A file, a folder of files, a CSV export folder, an older database or another store.
  ImportReport import_path(const std::filesystem::path& path, const ImportOptions& options);

  // --- the store itself ---------------------------------------------------------------------------------------------
  [[nodiscard]] std::string store_id();
  /// The store and what surrounds it. Never throws for what it finds. Waits for files that others hold as reads do.
  [[nodiscard]] HealthReport health(const HealthOptions& options = {});
  MigrationReport migrate(bool dry_run);
  /// A consistent copy while in use, verified by opening it. Target must not exist. It is the owner's own access:
  /// everything in the file is in it.
  void backup(const std::filesystem::path& target, const ProgressCallback& progress = {});
  /// Puts a backup in place of the store (which is kept beside as <database>.before-restore-<time>).
  void restore_backup(const std::filesystem::path& source);
  /// Copies the store's tables out of a simulation file into a new file of their own. The source keeps its tables
  /// unless `drop_source`. Returns the number of runs moved.
  std::int64_t move_to(const std::filesystem::path& target, bool drop_source = false);
  [[nodiscard]] std::vector<SpoolEntry> spool();
  DrainReport drain();
  /// One SELECT over the file: read-only, external access, ATTACH, COPY and extension loading off. It is the file
  /// owner's own access to the file and may show whatever lies in it. Throws cancelled after `time_limit`.
  [[nodiscard]] SqlResult sql(std::string_view statement, std::int64_t row_limit = 10'000,
                              std::chrono::milliseconds time_limit = std::chrono::seconds(30));

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// What a pickle or JSON file holds as JSON, without importing it: `tagged` keeps Python's types apart.
[[nodiscard]] Json inspect_file(const std::filesystem::path& path, bool tagged);

/// The library's version, "0.1.0".
[[nodiscard]] std::string_view version() noexcept;

}  // namespace planwise
