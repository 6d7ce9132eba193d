/// \file
/// What has happened to a store: versions of a run, the audit log with its hash chain, verification and seals.
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
