/// \file
/// What every format says of an exported run, made and checked in one place. Internal to exchange.
#pragma once

#include <string>
#include <string_view>

#include "core/files.h"
#include "exchange/run_writer.h"
#include "planwise/json.h"
#include "planwise/run.h"

namespace planwise::exchange {

/// A run as it is to be written.
struct RunDocument {
  Json document;              ///< to_json() of the run, simulation data null when it is to be left out.
  std::string exported_hash;  ///< content_hash() of just that.
  std::string content_hash;   ///< Of the stored run.
  std::int64_t version = 1;
};

[[nodiscard]] RunDocument run_document(const Run& run, const ExportedRun& facts, const ExportContext& context);

/// The export's own facts as an object: exported_at, exported_by, program_version, store, query, simulation_data
/// ("included" or "left out").
[[nodiscard]] Json export_facts(const ExportContext& context);

/// Version of the self-describing documents of JSON and pickle exports.
inline constexpr std::int64_t document_version = 1;

/// The run's document with a member `planwise` in front that says what it is: format, version, hashes, export facts.
[[nodiscard]] Json described_document(const Run& run, const ExportedRun& facts, const ExportContext& context);
/// The reverse, checked. Throws as checked_run() does, and unsupported for a later version.
[[nodiscard]] Run run_from_described(Json document, std::string_view zone);
/// Throws unsupported for a version this program does not read.
void check_format_version(const Json& version);

[[nodiscard]] core::Overwrite overwrite_of(const ExportContext& context) noexcept;

/// Reads a run's document and checks it against the hash that its file states (none when empty). Throws
/// invalid_argument for fields that do not fit, corrupt for another hash.
[[nodiscard]] Run checked_run(const Json& document, std::string_view zone, std::string_view exported_hash);

}  // namespace planwise::exchange
