// Analytics against a naive count over all runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <vector>

#include "duck/database_file.h"
#include "planwise/error.h"
#include "sample_runs.h"
#include "store/run_store.h"
#include "temp_folder.h"

namespace planwise::store {
namespace {

using planwise::testing::small_run;
using planwise::testing::TempFolder;

constexpr std::uint64_t seed = 20261124;

StoreOptions options_for(const TempFolder& folder) {
  StoreOptions options;
  options.database = folder / "store.duckdb";
  options.who = {"tester", "session", "library"};
  return options;
}

class RandomRuns {
 public:
  planwise::Run next() {
    planwise::Run run = small_run(pick({"merit_2026", "zürich", "it's \"q4\"", "lean"}));
    Metadata& m = run.metadata;
    m.run_id = "run-" + std::to_string(made_++);
    m.optimization_type = pick({"advanced_scipy", "compensation_tuning", "something_new"});
    m.optimization_engine = pick({"scipy_slsqp", "scipy_de"});
    m.status = pick({"completed", "completed", "completed", "failed", "cancelled", "draft", "running"});
    // Around the turn of years and of ISO weeks.
    m.created_at = Timestamp{parse_time("2024-12-25T00:00:00Z").microseconds +
                             static_cast<std::int64_t>(number(0, 400.0 * 86400e6))};
    if (chance(0.7))
      m.runtime_seconds = chance(0.05) ? std::numeric_limits<double>::infinity() : std::exp(number(-3, 8));
    if (chance(0.8)) m.function_evaluations = chance(0.05) ? 5'000'000'000 : static_cast<std::int64_t>(number(0, 300));
    if (chance(0.6)) m.converged = chance(0.7);
    run.results.objective_value.reset();
    if (chance(0.9))
      run.results.objective_value = chance(0.05) ? std::numeric_limits<double>::quiet_NaN() : number(-1e6, 1e6);
    run.results.risk_level = pick({"LOW", "MEDIUM", "HIGH", "CRITICAL", "ODD"});
    if (chance(0.2)) run.results.risk_level.reset();
    return run;
  }
  double number(double low, double high) { return std::uniform_real_distribution<double>(low, high)(engine_); }
  bool chance(double p) { return number(0, 1) < p; }
  std::string pick(std::vector<std::string> from) { return from[static_cast<std::size_t>(engine_() % from.size())]; }

