#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "planwise/error.h"
#include "query_samples.h"
#include "store/query_compiler.h"

namespace planwise::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Runs whose every sort key has ties, missing values and, for reals, NaN and infinities.
std::vector<SampleRun> many_runs() {
  const std::vector<std::optional<double>> reals{
      1.5, -0.0, 0.0, nan, infinity, -infinity, std::nullopt, 0.1, 0.30000000000000004};
  const std::vector<std::optional<std::string>> risks{"HIGH", "low", "LOW", std::nullopt, "", "é", "É"};
  std::vector<SampleRun> runs;
  for (std::size_t i = 0; i < 53; ++i) {
    SampleRun run;
    run.run_id = "run_" + std::to_string(i * 37 % 53);
    run.objective_value = reals[i % reals.size()];
    run.cola_rate = reals[i / 2 % reals.size()];
    run.risk_level = risks[i / 3 % risks.size()];
    run.created_at.microseconds += static_cast<std::int64_t>(i / 5 % 4) * 1'000'001;
    if (i % 3 != 0) run.completed_at = run.created_at;
    if (i % 4 != 0) run.random_seed = static_cast<std::int64_t>(i % 6) - 2;
    if (i % 5 == 0) run.exact = R"({"random_seed":9007199254740993})";
    if (i % 3 != 1) run.converged = i % 2 == 0;
    run.optimal_parameters = i % 4 == 0 ? "{}" : R"({"other": )" + std::to_string(i % 7) + "}";
    run.algorithm_config = i % 3 == 0   ? R"({"x": "text)" + std::to_string(i % 4) + "\"}"
                           : i % 3 == 1 ? R"({"x": )" + std::to_string(i % 5) + "}"
                                        : "{}";
    run.description = i % 2 == 0 ? "" : "d" + std::to_string(i % 3);
    runs.push_back(run);
  }
  return runs;
}

TEST(QueryPages, CursorsVisitEveryRunOnceInTheOrderOfOneLongPage) {
  SampleStore store(many_runs());
  for (const std::string sort : {"",
                                 "created",
                                 "-created",
                                 "objective",
                                 "-objective",
                                 "param.cola_rate,-objective",
                                 "-param.cola_rate,risk",
                                 "risk",
                                 "-risk",
                                 "-seed,created",
                                 "seed",
                                 "converged,-objective",
                                 "-converged",
                                 "completed",
                                 "-completed,description",
                                 "param.other",
                                 "-param.other,-risk",
                                 "config.x",
                                 "-config.x",
                                 "run_id",
                                 "-run_id",
                                 "tags,description",
                                 "objective.cost,-version"}) {
    ListRequest request;
    request.sort = sort;
    request.limit = 1000;
    const std::vector<std::string> whole = store.page(request);
    ASSERT_EQ(whole.size(), 53U) << sort;
    ASSERT_EQ(std::set<std::string>(whole.begin(), whole.end()).size(), 53U) << sort;
    for (const std::int64_t limit : {2, 7}) {
      std::vector<std::string> paged;
      request.limit = limit;
      request.cursor.clear();
      do {
        std::string next;
        const auto page = store.page(request, &next);
        ASSERT_FALSE(page.empty()) << sort;
        paged.insert(paged.end(), page.begin(), page.end());
        request.cursor = next;
      } while (!request.cursor.empty() && paged.size() <= whole.size());
      EXPECT_EQ(paged, whole) << "sort " << sort << ", limit " << limit;
    }
  }
}

TEST(QueryPages, NumbersThenNaNThenMissingInBothDirections) {
  const std::vector<std::optional<double>> values{std::nullopt, nan, 2.0, -infinity, 1.0, infinity};
  std::vector<SampleRun> runs(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    runs[i].run_id = std::to_string(i);
    runs[i].objective_value = values[i];
  }
  SampleStore store(runs);
  ListRequest request;
  request.sort = "objective";
  EXPECT_THAT(store.page(request), ElementsAre("3", "4", "2", "5", "1", "0"));
  request.sort = "-objective";
  EXPECT_THAT(store.page(request), ElementsAre("5", "2", "4", "3", "1", "0"));
}

TEST(QueryPages, NewestComeFirstByDefaultAndTiesGoByRunId) {
  std::vector<SampleRun> runs(3);
  runs[0].run_id = "b";
  runs[1].run_id = "a";
  runs[2].run_id = "c";
  runs[2].created_at.microseconds += 1;
  SampleStore store(runs);
  EXPECT_THAT(store.page({}), ElementsAre("c", "a", "b"));
}

