/// \file
/// What stays out of a report because it tells of fewer than five people, or lets their figures follow from others.
/// Internal to report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/facts.h"

namespace planwise::report {

/// Figures of fewer are a person's.
inline constexpr double fewest_people = 5;

[[nodiscard]] constexpr bool is_few(double people) noexcept { return people > 0 && people < fewest_people; }

/// Which groups of a table stay hidden, by their numbers of people. A group of few is; and, because totals stand beside
/// such tables, the next smallest groups until no total less the shown ones tells of a single group, or of few.
[[nodiscard]] std::vector<bool> hidden_groups(const std::vector<double>& people);

/// What estimated_employee_impact.by_level tells, in its order.
struct LevelPeople {
  std::vector<int> levels;
  std::vector<bool> hidden;
  /// The number of people affected in all, less those of the levels shown, would tell one level's number.
  bool total_affected_tells = false;
};
[[nodiscard]] LevelPeople level_people(const Run& run);

/// From level 1; empty: the run does not tell the people of its levels.
[[nodiscard]] std::vector<bool> hidden_levels_of(const ReportFacts& facts);

/// One to four people are paid above the pay cap: what is left without them gives their pay away. As the run's notes or
/// the figures simulated for the report tell it; false where neither does.
[[nodiscard]] bool few_above_cap(const ReportFacts& facts);
[[nodiscard]] bool few_above_cap(const Run& run);
/// A figure that leaves those people out: "cost_within_cap", "active_mean_without_outliers".
[[nodiscard]] bool is_without_outliers(std::string_view figure);
/// A note of the run as a report shows it: of few people above the cap no number and no part of cost or equity.
[[nodiscard]] std::string shown_note(const std::string& note);

}  // namespace planwise::report
