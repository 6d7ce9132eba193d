/// \file
/// What the files that make up RunStore share: leases with the schema checked, reading and writing one run's rows.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "duck/database_file.h"
#include "planwise/error.h"
#include "store/audit_chain.h"
#include "store/run_rows.h"
#include "store/run_store.h"
#include "store/schema.h"
#include "store/spool.h"

namespace planwise::store {

/// A write lease with an open transaction. commit() makes it durable; without it nothing has happened.
class WriteSession {
 public:
  WriteSession(duck::Lease lease, std::shared_ptr<duck::DatabaseFile> file);
  /// After the transaction: writes the log into the file when it has grown to 512 KB.
  ~WriteSession();
  WriteSession(const WriteSession&) = delete;
  WriteSession& operator=(const WriteSession&) = delete;
  [[nodiscard]] duck::Connection& connection() const { return lease_.connection(); }
  void commit();

 private:
  std::shared_ptr<duck::DatabaseFile> file_;
  duck::Lease lease_;
  std::optional<duck::FileTransaction> transaction_;
};

struct RunStore::Parts {
  explicit Parts(StoreOptions store_options);

  StoreOptions options;
  std::shared_ptr<duck::DatabaseFile> file;
  Spool queue;

  /// A lease on a file whose schema is the newest; migrates first where needed. For reading: wrong_state when the file
  /// holds no store. For writing: creates the store where it may.
  duck::Lease read_lease();
  duck::Lease write_lease(std::chrono::milliseconds deadline);
  /// A write lease with the spool drained, in a transaction. A long spool is drained in pieces, so that nobody waits for all
  /// of it; what waits of `run_id` always goes first.
  std::unique_ptr<WriteSession> write_session(std::chrono::milliseconds deadline, std::string_view run_id = {});
  std::unique_ptr<WriteSession> write_session() { return write_session(options.read_deadline); }
  /// Applies waiting entries until the budget is spent; those of `run_id` whatever it costs.
  DrainReport drain_within(duck::Lease& lease, std::chrono::milliseconds budget = std::chrono::hours(24), std::string_view run_id = {});

  void notice(const std::string& text) const {
    if (options.notice) options.notice(text);
  }
  MigrationReport migrate(bool dry_run);

  /// What was shown last, by request: served again while file and log are as they were, so that a page that is polled
  /// opens nothing (and takes the file from nobody) until somebody has written.
  std::mutex shown_mutex;
  struct Shown {
    duck::FileSignature signature;
    RunPage page;
  };
  std::map<std::string, Shown> shown;
  std::optional<RunPage> shown_before(const std::string& request);
  void remember_shown(const std::string& request, const duck::FileSignature& signature, const RunPage& page);

  std::mutex shape_mutex;
  std::optional<StoreShape> shape;         // of the file below; trusted as long as the identity is the same
  duck::FileIdentity shape_identity;
  std::optional<StoreShape> known_shape();
  void remember(const StoreShape& found);
};

/// Where a run id stands.
enum class RunPlace { unknown, current, trash, purged };
[[nodiscard]] RunPlace place_of(duck::Connection& connection, std::string_view run_id);
/// not_found with what is known of the id: unknown, in the trash, purged.
[[nodiscard]] Error no_such_run(duck::Connection& connection, std::string_view run_id);

/// The current run with its rows; absent when there is no such current run.
[[nodiscard]] std::optional<RunRows> read_run_rows(duck::Connection& connection, std::string_view run_id);
[[nodiscard]] StoredRun read_stored_run(duck::Connection& connection, std::string_view run_id);

/// Decides where the configuration's row stands: an equal one that is there already (returned), or a new one under
/// stored.configuration_hash, which a clash of hashes lengthens.
[[nodiscard]] std::optional<Row> settle_configuration(duck::Connection& connection, StoredRun& stored);

/// Inserts the run's rows (and its configuration unless `configuration_is_there`).
void insert_run(duck::Connection& connection, const RunRows& rows, bool configuration_is_there);
/// Removes the run's rows; its configuration stays.
void delete_run(duck::Connection& connection, std::string_view run_id);

/// Puts the run as it is into optimization_run_versions; returns the new row's hash.
std::string keep_version(duck::Connection& connection, const StoredRun& stored, std::string_view state, const Who& who);
/// Hash of a row of versions_table without state, document and row_hash, which a purge changes.
[[nodiscard]] std::string version_digest(const Row& version_row);

/// Replaces the current rows of a run by `stored` and settles hashes. Returns the configuration's handling included.
void rewrite_run(duck::Connection& connection, StoredRun& stored);

/// Everything verify checks, over an open lease.
[[nodiscard]] VerifyReport verify_over(duck::Connection& connection, const ProgressCallback& progress);

/// Where a run comes from: what older programs have stored is never refused for what it lacks.
enum class Origin { new_save, older_file };

/// Refuses what a new save may not hold and fills defaults: see ResultsManager::save.
void check_and_complete(Run& run, Origin origin);
/// Levers of a new save must be finite numbers; the tagged texts of non-finite ones count as such.
void check_levers(const Json& parameters, std::string_view where);

/// What saving put into a run, with the hash of the run before it.
struct Assessment {
  std::string given_hash, content_hash;
  bool dated = false;
};
[[nodiscard]] Assessment assess(Run& run, const StoreOptions& options);
/// Dates an assessment by the run that is there, and hashes anew.
void date_assessment(Run& run, Timestamp created_at, std::string& hash);

/// One save within a transaction. `token` may be empty.
struct SaveRequest {
  Run run;
  std::string content_hash;
  std::string given_hash;  ///< Of the run before its assessment; the same content under either hash is no change.
  bool dated = false;      ///< The assessment's date is created_at: an update keeps the stored run's.
  std::string owner_token;
  std::optional<std::string> new_owner_hash;  ///< For a new draft or running run.
  std::optional<std::string> provenance;   ///< Canonical JSON; absent: that of the run that is there.
  std::string action = "save";
  std::string reason;
  Who who;
  bool keep_times = false;
};
SaveReceipt save_within(duck::Connection& connection, AuditChain& chain, SaveRequest request);

}  // namespace planwise::store
