/// \file
/// Doing the same to many things on all cores.
#pragma once

#include <cstddef>
#include <functional>

namespace planwise::core {

/// Calls work(0) to work(count - 1), each once, on as many threads as the machine has cores (none is started for few).
/// The order is not defined; `work` must not touch what another index touches. The first exception ends the rest and is
/// thrown here, after all threads have ended.
void for_each_index(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace planwise::core
