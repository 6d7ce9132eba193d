#include "exchange/csv_tables.h"

#include <array>
#include <cmath>

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::exchange {

const std::vector<RunField>& run_fields() {
  static const std::vector<RunField> fields{
      {"metadata", "run_id", CellForm::text},
      {"metadata", "scenario_id", CellForm::text},
      {"metadata", "user_id", CellForm::text},
      {"metadata", "session_id", CellForm::text},
      {"metadata", "optimization_type", CellForm::text},
      {"metadata", "optimization_engine", CellForm::text},
      {"metadata", "status", CellForm::text},
      {"metadata", "created_at", CellForm::text},
      {"metadata", "updated_at", CellForm::text},
      {"metadata", "completed_at", CellForm::text},
      {"metadata", "random_seed", CellForm::number},
      {"metadata", "max_evaluations", CellForm::number},
      {"metadata", "timeout_minutes", CellForm::number},
      {"metadata", "use_synthetic_mode", CellForm::boolean},
      {"metadata", "runtime_seconds", CellForm::number},
      {"metadata", "function_evaluations", CellForm::number},
      {"metadata", "converged", CellForm::boolean},
      {"metadata", "convergence_message", CellForm::text},
      {"metadata", "description", CellForm::text},
      {"metadata", "tags", CellForm::json},
      {"metadata", "business_justification", CellForm::text},
      {"", "notes", CellForm::text},
      {"results", "objective_value", CellForm::number},
      {"results", "risk_level", CellForm::text},
      {"results", "risk_assessment", CellForm::json},
      {"results", "estimated_cost_impact", CellForm::json},
      {"results", "estimated_employee_impact", CellForm::json},
      {"results", "projected_outcomes", CellForm::json},
      {"results", "sensitivity_analysis", CellForm::json},
      {"results", "parameter_correlations", CellForm::json},
      {"configuration", "algorithm_config", CellForm::json},
  };
  return fields;
}

const std::vector<RunField>& spread_fields() {
  static const std::vector<RunField> fields{
      {"configuration", "initial_parameters", CellForm::json}, {"configuration", "parameter_bounds", CellForm::json},
      {"results", "optimal_parameters", CellForm::json},       {"results", "parameter_history", CellForm::json},
      {"results", "objective_history", CellForm::json},        {"results", "objective_breakdown", CellForm::json},
      {"results", "constraint_violations", CellForm::json},    {"results", "parameter_warnings", CellForm::json},
  };
  return fields;
}

const CsvTable& runs_table() {
  static const CsvTable table = [] {
    CsvTable out{"runs.csv", {}};
    for (const RunField& field : run_fields()) out.columns.emplace_back(field.column);
    for (const RunField& field : spread_fields()) out.columns.emplace_back(field.column);
    for (const char* column : {"has_simulation_data", "run_version", "content_hash", "exported_hash"}) {
      out.columns.emplace_back(column);
    }
    return out;
  }();
  return table;
}

const CsvTable& detail_table(Detail detail) {
  static const std::array<CsvTable, detail_count> tables{{
      {"objectives.csv", {"run_id", "position", "name", "weight", "target_value", "direction", "description"}},
      {"constraints.csv", {"run_id", "position", "name", "constraint_type", "lower", "upper", "json", "description"}},
      {"parameters.csv", {"run_id", "name", "initial", "optimal", "lower", "upper", "change"}},
      {"parameter_history.csv", {"run_id", "iteration", "name", "value"}},
      {"objective_history.csv", {"run_id", "iteration", "value"}},
      {"objective_breakdown.csv", {"run_id", "name", "value", "json"}},
      {"warnings.csv", {"run_id", "position", "text", "json"}},
      {"violations.csv", {"run_id", "position", "text", "json"}},
      {"simulation_data.csv", {"run_id", "part", "json"}},
  }};
  return tables[static_cast<std::size_t>(detail)];
}

const CsvTable& export_table() {
  static const CsvTable table{"export.csv", {"name", "value"}};
  return table;
}

const CsvTable& manifest_table() {
  static const CsvTable table{"manifest.csv", {"file", "rows", "sha256"}};
  return table;
}

bool fits_number_cell(const Json& value) noexcept {
  return value.is_number() || (value.is_string() && core::from_non_finite_tag(value.as_string()));
}

CsvCell number_cell(const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_string()) return value.as_string();
  if (value.is_real() && !std::isfinite(value.as_real())) return std::string(core::non_finite_tag(value.as_real()));
  return value.dump();
}

std::optional<Json> from_number_cell(const CsvCell& cell) {
  if (!cell) return Json();
  if (core::from_non_finite_tag(*cell)) return Json(*cell);
  try {
    Json value = Json::parse(*cell);
    if (value.is_number()) return value;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace planwise::exchange
