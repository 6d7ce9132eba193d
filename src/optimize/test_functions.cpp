// Functions with known optima. Sources: Surjanovic and Bingham, "Virtual Library of Simulation Experiments" (the
// unconstrained); Runarsson and Yao 2000 (G06 to G09); Zitzler, Deb and Thiele 2000 (ZDT); Deb and others 2005 (DTLZ2).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "planwise/error.h"
#include "planwise/optimization.h"

namespace planwise {
namespace {

using Point = std::vector<double>;
using std::numbers::pi;

double sphere(const Point& x) {
  double sum = 0;
  for (const double value : x) sum += value * value;
  return sum;
}

double rosenbrock(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double valley = x[i + 1] - x[i] * x[i], along = 1 - x[i];
    sum += 100 * valley * valley + along * along;
  }
  return sum;
}

double rastrigin(const Point& x) {
  double sum = 10 * static_cast<double>(x.size());
  for (const double value : x) sum += value * value - 10 * std::cos(2 * pi * value);
  return sum;
}

double ackley(const Point& x) {
  const double count = static_cast<double>(x.size());
  double waves = 0;
  for (const double value : x) waves += std::cos(2 * pi * value);
  return -20 * std::exp(-0.2 * std::sqrt(sphere(x) / count)) - std::exp(waves / count) + 20 + std::numbers::e;
}

double griewank(const Point& x) {
  double product = 1;
  for (std::size_t i = 0; i < x.size(); ++i) product *= std::cos(x[i] / std::sqrt(static_cast<double>(i + 1)));
  return sphere(x) / 4000 - product + 1;
}

double styblinski_tang(const Point& x) {
  double sum = 0;
  for (const double value : x) sum += value * value * value * value - 16 * value * value + 5 * value;
  return sum / 2;
}

PointOutcome g06(const Point& x) {
  PointOutcome out;
  const double a = x[0] - 5, b = x[1] - 5, c = x[0] - 6;
  out.objectives = {std::pow(x[0] - 10, 3) + std::pow(x[1] - 20, 3)};
  out.constraints = {100 - a * a - b * b, c * c + b * b - 82.81};
  return out;
}

PointOutcome g07(const Point& x) {
  const auto square = [](double value) { return value * value; };
  PointOutcome out;
  out.objectives = {square(x[0]) + square(x[1]) + x[0] * x[1] - 14 * x[0] - 16 * x[1] + square(x[2] - 10) +
                    4 * square(x[3] - 5) + square(x[4] - 3) + 2 * square(x[5] - 1) + 5 * square(x[6]) +
                    7 * square(x[7] - 11) + 2 * square(x[8] - 10) + square(x[9] - 7) + 45};
  out.constraints = {
      -105 + 4 * x[0] + 5 * x[1] - 3 * x[6] + 9 * x[7],
      10 * x[0] - 8 * x[1] - 17 * x[6] + 2 * x[7],
      -8 * x[0] + 2 * x[1] + 5 * x[8] - 2 * x[9] - 12,
      3 * square(x[0] - 2) + 4 * square(x[1] - 3) + 2 * square(x[2]) - 7 * x[3] - 120,
      5 * square(x[0]) + 8 * x[1] + square(x[2] - 6) - 2 * x[3] - 40,
      square(x[0]) + 2 * square(x[1] - 2) - 2 * x[0] * x[1] + 14 * x[4] - 6 * x[5],
      0.5 * square(x[0] - 8) + 2 * square(x[1] - 4) + 3 * square(x[4]) - x[5] - 30,
      -3 * x[0] + 6 * x[1] + 12 * square(x[8] - 8) - 7 * x[9],
  };
  return out;
}

PointOutcome g08(const Point& x) {
  PointOutcome out;
  // No place where a factor below is 0 is feasible.
  const double wave = std::sin(2 * pi * x[0]), sum = x[0] + x[1];
  const double value =
      x[0] == 0 || sum == 0 ? 0 : wave * wave * wave * std::sin(2 * pi * x[1]) / (x[0] * x[0] * x[0] * sum);
  out.objectives = {-value};
  out.constraints = {x[0] * x[0] - x[1] + 1, 1 - x[0] + (x[1] - 4) * (x[1] - 4)};
  return out;
}

PointOutcome g09(const Point& x) {
  PointOutcome out;
  const double x0 = x[0] * x[0], x1 = x[1] * x[1], x2 = x[2] * x[2], x5 = x[5] * x[5], x6 = x[6] * x[6];
  out.objectives = {(x[0] - 10) * (x[0] - 10) + 5 * (x[1] - 12) * (x[1] - 12) + x2 * x2 +
                    3 * (x[3] - 11) * (x[3] - 11) + 10 * std::pow(x[4], 6) + 7 * x5 + x6 * x6 - 4 * x[5] * x[6] -
                    10 * x[5] - 8 * x[6]};
  out.constraints = {
      -127 + 2 * x0 + 3 * x1 * x1 + x[2] + 4 * x[3] * x[3] + 5 * x[4],
      -282 + 7 * x[0] + 3 * x[1] + 10 * x2 + x[3] - x[4],
      -196 + 23 * x[0] + x1 + 6 * x5 - 8 * x[6],
      4 * x0 + x1 - 3 * x[0] * x[1] + 2 * x2 + 5 * x[5] - 11 * x[6],
  };
  return out;
}

/// The part of ZDT1 to ZDT3 that they share; `shape` is the second objective over it.
template <class Shape>
PointOutcome zdt(const Point& x, const Shape& shape) {
  double sum = 0;
  for (std::size_t i = 1; i < x.size(); ++i) sum += x[i];
  const double g = 1 + 9 * sum / static_cast<double>(x.size() - 1);
  PointOutcome out;
  out.objectives = {x[0], g * shape(x[0] / g, x[0])};
  return out;
}
PointOutcome zdt1(const Point& x) {
  return zdt(x, [](double ratio, double) { return 1 - std::sqrt(ratio); });
}
PointOutcome zdt2(const Point& x) {
  return zdt(x, [](double ratio, double) { return 1 - ratio * ratio; });
}
PointOutcome zdt3(const Point& x) {
  return zdt(x, [](double ratio, double first) { return 1 - std::sqrt(ratio) - ratio * std::sin(10 * pi * first); });
}

PointOutcome dtlz2(const Point& x) {
  double g = 0;
  for (std::size_t i = 2; i < x.size(); ++i) g += (x[i] - 0.5) * (x[i] - 0.5);
  const double a = x[0] * pi / 2, b = x[1] * pi / 2;
  PointOutcome out;
  out.objectives = {(1 + g) * std::cos(a) * std::cos(b), (1 + g) * std::cos(a) * std::sin(b), (1 + g) * std::sin(a)};
  return out;
}

/// What is known of a function. The optimum of a "separable" one grows with the number of variables.
struct Entry {
  std::string_view name;
  double (*value)(const Point&) = nullptr;
  PointOutcome (*outcome)(const Point&) = nullptr;
  double lower = 0, upper = 1;
  std::int64_t usual = 2, least = 1, most = 1000;
  double optimum = 0, optimum_at = 0;
  std::size_t objectives = 1, constraints = 0;
  double reference = 1.1;
};

constexpr double styblinski_place = -2.903534027771177, styblinski_least = -39.16616570377142;

constexpr std::array entries{
    Entry{"sphere", sphere, nullptr, -5.12, 5.12},
    Entry{"rosenbrock", rosenbrock, nullptr, -5, 10, 2, 2, 1000, 0, 1},
    Entry{"rastrigin", rastrigin, nullptr, -5.12, 5.12},
    Entry{"ackley", ackley, nullptr, -32.768, 32.768},
    Entry{"griewank", griewank, nullptr, -600, 600},
    Entry{"styblinski-tang", styblinski_tang, nullptr, -5, 5, 2, 1, 1000, styblinski_least, styblinski_place},
    Entry{"g06", nullptr, g06, 0, 100, 2, 2, 2, -6961.813875580, 0, 1, 2},
    Entry{"g07", nullptr, g07, -10, 10, 10, 10, 10, 24.306209068, 0, 1, 8},
    Entry{"g08", nullptr, g08, 0, 10, 2, 2, 2, -0.0958250414, 0, 1, 2},
    Entry{"g09", nullptr, g09, -10, 10, 7, 7, 7, 680.630057374, 0, 1, 4},
    Entry{"zdt1", nullptr, zdt1, 0, 1, 30, 2, 1000, 0, 0, 2},
    Entry{"zdt2", nullptr, zdt2, 0, 1, 30, 2, 1000, 0, 0, 2},
    Entry{"zdt3", nullptr, zdt3, 0, 1, 30, 2, 1000, 0, 0, 2},
    Entry{"dtlz2", nullptr, dtlz2, 0, 1, 12, 3, 1000, 0, 0, 3},
};

/// Places where the literature gives them; the values there agree with the optima above.
Point known_place(const Entry& entry) {
  if (entry.name == "g06") return {14.095, 0.8429607892154796};
  if (entry.name == "g07") {
    return {2.171996, 2.363683, 8.773926, 5.095984, 0.9906548, 1.430574, 1.321644, 9.828726, 8.280092, 8.375927};
  }
  if (entry.name == "g08") return {1.227971352607, 4.245373366612};
  return {2.330499, 1.951372, -0.4775414, 4.365726, -0.6244870, 1.038131, 1.594227};
}

Point start_of(const Entry& entry, std::size_t axes) {
  if (entry.name == "g06") return {20.1, 5.84};
  if (entry.name == "g07") return {2, 3, 5, 5, 1, 2, 7, 3, 6, 10};
  if (entry.name == "g08") return {5, 5};
  if (entry.name == "g09") return {1, 2, 0, 4, 0, 1, 1};
  if (entry.name == "rosenbrock") {
    Point out(axes, 1.0);
    for (std::size_t i = 0; i < axes; i += 2) out[i] = -1.2;
    return out;
  }
  // Upper left: every other variable high, the others low, none at a bound.
  Point out(axes);
  for (std::size_t i = 0; i < axes; ++i) out[i] = entry.lower + (i % 2 == 0 ? 0.15 : 0.8) * (entry.upper - entry.lower);
  return out;
}

/// Without regard to case; "Styblinski_Tang" is styblinski-tang.
bool same_name(std::string_view known, std::string_view given) {
  return std::equal(known.begin(), known.end(), given.begin(), given.end(), [](char a, char b) {
    return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b == '_' ? '-' : b);
  });
}

