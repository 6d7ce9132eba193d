/// \file
/// Suggestions for a name that nobody knows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace planwise::core {

/// At most three of the candidates that resemble `name`, closest first; letter case does not count. Two names resemble
/// each other when few edits (insert, remove, change, swap) lead from one to the other, or when one begins the other.
[[nodiscard]] std::vector<std::string> near_names(std::string_view name, std::span<const std::string_view> candidates);

/// "" or "; did you mean a, b?", for the end of a message.
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace planwise::core
