/// \file
/// The audit log: one entry a change, each carrying the hash of the one before.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "duck/connection.h"
#include "planwise/history.h"
#include "store/run_rows.h"
#include "store/run_store.h"

namespace planwise::store {

/// What an entry says, before it has a place in the chain.
struct AuditDraft {
  std::string action;
  std::optional<std::string> run_id = std::nullopt;
  std::optional<std::int64_t> version = std::nullopt;
  Json changes = Json::object();  ///< path -> {old, new}
  std::string reason = {};
  std::optional<std::string> content_hash = std::nullopt;  ///< Of the run after the change.
  std::optional<std::string> row_hash = std::nullopt;      ///< Of the run's rows after the change.
  std::optional<std::string> version_row_hash =
      std::nullopt;  ///< Of the row of optimization_run_versions that the change made.
};

/// Writes entries within the caller's transaction. The head is read once, so one object serves one transaction.
class AuditChain {
 public:
  AuditChain(duck::Connection& connection, std::string_view schema, Who who);
  /// Appends one entry by INSERT.
  void append(const AuditDraft& draft);
  /// The entry as a row, for callers that append many at once.
  [[nodiscard]] Row next_row(const AuditDraft& draft);

 private:
  duck::Connection& connection_;
  std::string insert_;
  Who who_;
  std::int64_t sequence_ = 0;
  std::string head_;
};

/// Hash that the first entry names as the one before it.
inline constexpr std::string_view chain_start = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of an entry's row (columns of audit_table) from its other columns; texts that a purge empties go in by
/// their digests.
[[nodiscard]] std::string entry_hash_of(const Row& row);

/// The text in a value, empty when it is none.
[[nodiscard]] std::string text_of(const duck::Value& value);
[[nodiscard]] AuditEntry audit_entry_from(const Row& row);

/// {path: {"old": ..., "new": ...}}, absent sides left out. A value of more than 4 KB of text is given by its SHA-256,
/// since versions hold it whole; annotations always stand in full.
[[nodiscard]] Json changes_json(const std::vector<FieldChange>& changes);

}  // namespace planwise::store