 private:
  std::mt19937_64 engine_{seed};
  int made_ = 0;
};

ValueSpread naive(std::vector<double> values) {
  ValueSpread spread;
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  spread.count = static_cast<std::int64_t>(values.size());
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  const auto quantile = [&values](double p) {
    const double rank = p * static_cast<double>(values.size() - 1);
    const double below = std::floor(rank);
    const double low = values[static_cast<std::size_t>(below)];
    return low + (values[static_cast<std::size_t>(std::ceil(rank))] - low) * (rank - below);
  };
  double sum = 0;
  for (const double value : values) sum += value;
  spread.min = values.front();
  spread.max = values.back();
  spread.median = quantile(0.5);
  spread.p90 = quantile(0.9);
  spread.mean = sum / static_cast<double>(values.size());
  return spread;
}

void expect_same(const ValueSpread& found, const ValueSpread& expected, const std::string& where) {
  EXPECT_EQ(found.count, expected.count) << where;
  // Rounding of sums and interpolations goes with the largest value that takes part.
  const double scale = std::max(std::fabs(expected.min.value_or(0)), std::fabs(expected.max.value_or(0)));
  const auto near = [&](const std::optional<double>& a, const std::optional<double>& b, double tolerance) {
    ASSERT_EQ(a.has_value(), b.has_value()) << where;
    if (a) {
      EXPECT_NEAR(*a, *b, tolerance * scale) << where;
    }
  };
  EXPECT_EQ(found.min, expected.min) << where;
  EXPECT_EQ(found.max, expected.max) << where;
  near(found.median, expected.median, 4e-16);
  near(found.p90, expected.p90, 4e-16);
  near(found.mean, expected.mean, 1e-14);
}

AnalyticsFigures naive(const std::vector<planwise::Run>& runs) {
  AnalyticsFigures f;
  std::vector<double> runtimes, evaluations, objectives;
  for (const planwise::Run& run : runs) {
    const Metadata& m = run.metadata;
    ++f.runs;
    std::map<std::string, std::int64_t*> statuses{{"completed", &f.completed},
                                                  {"failed", &f.failed},
                                                  {"cancelled", &f.cancelled},
                                                  {"draft", &f.draft},
                                                  {"running", &f.running}};
    ++*(statuses.contains(m.status) ? statuses[m.status] : &f.other_status);
    ++(!m.converged ? f.convergence_not_reported : *m.converged ? f.converged : f.not_converged);
    if (m.runtime_seconds) runtimes.push_back(*m.runtime_seconds);
    if (m.function_evaluations) evaluations.push_back(static_cast<double>(*m.function_evaluations));
    if (run.results.objective_value) objectives.push_back(*run.results.objective_value);
    if (run.results.objective_value && !std::isfinite(*run.results.objective_value)) ++f.objective_not_finite;
    const std::string risk = run.results.risk_level.value_or("");
    std::map<std::string, std::int64_t*> risks{{"LOW", &f.risk_low},
                                               {"MEDIUM", &f.risk_medium},
                                               {"HIGH", &f.risk_high},
                                               {"CRITICAL", &f.risk_critical},
                                               {"", &f.not_assessed}};
    ++*(risks.contains(risk) ? risks[risk] : &f.other_risk);
  }
  f.runtime_seconds = naive(runtimes);
  f.function_evaluations = naive(evaluations);
  f.objective_value = naive(objectives);
  return f;
}

void expect_same(const AnalyticsFigures& found, const AnalyticsFigures& expected, const std::string& where) {
  const auto counts = [](const AnalyticsFigures& f) {
    return std::vector<std::int64_t>{f.runs,
                                     f.completed,
                                     f.failed,
                                     f.cancelled,
                                     f.draft,
                                     f.running,
                                     f.lost,
                                     f.other_status,
                                     f.converged,
                                     f.not_converged,
                                     f.convergence_not_reported,
                                     f.objective_not_finite,
                                     f.risk_low,
                                     f.risk_medium,
                                     f.risk_high,
                                     f.risk_critical,
                                     f.other_risk,
                                     f.not_assessed};
  };
  EXPECT_EQ(counts(found), counts(expected)) << where;
  expect_same(found.runtime_seconds, expected.runtime_seconds, where + " runtime");
  expect_same(found.function_evaluations, expected.function_evaluations, where + " evaluations");
  expect_same(found.objective_value, expected.objective_value, where + " objective");
}

/// Year and number of the ISO week, by the Thursday that it holds.
std::string iso_week(Timestamp at) {
  const std::int64_t day = (at.microseconds / 86'400'000'000);
  const std::int64_t thursday = day - (day + 3) % 7 + 3;  // 1970-01-01 was a Thursday
  const std::string date = to_text(Timestamp{thursday * 86'400'000'000});
  const std::int64_t first = parse_time(date.substr(0, 4) + "-01-01T00:00:00Z").microseconds / 86'400'000'000;
  const std::int64_t week = (thursday - first) / 7 + 1;
  return date.substr(0, 4) + "-W" + (week < 10 ? "0" : "") + std::to_string(week);
}

std::string key_of(const planwise::Run& run, const std::string& by) {
  const Metadata& m = run.metadata;
  const std::string date = to_text(m.created_at);
  if (by == "type") return m.optimization_type;
  if (by == "engine") return m.optimization_engine;
  if (by == "scenario") return m.scenario_id;
  if (by == "status") return m.status;
  if (by == "risk_level") return run.results.risk_level.value_or("");
  if (by == "day") return date.substr(0, 10);
  if (by == "week") return iso_week(m.created_at);
  if (by == "month") return date.substr(0, 7);
  if (by == "quarter") return date.substr(0, 4) + "-Q" + std::to_string((std::stoi(date.substr(5, 2)) + 2) / 3);
  return date.substr(0, 4);
}

void expect_equal_to_naive(RunStore& store, const std::vector<planwise::Run>& runs, const ListRequest& request) {
  AnalyticsRequest asked;
  asked.runs = request;
  asked.by.assign(std::begin(analytics_groupings), std::end(analytics_groupings));
  const Analytics found = store.analytics(asked);
  expect_same(found.all, naive(runs), "all");
  ASSERT_EQ(found.groupings.size(), asked.by.size());
  for (std::size_t i = 0; i < asked.by.size(); ++i) {
    const AnalyticsGrouping& grouping = found.groupings[i];
    EXPECT_EQ(grouping.by, asked.by[i]);
    EXPECT_EQ(grouping.groups_left_out, 0);
    EXPECT_EQ(grouping.runs_left_out, 0);
    std::map<std::string, std::vector<planwise::Run>> expected;
    for (const planwise::Run& run : runs) expected[key_of(run, grouping.by)].push_back(run);
    EXPECT_EQ(grouping.groups.size(), expected.size()) << grouping.by;
    for (const AnalyticsGroup& group : grouping.groups)
      expect_same(group.figures, naive(expected[group.key]), grouping.by + " " + group.key);
  }
}

TEST(Analytics, EqualANaiveCountOverARandomStore) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const TempFolder folder;
  RunStore store(options_for(folder));
  RandomRuns random;
  std::vector<planwise::Run> runs;
  for (int i = 0; i < 1500; ++i) runs.push_back(random.next());
  (void)store.save_all(runs, {});
  expect_equal_to_naive(store, runs, {});
  // Of a query, with some archived.
  store.archive("run-3", "");
  store.archive("run-4", "");
  ListRequest request;
  request.query = "type:advanced_scipy (status:completed or status:failed)";
  std::vector<planwise::Run> some;
  for (const planwise::Run& run : runs) {
    const Metadata& m = run.metadata;
    const bool matches = m.optimization_type == "advanced_scipy" && (m.status == "completed" || m.status == "failed");
    if (matches && m.run_id != "run-3" && m.run_id != "run-4") some.push_back(run);
  }
  expect_equal_to_naive(store, some, request);
}

TEST(Analytics, Fault18_RunsThatNeverReportConvergenceAreNoFailures) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  for (int i = 0; i < 10; ++i) (void)store.save(small_run(), {});  // completed; say nothing of convergence
  planwise::Run converged = small_run();
  converged.metadata.converged = true;
  (void)store.save(converged, {});
  const AnalyticsFigures figures = store.analytics({}).all;
  EXPECT_EQ(figures.completed, 11);
  EXPECT_EQ(figures.failed, 0);
  EXPECT_EQ(figures.converged, 1);
  EXPECT_EQ(figures.not_converged, 0);
  EXPECT_EQ(figures.convergence_not_reported, 10);
}

TEST(Analytics, GroupsBeyondTheMostAreCountedNotLost) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  std::vector<planwise::Run> runs;
  for (int scenario = 0; scenario < 7; ++scenario) {
    for (int i = 0; i <= scenario; ++i) runs.push_back(small_run("s" + std::to_string(scenario)));
  }
  (void)store.save_all(runs, {});
  AnalyticsRequest request;
  request.by = {"scenario"};
  request.most_groups = 3;
  const AnalyticsGrouping grouping = store.analytics(request).groupings.at(0);
  ASSERT_EQ(grouping.groups.size(), 3U);
  EXPECT_EQ(grouping.groups[0].key, "s6");
  EXPECT_EQ(grouping.groups[0].figures.runs, 7);
  EXPECT_EQ(grouping.groups_left_out, 4);
  EXPECT_EQ(grouping.runs_left_out, 1 + 2 + 3 + 4);
}

TEST(Analytics, LostRunsAreNotRunning) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  for (const char* id : {"alive", "lost", "silent"}) {
    planwise::Run run = small_run();
    run.metadata.run_id = id;
    run.metadata.status = "running";
    (void)store.save(run, {});
  }
  ASSERT_TRUE(store.report_progress("alive", {}, {}).stored);
  ASSERT_TRUE(store.report_progress("lost", {}, {}).stored);
  {
    const auto file = duck::DatabaseFile::at(folder / "store.duckdb");
    const duck::Lease lease = file->lease(duck::Access::write, std::chrono::seconds(5));
    lease.connection().run("UPDATE store.optimization_progress SET process_started = 1 WHERE run_id = 'lost'");
  }
  const AnalyticsFigures figures = store.analytics({}).all;
  EXPECT_EQ(figures.running, 2);
  EXPECT_EQ(figures.lost, 1);
}

TEST(Analytics, AnEmptyStoreHasNoFiguresAndFaultyRequestsAreRefused) {
  const TempFolder folder;
  RunStore store(options_for(folder));
  (void)store.save(small_run(), {});
  AnalyticsRequest none;
  none.runs.query = "scenario:no_such";
  const Analytics found = store.analytics(none);
  EXPECT_EQ(found.all.runs, 0);
  EXPECT_FALSE(found.all.objective_value.mean);
  for (const AnalyticsGrouping& grouping : found.groupings) EXPECT_TRUE(grouping.groups.empty());
  AnalyticsRequest faulty;
  faulty.by = {"moth"};
  try {
    (void)store.analytics(faulty);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("month"), std::string::npos) << error.what();
  }
  faulty = {};
  faulty.runs.query = "objective<<1";
  EXPECT_THROW((void)store.analytics(faulty), Error);
}

}  // namespace
}  // namespace planwise::store
