// What the commands that run studies share: options that become a study, progress, and the result laid out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "planwise/decisions.h"
#include "simulation.h"

namespace planwise::cli {

/// Options of a study; those given go over the plan file's.
struct StudyFlags {
  SourceFlags source;
  std::string plan, weights, levers, lock, years, algorithm, scenario, description, justification, function;
  std::string evaluator_command, strategy, method, figure, compare_to, run, goals;
  std::vector<std::string> constraint, tag, set, bounds;
  double budget = 0, target_growth = 0, headcount_growth = 0, tolerance = 0, timeout = 0, evaluator_timeout = 0;
  double pay_cap = 0, width = 0;
  std::int64_t max_evaluations = 0, starts = 0, population = 0, grid_points = 0, warm_start = 0, dimensions = 0;
  std::int64_t seeds = 0, threads = 0, retries = 0, target_year = 0, iterations = 0;
  std::uint64_t seed = 0, simulation_seed = 0;
  bool synthetic = false, normalised = false, within_pay_cap = false, ignore_locks = false, dbt_compatible = false;
};

/// --plan, evaluators, levers, years, objective, constraints, --seed, --timeout and what describes the run.
void add_study_options(CLI::App& command, StudyFlags& flags);
/// --algorithm and what steers it.
void add_solver_options(CLI::App& command, StudyFlags& flags);
/// --census, --settings, --database-scenario, --no-cache, --threads.
void add_data_options(CLI::App& command, SourceFlags& source, std::int64_t& threads);

/// The plan file's study, or an empty one, with the options given put over it.
[[nodiscard]] Study study_from(const CLI::App& command, const StudyFlags& flags, StudyKind kind, Session& session);
/// "active_mean@2027>=120000", "0.02<=cola_rate<=0.03", "merit_rate descending 0.002".
[[nodiscard]] StudyConstraint constraint_from(const std::string& text, const LeverSchema& schema);

/// Store, data where the study needs them, and the service over both.
class DecisionDesk {
 public:
  /// `need_data`: refuse to begin without a simulation; else one is used where it is there.
  DecisionDesk(Session& session, const SourceFlags& source, bool need_data);
  [[nodiscard]] DecisionService& service() noexcept { return *service_; }
  /// Live progress on a terminal; Ctrl-C cancels.
  [[nodiscard]] DecisionOptions options(const std::string& what, std::int64_t threads) const;

 private:
  Session& session_;
  std::optional<SimulationService> simulation_;
  std::optional<DecisionService> service_;
};

/// Runs the study, after `adjust` where a command has options of its own, and prints what came out.
void run_study(const CLI::App& command, const StudyFlags& flags, StudyKind kind, Session& session,
               const std::function<void(Study&)>& adjust = {});

/// The result of a study in the chosen form; sets the exit status (docs/exit-status.md).
void print_decision(const Run& run, Session& session);
/// One document a run: what the commands print as JSON.
[[nodiscard]] Json decision_json(const Run& run);

}  // namespace planwise::cli
