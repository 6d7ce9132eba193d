#include "census/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "census/draws.h"
#include "core/json_text.h"
#include "core/near.h"
#include "planwise/error.h"

namespace planwise {
namespace {

constexpr std::array<std::string_view, census_fault_count> names{"duplicate_id",
                                                                 "missing_id",
                                                                 "negative_pay",
                                                                 "zero_pay",
                                                                 "missing_pay",
                                                                 "extreme_pay",
                                                                 "missing_birth_date",
                                                                 "missing_hire_date",
                                                                 "hire_before_birth",
                                                                 "hire_in_future",
                                                                 "termination_before_hire",
                                                                 "active_though_terminated"};

std::int32_t first_day_of(int year) {
  const std::chrono::sys_days date = std::chrono::year(year) / 1 / 1;
  return static_cast<std::int32_t>(date.time_since_epoch().count());
}

}  // namespace

std::string_view to_text(CensusFault fault) noexcept { return names[static_cast<std::size_t>(fault)]; }

CensusFault census_fault_from(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<CensusFault>(found - names.begin());
  throw Error(ErrorCode::invalid_argument, fmt::format("fault {} is not known; allowed are {}{}", core::excerpt(name),
                                                       fmt::join(names, ", "), core::did_you_mean(name, names)));
}

namespace census {
namespace {

/// Hands out rows in a random order, each once.
class FreeRows {
 public:
  FreeRows(std::uint64_t seed, std::size_t count) : seed_(mix(seed ^ 0xfa017U)), taken_(count, false) {}

  /// There must be a free row.
  std::size_t take() {
    const auto count = static_cast<std::int64_t>(taken_.size());
    auto row = static_cast<std::size_t>(Draws(seed_, next_++).below(Question::fault_row, count));
    while (taken_[row]) row = (row + 1) % taken_.size();
    taken_[row] = true;
    return row;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t next_ = 0;
  std::vector<bool> taken_;
};

void spoil(Census& census, CensusFault fault, std::size_t row, int plan_year, FreeRows& rows) {
  switch (fault) {
    case CensusFault::duplicate_id:
      census.employee_id[row] = census.employee_id[rows.take()];
      return;
    case CensusFault::missing_id:
      census.employee_id[row].clear();
      return;
    case CensusFault::negative_pay:
      census.gross_cents[row] = -census.gross_cents[row];
      return;
    case CensusFault::zero_pay:
      census.gross_cents[row] = 0;
      return;
    case CensusFault::missing_pay:
      census.gross_cents[row] = Census::no_pay;
      return;
    case CensusFault::extreme_pay:
      census.gross_cents[row] *= 1000;
      return;
    case CensusFault::missing_birth_date:
      census.birth_date[row] = Census::no_date;
      return;
    case CensusFault::missing_hire_date:
      census.hire_date[row] = Census::no_date;
      return;
    case CensusFault::hire_before_birth:
      census.hire_date[row] = census.birth_date[row] - 365;
      return;
    case CensusFault::hire_in_future:
      census.hire_date[row] = first_day_of(plan_year + 1) + 90;
      return;
    case CensusFault::termination_before_hire:
      census.termination_date[row] = census.hire_date[row] - 30;
      census.active[row] = false;
      return;
    case CensusFault::active_though_terminated:
      census.termination_date[row] = first_day_of(plan_year + 1) - 1;
      census.active[row] = true;
      return;
  }
}

}  // namespace

void put_faults(Census& census, const CensusOptions& options) {
  FreeRows rows(options.seed, census.size());
  for (const auto& [fault, count] : options.faults) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::size_t row = rows.take();
      spoil(census, fault, row, options.plan_year, rows);
      census.faults.emplace_back(fault, row);
    }
  }
  std::ranges::sort(census.faults, {}, [](const auto& entry) { return entry.second; });
}

}  // namespace census
}  // namespace planwise
