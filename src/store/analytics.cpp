// Analytics over all runs that match. The join of the two tables a run's columns stand in is what costs, so its rows
// are put into a temporary table once, and everything is counted there. Figures do not depend on the number of threads:
// counts and quantiles never do, and sums are taken in ascending order.
#include <algorithm>
#include <iterator>

#include "core/near.h"
#include "store/process_mark.h"
#include "store/progress.h"
#include "store/query_compiler.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace {

constexpr std::string_view gathered = "temp.main.analytics_runs";

/// The temporary tables of one call.
class Gathered {
 public:
  explicit Gathered(duck::Connection& connection) : connection_(connection) {
    drop();
    connection_.run(
        "CREATE TEMP TABLE analytics_lost (run_id VARCHAR); CREATE TEMP TABLE analytics_runs (type VARCHAR, engine "
        "VARCHAR, "
        "scenario VARCHAR, status VARCHAR, risk VARCHAR, created_at TIMESTAMP, converged BOOLEAN, lost BOOLEAN, "
        "runtime DOUBLE, evaluations BIGINT, objective DOUBLE, odd_objective BOOLEAN)");
  }
  ~Gathered() {
    try {
      drop();
    } catch (const Error&) {  // The next call drops them.
    }
  }
  Gathered(const Gathered&) = delete;
  Gathered& operator=(const Gathered&) = delete;

 private:
  void drop() {
    connection_.run("DROP TABLE IF EXISTS temp.main.analytics_runs; DROP TABLE IF EXISTS temp.main.analytics_lost");
  }
  duck::Connection& connection_;
};

void gather(duck::Connection& connection, const ListRequest& request) {
  // function_evaluations beyond 32 bits stands in `exact`. Text is never NULL here: what has no value is its own group.
  constexpr std::string_view columns =
      "coalesce(r.optimization_type, ''), coalesce(r.optimization_engine, ''), coalesce(r.scenario_id, ''), "
      "coalesce(r.status, ''), "
      "coalesce(d.risk_level, ''), r.created_at, r.converged, "
      "CASE WHEN r.status = 'running' THEN r.run_id IN (SELECT run_id FROM temp.main.analytics_lost) ELSE FALSE END, "
      "CASE WHEN isfinite(r.runtime_seconds) THEN r.runtime_seconds END, "
      "CASE WHEN d.exact IS NULL THEN r.function_evaluations ELSE coalesce(TRY_CAST(json_extract_string(d.exact, "
      "'$.function_evaluations') AS BIGINT), r.function_evaluations) END, "
      "CASE WHEN isfinite(d.objective_value) THEN d.objective_value END, "
      "d.objective_value IS NOT NULL AND NOT isfinite(d.objective_value)";
  const SqlStatement rows = rows_statement(request, columns, schema);
  connection.query(fmt::format("INSERT INTO {} {}", gathered, rows.sql), rows.parameters);
}

constexpr std::string_view figure_columns =
    "count(*), count(*) FILTER (status = 'completed'), count(*) FILTER (status = 'failed'), count(*) FILTER (status = "
    "'cancelled'), "
    "count(*) FILTER (status = 'draft'), count(*) FILTER (status = 'running' AND NOT lost), count(*) FILTER (lost), "
    "count(*) FILTER (converged), count(*) FILTER (NOT converged), count(*) FILTER (converged IS NULL), "
    "count(*) FILTER (odd_objective), count(*) FILTER (risk = 'LOW'), count(*) FILTER (risk = 'MEDIUM'), "
    "count(*) FILTER (risk = 'HIGH'), count(*) FILTER (risk = 'CRITICAL'), count(*) FILTER (risk = ''), "
    "count(runtime), min(runtime), max(runtime), quantile_cont(runtime, 0.5), quantile_cont(runtime, 0.9), sum(runtime "
    "ORDER BY runtime), "
    "count(evaluations), CAST(min(evaluations) AS DOUBLE), CAST(max(evaluations) AS DOUBLE), "
    "quantile_cont(evaluations, 0.5), "
    "quantile_cont(evaluations, 0.9), CAST(sum(evaluations) AS DOUBLE), "
    "count(objective), min(objective), max(objective), quantile_cont(objective, 0.5), quantile_cont(objective, 0.9), "
    "sum(objective ORDER BY objective)";

ValueSpread spread_from(const duck::Rows& rows, std::size_t first) {
  ValueSpread spread;
  spread.count = rows.integer(first);
  if (spread.count == 0) return spread;
  spread.min = rows.real(first + 1);
  spread.max = rows.real(first + 2);
  spread.median = rows.real(first + 3);
  spread.p90 = rows.real(first + 4);
  spread.mean = rows.real(first + 5) / static_cast<double>(spread.count);
  return spread;
}

