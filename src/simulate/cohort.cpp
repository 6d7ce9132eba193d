#include "simulate/cohort.h"

#include <fmt/format.h>

#include <algorithm>

#include "planwise/error.h"
#include "simulate/calendar.h"
#include "simulate/draws.h"

namespace planwise::simulation {

namespace {

struct Place {
  std::uint64_t key;
  std::uint32_t origin;
};

std::vector<Place> canonical_order(const std::vector<std::string>& ids) {
  std::vector<Place> places(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) places[i] = {key_of(ids[i]), static_cast<std::uint32_t>(i)};
  std::sort(places.begin(), places.end(), [&](const Place& left, const Place& right) {
    return left.key != right.key ? left.key < right.key : ids[left.origin] < ids[right.origin];
  });
  const auto same = std::adjacent_find(places.begin(), places.end(), [&](const Place& left, const Place& right) {
    return left.key == right.key && ids[left.origin] == ids[right.origin];
  });
  if (same != places.end()) {
    const auto [first, second] = std::minmax(same->origin, std::next(same)->origin);
    throw Error(ErrorCode::invalid_argument,
                fmt::format("people: employee_id {} stands in rows {} and {}; each person is allowed once", ids[first], first + 1, second + 1));
  }
  return places;
}

}  // namespace

void Cohort::resize_carried(std::size_t rows, bool with_one_hash) {
  key.resize(rows);
  if (with_one_hash) one_hash.resize(rows);
  origin.resize(rows);
  pay.resize(rows);
  hire_date.resize(rows);
  age.resize(rows);
  tenure.resize(rows);
  level.resize(rows);
}

void Cohort::resize_of_year(std::size_t rows) {
  leave_date.resize(rows);
  promotion_date.resize(rows);
  raise_date.resize(rows);
  promotion_pay.resize(rows);
  raise_pay.resize(rows);
  end_pay.resize(rows);
  raise_level.resize(rows);
  end_level.resize(rows);
}

Cohort cohort_of(const SimulationInput& input) {
  const People& people = input.people;
  const std::vector<Place> places = canonical_order(people.employee_id);
  Cohort cohort;
  cohort.resize_carried(places.size(), input.dbt.one_draw);
  for (std::size_t row = 0; row < places.size(); ++row) {
    const std::uint32_t i = places[row].origin;
    cohort.key[row] = places[row].key;
    if (input.dbt.one_draw) cohort.one_hash[row] = duckdb_hash(people.employee_id[i]);
    cohort.origin[row] = i;
    cohort.pay[row] = people.compensation[i];
    cohort.age[row] = people.age[i];
    cohort.tenure[row] = people.tenure[i];
    cohort.level[row] = static_cast<std::uint8_t>(people.level[i] - 1);
    cohort.hire_date[row] = people.hire_date[i] != no_date ? people.hire_date[i] : first_day_of(input.settings.start_year - 1 - people.tenure[i]);
  }
  return cohort;
}

}  // namespace planwise::simulation
