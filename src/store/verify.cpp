// Verification: every stored byte of a run against its hash, every hash against the audit chain, every link of the
// chain, and the copies for fast filters against what they were copied from.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

#include "core/hash.h"
#include "store/store_parts.h"

namespace planwise::store {

namespace {

using duck::Value;

/// What the chain says of a run, after its last entry.
struct Expected {
  bool present = false;
  std::int64_t purge = 0;  // sequence of the entry that purged it, else 0
  [[nodiscard]] bool purged() const { return purge != 0; }
  std::int64_t version = 0;
  std::string row_hash;
  std::map<std::int64_t, std::string> versions;  // number -> hash of its row
};

/// What the tables hold of a run.
struct Found {
  RowDigests digests;
  std::string configuration_hash;
  std::string row_hash;
  bool has_details = false;
};

class Verification {
 public:
  Verification(duck::Connection& connection, const ProgressCallback& progress) : connection_(connection), progress_(progress) {}

  VerifyReport run() {
    count_rows();
    walk_chain();
    walk_versions();
    digest_tables();
    compare_runs();
    report_.notes.insert(report_.notes.end(), notes_.begin(), notes_.end());
    return std::move(report_);
  }

 private:
  void finding(std::string_view table, std::string row, std::string what) {
    report_.findings.push_back({std::string(table), std::move(row), std::move(what), false});
  }

  void step() {
    ++done_;
    if (progress_ && (done_ % 512 == 0 || done_ == total_) && !progress_(done_, total_)) {
      throw Error(ErrorCode::cancelled, "verify was cancelled");
    }
  }

  void count_rows() {
    for (const Table* table : {&audit_table, &versions_table, &runs_table, &results_table, &configurations_table,
                               &simulation_table, &details_table}) {
      duck::Rows rows = connection_.query(fmt::format("SELECT count(*) FROM {}.{}", schema, table->name));
      rows.next();
      total_ += rows.integer(0);
    }
  }

  void walk_chain() {
    std::string previous(chain_start);
    std::int64_t last = 0;
    std::vector<std::pair<std::int64_t, std::string>> emptied;  // entries without values, and their run
    duck::Rows rows = connection_.query(
        fmt::format("SELECT {} FROM {}.{} ORDER BY sequence", column_list(audit_table), schema, audit_table.name), {},
        duck::Delivery::streamed);
    while (rows.next()) {
      const Row row = read_row(rows, audit_table);
      const std::int64_t sequence = std::get<std::int64_t>(row[0]);
      const std::string name = std::to_string(sequence);
      if (sequence != last + 1) finding(audit_table.name, std::to_string(last + 1), fmt::format("entry {} is followed by {}", last, sequence));
      if (text_of(row[15]) != previous) finding(audit_table.name, name, "does not continue the entry before it");
      if (entry_hash_of(row) != text_of(row[16])) finding(audit_table.name, name, "its content does not fit its hash");
      check_values(row, name, emptied);
      follow(row);
      previous = text_of(row[16]);
      last = sequence;
      ++report_.audit_entries;
      step();
    }
    for (const auto& [sequence, run_id] : emptied) {
      if (sequence >= expected_[run_id].purge) finding(audit_table.name, std::to_string(sequence), "its values are gone though its run was not purged");
    }
  }

  void check_values(const Row& row, const std::string& name, std::vector<std::pair<std::int64_t, std::string>>& emptied) {
    if (std::holds_alternative<std::string>(row[8])) {
      if (core::sha256_hex(text_of(row[8])) != text_of(row[9])) finding(audit_table.name, name, "its changes do not fit their hash");
    } else {
      emptied.emplace_back(std::get<std::int64_t>(row[0]), text_of(row[6]));
    }
    if (text_of(row[10]).empty() && std::holds_alternative<std::string>(row[10])) finding(audit_table.name, name, "its reason was emptied");
    const bool reason_gone = std::holds_alternative<std::monostate>(row[10]);
    if (core::sha256_hex(text_of(row[10])) != text_of(row[11])) {
      if (reason_gone) {
        emptied.emplace_back(std::get<std::int64_t>(row[0]), text_of(row[6]));
      } else {
        finding(audit_table.name, name, "its reason does not fit its hash");
      }
    }
  }

