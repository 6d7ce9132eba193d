// How often intervals hold what is known: sobol_coverage [REPETITIONS] [EVALUATIONS]
//
// Sobol indices of the Ishigami and the g-function: each index must lie inside its 95 % interval in 90 to 99 % of the
// repetitions, which differ in their seed. Ends with 1 when one does not.
#include <fmt/format.h>

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

bool show(const Coverage& coverage, int repetitions) {
  const double share = static_cast<double>(coverage.inside) / repetitions;
  const bool good = share >= 0.90 && share <= 0.99;
  fmt::print("  {:<10} {:>10.6f} {:>10.6f} {:>8.1f} % {:>6} {:>6} {:>12.6f}{}\n", coverage.name, coverage.known,
             coverage.mean / repetitions, 100 * share, coverage.below, coverage.above, coverage.width / repetitions,
             good ? "" : "  <-- not within 90 to 99 %");
  return good;
}

bool cover(const KnownIndices& known, int repetitions, std::int64_t evaluations) {
  std::vector<Coverage> coverages;
  for (std::size_t i = 0; i < known.model.factors.size(); ++i) {
    coverages.push_back({"S  " + known.model.factors[i].name, known.first_order[i]});
    coverages.push_back({"ST " + known.model.factors[i].name, known.total_order[i]});
  }
  std::int64_t used = 0;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    const planwise::SobolResult result = planwise::sobol_indices(
        known.model,
        {.max_evaluations = evaluations, .width = 0, .seed = static_cast<std::uint64_t>(1000 + repetition)});
    used = result.evaluations;
    for (std::size_t i = 0; i < known.model.factors.size(); ++i) {
      coverages[2 * i].add(result.outputs[0].effects[i].first_order);
      coverages[2 * i + 1].add(result.outputs[0].effects[i].total_order);
    }
  }
  fmt::print("{}: {} repetitions of {} evaluations\n", known.name, repetitions, used);
  fmt::print("  {:<10} {:>10} {:>10} {:>10} {:>6} {:>6} {:>12}\n", "index", "known", "mean", "inside", "below", "above",
             "mean width");
  bool good = true;
  for (const Coverage& coverage : coverages) good = show(coverage, repetitions) && good;
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 500;
  const std::int64_t evaluations = argc > 2 ? std::atoll(argv[2]) : 10'000;
  const bool ishigami = cover(planwise::test_support::ishigami(), repetitions, evaluations);
  const bool g_function = cover(planwise::test_support::g_function(), repetitions, evaluations);
  return ishigami && g_function ? 0 : 1;
}
