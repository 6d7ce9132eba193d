// inspect_pickle [--tagged] FILE: the JSON of a pickle on stdout, or an error on stderr and status 1.
#include <cstdio>
#include <exception>
#include <string_view>

#include "core/files.h"
#include "exchange/pickle_reader.h"

int main(int count, char** arguments) {
  const bool tagging = count == 3 && std::string_view(arguments[1]) == "--tagged";
  if (count != 2 && !tagging) return 2;
  try {
    const std::string bytes = planwise::core::read_file(arguments[count - 1], 64U << 20);
    const auto value = planwise::exchange::read_pickle(bytes);
    const planwise::Json document = tagging ? planwise::exchange::tagged(value) : planwise::exchange::plain(value);
    std::puts(document.dump().c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", arguments[count - 1], error.what());
    return 1;
  }
}
