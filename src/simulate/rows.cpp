#include <algorithm>
#include <limits>

#include "simulate/kernels.h"

namespace planwise::simulation {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// Rows of the cohort in order of origin, which is the order of the output.
std::vector<std::uint32_t> output_order(const Cohort& cohort, std::size_t origins) {
  constexpr std::uint32_t absent = UINT32_MAX;
  std::vector<std::uint32_t> row_of(origins, absent);
  for (std::size_t row = 0; row < cohort.size(); ++row) row_of[cohort.origin[row]] = static_cast<std::uint32_t>(row);
  std::erase(row_of, absent);
  return row_of;
}

struct Event {
  EventType type;
  std::int32_t date;
  double pay, previous, probability;
  std::uint8_t level;
};

/// What the person earned when the event came.
double pay_at(const Cohort& cohort, std::size_t row, std::int32_t date) {
  const bool promoted = cohort.promotion_date[row] != no_date && cohort.promotion_date[row] < date;
  const bool raised = cohort.raise_date[row] != no_date && cohort.raise_date[row] < date;
  if (promoted && (!raised || cohort.promotion_date[row] > cohort.raise_date[row])) return cohort.promotion_pay[row];
  return raised ? cohort.raise_pay[row] : cohort.pay[row];
}

Event termination_of(const Year& year, const Cohort& cohort, std::size_t row) {
  const std::int32_t date = cohort.leave_date[row];
  const bool experienced = row < cohort.experienced;
  const double hazard = experienced ? year.termination_hazard_of(cohort.age[row], cohort.tenure[row])
                                    : year.settings.new_hire_termination_rate;
  const bool moved_up =
      !year.dbt.raises_at_start && cohort.promotion_date[row] != no_date && cohort.promotion_date[row] < date;
  const double pay = year.dbt.raises_at_start ? cohort.pay[row] : pay_at(cohort, row, date);
  return {EventType::termination,
          date,
          pay,
          none,
          hazard,
          static_cast<std::uint8_t>(cohort.level[row] + (moved_up ? 1 : 0))};
}

/// The events of one row, by date, then type.
void add_events(const Year& year, const Cohort& cohort, std::size_t row, std::uint32_t place, YearRows::Events& into) {
  std::array<Event, 4> events{};
  std::size_t count = 0;
  if (row >= cohort.experienced)
    events[count++] = {EventType::hire, cohort.hire_date[row], cohort.pay[row], none, none, cohort.level[row]};
  if (cohort.leave_date[row] != no_date) events[count++] = termination_of(year, cohort, row);
  const std::int32_t promoted = cohort.promotion_date[row], raised = cohort.raise_date[row];
  const bool from_start = year.dbt.raises_at_start;
  if (promoted != no_date) {
    const bool raised_before = !from_start && raised != no_date && raised < promoted;
    events[count++] = {EventType::promotion,
                       promoted,
                       cohort.promotion_pay[row],
                       raised_before ? cohort.raise_pay[row] : cohort.pay[row],
                       year.promotion_hazard_of(cohort.age[row], cohort.tenure[row], cohort.level[row]),
                       cohort.level[row]};
  }
  if (raised != no_date) {
    const std::uint8_t level = cohort.raise_level[row];
    const bool promoted_before = !from_start && promoted != no_date && promoted <= raised;
    events[count++] = {EventType::raise,
                       raised,
                       cohort.raise_pay[row],
                       promoted_before ? cohort.promotion_pay[row] : cohort.pay[row],
                       year.levers.merit_rate[level],
                       level};
  }
  std::sort(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count),
            [](const Event& left, const Event& right) {
              return left.date != right.date ? left.date < right.date : left.type < right.type;
            });
  for (std::size_t i = 0; i < count; ++i) {
    into.row.push_back(place);
    into.type.push_back(events[i].type);
    into.date.push_back(events[i].date);
    into.compensation.push_back(events[i].pay);
    into.previous_compensation.push_back(events[i].previous);
    into.probability.push_back(events[i].probability);
    into.level.push_back(static_cast<std::uint8_t>(events[i].level + 1));
  }
}

void add_identity(const Year& year, const Cohort& cohort, std::size_t row, const std::vector<HirePlace>& hires,
                  YearRows& into) {
  const People& people = year.input.people;
  const std::uint32_t origin = cohort.origin[row];
  if (origin < people.size()) {
    into.employee_id.push_back(people.employee_id[origin]);
    into.birth_date.push_back(people.birth_date[origin]);
    into.hire_date.push_back(people.hire_date[origin]);
  } else {
    const HirePlace& place = hires[origin - people.size()];
    into.employee_id.push_back(hire_id(place.year, place.level + 1, place.number));
    into.birth_date.push_back(birth_date_of(place, cohort.age[row] - cohort.tenure[row]));
    into.hire_date.push_back(cohort.hire_date[row]);
  }
}

}  // namespace

YearRows rows_of(const Year& year, const Cohort& cohort, const std::vector<HirePlace>& hires) {
  const std::vector<std::uint32_t> order = output_order(cohort, year.input.people.size() + hires.size());
  YearRows rows;
  rows.year = year.number;
  const auto reserve = [&](auto&... columns) { (columns.reserve(order.size()), ...); };
  reserve(rows.employee_id, rows.birth_date, rows.hire_date, rows.termination_date, rows.current_compensation,
          rows.prorated_compensation, rows.full_year_equivalent, rows.age, rows.tenure, rows.level, rows.status);
  YearRows::Events& events = rows.events;
  reserve(events.row, events.type, events.date, events.compensation, events.previous_compensation, events.probability,
          events.level);
  for (const std::uint32_t row : order) {
    add_events(year, cohort, row, static_cast<std::uint32_t>(rows.employee_id.size()), events);
    add_identity(year, cohort, row, hires, rows);
    rows.termination_date.push_back(cohort.leave_date[row]);
    rows.current_compensation.push_back(cohort.end_pay[row]);
    rows.prorated_compensation.push_back(prorated_pay(year, cohort, row));
    rows.full_year_equivalent.push_back(cohort.end_pay[row]);
    rows.age.push_back(cohort.age[row]);
    rows.tenure.push_back(cohort.tenure[row]);
    rows.level.push_back(static_cast<std::uint8_t>(cohort.end_level[row] + 1));
    rows.status.push_back(status_of(cohort, row));
  }
  return rows;
}

}  // namespace planwise::simulation
