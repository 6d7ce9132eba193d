/// \file
/// The text of share/levers.json, built in.
#pragma once

#include <string_view>

namespace planwise::levers {

[[nodiscard]] std::string_view shipped_text() noexcept;

}  // namespace planwise::levers
