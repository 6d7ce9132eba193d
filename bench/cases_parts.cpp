// Where the time of one save goes: its steps one by one, over the store's own functions.
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "cases.h"
#include "measure.h"
#include "sample_stores.h"
#include "store/audit_chain.h"
#include "store/store_parts.h"

namespace planwise::bench {

using namespace planwise::store;  // NOLINT(google-build-using-namespace): every step is one of its functions

namespace {

/// Times of named steps, in order of their first appearance.
class Steps {
 public:
  template <typename Work>
  auto take(const std::string& name, Work&& work) {
    if (times_.find(name) == times_.end()) order_.push_back(name);
    const auto start = Clock::now();
    struct Stop {
      std::vector<double>& into;
      Clock::time_point start;
      ~Stop() { into.push_back(milliseconds_since(start)); }
    } stop{times_[name], start};
    return work();
  }
  void print() const {
    for (const std::string& name : order_) print_line("  " + name, figures_of(times_.at(name)), {});
  }

 private:
  std::vector<std::string> order_;
  std::map<std::string, std::vector<double>> times_;
};

void save_in_steps(Steps& steps, duck::Lease& lease, Run run, const Who& who) {
  duck::Connection& connection = lease.connection();
  steps.take("check, complete", [&] { check_and_complete(run, Origin::new_save); });
  const std::string hash = steps.take("content hash", [&] { return content_hash(run); });
  StoredRun fresh;
  fresh.details.content_hash = hash;
  fresh.details.actor = who.actor;
  fresh.details.session_id = who.session_id;
  fresh.details.source = who.source;
  const std::string run_id = run.metadata.run_id;
  fresh.run = std::move(run);
  fresh.run.metadata.updated_at = now();
  std::optional<duck::FileTransaction> transaction;
  steps.take("BEGIN, lock checked", [&] { transaction.emplace(lease); });
  std::optional<AuditChain> chain;
  steps.take("head of the audit log", [&] { chain.emplace(connection, schema, who); });
  (void)steps.take("run known? (details join runs)", [&] {
    return connection
        .query(fmt::format("SELECT d.content_hash, r.status, d.version FROM {0}.optimization_run_details d JOIN "
                           "{0}.optimization_runs r ON r.run_id = d.run_id WHERE d.run_id = ? AND r.run_id = ?",
                           schema),
               {run_id, run_id})
        .next();
  });
  (void)steps.take("place_of (details, versions)", [&] { return place_of(connection, run_id); });
  const std::optional<Row> there = steps.take("settle_configuration", [&] { return settle_configuration(connection, fresh); });
  fresh.configuration_created_at = now();
  const RunRows rows = steps.take("rows_of (JSON, digests)", [&] { return rows_of(fresh, there); });
  const auto insert = [&](const Table& table, const Row& row) {
    steps.take(fmt::format("INSERT {}", table.name), [&] { connection.query(insert_statement(table, schema), row); });
  };
  insert(runs_table, rows.runs);
  insert(results_table, rows.results);
  if (!there) insert(configurations_table, rows.configuration);
  insert(details_table, rows.details);
  steps.take("audit entry (hashes, INSERT)", [&] {
    chain->append({.action = "save", .run_id = run_id, .version = 1, .content_hash = hash, .row_hash = fresh.details.row_hash});
  });
  steps.take("COMMIT, lock checked", [&] { transaction->commit(); });
}

}  // namespace

void case_parts(const Settings& settings) {
  constexpr int saves = 100;
  for (const std::int64_t size : allowed(settings, {1'000, 10'000, 100'000})) {
    const ScratchStore scratch(filled_store("full", size));
    const auto file = duck::DatabaseFile::at(scratch.path());
    const Who who{"bench", "bench-session", "bench"};
    Steps leased, alone;
    {
      duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
      Steps warm;
      save_in_steps(warm, lease, new_full_run(size), who);
      for (int i = 1; i <= saves; ++i) save_in_steps(leased, lease, new_full_run(size + i), who);
    }
    for (int i = 1; i <= saves; ++i) {
      std::optional<duck::Lease> lease;
      alone.take("ATTACH and what is around it", [&] { lease.emplace(file->lease(duck::Access::write, std::chrono::seconds(5))); });
      save_in_steps(alone, *lease, new_full_run(size + saves + i), who);
      alone.take("CHECKPOINT when the log has 512 KB", [&] { file->checkpoint(512 << 10); });
      alone.take("DETACH", [&] { lease.reset(); });
    }
    print_note(fmt::format("in a lease, {} stored:", size));
    leased.print();
    print_note(fmt::format("open-save-close, {} stored:", size));
    alone.print();
  }
}

}  // namespace planwise::bench
