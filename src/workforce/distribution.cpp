// Pay by group: means with percentiles beside them, and the suppression of small cells.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "planwise/error.h"
#include "workforce/analysis.h"
#include "workforce/needs.h"
#include "workforce/numbers.h"
#include "workforce/parts.h"

namespace planwise {

namespace workforce {

namespace {

struct Group {
  std::string name;
  std::int64_t people = 0;
  std::vector<double> pay;
};

/// All groups that a grouping can have, in their order, so that an empty one is shown as empty; `unknown` last.
std::vector<Group> groups_by(PayGrouping by) {
  std::vector<Group> groups;
  const auto add = [&](std::string_view name) { groups.push_back({std::string(name), 0, {}}); };
  switch (by) {
    case PayGrouping::none:
      add("all");
      return groups;
    case PayGrouping::level:
      for (std::size_t level = 1; level <= level_count; ++level) add(std::to_string(level));
      break;
    case PayGrouping::age_band:
      for (std::size_t band = 0; band < age_band_count; ++band) add(age_band(band));
      break;
    case PayGrouping::tenure_band:
      for (std::size_t band = 0; band < tenure_band_count; ++band) add(tenure_band(band));
      break;
    case PayGrouping::status:
      for (std::size_t status = 0; status < 5; ++status) add(to_text(static_cast<RowStatus>(status)));
      break;
  }
  add("unknown");
  return groups;
}

std::size_t group_of(const SnapshotColumns& people, std::size_t row, PayGrouping by) {
  switch (by) {
    case PayGrouping::none:
      return 0;
    case PayGrouping::level: {
      const std::int32_t level = people.level[row];
      return level >= 1 && level <= static_cast<std::int32_t>(level_count) ? static_cast<std::size_t>(level - 1)
                                                                           : level_count;
    }
    case PayGrouping::age_band:
      return age_band_of(people.age[row]);
    case PayGrouping::tenure_band:
      return tenure_band_of(people.tenure[row]);
    case PayGrouping::status:
      return static_cast<std::size_t>(people.status[row]);
  }
  return 0;
}

const std::vector<double>& pay_column(const SnapshotColumns& people, PayFigure figure) {
  return figure == PayFigure::current    ? people.current
         : figure == PayFigure::prorated ? people.prorated
                                         : people.full_year;
}

PayDistribution figures_of(Group group, double outlier_pay) {
  PayDistribution d;
  d.group = std::move(group.name);
  d.count = group.people;
  d.without_pay = group.people - static_cast<std::int64_t>(group.pay.size());
  d.total = group.pay.empty() && group.people > 0 ? nan : sum_of(group.pay);
  d.mean = mean_of(group.pay);
  d.deviation = deviation_of(group.pay);
  std::sort(group.pay.begin(), group.pay.end());
  const std::span<const double> all(group.pay);
  d.minimum = percentile(all, 0);
  d.p10 = percentile(all, 0.10);
  d.p25 = percentile(all, 0.25);
  d.median = percentile(all, 0.50);
  d.p75 = percentile(all, 0.75);
  d.p90 = percentile(all, 0.90);
  d.maximum = percentile(all, 1);
  const auto usual = static_cast<std::size_t>(std::upper_bound(all.begin(), all.end(), outlier_pay) - all.begin());
  d.outliers = static_cast<std::int64_t>(all.size() - usual);
  d.mean_without_outliers = mean_of(all.first(usual));
  d.median_without_outliers = percentile(all.first(usual), 0.50);
  d.deviation_without_outliers = deviation_of(all.first(usual));
  return d;
}

}  // namespace

std::vector<PayDistribution> distribution_of(const YearColumns& year, const DistributionRequest& request,
                                             double outlier_pay) {
  std::vector<Group> groups = groups_by(request.by);
  const std::vector<double>& pay = pay_column(year.people, request.pay);
  for (std::size_t row = 0; row < year.people.size(); ++row) {
    if (request.population == Population::active && !is_active(year.people.status[row])) continue;
    Group& group = groups[group_of(year.people, row, request.by)];
    ++group.people;
    if (!std::isnan(pay[row])) group.pay.push_back(pay[row]);
  }
  if (request.by != PayGrouping::none && groups.back().people == 0) groups.pop_back();
  std::vector<PayDistribution> all;
  for (Group& group : groups) all.push_back(figures_of(std::move(group), outlier_pay));
  if (request.by == PayGrouping::status) {
    std::erase_if(all, [](const PayDistribution& d) { return d.group == "other_termination" && d.count == 0; });
  }
  return all;
}

}  // namespace workforce

std::vector<bool> cells_to_suppress(std::span<const std::int64_t> counts, std::int64_t minimum) {
  std::vector<bool> hidden(counts.size(), false);
  std::int64_t hidden_cells = 0, hidden_people = 0;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    if (counts[cell] < 1 || counts[cell] >= minimum) continue;
    hidden[cell] = true;
    ++hidden_cells;
    hidden_people += counts[cell];
  }
  // The total less the shown cells must not give a hidden cell, nor a group below the minimum.
  while (hidden_cells > 0 && (hidden_cells < 2 || hidden_people < minimum)) {
    std::size_t next = counts.size();
    for (std::size_t cell = 0; cell < counts.size(); ++cell) {
      if (hidden[cell] || counts[cell] < 1) continue;
      if (next == counts.size() || counts[cell] < counts[next]) next = cell;
    }
    if (next == counts.size()) break;
    hidden[next] = true;
    ++hidden_cells;
    hidden_people += counts[next];
  }
  return hidden;
}

std::vector<PayDistribution> suppress_small_cells(std::vector<PayDistribution> cells, std::int64_t minimum) {
  std::vector<std::int64_t> counts;
  for (const PayDistribution& cell : cells) counts.push_back(cell.count);
  const std::vector<bool> hidden = cells_to_suppress(counts, minimum);
  for (std::size_t index = 0; index < cells.size(); ++index) {
    if (!hidden[index]) continue;
    const double none = nan;
    PayDistribution& d = cells[index];
    d.count = d.without_pay = d.outliers = -1;
    d.total = d.mean = d.deviation = d.minimum = d.p10 = d.p25 = d.median = d.p75 = d.p90 = d.maximum = none;
    d.mean_without_outliers = d.median_without_outliers = d.deviation_without_outliers = none;
    d.suppressed = true;
  }
  return cells;
}

std::vector<PayDistribution> SimulationDatabase::distribution(const DistributionRequest& request) const {
  const workforce::Session session = parts_->source.open();
  const auto rows = parts_->filled_year(session, request.year);
  workforce::require_columns(*rows, request);
  return workforce::distribution_of(*rows, request, parts_->options.outlier_pay);
}

}  // namespace planwise
