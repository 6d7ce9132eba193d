// How often intervals hold what is known: sobol_coverage [REPETITIONS] [EVALUATIONS] [WIDTH]
//
// Each known figure must lie inside its 95 % interval in 90 to 99 % of the repetitions, which differ in their seed: the
// Sobol indices of the Ishigami and the g-function (with a WIDTH, stopped by it), and quantiles, mean and chance of
// lognormal ensembles. Importance from given rows must hold in 90 % or more: about indices near 0 its intervals are
// wider than they would have to be. Ends with 1 when one does not.
#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "known_indices.h"
#include "planwise/sensitivity.h"

namespace {

using planwise::Estimate;
using planwise::test_support::KnownIndices;

/// One index over all repetitions.
struct Coverage {
  std::string name;
  double known = 0;
  int inside = 0, below = 0, above = 0;
  double width = 0, mean = 0;

  void add(const Estimate& estimate) {
    (known < estimate.interval->low ? below : known > estimate.interval->high ? above : inside) += 1;
    width += estimate.interval->high - estimate.interval->low;
    mean += estimate.value;
  }
};

void head(const std::string& title) {
  fmt::print("{}\n  {:<10} {:>10} {:>10} {:>10} {:>6} {:>6} {:>12}\n", title, "figure", "known", "mean", "inside",
             "below", "above", "mean width");
}

bool show(const std::vector<Coverage>& coverages, int repetitions, double most = 0.99) {
  bool all = true;
  for (const Coverage& coverage : coverages) {
    const double share = static_cast<double>(coverage.inside) / repetitions;
    const bool good = share >= 0.90 && share <= most;
    fmt::print("  {:<10} {:>10.6f} {:>10.6f} {:>8.1f} % {:>6} {:>6} {:>12.6f}{}\n", coverage.name, coverage.known,
               coverage.mean / repetitions, 100 * share, coverage.below, coverage.above, coverage.width / repetitions,
               good ? "" : "  <-- beyond the limits");
    all = all && good;
  }
  return all;
}

bool cover_indices(const KnownIndices& known, int repetitions, std::int64_t evaluations, double width) {
  std::vector<Coverage> coverages;
  for (std::size_t i = 0; i < known.model.factors.size(); ++i) {
    coverages.push_back({"S  " + known.model.factors[i].name, known.first_order[i]});
    coverages.push_back({"ST " + known.model.factors[i].name, known.total_order[i]});
  }
  std::int64_t used = 0;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const planwise::SobolResult result = planwise::sobol_indices(
        known.model,
        {.max_evaluations = evaluations, .width = width, .seed = static_cast<std::uint64_t>(1000 + repetition)});
    used += result.evaluations;
    for (std::size_t i = 0; i < known.model.factors.size(); ++i) {
      coverages[2 * i].add(result.outputs[0].effects[i].first_order);
      coverages[2 * i + 1].add(result.outputs[0].effects[i].total_order);
    }
  }
  head(fmt::format("Sobol indices, {}: {} repetitions of {} evaluations on average", known.name, repetitions,
                   used / repetitions));
  return show(coverages, repetitions);
}

bool cover_ensembles(int repetitions, std::size_t n) {
  constexpr double at_tenth = 1.2815515655446004, threshold = 2;
  std::vector<Coverage> coverages{{"P10", std::exp(-at_tenth)},
                                  {"P50", 1},
                                  {"P90", std::exp(at_tenth)},
                                  {"mean", std::exp(0.5)},
                                  {"chance", std::erfc(std::log(threshold) / std::sqrt(2.0)) / 2}};
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const planwise::EnsembleSummary summary = planwise::summarize_ensemble(
        planwise::test_support::lognormal(n, static_cast<std::uint64_t>(repetition)), {.threshold = threshold});
    coverages[0].add(summary.p10);
    coverages[1].add(summary.p50);
    coverages[2].add(summary.p90);
    coverages[3].add(summary.mean);
    coverages[4].add(*summary.chance_above);
  }
  // A t interval of so skewed a mean holds less often: it is shown and does not count.
  head(fmt::format("lognormal ensembles of {} values: {} repetitions", n, repetitions));
  const std::vector<Coverage> mean{coverages[3]};
  coverages.erase(coverages.begin() + 3);
  const bool good = show(coverages, repetitions);
  show(mean, repetitions);
  return good;
}

bool cover_given_rows(const KnownIndices& known, int repetitions, std::size_t rows) {
  std::vector<Coverage> coverages;
  for (std::size_t i = 0; i < known.model.factors.size(); ++i)
    coverages.push_back({"S  " + known.model.factors[i].name, known.first_order[i]});
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const planwise::GivenDataResult result = planwise::importance_from_rows(
        planwise::test_support::random_rows(known.model, rows, static_cast<std::uint64_t>(repetition)), {});
    for (std::size_t i = 0; i < coverages.size(); ++i) coverages[i].add(*result.effects[i].first_order);
  }
  head(fmt::format("given rows, {}: {} repetitions of {} rows", known.name, repetitions, rows));
  return show(coverages, repetitions, 1);
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 500;
  const std::int64_t evaluations = argc > 2 ? std::atoll(argv[2]) : 10'000;
  const double width = argc > 3 ? std::atof(argv[3]) : 0;
  bool good = true;
  for (const KnownIndices& known : {planwise::test_support::ishigami(), planwise::test_support::g_function()}) {
    good = cover_indices(known, repetitions, evaluations, width) && good;
    for (const std::size_t rows : {200U, 2000U}) good = cover_given_rows(known, repetitions, rows) && good;
  }
  for (const std::size_t n : {40U, 100U, 200U, 1000U}) good = cover_ensembles(repetitions, n) && good;
  return good ? 0 : 1;
}
