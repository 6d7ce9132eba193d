// Closing a run whose process is gone, with what it had found until then.
#include <fmt/format.h>

#include "manager/decision_parts.h"
#include "planwise/error.h"

namespace planwise {

void DecisionService::close_lost(std::string_view run_id, std::string_view status, std::string_view reason) {
  ResultsManager& store = parts_->manager;
  const Run stored = store.load(run_id);
  const std::string id = stored.metadata.run_id;
  std::vector<Evaluation> found;
  std::optional<manager::PreparedStudy> prepared;
  const bool closes = status == "failed" || status == "cancelled";  // the store refuses others, saying what is allowed
  if (closes && stored.metadata.status == "running") found = manager::recorded_evaluations(store, id);
  if (!found.empty()) {
    try {
      prepared = parts_->prepared(manager::study_of(stored), false);
      parts_->refuse_other_data(id, *prepared);
      manager::take_notes(stored, *prepared);
      if (!manager::can_take_over(prepared->study)) prepared.reset();
    } catch (const Error&) {
      prepared.reset();  // its data are not there, or others by now
    }
  }
  if (!prepared) {
    store.close_lost(id, status, reason);
    return;
  }
  SaveOptions save;
  save.owner_token = store.take_over(id, reason.empty() ? "closed as lost" : reason);
  const RunSummary summary = store.summary(id);
  manager::StudyCall call;
  call.recorded = std::move(found);
  call.stop_after = static_cast<std::int64_t>(call.recorded.size());
  call.stopped_by = manager::stopped_by_loss;
  parts_->complete(call);
  Run run = manager::begun_run(*prepared);
  manager::keep_identity(stored, run);
  manager::carry_out(*prepared, call, run);
  run.metadata.status = std::string(status);
  run.metadata.converged = false;
  run.metadata.convergence_message =
      fmt::format("{}; what was found in {} evaluations is kept",
                  reason.empty() ? std::string("lost: its process is gone") : std::string(reason), *call.stop_after);
  if (summary.heartbeat) run.metadata.runtime_seconds = summary.heartbeat->progress.seconds;
  run.metadata.completed_at = now();
  store.save(run, save);
}

}  // namespace planwise
