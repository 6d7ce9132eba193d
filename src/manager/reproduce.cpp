// Making a run again, and comparing every byte that follows from the study and the data.
#include <fmt/format.h>

#include "core/hash.h"
#include "manager/decision_parts.h"
#include "manager/risk.h"
#include "planwise/compare.h"
#include "planwise/error.h"
#include "planwise/history.h"

namespace planwise {

namespace {

constexpr std::size_t most_differences = 20;

/// What a run says but for when, by whom and how long.
Json comparable(const Run& run) {
  const Json whole = to_json(run);
  Json document = Json::object();
  Json metadata = Json::object();
  for (const char* name : {"optimization_type", "optimization_engine", "status", "random_seed", "max_evaluations",
                           "use_synthetic_mode", "function_evaluations", "converged", "convergence_message"})
    metadata.set(name, whole.at("metadata").at(name));
  document.set("metadata", std::move(metadata));
  document.set("configuration", whole.at("configuration"));
  Json results = whole.at("results");
  if (Json* risk = results.find("risk_assessment"); risk != nullptr && risk->is_object())
    risk->erase("assessment_date");
  document.set("results", std::move(results));
  const Json* simulation_data = whole.find("simulation_data");
  document.set("simulation_data", simulation_data == nullptr ? Json() : *simulation_data);
  return document;
}

std::string short_text(const std::optional<Json>& value) {
  std::string text = value ? value->dump() : "nothing";
  constexpr std::size_t most = 120;
  if (text.size() > most) text = text.substr(0, most) + "...";
  return text;
}

std::vector<std::string> differences_between(const Json& stored, const Json& made) {
  std::vector<std::string> lines;
  for (const FieldChange& change : changed_fields(stored, made)) {
    if (lines.size() == most_differences) break;
    lines.push_back(
        fmt::format("{}: stored {}, made {}", change.path, short_text(change.old_value), short_text(change.new_value)));
  }
  return lines;
}

/// A run that was cut short by a person or a clock is made again up to where it was cut.
void cut_as_stored(const Run& stored, manager::StudyCall& call) {
  const Json* reason = stored.results.projected_outcomes.find("stop_reason");
  if (reason == nullptr || !reason->is_string()) {
    throw Error(ErrorCode::wrong_state,
                fmt::format("run '{}' ended without a result ({}): there is nothing to compare; `planwise resume` goes "
                            "on with it",
                            stored.metadata.run_id, stored.metadata.convergence_message.value_or("no reason given")));
  }
  const std::string& text = reason->as_string();
  if (text != to_text(StopReason::cancelled) && text != to_text(StopReason::time_limit) &&
      text != manager::stopped_by_loss)
    return;
  call.stop_after = stored.metadata.function_evaluations.value_or(0);
  call.stopped_by = text;
}

}  // namespace

void DecisionService::Parts::refuse_other_data(std::string_view run_id, const manager::PreparedStudy& prepared) {
  if (!manager::has_data(prepared.study)) return;
  const Json provenance = manager.provenance(run_id);
  const Json* data = provenance.find("data");
  const Json* content = data == nullptr ? nullptr : data->find("content");
  if (content == nullptr || !content->is_string() || content->as_string().empty()) return;
  if (content->as_string() == prepared.data.content) return;
  std::string changed;
  const Json* rows = data->find("rows");
  for (const auto& [table, count] : prepared.data.rows) {
    const Json* before = rows == nullptr ? nullptr : rows->find(table);
    if (before == nullptr || !before->is_integer() || before->as_integer() == count) continue;
    changed +=
        fmt::format("{}{} had {} rows and has {}", changed.empty() ? "" : ", ", table, before->as_integer(), count);
  }
  if (changed.empty()) changed = "as many rows as then, with other values";
  throw Error(ErrorCode::wrong_state,
              fmt::format("the data are others than those that run '{}' saw: {} (content {} then, {} now)", run_id,
                          changed, content->as_string().substr(0, 12), prepared.data.content.substr(0, 12)));
}

Reproduction DecisionService::reproduce(std::string_view run_id, const DecisionOptions& options) {
  const Run stored = parts_->manager.load(run_id);
  if (!is_finished(stored.metadata.status))
    throw Error(ErrorCode::wrong_state, fmt::format("run '{}' is {}; a finished run is allowed", stored.metadata.run_id,
                                                    stored.metadata.status));
  const Study study = manager::study_of(stored);
  manager::StudyCall call;
  cut_as_stored(stored, call);
  manager::PreparedStudy prepared = parts_->prepared(study, false);
  parts_->refuse_other_data(stored.metadata.run_id, prepared);
  manager::take_notes(stored, prepared);
  parts_->complete(call);
  call.threads = options.threads;
  bool stopped = false;
  call.progress = [&](const OptimizationProgress& progress) {
    if (options.progress && !options.progress({stored.metadata.run_id, progress})) stopped = true;
    return !stopped;
  };
  Run made = manager::begun_run(prepared);
  manager::carry_out(prepared, call, made);
  if (stopped) throw Error(ErrorCode::cancelled, "stopped before the run was made again");
  made.metadata.completed_at = stored.metadata.completed_at;
  if (call.stopped_by == manager::stopped_by_loss) {  // how it was closed was somebody's word
    made.metadata.status = stored.metadata.status;
    made.metadata.converged = stored.metadata.converged;
    made.metadata.convergence_message = stored.metadata.convergence_message;
  }
  (void)manager::assess_risk(LeverSchema::in_force(), made);
  // Through text, as the stored one came: what JSON cannot tell apart does not count.
  const Json before = comparable(stored), now = Json::parse(comparable(made).dump());
  Reproduction result;
  result.run_id = stored.metadata.run_id;
  const std::string stored_bytes = before.dump(JsonStyle::canonical), made_bytes = now.dump(JsonStyle::canonical);
  result.stored_hash = core::sha256_hex(stored_bytes);
  result.made_hash = core::sha256_hex(made_bytes);
  result.equal = stored_bytes == made_bytes;
  if (!result.equal) result.differences = differences_between(before, now);
  return result;
}

}  // namespace planwise
