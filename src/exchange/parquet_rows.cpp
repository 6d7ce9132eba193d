#include "exchange/parquet_rows.h"

#include "core/files.h"
#include "core/json_text.h"
#include "exchange/export_facts.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

using Kind = ColumnType::Kind;

constexpr std::int64_t format_version = 1;

ColumnType list_of(ColumnType element) { return {Kind::list, {{"", std::move(element)}}}; }
ColumnType map_of(ColumnType value) { return {Kind::map, {{"", std::move(value)}}}; }

/// Where a column's value stands in the run's document. An empty section: the document itself, or facts of the export.
struct Source {
  std::string_view section, name;
  ColumnType type;
};

std::vector<Source> sources() {
  const ColumnType text{Kind::text, {}}, integer{Kind::integer, {}}, real{Kind::real, {}}, boolean{Kind::boolean, {}},
      timestamp{Kind::timestamp, {}};
  const ColumnType objective{
      Kind::structure,
      {{"name", text}, {"weight", real}, {"target_value", real}, {"direction", text}, {"description", text}}};
  const ColumnType constraint{
      Kind::structure,
      {{"name", text}, {"constraint_type", text}, {"lower", real}, {"upper", real}, {"description", text}}};
  const ColumnType bounds{Kind::structure, {{"lower", real}, {"upper", real}}};
  return {
      {"metadata", "run_id", text},
      {"metadata", "scenario_id", text},
      {"metadata", "user_id", text},
      {"metadata", "session_id", text},
      {"metadata", "optimization_type", text},
      {"metadata", "optimization_engine", text},
      {"metadata", "status", text},
      {"metadata", "created_at", timestamp},
      {"metadata", "updated_at", timestamp},
      {"metadata", "completed_at", timestamp},
      {"metadata", "random_seed", integer},
      {"metadata", "max_evaluations", integer},
      {"metadata", "timeout_minutes", integer},
      {"metadata", "use_synthetic_mode", boolean},
      {"metadata", "runtime_seconds", real},
      {"metadata", "function_evaluations", integer},
      {"metadata", "converged", boolean},
      {"metadata", "convergence_message", text},
      {"metadata", "description", text},
      {"metadata", "tags", list_of(text)},
      {"metadata", "business_justification", text},
      {"", "notes", text},
      {"configuration", "objectives", list_of(objective)},
      {"configuration", "constraints", list_of(constraint)},
      {"configuration", "initial_parameters", map_of(real)},
      {"configuration", "parameter_bounds", map_of(bounds)},
      {"configuration", "algorithm_config", text},
      {"results", "objective_value", real},
      {"results", "objective_breakdown", map_of(real)},
      {"results", "optimal_parameters", map_of(real)},
      {"results", "parameter_history", list_of(map_of(real))},
      {"results", "objective_history", list_of(real)},
      {"results", "constraint_violations", list_of(text)},
      {"results", "parameter_warnings", list_of(text)},
      {"results", "risk_level", text},
      {"results", "risk_assessment", text},
      {"results", "estimated_cost_impact", text},
      {"results", "estimated_employee_impact", text},
      {"results", "projected_outcomes", text},
      {"results", "sensitivity_analysis", text},
      {"results", "parameter_correlations", text},
      {"", "simulation_data", text},
      {"", "document", text},
      {"", "content_hash", text},
      {"", "exported_hash", text},
      {"", "run_version", integer},
      {"", "format_version", integer},
      {"", "exported_at", timestamp},
      {"", "exported_by", text},
      {"", "program_version", text},
      {"", "store", text},
      {"", "query", text},
  };
}

const std::vector<Source>& all_sources() {
  static const std::vector<Source> all = sources();
  return all;
}

/// A value as its column's type holds it; what does not fit is null there and stands in `document`.
Json typed(const Json& value, const ColumnType& type);

Json typed_list(const Json& value, const ColumnType& element) {
  if (!value.is_array()) return {};
  Json::Array out;
  for (const Json& entry : value.as_array()) out.push_back(typed(entry, element));
  return out;
}

Json typed_map(const Json& value, const ColumnType& member) {
  if (!value.is_object()) return {};
  Json::Object out;
  for (const auto& [name, entry] : value.as_object()) out.emplace_back(name, typed(entry, member));
  return out;
}

Json typed_structure(const Json& value, const ColumnType& type) {
  const Json* bounds = value.is_array() ? &value : value.find("bounds");
  const bool pair = bounds != nullptr && bounds->is_array() && bounds->size() == 2;
  if (!value.is_object() && !pair) return {};
  Json::Object out;
  for (const auto& [name, member] : type.members) {
    const Json* found = value.find(name);
    if (name == "lower" && pair) found = &bounds->at(0);
    if (name == "upper" && pair) found = &bounds->at(1);
    out.emplace_back(name, found == nullptr ? Json() : typed(*found, member));
  }
  return out;
}

