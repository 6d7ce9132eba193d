// Running a study for a person: the store, the data, progress on a terminal, Ctrl-C.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "decisions.h"

namespace planwise::cli {

namespace {

/// "optimizing [=====     ]  40%  80 of 200  objective 318.2  95/s  1 s left", at most ten times a second, wiped when
/// it goes.
class SearchBar {
 public:
  explicit SearchBar(std::string what) : what_(std::move(what)) {}
  ~SearchBar() {
    if (drawn_) fmt::print(stderr, "\r\033[K");
  }
  SearchBar(const SearchBar&) = delete;
  SearchBar& operator=(const SearchBar&) = delete;

  void draw(const OptimizationProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (progress.max_evaluations <= 0 || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    drawn_ = true;
    constexpr int length = 24;
    const double part =
        std::clamp(static_cast<double>(progress.evaluations) / static_cast<double>(progress.max_evaluations), 0.0, 1.0);
    const int filled = static_cast<int>(part * length);
    std::string text = fmt::format("\r{} [{:=<{}}{: <{}}] {:3.0f}%  {} of {}", what_, "", filled, "", length - filled,
                                   part * 100, progress.evaluations, progress.max_evaluations);
    if (progress.best_objective)
      text += fmt::format("  {} {}", progress.best_feasible ? "objective" : "infeasible, objective",
                          shown_number(*progress.best_objective));
    if (progress.seconds > 0.5 && progress.evaluations > 0) {
      const double rate = static_cast<double>(progress.evaluations) / progress.seconds;
      text += fmt::format("  {}/s  {:.0f} s left", shown_number(std::round(rate * 10) / 10),
                          static_cast<double>(progress.max_evaluations - progress.evaluations) / rate);
    }
    fmt::print(stderr, "{}\033[K", text);
    std::fflush(stderr);
  }

 private:
  std::string what_;
  std::chrono::steady_clock::time_point last_{};
  bool drawn_ = false;
};

std::string_view doing(StudyKind kind) {
  switch (kind) {
    case StudyKind::optimize:
      return "optimizing";
    case StudyKind::pareto:
      return "looking for the front";
    case StudyKind::tune:
      return "tuning";
    case StudyKind::sensitivity:
      return "sensitivity";
    case StudyKind::uncertainty:
      return "simulating seeds";
  }
  return "working";
}

}  // namespace

DecisionDesk::DecisionDesk(Session& session, const SourceFlags& source, bool need_data) : session_(session) {
  if (need_data || !session.simulation_file().empty() || !source.census.empty())
    simulation_.emplace(open_simulation(session, source));
  service_.emplace(session.manager(true), simulation_ ? &*simulation_ : nullptr);
}

DecisionOptions DecisionDesk::options(const std::string& what, std::int64_t threads) const {
  heed_interrupts();
  const bool shown = !session_.globals.quiet && ::isatty(STDERR_FILENO) != 0;
  DecisionOptions options;
  options.threads = static_cast<unsigned>(threads);
  options.progress = [bar = shown ? std::make_shared<SearchBar>(what) : nullptr](const DecisionProgress& progress) {
    if (bar) bar->draw(progress.search);
    return !interrupted();
  };
  return options;
}

void run_study(const CLI::App& command, const StudyFlags& flags, StudyKind kind, Session& session,
               const std::function<void(Study&)>& adjust) {
  Study study = study_from(command, flags, kind, session);
  if (adjust) adjust(study);
  DecisionDesk desk(session, flags.source, study.evaluator.kind == EvaluatorChoice::Kind::simulator);
  Run run;
  {
    const DecisionOptions options = desk.options(std::string(doing(kind)), flags.threads);
    run = desk.service().run(study, options);
  }
  print_decision(run, session);
}

}  // namespace planwise::cli
