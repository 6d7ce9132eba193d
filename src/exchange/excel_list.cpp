// The workbook of many runs: tables that grow run by run, every field of a run on one of them.
#include <algorithm>

#include "core/hash.h"
#include "exchange/excel_blocks.h"
#include "exchange/excel_layouts.h"

namespace planwise::exchange {
namespace {

constexpr int first_lever = 2;  ///< Columns Run and Scenario stand before the levers.

bool is_lever(std::string_view name) {
  return std::find(std::begin(lever_names), std::end(lever_names), name) != std::end(lever_names);
}

std::vector<std::string> lever_titles() {
  std::vector<std::string> titles{"Run", "Scenario"};
  for (const std::string_view lever : lever_names) titles.push_back("#" + readable(lever));
  return titles;
}

std::vector<double> widths(std::vector<double> first, std::size_t count, double width) {
  first.insert(first.end(), count, width);
  return first;
}

std::vector<std::string> run_titles() {
  return {"Run",
          "Scenario",
          "Status",
          "#Objective value",
          "Risk level",
          "Converged",
          "Type",
          "Engine",
          "Created (UTC)",
          "Updated (UTC)",
          "Completed (UTC)",
          "User",
          "Session",
          "Random seed",
          "#Max evaluations",
          "#Function evaluations",
          "#Runtime, seconds",
          "#Timeout, minutes",
          "Synthetic mode",
          "Convergence message",
          "Description",
          "Tags",
          "Business justification",
          "Notes",
          "Version",
          "Content hash"};
}

std::vector<double> run_widths() {
  return {38, 24, 12, 14, 11, 11, 20, 14, 19, 19, 19, 14, 16, 12, 12, 12, 12, 12, 11, 30, 40, 24, 40, 40, 9, 68};
}

}  // namespace

class ListWorkbook::Sheets {
 public:
  Sheets(const std::filesystem::path& file, const ExportContext& context, const ExcelLimits& limits)
      : context_(context),
        book_(file, Memory::constant, limits),
        about_(book_.add("About", {30, 100}, Gridlines::hidden)),
        runs_(book_.add("Runs", run_widths())),
        parameters_(book_.add("Parameters", widths({38, 24}, 17, 13))),
        initial_(book_.add("Initial parameters", widths({38, 24}, 17, 13))),
        bounds_(book_.add("Bounds", widths({38, 24, 8}, 17, 13))),
        others_(book_.add("Other parameters", {38, 24, 32, 14, 14, 14, 14})),
        objectives_(book_.add("Objectives", {38, 24, 24, 14, 12, 14, 14, 50})),
        constraints_(book_.add("Constraints", {38, 24, 24, 14, 14, 14, 50})),
        history_(book_.add("Histories", widths({38, 11, 16}, 18, 13))),
        warnings_(book_.add("Risk and warnings", {38, 24, 24, 100})),
        details_(book_.add("Details", {38, 32, 40, 100})) {
    runs_.header(run_titles(), 2);
    runs_.offer_filter();
    parameters_.header(lever_titles(), 2);
    initial_.header(lever_titles(), 2);
    std::vector<std::string> bound_titles = lever_titles();
    bound_titles.insert(bound_titles.begin() + 2, "Bound");
    bounds_.header(bound_titles, 3);
    others_.header({"Run", "Scenario", "Parameter", "#Initial", "#Optimal", "#Lower bound", "#Upper bound"}, 1);
    objectives_.header({"Run", "Scenario", "Objective", "Direction", "#Weight", "#Target", "#Value", "Description"}, 1);
    constraints_.header({"Run", "Scenario", "Constraint", "Type", "#Lower", "#Upper", "Description"}, 1);
    std::vector<std::string> history_titles = lever_titles();
    history_titles[1] = "#Iteration";
    history_titles.insert(history_titles.begin() + 2, "#Objective");
    history_titles.emplace_back("Other parameters, JSON");
    history_.header(history_titles, 2);
    warnings_.header({"Run", "Scenario", "Kind", "Text"}, 1);
    details_.header({"Run", "Field", "Key", "Value"}, 1);
    for (ExcelSheet* sheet : {&parameters_, &initial_, &objectives_, &warnings_, &details_}) sheet->offer_filter();
  }

  void add(const Run& run, const RunDocument& written) {
    ++count_;
    run_id_ = run.metadata.run_id;
    scenario_id_ = run.metadata.scenario_id;
    hash_.update(run_id_ + " " + written.content_hash + "\n");
    const Json& configuration = written.document.at("configuration");
    const Json& results = written.document.at("results");
    add_run(run, written);
    add_levers(parameters_, results.at("optimal_parameters"));
    add_levers(initial_, configuration.at("initial_parameters"));
    add_bounds(configuration.at("parameter_bounds"));
    add_other_parameters(configuration, results.at("optimal_parameters"));
    add_objectives(run, results.at("objective_breakdown"));
    add_constraints(run);
    add_history(results.at("objective_history"), results.at("parameter_history"));
    add_texts("warning", results.at("parameter_warnings"));
    add_texts("constraint violation", results.at("constraint_violations"));
    add_details(configuration, results, written.document.at("simulation_data"));
  }

