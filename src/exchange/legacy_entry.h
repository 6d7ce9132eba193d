/// \file
/// One result or failure dict of an earlier program as the JSON of a run. Internal to legacy.
#pragma once

#include <string_view>

#include "planwise/json.h"

namespace planwise::exchange {

enum class LegacyKind { result, failure, request };

/// True when the object has a key that only results and failures of an optimization have.
[[nodiscard]] bool is_legacy_entry(const Json& entry) noexcept;

/// What an entry says it is; a request by its class only, since a dict does not tell.
[[nodiscard]] LegacyKind legacy_kind(const Json& entry) noexcept;

/// {metadata, configuration, results, simulation_data} for run_from_json(); `run_id` where the entry has none.
[[nodiscard]] Json run_document(const Json& entry, LegacyKind kind, std::string_view run_id);

}  // namespace planwise::exchange
