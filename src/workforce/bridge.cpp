// The cost bridge from one year's end to the next, cost figures of a year, and growth.
//
// A person active at both ends changed pay by promotion, raise and the rest. A raise's part is what its event says; a
// promotion's part is what remains of the change beside the raise, so that a promotion whose pay a raise overwrote
// counts for nothing, and a raise on promoted pay does not count twice. Everything runs in whole cents: start plus all
// parts is the end, exactly. Without what the events tell, what they would explain stays in `other`.
#include <fmt/format.h>

#include <cmath>
#include <unordered_map>

#include "planwise/error.h"
#include "workforce/analysis.h"
#include "workforce/levers.h"
#include "workforce/needs.h"
#include "workforce/numbers.h"
#include "workforce/parts.h"

namespace planwise {

namespace workforce {

namespace {

/// A sum of cents that says so when it does not fit.
class Cents {
 public:
  Cents& operator+=(std::int64_t amount) {
    if (__builtin_add_overflow(sum_, amount, &sum_)) {
      throw Error(ErrorCode::corrupt, "the pay of a year sums to more than 9.2e16: no bridge can be told in cents");
    }
    return *this;
  }
  Cents& operator-=(std::int64_t amount) { return *this += -amount; }
  [[nodiscard]] double money() const { return static_cast<double>(sum_) / 100.0; }

