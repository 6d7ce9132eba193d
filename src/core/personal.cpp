#include "core/personal.h"

#include <algorithm>
#include <string_view>

namespace planwise::core {

namespace {

bool names_ssn(std::string_view key) {
  constexpr std::string_view name = "employee_ssn";
  return key.size() == name.size() &&
         std::equal(key.begin(), key.end(), name.begin(), [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

}  // namespace

std::int64_t drop_ssn(Json& value) {
  std::int64_t dropped = 0;
  if (value.is_object()) {
    dropped = static_cast<std::int64_t>(std::erase_if(value.as_object(), [](const Json::Member& member) { return names_ssn(member.first); }));
    for (auto& [key, member] : value.as_object()) dropped += drop_ssn(member);
  } else if (value.is_array()) {
    for (Json& element : value.as_array()) dropped += drop_ssn(element);
  }
  return dropped;
}

std::int64_t drop_ssn(Run& run) {
  Results& r = run.results;
  Configuration& c = run.configuration;
  std::int64_t dropped = run.simulation_data ? drop_ssn(*run.simulation_data) : 0;
  for (Json* part : {&c.initial_parameters, &c.parameter_bounds, &c.algorithm_config, &r.objective_breakdown, &r.optimal_parameters,
                     &r.parameter_history, &r.objective_history, &r.constraint_violations, &r.parameter_warnings, &r.risk_assessment,
                     &r.estimated_cost_impact, &r.estimated_employee_impact, &r.projected_outcomes, &r.sensitivity_analysis,
                     &r.parameter_correlations}) {
    dropped += drop_ssn(*part);
  }
  return dropped;
}

}  // namespace planwise::core
