// Analytics over slim runs that report runtime, evaluations and, two of three, convergence.
#include <fmt/format.h>

#include "cases.h"
#include "measure.h"
#include "sample_stores.h"

namespace planwise::bench {

void case_analytics(const Settings& settings) {
  constexpr int rounds = 5;
  for (const std::int64_t size : allowed(settings, {10'000, 100'000, 1'000'000})) {
    store::RunStore store(options_for(filled_store("measured", size)));
    const auto timed = [&](const std::string& name, std::vector<std::string> by, const std::string& query,
                           std::optional<double> limit) {
      AnalyticsRequest request;
      request.by = std::move(by);
      request.runs.query = query;
      const auto hold = store.hold(store::RunStore::HoldFor::reading);
      (void)store.analytics(request);
      const Figures figures = measure(rounds, [&](int) { (void)store.analytics(request); });
      print_line(fmt::format("{}, {}", name, size), figures, {.limit = limit});
      return figures.median;
    };
    const double alone = timed("all runs, no grouping", {}, "", 1000);
    for (const char* by : {"type", "engine", "scenario", "status", "risk_level", "day", "month", "quarter"}) {
      const double both = timed(fmt::format("all runs and by {}", by), {by}, "", 1000);
      print_figure(fmt::format("of which the grouping by {}, {}", by, size), both - alone, {.limit = 500});
    }
    (void)timed("a tenth of the runs, default groupings", {"type", "engine", "scenario", "month"}, "objective<0.1",
                std::nullopt);
    (void)timed("all runs, default groupings", {"type", "engine", "scenario", "month"}, "", std::nullopt);
  }
}

}  // namespace planwise::bench
