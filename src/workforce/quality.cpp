// The quality report: every check over the database, its count and first rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "planwise/error.h"
#include "workforce/levers.h"
#include "workforce/parts.h"
#include "workforce/quality_checks.h"

namespace planwise {

using namespace workforce;

namespace {

constexpr std::int64_t examples_shown = 3;

/// The tables under the names that the checks use.
class CheckedTables {
 public:
  CheckedTables(const Session& session, const SimulationDatabaseOptions& options)
      : session_(session), outlier_pay_(options.outlier_pay) {
    add("snapshot", session.first_of({snapshot_table().name}), snapshot_table());
    add("events", session.first_of({events_table().name}), events_table());
    add("baseline", session.first_of({baseline_table().name}), baseline_table());
    add_levers(session.first_of({parameters_table().name, levers_table().name, staged_levers_table().name}),
               options.scenario_id);
    static constexpr std::array<ColumnRule, 3> range_columns{{{"level_id", ColumnKind::integer, ""},
                                                              {"min_compensation", ColumnKind::real, ""},
                                                              {"max_compensation", ColumnKind::real, ""}}};
    static constexpr TableRule ranges{"config_job_levels", range_columns, ""};
    const FoundTable* levels = session.first_of({"stg_config_job_levels", "config_job_levels"});
    if (levels != nullptr && levels->column("min_compensation") != nullptr &&
        levels->column("max_compensation") != nullptr) {
      with("ranges", fmt::format("SELECT level_id, min_compensation AS minimum, max_compensation AS maximum FROM {}",
                                 normalised(*levels, ranges)));
      known_.emplace("ranges", levels);
    } else {
      with("ranges", default_ranges());
      known_.emplace("ranges", nullptr);
    }
  }

  /// What a need lacks; empty when it is there.
  [[nodiscard]] std::string lacking(std::string_view need) const {
    const std::size_t dot = need.find('.');
    const std::string_view table = need.substr(0, dot), column = need.substr(dot + 1);
    if (table == "ranges") return {};
    if (table == "levers" && !no_levers_.empty()) return no_levers_;
    const auto found = known_.find(table);
    if (found == known_.end()) return fmt::format("the table of the {} is not there", table);
    if (found->second->column(column) == nullptr)
      return fmt::format("{} has no column {}", found->second->name, column);
    return {};
  }

  [[nodiscard]] duck::Rows select(std::string_view sql) const {
    std::string text(sql);
    std::vector<duck::Value> parameters;
    if (const std::size_t at = text.find("$outlier"); at != std::string::npos) {
      text.replace(at, 8, "?");
      parameters.emplace_back(outlier_pay_);
    }
    return session_.connection().query(fmt::format("WITH {} {}", tables_, text), parameters);
  }

 private:
  void add(std::string_view name, const FoundTable* table, const TableRule& rule) {
    if (table == nullptr) return;
    known_.emplace(name, table);
    with(name, fmt::format("SELECT * FROM {}", normalised(*table, rule)));
  }
  /// Those of the scenario in force, equal rows once: what read_levers() takes them from.
  void add_levers(const FoundTable* table, const std::string& scenario_id) {
    if (table == nullptr) return;
    known_.emplace("levers", table);
    std::string scenario = scenario_id;
    try {
      scenario = read_levers(session_, scenario_id).scenario_id;
    } catch (const Error& error) {
      // Levers without a value that can be read are for the checks; a scenario that cannot be chosen is not.
      if (error.code() == ErrorCode::invalid_argument || !scenario_id.empty()) no_levers_ = error.what();
      if (scenario.empty()) scenario = "default";
    }
    with("levers", fmt::format("SELECT DISTINCT * FROM {} WHERE scenario_id IS NULL OR scenario_id = {}",
                               normalised(*table, parameters_table()), duck::sql_literal(scenario)));
  }
  void with(std::string_view name, const std::string& sql) {
    tables_ += fmt::format("{}{} AS ({})", tables_.empty() ? "" : ", ", name, sql);
  }
  static std::string default_ranges() {
    std::string values;
    const SimulationSettings settings;
    for (std::size_t index = 0; index < level_count; ++index) {
      values += fmt::format("{}({}, {}::DOUBLE, {}::DOUBLE)", values.empty() ? "" : ", ", index + 1,
                            settings.levels[index].minimum, settings.levels[index].maximum);
    }
    return fmt::format("SELECT * FROM (VALUES {}) AS given(level_id, minimum, maximum)", values);
  }

