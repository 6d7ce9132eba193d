// The small records of the public headers as JSON.
#include "planwise/history.h"
#include "planwise/query.h"

namespace planwise {

namespace {

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
Json or_null(const std::optional<Timestamp>& value) { return value ? Json(to_text(*value)) : Json(); }

}  // namespace

Json to_json(const RunSummary& s) {
  Json tags = Json::array();
  for (const std::string& tag : s.tags) tags.push_back(tag);
  return Json(Json::Object{{"run_id", s.run_id},
                           {"scenario_id", s.scenario_id},
                           {"user_id", or_null(s.user_id)},
                           {"session_id", or_null(s.session_id)},
                           {"optimization_type", s.optimization_type},
                           {"optimization_engine", s.optimization_engine},
                           {"status", s.status},
                           {"created_at", to_text(s.created_at)},
                           {"updated_at", to_text(s.updated_at)},
                           {"completed_at", or_null(s.completed_at)},
                           {"random_seed", or_null(s.random_seed)},
                           {"max_evaluations", or_null(s.max_evaluations)},
                           {"timeout_minutes", or_null(s.timeout_minutes)},
                           {"use_synthetic_mode", or_null(s.use_synthetic_mode)},
                           {"runtime_seconds", or_null(s.runtime_seconds)},
                           {"function_evaluations", or_null(s.function_evaluations)},
                           {"converged", or_null(s.converged)},
                           {"convergence_message", or_null(s.convergence_message)},
                           {"description", s.description},
                           {"tags", std::move(tags)},
                           {"business_justification", s.business_justification},
                           {"objective_value", or_null(s.objective_value)},
                           {"risk_level", or_null(s.risk_level)},
                           {"version", s.version},
                           {"content_hash", s.content_hash},
                           {"locked", s.locked},
                           {"archived_at", or_null(s.archived_at)},
                           {"queued", s.queued},
                           {"run_state", or_null(s.run_state)},
                           {"heartbeat", s.heartbeat ? to_json(*s.heartbeat) : Json()}});
}

Json to_json(const Heartbeat& heartbeat) {
  const RunProgress& p = heartbeat.progress;
  return Json(Json::Object{{"beat_at", to_text(heartbeat.beat_at)},
                           {"sequence", p.sequence},
                           {"evaluations", p.evaluations},
                           {"max_evaluations", or_null(p.max_evaluations)},
                           {"best_objective", or_null(p.best_objective)},
                           {"best_feasible", or_null(p.best_feasible)},
                           {"seconds", p.seconds},
                           {"host", heartbeat.host},
                           {"process_id", heartbeat.process_id}});
}

Json to_json(const RunningRun& run) {
  const auto stop = [&run]() -> Json {
    if (!run.stop) return {};
    return Json(Json::Object{{"requested_by", run.stop->requested_by},
                             {"requested_at", to_text(run.stop->requested_at)},
                             {"reason", run.stop->reason}});
  };
  return Json(Json::Object{{"run_id", run.run_id},
                           {"scenario_id", run.scenario_id},
                           {"optimization_type", run.optimization_type},
                           {"optimization_engine", run.optimization_engine},
                           {"actor", run.actor},
                           {"started_at", to_text(run.started_at)},
                           {"state", run.state},
                           {"heartbeat", run.heartbeat ? to_json(*run.heartbeat) : Json()},
                           {"stop", stop()}});
}

Json to_json(const Seal& seal) {
  return Json(Json::Object{{"format", "planwise-seal"},
                           {"store_id", seal.store_id},
                           {"sequence", seal.sequence},
                           {"entry_hash", seal.entry_hash},
                           {"sealed_at", to_text(seal.sealed_at)}});
}

Seal seal_from_json(const Json& document) {
  return {document.at("store_id").as_string(), document.at("sequence").as_integer(), document.at("entry_hash").as_string(),
          parse_time(document.at("sealed_at").as_string())};
}

Json to_json(const AuditEntry& entry) {
  return Json(Json::Object{{"sequence", entry.sequence},
                           {"recorded_at", to_text(entry.recorded_at)},
                           {"actor", entry.actor},
                           {"session_id", or_null(entry.session_id)},
                           {"source", entry.source},
                           {"action", entry.action},
                           {"run_id", or_null(entry.run_id)},
                           {"version", or_null(entry.version)},
                           {"changes", entry.changes},
                           {"reason", or_null(entry.reason)},
                           {"content_hash", or_null(entry.content_hash)},
                           {"previous_hash", entry.previous_hash},
                           {"entry_hash", entry.entry_hash}});
}

}  // namespace planwise
