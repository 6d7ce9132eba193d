// Local solvers: runs from one start, and the starts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "optimize/latin_hypercube.h"
#include "optimize/local_model.h"

namespace planwise::optimizing {
namespace {

/// The first run takes steps that round-off and rounded amounts do not hide. Those after it start anew from the best (a
/// solver's picture of the curvature may be what held it), near it, and look closer: small steps first, as cheap as the
/// first run's, then central differences, whose error is of second order.
LocalMethod method_of(const Search& search, LocalMethod::Kind kind, int run) {
  LocalMethod method;
  method.kind = kind;
  method.tolerance = method.relative_tolerance = search.settings.tolerance;
  if (run == 0) return method;
  method.differences = run == 1 ? Differences{1e-8, false, 0.1} : Differences{1e-5, true, 0.1};
  method.first_step = run == 1 ? 1e-2 : 1e-3;
  method.relative_tolerance *= 1e-4;
  // The first step of a fresh picture may be far shorter than those that follow: it is no sign of convergence.
  if (kind != LocalMethod::Kind::cobyla) method.tolerance *= 1e-4;
  return method;
}

bool gained(const Rank& now, const Rank& before, double tolerance) {
  if (now.violation != before.violation) return now.violation < before.violation;
  return before.objective - now.objective > tolerance * std::max(1e-3, std::fabs(now.objective));
}

LocalMethod::Kind kind_of(Algorithm algorithm) noexcept {
  if (algorithm == Algorithm::cobyla) return LocalMethod::Kind::cobyla;
  return algorithm == Algorithm::lbfgsb ? LocalMethod::Kind::lbfgsb : LocalMethod::Kind::slsqp;
}

}  // namespace

LocalSearch descend(Search& search, LocalMethod::Kind kind, const UnitPoint& start) {
  constexpr int most_runs = 8;
  LocalSearch out;
  out.best = start;
  out.rank = search.rank(search.ask(start));
  for (int run = 0; run < most_runs; ++run) {
    const LocalMethod method = method_of(search, kind, run);
    LocalModel model(search, method.differences);
    const LocalEnding ending = run_nlopt(model, method, out.best);
    const bool better =
        model.best_rank().better_than(out.rank) && gained(model.best_rank(), out.rank, search.settings.tolerance);
    out.converged = out.converged || ending.converged;
    out.words = ending.words;
    if (model.best_rank().better_than(out.rank)) {
      out.rank = model.best_rank();
      out.best = model.best();
    }
    const bool closest = run >= (kind == LocalMethod::Kind::cobyla ? 1 : 2);
    if (!better && closest) break;
  }
  return out;
}

Ending search_locally(Search& search) {
  const LocalMethod::Kind kind = kind_of(search.settings.algorithm);
  GrowingHypercube others(search.box.size(), search.settings.seed, 3);
  LocalSearch best;
  for (std::int64_t start = 0; start < search.settings.starts; ++start) {
    LocalSearch found = descend(search, kind, start == 0 ? search.known().front() : others.next(1).front());
    if (start == 0 || found.rank.better_than(best.rank)) best = std::move(found);
  }
  if (!best.converged) return {StopReason::solver_failed, best.words};
  if (search.settings.starts == 1) return {StopReason::converged, "the solver has converged", true};
  return {StopReason::exhausted, fmt::format("all {} starts have converged", search.settings.starts), true};
}

}  // namespace planwise::optimizing
