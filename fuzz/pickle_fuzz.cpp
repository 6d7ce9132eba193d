// Any bytes as a pickle: read, shown and turned into runs, or refused by an Error that importing names. What is shown is
// written as a pickle of ours and reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exchange/legacy.h"
#include "exchange/pickle_reader.h"
#include "exchange/pickle_writer.h"
#include "planwise/error.h"

namespace {

using planwise::Error;
using planwise::ErrorCode;

template <typename Call>
void refuses_by_name(Call call) {
  try {
    call();
  } catch (const Error& error) {
    const ErrorCode code = error.code();
    if (code != ErrorCode::corrupt && code != ErrorCode::unsupported && code != ErrorCode::invalid_argument) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace planwise::exchange;
  const std::string_view stream(reinterpret_cast<const char*>(bytes), size);
  // Small limits, so that the fuzzer reaches them and stays quick.
  const PickleLimits limits{.memory_bytes = 1 << 20, .work = 1 << 20, .depth = 100, .expansion_bytes = 1 << 18};
  refuses_by_name([&] {
    const PickleValue value = read_pickle(stream, limits);
    refuses_by_name([&] { (void)tagged(value).dump(); });
    const planwise::Json document = plain(value);
    (void)document.dump();
    const planwise::Json again = plain(read_pickle(write_pickle(document)));
    if (again != document) std::abort();
    (void)runs_from_pickle(value, {"America/New_York"});
    (void)runs_from_legacy(document, {"UTC"});
  });
  return 0;
}
