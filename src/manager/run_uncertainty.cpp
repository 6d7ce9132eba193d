// How sure the figures of a plan are: many seeds of the plan and of what it is compared with, pair by pair.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "manager/decision_parts.h"
#include "manager/watched_work.h"
#include "planwise/error.h"
#include "planwise/sensitivity.h"

namespace planwise::manager {

namespace {

struct SeedFigure {
  std::string_view name;
  double (*value)(const YearFigures&);
};
constexpr std::array<SeedFigure, 5> figures{
    {{"active_headcount", [](const YearFigures& y) { return static_cast<double>(y.active_headcount); }},
     {"active_compensation", [](const YearFigures& y) { return y.active_compensation; }},
     {"active_mean", [](const YearFigures& y) { return y.active_mean; }},
     {"active_median", [](const YearFigures& y) { return y.active_median; }},
     {"prorated_compensation", [](const YearFigures& y) { return y.prorated_compensation; }}}};

/// Years of one seed each.
struct Ensemble {
  std::vector<std::vector<YearFigures>> plan, other;
};

std::vector<double> values_of(const std::vector<std::vector<YearFigures>>& seeds, std::size_t year,
                              const SeedFigure& figure) {
  std::vector<double> values;
  values.reserve(seeds.size());
  for (const std::vector<YearFigures>& years : seeds) values.push_back(figure.value(years[year]));
  return values;
}

Json bands_of(const std::vector<std::vector<YearFigures>>& seeds, std::optional<double> budget) {
  Json years = Json::object();
  for (std::size_t year = 0; !seeds.empty() && year < seeds.front().size(); ++year) {
    Json of_year = Json::object();
    for (const SeedFigure& figure : figures) {
      EnsembleSettings settings;
      if (figure.name == "active_compensation") settings.threshold = budget;
      of_year.set(figure.name, planwise::to_json(summarize_ensemble(values_of(seeds, year, figure), settings)));
    }
    years.set(std::to_string(seeds.front()[year].year), std::move(of_year));
  }
  return years;
}

Json differences_of(const Ensemble& ensemble) {
  Json years = Json::object();
  for (std::size_t year = 0; !ensemble.plan.empty() && year < ensemble.plan.front().size(); ++year) {
    Json of_year = Json::object();
    for (const SeedFigure& figure : figures)
      of_year.set(figure.name, planwise::to_json(summarize_difference(values_of(ensemble.other, year, figure),
                                                                      values_of(ensemble.plan, year, figure))));
    years.set(std::to_string(ensemble.plan.front()[year].year), std::move(of_year));
  }
  return years;
}

/// The plan that it is compared with, over the same data, years and seeds.
PreparedStudy compared_study(const PreparedStudy& prepared, const StudyCall& call) {
  Study other = prepared.study;
  other.levers.start = Json::object();
  if (!other.uncertainty.compare_to.empty()) {
    const Run run = call.stored_runs->load(other.uncertainty.compare_to);
    for (const auto& [name, value] : run.results.optimal_parameters.as_object()) {
      if (prepared.start_levers.find(name) != nullptr) other.levers.start.set(name, value);
    }
    // In the years that it decided about, as far as they are simulated here.
    if (const std::optional<Study> before = study_behind(run)) {
      std::vector<int> years;
      for (const int year : before->levers.years) {
        if (year >= other.simulation.first_year && year <= other.simulation.last_year) years.push_back(year);
      }
      if (!years.empty()) other.levers.years = std::move(years);
    }
  }
  return call.prepare(other);
}

/// Pairs of simulations until all seeds are done or the call is stopped. Returns how many pairs there are.
std::int64_t simulate_pairs(const PreparedStudy& prepared, const PreparedStudy& other, const StudyCall& call,
                            Ensemble& ensemble) {
  const std::int64_t seeds = prepared.study.uncertainty.seeds;
  const std::int64_t wanted = call.stop_after ? std::min(seeds, *call.stop_after / 2) : seeds;
  ensemble.plan.resize(static_cast<std::size_t>(wanted));
  ensemble.other.resize(static_cast<std::size_t>(wanted));
  const std::vector<double> here = start_of(prepared.problem), there = start_of(other.problem);
  std::int64_t done_now = 0;
  const auto began = std::chrono::steady_clock::now();
  const double limit = call.stop_after ? 0 : prepared.study.solver.timeout_minutes * 60;
  const bool all = watched(
      wanted, call.threads,
      [&](std::int64_t seed, const EvaluationControl&) {
        ensemble.plan[static_cast<std::size_t>(seed)] = prepared.scenario_at(here, seed).result.years;
        ensemble.other[static_cast<std::size_t>(seed)] = other.scenario_at(there, seed).result.years;
      },
      [&](std::int64_t done) {
        done_now = done;
        OptimizationProgress progress;
        progress.evaluations = 2 * done;
        progress.max_evaluations = 2 * seeds;
        progress.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        return (!call.progress || call.progress(progress)) && !(limit > 0 && progress.seconds > limit);
      });
  if (all) done_now = wanted;
  ensemble.plan.resize(static_cast<std::size_t>(done_now));
  ensemble.other.resize(static_cast<std::size_t>(done_now));
  return done_now;
}

/// One lever at a time to its bounds, of the figure that the study looks at. Null when the call was stopped.
Json tornado_of(const PreparedStudy& prepared, const StudyCall& call, std::int64_t& evaluations) {
  SensitivityModel model;
  std::vector<std::size_t> places;
  std::vector<double> point;
  for (std::size_t i = 0; i < prepared.problem.variables.size(); ++i) {
    const Variable& variable = prepared.problem.variables[i];
    if (!(variable.lower < variable.upper)) continue;
    places.push_back(i);
    point.push_back(variable.start);
    model.factors.push_back({variable.name, variable.lower, variable.upper, variable.stepped});
  }
  if (places.empty()) return Json();
  model.outputs = {prepared.problem.objectives.front()};
  StudyCall quiet;
  quiet.threads = call.threads;
  quiet.progress = call.progress;
  BatchEvaluator evaluate(prepared.problem, quiet, static_cast<std::int64_t>(2 * places.size() + 1));
  model.evaluate = [&](const std::vector<std::vector<double>>& rows) {
    std::vector<std::vector<double>> points, outputs;
    for (const std::vector<double>& row : rows) {
      std::vector<double>& whole = points.emplace_back(start_of(prepared.problem));
      for (std::size_t i = 0; i < row.size(); ++i) whole[places[i]] = row[i];
    }
    for (const PointOutcome& outcome : evaluate(points)) outputs.push_back({outcome.objectives.front()});
    return outputs;
  };
  const TornadoResult result = tornado(model, point);
  evaluations += result.evaluations;
  return planwise::to_json(result);
}

}  // namespace

void carry_out_uncertainty(const PreparedStudy& prepared, const StudyCall& call, Run& run) {
  Metadata& metadata = run.metadata;
  Ensemble ensemble;
  std::int64_t evaluations = 0;
  std::string reason = "completed";
  Json& outcomes = run.results.projected_outcomes;
  try {
    const PreparedStudy other = compared_study(prepared, call);
    const std::int64_t pairs = simulate_pairs(prepared, other, call, ensemble);
    evaluations = 2 * pairs;
    if (pairs < prepared.study.uncertainty.seeds) reason = "cancelled";
    Json uncertainty = Json::object();
    uncertainty.set("seeds", pairs);
    uncertainty.set("budget", prepared.study.uncertainty.budget ? Json(*prepared.study.uncertainty.budget) : Json());
    uncertainty.set("compared_with", prepared.study.uncertainty.compare_to.empty()
                                         ? Json("baseline")
                                         : Json(prepared.study.uncertainty.compare_to));
    uncertainty.set("plan", bands_of(ensemble.plan, prepared.study.uncertainty.budget));
    uncertainty.set("compared", bands_of(ensemble.other, prepared.study.uncertainty.budget));
    uncertainty.set("difference", differences_of(ensemble));
    if (reason == "completed") {
      uncertainty.set("tornado", tornado_of(prepared, call, evaluations));
      run.results.optimal_parameters = prepared.start_levers;
    }
    outcomes.set("uncertainty", std::move(uncertainty));
  } catch (const Error& error) {
    reason = error.code() == ErrorCode::cancelled ? "cancelled" : "evaluation_failed";
    metadata.convergence_message = error.what();
  }
  if (!call.stopped_by.empty()) reason = call.stopped_by;
  metadata.status = reason == "completed" ? "completed" : reason == "evaluation_failed" ? "failed" : "cancelled";
  metadata.converged = reason == "completed";
  metadata.function_evaluations = evaluations;
  if (reason == "completed")
    metadata.convergence_message = fmt::format("{} seeds", prepared.study.uncertainty.seeds);
  else if (reason != "evaluation_failed")
    metadata.convergence_message =
        fmt::format("{} after {} of {} seeds", reason, ensemble.plan.size(), prepared.study.uncertainty.seeds);
  outcomes.set("stop_reason", reason);
}

}  // namespace planwise::manager
