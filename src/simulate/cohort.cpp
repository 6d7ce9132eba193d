#include "simulate/cohort.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "planwise/error.h"
#include "simulate/calendar.h"
#include "simulate/draws.h"
#include "simulate/workers.h"

namespace planwise::simulation {

namespace {

struct Place {
  std::uint64_t key;
  std::uint32_t origin;
};

/// Where each part begins when `size` keys are parted by their leading bits, about two a part: keys are well mixed, so
/// the parts are nearly even and sorting within them is all that is left to do.
class Parts {
 public:
  explicit Parts(std::size_t size)
      : bits_(std::clamp(static_cast<unsigned>(std::bit_width(size)) - 1U, 1U, 20U)),
        begins_((std::size_t{1} << bits_) + 1) {}
  [[nodiscard]] std::size_t of(std::uint64_t key) const noexcept {
    return static_cast<std::size_t>(key >> (64 - bits_));
  }
  void count(std::uint64_t key) noexcept { ++begins_[of(key) + 1]; }
  void place() { std::partial_sum(begins_.begin(), begins_.end(), begins_.begin()); }
  [[nodiscard]] const std::vector<std::uint32_t>& begins() const noexcept { return begins_; }

 private:
  unsigned bits_;
  std::vector<std::uint32_t> begins_;
};

std::vector<Place> canonical_order(const std::vector<std::string>& ids, Workers& workers) {
  std::vector<std::uint64_t> keys(ids.size());
  workers.each_range(ids.size(), [&](std::size_t, Range range) {
    for (std::size_t i = range.begin; i < range.end; ++i) keys[i] = key_of(ids[i]);
  });
  Parts parts(ids.size());
  for (const std::uint64_t key : keys) parts.count(key);
  parts.place();
  std::vector<Place> places(ids.size());
  std::vector<std::uint32_t> next = parts.begins();
  for (std::size_t i = 0; i < keys.size(); ++i)
    places[next[parts.of(keys[i])]++] = {keys[i], static_cast<std::uint32_t>(i)};
  const auto earlier = [&](const Place& left, const Place& right) {
    return left.key != right.key ? left.key < right.key : ids[left.origin] < ids[right.origin];
  };
  for (std::size_t part = 0; part + 1 < parts.begins().size(); ++part) {
    const auto at = [&](std::size_t index) {
      return places.begin() + static_cast<std::ptrdiff_t>(parts.begins()[index]);
    };
    if (parts.begins()[part + 1] - parts.begins()[part] > 1) std::sort(at(part), at(part + 1), earlier);
  }
  const auto same = std::adjacent_find(places.begin(), places.end(), [&](const Place& left, const Place& right) {
    return left.key == right.key && ids[left.origin] == ids[right.origin];
  });
  if (same != places.end()) {
    const auto [first, second] = std::minmax(same->origin, std::next(same)->origin);
    throw Error(ErrorCode::invalid_argument,
                fmt::format("people: employee_id {} stands in rows {} and {}; each person is allowed once", ids[first],
                            first + 1, second + 1));
  }
  return places;
}

}  // namespace

Cohort::Cohort(std::pmr::memory_resource* memory)
    : key(memory),
      one_hash(memory),
      origin(memory),
      pay(memory),
      hire_date(memory),
      age(memory),
      tenure(memory),
      level(memory),
      leave_date(memory),
      promotion_date(memory),
      raise_date(memory),
      promotion_pay(memory),
      raise_pay(memory),
      end_pay(memory),
      raise_level(memory),
      end_level(memory) {}

void Cohort::reserve_carried(std::size_t rows, bool with_one_hash) {
  [rows](auto&... columns) { (columns.reserve(rows), ...); }(key, origin, pay, hire_date, age, tenure, level);
  if (with_one_hash) one_hash.reserve(rows);
}

void Cohort::reserve_of_year(std::size_t rows) {
  [rows](auto&... columns) { (columns.reserve(rows), ...); }(leave_date, promotion_date, raise_date, promotion_pay,
                                                             raise_pay, end_pay, raise_level, end_level);
}

void Cohort::resize_carried(std::size_t rows, bool with_one_hash) {
  [rows](auto&... columns) { (columns.resize(rows), ...); }(key, origin, pay, hire_date, age, tenure, level);
  if (with_one_hash) one_hash.resize(rows);
}

void Cohort::resize_of_year(std::size_t rows) {
  [rows](auto&... columns) { (columns.resize(rows), ...); }(leave_date, promotion_date, raise_date, promotion_pay,
                                                            raise_pay, end_pay, raise_level, end_level);
}

void Cohort::swap_carried(Cohort& other) noexcept {
  key.swap(other.key);
  one_hash.swap(other.one_hash);
  origin.swap(other.origin);
  pay.swap(other.pay);
  hire_date.swap(other.hire_date);
  age.swap(other.age);
  tenure.swap(other.tenure);
  level.swap(other.level);
}

void fill_from(const SimulationInput& input, Cohort& cohort, Workers& workers) {
  const People& people = input.people;
  const std::vector<Place> places = canonical_order(people.employee_id, workers);
  cohort.resize_carried(places.size(), input.dbt.one_draw);
  workers.each_range(places.size(), [&](std::size_t, Range range) {
    for (std::size_t row = range.begin; row < range.end; ++row) {
      const std::uint32_t i = places[row].origin;
      cohort.key[row] = places[row].key;
      if (input.dbt.one_draw) cohort.one_hash[row] = duckdb_hash(people.employee_id[i]);
      cohort.origin[row] = i;
      cohort.pay[row] = people.compensation[i];
      cohort.age[row] = people.age[i];
      cohort.tenure[row] = people.tenure[i];
      cohort.level[row] = static_cast<std::uint8_t>(people.level[i] - 1);
      cohort.hire_date[row] = people.hire_date[i] != no_date
                                  ? people.hire_date[i]
                                  : first_day_of(input.settings.start_year - 1 - people.tenure[i]);
    }
  });
}

}  // namespace planwise::simulation