  const Session& session_;
  double outlier_pay_;
  std::string tables_, no_levers_;
  std::map<std::string, const FoundTable*, std::less<>> known_;
};

/// A found row as an object; dates as text.
Json object_of(duck::Rows& rows, const std::vector<std::string>& columns) {
  Json object = Json::object();
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const std::string& name = columns[column];
    if (name == "found_rows" || name == "largest_measure" || name == "measure") continue;
    if (rows.is_null(column)) {
      if (name != "employee_id") object.set(name, Json());
      continue;
    }
    switch (rows.column_type(column)) {
      case DUCKDB_TYPE_VARCHAR:
        object.set(name, rows.text(column));
        break;
      case DUCKDB_TYPE_FLOAT:
      case DUCKDB_TYPE_DOUBLE:
        object.set(name, rows.real(column));
        break;
      case DUCKDB_TYPE_BOOLEAN:
        object.set(name, rows.boolean(column));
        break;
      default:
        if (name.ends_with("_date")) {
          object.set(name, date_text(static_cast<std::int32_t>(
                               std::clamp<std::int64_t>(rows.integer(column), -1'000'000, 3'000'000))));
        } else {
          object.set(name, rows.integer(column));
        }
    }
  }
  return object;
}

void find_rows(const CheckedTables& tables, const QualityCheck& check, std::int64_t limit, QualityFinding& finding) {
  const bool measured = check.rows.find(" AS measure") != std::string_view::npos;
  duck::Rows rows =
      tables.select(fmt::format("SELECT *, count(*) OVER () AS found_rows, {} AS largest_measure FROM ({}) AS found "
                                "ORDER BY simulation_year NULLS FIRST, "
                                "employee_id NULLS FIRST, CAST(found AS VARCHAR) LIMIT {}",
                                measured ? "max(measure) OVER ()" : "CAST(NULL AS DOUBLE)", check.rows, limit));
  std::vector<std::string> columns;
  for (std::size_t column = 0; column < rows.column_count(); ++column) columns.emplace_back(rows.column_name(column));
  while (rows.next()) {
    finding.count = rows.integer(columns.size() - 2);
    if (!rows.is_null(columns.size() - 1)) finding.largest = rows.real(columns.size() - 1);
    finding.examples.push_back(object_of(rows, columns));
  }
}

QualityFinding run_check(const CheckedTables& tables, const QualityCheck& check, std::int64_t limit) {
  QualityFinding finding;
  finding.check = check.name;
  finding.severity = check.severity;
  finding.title = check.title;
  finding.consequence = check.consequence;
  for (std::string_view need : check.needs) {
    if (need.empty()) continue;
    if (std::string lacks = tables.lacking(need); !lacks.empty()) {
      finding.not_run = std::move(lacks);
      return finding;
    }
  }
  duck::Rows counted = tables.select(check.checked);
  if (counted.next()) finding.checked = counted.integer(0);
  find_rows(tables, check, limit, finding);
  return finding;
}

}  // namespace

std::string_view to_text(FindingSeverity severity) noexcept {
  switch (severity) {
    case FindingSeverity::note:
      return "note";
    case FindingSeverity::warning:
      return "warning";
    case FindingSeverity::error:
      return "error";
  }
  return "error";
}

const QualityFinding* QualityReport::find(std::string_view check) const noexcept {
  const auto found =
      std::find_if(findings.begin(), findings.end(), [&](const QualityFinding& f) { return f.check == check; });
  return found == findings.end() ? nullptr : &*found;
}

QualityReport SimulationDatabase::quality() const {
  QualityReport report;
  report.missing = missing();
  const Session session = parts_->source.open();
  const CheckedTables tables(session, parts_->options);
  for (const QualityCheck& check : quality_checks())
    report.findings.push_back(run_check(tables, check, examples_shown));
  return report;
}

std::vector<Json> SimulationDatabase::finding_rows(std::string_view check, std::int64_t limit) const {
  if (limit < 1) throw Error(ErrorCode::invalid_argument, fmt::format("the limit is {}; at least 1 is allowed", limit));
  for (const QualityCheck& known : quality_checks()) {
    if (known.name != check) continue;
    const Session session = parts_->source.open();
    QualityFinding finding = run_check(CheckedTables(session, parts_->options), known, limit);
    if (!finding.not_run.empty())
      throw Error(ErrorCode::not_found, fmt::format("the check {} could not run: {}", check, finding.not_run));
    return std::move(finding.examples);
  }
  throw Error(ErrorCode::not_found, fmt::format("there is no check '{}'", check));
}

Json to_json(const MissingPart& part) {
  Json json = Json::object();
  json.set("table", part.table);
  json.set("column", part.column.empty() ? Json() : Json(part.column));
  json.set("reason", part.reason);
  json.set("consequence", part.consequence);
  return json;
}

Json to_json(const QualityReport& report) {
  Json findings = Json::array();
  for (const QualityFinding& finding : report.findings) {
    Json json = Json::object();
    json.set("check", finding.check);
    json.set("severity", to_text(finding.severity));
    json.set("title", finding.title);
    if (finding.not_run.empty()) {
      json.set("count", finding.count);
      json.set("checked", finding.checked);
      if (!std::isnan(finding.largest)) json.set("largest", finding.largest);
      json.set("examples", Json(Json::Array(finding.examples)));
      if (finding.count > 0) json.set("consequence", finding.consequence);
    } else {
      json.set("not_run", finding.not_run);
    }
    findings.push_back(std::move(json));
  }
  Json missing = Json::array();
  for (const MissingPart& part : report.missing) missing.push_back(to_json(part));
  Json json = Json::object();
  json.set("findings", std::move(findings));
  json.set("missing", std::move(missing));
  return json;
}

}  // namespace planwise
