#include "measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace planwise::bench {

namespace {

int unmet = 0;

std::string number(double figure) { return figure >= 1000 ? fmt::format("{:.0f}", figure) : fmt::format("{:.2f}", figure); }
std::string number(const std::optional<double>& figure) { return figure ? number(*figure) : "-"; }

/// "<= 7.00", ">= 20000", "<= 1.50 x", both or "-".
std::string target_text(const Against& against) {
  std::string text;
  if (against.limit) text = (against.limit_is_least ? ">= " : "<= ") + number(*against.limit);
  if (against.peer && against.at_most_ratio) text += fmt::format("{}<= {:.2f} x", text.empty() ? "" : ", ", *against.at_most_ratio);
  return text.empty() ? "-" : text;
}

std::string verdict(double figure, const Against& against) {
  const bool limited = against.limit.has_value();
  const bool compared = against.peer && against.at_most_ratio;
  if (!limited && !compared) return "";
  bool met = true;
  if (limited) met = against.limit_is_least ? figure >= *against.limit : figure <= *against.limit;
  if (compared) met = met && figure <= *against.peer * *against.at_most_ratio;
  if (!met) ++unmet;
  return met ? "yes" : "NO";
}

void print(const std::string& name, const std::string& figures, double figure, const Against& against) {
  const std::string ratio = against.peer ? fmt::format("{:.2f}", figure / *against.peer) : "-";
  fmt::print("{:<54} {} {:>9} {:>6}  {:<20} {}\n", name, figures, number(against.peer), ratio, target_text(against), verdict(figure, against));
  std::fflush(stdout);
}

}  // namespace

double milliseconds_since(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

Figures figures_of(std::vector<double> times) {
  if (times.empty()) return {};
  std::sort(times.begin(), times.end());
  const double sum = std::accumulate(times.begin(), times.end(), 0.0);
  return {times[times.size() / 2], times[(times.size() - 1) * 95 / 100], times.back(), sum / static_cast<double>(times.size())};
}

Figures measure(int rounds, const std::function<void(int)>& work, const std::function<void(int)>& prepare) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    if (prepare) prepare(round);
    const auto start = Clock::now();
    work(round);
    times.push_back(milliseconds_since(start));
  }
  return figures_of(std::move(times));
}

Pair measure_by_turns(int rounds, const std::function<void(int)>& ours, const std::function<void(int)>& peer) {
  std::vector<double> our_times, peer_times;
  for (int round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    ours(round);
    our_times.push_back(milliseconds_since(start));
    const auto turn = Clock::now();
    peer(round);
    peer_times.push_back(milliseconds_since(turn));
  }
  return {figures_of(std::move(our_times)), figures_of(std::move(peer_times))};
}

void print_heading() {
  fmt::print("{:<54} {:>9} {:>9} {:>9} {:>9} {:>9} {:>6}  {:<20} {}\n", "what (ms where nothing else is said)", "median", "p95", "max", "mean", "peer", "ratio", "target",
             "met");
}

void print_line(const std::string& name, const Figures& ours, const Against& against) {
  print(name, fmt::format("{:>9} {:>9} {:>9} {:>9}", number(ours.median), number(ours.p95), number(ours.most), number(ours.mean)), ours.median, against);
}

void print_figure(const std::string& name, double figure, const Against& against) {
  print(name, fmt::format("{:>9} {:>9} {:>9} {:>9}", number(figure), "", "", ""), figure, against);
}

void print_note(const std::string& text) {
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

int unmet_lines() { return unmet; }

}  // namespace planwise::bench
