#include "store/run_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "core/hash.h"
#include "core/personal.h"
#include "planwise/error.h"

namespace planwise::store {

namespace {

using duck::Value;
using duck::value_or_null;

constexpr std::array<std::string_view, 22> runs_columns{
    "run_id",          "scenario_id",      "user_id",     "session_id",         "optimization_type",
    "optimization_engine", "status",       "created_at",  "updated_at",         "completed_at",
    "random_seed",     "max_evaluations",  "timeout_minutes", "use_synthetic_mode", "runtime_seconds",
    "function_evaluations", "converged",   "convergence_message", "description", "tags",
    "business_justification", "configuration_hash"};
constexpr std::array<std::string_view, 15> results_columns{
    "run_id",          "objective_value",       "objective_breakdown", "optimal_parameters", "parameter_history",
    "objective_history", "constraint_violations", "parameter_warnings", "risk_level",        "risk_assessment",
    "estimated_cost_impact", "estimated_employee_impact", "projected_outcomes", "sensitivity_analysis",
    "parameter_correlations"};
constexpr std::array<std::string_view, 7> configurations_columns{
    "configuration_hash", "objectives", "constraints", "initial_parameters", "parameter_bounds", "algorithm_config",
    "created_at"};
constexpr std::array<std::string_view, 6> simulation_columns{
    "run_id", "simulation_results", "workforce_snapshots", "event_data", "data_quality_metrics", "created_at"};
constexpr std::array<std::string_view, 36> details_columns{
    "run_id", "version", "content_hash", "row_hash", "locked", "lock_reason", "archived_at", "clock", "owner_hash",
    "actor", "session_id", "source", "notes", "exact", "provenance",
    // Copies for fast filters:
    "created_at", "objective_value", "risk_level", "search_text", "merit_rate_level_1", "merit_rate_level_2",
    "merit_rate_level_3", "merit_rate_level_4", "merit_rate_level_5", "cola_rate", "new_hire_salary_adjustment",
    "promotion_probability_level_1", "promotion_probability_level_2", "promotion_probability_level_3",
    "promotion_probability_level_4", "promotion_probability_level_5", "promotion_raise_level_1",
    "promotion_raise_level_2", "promotion_raise_level_3", "promotion_raise_level_4", "promotion_raise_level_5"};
constexpr std::array<std::string_view, 11> versions_columns{
    "run_id", "version", "state", "document", "document_hash", "content_hash", "recorded_at", "actor", "session_id",
    "source", "row_hash"};
constexpr std::array<std::string_view, 17> audit_columns{
    "sequence", "recorded_at", "actor", "session_id", "source", "action", "run_id", "version", "changes",
    "changes_hash", "reason", "reason_hash", "content_hash", "row_hash", "version_row_hash", "previous_hash",
    "entry_hash"};

constexpr std::size_t details_own_columns = 15;
constexpr std::size_t details_row_hash = 3;

Value text_or_null(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }
Value json_or_null(const Json& json) { return json.is_null() ? Value() : Value(json.dump()); }

/// An integer for a 32-bit column; one that does not fit goes into `exact` by name.
Value narrow_integer(const std::optional<std::int64_t>& value, std::string_view name, Json& exact) {
  if (!value) return {};
  if (*value < std::numeric_limits<std::int32_t>::min() || *value > std::numeric_limits<std::int32_t>::max()) {
    exact.set(name, *value);
    return {};
  }
  return *value;
}

Json tags_json(const std::vector<std::string>& tags) {
  Json array = Json::array();
  for (const std::string& tag : tags) array.push_back(tag);
  return array;
}

/// JSON text of a stored cell. Text that is no JSON (older files hold some) is kept as a string.
Json json_cell(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  if (text == nullptr) return {};
  try {
    return Json::parse(*text, JsonDialect::python);
  } catch (const Error&) {
    return Json(*text);
  }
}

template <typename T>
std::optional<T> get(const Value& value) {
  const T* held = std::get_if<T>(&value);
  return held != nullptr ? std::optional(*held) : std::nullopt;
}
std::string text_or_empty(const Value& value) { return get<std::string>(value).value_or(""); }

void append_typed(std::string& bytes, char kind, std::string_view content) {
  bytes += kind;
  bytes += std::to_string(content.size());
  bytes += ':';
  bytes += content;
}

}  // namespace

const Table runs_table{"optimization_runs", runs_columns};
const Table results_table{"optimization_results", results_columns};
const Table configurations_table{"optimization_configurations", configurations_columns};
const Table simulation_table{"optimization_simulation_data", simulation_columns};
const Table details_table{"optimization_run_details", details_columns};
const Table versions_table{"optimization_run_versions", versions_columns};
const Table audit_table{"optimization_audit_log", audit_columns};

std::string column_list(const Table& table, std::string_view prefix) {
  std::string list;
  for (std::string_view column : table.columns) {
    list += fmt::format("{}{}\"{}\"", list.empty() ? "" : ", ", prefix, column);
  }
  return list;
}

std::string insert_statement(const Table& table, std::string_view schema) {
  std::string places;
  for (std::string_view column : table.columns) {
    places += fmt::format("{}{}", places.empty() ? "" : ", ", column == "search_text" ? "lower(?)" : "?");
  }
  return fmt::format("INSERT INTO {}.{} ({}) VALUES ({})", schema, table.name, column_list(table), places);
}

std::string row_digest(std::span<const Value> row) {
  core::Sha256 digest;
  std::string bytes;
  for (const Value& value : row) {
    bytes.clear();
    if (std::holds_alternative<std::monostate>(value)) {
      bytes = "-";
    } else if (const bool* boolean = std::get_if<bool>(&value)) {
      bytes = *boolean ? "b1" : "b0";
    } else if (const std::int64_t* integer = std::get_if<std::int64_t>(&value)) {
      append_typed(bytes, 'i', std::to_string(*integer));
    } else if (const double* real = std::get_if<double>(&value)) {
      append_typed(bytes, 'd', fmt::format("{:016x}", std::bit_cast<std::uint64_t>(*real)));
    } else if (const std::string* text = std::get_if<std::string>(&value)) {
      append_typed(bytes, 's', *text);
    } else if (const Timestamp* instant = std::get_if<Timestamp>(&value)) {
      append_typed(bytes, 't', std::to_string(instant->microseconds));
    }
    digest.update(bytes);
  }
  return digest.hex();
}

std::string details_digest(std::span<const Value> details_row) {
  Row own(details_row.begin(), details_row.begin() + details_own_columns);
  own[details_row_hash] = Value();
  return row_digest(own);
}

std::string row_hash(const RowDigests& digests) {
  // 128 bits a table: enough that nobody finds a second row for one, and verify can say which table it was.
  const auto part = [](const std::string& digest) { return digest.empty() ? std::string("-") : digest.substr(0, 32); };
  return fmt::format("{}.{}.{}.{}.{}", part(digests.runs), part(digests.results), part(digests.configuration),
                     part(digests.simulation), part(digests.details));
}

std::string search_text_of(const Run& run) {
  constexpr char separator = '\x1f';
  std::string text = run.metadata.scenario_id;
  text += separator;
  text += run.metadata.description;
  text += separator;
  text += run.metadata.business_justification;
  for (const std::string& tag : run.metadata.tags) {
    text += separator;
    text += tag;
  }
  text += separator;
  text += run.notes;
  return text;
}

namespace {

Row runs_row(const StoredRun& stored, Json& exact) {
  const Metadata& m = stored.run.metadata;
  return Row{m.run_id,
             m.scenario_id,
             text_or_null(m.user_id),
             text_or_null(m.session_id),
             m.optimization_type,
             m.optimization_engine,
             m.status,
             m.created_at,
             m.updated_at,
             value_or_null(m.completed_at),
             narrow_integer(m.random_seed, "random_seed", exact),
             narrow_integer(m.max_evaluations, "max_evaluations", exact),
             narrow_integer(m.timeout_minutes, "timeout_minutes", exact),
             value_or_null(m.use_synthetic_mode),
             value_or_null(m.runtime_seconds),
             narrow_integer(m.function_evaluations, "function_evaluations", exact),
             value_or_null(m.converged),
             text_or_null(m.convergence_message),
             m.description,
             tags_json(m.tags).dump(),
             m.business_justification,
             stored.configuration_hash.empty() ? Value() : Value(stored.configuration_hash)};
}

Row results_row(const StoredRun& stored) {
  const Results& r = stored.run.results;
  return Row{stored.run.metadata.run_id,
             value_or_null(r.objective_value),
             json_or_null(r.objective_breakdown),
             r.optimal_parameters.is_null() ? Value(std::string("{}")) : Value(r.optimal_parameters.dump()),
             json_or_null(r.parameter_history),
             json_or_null(r.objective_history),
             json_or_null(r.constraint_violations),
             json_or_null(r.parameter_warnings),
             text_or_null(r.risk_level),
             json_or_null(r.risk_assessment),
             json_or_null(r.estimated_cost_impact),
             json_or_null(r.estimated_employee_impact),
             json_or_null(r.projected_outcomes),
             json_or_null(r.sensitivity_analysis),
             json_or_null(r.parameter_correlations)};
}

/// The four known parts in their columns (NULL: no such key; the text null: the key holds null), others into `exact`.
Row simulation_row(const StoredRun& stored, Json& exact) {
  Row row{stored.run.metadata.run_id};
  const Json& data = *stored.run.simulation_data;
  for (std::size_t column = 1; column <= 4; ++column) {
    const Json* part = data.find(simulation_columns[column]);
    row.push_back(part == nullptr ? Value() : Value(part->dump()));
  }
  row.push_back(stored.simulation_created_at.value_or(stored.run.metadata.created_at));
  Json others = Json::object();
  for (const auto& [key, value] : data.as_object()) {
    const bool known = std::find(simulation_columns.begin() + 1, simulation_columns.begin() + 5, key) !=
                       simulation_columns.begin() + 5;
    if (!known) others.set(key, value);
  }
  if (!others.empty()) exact.set("simulation_data", std::move(others));
  return row;
}

Row details_row(const StoredRun& stored, const Json& exact) {
  const Details& d = stored.details;
  Row row{stored.run.metadata.run_id,
          d.version,
          d.content_hash,
          d.row_hash,
          d.locked,
          text_or_null(d.lock_reason),
          value_or_null(d.archived_at),
          d.clock,
          text_or_null(d.owner_hash),
          d.actor,
          text_or_null(d.session_id),
          d.source,
          stored.run.notes.empty() ? Value() : Value(stored.run.notes),
          exact.empty() ? Value() : Value(exact.dump()),
          text_or_null(d.provenance),
          stored.run.metadata.created_at,
          value_or_null(stored.run.results.objective_value),
          text_or_null(stored.run.results.risk_level),
          search_text_of(stored.run)};
  for (std::string_view lever : lever_names) {
    const Json* value = stored.run.results.optimal_parameters.find(lever);
    row.push_back(value != nullptr && value->is_number() ? Value(value->as_real()) : Value());
  }
  return row;
}

}  // namespace

Row configuration_row(const StoredRun& stored) {
  const Json c = to_json(stored.run.configuration);
  return Row{stored.configuration_hash,
             c.at("objectives").dump(),
             c.at("constraints").dump(),
             c.at("initial_parameters").dump(),
             c.at("parameter_bounds").dump(),
             c.at("algorithm_config").dump(),
             stored.configuration_created_at.value_or(stored.run.metadata.created_at)};
}

RunRows rows_of(StoredRun& stored, const std::optional<Row>& stored_configuration) {
  RunRows rows;
  Json exact = Json::object();
  rows.runs = runs_row(stored, exact);
  if (stored.has_results) rows.results = results_row(stored);
  if (stored_configuration) {
    rows.configuration = *stored_configuration;
  } else if (!stored.configuration_hash.empty()) {
    rows.configuration = configuration_row(stored);
  }
  if (stored.run.simulation_data) rows.simulation = simulation_row(stored, exact);
  rows.details = details_row(stored, exact);
  const auto digest = [](const Row& row) { return row.empty() ? std::string() : row_digest(row); };
  stored.details.row_hash = row_hash({digest(rows.runs), digest(rows.results), digest(rows.configuration),
                                      digest(rows.simulation), details_digest(rows.details)});
  rows.details[details_row_hash] = stored.details.row_hash;
  return rows;
}

Row read_row(const duck::Rows& rows, const Table& table, std::size_t first_column) {
  Row row;
  row.reserve(table.columns.size());
  for (std::size_t column = 0; column < table.columns.size(); ++column) row.push_back(rows.value(first_column + column));
  return row;
}

namespace {

void read_metadata(const Row& row, const Json& exact, Metadata& m) {
  const auto integer = [&](std::size_t column) -> std::optional<std::int64_t> {
    if (const Json* value = exact.find(runs_columns[column]); value != nullptr) return value->as_integer();
    return get<std::int64_t>(row[column]);
  };
  m.run_id = text_or_empty(row[0]);
  m.scenario_id = text_or_empty(row[1]);
  m.user_id = get<std::string>(row[2]);
  m.session_id = get<std::string>(row[3]);
  m.optimization_type = text_or_empty(row[4]);
  m.optimization_engine = text_or_empty(row[5]);
  m.status = text_or_empty(row[6]);
  m.created_at = get<Timestamp>(row[7]).value_or(Timestamp{});
  m.updated_at = get<Timestamp>(row[8]).value_or(Timestamp{});
  m.completed_at = get<Timestamp>(row[9]);
  m.random_seed = integer(10);
  m.max_evaluations = integer(11);
  m.timeout_minutes = integer(12);
  m.use_synthetic_mode = get<bool>(row[13]);
  m.runtime_seconds = get<double>(row[14]);
  m.function_evaluations = integer(15);
  m.converged = get<bool>(row[16]);
  m.convergence_message = get<std::string>(row[17]);
  m.description = text_or_empty(row[18]);
  const Json tags = json_cell(row[19]);
  if (tags.is_array()) {
    for (const Json& tag : tags.as_array()) m.tags.push_back(tag.is_string() ? tag.as_string() : tag.dump());
  } else if (!tags.is_null()) {
    m.tags.push_back(tags.is_string() ? tags.as_string() : tags.dump());
  }
  m.business_justification = text_or_empty(row[20]);
}

/// Configuration and results through run_from_json(), which knows the fields and their defaults.
void read_documents(const RunRows& rows, Run& run) {
  Json document = Json::object();
  document.set("metadata", Json(Json::Object{{"scenario_id", Json("-")}}));
  const auto add_section = [&document](std::string_view name, const Row& row, std::span<const std::string_view> columns) {
    if (row.empty()) return;
    Json section = Json::object();
    for (std::size_t column = 1; column < columns.size(); ++column) {
      if (columns[column] == "created_at" || columns[column] == "objective_value" || columns[column] == "risk_level") {
        continue;
      }
      if (Json cell = json_cell(row[column]); !cell.is_null()) section.set(columns[column], std::move(cell));
    }
    document.set(name, std::move(section));
  };
  add_section("configuration", rows.configuration, configurations_columns);
  add_section("results", rows.results, results_columns);
  Run parsed = run_from_json(document, UnknownFields::keep);
  run.configuration = std::move(parsed.configuration);
  run.results = std::move(parsed.results);
  run.results.objective_value.reset();
  run.results.risk_level.reset();
  if (!rows.results.empty()) {
    run.results.objective_value = get<double>(rows.results[1]);
    run.results.risk_level = get<std::string>(rows.results[8]);
  }
}

}  // namespace

StoredRun stored_run_from(const RunRows& rows) {
  StoredRun stored;
  Json exact = Json::object();
  if (!rows.details.empty()) {
    const Row& row = rows.details;
    Details& d = stored.details;
    d.version = get<std::int64_t>(row[1]).value_or(1);
    d.content_hash = text_or_empty(row[2]);
    d.row_hash = text_or_empty(row[3]);
    d.locked = get<bool>(row[4]).value_or(false);
    d.lock_reason = get<std::string>(row[5]);
    d.archived_at = get<Timestamp>(row[6]);
    d.clock = text_or_empty(row[7]);
    d.owner_hash = get<std::string>(row[8]);
    d.actor = text_or_empty(row[9]);
    d.session_id = get<std::string>(row[10]);
    d.source = text_or_empty(row[11]);
    stored.run.notes = text_or_empty(row[12]);
    if (Json cell = json_cell(row[13]); cell.is_object()) exact = std::move(cell);
    d.provenance = get<std::string>(row[14]);
  }
  read_metadata(rows.runs, exact, stored.run.metadata);
  stored.configuration_hash = text_or_empty(rows.runs[21]);
  stored.has_results = !rows.results.empty();
  read_documents(rows, stored.run);
  if (!rows.configuration.empty()) stored.configuration_created_at = get<Timestamp>(rows.configuration[6]);
  if (!rows.simulation.empty()) {
    Json data = Json::object();
    for (std::size_t column = 1; column <= 4; ++column) {
      if (std::holds_alternative<std::string>(rows.simulation[column])) {
        data.set(simulation_columns[column], json_cell(rows.simulation[column]));
      }
    }
    if (const Json* others = exact.find("simulation_data"); others != nullptr && others->is_object()) {
      for (const auto& [key, value] : others->as_object()) data.set(key, value);
    }
    stored.run.simulation_data = std::move(data);
    stored.simulation_created_at = get<Timestamp>(rows.simulation[5]);
  }
  core::drop_ssn(stored.run);  // older stores may hold some
  return stored;
}

std::string document_of(const StoredRun& stored) {
  const Details& d = stored.details;
  const auto text = [](const std::optional<std::string>& value) { return value ? Json(*value) : Json(); };
  const auto time = [](const std::optional<Timestamp>& value) { return value ? Json(to_text(*value)) : Json(); };
  Json kept = Json::object();
  kept.set("version", d.version);
  kept.set("locked", d.locked);
  kept.set("lock_reason", text(d.lock_reason));
  kept.set("archived_at", time(d.archived_at));
  kept.set("clock", d.clock);
  kept.set("owner_hash", text(d.owner_hash));
  kept.set("actor", d.actor);
  kept.set("session_id", text(d.session_id));
  kept.set("source", d.source);
  kept.set("provenance", text(d.provenance));
  kept.set("configuration_hash", stored.configuration_hash);
  kept.set("configuration_created_at", time(stored.configuration_created_at));
  kept.set("simulation_created_at", time(stored.simulation_created_at));
  kept.set("has_results", stored.has_results);
  Json document = Json::object();
  document.set("run", to_json(stored.run));
  document.set("details", std::move(kept));
  return document.dump();
}

StoredRun stored_run_from_document(std::string_view text) {
  const Json document = Json::parse(text);
  const Json& kept = document.at("details");
  const auto optional_text = [&kept](std::string_view key) {
    const Json& value = kept.at(key);
    return value.is_null() ? std::nullopt : std::optional(value.as_string());
  };
  const auto optional_time = [&kept](std::string_view key) {
    const Json& value = kept.at(key);
    return value.is_null() ? std::nullopt : std::optional(parse_time(value.as_string()));
  };
  StoredRun stored;
  stored.run = run_from_json(document.at("run"), UnknownFields::keep);
  Details& d = stored.details;
  d.version = kept.at("version").as_integer();
  d.locked = kept.at("locked").as_boolean();
  d.lock_reason = optional_text("lock_reason");
  d.archived_at = optional_time("archived_at");
  d.clock = kept.at("clock").as_string();
  d.owner_hash = optional_text("owner_hash");
  d.actor = kept.at("actor").as_string();
  d.session_id = optional_text("session_id");
  d.source = kept.at("source").as_string();
  d.provenance = optional_text("provenance");
  d.content_hash = content_hash(stored.run);
  stored.configuration_hash = kept.at("configuration_hash").as_string();
  stored.configuration_created_at = optional_time("configuration_created_at");
  stored.simulation_created_at = optional_time("simulation_created_at");
  stored.has_results = kept.at("has_results").as_boolean();
  return stored;
}

}  // namespace planwise::store