  void close() {
    const std::string hash = hash_.hex();
    AboutSheet about;
    about.title = "Optimization runs";
    about.subtitle = std::to_string(count_) + " runs, in the order asked for";
    about.facts = {
        {"Runs", count_}, {"Hash of the list", hash}, {"Hashed is", "one line a run: run id, blank, content hash"}};
    about.sheets = {{"Runs", "One row a run: metadata, result, hash"},
                    {"Parameters", "Optimal value of every lever"},
                    {"Initial parameters", "Value of every lever before the optimization"},
                    {"Bounds", "Lower and upper bound of every lever"},
                    {"Other parameters", "Parameters that are none of the 17 levers"},
                    {"Objectives", "Objectives with weights and values"},
                    {"Constraints", "Constraints with bounds"},
                    {"Histories", "Objective and levers by iteration"},
                    {"Risk and warnings", "Warnings and violated constraints"},
                    {"Details", "All free-form fields, simulation data included, as JSON text"}};
    write_about(about_, about, context_);
    book_.properties("Optimization runs", context_.exported_by, "Hash of the list " + hash, context_.exported_at);
    book_.close();
  }

 private:
  void begin(ExcelSheet& sheet) {
    sheet.text(0, run_id_, Style::line);
    sheet.text(1, scenario_id_, Style::line);
  }

  void add_run(const Run& run, const RunDocument& written) {
    const Json& metadata = written.document.at("metadata");
    const Json& results = written.document.at("results");
    begin(runs_);
    int column = 2;
    // Long text in one line: rows of equal height are what a list is read by.
    const auto put = [&](const Json& value) {
      if (value.is_string())
        runs_.text(column, value.as_string(), Style::line);
      else
        runs_.put(column, value);
      ++column;
    };
    const auto put_time = [&](std::optional<Timestamp> value) {
      if (value && value->microseconds != 0) runs_.time(column, *value);
      ++column;
    };
    put(metadata.at("status"));
    put(results.at("objective_value"));
    put(results.at("risk_level"));
    for (const char* name : {"converged", "optimization_type", "optimization_engine"}) put(metadata.at(name));
    put_time(run.metadata.created_at);
    put_time(run.metadata.updated_at);
    put_time(run.metadata.completed_at);
    for (const char* name : {"user_id", "session_id"}) put(metadata.at(name));
    if (run.metadata.random_seed) runs_.integer(column, *run.metadata.random_seed, Style::digits);
    ++column;
    for (const char* name : {"max_evaluations", "function_evaluations", "runtime_seconds", "timeout_minutes",
                             "use_synthetic_mode", "convergence_message", "description"}) {
      put(metadata.at(name));
    }
    std::string tags;
    for (const std::string& tag : run.metadata.tags) tags += (tags.empty() ? "" : ", ") + tag;
    put(tags);
    put(metadata.at("business_justification"));
    put(written.document.at("notes"));
    put(written.version);
    put(written.content_hash);
    runs_.next_row();
  }

  void add_levers(ExcelSheet& sheet, const Json& values) {
    begin(sheet);
    int column = first_lever;
    for (const std::string_view lever : lever_names) {
      if (const Json* value = values.find(lever)) sheet.put(column, *value, number_style(lever));
      ++column;
    }
    sheet.next_row();
  }

  void add_bounds(const Json& bounds) {
    for (std::size_t side = 0; side < 2; ++side) {
      begin(bounds_);
      bounds_.text(2, side == 0 ? "lower" : "upper", Style::line);
      int column = first_lever + 1;
      for (const std::string_view lever : lever_names) {
        const Json* pair = bounds.find(lever);
        if (pair != nullptr && pair->is_array() && pair->size() == 2)
          bounds_.put(column, pair->at(side), number_style(lever));
        else if (pair != nullptr && side == 0)
          bounds_.put(column, *pair);
        ++column;
      }
      bounds_.next_row();
    }
  }

  void add_other_parameters(const Json& configuration, const Json& optimal) {
    const Json* maps[] = {&configuration.at("initial_parameters"), &optimal, &configuration.at("parameter_bounds")};
    Json names = Json::object();
    for (const Json* map : maps) {
      if (!map->is_object()) continue;
      for (const auto& [name, value] : map->as_object()) {
        if (!is_lever(name)) names.set(name, Json());
      }
    }
    for (const auto& [name, unused] : names.as_object()) {
      begin(others_);
      others_.text(2, name, Style::line);
      if (const Json* value = maps[0]->find(name)) others_.put(3, *value);
      if (const Json* value = maps[1]->find(name)) others_.put(4, *value);
      const Json* pair = maps[2]->find(name);
      if (pair != nullptr && pair->is_array() && pair->size() == 2) {
        others_.put(5, pair->at(0));
        others_.put(6, pair->at(1));
      } else if (pair != nullptr) {
        others_.put(5, *pair);
      }
      others_.next_row();
    }
  }

