// Horizontal bars: effects with intervals, tornado, plain bars.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/numbers.h"
#include "report/svg.h"
#include "report/svg_parts.h"

namespace planwise::report {

namespace {

constexpr double row_height = 24, top = 28, bottom_room = 34;

std::optional<double> at(const std::vector<std::optional<double>>& values, std::size_t index) {
  return index < values.size() && values[index] && std::isfinite(*values[index]) ? values[index] : std::nullopt;
}

/// Vertical grid with values below, names at the left; returns the scale.
Scale across_axis(Canvas& canvas, const Chart& chart, const Plot& plot, const Range& range) {
  constexpr int count = 6;
  const std::vector<double> ticks = axis_ticks(range.low, range.high, count);
  const Scale scale{ticks.front(), ticks.back(), plot.left, plot.right};
  for (const double tick : ticks) {
    canvas.line(scale(tick), plot.top, scale(tick), plot.bottom, "gl");
    canvas.text(scale(tick), plot.bottom + 18, tick_text(tick, ticks[1] - ticks[0], chart.y_unit), "middle");
  }
  for (std::size_t i = 0; i < chart.labels.size(); ++i)
    canvas.text(plot.left - 10, plot.top + row_height * (static_cast<double>(i) + 0.5) + 4,
                shortened(chart.labels[i], 30), "end", "t s");
  return scale;
}

Plot plot_for(const Chart& chart) {
  return {205, top, 690, top + row_height * static_cast<double>(chart.labels.size())};
}

}  // namespace

std::string ranges_svg(const Chart& chart, const std::string& id) {
  if (chart.series.empty() || chart.labels.empty()) return {};
  Range range;
  range.take(0.0);
  for (std::size_t i = 0; i < chart.labels.size(); ++i) {
    range.take(at(chart.series[0].values, i));
    range.take(at(chart.low, i));
    range.take(at(chart.high, i));
  }
  const Plot plot = plot_for(chart);
  Canvas canvas(chart_width, plot.bottom + bottom_room);
  const Scale scale = across_axis(canvas, chart, plot, range);
  canvas.text(plot.left, 16, shortened(chart.y_title, 75), "start");
  canvas.line(scale(0), plot.top, scale(0), plot.bottom, "ax");
  for (std::size_t i = 0; i < chart.labels.size(); ++i) {
    const auto value = at(chart.series[0].values, i);
    if (!value) continue;
    const double y = plot.top + row_height * (static_cast<double>(i) + 0.5);
    const double from = std::min(scale(0), scale(*value)), to = std::max(scale(0), scale(*value));
    canvas.box(from, y - 7, std::max(1.0, to - from), 14, *value < 0 ? "f2" : "f1",
               chart.labels[i] + ": " + unit_text(*value, chart.y_unit));
    const auto low = at(chart.low, i), high = at(chart.high, i);
    if (!low || !high) continue;
    canvas.line(scale(*low), y, scale(*high), y, "iv");
    canvas.line(scale(*low), y - 5, scale(*low), y + 5, "iv");
    canvas.line(scale(*high), y - 5, scale(*high), y + 5, "iv");
  }
  return canvas.svg(chart, id);
}

std::string tornado_svg(const Chart& chart, const std::string& id) {
  if (chart.series.size() < 2 || chart.labels.empty()) return {};
  Range range;
  range.take(chart.middle);
  for (std::size_t i = 0; i < chart.labels.size(); ++i) {
    range.take(at(chart.series[0].values, i));
    range.take(at(chart.series[1].values, i));
  }
  const Plot plot = plot_for(chart);
  Canvas canvas(chart_width, plot.bottom + bottom_room);
  const Scale scale = across_axis(canvas, chart, plot, range);
  double x = plot.left;
  for (std::size_t s = 0; s < 2; ++s) {
    canvas.box(x, 7, 12, 12, s == 0 ? "f2" : "f1");
    canvas.text(x + 18, 17, chart.series[s].name, "start", "t s");
    x += 40 + 7.2 * static_cast<double>(chart.series[s].name.size());
  }
  for (std::size_t i = 0; i < chart.labels.size(); ++i) {
    const double y = plot.top + row_height * (static_cast<double>(i) + 0.5);
    for (std::size_t s = 0; s < 2; ++s) {
      const auto value = at(chart.series[s].values, i);
      if (!value) continue;
      const double from = std::min(scale(chart.middle), scale(*value)),
                   to = std::max(scale(chart.middle), scale(*value));
      canvas.box(from, y - 7, to - from, 14, s == 0 ? "f2" : "f1",
                 fmt::format("{}, {}: {}", chart.labels[i], chart.series[s].name, unit_text(*value, chart.y_unit)));
    }
  }
  canvas.line(scale(chart.middle), plot.top, scale(chart.middle), plot.bottom, "ax");
  return canvas.svg(chart, id);
}

std::string bars_svg(const Chart& chart, const std::string& id) {
  Chart plain = chart;
  plain.low.clear();
  plain.high.clear();
  return ranges_svg(plain, id);
}

}  // namespace planwise::report
