/// \file
/// Numbers of a run in the one form in which they are written and hashed. Internal to core.
#pragma once

#include <optional>

#include "planwise/json.h"

namespace planwise::core {

/// A number, boolean, numeric text or non-finite tag as a real; nullopt for everything else.
[[nodiscard]] std::optional<double> real_of(const Json& value) noexcept;

/// Every value of the object that real_of() understands made a real; anything else stays, nested values too.
/// Idempotent, so a run hashes the same before it is stored and after. Null becomes an empty object.
[[nodiscard]] Json with_real_values(const Json& map);

/// The same for an object of arrays of numbers (bounds).
[[nodiscard]] Json with_real_pairs(const Json& map);

/// The same for an array of numbers or of such objects. Null becomes an empty array.
[[nodiscard]] Json with_real_elements(const Json& list);

}  // namespace planwise::core
