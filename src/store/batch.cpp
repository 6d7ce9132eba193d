// Batches of runs: BatchInsert, RunStore::save_all and RunStore::import_runs.
#include "store/batch.h"

#include <algorithm>
#include <future>
#include <map>
#include <set>

#include "core/hash.h"
#include "core/parallel.h"
#include "store/store_parts.h"

namespace planwise::store {

using duck::Value;

BatchInsert::BatchInsert(duck::Connection& connection, const std::string& catalog) : connection_(connection) {
  const auto appender = [&](const Table& table) {
    return std::make_unique<duck::Appender>(connection_, catalog, std::string(table.name));
  };
  runs_ = appender(runs_table);
  results_ = appender(results_table);
  configurations_ = appender(configurations_table);
  simulation_ = appender(simulation_table);
  details_ = appender(details_table);
  audit_ = appender(audit_table);
}

BatchInsert::~BatchInsert() = default;

void BatchInsert::add(RunRows rows, bool configuration_is_there) {
  runs_->append(rows.runs);
  if (!rows.results.empty()) results_->append(rows.results);
  if (!configuration_is_there && !rows.configuration.empty()) configurations_->append(rows.configuration);
  if (!rows.simulation.empty()) simulation_->append(rows.simulation);
  fold(rows.details);
  details_->append(rows.details);
}

/// As insert_statement() has it done: by DuckDB's own lower(), which is that of ASCII where there is nothing else.
void BatchInsert::fold(Row& details) {
  static const auto place = static_cast<std::size_t>(
      std::find(details_table.columns.begin(), details_table.columns.end(), "search_text") - details_table.columns.begin());
  auto& text = std::get<std::string>(details[place]);
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return;
  }
  duck::Rows rows = connection_.query("SELECT lower(?)", {text});
  rows.next();
  text = rows.text(0);
}

void BatchInsert::add_audit(const Row& row) { audit_->append(row); }

void BatchInsert::finish() {
  for (auto* appender : {&runs_, &results_, &configurations_, &simulation_, &details_, &audit_}) (*appender)->close();
}

namespace {

void stage_texts(duck::Connection& connection, const std::vector<std::string>& texts) {
  connection.run("CREATE OR REPLACE TEMP TABLE staged_texts (text VARCHAR)");
  duck::Appender appender(connection, "temp", "staged_texts");
  for (const std::string& text : texts) appender.append(Row{text});
  appender.close();
}

struct Known {
  std::string content_hash;
  RunPlace place = RunPlace::current;
};

/// What the store knows of the ids, by one join instead of a look-up each.
std::map<std::string, Known> known_runs(duck::Connection& connection, const std::vector<Run>& runs) {
  std::vector<std::string> ids;
  for (const Run& run : runs) ids.push_back(run.metadata.run_id);
  stage_texts(connection, ids);
  std::map<std::string, Known> known;
  duck::Rows gone = connection.query(
      fmt::format("SELECT v.run_id, v.content_hash, v.state FROM temp.staged_texts t JOIN {}.optimization_run_versions v ON "
                  "v.run_id = t.text WHERE v.state IN ('trash', 'purged') ORDER BY v.version",
                  schema));
  while (gone.next()) {
    known[std::string(gone.text(0))] = {std::string(gone.text(1)), gone.text(2) == "purged" ? RunPlace::purged : RunPlace::trash};
  }
  duck::Rows current = connection.query(fmt::format(
      "SELECT d.run_id, d.content_hash FROM temp.staged_texts t JOIN {}.optimization_run_details d ON d.run_id = t.text", schema));
  while (current.next()) known[std::string(current.text(0))] = {std::string(current.text(1)), RunPlace::current};
  connection.run("DROP TABLE temp.staged_texts");
  return known;
}

/// What identifies a run and its configuration, computed before anything is looked up.
struct Identity {
  std::string content_hash;
  std::string given_hash;  ///< Before the assessment.
  std::string configuration_hash;
  std::string configuration_digest;  ///< SHA-256 of what the configuration's row will hold.
};

/// `assessments`: one a run, or none at all.
std::vector<Identity> identities_of(const std::vector<Run>& runs, const std::vector<Assessment>& assessments) {
  std::vector<Identity> identities(runs.size());
  core::for_each_index(runs.size(), [&](std::size_t i) {
    const std::string hash = assessments.empty() ? content_hash(runs[i]) : assessments[i].content_hash;
    identities[i] = {hash, assessments.empty() ? hash : assessments[i].given_hash, configuration_hash(runs[i].configuration),
                     core::sha256_hex(to_json(runs[i].configuration).dump(JsonStyle::canonical))};
  });
  return identities;
}

/// Configurations of a batch: which rows are there already, and which the batch itself brings.
class BatchConfigurations {
 public:
  BatchConfigurations(duck::Connection& connection, const std::vector<Identity>& identities) : connection_(connection) {
    std::vector<std::string> hashes;
    for (const Identity& identity : identities) hashes.push_back(identity.configuration_hash);
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    stage_texts(connection, hashes);
    duck::Rows rows = connection.query(fmt::format("SELECT configuration_hash FROM {}.{} WHERE configuration_hash IN (SELECT text FROM temp.staged_texts)",
                                                   schema, configurations_table.name));
    while (rows.next()) stored_.insert(std::string(rows.text(0)));
    connection.run("DROP TABLE temp.staged_texts");
  }

