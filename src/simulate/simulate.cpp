// The loop over the years: each step below is a rule of the model.
#include <fmt/format.h>

#include <utility>

#include "planwise/error.h"
#include "planwise/simulation.h"
#include "simulate/column_memory.h"
#include "simulate/input_checks.h"
#include "simulate/kernels.h"

namespace planwise {

DbtBehaviour DbtBehaviour::all() {
  DbtBehaviour dbt;
  dbt.one_draw = dbt.hires_short = dbt.hires_by_number = dbt.new_hire_leaves_fixed = true;
  dbt.promotions_ignore_levers = dbt.raises_at_start = dbt.levels_from_pay = true;
  dbt.first_year_not_older = dbt.lever_letter_case = true;
  return dbt;
}

namespace simulation {

namespace {

/// People of a year against those of the start, at the reference rates: room kept, so that columns need not move.
constexpr double room_for_hires = 1.4;

class Run {
 public:
  explicit Run(const SimulationInput& input)
      : input_(input),
        workers_(input.threads),
        origins_(input.people.size()),
        room_(static_cast<std::size_t>(room_for_hires * static_cast<double>(origins_))),
        memory_(column_bytes(room_)),
        cohort_(memory_.resource()),
        next_(memory_.resource()),
        order_(memory_.resource()),
        active_pay_(memory_.resource()) {
    cohort_.reserve_carried(room_, input.dbt.one_draw);
    next_.reserve_carried(room_, input.dbt.one_draw);
    cohort_.reserve_of_year(room_);
    order_.reserve(room_);
    active_pay_.reserve(room_);
    fill_from(input, cohort_, workers_);
  }

  void simulate_year(int number, SimulationResult& result) {
    const Year year(input_, number);
    get_older(year);
    const std::size_t start = cohort_.size();
    cohort_.experienced = start;
    cohort_.resize_of_year(start);
    const std::size_t leavers = terminate_experienced(year, cohort_, order_, workers_);
    hire(year, cohort_, leavers, origins_, workers_);
    origins_ += cohort_.size() - start;
    terminate_new_hires(year, cohort_, order_, workers_);
    const Sums sums = change_and_sum(year);
    if (input_.detail == SimulationDetail::rows) {
      const std::vector<HirePlace> hires = places_of_hires(year, start, leavers);
      hires_.insert(hires_.end(), hires.begin(), hires.end());
      result.rows.push_back(rows_of(year, cohort_, hires_));
    }
    keep_active();
    active_pay_ = cohort_.pay;
    result.years.push_back(figures_of(year, sums, active_pay_));
  }

 private:
  void get_older(const Year& year) {
    if (!year.gets_older) return;
    workers_.each_range(cohort_.size(), [&](std::size_t, Range range) {
      for (std::size_t row = range.begin; row < range.end; ++row) {
        ++cohort_.age[row];
        ++cohort_.tenure[row];
      }
    });
  }

  /// Promotions, raises and sums a range at a time, while its rows are in the cache.
  Sums change_and_sum(const Year& year) {
    std::vector<Sums> parts(range_count(cohort_.size()));
    workers_.each_range(cohort_.size(), [&](std::size_t index, Range range) {
      promote(year, cohort_, range);
      raise(year, cohort_, range);
      settle_pay(year, cohort_, range);
      parts[index] = sums_of(year, cohort_, range);
    });
    Sums whole;
    active_before_.resize(parts.size());
    std::size_t active = 0;
    for (std::size_t index = 0; index < parts.size(); ++index) {
      active_before_[index] = active;
      for (const Sums::Level& level : parts[index].levels) active += static_cast<std::size_t>(level.people);
      whole.add(parts[index]);
    }
    active_ = active;
    return whole;
  }

  /// The next year's start: those active at the end, in the same order, at their new pay and level.
  void keep_active() {
    next_.resize_carried(active_, input_.dbt.one_draw);
    workers_.each_range(cohort_.size(), [&](std::size_t index, Range range) {
      std::size_t to = active_before_[index];
      for (std::size_t row = range.begin; row < range.end; ++row) {
        if (cohort_.leave_date[row] != no_date) continue;
        next_.key[to] = cohort_.key[row];
        if (input_.dbt.one_draw) next_.one_hash[to] = cohort_.one_hash[row];
        next_.origin[to] = cohort_.origin[row];
        next_.pay[to] = cohort_.end_pay[row];
        next_.hire_date[to] = cohort_.hire_date[row];
        next_.age[to] = cohort_.age[row];
        next_.tenure[to] = cohort_.tenure[row];
        next_.level[to++] = cohort_.end_level[row];
      }
    });
    cohort_.swap_carried(next_);
  }

  const SimulationInput& input_;
  Workers workers_;
  std::size_t origins_;  // people and hires so far
  std::size_t room_;
  ColumnMemory memory_;
  Cohort cohort_, next_;  // only cohort_ has columns of the year
  PickOrder order_;
  Column<double> active_pay_;
  std::size_t active_ = 0;
  std::vector<std::size_t> active_before_;  // by range
  std::vector<HirePlace> hires_;
};

}  // namespace

}  // namespace simulation

SimulationResult simulate(const SimulationInput& input) {
  simulation::check_input(input);
  simulation::Run run(input);
  SimulationResult result;
  const int first = input.settings.start_year, last = input.settings.end_year;
  for (int year = first; year <= last; ++year) {
    run.simulate_year(year, result);
    if (input.progress && !input.progress(year - first + 1, last - first + 1)) {
      throw Error(ErrorCode::cancelled,
                  fmt::format("the simulation was stopped after {} of {} years", year - first + 1, last - first + 1));
    }
  }
  return result;
}

}  // namespace planwise
