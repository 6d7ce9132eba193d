/// \file
/// Who says what a point leads to: the simulator, the synthetic formula, or a function of the caller's (a program
/// included). Each is pure and safe to call from several threads. Internal to manager.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "manager/study_figures.h"
#include "manager/study_levers.h"
#include "planwise/decisions.h"

namespace planwise::manager {

using Measure = std::function<Measured(const std::vector<double>& point, const EvaluationControl& control)>;

/// The native simulator over people that are copied once a thread that works at a time, never an evaluation.
class SimulatorEvaluator {
 public:
  struct Asked {
    int target_year = 0;
    std::int64_t seeds = 1;
    std::vector<FigureRef> figures;
    simulation::ObjectiveTargets targets;
  };
  /// `base`: people, settings, and levers of the start; its seed is the first.
  SimulatorEvaluator(SimulationInput base, const StudyLevers& levers, Asked asked);

  /// Mean over the seeds. Throws cancelled once stop is requested.
  [[nodiscard]] Measured measure(const std::vector<double>& point, const EvaluationControl& control);
  /// One simulation, people included in what comes back.
  [[nodiscard]] Scenario scenario_at(const std::vector<double>& point, std::int64_t replication) const;

 private:
  [[nodiscard]] std::unique_ptr<SimulationInput> take();
  void put_levers(SimulationInput& input, const std::vector<double>& point) const;

  SimulationInput base_;
  std::vector<StudyLevers::Put> puts_;
  Asked asked_;
  std::mutex mutex_;  // over free_
  std::vector<std::unique_ptr<SimulationInput>> free_;
};

/// The synthetic formula over the levers at a point; figures are among cost, equity and targets.
[[nodiscard]] Measure synthetic_measure(const LeverSchema& schema, const StudyLevers& levers,
                                        const std::vector<FigureRef>& figures);

/// A function of the caller's, asked once a seed; the mean counts. Figures are the terms, else what it gives by name.
[[nodiscard]] Measure function_measure(EvaluatorFunction function, std::string name, const StudyLevers& levers,
                                       const SimulationChoice& simulation, const std::vector<FigureRef>& figures);

}  // namespace planwise::manager
