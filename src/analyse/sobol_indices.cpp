// First and total order Sobol indices from independently scrambled replicates, with bootstrap-t intervals over them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyse/block_indices.h"
#include "analyse/draws.h"
#include "analyse/intervals.h"
#include "analyse/sensitivity_model.h"
#include "analyse/sobol_sequence.h"
#include "planwise/error.h"

namespace planwise {

using namespace analyse;  // NOLINT(google-build-using-namespace): this file is part of it

namespace {

constexpr std::size_t most_factors = 500;
constexpr std::int64_t least_rows = 64;         ///< Two a replicate.
constexpr std::int64_t first_rows = 8;          ///< Of a replicate, before intervals are looked at.
constexpr std::size_t most_points = 1U << 16U;  ///< Of one call of the function.

/// The design, and what it has found so far.
class SobolStudy {
 public:
  SobolStudy(const SensitivityModel& model, const SobolSettings& settings)
      : model_(model),
        settings_(settings),
        factors_(model.factors.size()),
        sequence_(2 * factors_),
        sums_(model.outputs.size(), BlockSums(factors_)) {
    keys_.resize(block_count * 2 * factors_);
    for (std::size_t i = 0; i < keys_.size(); ++i) keys_[i] = draw(settings.seed, Purpose::scramble, i);
  }

  /// Evaluates until each replicate has that many rows.
  void grow_to(std::int64_t rows) {
    for (; rows_ < rows; ++rows_) {
      const std::vector<std::uint32_t>& base = sequence_.next();
      for (std::size_t block = 0; block < block_count; ++block) {
        add_points(base, block);
        if (points_.size() + factors_ + 2 > most_points) evaluate();
      }
    }
    evaluate();
    for (BlockSums& sums : sums_) sums.set_rows(rows_);
  }

  [[nodiscard]] SobolResult result() const {
    SobolResult result;
    result.n = rows_ * static_cast<std::int64_t>(block_count);
    result.evaluations = result.n * static_cast<std::int64_t>(factors_ + 2);
    result.seed = settings_.seed;
    result.confidence = settings_.confidence;
    for (std::size_t output = 0; output < model_.outputs.size(); ++output) result.outputs.push_back(output_of(output));
    for (const SobolOutput& output : result.outputs) {
      for (const SobolEffect& effect : output.effects) {
        for (const Interval& interval : {*effect.first_order.interval, *effect.total_order.interval})
          result.widest_interval = std::max(result.widest_interval, interval.high - interval.low);
      }
    }
    return result;
  }

 private:
  /// A, B, and A with each factor in turn taken from B.
  void add_points(const std::vector<std::uint32_t>& base, std::size_t block) {
    const auto value = [&](std::size_t matrix, std::size_t factor) {
      const std::size_t dimension = matrix * factors_ + factor;
      return at_part(model_.factors[factor], scrambled(base[dimension], keys_[block * 2 * factors_ + dimension]));
    };
    std::vector<double> a(factors_), b(factors_);
    for (std::size_t i = 0; i < factors_; ++i) {
      a[i] = value(0, i);
      b[i] = value(1, i);
    }
    points_.push_back(a);
    points_.push_back(b);
    for (std::size_t i = 0; i < factors_; ++i) {
      points_.push_back(a);
      points_.back()[i] = b[i];
    }
    blocks_.push_back(block);
  }

  void evaluate() {
    if (points_.empty()) return;
    const Matrix rows = outputs_at(model_, model_.evaluate, points_, evaluated_);
    evaluated_ += points_.size();
    std::vector<double> mixed(factors_);
    for (std::size_t output = 0; output < model_.outputs.size(); ++output) {
      if (!sums_[output].has_origin()) sums_[output].set_origin(mean_of_column(rows, output));
      for (std::size_t row = 0; row < blocks_.size(); ++row) {
        const std::size_t at = row * (factors_ + 2);
        for (std::size_t i = 0; i < factors_; ++i) mixed[i] = rows[at + 2 + i][output];
        sums_[output].add(blocks_[row], rows[at][output], rows[at + 1][output], mixed);
      }
    }
    points_.clear();
    blocks_.clear();
  }

  static double mean_of_column(const Matrix& rows, std::size_t column) {
    double sum = 0;
    for (const auto& row : rows) sum += row[column] / static_cast<double>(rows.size());
    return sum;
  }

  [[nodiscard]] SobolOutput output_of(std::size_t number) const {
    const BlockIndices indices = indices_of(sums_[number], {settings_.seed, settings_.resamples, settings_.confidence});
    SobolOutput output;
    output.output = model_.outputs[number];
    output.mean = indices.mean;
    output.variance = indices.variance;
    output.constant = indices.constant;
    for (std::size_t i = 0; i < factors_; ++i)
      output.effects.push_back(
          {model_.factors[i].name, indices.first_order[i], indices.total_order[i], !sums_[number].has_effect(i)});
    return output;
  }

  const SensitivityModel& model_;
  const SobolSettings& settings_;
  std::size_t factors_;
  SobolSequence sequence_;
  std::vector<BlockSums> sums_;      ///< By output.
  std::vector<std::uint64_t> keys_;  ///< Of the scrambles: by block, matrix, factor.
  std::int64_t rows_ = 0;            ///< Of each replicate.
  std::size_t evaluated_ = 0;
  Matrix points_;                    ///< Not evaluated yet: factors + 2 a row.
  std::vector<std::size_t> blocks_;  ///< Of their rows.
};

void check(const SensitivityModel& model, const SobolSettings& settings) {
  check_model(model);
  if (model.factors.size() > most_factors)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{} factors; Sobol indices take 1 to {}", model.factors.size(), most_factors));
  const std::int64_t least = least_sobol_evaluations(static_cast<std::int64_t>(model.factors.size()));
  if (settings.max_evaluations < least)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("max_evaluations is {}; Sobol indices of {} factors take at least {}",
                            settings.max_evaluations, model.factors.size(), least));
  if (!(settings.width >= 0))
    throw Error(ErrorCode::invalid_argument, fmt::format("the width is {}; 0 or more is allowed", settings.width));
  check_confidence(settings.confidence);
  check_count("resamples", settings.resamples, 100, 100'000);
}

}  // namespace

std::int64_t least_sobol_evaluations(std::int64_t factors) noexcept { return least_rows * (factors + 2); }

std::string_view to_text(SobolStop stop) noexcept {
  return stop == SobolStop::width_reached ? "width_reached" : "max_evaluations";
}

SobolResult sobol_indices(const SensitivityModel& model, const SobolSettings& settings) {
  check(model, settings);
  const std::int64_t most_rows =
      settings.max_evaluations / static_cast<std::int64_t>(block_count * (model.factors.size() + 2));
  SobolStudy study(model, settings);
  for (std::int64_t rows = std::min(first_rows, most_rows);; rows = std::min(2 * rows, most_rows)) {
    study.grow_to(rows);
    if (rows < most_rows && settings.width == 0) continue;
    SobolResult result = study.result();
    result.stop = result.widest_interval <= settings.width ? SobolStop::width_reached : SobolStop::max_evaluations;
    if (rows == most_rows || result.stop == SobolStop::width_reached) return result;
  }
}

}  // namespace planwise
