// Five years of the native simulator: time, employee-years a second, bytes an employee, and the same rules in numpy.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "cases.h"
#include "measure.h"
#include "planwise/simulation.h"
#include "simulate/calendar.h"
#include "simulate/draws.h"

namespace planwise::bench {

namespace {

struct Size {
  std::int64_t people;
  int rounds, peer_rounds;
  double limit;  // ms, summary, two threads
};

People invented_people(std::int64_t count) {
  using namespace planwise::simulation;  // NOLINT(google-build-using-namespace): its hash and its calendar
  constexpr ByLevel<double> least{50000, 81000, 121000, 161000, 275000};
  People people;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t random = mixed(static_cast<std::uint64_t>(i) + 1);
    const std::size_t level = random % 20 < 9    ? 0
                              : random % 20 < 15 ? 1
                              : random % 20 < 18 ? 2
                              : random % 20 < 19 ? 3
                                                 : 4;
    people.employee_id.push_back(fmt::format("EMP_{:07}", i));
    people.compensation.push_back(
        std::round(least[level] * (1.0 + static_cast<double>((random >> 8) % 1000) / 2500.0)));
    people.age.push_back(22 + static_cast<std::int32_t>((random >> 20) % 44));
    people.tenure.push_back(static_cast<std::int32_t>((random >> 30) % 28));
    people.level.push_back(static_cast<std::int32_t>(level) + 1);
    people.birth_date.push_back(no_date);
    people.hire_date.push_back(first_day_of(2024 - people.tenure.back()) +
                               static_cast<std::int32_t>((random >> 40) % 365));
  }
  return people;
}

template <typename T>
void write_column(std::ofstream& file, const std::vector<T>& column) {
  file.write(reinterpret_cast<const char*>(column.data()), static_cast<std::streamsize>(column.size() * sizeof(T)));
}

/// Median of the peer in ms; nothing, saying why, when it cannot run or did not come to the same figures.
std::optional<double> numpy_peer(const People& people, int rounds, const SimulationResult& ours) {
  const std::filesystem::path folder = PLANWISE_BENCH_FOLDER,
                              path = folder / fmt::format("simulate-{}.columns", people.size());
  std::filesystem::create_directories(folder);
  {
    std::ofstream file(path, std::ios::binary);
    write_column(file, people.compensation);
    for (const auto* column : {&people.age, &people.tenure, &people.level, &people.hire_date})
      write_column(file, *column);
    for (const std::string& id : people.employee_id) file << id;  // all of 11 characters
  }
  const std::string command = fmt::format("'{}' '{}' '{}' {} {}", PLANWISE_BENCH_PYTHON, PLANWISE_BENCH_PEER,
                                          path.string(), people.size(), rounds);
  std::string text(4096, '\0');
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  text.resize(pipe ? std::fread(text.data(), 1, text.size(), pipe.get()) : 0);
  std::filesystem::remove(path);
  std::istringstream words(text);
  double milliseconds = 0, pay = 0;
  if (!(words >> milliseconds)) {
    print_note(fmt::format("no peer: {} did not run; scripts/setup --tests installs numpy", PLANWISE_BENCH_PEER));
    return std::nullopt;
  }
  for (const YearFigures& year : ours.years) {
    std::int64_t headcount = 0;
    words >> headcount;
    if (headcount == year.active_headcount) continue;
    print_note(fmt::format("no peer: {} people in {} there, {} here", headcount, year.year, year.active_headcount));
    return std::nullopt;
  }
  words >> pay;
  if (std::abs(pay - ours.years.back().active_compensation) > 1e-9 * pay) {
    print_note(fmt::format("no peer: {:.2f} of pay in the last year there, {:.2f} here", pay,
                           ours.years.back().active_compensation));
    return std::nullopt;
  }
  return milliseconds;
}

std::int64_t peak_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

void simulate_size(const Size& size) {
  SimulationInput input;
  input.people = invented_people(size.people);
  for (int year = input.settings.start_year; year <= input.settings.end_year; ++year) input.levers[year] = YearLevers{};
  const std::int64_t before = peak_bytes();
  const SimulationResult result = simulate(input);
  const std::int64_t summary_bytes = peak_bytes() - before;
  std::int64_t employee_years = 0;
  for (const YearFigures& year : result.years)
    employee_years += year.start_headcount + year.events[static_cast<std::size_t>(EventType::hire)];
  const std::optional<double> peer = numpy_peer(input.people, size.peer_rounds, result);
  for (const SimulationDetail detail : {SimulationDetail::summary, SimulationDetail::rows}) {
    const bool summary = detail == SimulationDetail::summary;
    for (const unsigned threads : {1U, 2U}) {
      input.detail = detail;
      input.threads = threads;
      const Figures times =
          measure(summary ? size.rounds : std::max(3, size.rounds / 4), [&](int) { (void)simulate(input); });
      Against against{.peer = summary ? peer : std::nullopt, .at_most_ratio = 0.1};
      if (summary && threads == 2) against.limit = size.limit;
      print_line(fmt::format("{} people, 5 years, {}, {} thread{}", size.people, summary ? "summary" : "rows", threads,
                             threads == 1 ? "" : "s"),
                 times, against);
      print_figure("  employee-years a second", static_cast<double>(employee_years) / times.median * 1000.0, {});
    }
    print_figure(
        "  bytes an employee at the peak",
        static_cast<double>(summary ? summary_bytes : peak_bytes() - before) / static_cast<double>(size.people), {});
  }
}

}  // namespace

void case_simulate(const Settings& settings) {
  const std::vector<std::int64_t> sizes = allowed(settings, {5'000, 100'000, 1'000'000});
  for (const Size& size : {Size{5'000, 60, 15, 5}, Size{100'000, 24, 5, 80}, Size{1'000'000, 8, 3, 1000}}) {
    if (std::find(sizes.begin(), sizes.end(), size.people) != sizes.end()) simulate_size(size);
  }
}

}  // namespace planwise::bench
