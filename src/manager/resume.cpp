// Going on with a run: from the evaluations that its reports kept, or from those that it holds itself.
#include <fmt/format.h>

#include "core/ids.h"
#include "manager/decision_parts.h"
#include "planwise/error.h"

namespace planwise {

namespace manager {

std::optional<Study> study_behind(const Run& run) {
  const Json& kept = run.configuration.algorithm_config;
  if (!kept.is_object() || kept.find("kind") == nullptr || kept.find("solver") == nullptr) return std::nullopt;
  return study_from_json(kept);
}

Study study_of(const Run& run) {
  if (std::optional<Study> study = study_behind(run)) return std::move(*study);
  throw Error(
      ErrorCode::wrong_state,
      fmt::format("run '{}' was not made by a study of planwise: it holds no study to run", run.metadata.run_id));
}

namespace {

std::int64_t& limit_of(Study& study) {
  switch (study.kind) {
    case StudyKind::tune:
      return study.tune.max_iterations;
    case StudyKind::sensitivity:
      return study.sensitivity.max_evaluations;
    case StudyKind::uncertainty:
      return study.uncertainty.seeds;
    default:
      return study.solver.max_evaluations;
  }
}

std::vector<Evaluation> from_run(const Run& run) {
  std::vector<Evaluation> evaluations;
  const Json* kept = run.simulation_data ? run.simulation_data->find("evaluations") : nullptr;
  if (kept == nullptr) return evaluations;
  for (const Json& record : kept->as_array()) evaluations.push_back(evaluation_from(record));
  return usable(std::move(evaluations));
}

}  // namespace

std::vector<Evaluation> recorded_evaluations(ResultsManager& manager, std::string_view run_id) {
  std::vector<Evaluation> evaluations;
  for (const Json& payload : manager.progress_payloads(run_id)) {
    const Json* batch = payload.find("evaluations");
    if (batch == nullptr) continue;
    for (const Json& record : batch->as_array()) evaluations.push_back(evaluation_from(record));
  }
  return usable(std::move(evaluations));
}

/// Morris chooses its trajectories by their number, and an ensemble keeps no evaluations: those begin anew.
bool can_take_over(const Study& study) {
  return study.kind != StudyKind::uncertainty &&
         (study.kind != StudyKind::sensitivity || study.sensitivity.method != "morris");
}

void keep_identity(const Run& stored, Run& run) {
  run.metadata.run_id = stored.metadata.run_id;
  run.metadata.created_at = stored.metadata.created_at;
  run.metadata.description = stored.metadata.description;
  run.metadata.tags = stored.metadata.tags;
  run.notes = stored.notes;
}

}  // namespace manager

namespace {

void set_limit(Study& study, const Run& run, std::optional<std::int64_t> wanted) {
  std::int64_t& limit = manager::limit_of(study);
  if (wanted && *wanted < limit) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} evaluations are fewer than the {} that run '{}' was asked for; more are allowed",
                            *wanted, limit, run.metadata.run_id));
  }
  const bool same = !wanted || *wanted == limit;
  if (same && run.metadata.status == "completed") {
    throw Error(ErrorCode::wrong_state,
                fmt::format("run '{}' is completed; it goes on with more than the {} evaluations that it was asked for",
                            run.metadata.run_id, limit));
  }
  if (wanted) limit = *wanted;
}

}  // namespace

Run DecisionService::resume(std::string_view run_id, std::optional<std::int64_t> max_evaluations,
                            const DecisionOptions& options) {
  ResultsManager& store = parts_->manager;
  const Run stored = store.load(run_id);
  Study study = manager::study_of(stored);
  set_limit(study, stored, max_evaluations);
  const bool lost = stored.metadata.status == "running";
  manager::PreparedStudy prepared = parts_->prepared(study, false);
  parts_->refuse_other_data(stored.metadata.run_id, prepared);
  manager::take_notes(stored, prepared);
  Run run = manager::begun_run(prepared);
  manager::StudyCall call;
  SaveReceipt receipt;
  std::int64_t reports = 0;
  if (lost) {
    receipt.run_id = stored.metadata.run_id;
    receipt.owner_token = store.take_over(receipt.run_id, "resumed");
    const RunSummary summary = store.summary(receipt.run_id);
    if (summary.heartbeat) {
      reports = summary.heartbeat->progress.sequence + 1;
      call.seconds_used = summary.heartbeat->progress.seconds;
    }
    call.recorded = manager::recorded_evaluations(store, receipt.run_id);
    manager::keep_identity(stored, run);
  } else {
    call.recorded = manager::from_run(stored);
    if (call.recorded.empty() && stored.metadata.status != "completed")
      call.recorded = manager::recorded_evaluations(store, stored.metadata.run_id);
    run.metadata.run_id = core::new_uuid();
    SaveOptions save;
    save.provenance = parts_->provenance_of(prepared);
    save.provenance.set("continues", stored.metadata.run_id);
    save.working = true;
    receipt = store.save(run, save);
  }
  if (!manager::can_take_over(prepared.study)) call.recorded.clear();
  return parts_->work_on(prepared, std::move(run), receipt, std::move(call), options, reports);
}

}  // namespace planwise