const Entry& entry_of(std::string_view name) {
  std::string allowed;
  for (const Entry& entry : entries) {
    if (same_name(entry.name, name)) return entry;
    allowed += (allowed.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error(ErrorCode::invalid_argument, fmt::format("unknown test function '{}'; allowed are {}", name, allowed));
}

}  // namespace

TestFunction test_function(std::string_view name, std::int64_t dimensions) {
  const Entry& entry = entry_of(name);
  const std::int64_t count = dimensions == 0 ? entry.usual : dimensions;
  if (count < entry.least || count > entry.most) {
    throw Error(ErrorCode::invalid_argument, fmt::format("test function '{}' has {} to {} variables; {} are asked for",
                                                         name, entry.least, entry.most, count));
  }
  const auto axes = static_cast<std::size_t>(count);
  TestFunction out;
  const Point start = start_of(entry, axes);
  for (std::size_t i = 0; i < axes; ++i) {
    out.problem.variables.push_back({fmt::format("x{}", i + 1), entry.lower, entry.upper, start[i]});
  }
  if (entry.name == "g06") out.problem.variables[0].lower = 13;
  for (std::size_t i = 0; i < entry.constraints; ++i) out.problem.constraints.push_back({fmt::format("g{}", i + 1)});
  if (entry.objectives > 1) {
    out.problem.objectives.clear();
    for (std::size_t i = 0; i < entry.objectives; ++i) out.problem.objectives.push_back(fmt::format("f{}", i + 1));
    out.reference.assign(entry.objectives, entry.reference);
  } else {
    const bool grows = entry.name == "styblinski-tang";
    out.optimum = entry.optimum * (grows ? static_cast<double>(axes) : 1);
    out.optimum_at = entry.constraints > 0 ? known_place(entry) : Point(axes, entry.optimum_at);
  }
  out.problem.evaluate = [&entry](const Point& at, const EvaluationControl&) {
    if (entry.outcome != nullptr) return entry.outcome(at);
    PointOutcome outcome;
    outcome.objectives = {entry.value(at)};
    return outcome;
  };
  return out;
}

std::vector<std::string_view> test_function_names() {
  std::vector<std::string_view> out;
  for (const Entry& entry : entries) out.push_back(entry.name);
  return out;
}

}  // namespace planwise
