#include "report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/numbers.h"
#include "report/svg_parts.h"

namespace planwise::report {

namespace {

/// Length of the UTF-8 sequence at `at`, 0 for what is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

}  // namespace

std::string markup_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const char c = text[at];
    if (length == 0 || (length == 1 && static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')) {
      out += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else
      out.append(text.substr(at, length));
    at += length;
  }
  return out;
}

std::vector<double> axis_ticks(double low, double high, int count) {
  if (!(high > low)) high = low + std::max(1.0, std::abs(low) * 0.1);
  const double raw = (high - low) / std::max(1, count);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double part = raw / power;
  const double step = (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
  std::vector<double> ticks;
  const double first = std::floor(low / step + 1e-9), last = std::ceil(high / step - 1e-9);
  for (double i = first; i <= last + 0.5 && ticks.size() < 50; ++i) ticks.push_back(i * step);
  return ticks;
}

void Range::take(double value) {
  if (!std::isfinite(value)) return;
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  empty = false;
}
void Range::take(const std::optional<double>& value) {
  if (value) take(*value);
}

double Scale::operator()(double value) const {
  return to == from ? (start + end) / 2 : start + (value - from) / (to - from) * (end - start);
}

void Canvas::line(double x1, double y1, double x2, double y2, std::string_view style) {
  body_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>", x1, y1, x2, y2,
                       style);
}
void Canvas::box(double x, double y, double width, double height, std::string_view style, std::string_view title) {
  body_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"", x, y,
                       std::max(0.0, width), std::max(0.0, height), style);
  body_ += title.empty() ? "/>" : fmt::format("><title>{}</title></rect>", markup_escaped(title));
}
void Canvas::circle(double x, double y, double radius, std::string_view style, std::string_view title) {
  body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\"", x, y, radius, style);
  body_ += title.empty() ? "/>" : fmt::format("><title>{}</title></circle>", markup_escaped(title));
}
void Canvas::path(const std::string& data, std::string_view style) {
  body_ += fmt::format("<path d=\"{}\" class=\"{}\"/>", data, style);
}
void Canvas::text(double x, double y, std::string_view text, std::string_view anchor, std::string_view style) {
  body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>", x, y, anchor, style,
                       markup_escaped(text));
}

std::string Canvas::svg(const Chart& chart, const std::string& id) const {
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-labelledby=\"{}-t {}-d\"><title "
      "id=\"{}-t\">{}</title><desc id=\"{}-d\">{}</desc>{}</svg>",
      width_, height_, id, id, id, markup_escaped(chart.title), id, markup_escaped(chart.description), body_);
}

std::string tick_text(double value, double step, Unit unit) {
  const double tiny = step * 1e-6;
  if (std::abs(value) < tiny) value = 0;
  if (unit == Unit::percent) return fmt::format("{:.{}f} %", value * 100, step < 0.001 ? 2 : step < 0.01 ? 1 : 0);
  if (unit == Unit::money && std::abs(step) >= 1e4)
    return fmt::format("{:.{}f} M", value / 1e6, step < 1e5 ? 2 : step < 1e6 ? 1 : 0);
  if (step >= 1) return grouped(value);
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
  return fmt::format("{:.{}f}", value, digits);
}

std::string shortened(const std::string& text, std::size_t most) {
  std::size_t characters = 0, at = 0;
  while (at < text.size() && characters < most) {
    at += std::max<std::size_t>(1, sequence_length(text, at));
    ++characters;
  }
  return at >= text.size() ? text : text.substr(0, at) + "…";
}

Scale value_axis(Canvas& canvas, const Plot& plot, Range range, Unit unit, bool from_zero) {
  if (from_zero) range.take(0.0);
  constexpr int count = 5;
  const std::vector<double> ticks = axis_ticks(range.low, range.high, count);
  const Scale scale{ticks.front(), ticks.back(), plot.bottom, plot.top};
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  for (const double tick : ticks) {
    canvas.line(plot.left, scale(tick), plot.right, scale(tick), "gl");
    canvas.text(plot.left - 8, scale(tick) + 4, tick_text(tick, step, unit), "end");
  }
  return scale;
}

std::string to_svg(const Chart& chart, const std::string& id) {
  switch (chart.kind) {
    case Chart::Kind::line:
      return line_svg(chart, id);
    case Chart::Kind::bars:
      return bars_svg(chart, id);
    case Chart::Kind::waterfall:
      return waterfall_svg(chart, id);
    case Chart::Kind::tornado:
      return tornado_svg(chart, id);
    case Chart::Kind::ranges:
      return ranges_svg(chart, id);
    case Chart::Kind::scatter:
      return scatter_svg(chart, id);
  }
  return {};
}

}  // namespace planwise::report
