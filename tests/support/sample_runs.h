// Runs for tests: a small finished one, and one with something in every field.
#pragma once

#include <string>

#include "planwise/run.h"

namespace planwise::testing {

inline Run small_run(const std::string& scenario = "merit_2026") {
  Run run;
  run.metadata.scenario_id = scenario;
  run.metadata.description = "Spring planning";
  run.metadata.tags = {"q4", "budget"};
  run.configuration.initial_parameters.set("cola_rate", 0.025);
  run.results.optimal_parameters.set("cola_rate", 0.02);
  run.results.optimal_parameters.set("merit_rate_level_1", 0.045);
  run.results.objective_value = 0.25;
  run.results.risk_level = "LOW";
  return run;
}

inline Run full_run(const std::string& scenario = "full_2026") {
  Run run = small_run(scenario);
  Metadata& m = run.metadata;
  m.user_id = "analyst";
  m.session_id = "session-1";
  m.optimization_type = "advanced_scipy";
  m.optimization_engine = "scipy_de";
  m.created_at = parse_time("2026-03-01T10:00:00.123456Z");
  m.completed_at = parse_time("2026-03-01T10:05:00Z");
  m.random_seed = 4'294'967'295;  // beyond the column's 32 bits
  m.max_evaluations = 200;
  m.timeout_minutes = 60;
  m.use_synthetic_mode = false;
  m.runtime_seconds = 12.5;
  m.function_evaluations = 187;
  m.converged = true;
  m.convergence_message = "Optimization terminated successfully";
  m.business_justification = "Keep growth within \"budget\" – 100 %_sure";
  run.configuration.objectives = {{"cost", 0.4, {}, "minimize", "cost"}, {"growth", 0.6, 0.03, "maximize", "growth"}};
  Constraint cap;
  cap.name = "budget_cap";
  cap.bounds = Json::parse("[0.0, null]");
  run.configuration.constraints = {cap};
  run.configuration.parameter_bounds = Json::parse(R"({"cola_rate": [0.0, 0.05]})");
  run.configuration.algorithm_config = Json::parse(R"({"algorithm": "DE", "big": 123456789012345678901234567890, "n": 1, "x": 1.0})");
  run.results.objective_breakdown = Json::parse(R"({"cost": 4.5, "growth": -0.0})");
  run.results.parameter_history = Json::parse(R"([{"cola_rate": 0.03}, {"cola_rate": 0.02}])");
  run.results.objective_history = Json::parse(R"([1.5, "NaN", 0.25])");
  run.results.constraint_violations = Json::parse(R"(["budget_cap: 12.5"])");
  run.results.parameter_warnings = Json::parse(R"(["cola_rate: near lower bound"])");
  run.results.risk_assessment = Json::parse(R"({"level": "LOW", "factors": []})");
  run.results.estimated_cost_impact = Json::parse(R"({"total_cost": 1250000.0})");
  run.results.projected_outcomes = Json::parse(R"({"workforce_summary": {"2026": {"total_headcount": 1200, "total_compensation": 120000000.5}}})");
  run.results.sensitivity_analysis = Json::parse(R"({"cola_rate": {"impact": 0.8}})");
  run.simulation_data = Json::parse(R"({"simulation_results": {"years": [2026]}, "event_data": null, "extra": {"kept": true}})");
  run.notes = "checked twice, ümlaut";
  return run;
}

}  // namespace planwise::testing
