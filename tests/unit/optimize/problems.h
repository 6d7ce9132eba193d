/// \file
/// Problems and settings that several tests of the solvers use.
#pragma once

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "planwise/optimization.h"

namespace planwise::optimizing {

inline const std::vector<Algorithm>& all_algorithms() {
  static const std::vector<Algorithm> all{Algorithm::slsqp, Algorithm::lbfgsb, Algorithm::cobyla,
                                          Algorithm::de,    Algorithm::cmaes,  Algorithm::nsga2,
                                          Algorithm::grid,  Algorithm::random, Algorithm::latin_hypercube};
  return all;
}

/// A bowl in three variables under one inequality, with a second objective for NSGA-II. The least value under the
/// constraint is 0.75, where all are 0.5.
inline Problem bowl(Algorithm algorithm) {
  Problem problem;
  problem.variables = {{"a", -2, 3, 2.5}, {"b", -2, 3, -1}, {"c", -2, 3, 1.25}};
  problem.constraints = {{"sum"}};
  if (algorithm == Algorithm::nsga2) problem.objectives = {"bowl", "beside"};
  const std::size_t objectives = problem.objectives.size();
  problem.evaluate = [objectives](const std::vector<double>& at, const EvaluationControl&) {
    PointOutcome outcome;
    outcome.objectives = {at[0] * at[0] + at[1] * at[1] + at[2] * at[2]};
    if (objectives > 1) {
      outcome.objectives.push_back((at[0] - 2) * (at[0] - 2) + (at[1] - 2) * (at[1] - 2) + (at[2] - 1) * (at[2] - 1));
    }
    outcome.constraints = {1.5 - at[0] - at[1] - at[2]};
    outcome.details = Json::Array{Json(at[0])};
    return outcome;
  };
  return problem;
}

inline SolverSettings settings_for(Algorithm algorithm, std::int64_t evaluations, std::uint64_t seed = 7) {
  SolverSettings settings;
  settings.algorithm = algorithm;
  settings.max_evaluations = evaluations;
  settings.seed = seed;
  settings.starts = 20;  // So that local solvers use what they may.
  settings.grid_points = 6;
  settings.threads = 1;
  return settings;
}

/// Everything about evaluations as bytes.
inline std::string bytes_of(const std::vector<Evaluation>& evaluations) {
  std::string out;
  const auto add = [&](const std::vector<double>& values) {
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  };
  for (const Evaluation& evaluation : evaluations) {
    out += std::to_string(evaluation.number) + ":";
    add(evaluation.point);
    add(evaluation.outcome.objectives);
    add(evaluation.outcome.constraints);
    out += evaluation.outcome.details.dump() + evaluation.error + "\n";
  }
  return out;
}

}  // namespace planwise::optimizing
