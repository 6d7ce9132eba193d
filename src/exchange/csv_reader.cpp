// The tables of a CSV export, read side by side: every table has its rows in the order of runs.csv.
#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <memory>

#include "core/hash.h"
#include "core/json_text.h"
#include "exchange/csv_folder.h"
#include "exchange/csv_tables.h"
#include "exchange/export_facts.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

namespace fs = std::filesystem;

/// Of one run in one table: what is taken into memory at a time.
constexpr std::size_t most_rows = 5'000'000;

std::string sha256_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(ErrorCode::corrupt, core::as_utf8(file.filename().string()) + " is missing from the export");
  core::Sha256 hash;
  std::string block(64 * 1024, '\0');
  while (stream.read(block.data(), static_cast<std::streamsize>(block.size())) || stream.gcount() > 0) {
    hash.update(std::string_view(block.data(), static_cast<std::size_t>(stream.gcount())));
  }
  if (stream.bad()) throw Error(ErrorCode::io, "cannot read " + core::as_utf8(file.string()));
  return hash.hex();
}

/// Every file of the export is as it was written. Names in the manifest are compared, never opened.
void check_manifest(const fs::path& folder) {
  std::map<std::string, std::string> hashes;
  CsvReader manifest(folder / manifest_table().file, manifest_table().columns);
  for (; manifest.peek() != nullptr && hashes.size() < 100; manifest.take()) {
    hashes[manifest.cell("file").value_or("")] = manifest.cell("sha256").value_or("");
  }
  const auto check = [&](const CsvTable& table) {
    const auto stated = hashes.find(table.file);
    if (stated == hashes.end()) throw Error(ErrorCode::corrupt, "manifest.csv does not list " + table.file);
    const std::string found = sha256_of(folder / table.file);
    if (found != stated->second) {
      throw Error(ErrorCode::corrupt, table.file + " has SHA-256 " + found + ", manifest.csv states " +
                                          core::excerpt(stated->second) + ": it was changed after the export");
    }
  };
  check(export_table());
  check(runs_table());
  for (std::size_t index = 0; index < detail_count; ++index) check(detail_table(static_cast<Detail>(index)));
}

void check_version(const fs::path& folder) {
  CsvReader facts(folder / export_table().file, export_table().columns);
  for (; facts.peek() != nullptr; facts.take()) {
    if (facts.cell("name") == "version" && facts.cell("value") != "1") {
      throw Error(ErrorCode::unsupported, "CSV export version " + core::excerpt(facts.cell("value").value_or("")) +
                                              " is unknown here; this program reads version 1");
    }
  }
}

Json json_of(CsvReader& reader, std::string_view column) {
  const CsvCell& cell = reader.cell(column);
  if (!cell) return {};
  try {
    return Json::parse(*cell);
  } catch (const Error& error) {
    reader.refuse(column, std::string("JSON text (") + error.what() + ")");
  }
}

Json number_of(CsvReader& reader, std::string_view column) {
  auto value = from_number_cell(reader.cell(column));
  if (!value) reader.refuse(column, "a number");
  return *std::move(value);
}

Json text_of(CsvReader& reader, std::string_view column) {
  const CsvCell& cell = reader.cell(column);
  return cell ? Json(*cell) : Json();
}

Json boolean_of(CsvReader& reader, std::string_view column) {
  const CsvCell& cell = reader.cell(column);
  if (!cell) return {};
  if (*cell != "true" && *cell != "false") reader.refuse(column, "true or false");
  return *cell == "true";
}

Json pair_of(CsvReader& reader) {
  Json lower = number_of(reader, "lower");
  Json upper = number_of(reader, "upper");
  if (lower.is_null() && upper.is_null()) return {};
  return Json::Array{std::move(lower), std::move(upper)};
}

class CsvRuns {
 public:
  explicit CsvRuns(const fs::path& folder) : runs_(folder / runs_table().file, runs_table().columns) {
    for (std::size_t index = 0; index < detail_count; ++index) {
      const CsvTable& table = detail_table(static_cast<Detail>(index));
      details_[index] = std::make_unique<CsvReader>(folder / table.file, table.columns);
    }
  }

  bool next(Json& document, std::string& exported_hash) {
    if (runs_.peek() == nullptr) {
      expect_no_more();
      return false;
    }
    run_id_ = runs_.cell("run_id").value_or("");
    document =
        Json::Object{{"metadata", Json::object()}, {"configuration", Json::object()}, {"results", Json::object()}};
    for (const RunField& field : run_fields()) place(document, field, scalar(field));
    read_objectives(document);
    read_constraints(document);
    read_parameters(document);
    read_histories(document);
    read_breakdown(document);
    place(document, spread_field("parameter_warnings"), texts(Detail::warnings));
    place(document, spread_field("constraint_violations"), texts(Detail::violations));
    read_simulation_data(document);
    for (const RunField& field : spread_fields()) {
      if (runs_.cell(field.column)) place(document, field, json_of(runs_, field.column));
    }
    exported_hash = runs_.cell("exported_hash").value_or("");
    if (exported_hash.empty()) runs_.refuse("exported_hash", "a content hash");
    runs_.take();
    return true;
  }

 private:
  static RunField spread_field(std::string_view name) {
    for (const RunField& field : spread_fields()) {
      if (field.column == name) return field;
    }
    throw Error(ErrorCode::internal, "no such table field: " + std::string(name));
  }

  static void place(Json& document, const RunField& field, Json value) {
    Json& section = field.section.empty() ? document : *document.find(field.section);
    section.set(field.column, std::move(value));
  }

