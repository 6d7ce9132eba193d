/// \file
/// A run as rows of the store's tables, and back; and the hash of the stored bytes of its rows.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "duck/connection.h"
#include "planwise/run.h"

namespace planwise::store {

using Row = std::vector<duck::Value>;

/// What optimization_run_details holds beside the copies for fast filters.
struct Details {
  std::int64_t version = 1;
  std::string content_hash;
  std::string row_hash;
  bool locked = false;
  std::optional<std::string> lock_reason;
  std::optional<Timestamp> archived_at;
  std::string clock = "utc";  ///< "utc", or the zone that a migration converted the row's times from.
  std::optional<std::string> owner_hash;  ///< SHA-256 of the owner's token, while the run is a draft or running.
  std::string actor;
  std::optional<std::string> session_id;
  std::string source;
  std::optional<std::string> provenance;
};

/// A run with everything the store knows of it.
struct StoredRun {
  Run run;
  Details details;
  std::string configuration_hash;  ///< Key of its row in optimization_configurations; empty when it has none.
  std::optional<Timestamp> configuration_created_at;
  std::optional<Timestamp> simulation_created_at;
  bool has_results = true;  ///< Some runs of the earlier implementation have no row of results.
};

/// Tables and their columns in the order in which rows hold them.
struct Table {
  std::string_view name;
  std::span<const std::string_view> columns;
};
extern const Table runs_table, results_table, configurations_table, simulation_table, details_table, versions_table,
    audit_table;

struct RunRows {
  Row runs, results, configuration, simulation, details;  ///< Empty where the run has no such row.
};

/// "a, b, "constraints"": the columns as they stand in SQL, each after `prefix`.
[[nodiscard]] std::string column_list(const Table& table, std::string_view prefix = "");
/// INSERT of one row with all columns as parameters; search_text is folded by lower() on the way.
[[nodiscard]] std::string insert_statement(const Table& table, std::string_view schema);

/// The rows; details.row_hash is computed and put in both. The configuration's row is the given one where it stands in
/// the store already, so that the hash covers the bytes that are there.
[[nodiscard]] RunRows rows_of(StoredRun& stored, const std::optional<Row>& stored_configuration = std::nullopt);

/// The row of its configuration, under stored.configuration_hash.
[[nodiscard]] Row configuration_row(const StoredRun& stored);

/// SHA-256 over the typed bytes of every value: any changed byte, number, NULL or time changes it.
[[nodiscard]] std::string row_digest(std::span<const duck::Value> row);
/// The hash of a run's rows out of their digests (empty text for a row that is not there): the first 32 digits of each,
/// in the order below, joined by dots, "-" for none.
struct RowDigests {
  std::string runs, results, configuration, simulation, details;
};
[[nodiscard]] std::string row_hash(const RowDigests& digests);
/// The part of a details row that the hash covers: all before the copies, without row_hash itself.
[[nodiscard]] std::string details_digest(std::span<const duck::Value> details_row);

/// The current row of a result set that selected column_list(table).
[[nodiscard]] Row read_row(const duck::Rows& rows, const Table& table, std::size_t first_column = 0);

/// Rebuilds a run from its rows (empty where missing).
[[nodiscard]] StoredRun stored_run_from(const RunRows& rows);

/// Everything as one JSON document, as optimization_run_versions keeps it, and back. Key order is kept.
[[nodiscard]] std::string document_of(const StoredRun& stored);
[[nodiscard]] StoredRun stored_run_from_document(std::string_view document);

/// The text that bare words are looked for in, before lower().
[[nodiscard]] std::string search_text_of(const Run& run);

}  // namespace planwise::store
