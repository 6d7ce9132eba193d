// Local solvers: runs from one start, and the starts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "optimize/draws.h"
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
  // The first step of a fresh picture may be far shorter than those that follow: it is no sign of convergence. A
  // simplex as wide as the tolerance may still be beyond a condition by more than that one allows.
  method.tolerance *= kind == LocalMethod::Kind::cobyla ? 1e-2 : 1e-4;
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

/// Runs from one start, each from the best so far, until one gains nothing.
class Descent {
 public:
  /// A rough one ends its first run as soon as its valley shows.
  Descent(Search& search, LocalMethod::Kind kind, const UnitPoint& start, bool rough = false)
      : search_(&search), kind_(kind), rough_(rough) {
    found_.best = start;
    found_.rank = search.rank(search.ask(start));
  }

  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] const LocalSearch& found() const noexcept { return found_; }

  void run() {
    constexpr int most_runs = 8;
    LocalMethod method = method_of(*search_, kind_, runs_);
    if (rough_ && runs_ == 0) method.tolerance = method.relative_tolerance = 1e3 * search_->settings.tolerance;
    LocalModel model(*search_, method.differences);
    const LocalEnding ending = run_nlopt(model, method, found_.best);
    const bool better = model.best_rank().better_than(found_.rank);
    const bool worth_more = better && gained(model.best_rank(), found_.rank, search_->settings.tolerance);
    found_.converged = found_.converged || ending.converged;
    found_.words = ending.words;
    if (better) {
      found_.rank = model.best_rank();
      found_.best = model.best();
    }
    const int closest = kind_ == LocalMethod::Kind::cobyla ? 1 : 2;
    finished_ = (!worth_more && runs_ >= closest) || runs_ + 1 == most_runs;
    ++runs_;
  }
  void finish() {
    while (!finished_) run();
  }

 private:
  Search* search_;
  LocalMethod::Kind kind_;
  bool rough_;
  LocalSearch found_;
  int runs_ = 0;
  bool finished_ = false;
};

/// Where the starts after the first are: by turns a point of a Latin hypercube, for valleys far from those known, and a
/// jump from the best, of some axes only (iterated local search), for valleys that lie side by side.
class Starts {
 public:
  explicit Starts(const Search& search)
      : others_(search.box.size(), search.settings.seed, 3), draws_(search.settings.seed, 4) {}

  UnitPoint next(const UnitPoint& best) {
    if (++given_ % 4 == 1) return others_.next(1).front();
    UnitPoint out = best;
    const std::size_t always = draws_.below(out.size());
    for (std::size_t axis = 0; axis < out.size(); ++axis) {
      if (axis == always || draws_.below(out.size()) == 0) jump(out[axis]);
    }
    return out;
  }

 private:
  /// As often near as anywhere.
  void jump(double& value) {
    const double nearness = draws_.uniform(), uniform = draws_.uniform();
    value = nearness < 0.5 ? std::clamp(value + (uniform - 0.5) * 0.5, 0.0, 1.0) : uniform;
  }

  GrowingHypercube others_;
  Draws draws_;
  std::size_t given_ = 0;
};

/// A rough run may end a little outside the conditions, where no rank is good, although its valley is.
bool may_be_better(const Rank& rough, const Rank& best) noexcept {
  return !rough.feasible() && (!best.feasible() || rough.objective < best.objective);
}

/// Where the starts ended, and whether another one is wanted. As many as were asked for, or 16 and more for as long as
/// they show that valleys are left; and up to ten times as many (forty) while no point is feasible, or, without slopes,
/// which say where an optimum is none, too few ended at the least value.
class Ends {
 public:
  Ends(const Search& search, LocalMethod::Kind kind) : search_(&search), kind_(kind) {}
  void add(const Rank& rank) {
    values_.push_back(penalised(rank.objective, rank.violation));
    if (rank.feasible()) feasible_.push_back(rank.objective);
  }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
  [[nodiscard]] bool want_more(const Rank& best) const {
    const auto done = static_cast<std::int64_t>(values_.size()), asked = search_->settings.starts;
    const bool open = asked == 0;
    if (open ? done < open_starts || valleys_are_left() : done < asked) return true;
    if (asked == 1 || (open ? done >= most_open_starts : done / 10 >= asked)) return false;
    if (!best.feasible()) return true;
    constexpr std::int64_t agreeing = 4;
    return kind_ == LocalMethod::Kind::cobyla && at_the_least(values_, search_->settings.tolerance) < agreeing;
  }