Json typed(const Json& value, const ColumnType& type) {
  if (value.is_null()) return {};
  switch (type.kind) {
    case Kind::text:
    case Kind::date:
    case Kind::timestamp:
      return value.is_string() ? value : Json(value.dump());
    case Kind::integer:
      return value.is_integer() ? value : Json();
    case Kind::boolean:
      return value.is_boolean() ? value : Json();
    case Kind::real:
      if (value.is_number()) return value.as_real();
      if (value.is_string() && core::from_non_finite_tag(value.as_string())) return value.as_real();
      return {};
    case Kind::list:
      return typed_list(value, type.members.front().second);
    case Kind::map:
      return typed_map(value, type.members.front().second);
    case Kind::structure:
      return typed_structure(value, type);
  }
  return {};
}

class ParquetRunWriter final : public RunWriter {
 public:
  ParquetRunWriter(const std::filesystem::path& target, const ExportContext& context, const TableWriterFactory& factory)
      : context_(context),
        facts_(export_facts(context)),
        file_(target, overwrite_of(context)),
        table_(factory(file_.temporary(), parquet_columns())) {}

  void add(const Run& run, const ExportedRun& facts) override {
    RunDocument written = run_document(run, facts, context_);
    Json extra = facts_;
    const Json& data = written.document.at("simulation_data");
    extra.set("simulation_data", data.is_null() ? Json() : Json(data.dump(JsonStyle::canonical)));
    written.document.set("simulation_data", Json());
    extra.set("document", written.document.dump(JsonStyle::canonical));
    extra.set("content_hash", written.content_hash);
    extra.set("exported_hash", written.exported_hash);
    extra.set("run_version", written.version);
    extra.set("format_version", format_version);
    extra.set("notes", written.document.at("notes"));
    Json::Array row;
    row.reserve(all_sources().size());
    for (const Source& source : all_sources()) {
      const Json& section = source.section.empty() ? extra : written.document.at(source.section);
      row.push_back(typed(section.at(source.name), source.type));
    }
    table_->append(row);
  }

  void finish() override {
    table_->finish();
    table_.reset();
    file_.commit();
  }

 private:
  ExportContext context_;
  Json facts_;
  core::NewFile file_;
  std::unique_ptr<TableWriter> table_;  // after file_: lets go of the temporary before that is removed
};

std::string text_of(const Json& value) { return value.is_string() ? value.as_string() : std::string(); }

}  // namespace

const std::vector<Column>& parquet_columns() {
  static const std::vector<Column> columns = [] {
    std::vector<Column> out;
    for (const Source& source : all_sources()) out.push_back({std::string(source.name), source.type});
    return out;
  }();
  return columns;
}

std::unique_ptr<RunWriter> parquet_writer(const std::filesystem::path& target, const ExportContext& context,
                                          const TableWriterFactory& factory) {
  return std::make_unique<ParquetRunWriter>(target, context, factory);
}

void read_parquet_runs(const std::filesystem::path& file, std::string_view zone, const TableReaderFactory& factory,
                       const RunReceiver& receive) {
  const std::string name = core::as_utf8(file.string());
  std::error_code ignored;
  std::unique_ptr<TableReader> table;
  try {
    table = factory(file, {"document", "simulation_data", "exported_hash", "format_version"});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found || !std::filesystem::exists(file, ignored)) throw;
    throw Error(ErrorCode::unsupported, name + " is no Parquet export of runs: " + error.what());
  }
  Json::Array row;
  for (std::int64_t number = 1; table->next(row); ++number) {
    try {
      if (text_of(row.at(3)) != std::to_string(format_version)) {
        throw Error(ErrorCode::unsupported, "export version " + core::excerpt(text_of(row.at(3))) +
                                                " is unknown here; this program reads version 1");
      }
      Json document = Json::parse(text_of(row.at(0)));
      if (!row.at(1).is_null()) document.set("simulation_data", Json::parse(text_of(row.at(1))));
      const std::string hash = text_of(row.at(2));
      if (hash.empty()) throw Error(ErrorCode::corrupt, "exported_hash is missing");
      receive(checked_run(document, zone, hash));
    } catch (const Error& error) {
      throw Error(error.code(), name + ": row " + std::to_string(number) + ": " + error.what());
    }
  }
}

}  // namespace planwise::exchange
