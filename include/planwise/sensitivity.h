/// \file
/// Which factors an output depends on, and how sure a figure is: local slopes, tornado, Morris, Sobol, importance from
/// rows that exist already, and quantiles of an ensemble of seeds. docs/sensitivity.md has formulas and sources.
///
///     planwise::SensitivityModel model;
///     model.factors = {{"cola_rate", 0.0, 0.05}, {"merit_rate", 0.0, 0.06}};
///     model.outputs = {"cost"};
///     model.evaluate = [](const std::vector<std::vector<double>>& points) { return costs_of(points); };
///     planwise::SobolResult indices = planwise::sobol_indices(model, {.max_evaluations = 20'000, .width = 0.05});
///     double share = indices.outputs.at(0).effects.at(1).total_order.value;
///
/// Common to all: results depend on the model, the settings and the seed alone, bit by bit, never on threads. Functions
/// share nothing and may be called from several threads. `evaluate` is called from the calling thread; what it throws
/// (a cancellation, say) passes through. Throws invalid_argument naming the factor, output, setting or point that does
/// not fit, its value and what is allowed; an output that is not finite is such a fault.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "planwise/json.h"

namespace planwise {

// --- what is looked at ----------------------------------------------------------------------------------------------

/// A row of outputs for each row of points, in their order. A pure function; it may use all cores.
using BatchFunction = std::function<std::vector<std::vector<double>>(const std::vector<std::vector<double>>& points)>;

struct Factor {
  std::string name;
  double lower = 0, upper = 1;  ///< Finite, lower < upper. Leave out what is fixed. Taken as evenly distributed.
  /// The outputs are constant on pieces along it (it acts on draws): differences take a wide step.
  bool stepped = false;
};

struct SensitivityModel {
  std::vector<Factor> factors;       ///< 1 to 1000, names differ.
  std::vector<std::string> outputs;  ///< 1 or more names, one a column of what evaluate returns.
  BatchFunction evaluate;
  /// Of local_sensitivity: the same function under other seeds, beside `evaluate`.
  std::vector<BatchFunction> replications;
};

// --- what comes out everywhere --------------------------------------------------------------------------------------

struct Interval {
  double low = 0, high = 0;
};
/// A figure, and where it lies with the confidence asked for; without an interval where none can be given.
struct Estimate {
  double value = 0;
  std::optional<Interval> interval;
};

// --- around one point -----------------------------------------------------------------------------------------------

struct LocalSettings {
  double smooth_step = 1e-4;  ///< To either side, as a part of the factor's range; above 0, at most 0.5.
  double stepped_step = 0.1;  ///< The same for stepped factors.
  double confidence = 0.95;   ///< Of the t interval over replications.
};
/// Central difference; at a bound the step on that side is shorter or none.
struct LocalEffect {
  std::string factor;
  double low = 0, high = 0;            ///< Where the factor was set.
  Estimate slope;                      ///< Change of the output per unit of the factor.
  Estimate per_range;                  ///< slope x (upper - lower).
  std::optional<Estimate> elasticity;  ///< slope x point / output; absent where the output is 0.
  bool no_effect = false;              ///< The output was the same, bit by bit, at low, point and high (all seeds).
};
struct LocalOutput {
  std::string output;
  Estimate value;                    ///< At the point; the mean over replications.
  std::vector<LocalEffect> effects;  ///< In the order of the factors.
};
struct LocalResult {
  std::vector<double> point;
  std::vector<LocalOutput> outputs;
  std::int64_t evaluations = 0, replications = 1;
  double confidence = 0.95;
};
/// 1 + at most 2 x factors evaluations, in one batch a replication. With replications every figure is the mean over
/// them (each a difference under its own seed: common random numbers) with a t interval. The point lies within the
/// bounds.
[[nodiscard]] LocalResult local_sensitivity(const SensitivityModel& model, const std::vector<double>& point,
                                            const LocalSettings& settings = {});

struct TornadoBar {
  std::string factor;
  double low_at = 0, high_at = 0;  ///< Where the factor was set: its bounds.
  double low = 0, high = 0;        ///< Output there, the others at the point.
  double swing = 0;                ///< |high - low|
  bool no_effect = false;          ///< low, the point and high gave the same output, bit by bit.
};
struct TornadoOutput {
  std::string output;
  double value = 0;              ///< At the point.
  std::vector<TornadoBar> bars;  ///< Widest swing first; equals in the order of the factors.
};
struct TornadoResult {
  std::vector<double> point;
  std::vector<TornadoOutput> outputs;
  std::int64_t evaluations = 0;
};
/// One factor at a time at its lower and upper bound. 1 + 2 x factors evaluations in one batch.
[[nodiscard]] TornadoResult tornado(const SensitivityModel& model, const std::vector<double>& point);

// --- over the whole box ---------------------------------------------------------------------------------------------

struct MorrisSettings {
  std::int64_t trajectories = 20;  ///< 2 to 100,000.
  std::int64_t levels = 4;         ///< Of the grid; even, 2 to 100.
  std::uint64_t seed = 42;
  double confidence = 0.95;
  std::int64_t resamples = 1000;  ///< Of the bootstrap, 100 to 1,000,000.
};
/// Elementary effects: change of the output per whole range of the factor.
struct MorrisEffect {
  std::string factor;
  double mu = 0;           ///< Mean.
  Estimate mu_star;        ///< Mean of magnitudes, with its bootstrap interval over trajectories.
  double sigma = 0;        ///< Standard deviation: 0 for a factor that acts linearly and alone.
  bool no_effect = false;  ///< No step along it changed the output by a bit.
};
struct MorrisOutput {
  std::string output;
  std::vector<MorrisEffect> effects;  ///< In the order of the factors.
};
struct MorrisResult {
  std::vector<MorrisOutput> outputs;
  std::int64_t evaluations = 0, trajectories = 0, levels = 0;
  std::uint64_t seed = 0;
  double confidence = 0.95;
};
/// trajectories x (factors + 1) evaluations in one batch.
[[nodiscard]] MorrisResult morris_screening(const SensitivityModel& model, const MorrisSettings& settings = {});

/// 64 x (factors + 2): fewer tell nothing of how sure the indices are.
[[nodiscard]] std::int64_t least_sobol_evaluations(std::int64_t factors) noexcept;
struct SobolSettings {
  /// Never more; least_sobol_evaluations() or more.
  std::int64_t max_evaluations = 10'000;
  double width = 0.1;  ///< Stop once no interval of an index is wider; 0: use all evaluations.
  std::uint64_t seed = 42;
  double confidence = 0.95;
  std::int64_t resamples = 1000;  ///< Of the bootstrap, 100 to 100,000.
};
enum class SobolStop { width_reached, max_evaluations };
/// As spelled above.
[[nodiscard]] std::string_view to_text(SobolStop stop) noexcept;
struct SobolEffect {
  std::string factor;
  Estimate first_order;    ///< Part of the variance that the factor explains alone. Noise may carry it below 0.
  Estimate total_order;    ///< Part that is left when all other factors are known.
  bool no_effect = false;  ///< No change of the factor changed the output by a bit: both are exactly 0.
};
struct SobolOutput {
  std::string output;
  double mean = 0, variance = 0;
  bool constant = false;             ///< Every evaluation gave the same output: all indices are 0.
  std::vector<SobolEffect> effects;  ///< In the order of the factors.
};
struct SobolResult {
  std::vector<SobolOutput> outputs;
  std::int64_t n = 0;  ///< Base rows; n x (factors + 2) evaluations.
  std::int64_t evaluations = 0;
  double widest_interval = 0;  ///< high - low, of all indices of all outputs.
  SobolStop stop = SobolStop::max_evaluations;
  std::uint64_t seed = 0;
  double confidence = 0.95;
};
/// First and total order on independently scrambled Sobol sequences, doubled until the intervals are narrow enough;
/// each doubling is one batch and evaluates nothing again. At most 500 factors.
[[nodiscard]] SobolResult sobol_indices(const SensitivityModel& model, const SobolSettings& settings = {});

// --- from rows that exist already -----------------------------------------------------------------------------------

/// Points of any origin (stored runs) and one output of each.
struct GivenData {
  std::vector<std::string> factors;
  std::string output;
  std::vector<std::vector<double>> points;  ///< Rows of one value a factor; NaN: not known.
  std::vector<double> values;               ///< One a row.
};
struct GivenDataSettings {
  std::uint64_t seed = 42;
  double confidence = 0.95;
  std::int64_t resamples = 1000;  ///< 100 to 100,000.
};
/// Fewer usable rows than this: no figures, but a reason.
inline constexpr std::int64_t least_given_rows = 60;
struct GivenDataEffect {
  std::string factor;
  std::optional<Estimate> first_order;  ///< Absent: `reason` says why (one value only, say).
  std::string reason;
  std::int64_t distinct = 0;    ///< Different values of the factor.
  std::string correlated_with;  ///< The factor it goes with most (rank correlation beyond 0.3), else empty.
  double correlation = 0;       ///< With that factor; its share contains what the other one explains.
};
struct GivenDataResult {
  std::string output;
  std::int64_t rows = 0;        ///< Used.
  std::int64_t duplicates = 0;  ///< Rows equal to an earlier one in every value: left out.
  std::int64_t incomplete = 0;  ///< Rows with a value that is not finite: left out.
  std::string refusal;          ///< Why there are no figures at all ("31 different complete rows; ..."), else empty.
  std::vector<GivenDataEffect> effects;  ///< In the order of the factors.
  std::uint64_t seed = 0;
  double confidence = 0.95;
};
/// First-order indices by binning with a correction for chance. "No effect" cannot be told from given rows: a factor
/// without effect comes out near 0 with an interval around it.
[[nodiscard]] GivenDataResult importance_from_rows(const GivenData& given, const GivenDataSettings& settings = {});

// --- ensembles of seeds ---------------------------------------------------------------------------------------------

struct EnsembleSettings {
  std::optional<double> threshold{};  ///< A budget, say: the chance of a value above it is wanted.
  double confidence = 0.95;
};
/// Intervals hold for any distribution: of quantiles from order statistics (absent where there are too few values), of
/// the chance by Clopper and Pearson. That of the mean is a t interval, absent for one value.
struct EnsembleSummary {
  std::int64_t n = 0;
  Estimate mean, p10, p50, p90;
  double least = 0, most = 0, standard_deviation = 0;
  std::optional<double> threshold;
  std::optional<Estimate> chance_above;  ///< Part of the values > threshold.
  double confidence = 0.95;
};
/// One value a seed, 1 or more. O(n log n).
[[nodiscard]] EnsembleSummary summarize_ensemble(std::vector<double> values, const EnsembleSettings& settings = {});
/// Of second - first, seed by seed (same seeds in the same order). Without a threshold it is 0: chance_above is the
/// chance that the second is the higher one.
[[nodiscard]] EnsembleSummary summarize_difference(const std::vector<double>& first, const std::vector<double>& second,
                                                   const EnsembleSettings& settings = {});

// --- as JSON --------------------------------------------------------------------------------------------------------

/// Keys as the members are called; an Estimate is {"value", "low", "high"} with null where there is no interval.
[[nodiscard]] Json to_json(const Estimate& estimate);
[[nodiscard]] Json to_json(const LocalResult& result);
[[nodiscard]] Json to_json(const TornadoResult& result);
[[nodiscard]] Json to_json(const MorrisResult& result);
[[nodiscard]] Json to_json(const SobolResult& result);
[[nodiscard]] Json to_json(const GivenDataResult& result);
[[nodiscard]] Json to_json(const EnsembleSummary& summary);

}  // namespace planwise
