// The workbook of one run.
#include <cmath>
#include <optional>

#include "exchange/excel_assumptions.h"
#include "exchange/excel_blocks.h"
#include "exchange/excel_history.h"
#include "exchange/excel_layouts.h"
#include "exchange/excel_outcomes.h"

namespace planwise::exchange {
namespace {

std::optional<double> finite_number(const Json* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double real = value->as_real();
  return std::isfinite(real) ? std::optional(real) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> sheet_list(bool with_report) {
  std::vector<std::pair<std::string, std::string>> sheets;
  if (with_report) sheets.emplace_back("Report", "The evidence report: decision, figures and what they rest on");
  const std::pair<std::string, std::string> others[] = {
      {"Overview", "The run at a glance: scenario, result, timing, notes"},
      {"Objectives", "Objectives with weights and values, constraints"},
      {"Parameters", "Levers: initial and optimal value, bounds, change"},
      {"Algorithm", "Solver, seed and settings"},
      {"Histories", "Charts of the objective and of the levers over the iterations"},
      {"History data", "The numbers behind the charts"},
      {"Risk and warnings", "Risk assessment, warnings, violated constraints, estimated impact"},
      {"Outcomes by year", "Projected workforce and cost by year, with growth and totals"},
      {"Sensitivity", "How much each lever matters, correlations"},
      {"Simulation data", "What the simulation returned"},
      {"Assumptions", "Inputs in yellow, and what follows from them: change one and all of it recalculates"}};
  sheets.insert(sheets.end(), std::begin(others), std::end(others));
  return sheets;
}

void write_tiles(ExcelSheet& sheet, const Run& run) {
  const Metadata& metadata = run.metadata;
  const char* labels[] = {"Objective value", "Status", "Converged", "Risk level"};
  for (int tile = 0; tile < 4; ++tile) sheet.text(tile, labels[tile], Style::tile_label);
  sheet.next_row();
  sheet.height(26);
  if (run.results.objective_value)
    sheet.number(0, *run.results.objective_value, Style::tile_value);
  else
    sheet.text(0, "not reported", Style::tile_value);
  sheet.text(1, metadata.status, Style::tile_value);
  // A run that never reported it has not failed to converge.
  sheet.text(2, !metadata.converged ? "not reported" : *metadata.converged ? "yes" : "no", Style::tile_value);
  sheet.text(3, run.results.risk_level.value_or("not assessed"), Style::tile_value);
  sheet.next_row();
}

void write_time(ExcelSheet& sheet, const char* name, std::optional<Timestamp> value) {
  if (!value || value->microseconds == 0) return write_value(sheet, name, Json());
  sheet.text(0, name, Style::label);
  sheet.time(1, *value);
  sheet.next_row();
}

void write_overview(ExcelSheet& sheet, const Run& run, const Json& document) {
  const Json& metadata = document.at("metadata");
  const auto field = [&](const char* label, const char* name) { write_value(sheet, label, metadata.at(name)); };
  sheet.text(0, run.metadata.scenario_id, Style::title);
  sheet.height(28);
  sheet.next_row();
  sheet.text(0, "Run " + run.metadata.run_id, Style::subtitle);
  sheet.next_row();
  sheet.next_row();
  write_tiles(sheet, run);
  write_section(sheet, "Context");
  field("Scenario", "scenario_id");
  field("Description", "description");
  field("Business justification", "business_justification");
  std::string tags;
  for (const std::string& tag : run.metadata.tags) tags += (tags.empty() ? "" : ", ") + tag;
  write_value(sheet, "Tags", tags);
  write_value(sheet, "Notes", document.at("notes"));
  field("User", "user_id");
  field("Session", "session_id");
  write_section(sheet, "Result");
  write_value(sheet, "Objective value", document.at("results").at("objective_value"));
  field("Status", "status");
  field("Converged", "converged");
  field("Convergence message", "convergence_message");
  write_value(sheet, "Risk level", document.at("results").at("risk_level"));
  field("Function evaluations", "function_evaluations");
  field("Runtime, seconds", "runtime_seconds");
  write_section(sheet, "Times (UTC)");
  write_time(sheet, "Created", run.metadata.created_at);
  write_time(sheet, "Updated", run.metadata.updated_at);
  write_time(sheet, "Completed", run.metadata.completed_at);
}

/// The objective's own value, in the row of its name.
void write_objective_rows(ExcelSheet& sheet, const Run& run, const Json& breakdown) {
  const std::uint32_t first = sheet.row();
  double weights = 0;
  for (const Objective& objective : run.configuration.objectives) {
    const Json* value = breakdown.find(objective.name);
    sheet.text(0, objective.name);
    sheet.text(1, objective.direction, Style::line);
    sheet.number(2, objective.weight);
    if (objective.target_value) sheet.number(3, *objective.target_value);
    if (value != nullptr) sheet.put(4, *value);
    if (const auto number = finite_number(value)) {
      if (std::isfinite(objective.weight)) {
        sheet.formula(5, "=" + sheet.cell(2) + "*" + sheet.cell(4), objective.weight * *number, Style::number);
      }
      if (objective.target_value && std::isfinite(*objective.target_value)) {
        sheet.formula(6, "=" + sheet.cell(4) + "-" + sheet.cell(3), *number - *objective.target_value,
                      Style::number_change);
      }
    }
    sheet.text(7, objective.description);
    sheet.next_row();
    weights += objective.weight;
  }
  if (run.configuration.objectives.empty() || !std::isfinite(weights)) return;
  const int rows = static_cast<int>(sheet.row() - first);
  sheet.text(0, "Total", Style::total_label);
  for (const int column : {1, 3, 4, 6, 7}) sheet.text(column, "", Style::total_label);
  const auto sum = [&](int column) { return "=SUM(" + sheet.cell(column, -rows) + ":" + sheet.cell(column, -1) + ")"; };
  sheet.formula_over_rows(2, sum(2), weights, Style::total_number);
  double weighted = 0;
  for (const Objective& objective : run.configuration.objectives) {
    weighted += objective.weight * finite_number(breakdown.find(objective.name)).value_or(0);
  }
  sheet.formula_over_rows(5, sum(5), weighted, Style::total_number);
  sheet.next_row();
}

void write_objectives(ExcelSheet& sheet, const Run& run, const Json& breakdown) {
  sheet.header(
      {"Objective", "Direction", "#Weight", "#Target", "#Value", "#Weight x value", "#Value - target", "Description"});
  write_objective_rows(sheet, run, breakdown);
  Json others = Json::object();
  for (const auto& [name, value] : breakdown.as_object()) {
    bool named = false;
    for (const Objective& objective : run.configuration.objectives) named = named || objective.name == name;
    if (!named) others.set(name, value);
  }
  if (!others.empty()) write_blocks(sheet, "Other terms of the breakdown", others);
  write_section(sheet, "Constraints");
  if (run.configuration.constraints.empty()) return write_value(sheet, "Constraints", Json::array());
  sheet.table_header(0, {"Constraint", "Type", "#Lower", "#Upper", "Description"});
  sheet.next_row();
  for (const Constraint& constraint : run.configuration.constraints) {
    sheet.text(0, constraint.name);
    sheet.text(1, constraint.constraint_type, Style::line);
    const Json& bounds = constraint.bounds;
    if (bounds.is_array() && bounds.size() == 2) {
      sheet.put(2, bounds.at(0));
      sheet.put(3, bounds.at(1));
    } else {
      sheet.put(2, bounds);
    }
    sheet.text(4, constraint.description);
    sheet.next_row();
  }
}

/// Every name of the three maps: the levers in their order, then the rest.
std::vector<std::string> parameter_names(const Run& run) {
  const Json* maps[] = {&run.configuration.initial_parameters, &run.results.optimal_parameters,
                        &run.configuration.parameter_bounds};
  Json names = Json::object();
  for (const std::string_view lever : lever_names) {
    for (const Json* map : maps) {
      if (map->find(lever) != nullptr) names.set(lever, Json());
    }
  }
  for (const Json* map : maps) {
    if (!map->is_object()) continue;
    for (const auto& [name, value] : map->as_object()) names.set(name, Json());
  }
  std::vector<std::string> out;
  for (const auto& [name, value] : names.as_object()) out.push_back(name);
  return out;
}

void write_parameters(ExcelSheet& sheet, const Run& run) {
  sheet.header({"Parameter", "Name", "#Initial", "#Optimal", "#Lower bound", "#Upper bound", "#Change",
                "#Change, % of initial", "#Position between bounds"});
  for (const std::string& name : parameter_names(run)) {
    const Style style = number_style(name);
    const Json* initial = run.configuration.initial_parameters.find(name);
    const Json* optimal = run.results.optimal_parameters.find(name);
    const Json* bounds = run.configuration.parameter_bounds.find(name);
    const bool pair = bounds != nullptr && bounds->is_array() && bounds->size() == 2;
    const auto from = finite_number(initial), to = finite_number(optimal);
    const auto lower = pair ? finite_number(&bounds->at(0)) : std::nullopt;
    const auto upper = pair ? finite_number(&bounds->at(1)) : std::nullopt;
    sheet.text(0, readable(name));
    sheet.text(1, name, Style::label);
    if (initial != nullptr) sheet.put(2, *initial, style);
    if (optimal != nullptr) sheet.put(3, *optimal, style);
    if (pair)
      sheet.put(4, bounds->at(0), style), sheet.put(5, bounds->at(1), style);
    else if (bounds != nullptr)
      sheet.put(4, *bounds);
    if (from && to) {
      const Style change = style == Style::percent ? Style::percent_change : Style::number_change;
      sheet.formula(6, "=" + sheet.cell(3) + "-" + sheet.cell(2), *to - *from, change);
      if (*from != 0) {
        sheet.formula(7, "=" + sheet.cell(6) + "/ABS(" + sheet.cell(2) + ")", (*to - *from) / std::abs(*from),
                      Style::percent_change);
      }
    }
    if (to && lower && upper && *lower != *upper) {
      sheet.formula(8, "=(" + sheet.cell(3) + "-" + sheet.cell(4) + ")/(" + sheet.cell(5) + "-" + sheet.cell(4) + ")",
                    (*to - *lower) / (*upper - *lower), Style::percent);
    }
    sheet.next_row();
  }
}

void write_algorithm(ExcelSheet& sheet, const Json& document) {
  const Json& metadata = document.at("metadata");
  write_section(sheet, "Solver");
  for (const char* name :
       {"optimization_type", "optimization_engine", "random_seed", "max_evaluations", "timeout_minutes",
        "use_synthetic_mode", "function_evaluations", "runtime_seconds", "converged", "convergence_message"}) {
    write_value(sheet, readable(name), metadata.at(name), number_style(name));
  }
  write_blocks(sheet, "Settings", document.at("configuration").at("algorithm_config"));
}

void write_risk(ExcelSheet& sheet, const Json& results) {
  write_section(sheet, "Risk");
  write_value(sheet, "Risk level", results.at("risk_level"));
  write_blocks(sheet, "Risk assessment", results.at("risk_assessment"));
  write_blocks(sheet, "Parameter warnings", results.at("parameter_warnings"));
  write_blocks(sheet, "Constraint violations", results.at("constraint_violations"));
  write_blocks(sheet, "Estimated cost impact", results.at("estimated_cost_impact"));
  write_blocks(sheet, "Estimated employee impact", results.at("estimated_employee_impact"));
}

AboutSheet about_run(const Run& run, const RunDocument& written, bool with_report) {
  AboutSheet about;
  about.title = "Optimization run";
  about.subtitle = run.metadata.scenario_id;
  about.facts = {{"Run", run.metadata.run_id},
                 {"Scenario", run.metadata.scenario_id},
                 {"Version", written.version},
                 {"Content hash", written.content_hash}};
  if (written.exported_hash != written.content_hash) {
    about.facts.emplace_back("Hash of what is in this workbook", written.exported_hash);
  }
  about.sheets = sheet_list(with_report);
  return about;
}

}  // namespace

void write_run_workbook(const std::filesystem::path& file, const Run& run, const RunDocument& written,
                        const ExportContext& context, const std::optional<ExcelPage>& report,
                        const ExcelLimits& limits) {
  ExcelBook book(file, Memory::whole, limits);
  book.properties("Optimization run " + run.metadata.run_id, context.exported_by,
                  "Content hash " + written.content_hash, context.exported_at);
  const Json& document = written.document;
  const Json& results = document.at("results");
  write_about(book.add("About", {30, 100}, Gridlines::hidden), about_run(run, written, report.has_value()), context);
  if (report) write_page(book.add("Report", {34, 18, 18, 18, 18, 22, 22}, Gridlines::hidden), *report);
  write_overview(book.add("Overview", {26, 44, 20, 20}, Gridlines::hidden), run, document);
  write_objectives(book.add("Objectives", {26, 14, 14, 14, 14, 14, 14, 50}), run, results.at("objective_breakdown"));
  write_parameters(book.add("Parameters", {32, 32, 13, 13, 13, 13, 13, 15, 17}), run);
  write_algorithm(book.add("Algorithm", {34, 60, 20, 20, 20, 20}), document);
  ExcelSheet& charts = book.add("Histories", {3}, Gridlines::hidden);
  ExcelSheet& data =
      book.add("History data", {11, 18, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16});
  write_histories(book, charts, data, results);
  write_risk(book.add("Risk and warnings", {34, 80, 20, 20, 20, 20}), results);
  write_outcomes(book.add("Outcomes by year", {34, 22, 22, 22, 22, 22, 22, 22}), results.at("projected_outcomes"));
  write_sensitivity(book, book.add("Sensitivity", {34, 22, 22, 22, 22, 22, 22, 22}), results);
  ExcelSheet& simulation = book.add("Simulation data", {34, 26, 22, 22, 22, 22, 22, 22});
  const Json& data_of_run = document.at("simulation_data");
  if (data_of_run.is_null()) {
    write_section(simulation, "Simulation data");
    const bool left_out = run.simulation_data.has_value();
    write_value(simulation, "Simulation data", left_out ? "left out of this export" : "the run holds none");
  } else {
    write_blocks(simulation, "Simulation data", data_of_run);
  }
  write_assumptions(book.add("Assumptions", {34, 18, 18, 18, 18, 18, 18, 18, 18, 18}, Gridlines::hidden), run,
                    document);
  book.close();
}

}  // namespace planwise::exchange
