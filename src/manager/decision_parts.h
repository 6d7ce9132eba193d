/// \file
/// What the files of DecisionService share: one call of a study, and the pieces that fill a run.
///
/// A study is carried out in two halves. carry_out() needs no store: it fills a run's results from a prepared study,
/// and the same study gives the same bytes, whoever calls. DecisionService::run() and resume() wrap it in a stored run;
/// reproduce() calls it again and compares.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manager/prepared_study.h"
#include "planwise/decisions.h"

namespace planwise {

namespace manager {
struct StudyCall;
}

struct DecisionService::Parts {
  Parts(ResultsManager& results, SimulationService* data);

  ResultsManager& manager;
  SimulationService* simulation = nullptr;
  LeverSchema schema;
  std::map<std::string, EvaluatorFunction, std::less<>> evaluators;

  /// `look_for_runs`: find warm starts that the study asks for; never for a study that has been resolved before.
  [[nodiscard]] manager::PreparedStudy prepared(const Study& study, bool look_for_runs);
  [[nodiscard]] Json provenance_of(const manager::PreparedStudy& prepared) const;
  /// Throws wrong_state naming what has changed when the data are others than those of the run's provenance.
  void refuse_other_data(std::string_view run_id, const manager::PreparedStudy& prepared);
  /// Does the work of a run that has been begun, keeps its heartbeat, and stores how it ended.
  Run work_on(manager::PreparedStudy& prepared, Run run, const SaveReceipt& receipt, manager::StudyCall call,
              const DecisionOptions& options, std::int64_t reports_before = 0);
  /// The study's part of a call: other studies over the same data, stored runs.
  void complete(manager::StudyCall& call);
};

}  // namespace planwise

namespace planwise::manager {

/// More entries than this and histories hold improvements only, and the run does not keep its evaluations.
inline constexpr std::size_t longest_history = 10'000;

/// One call of a study.
struct StudyCall {
  unsigned threads = 0;
  std::vector<Evaluation> recorded;  ///< Evaluations 0, 1, ... of an earlier call, taken instead of evaluating again.
  /// Set to make a run again that was cut short: as many evaluations as it had, and why it ended.
  std::optional<std::int64_t> stop_after;
  std::string stopped_by;
  double seconds_used = 0;  ///< Of the time limit, in earlier calls.
  std::function<void(const Evaluation&)> record;
  std::function<bool(const OptimizationProgress&)> progress;
  /// Prepares another study over the same data: of other seeds, or of the levers compared with.
  std::function<PreparedStudy(const Study&)> prepare;
  /// Finds stored runs; for importance from them. nullptr: none.
  ResultsManager* stored_runs = nullptr;
};

/// The study that a run was made from. Throws wrong_state for a run that no study made.
[[nodiscard]] Study study_of(const Run& run);
/// The same; nothing for a run that no study made.
[[nodiscard]] std::optional<Study> study_behind(const Run& run);
/// What a run of this kind has recorded can be gone on from.
[[nodiscard]] bool can_take_over(const Study& study);
/// Evaluations that the reports of a running run kept: 0, 1, ... without a gap.
[[nodiscard]] std::vector<Evaluation> recorded_evaluations(ResultsManager& manager, std::string_view run_id);
/// Id, creation and annotations of the run that is gone on with.
void keep_identity(const Run& stored, Run& run);
/// The stop reason of a run that was closed as lost with what it had found.
inline constexpr const char* stopped_by_loss = "lost";
/// Remarks of the first preparation, which a study that is resolved already does not make again.
void take_notes(const Run& stored, PreparedStudy& prepared);
/// A run as it begins: metadata and configuration of the study, status running.
[[nodiscard]] Run begun_run(const PreparedStudy& prepared);
/// Throws invalid_argument and unsupported for what no solver or method here can do, before anything is stored.
void refuse_unfit(const PreparedStudy& prepared);
/// Does the work and fills in metadata (status, evaluations, convergence) and results. Never throws for what an
/// evaluator does: that is a failed run with the cause.
void carry_out(PreparedStudy& prepared, const StudyCall& call, Run& run);

// --- one file a kind
// --------------------------------------------------------------------------------------------------
void carry_out_optimization(const PreparedStudy& prepared, const StudyCall& call, Run& run);  ///< Also a front.
void carry_out_tuning(const PreparedStudy& prepared, const StudyCall& call, Run& run);
void carry_out_sensitivity(PreparedStudy& prepared, const StudyCall& call, Run& run);
/// Fixes which stored runs an importance from them looks at, so that the run says it and can be made again.
void choose_runs(PreparedStudy& prepared, ResultsManager& manager);
void carry_out_uncertainty(const PreparedStudy& prepared, const StudyCall& call, Run& run);

/// Settings of a search, from the study and the call.
[[nodiscard]] SolverSettings solver_settings(const PreparedStudy& prepared, const StudyCall& call);
/// How many evaluations a call may make: what metadata.max_evaluations says.
[[nodiscard]] std::int64_t evaluation_limit(const PreparedStudy& prepared);
[[nodiscard]] bool has_data(const Study& study) noexcept;
/// Where the variables start.
[[nodiscard]] std::vector<double> start_of(const Problem& problem);
/// Places of the variables that can move.
[[nodiscard]] std::vector<std::size_t> free_places(const Problem& problem);

// --- evaluations
// ------------------------------------------------------------------------------------------------------
[[nodiscard]] Json to_json(const Evaluation& evaluation);
/// Throws corrupt for what is no evaluation.
[[nodiscard]] Evaluation evaluation_from(const Json& record);
/// Evaluations 0, 1, ... without a gap, up to the first that failed.
[[nodiscard]] std::vector<Evaluation> usable(std::vector<Evaluation> evaluations);
/// The combined objective as it stands where the evaluator gives terms, else the first objective. NaN of a failed one.
[[nodiscard]] double value_of(const Evaluation& evaluation);
/// parameter_history, objective_history, parameter_correlations and, under simulation_data, the evaluations themselves.
void keep_evaluations(const PreparedStudy& prepared, const std::vector<Evaluation>& evaluations, Run& run);

// --- results
// ----------------------------------------------------------------------------------------------------------
/// How a search ended: status, convergence, evaluations, stop reason.
void keep_ending(const PreparedStudy& prepared, const OptimizationResult& result, const StudyCall& call, Run& run);
/// Everything that follows from the point that was found: objective, levers, constraints, impacts, outcomes.
void keep_point(const PreparedStudy& prepared, const Evaluation& start, const Evaluation& best, Run& run);
/// The same of a point that violates a condition: under projected_outcomes.least_violated alone, so that nothing takes
/// it for a solution.
void keep_least_violated(const PreparedStudy& prepared, const Evaluation& least, Run& run);
/// Costs, people affected and figures by year, at the start and at the best; the simulator only.
void keep_impacts(const PreparedStudy& prepared, const std::vector<double>& start, const std::vector<double>& best,
                  Run& run);
/// Local elasticities at a point. Counts apart from the search, and never asks an external command. False: cancelled.
[[nodiscard]] bool keep_local_sensitivity(const PreparedStudy& prepared, const std::vector<double>& point,
                                          const StudyCall& call, Run& run);
void keep_notes(const PreparedStudy& prepared, Run& run);
/// The study on seeds that it does not use itself, for intervals of slopes; none where nothing is simulated.
[[nodiscard]] std::vector<PreparedStudy> other_seeds(const PreparedStudy& prepared, const StudyCall& call);

}  // namespace planwise::manager
