// What commands read besides the store.
#pragma once

#include <string>

namespace planwise::cli {

/// All of a file, or of standard input for "-", read with a limit before memory is taken.
[[nodiscard]] std::string read_text(const std::string& file);

}  // namespace planwise::cli
