/// \file
/// The JSON reader over any stream, for the file reader, tests and fuzzing. Internal to exchange.
#pragma once

#include <string_view>

#include "exchange/json_stream.h"
#include "exchange/run_writer.h"

namespace planwise::exchange {

/// read_json_runs() without the file's name in its errors.
void read_json_stream(JsonStream& stream, std::string_view zone, const RunReceiver& receive);

}  // namespace planwise::exchange
