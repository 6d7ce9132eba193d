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
#include <string_view>
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

// --- analytics over all runs that match --------------------------------------------------------------------------------
/// What groups can be made by: type, engine, scenario, status, risk_level, and the period of created_at (UTC): day, week
/// (ISO), month, quarter, year.
inline constexpr std::string_view analytics_groupings[] = {"type", "engine",  "scenario", "status", "risk_level",
                                                           "day",  "week", "month",  "quarter",  "year"};

///     planwise::AnalyticsRequest request;
///     request.runs.query = "created>=2026-01-01";
///     request.by = {"engine", "month"};
///     const planwise::Analytics found = manager.analytics(request);
struct AnalyticsRequest {
  ListRequest runs;  ///< Which runs: query, literal, archived and zone, as lists have them. The rest plays no part.
  std::vector<std::string> by = {"type", "engine", "scenario", "month"};
  std::int64_t most_groups = 1000;  ///< Of a grouping that is no period: those with the most runs, at least 1.
};

/// Of the values that are there and finite; without any, all but the count are absent. Quantiles lie on the line between
/// neighbours (rank 1 + p (n - 1)). The mean is the sum in ascending order over the count.
struct ValueSpread {
  std::int64_t count = 0;
  std::optional<double> min, median, mean, p90, max;
};

/// Figures over every run of a group, none of them a sample.
struct AnalyticsFigures {
  std::int64_t runs = 0;
  /// Each run counts once. `running` without those that are lost (see RunningRun); `other_status` is none of the known.
  std::int64_t completed = 0, failed = 0, cancelled = 0, draft = 0, running = 0, lost = 0, other_status = 0;
  /// A run that never says whether it converged is not reported; that is no failure.
  std::int64_t converged = 0, not_converged = 0, convergence_not_reported = 0;
  ValueSpread runtime_seconds;
  ValueSpread function_evaluations;
  ValueSpread objective_value;  ///< `min` is the best: objectives are minimised. p90 as of the others.
  std::int64_t objective_not_finite = 0;
  /// `other_risk` is none of the four; `not_assessed` has none.
  std::int64_t risk_low = 0, risk_medium = 0, risk_high = 0, risk_critical = 0, other_risk = 0, not_assessed = 0;
};

struct AnalyticsGroup {
  std::string key;  ///< As stored; "2026-03-01", "2026-W09", "2026-03", "2026-Q1", "2026" for periods; empty: has none.
  AnalyticsFigures figures;
};

struct AnalyticsGrouping {
  std::string by;
  std::vector<AnalyticsGroup> groups;  ///< Periods in their order, others those with the most runs first.
  std::int64_t groups_left_out = 0, runs_left_out = 0;  ///< Beyond most_groups.
};

struct Analytics {
  AnalyticsFigures all;
  std::vector<AnalyticsGrouping> groupings;  ///< As asked for, in that order.
};
/// {"figures": FIGURES, "groupings": [{"by", "groups": [{"key", ...FIGURES}], "groups_left_out", "runs_left_out"}]}; see
/// docs/json-output.md.
[[nodiscard]] Json to_json(const Analytics& analytics);

struct RunPage {
  std::vector<RunSummary> runs;
  std::int64_t total = 0;   ///< Runs that match, over the whole store.
  std::string next_cursor;  ///< Empty on the last page.
};

}  // namespace planwise
