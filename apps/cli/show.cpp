#include "show.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "table.h"

namespace planwise::cli {

namespace {

void heading(const std::string& text, const Globals& globals) { fmt::print("\n{}\n", bold(text, globals)); }

void line(std::string_view name, const std::string& value) {
  if (value.empty() || value == "-") return;
  fmt::print("  {:<24}{}\n", name, value);
}

std::string signed_number(double value, const char* suffix = "") { return fmt::format("{}{}{}", value > 0 ? "+" : "", shown_number(value), suffix); }

std::string percent_text(double fraction) { return fmt::format("{:+.2f} %", fraction * 100); }

template <typename T>
std::string text_of(const std::optional<T>& value) {
  return value ? shown(Json(*value)) : "-";
}

void print_parameters(const Run& run, const Globals& globals) {
  const Json& optimal = run.results.optimal_parameters;
  const Json& initial = run.configuration.initial_parameters;
  std::vector<std::string> names;
  for (const Json* source : {&initial, &optimal}) {
    if (!source->is_object()) continue;
    for (const auto& [name, value] : source->as_object()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  if (names.empty()) return;
  heading("Parameters", globals);
  TextTable table({{"", "  NAME", Align::left, 9}, {"", "INITIAL", Align::right, 9}, {"", "OPTIMAL", Align::right, 9}, {"", "CHANGE", Align::right, 9},
                   {"", "CHANGE %", Align::right, 9}, {"", "BOUNDS", Align::left, 1}});
  for (const std::string& name : names) {
    const Json* before = initial.find(name);
    const Json* after = optimal.find(name);
    std::string change = "-";
    std::string percent = "-";
    if (before != nullptr && after != nullptr && before->is_number() && after->is_number()) {
      const double delta = after->as_real() - before->as_real();
      change = signed_number(delta);
      if (before->as_real() != 0) percent = percent_text(delta / std::fabs(before->as_real()));
    }
    const Json* bounds = run.configuration.parameter_bounds.find(name);
    std::string range = "-";
    if (bounds != nullptr && bounds->is_array() && bounds->size() == 2) range = fmt::format("{} to {}", shown(bounds->at(std::size_t{0})), shown(bounds->at(std::size_t{1})));
    table.add({"  " + name, before != nullptr ? shown(*before) : "-", after != nullptr ? shown(*after) : "-", change, percent, range});
  }
  fmt::print("{}", table.render(globals));
}

void print_objectives(const Run& run, const Globals& globals) {
  const Results& r = run.results;
  heading("Objective", globals);
  line("value", r.objective_value ? shown_number(*r.objective_value) : "not reported");
  for (const Objective& objective : run.configuration.objectives) {
    const Json* term = r.objective_breakdown.find(objective.name);
    line(objective.name, fmt::format("{}weight {}, {}", term != nullptr ? shown(*term) + "   " : "", shown_number(objective.weight), objective.direction));
  }
  if (r.objective_breakdown.is_object()) {
    for (const auto& [name, value] : r.objective_breakdown.as_object()) {
      const bool listed = std::any_of(run.configuration.objectives.begin(), run.configuration.objectives.end(), [&](const Objective& o) { return o.name == name; });
      if (!listed) line(name, shown(value));
    }
  }
  for (const Constraint& constraint : run.configuration.constraints) line("constraint " + constraint.name, fmt::format("{} {}", constraint.constraint_type, constraint.bounds.dump()));
  if (!r.constraint_violations.empty()) line("violations", shown(r.constraint_violations));
}

void print_outcomes(const Run& run, const Globals& globals) {
  const Json* years = run.results.projected_outcomes.find("workforce_summary");
  if (years == nullptr || !years->is_object() || years->empty()) return;
  heading("Outcomes by year", globals);
  std::vector<std::string> names;
  for (const auto& [year, values] : years->as_object()) {
    if (!values.is_object()) continue;
    for (const auto& [name, value] : values.as_object()) {
      if (value.is_number() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  std::vector<Column> columns{{"", "  YEAR", Align::left, 9}};
  for (const std::string& name : names) columns.push_back({"", name, Align::right, 4});
  TextTable table(columns);
  for (const auto& [year, values] : years->as_object()) {
    std::vector<std::string> row{"  " + year};
    for (const std::string& name : names) {
      const Json* value = values.find(name);
      row.push_back(value != nullptr ? shown(*value) : "-");
    }
    table.add(std::move(row));
  }
  fmt::print("{}", table.render(globals));
}

}  // namespace

void print_run(const Run& run, const std::optional<RunSummary>& stored, const Globals& globals) {
  const Metadata& m = run.metadata;
  fmt::print("{}\n", bold(m.scenario_id, globals));
  line("run", m.run_id);
  line("status", m.status + (m.converged ? (*m.converged ? ", converged" : ", not converged") : ""));
  line("type", fmt::format("{} by {}", m.optimization_type, m.optimization_engine));
  line("created (UTC)", shown(Json(to_text(m.created_at))));
  line("completed (UTC)", m.completed_at ? shown(Json(to_text(*m.completed_at))) : "");
  line("runtime", m.runtime_seconds ? shown_number(*m.runtime_seconds) + " s" : "");
  line("evaluations", m.function_evaluations ? fmt::format("{}{}", *m.function_evaluations, m.max_evaluations ? fmt::format(" of {}", *m.max_evaluations) : "") : "");
  line("seed", m.random_seed ? std::to_string(*m.random_seed) : "");
  line("synthetic mode", m.use_synthetic_mode.value_or(false) ? "yes" : "");
  line("message", text_of(m.convergence_message));
  line("user", text_of(m.user_id));
  line("description", m.description);
  line("justification", m.business_justification);
  std::string tags;
  for (const std::string& tag : m.tags) tags += (tags.empty() ? "" : ", ") + tag;
  line("tags", tags);
  line("notes", run.notes);
  if (stored) {
    line("version", std::to_string(stored->version) + (stored->locked ? ", locked" : "") + (stored->archived_at ? ", archived" : "") + (stored->queued ? ", queued in the spool" : ""));
    line("content hash", stored->content_hash);
  }
  print_objectives(run, globals);
  print_parameters(run, globals);
  const Results& r = run.results;
  heading("Risk", globals);
  line("level", r.risk_level.value_or("not assessed"));
  if (const Json* factors = r.risk_assessment.find("factors")) line("factors", shown(*factors));
  if (!r.parameter_warnings.empty()) line("warnings", shown(r.parameter_warnings));
  if (!r.estimated_cost_impact.is_null()) line("cost impact", shown(r.estimated_cost_impact));
  if (!r.estimated_employee_impact.is_null()) line("employee impact", shown(r.estimated_employee_impact));
  print_outcomes(run, globals);
  if (r.objective_history.size() > 0) {
    heading("History", globals);
    const Json& first = r.objective_history.at(std::size_t{0});
    const Json& last = r.objective_history.at(r.objective_history.size() - 1);
    line("objective", fmt::format("{} iterations, from {} to {}", r.objective_history.size(), shown(first), shown(last)));
  }
  if (run.simulation_data) {
    heading("Simulation data", globals);
    for (const auto& [name, value] : run.simulation_data->as_object()) line(name, value.is_null() || value.empty() ? "empty" : fmt::format("{} entries", value.size()));
  }
}

void print_comparison(const Comparison& comparison, const Globals& globals) {
  if (globals.output == Output::json || globals.output == Output::jsonl) {
    print_json(to_json(comparison), globals);
    return;
  }
  std::vector<Column> columns{{"path", "FIELD", Align::left, 9}};
  for (std::size_t i = 0; i < comparison.run_ids.size(); ++i) {
    const std::string id = comparison.run_ids[i].substr(0, 8);
    columns.push_back({comparison.run_ids[i], id + (i == comparison.baseline ? " *" : ""), Align::right, 5});
    if (i != comparison.baseline) columns.push_back({comparison.run_ids[i] + " change", "CHANGE", Align::right, 4});
  }
  std::vector<std::vector<std::string>> rows;
  for (const ComparedField& field : comparison.fields) {
    std::vector<std::string> row{field.path};
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      const ComparedValue& value = field.values[i];
      row.push_back(value.missing ? "missing" : value.value.is_null() ? "null" : shortened(shown(value.value), 40));
      if (i == comparison.baseline) continue;
      row.push_back(value.percent ? percent_text(*value.percent) : value.delta ? signed_number(*value.delta) : "");
    }
    rows.push_back(std::move(row));
  }
  if (globals.output == Output::csv) {
    std::vector<std::string> names;
    for (const Column& column : columns) names.push_back(column.name);
    fmt::print("{}\r\n", csv_line(names));
    for (const auto& row : rows) fmt::print("{}\r\n", csv_line(row));
    return;
  }
  for (std::size_t i = 0; i < comparison.run_ids.size(); ++i) {
    fmt::print("{} {}  {}{}\n", i == comparison.baseline ? "*" : " ", comparison.run_ids[i], comparison.scenario_ids[i], i == comparison.baseline ? faint("  (baseline)", globals) : "");
  }
  fmt::print("\n");
  TextTable table(columns);
  for (auto& row : rows) table.add(std::move(row));
  fmt::print("{}", table.render(globals));
  for (const ComparedObjective& objective : comparison.objectives) {
    if (objective.best) {
      fmt::print("{}\n", faint(fmt::format("best {} ({}): {}", objective.name, objective.direction, comparison.run_ids[*objective.best]), globals));
    } else if (objective.directions_disagree) {
      fmt::print("{}\n", faint(fmt::format("{}: the runs declare different directions, so none is best", objective.name), globals));
    }
  }
  if (comparison.same_count > 0) fmt::print("{}\n", faint(fmt::format("{} fields are the same (--all shows them)", comparison.same_count), globals));
}

}  // namespace planwise::cli