  void follow(const Row& row) {
    if (!std::holds_alternative<std::string>(row[6])) return;
    Expected& run = expected_[text_of(row[6])];
    const std::string action = text_of(row[5]);
    const std::int64_t* version = std::get_if<std::int64_t>(&row[7]);
    if (const std::string hash = text_of(row[13]); !hash.empty()) {
      run.row_hash = hash;
      run.present = true;
    }
    if (const std::string hash = text_of(row[14]); !hash.empty() && version != nullptr) {
      // An entry that makes a version keeps the one before it; a deletion keeps the version it names.
      run.versions[action == "delete" ? *version : *version - 1] = hash;
    }
    if (version != nullptr) run.version = *version;
    if (action == "delete") run.present = false;
    if (action == "restore" && version != nullptr) run.versions.erase(*version);
    if (action == "purge") run.purge = std::get<std::int64_t>(row[0]);
    if (action == "move") run.present = true;
  }

  void walk_versions() {
    duck::Rows rows = connection_.query(
        fmt::format("SELECT {} FROM {}.{} ORDER BY run_id, version", column_list(versions_table), schema, versions_table.name),
        {}, duck::Delivery::streamed);
    while (rows.next()) {
      const Row row = read_row(rows, versions_table);
      const std::string run_id = text_of(row[0]);
      const std::int64_t version = std::get<std::int64_t>(row[1]);
      const std::string name = fmt::format("{}, version {}", run_id, version);
      const std::string state = text_of(row[2]);
      Expected& run = expected_[run_id];
      ++report_.versions;
      step();
      const std::string digest = version_digest(row);
      if (digest != text_of(row.back())) finding(versions_table.name, name, "its stored bytes do not fit their hash");
      const auto expected = run.versions.find(version);
      if (expected == run.versions.end()) {
        finding(versions_table.name, name, "no audit entry made it");
      } else {
        if (expected->second != text_of(row.back())) finding(versions_table.name, name, "its hash is not the one in the audit log");
        run.versions.erase(expected);
      }
      const bool has_document = std::holds_alternative<std::string>(row[3]);
      if (has_document && core::sha256_hex(text_of(row[3])) != text_of(row[4])) finding(versions_table.name, name, "its document does not fit its hash");
      if (has_document == run.purged()) {
        finding(versions_table.name, name, run.purged() ? "holds a document though it was purged" : "its document is gone though it was not purged");
      }
      const std::string_view allowed = run.purged() ? "purged" : !run.present && version == run.version ? "trash" : "superseded";
      if (state != allowed) {
        finding(versions_table.name, name, fmt::format("its state is '{}', the audit log says '{}'", state, allowed));
      }
    }
    for (const auto& [run_id, run] : expected_) {
      for (const auto& [version, hash] : run.versions) finding(versions_table.name, fmt::format("{}, version {}", run_id, version), "is missing");
    }
  }

  void digest_tables() {
    scan(configurations_table, [&](const Row& row) {
      if (!configurations_.emplace(text_of(row[0]), row_digest(row)).second) finding(configurations_table.name, text_of(row[0]), "stands there twice");
    });
    scan(runs_table, [&](const Row& row) {
      Found& found = found_[text_of(row[0])];
      take_digest(runs_table, row, found.digests.runs);
      found.configuration_hash = text_of(row.back());
      ++report_.runs;
    });
    scan(results_table, [&](const Row& row) { take_digest(results_table, row, found_[text_of(row[0])].digests.results); });
    scan(simulation_table, [&](const Row& row) { take_digest(simulation_table, row, found_[text_of(row[0])].digests.simulation); });
    scan(details_table, [&](const Row& row) {
      Found& found = found_[text_of(row[0])];
      if (found.has_details) finding(details_table.name, text_of(row[0]), "stands there twice");
      found.has_details = true;
      found.row_hash = text_of(row[3]);
      found.digests.details = details_digest(row);
    });
  }

  void take_digest(const Table& table, const Row& row, std::string& digest) {
    if (!digest.empty()) finding(table.name, text_of(row[0]), "stands there twice");
    digest = row_digest(row);
  }

  void scan(const Table& table, const std::function<void(const Row&)>& use) {
    duck::Rows rows = connection_.query(fmt::format("SELECT {} FROM {}.{}", column_list(table), schema, table.name), {},
                                        duck::Delivery::streamed);
    while (rows.next()) {
      use(read_row(rows, table));
      step();
    }
  }

