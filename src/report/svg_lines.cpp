// Lines with bands, bars, the waterfall, points.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/numbers.h"
#include "report/svg.h"
#include "report/svg_parts.h"

namespace planwise::report {

namespace {

constexpr double height = 290;

bool of_years(const Chart& chart) { return chart.x_title == "Year"; }

/// Names of the series at the top left, each with a piece of its line: colour is never the only sign.
void legend(Canvas& canvas, const Chart& chart, const Plot& plot) {
  double x = plot.left;
  for (const Chart::Series& series : chart.series) {
    const char* style = series.baseline ? "l0" : "l1";
    canvas.line(x, 14, x + 26, 14, style);
    canvas.text(x + 32, 18, series.name, "start", "t s");
    x += 52 + 7.2 * static_cast<double>(series.name.size());
  }
}

Range range_of(const Chart& chart) {
  Range range;
  for (const Chart::Series& series : chart.series) {
    for (const auto& value : series.values) range.take(value);
  }
  for (const auto& value : chart.low) range.take(value);
  for (const auto& value : chart.high) range.take(value);
  for (const Chart::Rule& rule : chart.rules) range.take(rule.value);
  return range;
}

void x_axis(Canvas& canvas, const Chart& chart, const Plot& plot, const Scale& scale) {
  canvas.line(plot.left, plot.bottom, plot.right, plot.bottom, "ax");
  if (of_years(chart)) {
    const std::size_t step = std::max<std::size_t>(1, (chart.x.size() + 11) / 12);
    for (std::size_t i = 0; i < chart.x.size(); i += step)
      canvas.text(scale(chart.x[i]), plot.bottom + 18, fmt::format("{:.0f}", chart.x[i]), "middle");
    return;
  }
  constexpr int count = 8;
  const std::vector<double> ticks = axis_ticks(scale.from, scale.to, count);
  for (const double tick : ticks) {
    if (tick < scale.from - 1e-9 || tick > scale.to + 1e-9) continue;
    canvas.text(scale(tick), plot.bottom + 18, tick_text(tick, ticks[1] - ticks[0], chart.x_unit), "middle");
  }
  canvas.text((plot.left + plot.right) / 2, plot.bottom + 38, chart.x_title, "middle");
}

void draw_band(Canvas& canvas, const Chart& chart, const Scale& across, const Scale& up) {
  std::string there, back;
  for (std::size_t i = 0; i < std::min({chart.x.size(), chart.low.size(), chart.high.size()}); ++i) {
    if (!chart.low[i] || !chart.high[i]) continue;
    there += fmt::format("{}{:.1f} {:.1f}", there.empty() ? "M" : "L", across(chart.x[i]), up(*chart.high[i]));
    back.insert(0, fmt::format("L{:.1f} {:.1f}", across(chart.x[i]), up(*chart.low[i])));
  }
  if (!there.empty()) canvas.path(there + back + "Z", "band");
}

void draw_series(Canvas& canvas, const Chart& chart, const Chart::Series& series, const Scale& across,
                 const Scale& up) {
  std::string data;
  bool pen = false;
  constexpr std::size_t few = 30;
  for (std::size_t i = 0; i < std::min(chart.x.size(), series.values.size()); ++i) {
    if (!series.values[i] || !std::isfinite(*series.values[i])) {
      pen = false;
      continue;
    }
    data += fmt::format("{}{:.1f} {:.1f}", pen ? "L" : "M", across(chart.x[i]), up(*series.values[i]));
    pen = true;
  }
  canvas.path(data, series.baseline ? "l0" : "l1");
  for (std::size_t i = 0; chart.x.size() <= few && i < std::min(chart.x.size(), series.values.size()); ++i) {
    if (!series.values[i]) continue;
    const std::string name = of_years(chart) ? fmt::format("{:.0f}", chart.x[i]) : number_text(chart.x[i]);
    canvas.circle(across(chart.x[i]), up(*series.values[i]), 3, series.baseline ? "p0" : "p1",
                  fmt::format("{}, {}: {}", series.name, name, unit_text(*series.values[i], chart.y_unit)));
  }
}

}  // namespace

std::string line_svg(const Chart& chart, const std::string& id) {
  const Range range = range_of(chart);
  if (range.empty || chart.x.empty()) return {};
  Plot plot;
  plot.right = chart.rules.empty() ? 704 : 600;
  Canvas canvas(chart_width, height);
  const Scale up = value_axis(canvas, plot, range, chart.y_unit, chart.from_zero);
  const double inset = of_years(chart) ? 24 : 4;
  const Scale across{chart.x.front(), chart.x.back(), plot.left + inset, plot.right - inset};
  x_axis(canvas, chart, plot, across);
  draw_band(canvas, chart, across, up);
  for (const Chart::Rule& rule : chart.rules) {
    canvas.line(plot.left, up(rule.value), plot.right, up(rule.value), "ru");
    canvas.text(plot.right + 6, up(rule.value) - 2, shortened(rule.name, 16), "start", "t c");
    canvas.text(plot.right + 6, up(rule.value) + 12, unit_text(rule.value, chart.y_unit), "start", "t c");
  }
  for (const Chart::Series& series : chart.series) draw_series(canvas, chart, series, across, up);
  legend(canvas, chart, plot);
  return canvas.svg(chart, id);
}

std::string waterfall_svg(const Chart& chart, const std::string& id) {
  if (chart.series.empty() || chart.labels.size() < 2) return {};
  const auto& values = chart.series[0].values;
  const std::size_t last = chart.labels.size() - 1;
  std::vector<std::pair<double, double>> spans;
  Range range;
  double level = 0;
  for (std::size_t i = 0; i <= last; ++i) {
    const double value = i < values.size() ? values[i].value_or(0) : 0;
    const bool total = i == 0 || i == last;
    const double from = total ? 0 : level;
    level = total ? value : level + value;
    spans.emplace_back(from, level);
    range.take(level);
    if (!total) range.take(from);
  }
  const double room = std::max((range.high - range.low) * 0.25, 1e-9);
  range.low -= room;
  if (range.low < range.high * 0.2) range.take(0.0);
  Canvas canvas(chart_width, height);
  const Plot plot{78, 30, 704, 236};
  const Scale up = value_axis(canvas, plot, range, chart.y_unit, false);
  canvas.line(plot.left, plot.bottom, plot.right, plot.bottom, "ax");
  const double slot = (plot.right - plot.left) / static_cast<double>(last + 1);
  for (std::size_t i = 0; i <= last; ++i) {
    const bool total = i == 0 || i == last;
    const auto [from, to] = spans[i];
    const double low = total ? up.from : std::min(from, to), high = std::max(from, to);
    const double x = plot.left + slot * (static_cast<double>(i) + 0.15);
    const char* style = total ? "f0" : to >= from ? "f1" : "f2";
    // As in the table beside it, whose amounts share a scale.
    const bool tabled = chart.data.rows.size() == chart.labels.size() && chart.data.rows[i].size() > 1;
    const std::string text = tabled  ? chart.data.rows[i][1].text
                             : total ? unit_text(to, chart.y_unit)
                                     : signed_text(to - from, chart.y_unit);
    canvas.box(x, up(high), slot * 0.7, std::max(1.0, up(low) - up(high)), style, chart.labels[i] + ": " + text);
    canvas.text(x + slot * 0.35, up(high) - 6, text, "middle", "t s");
    canvas.text(x + slot * 0.35, plot.bottom + 18, shortened(chart.labels[i], 14), "middle");
    if (i < last) canvas.line(x + slot * 0.7, up(to), x + slot, up(to), "cn");
  }
  if (up.from > 0) canvas.text(plot.left, height - 8, "The axis does not begin at 0.", "start");
  return canvas.svg(chart, id);
}

std::string scatter_svg(const Chart& chart, const std::string& id) {
  Range x, y;
  for (const Chart::Point& point : chart.points) {
    x.take(point.x);
    y.take(point.y);
  }
  if (x.empty || y.empty) return {};
  Canvas canvas(chart_width, 340);
  const Plot plot{78, 24, 700, 280};
  const Scale up = value_axis(canvas, plot, y, chart.y_unit, false);
  constexpr int count = 7;
  const std::vector<double> ticks = axis_ticks(x.low, x.high, count);
  const Scale across{ticks.front(), ticks.back(), plot.left, plot.right};
  canvas.line(plot.left, plot.bottom, plot.right, plot.bottom, "ax");
  for (const double tick : ticks)
    canvas.text(across(tick), plot.bottom + 18, tick_text(tick, ticks[1] - ticks[0], chart.x_unit), "middle");
  canvas.text((plot.left + plot.right) / 2, plot.bottom + 40, chart.x_title, "middle", "t s");
  canvas.text(plot.left, 12, chart.y_title, "start", "t s");
  for (const bool chosen : {false, true}) {
    for (const Chart::Point& point : chart.points) {
      if (point.chosen != chosen) continue;
      const std::string title = fmt::format("{}{}, {}", point.name.empty() ? "" : point.name + ": ",
                                            unit_text(point.x, chart.x_unit), unit_text(point.y, chart.y_unit));
      canvas.circle(across(point.x), up(point.y), chosen ? 7 : 4, chosen ? "pk" : "p1", title);
      if (chosen) canvas.text(across(point.x) + 11, up(point.y) - 8, point.name, "start", "t s");
    }
  }
  return canvas.svg(chart, id);
}

}  // namespace planwise::report
