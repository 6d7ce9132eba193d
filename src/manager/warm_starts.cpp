#include "manager/warm_starts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "planwise/error.h"
#include "planwise/results_manager.h"

namespace planwise::manager {

namespace {

constexpr std::int64_t most_looked_at = 200;

struct Candidate {
  std::string run_id;
  std::vector<double> point;
  double distance = 0;
};

/// nullopt when a lever is missing or is no number.
std::optional<std::vector<double>> point_of(const Json& parameters, const std::vector<Variable>& variables) {
  std::vector<double> point;
  for (const Variable& variable : variables) {
    const Json* value = parameters.find(variable.name);
    if (value == nullptr || !value->is_number() || value->is_big_integer()) return std::nullopt;
    const double real = value->as_real();
    if (!std::isfinite(real)) return std::nullopt;
    point.push_back(std::clamp(real, variable.lower, variable.upper));
  }
  return point;
}

double distance_to_start(const std::vector<double>& point, const std::vector<Variable>& variables) {
  double sum = 0;
  for (std::size_t i = 0; i < point.size(); ++i) {
    const double range = variables[i].upper - variables[i].lower;
    const double apart = range > 0 ? (point[i] - variables[i].start) / range : 0;
    sum += apart * apart;
  }
  return std::sqrt(sum);
}

}  // namespace

void find_warm_starts(Study& study, const StudyLevers& levers, ResultsManager* stored_runs,
                      std::vector<std::string>& notes) {
  SolverChoice& solver = study.solver;
  const std::vector<Variable>& variables = levers.variables();
  for (const std::vector<double>& point : solver.warm_points) {
    if (point.size() == variables.size()) continue;
    throw Error(ErrorCode::invalid_argument, fmt::format("solver.warm_points has a point of {} values; {} are searched",
                                                         point.size(), variables.size()));
  }
  const bool wanted = solver.warm_start > 0 && solver.warm_points.empty() && !variables.empty();
  if (!wanted || stored_runs == nullptr) return;
  ListRequest request;
  const bool synthetic = study.evaluator.kind == EvaluatorChoice::Kind::synthetic;
  request.query = fmt::format("status:completed synthetic:{}", synthetic ? "true" : "false");
  request.limit = most_looked_at;
  std::vector<Candidate> candidates;
  for (const RunSummary& summary : stored_runs->list(request).runs) {
    const Run run = stored_runs->load(summary.run_id);
    std::optional<std::vector<double>> point = point_of(run.results.optimal_parameters, variables);
    if (!point) continue;
    const double distance = distance_to_start(*point, variables);
    const bool known = std::ranges::any_of(candidates, [&](const Candidate& of) { return of.point == *point; });
    if (distance > 0 && !known) candidates.push_back({summary.run_id, std::move(*point), distance});
  }
  std::ranges::stable_sort(candidates, {}, &Candidate::distance);
  if (static_cast<std::int64_t>(candidates.size()) > solver.warm_start)
    candidates.resize(static_cast<std::size_t>(solver.warm_start));
  for (Candidate& candidate : candidates) {
    solver.warm_points.push_back(std::move(candidate.point));
    solver.warm_runs.push_back(candidate.run_id);
  }
  solver.warm_start = static_cast<std::int64_t>(candidates.size());  // resolved: nothing is looked for again
  if (candidates.empty()) {
    notes.push_back("no stored run has levers to begin from: the search begins at the start alone");
  } else {
    notes.push_back(fmt::format("the search begins also from the levers of {} stored run(s): {}", candidates.size(),
                                fmt::join(solver.warm_runs, ", ")));
  }
}

}  // namespace planwise::manager
