#include "manager/run_reporter.h"

#include "core/log.h"
#include "manager/decision_parts.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {
constexpr std::chrono::milliseconds between_reports{450};
}

RunReporter::RunReporter(ResultsManager& manager, SaveReceipt receipt, const DecisionOptions& options)
    : manager_(manager), receipt_(std::move(receipt)), options_(options), began_(std::chrono::steady_clock::now()) {}

void RunReporter::continue_from(std::int64_t sequence, double seconds) noexcept {
  sequence_ = sequence;
  seconds_before_ = seconds;
}

double RunReporter::seconds() const {
  return seconds_before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

void RunReporter::begin() {
  last_ = std::chrono::steady_clock::now();
  try {
    report({});
  } catch (...) {
    failure_ = std::current_exception();
    stopped_ = true;
  }
}

void RunReporter::record(const Evaluation& evaluation) { pending_.push_back(manager::to_json(evaluation)); }

bool RunReporter::go_on(const OptimizationProgress& progress) {
  if (stopped_) return false;
  try {
    const auto now = std::chrono::steady_clock::now();
    if (last_ == std::chrono::steady_clock::time_point{} || now - last_ >= between_reports) {
      last_ = now;
      report(progress);
    }
    if (options_.progress && !options_.progress({receipt_.run_id, progress})) stopped_ = true;
  } catch (...) {
    failure_ = std::current_exception();
    stopped_ = true;
  }
  return !stopped_;
}

void RunReporter::report(const OptimizationProgress& progress) {
  RunProgress told;
  told.sequence = sequence_;
  told.evaluations = progress.evaluations;
  told.max_evaluations = progress.max_evaluations;
  told.best_objective = progress.best_objective;
  if (progress.best_objective) told.best_feasible = progress.best_feasible;
  told.seconds = seconds();
  const bool anything = !pending_.empty();
  if (anything) told.payload = Json(Json::Object{{"evaluations", pending_}});
  try {
    const ProgressReceipt answer = manager_.report_progress(receipt_.run_id, receipt_.owner_token, told);
    if (answer.stop) stopped_ = true;
    if (!answer.stored) {
      log_event("warning", "progress", answer.why_not);
      return;  // the batch goes with the next report, under the same number
    }
    if (anything) pending_ = Json::array();
    ++sequence_;
  } catch (const Error& error) {
    // A run that still waits in the spool has no row yet: its evaluations are kept until it has.
    if (error.code() != ErrorCode::not_found || receipt_.outcome != SaveOutcome::queued) throw;
  }
}

void RunReporter::rethrow_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace planwise::manager
