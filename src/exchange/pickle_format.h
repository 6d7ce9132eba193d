/// \file
/// Pickle exports: the documents of the JSON export as plain dicts (protocol 4), one dict for one run, a list of dicts for
/// any other number. Any Python loads them without our classes.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "exchange/run_writer.h"
#include "planwise/json.h"

namespace planwise::exchange {

[[nodiscard]] std::unique_ptr<RunWriter> pickle_writer(const std::filesystem::path& target, const ExportContext& context);

/// True for the plain form of a pickle that pickle_writer() made.
[[nodiscard]] bool is_our_pickle(const Json& plain_document);

/// Reads its plain form. Throws as read_json_runs() does.
void read_pickle_runs(Json plain_document, std::string_view zone, const RunReceiver& receive);

}  // namespace planwise::exchange
