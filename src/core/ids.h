/// \file
/// Names that nobody else has. Random bytes come from OpenSSL and differ in a forked child.
#pragma once

#include <string>
#include <string_view>

namespace planwise::core {

/// A random UUID (version 4) in lower case.
[[nodiscard]] std::string new_uuid();
/// Always the same UUID (version 8, from SHA-256) for the same text.
[[nodiscard]] std::string uuid_from(std::string_view text);
/// 32 random bytes as hexadecimal.
[[nodiscard]] std::string random_token();

}  // namespace planwise::core