  struct Settled {
    Row row;
    bool is_there = false;  ///< In the store or brought by an earlier run of the batch.
  };

  /// The row of the run's configuration. Runs of a batch usually share few, so each is looked up once.
  Settled settle(StoredRun& stored, const Identity& identity) {
    stored.configuration_hash = identity.configuration_hash;
    if (const auto known = settled_.find(identity.configuration_digest); known != settled_.end()) {
      stored.configuration_hash = std::get<std::string>(known->second[0]);
      return {known->second, true};
    }
    if (stored_.contains(stored.configuration_hash)) {
      if (std::optional<Row> there = settle_configuration(connection_, stored)) {
        settled_.emplace(identity.configuration_digest, *there);
        return {std::move(*there), true};
      }
    } else if (brought_.contains(stored.configuration_hash)) {  // another content under the same MD5
      stored.configuration_hash += "-" + identity.configuration_digest.substr(0, 16);
    }
    stored.configuration_created_at = now();
    Row row = configuration_row(stored);
    brought_.insert(stored.configuration_hash);
    settled_.emplace(identity.configuration_digest, row);
    return {std::move(row), false};
  }

 private:
  duck::Connection& connection_;
  std::set<std::string> stored_;         // hashes that the store has
  std::set<std::string> brought_;        // and those that the batch adds
  std::map<std::string, Row> settled_;   // digest of a configuration -> its row
};

/// What becomes of each run, decided before anything is written.
enum class Fate { add, known };

Fate fate_of(const Run& run, const std::string& hash, const std::string& given_hash, const std::map<std::string, Known>& known,
             std::map<std::string, std::string>& in_batch) {
  const std::string& id = run.metadata.run_id;
  if (const auto [there, fresh] = in_batch.emplace(id, given_hash); !fresh) {
    if (there->second == given_hash) return Fate::known;
    throw Error(ErrorCode::already_exists, fmt::format("run '{}' comes twice with different content", id));
  }
  const auto found = known.find(id);
  if (found == known.end()) return Fate::add;
  if (found->second.place == RunPlace::purged) {
    throw Error(ErrorCode::wrong_state, fmt::format("run '{}' was purged; its id cannot be used again", id));
  }
  if (found->second.content_hash == hash || found->second.content_hash == given_hash) return Fate::known;
  throw Error(ErrorCode::already_exists,
              fmt::format("run '{}' {} with other content", id, found->second.place == RunPlace::trash ? "is in the trash" : "is here"));
}

struct BatchPlan {
  std::vector<Identity> identities;
  std::vector<Fate> fates;
};

BatchPlan plan_batch(duck::Connection& connection, std::vector<Run>& runs, const std::vector<Assessment>& assessments = {}) {
  BatchPlan plan{identities_of(runs, assessments), {}};
  const std::map<std::string, Known> known = known_runs(connection, runs);
  std::map<std::string, std::string> in_batch;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    Identity& identity = plan.identities[i];
    const auto there = known.find(runs[i].metadata.run_id);
    if (!assessments.empty() && assessments[i].dated && there != known.end() && there->second.place == RunPlace::current)
      date_assessment(runs[i], read_stored_run(connection, there->first).run.metadata.created_at, identity.content_hash);
    plan.fates.push_back(fate_of(runs[i], identity.content_hash, identity.given_hash, known, in_batch));
  }
  return plan;
}

/// Some runs of a batch on their way to the tables.
struct Portion {
  std::vector<StoredRun> stored;
  std::vector<BatchConfigurations::Settled> configurations;
  std::vector<RunRows> rows;
  std::vector<Row> audit;
};

