// The results of sensitivity.h as JSON: keys as the members are called.
#include <limits>
#include <string>

#include "planwise/sensitivity.h"

namespace planwise {
namespace {

/// Seeds above the largest signed number keep their digits.
Json seed_json(std::uint64_t seed) {
  if (seed <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return static_cast<std::int64_t>(seed);
  return Json::BigInteger{std::to_string(seed)};
}

template <class Items>
Json list_of(const Items& items, Json (*json)(const typename Items::value_type&)) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(json(item));
  return list;
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(value);
  return list;
}

Json local_effect(const LocalEffect& effect) {
  Json json = Json::object();
  json.set("factor", effect.factor);
  json.set("low", effect.low);
  json.set("high", effect.high);
  json.set("slope", to_json(effect.slope));
  json.set("per_range", to_json(effect.per_range));
  json.set("elasticity", effect.elasticity ? to_json(*effect.elasticity) : Json());
  json.set("no_effect", effect.no_effect);
  return json;
}

Json local_output(const LocalOutput& output) {
  Json json = Json::object();
  json.set("output", output.output);
  json.set("value", to_json(output.value));
  json.set("effects", list_of(output.effects, local_effect));
  return json;
}

Json tornado_bar(const TornadoBar& bar) {
  Json json = Json::object();
  json.set("factor", bar.factor);
  json.set("low_at", bar.low_at);
  json.set("high_at", bar.high_at);
  json.set("low", bar.low);
  json.set("high", bar.high);
  json.set("swing", bar.swing);
  json.set("no_effect", bar.no_effect);
  return json;
}

Json tornado_output(const TornadoOutput& output) {
  Json json = Json::object();
  json.set("output", output.output);
  json.set("value", output.value);
  json.set("bars", list_of(output.bars, tornado_bar));
  return json;
}

Json morris_effect(const MorrisEffect& effect) {
  Json json = Json::object();
  json.set("factor", effect.factor);
  json.set("mu", effect.mu);
  json.set("mu_star", to_json(effect.mu_star));
  json.set("sigma", effect.sigma);
  json.set("no_effect", effect.no_effect);
  return json;
}

Json morris_output(const MorrisOutput& output) {
  Json json = Json::object();
  json.set("output", output.output);
  json.set("effects", list_of(output.effects, morris_effect));
  return json;
}

Json sobol_effect(const SobolEffect& effect) {
  Json json = Json::object();
  json.set("factor", effect.factor);
  json.set("first_order", to_json(effect.first_order));
  json.set("total_order", to_json(effect.total_order));
  json.set("no_effect", effect.no_effect);
  return json;
}

Json sobol_output(const SobolOutput& output) {
  Json json = Json::object();
  json.set("output", output.output);
  json.set("mean", output.mean);
  json.set("variance", output.variance);
  json.set("constant", output.constant);
  json.set("effects", list_of(output.effects, sobol_effect));
  return json;
}

Json given_effect(const GivenDataEffect& effect) {
  Json json = Json::object();
  json.set("factor", effect.factor);
  json.set("first_order", effect.first_order ? to_json(*effect.first_order) : Json());
  json.set("reason", effect.reason);
  json.set("distinct", effect.distinct);
  json.set("correlated_with", effect.correlated_with);
  json.set("correlation", effect.correlation);
  return json;
}

}  // namespace

Json to_json(const Estimate& estimate) {
  Json json = Json::object();
  json.set("value", estimate.value);
  json.set("low", estimate.interval ? Json(estimate.interval->low) : Json());
  json.set("high", estimate.interval ? Json(estimate.interval->high) : Json());
  return json;
}

Json to_json(const LocalResult& result) {
  Json json = Json::object();
  json.set("point", numbers(result.point));
  json.set("outputs", list_of(result.outputs, local_output));
  json.set("evaluations", result.evaluations);
  json.set("replications", result.replications);
  json.set("confidence", result.confidence);
  return json;
}

Json to_json(const TornadoResult& result) {
  Json json = Json::object();
  json.set("point", numbers(result.point));
  json.set("outputs", list_of(result.outputs, tornado_output));
  json.set("evaluations", result.evaluations);
  return json;
}

Json to_json(const MorrisResult& result) {
  Json json = Json::object();
  json.set("outputs", list_of(result.outputs, morris_output));
  json.set("evaluations", result.evaluations);
  json.set("trajectories", result.trajectories);
  json.set("levels", result.levels);
  json.set("seed", seed_json(result.seed));
  json.set("confidence", result.confidence);
  return json;
}

Json to_json(const SobolResult& result) {
  Json json = Json::object();
  json.set("outputs", list_of(result.outputs, sobol_output));
  json.set("n", result.n);
  json.set("evaluations", result.evaluations);
  json.set("widest_interval", result.widest_interval);
  json.set("stop", to_text(result.stop));
  json.set("seed", seed_json(result.seed));
  json.set("confidence", result.confidence);
  return json;
}

Json to_json(const GivenDataResult& result) {
  Json json = Json::object();
  json.set("output", result.output);
  json.set("rows", result.rows);
  json.set("duplicates", result.duplicates);
  json.set("incomplete", result.incomplete);
  json.set("refusal", result.refusal);
  json.set("effects", list_of(result.effects, given_effect));
  json.set("seed", seed_json(result.seed));
  json.set("confidence", result.confidence);
  return json;
}

Json to_json(const EnsembleSummary& summary) {
  Json json = Json::object();
  json.set("n", summary.n);
  json.set("mean", to_json(summary.mean));
  json.set("p10", to_json(summary.p10));
  json.set("p50", to_json(summary.p50));
  json.set("p90", to_json(summary.p90));
  json.set("least", summary.least);
  json.set("most", summary.most);
  json.set("standard_deviation", summary.standard_deviation);
  json.set("threshold", summary.threshold ? Json(*summary.threshold) : Json());
  json.set("chance_above", summary.chance_above ? to_json(*summary.chance_above) : Json());
  json.set("confidence", summary.confidence);
  return json;
}

}  // namespace planwise
