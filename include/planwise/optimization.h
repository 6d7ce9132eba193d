/// \file
/// Optimizing: a problem (variables, objectives, constraints, a function) and the solvers that look for its best
/// points.
///
///     planwise::Problem problem;
///     problem.variables = {{"x", -5, 5, 3}, {"y", -5, 5, 3}};
///     problem.evaluate = [](const std::vector<double>& at, const planwise::EvaluationControl&) {
///       planwise::PointOutcome outcome;
///       outcome.objectives = {at[0] * at[0] + at[1] * at[1]};
///       return outcome;
///     };
///     planwise::OptimizationResult result = planwise::optimize(problem, {});
///     double least = result.evaluations.at(*result.best).outcome.objectives.at(0);
///
/// Everything is minimised. Every solver asks through one seam that counts, records, remembers, times out and cancels:
/// no more evaluations than asked for, evaluation 0 is the start, and a point that was evaluated before is not
/// evaluated (nor counted) again. Same problem, settings and seed: the same evaluations in the same order, bit by bit,
/// on any number of threads. What a solver does next never depends on max_evaluations, so that 25 evaluations and then
/// 25 more (with `recorded`) are the very 50 of one long call.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"

namespace planwise {

// --- the problem ----------------------------------------------------------------------------------------------------

struct Variable {
  std::string name;
  double lower = 0, upper = 1;  ///< Where is searched; finite, lower <= upper. Equal: it is fixed.
  double start = 0;             ///< Within the bounds.
  /// The function is constant on pieces along it (it acts on draws): finite differences take a wide step.
  bool stepped = false;
};

/// A condition on the outcome of a point. An inequality holds when its value is <= tolerance, an equality when its
/// magnitude is.
struct PointConstraint {
  enum class Kind { inequality, equality };
  std::string name;
  Kind kind = Kind::inequality;
  double tolerance = 1e-8;
};

/// What one evaluation says. Values that are not finite fail the evaluation.
struct PointOutcome {
  std::vector<double> objectives;   ///< One an objective of the problem.
  std::vector<double> constraints;  ///< One a constraint: how far above (positive: violated) or within (negative).
  Json details;                     ///< Kept with the record; no solver looks at it.
};

/// Handed to a function while it works.
class EvaluationControl {
 public:
  EvaluationControl() noexcept : stop_(never) {}  ///< Of an evaluation that nothing stops.
  explicit EvaluationControl(const std::atomic<bool>& stop) noexcept : stop_(stop) {}
  /// True once the answer is not wanted any more: time is up, or the whole was cancelled. Long functions look at it.
  [[nodiscard]] bool stop_requested() const noexcept { return stop_.load(std::memory_order_relaxed); }

