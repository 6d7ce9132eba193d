/// \file
/// What every export format is written through: runs come one at a time, the file appears whole or not at all.
///
///     auto writer = exchange::json_writer(target, context);
///     for (...) writer->add(run, {version, hash});
///     writer->finish();
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "planwise/exchange.h"
#include "planwise/run.h"
#include "planwise/time.h"

namespace planwise::exchange {

/// What the store knows of a run beside the run itself.
struct ExportedRun {
  std::int64_t version = 1;
  std::string content_hash;  ///< Of the stored run, simulation data included.
};

/// What is said about the export in the export. Same runs and same context give the same bytes.
struct ExportContext {
  std::string query;  ///< The search that chose the runs, empty for runs that were named.
  Timestamp exported_at;
  std::string exported_by;
  std::string program_version;
  std::string store;  ///< The store's name as it may be shown to whoever gets the file.
  SimulationData simulation_data = SimulationData::include;
  Overwrite overwrite = Overwrite::refuse;
};

/// Writes runs into a temporary beside the target; finish() puts it in place. A writer that is destroyed before
/// finish() leaves nothing behind. Memory does not grow with the number of runs. One thread at a time.
///
/// One run alone is written in the format's shape for a single run (where it has one), any other number as a list.
class RunWriter {
 public:
  RunWriter() = default;
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;
  virtual ~RunWriter() = default;

  /// Simulation data is left out here when the context says so. Throws io (disk full), invalid_argument for what
  /// the format cannot hold; the writer is then only good for destruction.
  virtual void add(const Run& run, const ExportedRun& facts) = 0;
  /// Throws already_exists when the target has appeared and the context refuses to replace it. Called once.
  virtual void finish() = 0;
};

/// Takes the runs of a file in the order in which they stand there.
using RunReceiver = std::function<void(Run)>;

}  // namespace planwise::exchange
