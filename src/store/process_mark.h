/// \file
/// Which process gives a heartbeat, and whether the one that gave an earlier one is still there.
#pragma once

#include <string_view>

#include "planwise/history.h"

namespace planwise::store {

/// Puts this process into the heartbeat: host, process id, its start and where its id counts. Never throws.
void mark_process(Heartbeat& heartbeat);

/// RunningRun::state. A process of this boot and process space is looked up in /proc (a zombie is gone, another process
/// with its id is not it); for any other only the time of the heartbeat tells.
[[nodiscard]] std::string_view running_state(const std::optional<Heartbeat>& heartbeat, Timestamp now);

}  // namespace planwise::store
