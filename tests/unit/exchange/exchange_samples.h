/// \file
/// Runs to export in tests: one as people have them, one with everything that formats like to lose.
#pragma once

#include <cmath>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "exchange/run_writer.h"
#include "planwise/run.h"

namespace planwise::test {

/// A folder of its own, removed at the end.
class ExchangeFolder {
 public:
  ExchangeFolder() {
    std::random_device device;
    path_ = std::filesystem::temp_directory_path() /
            ("planwise-exchange-" + std::to_string(device()) + std::to_string(device()));
    std::filesystem::create_directory(path_);
  }
  ~ExchangeFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ExchangeFolder(const ExchangeFolder&) = delete;
  ExchangeFolder& operator=(const ExchangeFolder&) = delete;
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline exchange::ExportContext sample_context() {
  exchange::ExportContext context;
  context.query = "status:completed objective<0.3";
  context.exported_at = parse_time("2026-01-15T09:30:00Z");
  context.exported_by = "analyst1";
  context.program_version = "0.1.0";
  context.store = "planwise.duckdb";
  return context;
}

inline void add_levers(Run& run) {
  double shift = 0;
  for (const std::string_view lever : lever_names) {
    const bool adjustment = lever == "new_hire_salary_adjustment";
    const double initial = adjustment ? 1.15 : 0.03 + shift;
    run.configuration.initial_parameters.set(lever, initial);
    run.results.optimal_parameters.set(lever, initial * (adjustment ? 0.98 : 0.9) + 0.0013);
    run.configuration.parameter_bounds.set(lever,
                                           adjustment ? Json(Json::Array{1.0, 1.3}) : Json(Json::Array{0.0, 0.2}));
    shift += 0.004;
  }
}

inline void add_histories(Run& run) {
  for (int step = 0; step < 24; ++step) {
    const double share = 1 - std::exp(-step / 6.0);
    Json values = Json::object();
    for (const auto& [lever, initial] : run.configuration.initial_parameters.as_object()) {
      const double target = run.results.optimal_parameters.at(lever).as_real();
      values.set(lever, initial.as_real() + (target - initial.as_real()) * share);
    }
    run.results.parameter_history.push_back(std::move(values));
    run.results.objective_history.push_back(0.42 - 0.17 * share);
  }
}

inline void add_outcomes(Run& run) {
  Json years = Json::object();
  std::int64_t headcount = 4506;
  double pay = 722'700'000.0;
  for (int year = 2025; year <= 2029; ++year) {
    years.set(std::to_string(year), Json::Object{{"total_headcount", headcount},
                                                 {"total_compensation", pay},
                                                 {"avg_compensation", pay / static_cast<double>(headcount)},
                                                 {"new_hires", std::int64_t{556 + (year - 2025) * 25}},
                                                 {"terminations", std::int64_t{613 + (year - 2025) * 30}}});
    headcount += 135;
    pay *= 1.021;
  }
  run.results.projected_outcomes.set("workforce_summary", years);
  run.results.projected_outcomes.set("growth_target_met", true);
  run.simulation_data =
      Json::Object{{"simulation_results",
                    Json::Object{{"workforce_summary", years}, {"years", Json::Array{2025, 2026, 2027, 2028, 2029}}}},
                   {"workforce_snapshots", Json::Object{{"total_headcount", 23904}, {"avg_compensation", 157'000.25}}},
                   {"event_data", Json::Array{Json::Object{{"year", 2025}, {"event", "hire"}, {"count", 741}},
                                              Json::Object{{"year", 2025}, {"event", "promotion"}, {"count", 445}},
                                              Json::Object{{"year", 2026}, {"event", "hire"}, {"count", 809}}}},
                   {"data_quality_metrics", Json::Object{{"overall", "good"}, {"missing_years", Json::array()}}}};
}

/// A finished run of the usual kind.
inline Run plain_run(int number = 1) {
  Run run;
  Metadata& metadata = run.metadata;
  metadata.run_id =
      "6f0c2a4e-0000-4000-8000-" + std::string(12 - std::to_string(number).size(), '0') + std::to_string(number);
  metadata.scenario_id = "merit_2026_v" + std::to_string(number);
  metadata.user_id = "analyst1";
  metadata.session_id = "sess-0020";
  metadata.optimization_type = "advanced_scipy";
  metadata.optimization_engine = "scipy_slsqp";
  metadata.created_at = parse_time("2025-07-30T04:00:00.023583Z");
  metadata.updated_at = parse_time("2025-07-30T04:01:00Z");
  metadata.completed_at = parse_time("2025-07-30T04:00:47.5Z");
  metadata.random_seed = 42;
  metadata.max_evaluations = 200;
  metadata.timeout_minutes = 60;
  metadata.runtime_seconds = 84.85282079831553;
  metadata.function_evaluations = 128;
  metadata.converged = true;
  metadata.convergence_message = "Optimization terminated successfully";
  metadata.description = "Merit and COLA review for the 2026 budget";
  metadata.tags = {"budget", "fy2026", "q4"};
  metadata.business_justification = "Keep compensation growth within the approved budget while closing pay gaps";
  run.configuration.objectives = {{"cost", 0.4, 725.5, "minimize", "Total compensation cost"},
                                  {"equity", 0.3, {}, "minimize", "Equity across levels"},
                                  {"targets", 0.3, {}, "minimize", "Growth target"}};
  run.configuration.constraints = {{"budget_cap", "inequality", Json(Json::Array{0.0, 2500000.0}), "Yearly budget"},
                                   {"headcount", "equality", Json(), "Fixed headcount"}};
  add_levers(run);
  run.configuration.algorithm_config = Json::Object{{"algorithm", "SLSQP"},
                                                    {"maxiter", 100},
                                                    {"ftol", 1e-6},
                                                    {"options", Json::Object{{"restarts", 3}, {"polish", true}}}};
  run.results.objective_value = 0.24968694069387066;
  run.results.objective_breakdown =
      Json::Object{{"cost", 0.19974955}, {"equity", 0.0352660944}, {"targets", 0.01478526}};
  add_histories(run);
  run.results.constraint_violations = Json::Array{"budget_cap: 0.3 % above the yearly budget"};
  run.results.parameter_warnings = Json::Array{"merit_rate_level_5 is close to its upper bound"};
  run.results.risk_level = "MEDIUM";
  run.results.risk_assessment =
      Json::Object{{"level", "MEDIUM"},
                   {"factors", Json::Array{"High merit rates detected", "COLA above inflation"}},
                   {"score", 0.55}};
  run.results.estimated_cost_impact = Json::Object{{"total_cost", 1234567.89}, {"confidence", "high"}};
  run.results.estimated_employee_impact = Json::Object{{"employees_affected", 4506}, {"years_affected", 5}};
  add_outcomes(run);
  run.results.sensitivity_analysis =
      Json::Object{{"cola_rate", 0.71}, {"merit_rate_level_1", -0.32}, {"merit_rate_level_2", 0.18}};
  run.results.parameter_correlations =
      Json::Object{{"cola_rate", Json::Object{{"cola_rate", 1.0}, {"merit_rate_level_1", 0.25}}},
                   {"merit_rate_level_1", Json::Object{{"cola_rate", 0.25}, {"merit_rate_level_1", 1.0}}}};
  run.notes = "Presented to the compensation committee on 2025-08-04.";
  return run;
}

/// A run whose every part is hard to carry.
inline Run awkward_run(int number = 2) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Run run;
  Metadata& metadata = run.metadata;
  metadata.run_id = "=cmd|'/c calc'!A" + std::to_string(number) + "/../x";
  metadata.scenario_id = "@Größe \"quoted\", 日本語 🎯\r\nsecond line\ttab";
  metadata.user_id = "";
  metadata.optimization_type = "+unknown_type";
  metadata.optimization_engine = "-engine";
  metadata.created_at = parse_time("1969-12-31T23:59:59.999999Z");
  metadata.updated_at = parse_time("9999-12-31T23:59:59Z");
  metadata.random_seed = std::int64_t{9'007'199'254'740'993};
  metadata.use_synthetic_mode.reset();
  metadata.runtime_seconds = infinity;
  metadata.convergence_message = " leading and trailing blanks ";
  metadata.description = "=1+1";
  metadata.tags = {"", "a,b", "\"", "tag\nwith line", "=x"};
  metadata.business_justification = "NaN";
  run.configuration.objectives = {{"", nan, -infinity, "sideways", "\r"}};
  run.configuration.constraints = {{"none", "inequality", Json(Json::Array{nullptr, nullptr}), ""},
                                   {"integers", "inequality", Json(Json::Array{1, 2.0}), ""},
                                   {"half", "inequality", Json(Json::Array{nullptr, 5}), "x"},
                                   {"odd", "other", Json(Json::Array{1, 2}), ""}};
  run.configuration.initial_parameters =
      Json::Object{{"cola_rate", -0.0}, {"a name, with \"marks\"", 1e-300}, {"", 5e-324}};
  run.configuration.parameter_bounds =
      Json::Object{{"cola_rate", Json::Array{nullptr, nullptr}}, {"only here", Json::Array{0.1, nullptr}}};
  run.configuration.algorithm_config =
      Json::Object{{"one", 1},
                   {"one real", 1.0},
                   {"big", Json(Json::BigInteger{"123456789012345678901234567890"})},
                   {"nan", nan},
                   {"text", "1"},
                   {"null", nullptr},
                   {"empty", ""},
                   {"list", Json::Array{Json::array(), Json::object(), nullptr, true, "NaN"}},
                   {"nul", std::string("a\0b", 3)}};
  run.results.objective_value = nan;
  run.results.objective_breakdown =
      Json::Object{{"cost", infinity}, {"text", "n/a"}, {"null", nullptr}, {"nested", Json::Object{{"a", 1}}}};
  run.results.optimal_parameters = Json::Object{{"cola_rate", 0.1 + 0.2}, {"另一个", 1e22}};
  run.results.parameter_history =
      Json::Array{Json::Object{{"cola_rate", 0.1}}, Json::object(), Json::Object{{"new", 3.0}}};
  run.results.objective_history = Json::Array{1.0, nan, -infinity, 1e-7};
  run.results.constraint_violations =
      Json::Array{"text", 1, 1.0, nullptr, Json::Object{{"name", "x"}, {"amount", 0.5}}, ""};
  run.results.parameter_warnings = Json::Array{"=HYPERLINK(\"http://example.com\")"};
  run.results.risk_level.reset();
  run.results.estimated_cost_impact = 12.5;
  run.results.projected_outcomes = Json::Object{{"workforce_summary", Json::Array{1, 2}}};
  run.simulation_data = Json::object();
  run.notes = "line one\r\nline \"two\"\n";
  return run;
}

/// Nothing but what must be there.
inline Run bare_run() {
  Run run;
  run.metadata.run_id = "bare";
  run.metadata.scenario_id = "s";
  run.metadata.status = "draft";
  return run;
}

}  // namespace planwise::test
