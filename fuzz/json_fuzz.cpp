// Any bytes as a JSON export and as a run's document: read, or refused by one of the errors that importing names. What is
// read keeps its hash when it is written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exchange/json_reading.h"
#include "exchange/json_stream.h"
#include "planwise/error.h"
#include "planwise/run.h"

namespace {

using planwise::Error;
using planwise::ErrorCode;
using planwise::Run;

void check_error(const Error& error) {
  const ErrorCode code = error.code();
  if (code != ErrorCode::invalid_argument && code != ErrorCode::unsupported && code != ErrorCode::corrupt) std::abort();
}

void check_round_trip(const Run& run) {
  const Run again = planwise::run_from_json(planwise::Json::parse(to_json(run).dump()));
  if (content_hash(again) != content_hash(run)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    planwise::exchange::JsonStream stream(text);
    planwise::exchange::read_json_stream(stream, "UTC", check_round_trip);
  } catch (const Error& error) {
    check_error(error);
  }
  try {
    const planwise::Json document = planwise::Json::parse(text, planwise::JsonDialect::python);
    check_round_trip(planwise::run_from_json(document, planwise::UnknownFields::keep, "America/New_York"));
  } catch (const Error& error) {
    check_error(error);
  }
  return 0;
}
