// The only file that knows NLopt: SLSQP, L-BFGS (within an augmented Lagrangian where there are constraints), COBYLA.
#include <nlopt.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>

#include "optimize/local_model.h"
#include "planwise/error.h"

namespace planwise::optimizing {
namespace {

struct Handle {
  explicit Handle(nlopt_algorithm algorithm, std::size_t axes)
      : opt(nlopt_create(algorithm, static_cast<unsigned>(axes))) {
    if (opt == nullptr) throw Error(ErrorCode::internal, "NLopt has no memory for a solver");
  }
  ~Handle() { nlopt_destroy(opt); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  nlopt_opt opt;
};

/// NLopt is C: nothing may be thrown through it. What a callback throws is kept, and thrown when NLopt has returned.
struct NloptBridge {
  LocalModel& model;
  nlopt_opt outer;
  std::vector<double> scales{};  ///< Of the objective and each constraint, from their slopes at the start.
  std::vector<std::size_t> inequalities{}, equalities{};  ///< Rows of the model's constraints.
  std::exception_ptr thrown{};
  double margin = 0;             ///< Inequalities are asked for this far within, scaled.
  double part_of_tolerance = 0;  ///< And this part of their tolerances.
  bool stands_still = false;

  template <class Work>
  void guarded(const Work& work) noexcept {
    if (thrown || stands_still) return;
    try {
      work();
      if (!model.stands_still()) return;
      stands_still = true;
    } catch (...) {
      thrown = std::current_exception();
    }
    nlopt_force_stop(outer);
  }

  void copy_scaled(std::size_t row, const UnitPoint& point, double* gradient) {
    const UnitPoint& slope = model.slopes(point)[row];
    std::transform(slope.begin(), slope.end(), gradient, [&](double value) { return value * scales[row]; });
  }

  static double objective(unsigned n, const double* x, double* gradient, void* self) noexcept {
    auto& bridge = *static_cast<NloptBridge*>(self);
    double value = HUGE_VAL;
    bridge.guarded([&] {
      const UnitPoint point(x, x + n);
      value = bridge.model.at(point).objectives.front() * bridge.scales.front();
      if (gradient != nullptr) bridge.copy_scaled(0, point, gradient);
    });
    return value;
  }

  void conditions(const std::vector<std::size_t>& rows, double* values, unsigned n, const double* x,
                  double* gradient) noexcept {
    guarded([&] {
      const UnitPoint point(x, x + n);
      if (gradient != nullptr) {
        for (std::size_t i = 0; i < rows.size(); ++i) copy_scaled(rows[i] + 1, point, gradient + i * n);
      }
      const PointOutcome& outcome = model.at(point);
      for (std::size_t i = 0; i < rows.size(); ++i) values[i] = outcome.constraints[rows[i]] * scales[rows[i] + 1];
    });
  }
  static void below(unsigned, double* values, unsigned n, const double* x, double* gradient, void* self) noexcept {
    auto& bridge = *static_cast<NloptBridge*>(self);
    bridge.conditions(bridge.inequalities, values, n, x, gradient);
    for (std::size_t i = 0; i < bridge.inequalities.size(); ++i) {
      values[i] +=
          bridge.margin + bridge.part_of_tolerance * bridge.model.constraints()[bridge.inequalities[i]].tolerance;
    }
  }
  static void equal(unsigned, double* values, unsigned n, const double* x, double* gradient, void* self) noexcept {
    auto& bridge = *static_cast<NloptBridge*>(self);
    bridge.conditions(bridge.equalities, values, n, x, gradient);
  }

