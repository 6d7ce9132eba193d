// The shapes that drop-in callers read: a year, several years.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "planwise/error.h"
#include "workforce/levers.h"
#include "workforce/numbers.h"
#include "workforce/parts.h"

namespace planwise {

namespace workforce {

namespace {

/// A mean of nobody is null, not 0.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

double change_of(double now, double before) { return before == 0 ? std::nan("") : (now - before) / before; }

/// What callers get for a year that cannot be told: this and nothing else.
Json year_error(const std::string& text) {
  Json summary = Json::object();
  summary.set("error", text);
  return summary;
}

Json texts(const std::vector<std::string>& lines) {
  Json list = Json::array();
  for (const std::string& line : lines) list.push_back(line);
  return list;
}

}  // namespace

std::vector<double> active_pay(const SnapshotColumns& people) {
  std::vector<double> pay;
  for (std::size_t row = 0; row < people.size(); ++row) {
    if (is_active(people.status[row]) && !std::isnan(people.current[row])) pay.push_back(people.current[row]);
  }
  return pay;
}

Json summary_of(const YearColumns& year, double outlier_pay) {
  const SnapshotColumns& people = year.people;
  std::vector<double> all;
  for (double pay : people.current) {
    if (!std::isnan(pay)) all.push_back(pay);
  }
  std::set<std::int32_t> levels;
  for (std::int32_t level : people.level) {
    if (level != no_number) levels.insert(level);
  }
  const auto count = [&](auto&& wanted) {
    return static_cast<std::int64_t>(std::count_if(people.status.begin(), people.status.end(), wanted));
  };
  const std::vector<double> active = active_pay(people);
  std::vector<double> usual;
  std::copy_if(active.begin(), active.end(), std::back_inserter(usual), [&](double pay) { return pay <= outlier_pay; });

  Json workforce = Json::object();
  workforce.set("total_headcount", static_cast<std::int64_t>(people.size()));
  workforce.set("avg_compensation", number_or_null(mean_of(all)));
  workforce.set("total_compensation", all.empty() ? Json() : Json(sum_of(all)));
  workforce.set("job_levels", static_cast<std::int64_t>(levels.size()));
  workforce.set("continuing_employees", count([](RowStatus s) { return s == RowStatus::continuous_active; }));
  workforce.set("new_hires", count([](RowStatus s) { return s == RowStatus::new_hire_active; }));
  workforce.set("terminations", count([](RowStatus s) { return is_termination(s); }));
  workforce.set("experienced_terminations", count([](RowStatus s) { return s == RowStatus::experienced_termination; }));
  workforce.set("new_hire_terminations", count([](RowStatus s) { return s == RowStatus::new_hire_termination; }));
  workforce.set("active_headcount", count([](RowStatus s) { return is_active(s); }));
  workforce.set("active_compensation", active.empty() ? Json() : Json(sum_of(active)));
  workforce.set("mean_compensation", number_or_null(mean_of(active)));
  workforce.set("median_compensation", number_or_null(median_of(active)));
  workforce.set("mean_compensation_without_outliers", number_or_null(mean_of(usual)));

  Json events = Json::object();
  for (const auto& [type, number] : year.events.by_type) events.set(type, number);
  Json summary = Json::object();
  summary.set("year", year.year);
  summary.set("workforce", std::move(workforce));
  summary.set("events", std::move(events));
  return summary;
}

Json years_together(const std::map<int, Json>& summaries) {
  Json by_year = Json::object();
  Json changes = Json::object();
  std::int64_t analyzed = 0;
  bool complete = true;
  const Json* before = nullptr;
  for (const auto& [number, summary] : summaries) {
    const std::string year = std::to_string(number);
    by_year.set(year, summary);
    const Json* workforce = summary.find("workforce");
    complete = complete && workforce != nullptr && summary.find("warnings") == nullptr;
    if (workforce != nullptr) {
      ++analyzed;
      if (before != nullptr) {
        const auto change = [&](const char* key) {
          const Json& now = workforce->at(key);
          const Json& then = before->at(key);
          return now.is_null() || then.is_null() ? Json() : number_or_null(change_of(now.as_real(), then.as_real()));
        };
        Json metrics = Json::object();
        metrics.set("headcount_growth", change("total_headcount"));
        metrics.set("compensation_growth", change("avg_compensation"));
        changes.set(year, std::move(metrics));
      }
    }
    before = workforce;
  }
  Json overall = Json::object();
  overall.set("years_analyzed", analyzed);
  overall.set("total_years", static_cast<std::int64_t>(summaries.size()));
  overall.set("data_quality", complete ? "good" : "partial");
  Json result = Json::object();
  result.set("year_summaries", std::move(by_year));
  result.set("yoy_metrics", std::move(changes));
  result.set("overall", std::move(overall));
  return result;
}

}  // namespace workforce

using namespace workforce;

namespace {

Json summary_in(const SimulationDatabase::Parts& parts, const Session& session, int year) {
  try {
    const auto rows = parts.filled_year(session, year);
    if (rows->from_baseline)
      return year_error(fmt::format("fct_workforce_snapshot has no rows of {}, the year of the baseline", year));
    Json summary = summary_of(*rows, parts.options.outlier_pay);
    std::vector<std::string> warnings = rows->warnings;
    summary.set("parameters", parameters_of_year(session, parts.options.scenario_id, year, warnings));
    if (rows->has_events && rows->events.size() == 0) {
      warnings.push_back(fmt::format("fct_yearly_events has no events of {}", year));
    }
    if (!warnings.empty()) summary.set("warnings", texts(warnings));
    return summary;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::busy || error.code() == ErrorCode::io) throw;
    return year_error(error.what());
  }
}

}  // namespace

Json SimulationDatabase::summary(int year) const {
  const Session session = parts_->source.open();
  return summary_in(*parts_, session, year);
}

Json SimulationDatabase::summaries(int first_year, int last_year) const {
  if (last_year >= first_year && last_year - first_year > 1000) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("years {} to {} were asked for; at most 1000 are allowed", first_year, last_year));
  }
  const Session session = parts_->source.open();
  std::map<int, Json> years;
  for (int year = first_year; year <= last_year; ++year) years.emplace(year, summary_in(*parts_, session, year));
  return years_together(years);
}

}  // namespace planwise
