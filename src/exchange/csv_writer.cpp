// A run spread over the tables of a CSV export.
#include <array>
#include <memory>

#include "exchange/csv_folder.h"
#include "exchange/csv_tables.h"
#include "exchange/export_facts.h"

namespace planwise::exchange {
namespace {

CsvCell json_cell(const Json& value) { return value.is_null() ? CsvCell() : CsvCell(value.dump()); }

CsvCell field_cell(const Json& value, CellForm form) {
  switch (form) {
    case CellForm::text:
      return value.is_null() ? CsvCell() : CsvCell(value.as_string());
    case CellForm::number:
      return number_cell(value);
    case CellForm::boolean:
      return value.is_null() ? CsvCell() : CsvCell(value.as_boolean() ? "true" : "false");
    case CellForm::json:
      return json_cell(value);
  }
  return std::nullopt;
}

bool fits_parameter_map(const Json& map) {
  for (const auto& [name, value] : map.as_object()) {
    if (!fits_number_cell(value)) return false;
  }
  return true;
}

/// [lower, upper] of which at least one is a number, so that a row that names no bound means that there are none.
bool fits_bounds(const Json& value) {
  if (!value.is_array() || value.size() != 2) return false;
  const Json& lower = value.at(0);
  const Json& upper = value.at(1);
  const auto fits = [](const Json& bound) { return bound.is_null() || fits_number_cell(bound); };
  return fits(lower) && fits(upper) && !(lower.is_null() && upper.is_null());
}

bool fits_bounds_map(const Json& map) {
  for (const auto& [name, value] : map.as_object()) {
    if (!fits_bounds(value)) return false;
  }
  return true;
}

bool fits_history(const Json& list) {
  if (!list.is_array()) return false;
  for (const Json& step : list.as_array()) {
    if (!step.is_object() || step.empty()) return false;
    for (const auto& [name, value] : step.as_object()) {
      if (!value.is_null() && !fits_number_cell(value)) return false;
    }
  }
  return true;
}

bool fits_numbers(const Json& list) {
  if (!list.is_array()) return false;
  for (const Json& value : list.as_array()) {
    if (!value.is_null() && !fits_number_cell(value)) return false;
  }
  return true;
}

/// Whether the rows of its table hold all of a field.
bool fits_rows(std::string_view field, const Json& value) {
  if (field == "initial_parameters" || field == "optimal_parameters")
    return value.is_object() && fits_parameter_map(value);
  if (field == "parameter_bounds") return value.is_object() && fits_bounds_map(value);
  if (field == "parameter_history") return fits_history(value);
  if (field == "objective_history") return fits_numbers(value);
  if (field == "objective_breakdown") return value.is_object();
  return value.is_array();
}

/// A number in the first cell, anything else as JSON text in the second.
std::pair<CsvCell, CsvCell> number_or_json(const Json& value) {
  if (fits_number_cell(value)) return {number_cell(value), std::nullopt};
  return {std::nullopt, value.dump()};
}

class CsvRunWriter final : public RunWriter {
 public:
  CsvRunWriter(const std::filesystem::path& target, const ExportContext& context)
      : context_(context), folder_(target, overwrite_of(context)), runs_(open(runs_table())) {
    for (std::size_t index = 0; index < detail_count; ++index) {
      details_[index] = open(detail_table(static_cast<Detail>(index)));
    }
  }

  void add(const Run& run, const ExportedRun& facts) override {
    const RunDocument written = run_document(run, facts, context_);
    const Json& document = written.document;
    run_id_ = document.at("metadata").at("run_id").as_string();
    add_run_row(written);
    const Json& configuration = document.at("configuration");
    const Json& results = document.at("results");
    add_objectives(configuration.at("objectives"));
    add_constraints(configuration.at("constraints"));
    add_parameters(configuration, results.at("optimal_parameters"));
    add_histories(results);
    add_breakdown(results.at("objective_breakdown"));
    add_texts(Detail::warnings, results.at("parameter_warnings"));
    add_texts(Detail::violations, results.at("constraint_violations"));
    if (const Json& data = document.at("simulation_data"); data.is_object()) {
      for (const auto& [part, value] : data.as_object()) row(Detail::simulation_data, {run_id_, part, value.dump()});
    }
  }

  void finish() override {
    auto facts = open(export_table());
    facts->add({"format", "planwise-csv"});
    facts->add({"version", "1"});
    const Json about = export_facts(context_);
    for (const auto& [name, value] : about.as_object()) facts->add({name, value.as_string()});
    auto manifest = open(manifest_table());
    close(*facts, export_table(), *manifest);
    close(*runs_, runs_table(), *manifest);
    for (std::size_t index = 0; index < detail_count; ++index) {
      close(*details_[index], detail_table(static_cast<Detail>(index)), *manifest);
    }
    manifest->close();
    folder_.commit();
  }

 private:
  std::unique_ptr<CsvFile> open(const CsvTable& table) {
    return std::make_unique<CsvFile>(folder_.temporary() / table.file,
                                     CsvRow(table.columns.begin(), table.columns.end()));
  }

  static void close(CsvFile& file, const CsvTable& table, CsvFile& manifest) {
    file.close();
    manifest.add({table.file, std::to_string(file.rows()), file.sha256()});
  }

