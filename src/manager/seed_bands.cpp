// Many seeds at once: each is simulated on one thread, figures are kept by seed and put together in its order.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>

#include "analyse/intervals.h"
#include "manager/simulation_parts.h"
#include "planwise/error.h"

namespace planwise {

namespace {

constexpr std::int64_t most_seeds = 1'000'000;
constexpr unsigned most_threads = 256;
constexpr std::array<std::string_view, 5> figure_names{"active_headcount", "active_compensation", "active_mean",
                                                       "active_median", "prorated_compensation"};

std::array<double, 5> figures_of(const YearFigures& year) {
  return {static_cast<double>(year.active_headcount), year.active_compensation, year.active_mean, year.active_median,
          year.prorated_compensation};
}

/// Seeds handed out one after the other to threads that each have an input of their own.
class SeedRun {
 public:
  using Progress = std::function<bool(std::int64_t, std::int64_t)>;
  SeedRun(const SimulationInput& input, std::int64_t count, const Progress& progress)
      : input_(input), progress_(progress), count_(count), results_(static_cast<std::size_t>(count)) {}

  void run(unsigned threads) {
    {
      std::vector<std::jthread> workers;
      for (unsigned i = 1; i < threads; ++i) workers.emplace_back([this] { work(); });
      work();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

  /// By seed, then year.
  [[nodiscard]] const std::vector<std::vector<YearFigures>>& results() const { return results_; }

 private:
  void work() noexcept {
    try {
      SimulationInput input = input_;
      input.threads = 1;
      input.detail = SimulationDetail::summary;
      input.progress = {};
      for (std::int64_t seed = next_++; seed < count_ && !stop_; seed = next_++) {
        input.seed = input_.seed + static_cast<std::uint64_t>(seed);
        results_[static_cast<std::size_t>(seed)] = planwise::simulate(input).years;
        done_one();
      }
    } catch (...) {
      const std::lock_guard guard(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_ = true;
    }
  }

  void done_one() {
    const std::lock_guard guard(mutex_);
    ++done_;
    if (stop_ || !progress_ || progress_(done_, count_)) return;
    stop_ = true;
    if (!failure_)
      failure_ = std::make_exception_ptr(
          Error(ErrorCode::cancelled, fmt::format("the simulation was stopped after {} of {} seeds", done_, count_)));
  }

  const SimulationInput& input_;
  const Progress& progress_;
  std::int64_t count_;
  std::vector<std::vector<YearFigures>> results_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;  // over what follows
  std::int64_t done_ = 0;
  std::exception_ptr failure_;
};

SeedBand band_of(int year, std::size_t figure, std::vector<double> values, std::optional<double> budget) {
  SeedBand band;
  band.year = year;
  band.figure = figure_names[figure];
  std::ranges::sort(values);
  const auto count = static_cast<double>(values.size());
  for (const double value : values) band.mean += value / count;
  band.p10 = analyse::quantile_of(values, 0.10);
  band.p50 = analyse::quantile_of(values, 0.50);
  band.p90 = analyse::quantile_of(values, 0.90);
  if (budget && band.figure == "active_compensation") {
    band.chance_above_budget =
        static_cast<double>(std::ranges::count_if(values, [&](double value) { return value > *budget; })) / count;
  }
  return band;
}

}  // namespace

SeedBands SimulationService::simulate_seeds(
    const ScenarioRequest& request, std::int64_t count, std::optional<double> budget,
    const std::function<bool(std::int64_t done, std::int64_t total)>& progress) {
  if (count < 1 || count > most_seeds)
    throw Error(ErrorCode::invalid_argument, fmt::format("{} seeds; 1 to {} are allowed", count, most_seeds));
  if (budget && !std::isfinite(*budget))
    throw Error(ErrorCode::invalid_argument, fmt::format("the budget is {}; a finite number is allowed", *budget));
  Scenario scenario = parts_->prepared(request);
  SeedRun run(scenario.input, count, progress);
  const unsigned wanted = request.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : request.threads;
  run.run(static_cast<unsigned>(std::min<std::int64_t>(std::min(wanted, most_threads), count)));
  SeedBands bands;
  bands.seeds = count;
  bands.budget = budget;
  bands.remarks = std::move(scenario.remarks);
  bands.warnings = std::move(scenario.warnings);
  bands.notes = std::move(scenario.notes);
  const std::size_t years = run.results().front().size();
  for (std::size_t year = 0; year < years; ++year) {
    for (std::size_t figure = 0; figure < figure_names.size(); ++figure) {
      std::vector<double> values;
      values.reserve(run.results().size());
      for (const std::vector<YearFigures>& seed : run.results()) values.push_back(figures_of(seed[year])[figure]);
      bands.bands.push_back(band_of(run.results().front()[year].year, figure, std::move(values), budget));
    }
  }
  return bands;
}

Json to_json(const SeedBands& bands) {
  Json years = Json::object();
  for (const SeedBand& band : bands.bands) {
    Json figure = Json::object();
    figure.set("p10", band.p10);
    figure.set("p50", band.p50);
    figure.set("p90", band.p90);
    figure.set("mean", band.mean);
    if (band.chance_above_budget) figure.set("chance_above_budget", *band.chance_above_budget);
    const std::string year = std::to_string(band.year);
    Json of_year = years.find(year) == nullptr ? Json::object() : years.at(year);
    of_year.set(band.figure, std::move(figure));
    years.set(year, std::move(of_year));
  }
  Json result = Json::object();
  result.set("seeds", bands.seeds);
  result.set("budget", bands.budget ? Json(*bands.budget) : Json());
  result.set("years", std::move(years));
  return result;
}

}  // namespace planwise