void write_batch(duck::Connection& connection, std::vector<Run>& runs, const BatchPlan& plan, const Who& who,
                 std::string_view action, std::string_view reason, const ProgressCallback& progress) {
  BatchConfigurations configurations(connection, plan.identities);
  BatchInsert batch(connection, "store");
  AuditChain chain(connection, schema, who);
  const auto take = [&](std::size_t begin, std::size_t end) {
    Portion portion;
    for (std::size_t i = begin; i < end; ++i) {
      if (plan.fates[i] != Fate::add) continue;
      StoredRun& stored = portion.stored.emplace_back();
      stored.run = std::move(runs[i]);
      stored.details.content_hash = plan.identities[i].content_hash;
      stored.details.actor = who.actor;
      stored.details.session_id = who.session_id;
      stored.details.source = who.source;
      portion.configurations.push_back(configurations.settle(stored, plan.identities[i]));
    }
    return portion;
  };
  const auto make = [&](Portion& portion) {
    for (std::size_t i = 0; i < portion.stored.size(); ++i) {
      StoredRun& stored = portion.stored[i];
      portion.rows.push_back(rows_of(stored, portion.configurations[i].row));
      portion.audit.push_back(chain.next_row({.action = std::string(action),
                                              .run_id = stored.run.metadata.run_id,
                                              .version = 1,
                                              .reason = std::string(reason),
                                              .content_hash = stored.details.content_hash,
                                              .row_hash = stored.details.row_hash}));
    }
  };
  const auto write = [&](Portion& portion) {
    for (std::size_t i = 0; i < portion.rows.size(); ++i) {
      batch.add(std::move(portion.rows[i]), portion.configurations[i].is_there);
      batch.add_audit(portion.audit[i]);
    }
  };
  // One thread makes the rows of a portion while this one hands the portion before to DuckDB: both take about as long.
  constexpr std::size_t portion_runs = 256;
  Portion ready;
  for (std::size_t begin = 0; begin < runs.size(); begin += portion_runs) {
    if (progress && !progress(static_cast<std::int64_t>(begin), static_cast<std::int64_t>(runs.size()))) {
      throw Error(ErrorCode::cancelled, "cancelled; nothing was stored");
    }
    Portion next = take(begin, std::min(runs.size(), begin + portion_runs));
    std::future<void> made = std::async(std::launch::async, [&make, &next] { make(next); });
    write(ready);
    made.get();
    ready = std::move(next);
  }
  write(ready);
  batch.finish();
}

}  // namespace

std::vector<SaveReceipt> RunStore::save_all(std::vector<Run> runs, const ProgressCallback& progress) {
  Parts& p = *parts_;
  for (Run& run : runs) {
    check_and_complete(run, Origin::new_save);
    check_levers(run.configuration.initial_parameters, "configuration.initial_parameters");
    check_levers(run.results.optimal_parameters, "results.optimal_parameters");
    run.metadata.updated_at = now();
  }
  std::vector<Assessment> assessments(runs.size());
  core::for_each_index(runs.size(), [&](std::size_t i) { assessments[i] = assess(runs[i], p.options); });
  const auto session = p.write_session();
  const BatchPlan plan = plan_batch(session->connection(), runs, assessments);
  std::vector<SaveReceipt> receipts;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    receipts.push_back({runs[i].metadata.run_id, plan.fates[i] == Fate::add ? SaveOutcome::stored : SaveOutcome::unchanged, 1, {}});
  }
  write_batch(session->connection(), runs, plan, p.options.who, "save", {}, progress);
  session->commit();
  return receipts;
}

ImportedBatch RunStore::import_runs(std::vector<Run> runs, std::string_view origin, bool dry_run) {
  Parts& p = *parts_;
  for (Run& run : runs) {
    check_and_complete(run, Origin::older_file);
    if (run.metadata.updated_at == Timestamp{}) run.metadata.updated_at = run.metadata.created_at;
  }
  ImportedBatch result;
  const auto decide = [&](duck::Connection& connection) {
    const BatchPlan plan = plan_batch(connection, runs);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      result.runs.push_back({runs[i].metadata.run_id, plan.fates[i] == Fate::add ? ImportOutcome::added : ImportOutcome::known});
    }
    return plan;
  };
  if (dry_run) {
    if (!duck::identity_of(p.file->path())) {  // Nothing is made for a dry run: everything would be new.
      std::map<std::string, std::string> in_batch;
      for (const Run& run : runs) {
        const std::string hash = content_hash(run);
        const Fate fate = fate_of(run, hash, hash, {}, in_batch);
        result.runs.push_back({run.metadata.run_id, fate == Fate::add ? ImportOutcome::added : ImportOutcome::known});
      }
      return result;
    }
    const duck::Lease lease = p.read_lease();
    decide(lease.connection());
    return result;
  }
  const auto session = p.write_session();
  const BatchPlan plan = decide(session->connection());
  Who who = p.options.who;
  who.source = "import";
  write_batch(session->connection(), runs, plan, who, "import", origin, {});
  session->commit();
  return result;
}

}  // namespace planwise::store
