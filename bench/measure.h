/// \file
/// Timing of repeated work, and the lines of the report.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace planwise::bench {

using Clock = std::chrono::steady_clock;

[[nodiscard]] double milliseconds_since(Clock::time_point start);

/// Of a sample of times in milliseconds.
struct Figures {
  double median = 0, p95 = 0, most = 0, mean = 0;
};
[[nodiscard]] Figures figures_of(std::vector<double> times);

/// Times work(round) for each round; prepare(round), if given, runs before the clock starts.
[[nodiscard]] Figures measure(int rounds, const std::function<void(int)>& work, const std::function<void(int)>& prepare = {});

/// What a line compares with: a peer that did the same work, a limit in the line's unit, or both.
struct Against {
  std::optional<double> peer = std::nullopt;
  std::optional<double> at_most_ratio = std::nullopt;  ///< Allowed ours / peer; a peer without it is shown for comparison only.
  std::optional<double> limit = std::nullopt;
  bool limit_is_least = false;  ///< The figure must reach the limit rather than stay below it.
};

/// Ours and the peer's rounds by turns, so that whatever else the machine does meets both alike.
struct Pair {
  Figures ours, peer;
};
[[nodiscard]] Pair measure_by_turns(int rounds, const std::function<void(int)>& ours, const std::function<void(int)>& peer);

void print_heading();
/// One line: name, median, p95, max, mean, peer, ratio, target, met.
void print_line(const std::string& name, const Figures& ours, const Against& against);
/// A line of one figure.
void print_figure(const std::string& name, double figure, const Against& against);
void print_note(const std::string& text);

/// Lines printed so far that did not meet their target.
[[nodiscard]] int unmet_lines();

}  // namespace planwise::bench
