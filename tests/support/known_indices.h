/// \file
/// Functions whose Sobol indices are known in closed form.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "planwise/sensitivity.h"

namespace planwise::test_support {

struct KnownIndices {
  std::string name;
  SensitivityModel model;
  std::vector<double> first_order, total_order;
};

template <class Function>
BatchFunction one_by_one(Function function) {
  return [function](const std::vector<std::vector<double>>& points) {
    std::vector<std::vector<double>> rows;
    rows.reserve(points.size());
    for (const std::vector<double>& point : points) rows.push_back({function(point)});
    return rows;
  };
}

/// sin x1 + a sin^2 x2 + b x3^4 sin x1 on [-pi, pi]^3 (Ishigami and Homma 1990) with a = 7, b = 0.1.
inline KnownIndices ishigami() {
  constexpr double pi = std::numbers::pi, a = 7, b = 0.1;
  KnownIndices known{"ishigami", {}, {}, {}};
  known.model.factors = {{"x1", -pi, pi}, {"x2", -pi, pi}, {"x3", -pi, pi}};
  known.model.outputs = {"y"};
  known.model.evaluate = one_by_one([](const std::vector<double>& x) {
    const double sine = std::sin(x[1]);
    return std::sin(x[0]) + a * sine * sine + b * x[2] * x[2] * x[2] * x[2] * std::sin(x[0]);
  });
  const double fourth = std::pow(pi, 4);
  const double of_1 = 0.5 * (1 + b * fourth / 5) * (1 + b * fourth / 5), of_2 = a * a / 8;
  const double of_13 = b * b * fourth * fourth * (1.0 / 18 - 1.0 / 50);
  const double all = of_1 + of_2 + of_13;
  known.first_order = {of_1 / all, of_2 / all, 0};
  known.total_order = {(of_1 + of_13) / all, of_2 / all, of_13 / all};
  return known;
}

/// Product of (|4 x - 2| + a) / (1 + a) on the unit cube (Sobol 1993) with a = 0, 1, 4.5, 9, 99, 99, 99, 99.
inline KnownIndices g_function() {
  const std::vector<double> a{0, 1, 4.5, 9, 99, 99, 99, 99};
  KnownIndices known{"g-function", {}, {}, {}};
  for (std::size_t i = 0; i < a.size(); ++i) known.model.factors.push_back({"x" + std::to_string(i + 1), 0, 1});
  known.model.outputs = {"y"};
  known.model.evaluate = one_by_one([a](const std::vector<double>& x) {
    double product = 1;
    for (std::size_t i = 0; i < a.size(); ++i) product *= (std::abs(4 * x[i] - 2) + a[i]) / (1 + a[i]);
    return product;
  });
  double all = 1;
  for (const double value : a) all *= 1 + 1 / (3 * (1 + value) * (1 + value));
  for (const double value : a) {
    const double of_one = 1 / (3 * (1 + value) * (1 + value));
    known.first_order.push_back(of_one / (all - 1));
    known.total_order.push_back(of_one * all / (1 + of_one) / (all - 1));
  }
  return known;
}

/// The finishing step of SplitMix64, as a draw of its own in [0, 1): tests do not lean on the draws they test.
inline double even_draw(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t x = (seed + 1) * 0x9e3779b97f4a7c15U + number * 0xd1342543de82ef95U;
  for (int round = 0; round < 2; ++round) {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    x ^= x >> 31U;
  }
  return (static_cast<double>(x >> 11U) + 0.5) * 0x1p-53;
}

/// exp of standard normal values (Box and Muller 1958).
inline std::vector<double> lognormal(std::size_t n, std::uint64_t seed) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = std::exp(std::sqrt(-2 * std::log(even_draw(seed, 2 * i))) *
                         std::cos(2 * std::numbers::pi * even_draw(seed, 2 * i + 1)));
  return values;
}

/// Points drawn evenly from the factors' ranges, with the first output.
inline GivenData random_rows(const SensitivityModel& model, std::size_t rows, std::uint64_t seed) {
  GivenData given;
  given.output = model.outputs.front();
  for (const Factor& factor : model.factors) given.factors.push_back(factor.name);
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<double> point;
    for (std::size_t i = 0; i < model.factors.size(); ++i) {
      const Factor& factor = model.factors[i];
      point.push_back(factor.lower + even_draw(seed, row * model.factors.size() + i) * (factor.upper - factor.lower));
    }
    given.points.push_back(point);
  }
  for (const std::vector<double>& outputs : model.evaluate(given.points)) given.values.push_back(outputs.front());
  return given;
}

}  // namespace planwise::test_support
