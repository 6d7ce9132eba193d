#include "manager/report_simulation.h"


#include <cmath>
#include <filesystem>
#include <map>

#include "core/files.h"
#include "manager/decision_parts.h"
#include "planwise/decisions.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

namespace fs = std::filesystem;

Scenario simulate_levers(SimulationService& simulation, const Study& study, const Json& levers,
                         SimulationDetail detail) {
  ScenarioRequest request;
  request.first_year = study.simulation.first_year;
  request.last_year = study.simulation.last_year;
  request.seed = study.simulation.seed;
  if (study.simulation.dbt_compatible) request.dbt = DbtBehaviour::all();
  request.detail = detail;
  request.levers = {LeverPlan{levers, study.levers.years, true}};
  request.locks = study.levers.ignore_locks ? LockRule::ignore : LockRule::honour;
  return simulation.simulate(request);
}

bool same_data(const report::StoredRun& stored, const SimulationService& simulation, std::string& why_not) {
  const Json* data = stored.provenance.find("data");
  const Json* content = data == nullptr ? nullptr : data->find("content");
  if (content == nullptr || !content->is_string() || content->as_string().empty()) {
    why_not = "The run does not say which data it saw, so that nothing was simulated in its place.";
    return false;
  }
  if (simulation.fingerprint(true).content == content->as_string()) return true;
  why_not = "The simulation's data are others by now than those that the run saw.";
  return false;
}

/// The run's own figures come out again.
bool same_figures(const Run& run, const SimulationResult& result) {
  const Json* years = run.results.projected_outcomes.find("years");
  if (years == nullptr) return false;
  for (const YearFigures& year : result.years) {
    const Json* record = years->find(std::to_string(year.year));
    const Json* sides = record == nullptr ? nullptr : record->find("active_compensation");
    const Json* stored = sides == nullptr ? nullptr : sides->find("best");
    if (stored == nullptr || !stored->is_number()) return false;
    if (std::abs(stored->as_real() - year.active_compensation) > 1e-9 * std::abs(year.active_compensation))
      return false;
  }
  return true;
}

void count_events(const YearRows& rows, report::SimulatedYear& year) {
  for (std::size_t i = 0; i < rows.events.type.size(); ++i) {
    const std::size_t level = rows.events.level[i];
    if (level < 1 || level > level_count) continue;
    if (rows.events.type[i] == EventType::raise) ++year.raised[level - 1];
    if (rows.events.type[i] == EventType::promotion) ++year.promoted[level - 1];
  }
}

}  // namespace

std::optional<report::SimulatedPlan> simulated_plan(const report::StoredRun& stored, SimulationService& simulation,
                                                    std::string& why_not) {
  const Run& run = stored.run;
  const Json* kind = run.configuration.algorithm_config.find("kind");
  if (kind == nullptr || run.results.optimal_parameters.empty()) return std::nullopt;
  Study study;
  try {
    study = study_of(run);
  } catch (const Error&) {
    return std::nullopt;  // another program's configuration
  }
  if (study.evaluator.kind != EvaluatorChoice::Kind::simulator) return std::nullopt;
  if (study.simulation.seeds != 1) {
    why_not = "The run is a mean over several seeds; a bridge is of one.";
    return std::nullopt;
  }
  if (!same_data(stored, simulation, why_not)) return std::nullopt;
  const Scenario plan = simulate_levers(simulation, study, run.results.optimal_parameters, SimulationDetail::rows);
  if (!same_figures(run, plan.result)) {
    why_not = "Simulated again, the run's figures did not come out the same.";
    return std::nullopt;
  }
  const Scenario baseline =
      simulate_levers(simulation, study, run.configuration.initial_parameters, SimulationDetail::summary);
  const core::ScratchFolder scratch("report");
  const fs::path tables = scratch.path() / "plan.duckdb";
  write_scenario(plan, tables);
  const SimulationDatabase database(tables);
  report::SimulatedPlan out;
  out.signature = stored.provenance.at("data").at("content").as_string();
  for (std::size_t i = 0; i < plan.result.years.size(); ++i) {
    report::SimulatedYear year;
    year.plan = plan.result.years[i];
    year.baseline = baseline.result.years.at(i);
    count_events(plan.result.rows.at(i), year);
    try {
      year.bridge = database.bridge(year.plan.year - 1);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
    }
    out.years.push_back(std::move(year));
  }
  return out;
}

}  // namespace planwise::manager
