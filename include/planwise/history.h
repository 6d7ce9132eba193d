/// \file
/// What has happened to a store, versions of a run, the audit log with its hash chain, verification and seals; and what
/// is going on in it: the progress of running runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "planwise/compare.h"
#include "planwise/json.h"
#include "planwise/time.h"

namespace planwise {

/// One version of a run. The highest number that is not in the trash is the current one.
struct VersionSummary {
  std::int64_t version = 1;
  std::string state;  ///< "current", "superseded", "trash" or "purged".
  Timestamp recorded_at;
  std::string actor;
  std::optional<std::string> session_id;
  std::string source;  ///< "cli", "library", "http", "python", "import" or "migration".
  std::string action;  ///< What made it: "save", "update", "revise", "import", ...
  std::optional<std::string> reason;
  std::string content_hash;
};

/// One entry of the audit log. `changes` is an object path -> {old, new}; null once a purge has emptied it.
struct AuditEntry {
  std::int64_t sequence = 0;
  Timestamp recorded_at;
  std::string actor;
  std::optional<std::string> session_id;
  std::string source;
  std::string action;
  std::optional<std::string> run_id;
  std::optional<std::int64_t> version;
  Json changes;
  std::optional<std::string> reason;
  std::optional<std::string> content_hash;
  std::string previous_hash;
  std::string entry_hash;
};

/// One object with the fields above by name.
[[nodiscard]] Json to_json(const AuditEntry& entry);

struct AuditRequest {
  std::optional<std::string> run_id, actor, action, source;
  std::optional<Timestamp> from, until;  ///< from <= recorded_at < until.
  std::int64_t after = 0;                ///< Only entries with a higher sequence.
  std::int64_t limit = -1;               ///< Negative: all.
};

/// The chain's head at one moment. Kept elsewhere it proves later that the log was neither cut nor rewritten.
struct Seal {
  std::string store_id;
  std::int64_t sequence = 0;
  std::string entry_hash;
  Timestamp sealed_at;
};
[[nodiscard]] Json to_json(const Seal& seal);
[[nodiscard]] Seal seal_from_json(const Json& document);

/// Something verify found that does not fit.
struct Finding {
  std::string table;   ///< "optimization_runs", "optimization_audit_log", ...
  std::string row;     ///< The run id, "run id, version n" or the sequence.
  std::string what;    ///< What does not fit, in words.
  bool repairable = false;  ///< verify --repair rebuilds it from what is intact (copies for fast filters only).
};

struct VerifyReport {
  std::int64_t runs = 0, versions = 0, audit_entries = 0;
  std::vector<Finding> findings;
  std::vector<std::string> repaired;  ///< One line a repair, as written to the audit log.
  std::vector<std::string> notes;     ///< Facts that are no faults: orphan configurations, runs sealed by a migration.
  [[nodiscard]] bool clean() const noexcept { return findings.empty(); }
};

/// Whether a store still continues the chain that a seal was taken of.
struct ProofReport {
  bool holds = false;
  std::string what;  ///< In words: "entry 17 is as sealed, 3 entries follow", or why not.
};

// --- running work -----------------------------------------------------------------------------------------------------
/// How far a running run has come, as its owner tells it. Progress is no version and not in the audit log.
struct RunProgress {
  std::int64_t sequence = 0;  ///< Of this report, counted by the owner; the same number again replaces its batch.
  std::int64_t evaluations = 0;
  std::optional<std::int64_t> max_evaluations;
  std::optional<double> best_objective;  ///< Of the best evaluation so far; absent before there is one.
  std::optional<bool> best_feasible;
  double seconds = 0;  ///< Spent on the run so far, in all processes that worked on it.
  Json payload;        ///< What resuming needs, e.g. the new evaluations; null: nothing new. Never looked into.
};

/// The last sign of life of a running run, and which process gave it.
struct Heartbeat {
  Timestamp beat_at;
  RunProgress progress;  ///< Without its payload.
  std::string host;
  std::int64_t process_id = 0;
  std::int64_t process_started = 0;  ///< Clock ticks after the boot, so that a process that reuses the id is told apart.
  std::string boot_id;
  std::string process_space;  ///< The namespace of process ids: a container's ids mean nothing outside it.
};

/// That somebody asked a running run to stop. Its owner learns it from its next report.
struct StopRequest {
  std::string requested_by;
  Timestamp requested_at;
  std::string reason;
};

struct ProgressReceipt {
  /// False: the file could not be written in time; nothing is lost if the owner sends the batch again with its next one.
  bool stored = false;
  std::string why_not;              ///< What kept it from being stored.
  std::optional<StopRequest> stop;  ///< Known as of the last report that was stored.
};

/// Where a running run stands: "running" when the process of its last heartbeat is alive (on another machine or in
/// another container: when it beat within lost_after), "lost" when it is not, "unknown" without any heartbeat.
struct RunningRun {
  std::string run_id, scenario_id, optimization_type, optimization_engine, actor;
  Timestamp started_at;  ///< created_at of the run.
  std::optional<Heartbeat> heartbeat;
  std::optional<StopRequest> stop;
  std::string state;  ///< "running", "lost" or "unknown".
};
[[nodiscard]] Json to_json(const Heartbeat& heartbeat);
[[nodiscard]] Json to_json(const RunningRun& run);

/// A process that cannot be asked for is taken for gone when its last heartbeat is older than this.
inline constexpr std::int64_t lost_after_seconds = 60;

/// A run in the trash.
struct TrashedRun {
  std::string run_id, scenario_id;
  std::int64_t version = 1;
  Timestamp deleted_at;
  std::string deleted_by;
  std::optional<std::string> reason;
  std::string content_hash;
};

}  // namespace planwise