  void compare_runs() {
    std::set<std::string> used;
    for (auto& [run_id, found] : found_) {
      if (!found.configuration_hash.empty()) {
        used.insert(found.configuration_hash);
        if (const auto row = configurations_.find(found.configuration_hash); row != configurations_.end()) found.digests.configuration = row->second;
      }
      compare_run(run_id, found);
    }
    for (const auto& [run_id, run] : expected_) {
      if (run.present && !found_.contains(run_id)) finding(runs_table.name, run_id, "is missing though the audit log has it");
    }
    std::int64_t orphans = 0;
    for (const auto& [hash, digest] : configurations_) orphans += used.contains(hash) ? 0 : 1;
    if (orphans > 0) notes_.push_back(fmt::format("{} configurations belong to no current run (of runs in the trash, or left by earlier programs); they do no harm", orphans));
  }

  void compare_run(const std::string& run_id, const Found& found) {
    if (found.digests.runs.empty()) {
      finding(found.has_details ? details_table.name : !found.digests.results.empty() ? results_table.name : simulation_table.name,
              run_id, "has no row in optimization_runs");
      return;
    }
    if (!found.has_details) {
      finding(runs_table.name, run_id, "has no row in optimization_run_details");
      return;
    }
    const auto expected = expected_.find(run_id);
    if (expected == expected_.end() || !expected->second.present) {
      finding(runs_table.name, run_id, "is there though the audit log does not have it");
      return;
    }
    const std::string computed = row_hash(found.digests);
    const std::string& sealed = expected->second.row_hash;
    if (computed == sealed && found.row_hash == sealed) return;
    bool named = false;
    static constexpr std::array<const Table*, 5> order{&runs_table, &results_table, &configurations_table, &simulation_table, &details_table};
    for (std::size_t part = 0; part < order.size(); ++part) {
      const auto piece = [part](const std::string& hash) {
        std::size_t start = 0;
        for (std::size_t i = 0; i < part && start != std::string::npos; ++i) start = hash.find('.', start) + 1;
        return hash.substr(std::min(start, hash.size()), hash.find('.', start) - start);
      };
      if (piece(computed) == piece(sealed)) continue;
      const std::string row = order[part] == &configurations_table ? fmt::format("{} (configuration {})", run_id, found.configuration_hash) : run_id;
      finding(order[part]->name, row, piece(computed) == "-" ? "is missing" : "its stored bytes do not fit the hash in the audit log");
      named = true;
    }
    if (!named) finding(details_table.name, run_id, "its row_hash is not the one in the audit log");
  }

