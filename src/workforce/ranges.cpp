// People against the pay range of their level, new hires against incumbents.
#include <algorithm>
#include <cmath>

#include "workforce/analysis.h"
#include "workforce/needs.h"
#include "workforce/numbers.h"
#include "workforce/parts.h"

namespace planwise {

namespace workforce {

namespace {

/// Rows of active people with pay, by level.
ByLevel<std::vector<std::size_t>> rows_by_level(const SnapshotColumns& people) {
  ByLevel<std::vector<std::size_t>> rows;
  for (std::size_t row = 0; row < people.size(); ++row) {
    const std::int32_t level = people.level[row];
    if (!is_active(people.status[row]) || std::isnan(people.current[row]) || level < 1 ||
        level > static_cast<std::int32_t>(level_count))
      continue;
    rows[static_cast<std::size_t>(level - 1)].push_back(row);
  }
  return rows;
}

}  // namespace

std::vector<LevelPosition> positions_of(const YearColumns& year, const SimulationSettings& settings) {
  const ByLevel<std::vector<std::size_t>> by_level = rows_by_level(year.people);
  std::vector<LevelPosition> positions;
  for (std::size_t index = 0; index < level_count; ++index) {
    LevelPosition p;
    p.level = static_cast<int>(index) + 1;
    p.minimum = settings.levels[index].minimum;
    p.maximum = settings.levels[index].maximum;
    p.middle = (p.minimum + p.maximum) / 2;
    std::vector<double> compa, penetration;
    Sum to_minimum, above;
    for (std::size_t row : by_level[index]) {
      const double pay = year.people.current[row];
      compa.push_back(pay / p.middle);
      penetration.push_back((pay - p.minimum) / (p.maximum - p.minimum));
      if (pay < p.minimum) {
        ++p.below_minimum;
        to_minimum.add(p.minimum - pay);
      } else if (pay > p.maximum) {
        ++p.red_circled;
        above.add(pay - p.maximum);
      }
    }
    p.count = static_cast<std::int64_t>(compa.size());
    p.mean_compa_ratio = mean_of(compa);
    p.mean_penetration = mean_of(penetration);
    p.median_compa_ratio = median_of(std::move(compa));
    p.cost_to_minimum = to_minimum.value();
    p.above_maximum = above.value();
    positions.push_back(p);
  }
  return positions;
}

std::vector<LevelCompression> compression_of(const YearColumns& year) {
  const SnapshotColumns& people = year.people;
  const ByLevel<std::vector<std::size_t>> by_level = rows_by_level(people);
  ByLevel<std::vector<double>> all;
  for (std::size_t index = 0; index < level_count; ++index) {
    for (std::size_t row : by_level[index]) all[index].push_back(people.current[row]);
  }
  std::vector<LevelCompression> levels;
  for (std::size_t index = 0; index < level_count; ++index) {
    LevelCompression c;
    c.level = static_cast<int>(index) + 1;
    std::vector<double> hired, there;
    for (std::size_t row : by_level[index]) {
      (people.status[row] == RowStatus::new_hire_active ? hired : there).push_back(people.current[row]);
    }
    c.new_hires = static_cast<std::int64_t>(hired.size());
    c.incumbents = static_cast<std::int64_t>(there.size());
    c.new_hire_median = median_of(hired);
    c.incumbent_median = median_of(there);
    c.ratio = ratio(c.new_hire_median, c.incumbent_median);
    Sum cost;
    for (double pay : there) {
      if (!(pay < c.new_hire_median)) continue;
      ++c.inverted;
      cost.add(c.new_hire_median - pay);
    }
    c.cost_to_new_hires = cost.value();
    if (index + 1 < level_count && !all[index + 1].empty()) {
      const double above = median_of(all[index + 1]);
      c.above_next_level = std::count_if(all[index].begin(), all[index].end(), [&](double pay) { return pay > above; });
    }
    levels.push_back(c);
  }
  return levels;
}

}  // namespace workforce

std::vector<LevelPosition> SimulationDatabase::level_positions(int year) const {
  const ModelSettings model = load_settings();
  const workforce::Session session = parts_->source.open();
  const auto rows = parts_->filled_year(session, year);
  workforce::require_columns(*rows, workforce::Analysis::ranges);
  return workforce::positions_of(*rows, model.settings);
}

std::vector<LevelCompression> SimulationDatabase::compression(int year) const {
  const workforce::Session session = parts_->source.open();
  const auto rows = parts_->filled_year(session, year);
  workforce::require_columns(*rows, workforce::Analysis::compression);
  return workforce::compression_of(*rows);
}

}  // namespace planwise
