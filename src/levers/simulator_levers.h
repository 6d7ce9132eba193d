/// \file
/// Which field of YearLevers a lever is. Internal to levers.
#pragma once

#include <string_view>

#include "planwise/simulation.h"

namespace planwise::levers {

/// The field of that name in the database; nullptr when the simulator has none.
[[nodiscard]] inline ByLevel<double> YearLevers::*field_of(std::string_view parameter_name) noexcept {
  if (parameter_name == "merit_base") return &YearLevers::merit_rate;
  if (parameter_name == "cola_rate") return &YearLevers::cola_rate;
  if (parameter_name == "new_hire_salary_adjustment") return &YearLevers::new_hire_salary_adjustment;
  if (parameter_name == "promotion_probability") return &YearLevers::promotion_probability;
  if (parameter_name == "promotion_raise") return &YearLevers::promotion_raise;
  return nullptr;
}

}  // namespace planwise::levers
