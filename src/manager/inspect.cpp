// What a file holds, without importing it.
#include "core/files.h"
#include "exchange/pickle_reader.h"
#include "planwise/error.h"
#include "planwise/results_manager.h"

namespace planwise {

namespace {

constexpr std::uint64_t longest_file = std::uint64_t{256} << 20;

/// A pickle of protocol 2 or later says so; older ones are told by not being JSON.
bool looks_like_json(std::string_view bytes) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string_view::npos) return false;
  const char c = bytes[first];
  if (c != '{' && c != '[') return false;
  try {
    (void)Json::parse(bytes, JsonDialect::python);
    return true;
  } catch (const Error&) {
    return bytes.find(':') != std::string_view::npos && bytes.front() == '{';
  }
}

}  // namespace

Json inspect_file(const std::filesystem::path& path, bool as_tagged) {
  const std::string bytes = core::read_file(path, longest_file);
  try {
    if (path.extension() == ".json" ||
        (path.extension() != ".pkl" && path.extension() != ".pickle" && looks_like_json(bytes))) {
      return Json::parse(bytes, JsonDialect::python);
    }
    const exchange::PickleValue value = exchange::read_pickle(bytes);
    return as_tagged ? exchange::tagged(value) : exchange::plain(value);
  } catch (const Error& error) {
    throw Error(error.code(), "'" + path.string() + "': " + error.what());
  }
}

}  // namespace planwise
