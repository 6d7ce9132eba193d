/// \file
/// The checks of a database, as data: each is a statement whose rows are what it found.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "planwise/workforce.h"

namespace planwise::workforce {

/// The statements see the tables that `needs` names as snapshot, events, baseline, levers and ranges (level_id,
/// minimum, maximum), with the columns of schema.h; dates are days since 1970-01-01.
struct QualityCheck {
  std::string_view name;
  FindingSeverity severity;
  std::string_view title, consequence;
  /// "table.column" each; a check of which one is missing does not run.
  std::array<std::string_view, 8> needs;
  std::string_view checked;  ///< Selects the number of rows looked at.
  /// Selects employee_id, simulation_year and what explains the finding; `measure`, where there is one, gives its
  /// largest.
  std::string_view rows;
};

[[nodiscard]] std::span<const QualityCheck> quality_checks();

}  // namespace planwise::workforce
