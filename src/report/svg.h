/// \file
/// Charts as inline SVG: pure functions of their figures, without a script, a font or anything else from outside.
/// Colours come from the page's style (classes), so that light, dark and print are one drawing. Internal to report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/model.h"

namespace planwise::report {

/// `id` makes the ids of title and description unique on the page. A chart without a finite figure is an empty text.
[[nodiscard]] std::string to_svg(const Chart& chart, const std::string& id);

/// Round values from at most `low` to at least `high`, about `count` of them, evenly spaced.
[[nodiscard]] std::vector<double> axis_ticks(double low, double high, int count);
/// Text for HTML and SVG, quotes included; control characters and invalid UTF-8 become U+FFFD.
[[nodiscard]] std::string markup_escaped(std::string_view text);

}  // namespace planwise::report
