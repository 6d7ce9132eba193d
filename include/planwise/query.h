/// \file
/// Asking a store for runs: the query language, sorting, paging.
///
///     planwise::ListRequest request;
///     request.query = R"(type:advanced_scipy objective<0.3 param.cola_rate>=0.02 not risk:HIGH)";
///     request.sort = "-param.cola_rate";
///
/// The language is described in docs/query-language.md; in short: `field:value`, `field<value`, ranges `a..b`, lists
/// `(a, b)`, bare words and "quoted words" looked for in scenario, description, justification, tags and notes, joined by
/// AND unless `or` stands between, negated by `not` or `-`, grouped by parentheses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "planwise/history.h"
#include "planwise/json.h"
#include "planwise/time.h"

namespace planwise {

/// Which runs a request considers.
enum class ArchivedRuns { exclude, include, only };

/// The literal form for callers that never meant a language: `text` is looked for as it stands, case-insensitively, in
/// the named fields; no character is special.
struct LiteralSearch {
  std::string text;
  /// Names as in the language; empty: scenario_id, description, business_justification.
  std::vector<std::string> fields;
};

struct ListRequest {
  std::string query;                     ///< At most 8 KiB, at most 100 levels of parentheses. Empty: every run.
  std::optional<LiteralSearch> literal;  ///< Joined to the query by AND.
  std::string sort;                      ///< Comma-separated fields, "-" before one for descending. Empty: newest first.
  std::int64_t limit = 50;               ///< Runs a page, at least 1; no upper bound.
  std::string cursor;                    ///< `next_cursor` of the page before; empty: the first page.
  std::int64_t offset = 0;               ///< Runs to skip, for callers that page by number; 0 with a cursor.
  ArchivedRuns archived = ArchivedRuns::exclude;
  std::string zone = "UTC";              ///< Zone of dates in the query that name none.
};

/// One run of a page: what lists show. Times UTC, absent values null.
struct RunSummary {
  std::string run_id, scenario_id;
  std::optional<std::string> user_id, session_id;
  std::string optimization_type, optimization_engine, status;
  Timestamp created_at, updated_at;
  std::optional<Timestamp> completed_at;
  std::optional<std::int64_t> random_seed, max_evaluations, timeout_minutes;
  std::optional<bool> use_synthetic_mode;
  std::optional<double> runtime_seconds;
  std::optional<std::int64_t> function_evaluations;
  std::optional<bool> converged;
  std::optional<std::string> convergence_message;
  std::string description;
  std::vector<std::string> tags;
  std::string business_justification;
  std::optional<double> objective_value;
  std::optional<std::string> risk_level;
  std::int64_t version = 1;
  std::string content_hash;
  bool locked = false;
  std::optional<Timestamp> archived_at;
  bool queued = false;  ///< Still in the spool: saved, not yet in the file.
  /// Of a run whose status is running: "running", "lost" or "unknown" (see RunningRun), as of the call. Else absent.
  std::optional<std::string> run_state;
  std::optional<Heartbeat> heartbeat;  ///< Of a running run that has given one.
};

/// One object with the fields above by name, as `list --output json` prints it.
[[nodiscard]] Json to_json(const RunSummary& summary);

struct RunPage {
  std::vector<RunSummary> runs;
  std::int64_t total = 0;   ///< Runs that match, over the whole store.
  std::string next_cursor;  ///< Empty on the last page.
};

}  // namespace planwise