  void add_objectives(const Run& run, const Json& breakdown) {
    for (const Objective& objective : run.configuration.objectives) {
      begin(objectives_);
      objectives_.text(2, objective.name, Style::line);
      objectives_.text(3, objective.direction, Style::line);
      objectives_.number(4, objective.weight);
      if (objective.target_value) objectives_.number(5, *objective.target_value);
      if (const Json* value = breakdown.find(objective.name)) objectives_.put(6, *value);
      objectives_.text(7, objective.description, Style::line);
      objectives_.next_row();
    }
    for (const auto& [name, value] : breakdown.as_object()) {
      const auto named = [&, &term = name](const Objective& objective) { return objective.name == term; };
      if (std::any_of(run.configuration.objectives.begin(), run.configuration.objectives.end(), named)) continue;
      begin(objectives_);
      objectives_.text(2, name, Style::line);
      objectives_.text(3, "(term)", Style::line);
      objectives_.put(6, value);
      objectives_.next_row();
    }
  }

  void add_constraints(const Run& run) {
    for (const Constraint& constraint : run.configuration.constraints) {
      begin(constraints_);
      constraints_.text(2, constraint.name, Style::line);
      constraints_.text(3, constraint.constraint_type, Style::line);
      const Json& bounds = constraint.bounds;
      const bool pair = bounds.is_array() && bounds.size() == 2;
      constraints_.put(4, pair ? bounds.at(0) : bounds);
      if (pair) constraints_.put(5, bounds.at(1));
      constraints_.text(6, constraint.description, Style::line);
      constraints_.next_row();
    }
  }

  void add_history(const Json& values, const Json& steps) {
    const std::size_t rows = std::max(values.size(), steps.size());
    for (std::size_t index = 0; index < rows; ++index) {
      history_.text(0, run_id_, Style::line);
      history_.integer(1, static_cast<std::int64_t>(index) + 1);
      if (index < values.size()) history_.put(2, values.at(index));
      if (index < steps.size()) add_step(steps.at(index));
      history_.next_row();
    }
  }

  void add_step(const Json& step) {
    constexpr int rest_column = 3 + static_cast<int>(std::size(lever_names));
    if (!step.is_object()) return history_.put(rest_column, step);
    Json rest = Json::object();
    for (const auto& [name, value] : step.as_object()) {
      const auto lever = std::find(std::begin(lever_names), std::end(lever_names), name);
      if (lever == std::end(lever_names))
        rest.set(name, value);
      else
        history_.put(3 + static_cast<int>(lever - std::begin(lever_names)), value, number_style(name));
    }
    if (!rest.empty()) history_.text(rest_column, rest.dump(), Style::line);
  }

  void add_texts(const char* kind, const Json& texts) {
    if (!texts.is_array()) return;
    for (const Json& text : texts.as_array()) {
      begin(warnings_);
      warnings_.text(2, kind, Style::line);
      warnings_.text(3, text.is_string() ? text.as_string() : text.dump(), Style::line);
      warnings_.next_row();
    }
  }

  void add_details(const Json& configuration, const Json& results, const Json& simulation_data) {
    add_detail("algorithm_config", configuration.at("algorithm_config"));
    for (const char* field : {"risk_assessment", "estimated_cost_impact", "estimated_employee_impact",
                              "projected_outcomes", "sensitivity_analysis", "parameter_correlations"}) {
      add_detail(field, results.at(field));
    }
    add_detail("simulation_data", simulation_data);
  }

  void add_detail(const char* field, const Json& value) {
    const auto row = [&](std::string_view key, const Json& cell) {
      details_.text(0, run_id_, Style::line);
      details_.text(1, field, Style::line);
      details_.text(2, key, Style::line);
      const bool nested = cell.is_object() || cell.is_array();
      if (nested || cell.is_string())
        details_.text(3, nested ? cell.dump() : cell.as_string(), Style::line);
      else if (cell.is_null())
        details_.text(3, "null", Style::label);
      else
        details_.put(3, cell);
      details_.next_row();
    };
    if (value.is_null()) return;
    if (!value.is_object()) return row("", value);
    for (const auto& [key, member] : value.as_object()) row(key, member);
  }

  ExportContext context_;
  ExcelBook book_;
  ExcelSheet &about_, &runs_, &parameters_, &initial_, &bounds_, &others_, &objectives_, &constraints_, &history_,
      &warnings_, &details_;
  core::Sha256 hash_;
  std::int64_t count_ = 0;
  std::string run_id_, scenario_id_;
};

ListWorkbook::ListWorkbook(const std::filesystem::path& file, const ExportContext& context, const ExcelLimits& limits)
    : sheets_(std::make_unique<Sheets>(file, context, limits)) {}

ListWorkbook::~ListWorkbook() = default;

void ListWorkbook::add(const Run& run, const RunDocument& written) { sheets_->add(run, written); }

void ListWorkbook::close() { sheets_->close(); }

}  // namespace planwise::exchange
