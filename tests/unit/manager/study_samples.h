// Data and studies that the tests of decisions share.
#pragma once

#include <atomic>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "../workforce/databases.h"
#include "manager/prepared_study.h"
#include "planwise/census.h"
#include "planwise/error.h"
#include "simulate/objectives.h"

namespace planwise {

inline std::string study_error(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(to_text(error.code())) + ": " + error.what();
  }
  return "no error";
}

/// A service over a census of 400 people, without caches: three years from 2025.
struct StudyData {
  planwise::testing::TempFolder folder;
  SimulationServiceOptions options;
  StudyData() {
    CensusOptions census;
    census.people = 400;
    census.seed = 7;
    write_census_csv(make_census(census), folder / "census.csv");
    std::ofstream(folder / "settings.toml") << "[years]\nstart = 2025\nend = 2027\n";
    options.source = folder / "census.csv";
    options.settings_file = folder / "settings.toml";
    options.use_cache = false;
  }
};

inline Study study_of(std::string_view json) { return study_from_json(Json::parse(json)); }

inline const std::atomic<bool>& going_on() {
  static const std::atomic<bool> stop{false};
  return stop;
}

inline std::vector<double> start_of(const manager::PreparedStudy& prepared) {
  std::vector<double> point;
  for (const Variable& variable : prepared.problem.variables) point.push_back(variable.start);
  return point;
}

inline PointOutcome evaluated(const manager::PreparedStudy& prepared, const std::vector<double>& point) {
  return prepared.problem.evaluate(point, EvaluationControl(going_on()));
}

}  // namespace planwise
