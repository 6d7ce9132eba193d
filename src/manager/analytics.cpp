// Analytics: the store counts, this says it as JSON.
#include "manager/parts.h"

namespace planwise {

namespace {

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json spread_json(const ValueSpread& spread) {
  return Json(Json::Object{{"count", spread.count},
                           {"min", or_null(spread.min)},
                           {"median", or_null(spread.median)},
                           {"mean", or_null(spread.mean)},
                           {"p90", or_null(spread.p90)},
                           {"max", or_null(spread.max)}});
}

Json figures_json(const AnalyticsFigures& f) {
  Json objective = spread_json(f.objective_value);
  objective.set("not_finite", f.objective_not_finite);
  return Json(Json::Object{{"runs", f.runs},
                           {"status", Json(Json::Object{{"completed", f.completed},
                                                        {"failed", f.failed},
                                                        {"cancelled", f.cancelled},
                                                        {"draft", f.draft},
                                                        {"running", f.running},
                                                        {"lost", f.lost},
                                                        {"other", f.other_status}})},
                           {"convergence", Json(Json::Object{{"converged", f.converged},
                                                             {"not_converged", f.not_converged},
                                                             {"not_reported", f.convergence_not_reported}})},
                           {"runtime_seconds", spread_json(f.runtime_seconds)},
                           {"function_evaluations", spread_json(f.function_evaluations)},
                           {"objective_value", std::move(objective)},
                           {"risk", Json(Json::Object{{"LOW", f.risk_low},
                                                      {"MEDIUM", f.risk_medium},
                                                      {"HIGH", f.risk_high},
                                                      {"CRITICAL", f.risk_critical},
                                                      {"other", f.other_risk},
                                                      {"not_assessed", f.not_assessed}})}});
}

}  // namespace

Json to_json(const Analytics& analytics) {
  Json groupings = Json::array();
  for (const AnalyticsGrouping& grouping : analytics.groupings) {
    Json groups = Json::array();
    for (const AnalyticsGroup& group : grouping.groups) {
      Json object(Json::Object{{"key", group.key}});
      Json figures = figures_json(group.figures);
      for (auto& [name, value] : figures.as_object()) object.set(name, std::move(value));
      groups.push_back(std::move(object));
    }
    groupings.push_back(Json(Json::Object{{"by", grouping.by},
                                          {"groups", std::move(groups)},
                                          {"groups_left_out", grouping.groups_left_out},
                                          {"runs_left_out", grouping.runs_left_out}}));
  }
  return Json(Json::Object{{"figures", figures_json(analytics.all)}, {"groupings", std::move(groupings)}});
}

Analytics ResultsManager::analytics(const AnalyticsRequest& request) { return parts_->store.analytics(request); }

}  // namespace planwise
