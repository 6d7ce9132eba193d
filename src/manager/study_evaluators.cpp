#include "manager/study_evaluators.h"

#include <fmt/format.h>

#include <cmath>

#include "planwise/error.h"

namespace planwise::manager {

namespace {

/// Adds `part` of `more`, which has as many figures or is the first.
void add_part(Measured& into, const Measured& more, double part) {
  into.cost += more.cost * part;
  into.equity += more.equity * part;
  into.targets += more.targets * part;
  into.cost_within_cap += more.cost_within_cap * part;
  into.equity_within_cap += more.equity_within_cap * part;
  into.knows_cap = more.knows_cap;
  into.figures.resize(more.figures.size(), 0);
  for (std::size_t i = 0; i < more.figures.size(); ++i) into.figures[i] += more.figures[i] * part;
}

double term_of(const Measured& measured, std::string_view figure) {
  if (figure == "cost") return measured.cost;
  return figure == "equity" ? measured.equity : measured.targets;
}
bool is_term(std::string_view figure) { return figure == "cost" || figure == "equity" || figure == "targets"; }

Measured measured_of(const EvaluatorTerms& terms, const std::vector<FigureRef>& figures, const std::string& name) {
  Measured measured;
  const auto finite = [&](std::string_view what, double value) {
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{} gave {} for '{}'; a finite number is needed", name, real_text(value), what));
    }
    return value;
  };
  measured.cost = finite("cost", terms.cost);
  measured.equity = finite("equity", terms.equity);
  measured.targets = finite("targets", terms.targets);
  for (const FigureRef& figure : figures) {
    if (is_term(figure.figure)) {
      measured.figures.push_back(term_of(measured, figure.figure));
      continue;
    }
    const auto found = terms.figures.find(figure.figure);
    if (found == terms.figures.end()) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{} gave no figure '{}', which the study asks for", name, figure.figure));
    }
    measured.figures.push_back(finite(figure.figure, found->second));
  }
  return measured;
}

}  // namespace

SimulatorEvaluator::SimulatorEvaluator(SimulationInput base, const StudyLevers& levers, Asked asked)
    : base_(std::move(base)), puts_(levers.puts()), asked_(std::move(asked)) {
  base_.threads = 1;  // the evaluations share the cores
  base_.detail = SimulationDetail::summary;
  base_.progress = {};
}

std::unique_ptr<SimulationInput> SimulatorEvaluator::take() {
  {
    const std::lock_guard guard(mutex_);
    if (!free_.empty()) {
      std::unique_ptr<SimulationInput> input = std::move(free_.back());
      free_.pop_back();
      return input;
    }
  }
  return std::make_unique<SimulationInput>(base_);
}

void SimulatorEvaluator::put_levers(SimulationInput& input, const std::vector<double>& point) const {
  input.levers = base_.levers;
  for (const StudyLevers::Put& put : puts_) (input.levers.at(put.year).*put.field)[put.level] = point[put.variable];
}

Measured SimulatorEvaluator::measure(const std::vector<double>& point, const EvaluationControl& control) {
  std::unique_ptr<SimulationInput> input = take();
  put_levers(*input, point);
  input->progress = [&control](int, int) { return !control.stop_requested(); };
  Measured mean;
  for (std::int64_t seed = 0; seed < asked_.seeds; ++seed) {
    input->seed = base_.seed + static_cast<std::uint64_t>(seed);
    const SimulationResult result = planwise::simulate(*input);
    const YearFigures& year = year_of(result, asked_.target_year);
    Measured one{simulation::cost_of(year),
                 simulation::equity_of(year),
                 simulation::targets_of(year, asked_.targets),
                 simulation::cost_within_cap_of(year),
                 simulation::equity_within_cap_of(year),
                 true,
                 {}};
    for (const FigureRef& figure : asked_.figures) one.figures.push_back(figure_value(result, figure, asked_.targets));
    if (asked_.seeds == 1)
      mean = std::move(one);
    else
      add_part(mean, one, 1.0 / static_cast<double>(asked_.seeds));
  }
  input->progress = {};
  const std::lock_guard guard(mutex_);
  free_.push_back(std::move(input));
  return mean;
}

Scenario SimulatorEvaluator::scenario_at(const std::vector<double>& point, std::int64_t replication) const {
  Scenario scenario;
  scenario.input = base_;
  put_levers(scenario.input, point);
  scenario.input.seed += static_cast<std::uint64_t>(replication);
  scenario.result = planwise::simulate(scenario.input);
  return scenario;
}

Measure synthetic_measure(const LeverSchema& schema, const StudyLevers& levers, const std::vector<FigureRef>& figures) {
  return [schema, levers, figures](const std::vector<double>& point, const EvaluationControl&) {
    const simulation::ObjectiveTerms terms = simulation::synthetic_objectives(to_year_levers(schema, levers.at(point)));
    Measured measured;
    measured.cost = terms.cost;
    measured.equity = terms.equity;
    measured.targets = terms.targets;
    for (const FigureRef& figure : figures) measured.figures.push_back(term_of(measured, figure.figure));
    return measured;
  };
}

Measure function_measure(EvaluatorFunction function, std::string name, const StudyLevers& levers,
                         const SimulationChoice& simulation, const std::vector<FigureRef>& figures) {
  return [function = std::move(function), name = std::move(name), levers, simulation, figures](
             const std::vector<double>& point, const EvaluationControl& control) {
    EvaluatorRequest request;
    request.levers = levers.at(point);
    request.first_year = simulation.first_year;
    request.last_year = simulation.last_year;
    request.target_year = simulation.target_year;
    Measured mean;
    for (std::int64_t seed = 0; seed < simulation.seeds; ++seed) {
      request.seed = simulation.seed + static_cast<std::uint64_t>(seed);
      Measured one = measured_of(function(request, control), figures, name);
      if (simulation.seeds == 1) return one;
      add_part(mean, one, 1.0 / static_cast<double>(simulation.seeds));
    }
    return mean;
  };
}

}  // namespace planwise::manager