TEST(QueryPages, OffsetSkipsAndLimitHasNoUpperBound) {
  SampleStore store(many_runs());
  ListRequest request;
  request.limit = std::numeric_limits<std::int64_t>::max();
  const auto whole = store.page(request);
  EXPECT_EQ(whole.size(), 53U);
  request.offset = 51;
  EXPECT_EQ(store.page(request), std::vector<std::string>(whole.begin() + 51, whole.end()));
}

TEST(QueryPages, RunsThatLeaveOrComeMeanwhileMoveNobodyElse) {
  std::vector<SampleRun> runs = many_runs();
  ListRequest request;
  request.sort = "-objective";
  request.limit = 10;
  std::string cursor;
  SampleStore store(runs);
  const auto first = store.page(request, &cursor);
  request.cursor = cursor;
  const auto second = store.page(request);
  // The run that the cursor was made of is gone, and another has come before it.
  std::erase_if(runs, [&](const SampleRun& run) { return run.run_id == first.back(); });
  runs.push_back(runs.front());
  runs.back().run_id = "new";
  runs.back().objective_value = infinity;
  SampleStore changed(runs);
  EXPECT_EQ(changed.page(request), second);
}

TEST(QueryPages, CursorsOfOtherListsAndGarbageAreRefused) {
  SampleStore store(many_runs());
  ListRequest request;
  request.limit = 5;
  std::string cursor;
  (void)store.page(request, &cursor);
  ASSERT_FALSE(cursor.empty());
  EXPECT_EQ(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  const auto fault = [&](auto change) {
    ListRequest other = request;
    other.cursor = cursor;
    change(other);
    try {
      (void)page_statement(other, "store.main", sample_now());
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(fault([](ListRequest&) {}), "no error");
  EXPECT_EQ(fault([](ListRequest& r) { r.limit = 7; }), "no error");
  EXPECT_THAT(fault([](ListRequest& r) { r.query = "x"; }), HasSubstr("cursor"));
  EXPECT_THAT(fault([](ListRequest& r) { r.sort = "risk"; }), HasSubstr("cursor"));
  EXPECT_THAT(fault([](ListRequest& r) { r.zone = "Europe/Berlin"; }), HasSubstr("cursor"));
  EXPECT_THAT(fault([](ListRequest& r) { r.archived = ArchivedRuns::only; }), HasSubstr("cursor"));
  EXPECT_THAT(fault([](ListRequest& r) { r.literal = LiteralSearch{"x", {}}; }), HasSubstr("cursor"));
  EXPECT_THAT(fault([](ListRequest& r) { r.offset = 1; }), HasSubstr("offset"));
  for (const std::string garbage : {"x", "!!!!", "bnVsbA", "W10", "WzEsMiwzXQ", "e30"}) {
    EXPECT_THAT(fault([&](ListRequest& r) { r.cursor = garbage; }), HasSubstr("cursor"));
  }
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    fault(
        [&](ListRequest& r) { r.cursor[i] = r.cursor[i] == 'A' ? 'B' : 'A'; });  // refused or read, never anything else
  }
}

TEST(QueryPages, RefusesSortsAndLimitsThatMakeNoSense) {
  const auto fault = [](auto change) {
    ListRequest request;
    change(request);
    try {
      (void)page_statement(request, "store.main", sample_now());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(fault([](ListRequest& r) { r.limit = 0; }), HasSubstr("limit 0"));
  EXPECT_THAT(fault([](ListRequest& r) { r.offset = -1; }), HasSubstr("offset -1"));
  EXPECT_THAT(fault([](ListRequest& r) { r.sort = "objectiv"; }), HasSubstr("sort field \"objectiv\": unknown field"));
  EXPECT_THAT(fault([](ListRequest& r) { r.sort = "risk,,created"; }), HasSubstr("sort field"));
  EXPECT_THAT(fault([](ListRequest& r) { r.sort = "risk desc"; }), HasSubstr("sort field"));
  EXPECT_THAT(fault([](ListRequest& r) { r.sort = std::string(20, 'x'); }), HasSubstr("unknown field"));
  EXPECT_THAT(fault([](ListRequest& r) {
                for (int i = 0; i < 17; ++i) r.sort += i == 0 ? "risk" : ",risk";
              }),
              HasSubstr("17 fields, at most 16"));
  EXPECT_EQ(fault([](ListRequest& r) { r.sort = " -param.\"a,b\" , risk"; }), "no error");
}

}  // namespace
}  // namespace planwise::store