  [[nodiscard]] std::vector<double> tolerances(const std::vector<std::size_t>& rows, double beyond) const {
    std::vector<double> out;
    for (const std::size_t row : rows) out.push_back(model.constraints()[row].tolerance * scales[row + 1] + beyond);
    return out;
  }
};

/// A solver that begins with the unit matrix for the curvature goes as far as the slope is large: amounts of money
/// would have it leave the box at once, the neighbourhood of an optimum not move at all. Slopes of constraints
/// become 1.
std::vector<double> scales_at(LocalModel& model, const LocalMethod& method, const UnitPoint& start) {
  std::vector<double> out(1 + model.constraints().size(), 1.0);
  if (method.kind == LocalMethod::Kind::cobyla) return out;  // It needs no slopes, and they are not for nothing.
  const std::vector<UnitPoint>& slopes = model.slopes(start);
  for (std::size_t row = 0; row < out.size(); ++row) {
    double largest = 0;
    for (const double slope : slopes[row]) largest = std::max(largest, std::fabs(slope));
    const double wanted = row == 0 ? method.first_step : 1;
    if (largest > 0 && std::isfinite(wanted / largest)) out[row] = wanted / largest;
  }
  return out;
}

void set_stops(nlopt_opt opt, const LocalMethod& method) {
  nlopt_set_xtol_abs1(opt, method.tolerance);  // Of the range: the box is 0 .. 1.
  nlopt_set_ftol_rel(opt, method.relative_tolerance);
}

void add_constraints(nlopt_opt opt, NloptBridge& bridge) {
  const auto& constraints = bridge.model.constraints();
  for (std::size_t row = 0; row < constraints.size(); ++row) {
    (constraints[row].kind == PointConstraint::Kind::equality ? bridge.equalities : bridge.inequalities).push_back(row);
  }
  if (!bridge.inequalities.empty()) {
    nlopt_add_inequality_mconstraint(opt, static_cast<unsigned>(bridge.inequalities.size()), NloptBridge::below,
                                     &bridge, bridge.tolerances(bridge.inequalities, bridge.margin).data());
  }
  if (!bridge.equalities.empty()) {
    nlopt_add_equality_mconstraint(opt, static_cast<unsigned>(bridge.equalities.size()), NloptBridge::equal, &bridge,
                                   bridge.tolerances(bridge.equalities, 0).data());
  }
}

nlopt_algorithm algorithm_of(LocalMethod::Kind kind) noexcept {
  switch (kind) {
    case LocalMethod::Kind::slsqp:
      return NLOPT_LD_SLSQP;
    case LocalMethod::Kind::lbfgsb:
      return NLOPT_LD_LBFGS;
    case LocalMethod::Kind::cobyla:
      return NLOPT_LN_COBYLA;
  }
  return NLOPT_LD_SLSQP;
}

}  // namespace

LocalEnding run_nlopt(LocalModel& model, const LocalMethod& method, UnitPoint start) {
  const bool lagrangian = method.kind == LocalMethod::Kind::lbfgsb && !model.constraints().empty();
  const Handle inner(algorithm_of(method.kind), model.axes());
  const Handle outer(lagrangian ? NLOPT_AUGLAG : algorithm_of(method.kind), model.axes());
  NloptBridge bridge{model, outer.opt, scales_at(model, method, start)};
  nlopt_set_lower_bounds1(outer.opt, 0);
  nlopt_set_upper_bounds1(outer.opt, 1);
  nlopt_set_min_objective(outer.opt, NloptBridge::objective, &bridge);
  // An augmented Lagrangian comes to its bounds from without and would be near for ever.
  if (lagrangian) bridge.margin = 1e-7 * method.first_step * method.first_step;
  // Its last simplex lies about the edge of a condition: some of it within, this way.
  if (method.kind == LocalMethod::Kind::cobyla) bridge.part_of_tolerance = 1e-3;
  add_constraints(outer.opt, bridge);
  set_stops(outer.opt, method);
  if (lagrangian) {
    LocalMethod loose = method;  // Each multiplier needs a rough optimum only; the next run looks closer.
    if (method.first_step == 1) loose.tolerance = loose.relative_tolerance = 1e3 * method.tolerance;
    set_stops(inner.opt, loose);
    nlopt_set_local_optimizer(outer.opt, inner.opt);
  }
  if (method.kind == LocalMethod::Kind::cobyla) nlopt_set_initial_step1(outer.opt, 0.2 * method.first_step);
  double least = 0;
  const nlopt_result result = nlopt_optimize(outer.opt, start.data(), &least);
  if (bridge.thrown) std::rethrow_exception(bridge.thrown);
  if (bridge.stands_still) return {true, "it does not move any more"};
  if (result > 0) return {true, {}};
  const char* words = nlopt_get_errmsg(outer.opt);
  return {false, std::string("NLopt says: ") + (words != nullptr ? words : nlopt_result_to_string(result))};
}

}  // namespace planwise::optimizing
