/// \file
/// What the drawings share: a canvas, scales, axes. Internal to report.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/model.h"

namespace planwise::report {

inline constexpr double chart_width = 720;

struct Range {
  double low = 0, high = 0;
  bool empty = true;
  void take(double value);
  void take(const std::optional<double>& value);
};

/// From a range of values to pixels, clipped to nothing.
struct Scale {
  double from = 0, to = 1, start = 0, end = 1;
  [[nodiscard]] double operator()(double value) const;
};

class Canvas {
 public:
  Canvas(double width, double height) : width_(width), height_(height) {}
  void line(double x1, double y1, double x2, double y2, std::string_view style);
  void box(double x, double y, double width, double height, std::string_view style, std::string_view title = {});
  void circle(double x, double y, double radius, std::string_view style, std::string_view title = {});
  void path(const std::string& data, std::string_view style);
  /// anchor: "start", "middle" or "end".
  void text(double x, double y, std::string_view text, std::string_view anchor, std::string_view style = "t");
  /// The whole element, with title and description for readers that cannot see it.
  [[nodiscard]] std::string svg(const Chart& chart, const std::string& id) const;

 private:
  double width_, height_;
  std::string body_;
};

/// Where the drawing itself stands within the canvas.
struct Plot {
  double left = 70, top = 34, right = 700, bottom = 240;
};
/// Horizontal grid with values of the y axis at the left; returns the scale.
[[nodiscard]] Scale value_axis(Canvas& canvas, const Plot& plot, Range range, Unit unit, bool from_zero);
/// Short text at an axis, in the unit of its steps.
[[nodiscard]] std::string tick_text(double value, double step, Unit unit);
/// Cuts at `most` characters.
[[nodiscard]] std::string shortened(const std::string& text, std::size_t most);

// One drawing a kind.
[[nodiscard]] std::string line_svg(const Chart& chart, const std::string& id);
[[nodiscard]] std::string waterfall_svg(const Chart& chart, const std::string& id);
[[nodiscard]] std::string bars_svg(const Chart& chart, const std::string& id);
[[nodiscard]] std::string ranges_svg(const Chart& chart, const std::string& id);
[[nodiscard]] std::string tornado_svg(const Chart& chart, const std::string& id);
[[nodiscard]] std::string scatter_svg(const Chart& chart, const std::string& id);

}  // namespace planwise::report
