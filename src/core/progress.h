/// \file
/// How long work tells its caller how far it is, and learns that it shall stop.
#pragma once

#include <cstdint>
#include <functional>

namespace planwise::core {

/// `report(done, total)` is called from the working thread, now and then; total is negative when unknown. Returning
/// false asks the work to stop: it then throws cancelled and leaves nothing half done. An empty function is fine.
struct Progress {
  std::function<bool(std::int64_t done, std::int64_t total)> report;

  /// True when the work may go on.
  [[nodiscard]] bool go_on(std::int64_t done, std::int64_t total) const { return !report || report(done, total); }
};

}  // namespace planwise::core