 private:
  static constexpr std::int64_t open_starts = 16, most_open_starts = 40;

  /// After w valleys in n starts the expected number of all is w (n - 1) / (n - w - 2); enough have been made when that
  /// rounds to w (Boender and Rinnooy Kan 1987, Bayesian stopping rules for multistart). One valley in the first 16 is
  /// taken for all.
  [[nodiscard]] bool valleys_are_left() const {
    const auto starts = static_cast<double>(feasible_.size()), found = static_cast<double>(valleys());
    if (found < 2) return false;
    return starts <= found + 2 || found * (starts - 1) > (found + 0.5) * (starts - found - 2);
  }
  /// Values that differ by more than rough runs leave open, which is a part of the way down from evaluation 0.
  [[nodiscard]] std::size_t valleys() const {
    if (feasible_.empty()) return 0;
    std::vector<double> sorted = feasible_;
    std::sort(sorted.begin(), sorted.end());
    const double least = sorted.front(), first = search_->rank(0).objective;
    double apart = std::sqrt(search_->settings.tolerance) * std::max(1e-3, std::fabs(least));
    if (std::isfinite(first)) apart = std::max(apart, 1e-4 * (first - least));
    std::size_t count = 1;
    for (std::size_t i = 1; i < sorted.size(); ++i) count += sorted[i] - sorted[i - 1] > apart ? 1 : 0;
    return count;
  }

  const Search* search_;
  LocalMethod::Kind kind_;
  std::vector<double> values_, feasible_;
};

/// What the hints lead to, where the first start has led to nothing feasible.
Descent through_hints(Search& search, LocalMethod::Kind kind, Descent best) {
  if (best.found().rank.feasible() || !search.begins_outside()) return best;
  if (!search.settings.hints.empty()) best.finish();
  for (const UnitPoint& hint : search.hints()) {
    if (best.found().rank.feasible()) break;
    Descent other(search, kind, hint);
    other.run();
    if (other.found().rank.better_than(best.found().rank)) best = other;
  }
  return best;
}

}  // namespace

LocalSearch descend(Search& search, LocalMethod::Kind kind, const UnitPoint& start) {
  Descent descent(search, kind, start);
  descent.finish();
  return descent.found();
}

namespace {

/// Starts cost one run each; only the best of them is looked at closer, a run between two starts. `best` is where they
/// stand, also when the seam stops them.
Ending go_on_from(Search& search, LocalMethod::Kind kind, Descent& best) {
  best.run();
  best = through_hints(search, kind, best);
  Starts starts(search);
  Ends ends(search, kind);
  ends.add(best.found().rank);
  while (ends.want_more(best.found().rank)) {
    if (!best.finished()) best.run();
    Descent other(search, kind, starts.next(best.found().best), true);
    other.run();
    if (may_be_better(other.found().rank, best.found().rank)) other.run();
    ends.add(other.found().rank);
    if (other.found().rank.better_than(best.found().rank)) best = other;
  }
  best.finish();
  if (!best.found().converged) return {StopReason::solver_failed, best.found().words};
  if (search.settings.starts == 1) return {StopReason::converged, "the solver has converged", true};
  return {StopReason::exhausted, fmt::format("all {} starts have converged", ends.size()), true};
}

}  // namespace

Ending search_locally(Search& search) {
  const LocalMethod::Kind kind = kind_of(search.settings.algorithm);
  Descent best(search, kind, search.known().front());
  try {
    return go_on_from(search, kind, best);
  } catch (const Stopped& stopped) {
    // Further starts used up what was granted; the best point may long be where a solver has converged.
    const bool settled = best.finished() && best.found().converged && best.found().rank.feasible() &&
                         !search.rank(*search.evaluations.best()).better_than(best.found().rank);
    if (stopped.reason != StopReason::max_evaluations || !settled) throw;
    return {stopped.reason, stopped.message + "; the best point has converged", true};
  }
}

}  // namespace planwise::optimizing
