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

std::string text_of(const Value& value) {
  const std::string* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}

/// What the chain says of a run, after its last entry.
struct Expected {
  bool present = false;
  bool purged = false;
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
      if (!expected_[run_id].purged) finding(audit_table.name, std::to_string(sequence), "its values are gone though its run was not purged");
    }
  }

  void check_values(const Row& row, const std::string& name, std::vector<std::pair<std::int64_t, std::string>>& emptied) {
    if (std::holds_alternative<std::string>(row[8])) {
      if (core::sha256_hex(text_of(row[8])) != text_of(row[9])) finding(audit_table.name, name, "its changes do not fit their hash");
    } else {
      emptied.emplace_back(std::get<std::int64_t>(row[0]), text_of(row[6]));
    }
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
    if (action == "purge") run.purged = true;
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
      if (has_document == run.purged) {
        finding(versions_table.name, name, run.purged ? "holds a document though it was purged" : "its document is gone though it was not purged");
      }
      const std::string_view allowed = run.purged ? "purged" : !run.present && version == run.version ? "trash" : "superseded";
      if (state != allowed) {
        finding(versions_table.name, name, fmt::format("its state is '{}', the audit log says '{}'", state, allowed));
      }
    }
    for (const auto& [run_id, run] : expected_) {
      for (const auto& [version, hash] : run.versions) finding(versions_table.name, fmt::format("{}, version {}", run_id, version), "is missing");
    }
  }

  void digest_tables() {
    scan(configurations_table, [&](const Row& row) { configurations_[text_of(row[0])] = row_digest(row); });
    scan(runs_table, [&](const Row& row) {
      Found& found = found_[text_of(row[0])];
      if (!found.digests.runs.empty()) finding(runs_table.name, text_of(row[0]), "stands there twice");
      found.digests.runs = row_digest(row);
      found.configuration_hash = text_of(row.back());
      ++report_.runs;
    });
    scan(results_table, [&](const Row& row) { found_[text_of(row[0])].digests.results = row_digest(row); });
    scan(simulation_table, [&](const Row& row) { found_[text_of(row[0])].digests.simulation = row_digest(row); });
    scan(details_table, [&](const Row& row) {
      Found& found = found_[text_of(row[0])];
      if (found.has_details) finding(details_table.name, text_of(row[0]), "stands there twice");
      found.has_details = true;
      found.row_hash = text_of(row[3]);
      found.digests.details = details_digest(row);
    });
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
    if (orphans > 0) notes_.push_back(fmt::format("{} configurations belong to no run (earlier programs left such rows; they do no harm)", orphans));
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

/// What the copies of details should be, column by column, over r (runs), s (results) and d (details).
std::vector<std::pair<std::string, std::string>> copy_expressions() {
  std::vector<std::pair<std::string, std::string>> copies{
      {"created_at", "r.created_at"}, {"objective_value", "s.objective_value"}, {"risk_level", "s.risk_level"}};
  copies.emplace_back("search_text",
                      "lower(coalesce(r.scenario_id, '') || chr(31) || coalesce(r.description, '') || chr(31) || "
                      "coalesce(r.business_justification, '') || CASE WHEN coalesce(r.tags, '') = '' OR r.tags = 'null' THEN '' "
                      "WHEN json_valid(r.tags) AND json_type(r.tags) = 'ARRAY' THEN "
                      "coalesce(array_to_string(list_transform(json_extract_string(r.tags, '$[*]'), lambda t: chr(31) || t), ''), '') "
                      "WHEN json_valid(r.tags) THEN chr(31) || json_extract_string(r.tags, '$') "
                      "ELSE chr(31) || r.tags END || chr(31) || coalesce(d.notes, ''))");
  for (std::string_view lever : lever_names) {
    copies.emplace_back(lever, fmt::format("CASE WHEN json_valid(s.optimal_parameters) AND json_type(s.optimal_parameters, '$.{0}') IN "
                                           "('DOUBLE', 'BIGINT', 'UBIGINT') THEN CAST(json_extract(s.optimal_parameters, '$.{0}') AS DOUBLE) END",
                                           lever));
  }
  return copies;
}

constexpr std::string_view copy_joins =
    "FROM {0}.optimization_run_details d JOIN {0}.optimization_runs r ON r.run_id = d.run_id "
    "LEFT JOIN {0}.optimization_results s ON s.run_id = d.run_id";

void check_copies(duck::Connection& connection, VerifyReport& report) {
  std::string select = "SELECT d.run_id";
  std::string any;
  const auto copies = copy_expressions();
  for (const auto& [column, expression] : copies) {
    const std::string differs = fmt::format("d.{} IS DISTINCT FROM {}", column, expression);
    select += fmt::format(", {}", differs);
    any += fmt::format("{}{}", any.empty() ? "" : " OR ", differs);
  }
  duck::Rows rows = connection.query(fmt::format("{} {} WHERE {} ORDER BY d.run_id", select, fmt::format(fmt::runtime(copy_joins), schema), any));
  while (rows.next()) {
    std::string columns;
    for (std::size_t i = 0; i < copies.size(); ++i) {
      if (rows.boolean(i + 1)) columns += fmt::format("{}{}", columns.empty() ? "" : ", ", copies[i].first);
    }
    report.findings.push_back({std::string(details_table.name), std::string(rows.text(0)),
                               fmt::format("copies for fast filters do not fit the run: {}", columns), true});
  }
}

void repair_copies(duck::Connection& connection, const Who& who, VerifyReport& report) {
  std::string assignments;
  for (const auto& [column, expression] : copy_expressions()) assignments += fmt::format("{}{} = c.{}", assignments.empty() ? "" : ", ", column, column);
  std::string selected = "d.run_id";
  for (const auto& [column, expression] : copy_expressions()) selected += fmt::format(", {} AS {}", expression, column);
  AuditChain chain(connection, schema, who);
  std::vector<Finding> left;
  for (Finding& finding : report.findings) {
    if (!finding.repairable) {
      left.push_back(std::move(finding));
      continue;
    }
    connection.query(fmt::format("UPDATE {0}.optimization_run_details AS d SET {1} FROM (SELECT {2} {3} WHERE d.run_id = ?) AS c "
                                 "WHERE d.run_id = c.run_id AND d.run_id = ?",
                                 schema, assignments, selected, fmt::format(fmt::runtime(copy_joins), schema)),
                     {finding.row, finding.row});
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
