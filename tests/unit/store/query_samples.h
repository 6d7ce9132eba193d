/// \file
/// A small set of runs in memory and the same runs in a DuckDB, to ask both the same question.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "duck/connection.h"
#include "planwise/json.h"
#include "planwise/query.h"

namespace planwise::store {

struct SampleRun {
  std::string run_id;
  std::string scenario_id = "base";
  std::optional<std::string> user_id;
  std::string optimization_type = "advanced_scipy";
  std::string status = "completed";
  Timestamp created_at = parse_time("2025-01-15T12:00:00Z");
  std::optional<Timestamp> completed_at;
  std::optional<std::int64_t> random_seed;
  std::optional<bool> converged;
  std::string description;
  std::string tags = "[]";  ///< JSON text, as stored
  std::string business_justification;
  std::optional<std::string> notes;
  std::optional<double> objective_value;
  std::optional<std::string> risk_level;
  std::string optimal_parameters = "{}";  ///< JSON text; may hold bare NaN or be no JSON at all
  std::optional<double> cola_rate;
  std::string objective_breakdown = "{}";
  std::string algorithm_config = "{}";
  std::string search_text;  ///< Empty: put together from the fields above, tags left out.
  std::optional<Timestamp> archived_at;
  std::optional<std::string> exact;
};

enum class JsonColumns { json, varchar };

/// An in-memory database with the store's tables.
class SampleStore {
 public:
  explicit SampleStore(const std::vector<SampleRun>& runs, JsonColumns columns = JsonColumns::json);
  ~SampleStore();
  SampleStore(const SampleStore&) = delete;
  SampleStore& operator=(const SampleStore&) = delete;

  /// Ids of one page, and the cursor of the next ("" on the last).
  std::vector<std::string> page(const ListRequest& request, std::string* next_cursor = nullptr);
  /// Ids of all runs that match, sorted by id. Checks that the count agrees.
  std::vector<std::string> find(const ListRequest& request);
  std::vector<std::string> find(const std::string& query);
  std::int64_t count(const ListRequest& request);

 private:
  void insert(const SampleRun& run);
  duckdb_database database_ = nullptr;
  std::unique_ptr<duck::Connection> connection_;
};

/// "2025-06-15T12:00:00Z": what relative times in tests count from.
Timestamp sample_now();

}  // namespace planwise::store
