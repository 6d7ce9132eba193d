/// \file
/// What a report is written from: values that somebody else has read. Nothing is looked up here, and nothing guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "planwise/levers.h"
#include "planwise/run.h"
#include "planwise/simulation.h"
#include "planwise/workforce.h"

namespace planwise::report {

/// A run, and what the store knows of it.
struct StoredRun {
  Run run;
  std::int64_t version = 1;
  std::string content_hash;
  std::string state;  ///< "locked", "archived", "lost" and the like, joined; empty: nothing of the kind.
  Json provenance;    ///< Null: none is kept of the run.
};

struct AuditFact {
  std::int64_t sequence = 0;
  Timestamp recorded_at;
  std::string actor, action, entry_hash;
  std::optional<std::string> reason;
};

/// Figures that were simulated anew for the report, from the run's own levers, years and seed, on data whose
/// fingerprint is the one the run saw.
struct SimulatedYear {
  YearFigures baseline, plan;
  std::optional<CostBridge> bridge;            ///< Of the plan, from the end of the year before.
  ByLevel<std::int64_t> raised{}, promoted{};  ///< People of the plan, by the level they had before.
};
struct SimulatedPlan {
  std::vector<SimulatedYear> years;
  double loading_factor = 0;
  std::string signature;  ///< Of the data.
};

struct ReportFacts {
  StoredRun subject;
  std::optional<StoredRun> other;  ///< What it is compared with: the earlier one.
  std::vector<AuditFact> audit;    ///< Of the run, oldest first.
  LeverSchema schema = LeverSchema::shipped();
  std::optional<SimulatedPlan> simulated;
  std::string why_not_simulated;  ///< Said in the report when figures could have been simulated and were not.
  std::string store;              ///< Name of the store's file, without its folder.
  bool board = false;
};

}  // namespace planwise::report
