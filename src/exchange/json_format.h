/// \file
/// JSON exports. One run: {planwise: {...}, metadata, configuration, results, simulation_data, notes}. A list:
/// {"format": "planwise-runs", "version": 1, ..., "runs": [such objects]}. UTF-8, times in UTC, non-finite numbers
/// as "NaN", "Infinity", "-Infinity".
///
/// `planwise` holds format, version, content_hash (of the stored run), exported_hash (of the run as it stands in the
/// file: another one when simulation data was left out), run_version, exported_at, exported_by, program_version.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "exchange/run_writer.h"

namespace planwise::exchange {

[[nodiscard]] std::unique_ptr<RunWriter> json_writer(const std::filesystem::path& target, const ExportContext& context);

/// True for a file that json_writer() made: a top-level object with "planwise" or with the list's "format". False
/// for anything else, broken JSON included; throws io only when the file cannot be read.
[[nodiscard]] bool is_our_json(const std::filesystem::path& file);

/// Reads a file of json_writer(), one run in memory at a time. Times without an offset are read in `zone`.
/// Throws invalid_argument for broken JSON or fields (naming byte offset and path), unsupported for a later version,
/// corrupt when a run does not have the hash that its `planwise` object states. Runs before the faulty one have
/// been handed over by then: the caller decides what all or nothing means.
void read_json_runs(const std::filesystem::path& file, std::string_view zone, const RunReceiver& receive);

}  // namespace planwise::exchange
