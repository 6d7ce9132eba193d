// Facts of a whole decision run as studies store them, and of an older run that holds next to nothing.
#pragma once

#include <string>

#include "report/facts.h"
#include "sample_runs.h"

namespace planwise::report::test {

inline Json sample_study() {
  return Json::parse(R"({
    "kind": "optimize", "scenario_id": "merit_2026",
    "evaluator": {"kind": "simulator"},
    "simulation": {"first_year": 2026, "last_year": 2029, "target_year": 2029, "seed": 42, "seeds": 1},
    "levers": {"locked": ["promotion_raise_level_1"]},
    "objective": {"weights": {"cost": 0.4, "equity": 0.3, "targets": 0.3}, "form": "as_it_stands"},
    "solver": {"algorithm": "SLSQP", "max_evaluations": 200}
  })");
}

inline Json sample_outcomes() {
  return Json::parse(R"({
    "target_year": 2029, "feasible": true, "stop_reason": "converged",
    "years": {
      "2028": {"active_compensation": {"baseline": 771800000.0, "best": 764200000.0, "change": -7600000.0},
               "prorated_compensation": {"baseline": 790100000.0, "best": 783400000.0, "change": -6700000.0},
               "active_headcount": {"baseline": 4918.0, "best": 4918.0, "change": 0.0}},
      "2029": {"active_compensation": {"baseline": 796000000.0, "best": 783500000.0, "change": -12500000.0},
               "prorated_compensation": {"baseline": 815000000.0, "best": 804200000.0, "change": -10800000.0},
               "active_headcount": {"baseline": 5064.0, "best": 5064.0, "change": 0.0}}},
    "constraints": [
      {"name": "budget", "figure": "active_compensation", "unit": "money", "level": null, "year": 2029, "minimum": null,
       "maximum": 785000000.0, "value": 783500000.0, "violation": 0.0, "headroom": 1500000.0, "satisfied": true},
      {"name": "growth", "figure": "mean_growth", "unit": "fraction", "level": null, "year": 2029, "minimum": 0.02,
       "maximum": null, "value": 0.019, "violation": 0.001, "headroom": 0.0, "satisfied": false}],
    "start": {"objective_value": 318.6, "objective_breakdown": {"cost": 796.0, "equity": 0.61}},
    "front": {"size": 3, "points": [
        {"evaluation": 4, "goals": {"cost": 781.0, "equity": 0.66}, "knee": false},
        {"evaluation": 9, "goals": {"cost": 785.0, "equity": 0.61}, "knee": true},
        {"evaluation": 7, "goals": {"cost": 799.0, "equity": 0.6}, "knee": false}],
      "hypervolume": 3.25, "hypervolume_reference": [800.0, 0.7], "price_of_equity": {"money_per_point": 812500.0}},
    "uncertainty": {"seeds": 200, "plan": {
      "2028": {"active_compensation": {"n": 200, "p10": {"value": 755000000.0, "low": null, "high": null},
               "p50": {"value": 764000000.0, "low": null, "high": null}, "p90": {"value": 772000000.0, "low": null, "high": null}}},
      "2029": {"active_compensation": {"n": 200, "p10": {"value": 774000000.0, "low": null, "high": null},
               "p50": {"value": 783000000.0, "low": null, "high": null}, "p90": {"value": 792000000.0, "low": null, "high": null},
               "threshold": 785000000.0, "chance_above": {"value": 0.38, "low": 0.31, "high": 0.45}}}}},
    "notes": ["levers from comp_levers"]
  })");
}

inline Json sample_sensitivity() {
  return Json::parse(R"({"method": "sobol", "sobol": {"outputs": [{"output": "objective", "effects": [
    {"factor": "cola_rate", "first_order": {"value": 0.52, "low": 0.48, "high": 0.56}, "total_order": {"value": 0.55, "low": 0.5, "high": 0.6}, "no_effect": false},
    {"factor": "merit_rate_level_1", "first_order": {"value": 0.31, "low": 0.27, "high": 0.35}, "total_order": {"value": 0.33, "low": 0.28, "high": 0.38}, "no_effect": false},
    {"factor": "promotion_raise_level_5", "first_order": {"value": 0.0, "low": 0.0, "high": 0.0}, "total_order": {"value": 0.0, "low": 0.0, "high": 0.0}, "no_effect": true}]}]}})");
}

/// Everything that a report looks for.
inline ReportFacts decision_facts() {
  ReportFacts facts;
  Run& run = facts.subject.run;
  run = planwise::testing::full_run("merit_2026");
  run.metadata.run_id = "0c2f4f3e-0000-4000-8000-000000000001";
  run.metadata.optimization_engine = "nlopt_slsqp";
  run.configuration.initial_parameters = LeverSchema::shipped().defaults();
  run.configuration.parameter_bounds = LeverSchema::shipped().search_bounds();
  run.configuration.algorithm_config = sample_study();
  run.results.optimal_parameters = LeverSchema::shipped().defaults();
  run.results.optimal_parameters.set("cola_rate", 0.0);
  run.results.optimal_parameters.set("merit_rate_level_1", 0.02);
  run.results.objective_value = 313.7;
  run.results.objective_breakdown =
      Json::parse(R"({"cost": 783.5, "equity": 0.64, "targets": 0.0001, "equity_within_cap": 0.11})");
  run.results.objective_history = Json::parse("[318.6, 316.0, 316.5, 313.7]");
  run.results.constraint_violations = Json::array();
  run.results.projected_outcomes = sample_outcomes();
  run.results.sensitivity_analysis = sample_sensitivity();
  run.results.estimated_cost_impact =
      Json::parse(R"({"baseline": 796000000.0, "proposed": 783500000.0, "year": 2029})");
  run.results.estimated_employee_impact = Json::parse(R"({"employees_affected": 4300.0, "by_level": [
    {"level": 1, "active": 2100.0, "affected": 2100.0, "mean_pay_baseline": 71000.0, "mean_pay_proposed": 70100.0, "levers_changed": ["cola_rate"]},
    {"level": 2, "active": 900.0, "affected": 900.0, "mean_pay_baseline": 93000.0, "mean_pay_proposed": 92100.0, "levers_changed": ["cola_rate"]},
    {"level": 5, "active": 3.0, "affected": 3.0, "mean_pay_baseline": 912345.0, "mean_pay_proposed": 901234.0, "levers_changed": ["cola_rate"]}]})");
  facts.subject.content_hash = content_hash(run);
  facts.subject.provenance =
      Json::parse(R"({"program": "planwise 0.1.0", "data": {"content": "5f1d"}, "seed": 7, "solver": "nlopt_slsqp"})");
  facts.audit = {{1, parse_time("2026-03-01T10:05:00Z"), "analyst", "save", std::string(64, 'a'), std::nullopt}};
  facts.store = "planwise.duckdb";
  return facts;
}

/// What an import of an older file may leave: two levers and a value.
inline ReportFacts bare_facts() {
  ReportFacts facts;
  Run& run = facts.subject.run;
  run.metadata.run_id = "old-1";
  run.metadata.scenario_id = "imported";
  run.metadata.created_at = parse_time("2025-07-29T20:24:00Z");
  run.results.optimal_parameters = Json::parse(R"({"cola_rate": 0.02, "merit_rate_level_1": 0.045})");
  run.results.objective_value = 0.25;
  facts.subject.content_hash = content_hash(run);
  return facts;
}

}  // namespace planwise::report::test