AnalyticsFigures figures_from(const duck::Rows& rows, std::size_t first) {
  AnalyticsFigures f;
  std::int64_t* const counts[] = {&f.runs,
                                  &f.completed,
                                  &f.failed,
                                  &f.cancelled,
                                  &f.draft,
                                  &f.running,
                                  &f.lost,
                                  &f.converged,
                                  &f.not_converged,
                                  &f.convergence_not_reported,
                                  &f.objective_not_finite,
                                  &f.risk_low,
                                  &f.risk_medium,
                                  &f.risk_high,
                                  &f.risk_critical,
                                  &f.not_assessed};
  std::size_t column = first;
  for (std::int64_t* count : counts) *count = rows.integer(column++);
  f.other_status = f.runs - f.completed - f.failed - f.cancelled - f.draft - f.running - f.lost;
  f.other_risk = f.runs - f.risk_low - f.risk_medium - f.risk_high - f.risk_critical - f.not_assessed;
  f.runtime_seconds = spread_from(rows, column);
  f.function_evaluations = spread_from(rows, column + 6);
  f.objective_value = spread_from(rows, column + 12);
  return f;
}

/// How a grouping is written: the expression rows are grouped by, and its text.
struct GroupKey {
  std::string_view name, key, text;
  [[nodiscard]] bool is_period() const { return key != text; }
};
constexpr GroupKey group_keys[] = {
    {"type", "type", "type"},
    {"engine", "engine", "engine"},
    {"scenario", "scenario", "scenario"},
    {"status", "status", "status"},
    {"risk_level", "risk", "risk"},
    {"day", "date_trunc('day', created_at)", "strftime(key, '%Y-%m-%d')"},
    {"week", "date_trunc('week', created_at)", "strftime(key, '%G-W%V')"},
    {"month", "date_trunc('month', created_at)", "strftime(key, '%Y-%m')"},
    {"quarter", "date_trunc('quarter', created_at)", "strftime(key, '%Y-Q') || quarter(key)"},
    {"year", "date_trunc('year', created_at)", "strftime(key, '%Y')"},
};
static_assert(std::size(group_keys) == std::size(analytics_groupings));

const GroupKey& group_key(std::string_view name) {
  for (const GroupKey& key : group_keys) {
    if (key.name == name) return key;
  }
  std::string allowed;
  for (const GroupKey& key : group_keys) allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", key.name);
  throw Error(ErrorCode::invalid_argument, fmt::format("there is no grouping by '{}'; allowed are {}{}", name, allowed,
                                                       core::did_you_mean(name, analytics_groupings)));
}

AnalyticsGrouping grouping_of(duck::Connection& connection, const GroupKey& key, std::int64_t most,
                              std::int64_t all_runs) {
  AnalyticsGrouping grouping;
  grouping.by = key.name;
  std::string sql;
  std::vector<duck::Value> parameters;
  if (key.is_period()) {
    sql = fmt::format(
        "SELECT coalesce({}, ''), * EXCLUDE (key) FROM (SELECT {} AS key, {} FROM {} GROUP BY key) ORDER BY key",
        key.text, key.key, figure_columns, gathered);
  } else {
    // Figures only of those that are shown: with a group a run, the others would cost more than all else.
    duck::Rows count = connection.query(fmt::format("SELECT count(DISTINCT {}) FROM {}", key.key, gathered));
    count.next();
    grouping.groups_left_out = std::max<std::int64_t>(count.integer(0) - most, 0);
    const std::string shown =
        grouping.groups_left_out == 0
            ? std::string()
            : fmt::format("WHERE {0} IN (SELECT {0} FROM {1} GROUP BY {0} ORDER BY count(*) DESC, {0} LIMIT ?)",
                          key.key, gathered);
    if (!shown.empty()) parameters.emplace_back(most);
    sql = fmt::format("SELECT {0}, {1} FROM {2} {3} GROUP BY {0} ORDER BY count(*) DESC, {0}", key.key, figure_columns,
                      gathered, shown);
  }
  duck::Rows rows = connection.query(sql, parameters);
  grouping.runs_left_out = all_runs;
  while (rows.next()) {
    AnalyticsGroup group;
    group.key = rows.text(0);
    group.figures = figures_from(rows, 1);
    grouping.runs_left_out -= group.figures.runs;
    grouping.groups.push_back(std::move(group));
  }
  return grouping;
}

void stage_lost(duck::Connection& connection) {
  const Timestamp at = now();
  for (const auto& [run_id, progress] : read_all_progress(connection)) {
    if (running_state(progress.heartbeat, at) != "lost") continue;
    connection.query("INSERT INTO temp.main.analytics_lost VALUES (?)", {run_id});
  }
}

}  // namespace

Analytics RunStore::analytics(const AnalyticsRequest& request) {
  if (request.most_groups < 1)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("most_groups {} is not allowed: at least 1", request.most_groups));
  std::vector<const GroupKey*> keys;
  for (const std::string& name : request.by) keys.push_back(&group_key(name));
  (void)compile_query(request.runs, now());  // a faulty query is told before anything waits for the file
  const duck::Lease lease = parts_->read_lease();
  duck::Connection& connection = lease.connection();
  const Gathered tables(connection);
  stage_lost(connection);
  gather(connection, request.runs);
  Analytics analytics;
  {
    duck::Rows rows = connection.query(fmt::format("SELECT {} FROM {}", figure_columns, gathered));
    rows.next();
    analytics.all = figures_from(rows, 0);
  }
  for (const GroupKey* key : keys)
    analytics.groupings.push_back(grouping_of(connection, *key, request.most_groups, analytics.all.runs));
  return analytics;
}

}  // namespace planwise::store