  void row(Detail detail, const CsvRow& cells) { details_[static_cast<std::size_t>(detail)]->add(cells); }

  void add_run_row(const RunDocument& written) {
    CsvRow cells;
    const auto value_of = [&](const RunField& field) -> const Json& {
      return field.section.empty() ? written.document.at(field.column)
                                   : written.document.at(field.section).at(field.column);
    };
    for (const RunField& field : run_fields()) cells.push_back(field_cell(value_of(field), field.form));
    for (const RunField& field : spread_fields()) {
      const Json& value = value_of(field);
      cells.push_back(fits_rows(field.column, value) ? CsvCell() : CsvCell(value.dump()));
    }
    cells.emplace_back(written.document.at("simulation_data").is_null() ? "false" : "true");
    cells.emplace_back(std::to_string(written.version));
    cells.emplace_back(written.content_hash);
    cells.emplace_back(written.exported_hash);
    runs_->add(cells);
  }

  void add_objectives(const Json& objectives) {
    for (std::size_t index = 0; index < objectives.size(); ++index) {
      const Json& objective = objectives.at(index);
      row(Detail::objectives, {run_id_, std::to_string(index + 1), objective.at("name").as_string(),
                               number_cell(objective.at("weight")), number_cell(objective.at("target_value")),
                               objective.at("direction").as_string(), objective.at("description").as_string()});
    }
  }

  void add_constraints(const Json& constraints) {
    for (std::size_t index = 0; index < constraints.size(); ++index) {
      const Json& constraint = constraints.at(index);
      const Json& bounds = constraint.at("bounds");
      const bool pair = fits_bounds(bounds);
      row(Detail::constraints,
          {run_id_, std::to_string(index + 1), constraint.at("name").as_string(),
           constraint.at("constraint_type").as_string(), pair ? number_cell(bounds.at(0)) : CsvCell(),
           pair ? number_cell(bounds.at(1)) : CsvCell(), pair ? CsvCell() : json_cell(bounds),
           constraint.at("description").as_string()});
    }
  }

  void add_parameters(const Json& configuration, const Json& optimal) {
    const Json& initial = configuration.at("initial_parameters");
    const Json& bounds = configuration.at("parameter_bounds");
    Json names = Json::object();
    for (const Json* map : {&initial, &optimal, &bounds}) {
      if (!map->is_object()) continue;
      for (const auto& [name, value] : map->as_object()) {
        // Appending a name that is known by an earlier map would double its row.
        const bool known =
            (map != &initial && initial.find(name) != nullptr) || (map == &bounds && optimal.find(name) != nullptr);
        if (!known) names.as_object().emplace_back(name, Json());
      }
    }
    const auto number = [](const Json* value) {
      return value != nullptr && fits_number_cell(*value) ? number_cell(*value) : CsvCell();
    };
    for (const auto& [name, unused] : names.as_object()) {
      const Json* from = initial.find(name);
      const Json* to = optimal.find(name);
      const Json* pair = bounds.find(name);
      const bool bounded = pair != nullptr && fits_bounds(*pair);
      CsvCell change;
      if (number(from) && number(to)) change = number_cell(to->as_real() - from->as_real());
      row(Detail::parameters, {run_id_, name, number(from), number(to), bounded ? number_cell(pair->at(0)) : CsvCell(),
                               bounded ? number_cell(pair->at(1)) : CsvCell(), change});
    }
  }

  void add_histories(const Json& results) {
    const Json& steps = results.at("parameter_history");
    for (std::size_t index = 0; fits_history(steps) && index < steps.size(); ++index) {
      for (const auto& [name, value] : steps.at(index).as_object()) {
        row(Detail::parameter_history, {run_id_, std::to_string(index + 1), name, number_cell(value)});
      }
    }
    const Json& values = results.at("objective_history");
    for (std::size_t index = 0; fits_numbers(values) && index < values.size(); ++index) {
      row(Detail::objective_history, {run_id_, std::to_string(index + 1), number_cell(values.at(index))});
    }
  }

  void add_breakdown(const Json& breakdown) {
    if (!breakdown.is_object()) return;
    for (const auto& [name, value] : breakdown.as_object()) {
      auto [number, json] = number_or_json(value);
      row(Detail::objective_breakdown, {run_id_, name, std::move(number), std::move(json)});
    }
  }

  void add_texts(Detail detail, const Json& texts) {
    if (!texts.is_array()) return;
    for (std::size_t index = 0; index < texts.size(); ++index) {
      const Json& text = texts.at(index);
      row(detail, {run_id_, std::to_string(index + 1), text.is_string() ? CsvCell(text.as_string()) : CsvCell(),
                   text.is_string() ? CsvCell() : CsvCell(text.dump())});
    }
  }

  ExportContext context_;
  core::NewFolder folder_;
  std::unique_ptr<CsvFile> runs_;
  std::array<std::unique_ptr<CsvFile>, detail_count> details_;
  std::string run_id_;
};

}  // namespace

std::unique_ptr<RunWriter> csv_writer(const std::filesystem::path& target, const ExportContext& context) {
  return std::make_unique<CsvRunWriter>(target, context);
}

}  // namespace planwise::exchange
