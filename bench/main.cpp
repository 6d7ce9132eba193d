// Benchmarks of the store against its targets and against raw calls of DuckDB's C API. See bench/README.md.
//
//     bench_store [--list] [--most RUNS] [--formats json,csv] [CASE ...]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <sstream>

#include "cases.h"
#include "measure.h"

namespace planwise::bench {

namespace {

struct Case {
  std::string_view name, about;
  void (*work)(const Settings&);
};

constexpr Case cases[] = {
    {"save", "one run of 20 KB in a lease and as open-save-close, against raw calls", case_save},
    {"parts", "the steps of one save", case_parts},
    {"cold", "one save in a fresh process, against raw calls", case_cold},
    {"batch", "40,000 slim runs in one transaction, against appenders", case_batch},
    {"load", "one run of 20 KB, against raw calls", case_load},
    {"list", "pages, searches, sorts and counts over slim runs", case_list},
    {"analytics", "completion, runtimes, convergence, objectives and risk over all runs, by group", case_analytics},
    {"crash", "the first page after kill -9 in the middle of saving", case_crash},
    {"process", "planwise list as a whole process", case_process},
    {"export", "peak memory of planwise export", case_export},
    {"simulate", "five years of the workforce, against the same rules in numpy", case_simulate},
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

int run_cases(const std::vector<std::string>& arguments) {
  Settings settings;
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--list") {
      for (const Case& one : cases) fmt::print("{:<10} {}\n", one.name, one.about);
      return 0;
    }
    if (argument == "--most" && i + 1 < arguments.size()) {
      settings.most_runs = std::atoll(arguments[++i].c_str());
    } else if (argument == "--formats" && i + 1 < arguments.size()) {
      settings.formats = split(arguments[++i]);
    } else if (std::none_of(std::begin(cases), std::end(cases), [&](const Case& one) { return one.name == argument; })) {
      fmt::print(stderr, "'{}' is no case; see bench_store --list\n", argument);
      return 2;
    } else {
      wanted.push_back(argument);
    }
  }
  print_heading();
  for (const Case& one : cases) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), one.name) == wanted.end()) continue;
    fmt::print("--- {}\n", one.name);
    one.work(settings);
  }
  fmt::print("{} lines did not meet their target\n", unmet_lines());
  return 0;
}

}  // namespace

std::vector<std::int64_t> allowed(const Settings& settings, std::vector<std::int64_t> sizes) {
  const auto above = std::find_if(sizes.begin(), sizes.end(), [&](std::int64_t size) { return size > settings.most_runs; });
  if (above != sizes.end()) print_note(fmt::format("left out: stores of {} runs and more (--most {})", *above, settings.most_runs));
  sizes.erase(above, sizes.end());
  return sizes;
}

}  // namespace planwise::bench

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    return planwise::bench::run_as_child(arguments) ? 0 : planwise::bench::run_cases(arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