 private:
  std::int64_t sum_ = 0;
};

using RowOf = std::unordered_map<std::string_view, std::uint32_t>;

/// Rows of active people with pay; the first row of a person who has several.
RowOf active_rows(const SnapshotColumns& people) {
  RowOf rows;
  rows.reserve(people.size());
  for (std::size_t row = 0; row < people.size(); ++row) {
    if (is_active(people.status[row]) && !std::isnan(people.current[row]))
      rows.emplace(people.employee_id[row], static_cast<std::uint32_t>(row));
  }
  return rows;
}

bool kept(const RowOf& rows, const SnapshotColumns& people, std::size_t row) {
  const auto found = rows.find(people.employee_id[row]);
  return found != rows.end() && found->second == row;
}

/// A person's promotion and raise of a year: indexes into the events, or none.
struct PayEvents {
  std::size_t promotion = SIZE_MAX, raise = SIZE_MAX;
};

std::unordered_map<std::string_view, PayEvents> pay_events(const EventColumns& events) {
  std::unordered_map<std::string_view, PayEvents> by_person;
  for (std::size_t event = 0; event < events.size(); ++event) {
    if (std::isnan(events.compensation[event]) || std::isnan(events.previous[event])) continue;
    if (events.kind[event] == EventKind::promotion) by_person[events.employee_id[event]].promotion = event;
    if (events.kind[event] == EventKind::raise) by_person[events.employee_id[event]].raise = event;
  }
  return by_person;
}

/// COLA's share of a raise, by the levers of the level; without levers what stands above the merit that the event
/// names.
double cola_share(const EventColumns& events, std::size_t raise, const YearLevers* levers) {
  const std::int32_t level = events.level[raise];
  if (levers != nullptr && level >= 1 && level <= static_cast<std::int32_t>(level_count)) {
    const auto index = static_cast<std::size_t>(level - 1);
    const double both = levers->merit_rate[index] + levers->cola_rate[index];
    return both > 0 ? levers->cola_rate[index] / both : 0;
  }
  const double rate = events.compensation[raise] / events.previous[raise] - 1;
  const double merit = events.probability[raise];
  return std::isnan(merit) || !(rate > 0) ? 0 : std::clamp(1 - merit / rate, 0.0, 1.0);
}

PersonChange change_of(const YearColumns& before, const YearColumns& now, std::uint32_t before_row,
                       std::uint32_t now_row, const PayEvents* pay, const YearLevers* levers) {
  PersonChange change;
  change.before_row = before_row;
  change.now_row = now_row;
  std::int64_t rest = cents(now.people.current[now_row]) - cents(before.people.current[before_row]);
  if (pay != nullptr && pay->raise != SIZE_MAX) {
    const EventColumns& events = now.events;
    const std::int64_t raise = cents(events.compensation[pay->raise]) - cents(events.previous[pay->raise]);
    change.cola = std::llround(static_cast<double>(raise) * cola_share(events, pay->raise, levers));
    change.merit = raise - change.cola;
    change.raised = true;
    rest -= raise;
  }
  if (pay != nullptr && pay->promotion != SIZE_MAX) {
    const std::int64_t granted =
        cents(now.events.compensation[pay->promotion]) - cents(now.events.previous[pay->promotion]);
    change.promoted = true;
    change.promotion = rest;
    change.promotion_overwritten = pay->raise != SIZE_MAX ? granted - rest : 0;
    rest = 0;
  }
  change.other = rest;
  return change;
}

/// Blanks what only events tell, where they do not.
void leave_unexplained(CostBridge& b, const YearColumns& now) {
  if (const auto lack = lack_of(now, Analysis::raises)) {
    b.reason = lack->text;
  } else if (now.events.size() == 0 && b.other != 0) {
    b.reason = fmt::format("fct_yearly_events has no events of {}", now.year);
  } else {
    return;
  }
  b.reason += "; promotions, merit and COLA cannot be told apart and are part of other";
  b.promotions = b.merit = b.cola = b.promotions_overwritten = nan;
  b.promotion_count = b.raise_count = -1;
}

}  // namespace

BridgeDetail bridge_between(const YearColumns& before, const YearColumns& now, const YearLevers* levers) {
  BridgeDetail detail;
  const RowOf were = active_rows(before.people), are = active_rows(now.people);
  const auto events = pay_events(now.events);
  Cents start, leavers, hires, promotions, merit, cola, other, end, overwritten;
  CostBridge& b = detail.bridge;
  for (std::size_t row = 0; row < before.people.size(); ++row) {
    if (!kept(were, before.people, row)) continue;
    const std::int64_t pay = cents(before.people.current[row]);
    start += pay;
    ++b.start_count;
    if (are.contains(before.people.employee_id[row])) continue;
    leavers -= pay;
    detail.left.push_back(static_cast<std::uint32_t>(row));
  }
  for (std::size_t row = 0; row < now.people.size(); ++row) {
    if (!kept(are, now.people, row)) continue;
    const std::int64_t pay = cents(now.people.current[row]);
    end += pay;
    ++b.end_count;
    const auto was = were.find(now.people.employee_id[row]);
    if (was == were.end()) {
      hires += pay;
      detail.hired.push_back(static_cast<std::uint32_t>(row));
      continue;
    }
    const auto found = events.find(now.people.employee_id[row]);
    const PersonChange change = change_of(before, now, was->second, static_cast<std::uint32_t>(row),
                                          found == events.end() ? nullptr : &found->second, levers);
    promotions += change.promotion;
    merit += change.merit;
    cola += change.cola;
    other += change.other;
    overwritten += change.promotion_overwritten;
    b.promotion_count += change.promoted ? 1 : 0;
    b.raise_count += change.raised ? 1 : 0;
    detail.stayed.push_back(change);
  }
  b.from_year = before.year;
  b.to_year = now.year;
  b.start = start.money();
  b.leavers = leavers.money();
  b.hires = hires.money();
  b.promotions = promotions.money();
  b.merit = merit.money();
  b.cola = cola.money();
  b.other = other.money();
  b.end = end.money();
  b.promotions_overwritten = overwritten.money();
  b.leaver_count = static_cast<std::int64_t>(detail.left.size());
  b.hire_count = static_cast<std::int64_t>(detail.hired.size());
  leave_unexplained(b, now);
  return detail;
}

YearCost cost_of(const YearColumns& year, double loading_factor) {
  const SnapshotColumns& people = year.people;
  Sum active, leavers, run_rate;
  for (std::size_t row = 0; row < people.size(); ++row) {
    const bool there = is_active(people.status[row]);
    if (!std::isnan(people.prorated[row])) (there ? active : leavers).add(people.prorated[row]);
    if (there && !std::isnan(people.full_year[row])) run_rate.add(people.full_year[row]);
  }
  YearCost cost;
  cost.year = year.year;
  cost.in_year_active = active.value();
  cost.in_year_leavers = leavers.value();
  cost.in_year = active.value() + leavers.value();
  cost.run_rate = run_rate.value();
  cost.carry_over = cost.run_rate - cost.in_year_active;
  cost.loading_factor = loading_factor;
  cost.loaded_in_year = cost.in_year * (1 + loading_factor);
  cost.loaded_run_rate = cost.run_rate * (1 + loading_factor);
  return cost;
}

YearGrowth growth_of(const YearColumns* before, const YearColumns& now, double outlier_pay) {
  YearGrowth growth;
  growth.year = now.year;
  growth.headcount = growth.total = growth.mean = growth.median = growth.mean_without_outliers = growth.like_for_like =
      growth.like_for_like_total = nan;
  if (before == nullptr) return growth;
  if (const auto lack = lack_of(*before, Analysis::growth)) {
    growth.reason = lack->text;
    return growth;
  }
  const auto usual_mean = [&](std::vector<double> pay) {
    std::erase_if(pay, [&](double value) { return value > outlier_pay; });
    return mean_of(pay);
  };
  const auto change = [](double later, double earlier) { return ratio(later - earlier, earlier); };
  const std::vector<double> then = active_pay(before->people), later = active_pay(now.people);
  const auto heads = [](const SnapshotColumns& people) {
    double count = 0;
    for (RowStatus status : people.status) count += is_active(status) ? 1 : 0;
    return count;
  };
  growth.headcount = change(heads(now.people), heads(before->people));
  growth.total = change(sum_of(later), sum_of(then));
  growth.mean = change(mean_of(later), mean_of(then));
  growth.median = change(median_of(later), median_of(then));
  growth.mean_without_outliers = change(usual_mean(later), usual_mean(then));
  const RowOf were = active_rows(before->people);
  Sum was, is, own;
  std::int64_t with_pay = 0;
  for (std::size_t row = 0; row < now.people.size(); ++row) {
    if (!is_active(now.people.status[row]) || std::isnan(now.people.current[row])) continue;
    const auto found = were.find(now.people.employee_id[row]);
    if (found == were.end()) continue;
    const double pay_before = before->people.current[found->second];
    was.add(pay_before);
    is.add(now.people.current[row]);
    ++growth.like_for_like_count;
    if (!(pay_before > 0)) continue;
    own.add(now.people.current[row] / pay_before - 1);
    ++with_pay;
  }
  growth.like_for_like = ratio(own.value(), static_cast<double>(with_pay));
  growth.like_for_like_total = change(is.value(), was.value());
  return growth;
}

}  // namespace workforce

using namespace workforce;

CostBridge SimulationDatabase::bridge(int from_year) const {
  const Session session = parts_->source.open();
  const auto before = parts_->filled_year(session, from_year);
  const auto now = parts_->filled_year(session, from_year + 1);
  require_columns(*before, Analysis::bridge);
  require_columns(*now, Analysis::bridge);
  return bridge_between(*before, *now, parts_->levers_of(session, from_year + 1).get()).bridge;
}

YearCost SimulationDatabase::cost(int year, double loading_factor) const {
  if (!std::isfinite(loading_factor) || loading_factor < 0) {
    throw Error(ErrorCode::invalid_argument, "the loading factor is " + std::to_string(loading_factor) +
                                                 "; a fraction of pay, 0 or more, is allowed");
  }
  const Session session = parts_->source.open();
  const auto rows = parts_->filled_year(session, year);
  require_columns(*rows, Analysis::cost);
  return cost_of(*rows, loading_factor);
}

std::vector<YearGrowth> SimulationDatabase::growth() const {
  const Session session = parts_->source.open();
  std::vector<YearGrowth> all;
  const std::vector<int> years = snapshot_years(session);
  if (years.empty()) (void)parts_->filled_year(session, 0);  // Says why there is none.
  for (int year : years) {
    const auto now = parts_->filled_year(session, year);
    require_columns(*now, Analysis::growth);
    const auto before = parts_->year(session, year - 1);
    all.push_back(growth_of(before->people.size() > 0 ? before.get() : nullptr, *now, parts_->options.outlier_pay));
  }
  return all;
}

}  // namespace planwise
