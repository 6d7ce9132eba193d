/// \file
/// A set of levers as values by lever and level, whatever form it came in. Internal to levers.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "planwise/json.h"
#include "planwise/levers.h"

namespace planwise::levers {

/// Index of a lever in LeverSchema::levers(), level.
using Place = std::pair<std::size_t, int>;
using Values = std::map<Place, double>;

/// Finite numbers of known levers; `unknown` receives the other names. Throws invalid_argument for a known lever's
/// value that is no finite number.
[[nodiscard]] Values values_of_flat(const LeverSchema& schema, const Json& flat, std::vector<std::string>& unknown);
/// The same for the flat or the tuning form; `notes` receives what was left out, as text.
[[nodiscard]] Values values_of(const LeverSchema& schema, const Json& set, std::vector<std::string>& notes);
/// Flat names in the order of the schema. A lever for all levels has its one name when all levels are there and equal,
/// else names of one level.
[[nodiscard]] Json flat_of(const LeverSchema& schema, const Values& values);

}  // namespace planwise::levers
