// Steering the growth of average pay to a target.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "manager/decision_parts.h"

namespace planwise::manager {

namespace {

Json iterations_of(const TuningResult& result) {
  Json rows = Json::array();
  for (const TuningIteration& iteration : result.iterations) {
    rows.push_back(Json(Json::Object{{"iteration", iteration.number},
                                     {"evaluation", static_cast<std::int64_t>(iteration.evaluation)},
                                     {"value", iteration.value},
                                     {"distance", iteration.distance},
                                     {"step", iteration.step}}));
  }
  return rows;
}

TuningResult tuned(const PreparedStudy& prepared, const StudyCall& call) {
  TuningSettings settings;
  settings.target = prepared.study.tune.target_growth;
  settings.tolerance = prepared.study.tune.tolerance;
  settings.max_iterations = prepared.study.tune.max_iterations;
  settings.strategy = prepared.study.tune.strategy;
  settings.seam = solver_settings(prepared, call);
  if (call.stop_after && *call.stop_after == 0) {
    TuningResult nothing;
    nothing.search.stop_reason = StopReason::cancelled;
    return nothing;
  }
  return tune_to_target(prepared.problem, settings);
}

}  // namespace

void carry_out_tuning(const PreparedStudy& prepared, const StudyCall& call, Run& run) {
  const TuningResult result = tuned(prepared, call);
  keep_ending(prepared, result.search, call, run);
  keep_evaluations(prepared, result.search.evaluations, run);
  Json& outcomes = run.results.projected_outcomes;
  Json tuning = Json::object();
  tuning.set("target", prepared.study.tune.target_growth);
  tuning.set("tolerance", prepared.study.tune.tolerance);
  tuning.set("strategy", to_text(prepared.study.tune.strategy));
  tuning.set("reached", result.reached && result.search.feasible);
  tuning.set("iterations", iterations_of(result));
  if (result.search.best) {
    const Evaluation& best = result.search.evaluations[*result.search.best];
    tuning.set("growth", best.outcome.objectives.front());
  }
  outcomes.set("tuning", std::move(tuning));
  if (!result.search.best) return;
  const Evaluation& start = result.search.evaluations.front();
  const Evaluation& best = result.search.evaluations[*result.search.best];
  if (!result.search.feasible) {
    keep_least_violated(prepared, best, run);
    return;
  }
  keep_point(prepared, start, best, run);
  if (run.metadata.status == "completed") keep_impacts(prepared, start.point, best.point, run);
}

}  // namespace planwise::manager