  Json scalar(const RunField& field) {
    switch (field.form) {
      case CellForm::text:
        return text_of(runs_, field.column);
      case CellForm::number:
        return number_of(runs_, field.column);
      case CellForm::boolean:
        return boolean_of(runs_, field.column);
      case CellForm::json:
        return json_of(runs_, field.column);
    }
    return {};
  }

  CsvReader& reader(Detail detail) { return *details_[static_cast<std::size_t>(detail)]; }

  /// Calls `row` for each row of the present run.
  template <typename Row>
  void each(Detail detail, Row row) {
    CsvReader& table = reader(detail);
    std::size_t rows = 0;
    while (table.peek() != nullptr && table.cell("run_id") == run_id_) {
      if (++rows > most_rows) table.refuse("run_id", "at most " + std::to_string(most_rows) + " rows a run");
      row(table);
      table.take();
    }
  }

  void expect_no_more() {
    for (const auto& table : details_) {
      if (table->peek() != nullptr) table->refuse("run_id", "the runs of runs.csv in their order");
    }
  }

  void read_objectives(Json& document) {
    Json out = Json::array();
    each(Detail::objectives, [&](CsvReader& row) {
      out.push_back(Json::Object{{"name", text_of(row, "name")},
                                 {"weight", number_of(row, "weight")},
                                 {"target_value", number_of(row, "target_value")},
                                 {"direction", text_of(row, "direction")},
                                 {"description", text_of(row, "description")}});
    });
    document.find("configuration")->set("objectives", std::move(out));
  }

  void read_constraints(Json& document) {
    Json out = Json::array();
    each(Detail::constraints, [&](CsvReader& row) {
      out.push_back(Json::Object{{"name", text_of(row, "name")},
                                 {"constraint_type", text_of(row, "constraint_type")},
                                 {"bounds", row.cell("json") ? json_of(row, "json") : pair_of(row)},
                                 {"description", text_of(row, "description")}});
    });
    document.find("configuration")->set("constraints", std::move(out));
  }

  void read_parameters(Json& document) {
    Json::Object initial, optimal, bounds;
    each(Detail::parameters, [&](CsvReader& row) {
      const std::string name = row.cell("name").value_or("");
      if (row.cell("initial")) initial.emplace_back(name, number_of(row, "initial"));
      if (row.cell("optimal")) optimal.emplace_back(name, number_of(row, "optimal"));
      if (Json pair = pair_of(row); !pair.is_null()) bounds.emplace_back(name, std::move(pair));
    });
    document.find("configuration")->set("initial_parameters", std::move(initial));
    document.find("configuration")->set("parameter_bounds", std::move(bounds));
    document.find("results")->set("optimal_parameters", std::move(optimal));
  }

  void read_histories(Json& document) {
    Json::Array steps;
    each(Detail::parameter_history, [&](CsvReader& row) {
      const CsvCell& iteration = row.cell("iteration");
      if (iteration == std::to_string(steps.size() + 1)) {
        steps.emplace_back(Json::object());
      } else if (steps.empty() || iteration != std::to_string(steps.size())) {
        row.refuse("iteration", "iterations counted from 1 without a gap");
      }
      steps.back().as_object().emplace_back(row.cell("name").value_or(""), number_of(row, "value"));
    });
    Json values = Json::array();
    each(Detail::objective_history, [&](CsvReader& row) { values.push_back(number_of(row, "value")); });
    document.find("results")->set("parameter_history", std::move(steps));
    document.find("results")->set("objective_history", std::move(values));
  }

  void read_breakdown(Json& document) {
    Json::Object out;
    each(Detail::objective_breakdown, [&](CsvReader& row) {
      out.emplace_back(row.cell("name").value_or(""),
                       row.cell("json") ? json_of(row, "json") : number_of(row, "value"));
    });
    document.find("results")->set("objective_breakdown", std::move(out));
  }

  Json texts(Detail detail) {
    Json out = Json::array();
    each(detail,
         [&](CsvReader& row) { out.push_back(row.cell("json") ? json_of(row, "json") : text_of(row, "text")); });
    return out;
  }

  void read_simulation_data(Json& document) {
    Json::Object parts;
    each(Detail::simulation_data,
         [&](CsvReader& row) { parts.emplace_back(row.cell("part").value_or(""), json_of(row, "json")); });
    const Json has = boolean_of(runs_, "has_simulation_data");
    if (has.is_boolean() && has.as_boolean()) document.set("simulation_data", std::move(parts));
  }

  CsvReader runs_;
  std::array<std::unique_ptr<CsvReader>, detail_count> details_;
  std::string run_id_;
};

}  // namespace

bool is_our_csv_folder(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / manifest_table().file, ignored) &&
         fs::is_regular_file(folder / runs_table().file, ignored) &&
         fs::is_regular_file(folder / export_table().file, ignored);
}

void read_csv_runs(const fs::path& folder, std::string_view zone, const RunReceiver& receive) try {
  if (!is_our_csv_folder(folder)) {
    throw Error(ErrorCode::unsupported, "no CSV export: manifest.csv, export.csv or runs.csv is missing");
  }
  check_manifest(folder);
  check_version(folder);
  CsvRuns runs(folder);
  Json document;
  std::string exported_hash;
  while (runs.next(document, exported_hash)) receive(checked_run(document, zone, exported_hash));
} catch (const Error& error) {
  throw Error(error.code(), core::as_utf8(folder.string()) + ": " + error.what());
}

}  // namespace planwise::exchange
