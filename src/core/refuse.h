/// \file
/// The common way to say no to what was given.
#pragma once

#include <string>

#include "planwise/error.h"

namespace planwise::core {

/// Throws invalid_argument.
[[noreturn]] inline void refuse(const std::string& why) { throw Error(ErrorCode::invalid_argument, why); }

}  // namespace planwise::core
