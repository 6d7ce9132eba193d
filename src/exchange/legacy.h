/// \file
/// Result files of earlier programs as runs.
///
///     std::vector<Run> runs = exchange::runs_from_pickle(exchange::read_pickle(bytes), {"America/New_York"});
///
/// Recognized, alone or as a list of one kind or mixed:
/// - A result dict or an OptimizationResult: any of scenario_id, initial_parameters, algorithm_config, objective_value,
///   optimal_parameters, risk_level, converged, function_evaluations, ... It becomes a completed run of type
///   advanced_scipy when an algorithm is named, else manual_adjustment, tagged legacy and imported.
/// - A failure: OptimizationError, OptimizationRequest, or a dict with optimization_failed or error_type. It becomes a
///   failed run whose convergence_message says why.
/// - A whole run: {metadata, configuration, results, simulation_data}, the earlier JSON export and OptimizationRun.
///   Its fields are taken over as they are; no tag is added.
/// - A list in our own JSON form, {"format": "planwise-runs", "runs": [...]}.
///
/// Nothing is lost: a key without a place in a run, or a value that does not fit its place, stands under
/// configuration.algorithm_config.legacy. constraint_violations as a dict name -> amount becomes the texts
/// "name: amount", amounts with all their digits. A risk nobody stated is absent, not MEDIUM.
///
/// An entry without run_id gets one from its content and its ordinal among equal entries of the file, so the same file
/// always gives the same runs.
#pragma once

#include <string>
#include <vector>

#include "exchange/pickle_reader.h"
#include "planwise/json.h"
#include "planwise/run.h"

namespace planwise::exchange {

struct LegacySource {
  std::string zone = "UTC";  ///< IANA name, for times without an offset.
};

/// Throws invalid_argument naming what was found when any entry is not recognized or has a field that cannot be read
/// (a time that is none); nothing is returned then.
[[nodiscard]] std::vector<Run> runs_from_legacy(const Json& plain_document, const LegacySource& source);

/// The same from a pickle, whose classes tell more than the plain form. Also throws what plain() throws.
[[nodiscard]] std::vector<Run> runs_from_pickle(const PickleValue& value, const LegacySource& source);

}  // namespace planwise::exchange
