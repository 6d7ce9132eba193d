#include <algorithm>

#include "simulate/calendar.h"
#include "simulate/kernels.h"

namespace planwise::simulation {

namespace {

/// Joins the squares of differences of two groups (Chan, Golub and LeVeque 1979).
void join(Sums::Level& into, const Sums::Level& other) {
  if (other.people == 0) return;
  if (into.people == 0) {
    into = other;
    return;
  }
  const auto left = static_cast<double>(into.people), right = static_cast<double>(other.people);
  const double apart = other.pay / right - into.pay / left;
  into.squares += other.squares + apart * apart * left * right / (left + right);
  into.people += other.people;
  into.pay += other.pay;
}

void add_active(Sums& sums, const Year& year, const Cohort& cohort, std::size_t row, double pay) {
  Sums::Level& level = sums.levels[cohort.end_level[row]];
  ++level.people;
  level.pay += pay;
  if (pay <= year.settings.outlier_pay) {
    Sums::Level& within = sums.within_cap[cohort.end_level[row]];
    ++within.people;
    within.pay += pay;
  }
  if (row < cohort.experienced && cohort.pay[row] > 0) {
    ++sums.stayers_with_pay;
    sums.growth += pay / cohort.pay[row] - 1.0;
  }
}

double ratio(double sum, std::int64_t count) { return count == 0 ? 0.0 : sum / static_cast<double>(count); }

/// Second pass over a range: squares of the differences to its own means.
void add_squares(Sums& sums, const Year& year, const Cohort& cohort, Range range) {
  ByLevel<double> means{}, means_within{};
  for (std::size_t level = 0; level < level_count; ++level) {
    means[level] = ratio(sums.levels[level].pay, sums.levels[level].people);
    means_within[level] = ratio(sums.within_cap[level].pay, sums.within_cap[level].people);
  }
  for (std::size_t row = range.begin; row < range.end; ++row) {
    if (cohort.leave_date[row] != no_date) continue;
    const double pay = cohort.end_pay[row];
    const std::size_t level = cohort.end_level[row];
    const double apart = pay - means[level];
    sums.levels[level].squares += apart * apart;
    const double apart_within = pay <= year.settings.outlier_pay ? pay - means_within[level] : 0.0;
    sums.within_cap[level].squares += apart_within * apart_within;
  }
}

constexpr std::size_t sample_size = 1024, sample_margin = 64;

/// Sum of the values at ranks `rank` and `rank - 1` of the sorted values, or twice that at `rank`.
double select(std::span<double> among, std::size_t rank, bool with_lower) {
  const auto at = among.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(among.begin(), at, among.end());
  return with_lower ? *std::max_element(among.begin(), at) + *at : *at + *at;
}

/// The values between two of a sorted sample that lie on either side of the middle (Floyd and Rivest 1975) are an
/// eighth of all; only they are ordered. Exact whatever the sample says.
double median_of(std::span<double> values) {
  if (values.empty()) return 0;
  const std::size_t rank = values.size() / 2;
  const bool even = values.size() % 2 == 0;
  if (values.size() < 8 * sample_size) return select(values, rank, even) / 2.0;
  std::array<double, sample_size> sample{};
  for (std::size_t i = 0; i < sample_size; ++i) sample[i] = values[i * (values.size() / sample_size)];
  std::sort(sample.begin(), sample.end());
  const double low = sample[sample_size / 2 - sample_margin], high = sample[sample_size / 2 + sample_margin];
  std::size_t below = 0, between = 0;
  std::vector<double> candidates(values.size());
  for (const double value : values) {
    below += value < low ? 1 : 0;
    candidates[between] = value;
    between += value >= low && value <= high ? 1 : 0;
  }
  if (rank <= below || rank >= below + between) return select(values, rank, even) / 2.0;
  return select(std::span(candidates).first(between), rank - below, even) / 2.0;
}

}  // namespace

double prorated_pay(const Year& year, const Cohort& cohort, std::size_t row) {
  const bool hired = row >= cohort.experienced;
  std::int32_t from = hired ? cohort.hire_date[row] : year.first_day;
  const std::int32_t left = cohort.leave_date[row];
  const std::int32_t end = left != no_date ? left + 1 : year.first_day + year.days;
  if (end <= from) return 0;  // dbt lets hires leave before they come
  struct Step {
    std::int32_t date;
    double pay;
  };
  if (cohort.promotion_date[row] == no_date && cohort.raise_date[row] == no_date)
    return cohort.pay[row] * (end - from) / year.days;
  std::array<Step, 2> steps{
      {{cohort.promotion_date[row], cohort.promotion_pay[row]}, {cohort.raise_date[row], cohort.raise_pay[row]}}};
  if (steps[1].date < steps[0].date) std::swap(steps[0], steps[1]);
  double pay = cohort.pay[row], sum = 0;
  for (const Step& step : steps) {
    if (step.date == no_date || step.date >= end) continue;
    sum += pay * (step.date - from);
    from = step.date;
    pay = step.pay;
  }
  return (sum + pay * (end - from)) / year.days;
}

void Sums::add(const Sums& other) {
  for (std::size_t i = 0; i < headcount.size(); ++i) {
    headcount[i] += other.headcount[i];
    events[i] += other.events[i];
    status_pay[i] += other.status_pay[i];
  }
  for (std::size_t level = 0; level < level_count; ++level) {
    join(levels[level], other.levels[level]);
    join(within_cap[level], other.within_cap[level]);
    everybody[level] += other.everybody[level];
  }
  stayers_with_pay += other.stayers_with_pay;
  start_pay += other.start_pay;
  growth += other.growth;
  prorated += other.prorated;
}

Sums sums_of(const Year& year, const Cohort& cohort, Range range) {
  Sums sums;
  const auto count = [&](EventType type, bool happened) {
    sums.events[static_cast<std::size_t>(type)] += happened ? 1 : 0;
  };
  for (std::size_t row = range.begin; row < range.end; ++row) {
    const double pay = cohort.end_pay[row];
    const auto status = static_cast<std::size_t>(status_of(cohort, row));
    ++sums.headcount[status];
    ++sums.everybody[cohort.end_level[row]];
    sums.status_pay[status] += pay;
    if (row < cohort.experienced) sums.start_pay += cohort.pay[row];
    count(EventType::hire, row >= cohort.experienced);
    count(EventType::termination, cohort.leave_date[row] != no_date);
    count(EventType::promotion, cohort.promotion_date[row] != no_date);
    count(EventType::raise, cohort.raise_date[row] != no_date);
    sums.prorated += prorated_pay(year, cohort, row);
    if (cohort.leave_date[row] == no_date) add_active(sums, year, cohort, row, pay);
  }
  add_squares(sums, year, cohort, range);
  return sums;
}

YearFigures figures_of(const Year& year, const Sums& sums, std::span<double> active_pay) {
  YearFigures figures;
  figures.year = year.number;
  figures.headcount = sums.headcount;
  figures.status_compensation = sums.status_pay;
  figures.events = sums.events;
  figures.headcount_by_level = sums.everybody;
  figures.start_headcount = sums.headcount[static_cast<std::size_t>(DetailedStatus::continuous_active)] +
                            sums.headcount[static_cast<std::size_t>(DetailedStatus::experienced_termination)];
  figures.start_compensation = sums.start_pay;
  for (const DetailedStatus status : {DetailedStatus::continuous_active, DetailedStatus::new_hire_active}) {
    figures.active_headcount += sums.headcount[static_cast<std::size_t>(status)];
    figures.active_compensation += sums.status_pay[static_cast<std::size_t>(status)];
  }
  figures.active_mean = ratio(figures.active_compensation, figures.active_headcount);
  figures.active_median = median_of(active_pay);
  std::int64_t people_within = 0;
  double pay_within = 0;
  for (const Sums::Level& within : sums.within_cap) {
    people_within += within.people;
    pay_within += within.pay;
  }
  // No number, rather than a pay of 0, where everybody is an outlier.
  figures.active_mean_without_outliers = people_within == 0 && figures.active_headcount > 0
                                             ? std::numeric_limits<double>::quiet_NaN()
                                             : ratio(pay_within, people_within);
  for (std::size_t level = 0; level < level_count; ++level) {
    const Sums::Level& of = sums.levels[level];
    figures.active_by_level[level] = of.people;
    figures.compensation_by_level[level] = of.pay;
    figures.mean_by_level[level] = ratio(of.pay, of.people);
    figures.deviation_by_level[level] = std::sqrt(ratio(of.squares, of.people));
    const Sums::Level& within = sums.within_cap[level];
    figures.within_cap_by_level[level] = within.people;
    figures.compensation_within_cap_by_level[level] = within.pay;
    figures.mean_within_cap_by_level[level] = ratio(within.pay, within.people);
    figures.deviation_within_cap_by_level[level] = std::sqrt(ratio(within.squares, within.people));
  }
  figures.like_for_like_growth = ratio(sums.growth, sums.stayers_with_pay);
  figures.prorated_compensation = sums.prorated;
  return figures;
}

}  // namespace planwise::simulation
