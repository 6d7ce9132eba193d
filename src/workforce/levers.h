/// \file
/// Levers as the database's rows, as YearLevers and under their flat names.
#pragma once

#include <optional>
#include <string_view>

#include "planwise/workforce.h"
#include "workforce/source.h"

namespace planwise::workforce {

/// One lever at a level: where it stands in YearLevers and what the database calls it.
struct LeverName {
  std::string_view flat;        ///< Without level: "merit_rate", "cola_rate", ...
  std::string_view event_type;  ///< As written: RAISE, PROMOTION and `hire`.
  std::string_view parameter;
  bool by_level;  ///< Whether its flat name carries the level.
  ByLevel<double> YearLevers::*values;
  ByLevel<bool> LeverLocks::*locks;
};
[[nodiscard]] std::span<const LeverName> lever_names();

/// The levers in force: int_effective_parameters, else comp_levers, else stg_comp_levers. Throws not_found.
[[nodiscard]] EffectiveLevers read_levers(const Session& session, const std::string& scenario_id);

/// Flat names and values of the year that the database has, and nothing else; warnings go to `warnings`.
[[nodiscard]] Json parameters_of_year(const Session& session, const std::string& scenario_id, int year,
                                      std::vector<std::string>& warnings);

}  // namespace planwise::workforce