 private:
  inline static const std::atomic<bool> never{false};
  const std::atomic<bool>& stop_;
};

struct Problem {
  std::vector<Variable> variables;
  std::vector<std::string> objectives{"objective"};  ///< Names; two or more want NSGA-II.
  std::vector<PointConstraint> constraints;
  /// A pure function of the point (same point, same outcome), called from several threads at once. May throw: the
  /// evaluation has failed then, with that cause. A copy of it may live on after optimize() where a call never ended.
  std::function<PointOutcome(const std::vector<double>& point, const EvaluationControl& control)> evaluate;
};

// --- what is asked of a solver --------------------------------------------------------------------------------------

enum class Algorithm { slsqp, lbfgsb, cobyla, de, cmaes, nsga2, grid, random, latin_hypercube };
/// "SLSQP", "L-BFGS-B", "COBYLA", "DE", "CMA-ES", "NSGA-II", "GRID", "RANDOM", "LHS".
[[nodiscard]] std::string_view to_text(Algorithm algorithm) noexcept;
/// The reverse, whatever the letter case. Throws invalid_argument naming the text and what is allowed.
[[nodiscard]] Algorithm algorithm_from(std::string_view text);
/// What a run is stored under: "nlopt_slsqp", "nlopt_lbfgsb", "nlopt_cobyla", "pagmo_de", "pagmo_cmaes", "pagmo_nsga2",
/// "grid_search", "random_search", "latin_hypercube".
[[nodiscard]] std::string_view engine_of(Algorithm algorithm) noexcept;

/// One evaluated point.
struct Evaluation {
  std::int64_t number = 0;  ///< From 0, without gaps.
  std::vector<double> point;
  PointOutcome outcome;  ///< Empty when it failed.
  std::string error;     ///< Why it failed; empty when it did not.
};

struct OptimizationProgress {
  std::int64_t evaluations = 0, max_evaluations = 0;
  std::optional<double> best_objective;  ///< Of the best point so far; of the first objective where there are several.
  bool best_feasible = false;
  double seconds = 0;  ///< Since the call began.
};

struct SolverSettings {
  Algorithm algorithm = Algorithm::slsqp;
  std::int64_t max_evaluations = 200;  ///< The start included; 1 or more.
  std::uint64_t seed = 42;             ///< Of everything that is drawn.
  /// Relative change of the objective, and change of the variables as a part of their ranges, below which a solver has
  /// converged. Above 0.
  double tolerance = 1e-8;
  /// Local solvers and DE: how many starts at most. The first is the problem's (or the best warm start); when it has
  /// converged and evaluations are left, others follow: for local solvers jumps from the best and points of a Latin
  /// hypercube, for DE new populations. The other solvers do not look at it. Above 1, local solvers go on, up to ten
  /// times as many, while nothing is feasible, and COBYLA until four starts have ended at the least value. 0: 16, and
  /// more for as long as the values that they ended at tell of valleys that none has found (Boender and Rinnooy Kan
  /// 1987); of DE up to 12 populations.
  std::int64_t starts = 1;
  /// DE, CMA-ES, NSGA-II: individuals; 0: chosen from the number of variables. At least 7, 6 and 8 are taken, and for
  /// NSGA-II a multiple of 4.
  std::int64_t population = 0;
  std::int64_t grid_points = 3;  ///< GRID: values a variable, 2 or more.
  unsigned threads = 0;          ///< 0: as many as the machine has. Never changes a byte of the result.
  std::optional<std::chrono::milliseconds> time_limit;             ///< Of the whole call.
  std::optional<std::chrono::milliseconds> evaluation_time_limit;  ///< Of one evaluation; longer: it has failed.
  /// Points worth trying: evaluated right after the start. Local solvers go on from the best of them and the start,
  /// populations contain them.
  std::vector<std::vector<double>> warm_starts;
  /// Points known to keep the constraints, or to come near to it; looked at only where the start does not keep them.
  /// Populations hold them and points between them and others, samplings try them and, once 16 points have shown that
  /// hardly any other is feasible, such points between; local solvers begin at them when the first start has ended
  /// infeasible. Within the bounds.
  std::vector<std::vector<double>> hints;
  /// Evaluations 0, 1, ... of an earlier call with the same problem and settings (but max_evaluations and the limits):
  /// taken instead of evaluating again, and not told to `record`; a failed one is tried again. Throws invalid_argument
  /// when the solver asks for another point than recorded.
  std::vector<Evaluation> recorded;
  /// Told of each new evaluation once, in order of numbers, from the calling thread.
  std::function<void(const Evaluation&)> record;
  /// Called at least twice a second from the calling thread; false cancels within a second. What this or `record`
  /// throws passes through optimize().
  std::function<bool(const OptimizationProgress&)> progress;
};

// --- what comes out -------------------------------------------------------------------------------------------------

enum class StopReason {
  converged,        ///< The solver's own test of convergence holds.
  max_evaluations,  ///< As many evaluations as were asked for.
  exhausted,        ///< Every point of the grid, or every start, is done.
  time_limit,
  cancelled,
  evaluation_failed,  ///< An evaluation threw, gave a value that is not finite, or took too long: `message` has the
                      ///< cause.
  solver_failed,      ///< The solver gave up (round-off and the like): `message` has its words. What was found counts.
};
/// As spelled above.
[[nodiscard]] std::string_view to_text(StopReason reason) noexcept;

struct OptimizationResult {
  std::vector<Evaluation> evaluations;  ///< In order of numbers. A failed one is the last.
  /// Index of the best: the least objective among the feasible (the earliest of equals); of one objective, the best of
  /// those that keep every inequality without its tolerance, if it is worse by no more than 1e-8 (relative). Without a
  /// feasible point the least violated, and `feasible` is false. With several objectives the knee of the front.
  /// Absent: nothing evaluated.
  std::optional<std::size_t> best;
  bool feasible = false;
  /// The best point is where the solver has converged: also where further starts were made after it, or ended only
  /// because the evaluations were used up.
  bool converged = false;
  StopReason stop_reason = StopReason::converged;
  std::string message;             ///< One sentence for a person.
  std::vector<std::size_t> front;  ///< With several objectives: the feasible that none dominates, by first objective.
};

/// Looks for the best point. Never throws for what the function does (see StopReason::evaluation_failed); throws
/// invalid_argument naming the variable or setting that does not fit, its value and what is allowed, and unsupported
/// for an algorithm that cannot do it (several objectives without NSGA-II). Inequalities and equalities are honoured by every
/// solver: SLSQP and COBYLA take them as they are, L-BFGS-B through an augmented Lagrangian, the others rank a point
/// that violates behind every feasible one, by how much it violates. Safe to call from several threads. Costs the
/// evaluations plus about 10 microseconds each.
[[nodiscard]] OptimizationResult optimize(const Problem& problem, const SolverSettings& settings);

/// Sum of the violations beyond the tolerances; 0 for a feasible outcome.
[[nodiscard]] double violation_of(const Problem& problem, const PointOutcome& outcome) noexcept;

// --- a target by steps ----------------------------------------------------------------------------------------------

/// Part of the step that the local slope asks for: 0.3, 0.5, 0.8.
enum class TuningStrategy { conservative, balanced, aggressive };
[[nodiscard]] std::string_view to_text(TuningStrategy strategy) noexcept;
[[nodiscard]] TuningStrategy tuning_strategy_from(std::string_view text);

struct TuningSettings {
  double target = 0, tolerance = 0.001;  ///< Of the first objective, which is steered to the target instead of down.
  std::int64_t max_iterations = 10;      ///< 1 or more. One iteration: one point, and one beside it for the slope.
  TuningStrategy strategy = TuningStrategy::balanced;
  SolverSettings seam;  ///< Threads, limits, records and progress; algorithm, warm starts and hints are not looked at.
};
struct TuningIteration {
  std::int64_t number = 0;  ///< From 0, the start.
  std::size_t evaluation = 0;
  double value = 0, distance = 0;  ///< value - target.
  double step = 0;                 ///< Taken next, as a part of the variables' ranges.
};
struct TuningResult {
  OptimizationResult search;  ///< best: the iteration nearest the target.
  std::vector<TuningIteration> iterations;
  bool reached = false;
};
/// Moves all variables by the same part of their ranges (each kept within its bounds) until the first objective is
/// within the tolerance of the target. Stop reasons: converged (reached), max_evaluations (the iterations are done, or
/// seam.max_evaluations), exhausted (every variable is at the bound nearest the target), solver_failed (nothing moves
/// the objective), and those of the seam.
[[nodiscard]] TuningResult tune_to_target(const Problem& problem, const TuningSettings& settings);

// --- several objectives ---------------------------------------------------------------------------------------------

/// Points of equal length, all minimised. Indices of those that no other dominates, ordered by the first value; of
/// equal points the earliest. O(n log n) for two values, O(n^2) for more.
[[nodiscard]] std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& points);
/// Volume dominated by the points up to the reference (points beyond it add nothing). Exact, for 1 to 10 values.
[[nodiscard]] double hypervolume(const std::vector<std::vector<double>>& points, const std::vector<double>& reference);
/// The point of a front (indices into `points`) farthest below the line or plane through its extremes, each value as
/// a part of its range over the front. Throws invalid_argument for an empty front.
[[nodiscard]] std::size_t knee_of(const std::vector<std::vector<double>>& points,
                                  const std::vector<std::size_t>& front);

// --- functions with known optima ------------------------------------------------------------------------------------

struct TestFunction {
  Problem problem;
  std::optional<double> optimum;   ///< Least feasible value; absent with several objectives.
  std::vector<double> optimum_at;  ///< One place of it, where it is known in closed form.
  std::vector<double> reference;   ///< For the hypervolume, with several objectives.
};
/// "sphere", "rosenbrock", "rastrigin", "ackley", "griewank", "styblinski-tang" (1 to 1000 variables; rosenbrock from
/// 2), "g06" to "g09" (their own numbers of variables), "zdt1" to "zdt3", "dtlz2". dimensions 0: the usual number.
/// Starts are those of the literature, or the upper-left part of the box. Throws invalid_argument for others.
[[nodiscard]] TestFunction test_function(std::string_view name, std::int64_t dimensions = 0);
[[nodiscard]] std::vector<std::string_view> test_function_names();

}  // namespace planwise