  duck::Connection& connection_;
  const ProgressCallback& progress_;
  VerifyReport report_;
  std::vector<std::string> notes_;
  std::map<std::string, Expected> expected_;
  std::unordered_map<std::string, std::string> configurations_;
  std::map<std::string, Found> found_;
  std::int64_t done_ = 0, total_ = 0;
};

constexpr std::size_t first_copy = 15;  // place of created_at in a row of details_table

/// Where a copy certainly fits, over r (runs), s (results) and d (details): written for the usual values. Anything else
/// is looked at by copies_of().
std::string certainly_fits() {
  std::string text =
      "d.created_at IS NOT DISTINCT FROM r.created_at AND d.objective_value IS NOT DISTINCT FROM s.objective_value AND "
      "d.risk_level IS NOT DISTINCT FROM s.risk_level AND CASE WHEN json_valid(r.tags) AND json_type(r.tags) = 'ARRAY' AND NOT "
      "list_contains(json_extract(r.tags, '$[*]'), 'null') THEN d.search_text IS NOT DISTINCT FROM "
      "lower(coalesce(r.scenario_id, '') || chr(31) || coalesce(r.description, '') || chr(31) || "
      "coalesce(r.business_justification, '') || coalesce(array_to_string(list_transform(json_extract_string(r.tags, '$[*]'), "
      "lambda t: chr(31) || t), ''), '') || chr(31) || coalesce(d.notes, '')) ELSE FALSE END";
  for (std::string_view lever : lever_names) {
    text += fmt::format(" AND CASE WHEN s.optimal_parameters IS NULL THEN d.{0} IS NULL WHEN NOT json_valid(s.optimal_parameters) THEN FALSE "
                        "ELSE CASE json_type(s.optimal_parameters, '$.{0}') WHEN 'DOUBLE' THEN d.{0} IS NOT DISTINCT FROM "
                        "CAST(json_extract(s.optimal_parameters, '$.{0}') AS DOUBLE) ELSE json_type(s.optimal_parameters, '$.{0}') IS NULL "
                        "AND d.{0} IS NULL END END",
                        lever);
  }
  return text;
}

/// The copies as rows_of() makes them, which alone says what they are.
std::vector<Value> copies_of(duck::Connection& connection, const std::string& run_id) {
  StoredRun stored = read_stored_run(connection, run_id);
  const Row details = rows_of(stored).details;
  return {details.begin() + first_copy, details.end()};
}

void check_copies(duck::Connection& connection, VerifyReport& report) {
  std::vector<std::string> doubtful;
  {
    duck::Rows rows = connection.query(fmt::format("SELECT d.run_id FROM {0}.optimization_run_details d JOIN {0}.optimization_runs r ON "
                                                   "r.run_id = d.run_id LEFT JOIN {0}.optimization_results s ON s.run_id = d.run_id "
                                                   "WHERE ({1}) IS NOT TRUE GROUP BY d.run_id ORDER BY d.run_id",
                                                   schema, certainly_fits()));
    while (rows.next()) doubtful.emplace_back(rows.text(0));
  }
  std::string differs;
  for (std::string_view column : details_table.columns.subspan(first_copy)) {
    differs += fmt::format("{}{} IS DISTINCT FROM {}", differs.empty() ? "" : ", ", column, column == "search_text" ? "lower(?)" : "?");
  }
  for (const std::string& run_id : doubtful) {
    try {
      std::vector<Value> parameters = copies_of(connection, run_id);
      parameters.emplace_back(run_id);
      duck::Rows rows = connection.query(fmt::format("SELECT {} FROM {}.optimization_run_details WHERE run_id = ?", differs, schema), parameters);
      std::string columns;
      if (!rows.next()) continue;
      for (std::size_t i = 0; i + first_copy < details_table.columns.size(); ++i) {
        if (rows.boolean(i)) columns += fmt::format("{}{}", columns.empty() ? "" : ", ", details_table.columns[first_copy + i]);
      }
      if (!columns.empty()) {
        report.findings.push_back({std::string(details_table.name), run_id, fmt::format("copies for fast filters do not fit the run: {}", columns), true});
      }
    } catch (const Error& error) {
      report.findings.push_back({std::string(runs_table.name), run_id, fmt::format("cannot be read: {}", error.what()), false});
    }
  }
}

void repair_copies(duck::Connection& connection, const Who& who, VerifyReport& report) {
  std::string assignments;
  for (std::string_view column : details_table.columns.subspan(first_copy)) {
    assignments += fmt::format("{}{} = {}", assignments.empty() ? "" : ", ", column, column == "search_text" ? "lower(?)" : "?");
  }
  AuditChain chain(connection, schema, who);
  std::vector<Finding> left;
  for (Finding& finding : report.findings) {
    if (!finding.repairable) {
      left.push_back(std::move(finding));
      continue;
    }
    std::vector<Value> parameters = copies_of(connection, finding.row);
    parameters.emplace_back(finding.row);
    connection.query(fmt::format("UPDATE {}.optimization_run_details SET {} WHERE run_id = ?", schema, assignments), parameters);
    report.repaired.push_back(fmt::format("{}: {}", finding.row, finding.what));
    chain.append({.action = "repair", .run_id = finding.row, .reason = finding.what});
  }
  report.findings = std::move(left);
}

}  // namespace

VerifyReport verify_over(duck::Connection& connection, const ProgressCallback& progress) {
  VerifyReport report = Verification(connection, progress).run();
  check_copies(connection, report);
  return report;
}

VerifyReport RunStore::verify(bool repair, const ProgressCallback& progress) {
  Parts& p = *parts_;
  VerifyReport report;
  {
    const duck::Lease lease = p.read_lease();
    report = verify_over(lease.connection(), progress);
  }
  const bool repairable = std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& f) { return f.repairable; });
  if (repair && repairable) {
    const auto session = p.write_session();
    repair_copies(session->connection(), p.options.who, report);
    session->commit();
  }
  return report;
}

}  // namespace planwise::store
