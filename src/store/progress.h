/// \file
/// Rows of optimization_progress as the store's other files see them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "duck/connection.h"
#include "planwise/history.h"
#include "planwise/query.h"

namespace planwise::store {

struct Who;

/// What stands of a run besides its batches.
struct ProgressRows {
  std::optional<Heartbeat> heartbeat;
  std::optional<StopRequest> stop;
};
[[nodiscard]] ProgressRows read_progress(duck::Connection& connection, std::string_view run_id);
/// The same of all runs that have any, by run_id: one scan.
[[nodiscard]] std::map<std::string, ProgressRows, std::less<>> read_all_progress(duck::Connection& connection);

/// The first heartbeat of a run that this process has begun.
void write_first_heartbeat(duck::Connection& connection, std::string_view run_id, const Who& who);

/// Everything of a run that is finished or purged.
void delete_progress(duck::Connection& connection, std::string_view run_id);

/// Puts the heartbeats into those summaries whose status is running.
void add_heartbeats(duck::Connection& connection, std::span<RunSummary> summaries);
/// Says where each running one stands now. Apart from the reading, since a page that is shown again asks anew.
void add_states(std::span<RunSummary> summaries);

}  // namespace planwise::store
