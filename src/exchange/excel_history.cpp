#include "exchange/excel_history.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "exchange/excel_blocks.h"
#include "planwise/error.h"
#include "planwise/run.h"

namespace planwise::exchange {
namespace {

/// Line colours, told apart also in print and by most colour-blind readers.
constexpr std::array<lxw_color_t, 8> colors{0x1F3A5F, 0xD97706, 0x059669, 0x7C3AED,
                                            0xDC2626, 0x0891B2, 0x6B7280, 0xA16207};

struct Group {
  const char* title;
  const char* prefix;
  const char* number_format;
  const char* also = nullptr;  ///< One lever that belongs here by another name.
};
constexpr Group groups[] = {{"Merit rates and COLA", "merit_rate_", "0.0%", "cola_rate"},
                            {"New hire salary adjustment", "new_hire_", "0.00"},
                            {"Promotion probability", "promotion_probability_", "0.0%"},
                            {"Promotion raise", "promotion_raise_", "0.0%"}};

const Group* group_of(std::string_view name) {
  for (const Group& group : groups) {
    if (name.starts_with(group.prefix) || (group.also != nullptr && name == group.also)) return &group;
  }
  return nullptr;
}

/// Names of the parameters that occur in the history: the levers in their order, then the rest.
std::vector<std::string> names_in(const Json& history) {
  Json seen = Json::object();
  for (const Json& step : history.as_array()) {
    if (!step.is_object()) continue;
    for (const auto& [name, value] : step.as_object()) seen.set(name, Json());
  }
  std::vector<std::string> out;
  for (const std::string_view lever : lever_names) {
    if (seen.find(lever) != nullptr) out.emplace_back(lever);
  }
  for (const auto& [name, value] : seen.as_object()) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

void look(lxw_chart_axis* axis, const char* name) {
  lxw_chart_font font{};
  font.size = 9;
  font.color = 0x6B7280;
  lxw_chart_font bold = font;
  bold.bold = LXW_EXPLICIT_FALSE;
  chart_axis_set_name(axis, name);
  chart_axis_set_name_font(axis, &bold);
  chart_axis_set_num_font(axis, &font);
  lxw_chart_line line{};
  line.color = 0xD1D5DB;
  line.width = 0.75F;
  chart_axis_set_line(axis, &line);
  chart_axis_major_gridlines_set_line(axis, &line);
}

lxw_chart* new_chart(ExcelBook& book, std::uint8_t type, const char* title) {
  lxw_chart* chart = workbook_add_chart(book.handle(), type);
  if (chart == nullptr) throw Error(ErrorCode::internal, "out of memory for a chart");
  chart_title_set_name(chart, title);
  lxw_chart_font font{};
  font.size = 12;
  font.bold = LXW_TRUE;
  font.color = 0x1F3A5F;
  chart_title_set_name_font(chart, &font);
  lxw_chart_line none{};
  none.none = LXW_TRUE;
  chart_chartarea_set_line(chart, &none);
  lxw_chart_font legend{};
  legend.size = 9;
  chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
  chart_legend_set_font(chart, &legend);
  return chart;
}

/// The least and greatest of what a chart shows, and a step between labels that reads well.
struct Scale {
  double least = 0, greatest = 1, step = 0.2;
};

/// Ends of an axis that let small movements be seen, on multiples of the step.
Scale scale_of(double least, double greatest) {
  const double span = greatest > least ? greatest - least : std::max(std::abs(greatest) * 0.1, 1e-9);
  const double magnitude = std::pow(10.0, std::floor(std::log10(span / 4)));
  double step = magnitude;
  for (const double factor : {2.0, 2.5, 5.0, 10.0}) {
    if (span / step > 6) step = magnitude * factor;
  }
  return {std::floor(least / step) * step, std::ceil(greatest / step) * step, step};
}

/// One chart over columns of the table of histories.
struct HistoryChart {
  std::string title, number_format;
  std::vector<std::pair<int, std::string>> lines;  ///< Column and name.
  double least = std::numeric_limits<double>::infinity(), greatest = -std::numeric_limits<double>::infinity();

  void see(const Json* value) {
    if (value == nullptr || !value->is_number() || !std::isfinite(value->as_real())) return;
    least = std::min(least, value->as_real());
    greatest = std::max(greatest, value->as_real());
  }
};

void insert_chart(ExcelBook& book, ExcelSheet& charts, const ExcelSheet& data, const HistoryChart& wanted, int place,
                  std::uint32_t last_row) {
  lxw_chart* chart = new_chart(book, LXW_CHART_LINE, wanted.title.c_str());
  std::size_t color = 0;
  for (const auto& [column, name] : wanted.lines) {
    lxw_chart_series* series = chart_add_series(chart, nullptr, nullptr);
    const auto at = static_cast<lxw_col_t>(column);
    chart_series_set_categories(series, data.name().c_str(), 1, 0, last_row, 0);
    chart_series_set_values(series, data.name().c_str(), 1, at, last_row, at);
    chart_series_set_name_range(series, data.name().c_str(), 0, at);
    lxw_chart_line line{};
    line.color = colors[color++ % colors.size()];
    line.width = 1.75F;
    chart_series_set_line(series, &line);
  }
  look(chart->x_axis, "Iteration");
  look(chart->y_axis, "");
  std::string number_format = wanted.number_format;
  if (wanted.least <= wanted.greatest) {
    const Scale scale = scale_of(wanted.least, wanted.greatest);
    chart_axis_set_min(chart->y_axis, scale.least);
    chart_axis_set_max(chart->y_axis, scale.greatest);
    chart_axis_set_major_unit(chart->y_axis, scale.step);
    if (number_format == "0.0%" && scale.step < 0.001) number_format = "0.00%";
    if (number_format == "0.00" && scale.step < 0.01) number_format = "0.0000";
  }
  chart_axis_set_num_format(chart->y_axis, number_format.c_str());
  chart_axis_set_label_position(chart->x_axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
  const auto interval = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(last_row / 12, 1, 60'000));
  chart_axis_set_interval_unit(chart->x_axis, interval);
  chart_axis_set_interval_tick(chart->x_axis, interval);
  chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_FALSE);
  if (wanted.lines.size() == 1) chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
  lxw_chart_options options{};
  options.x_scale = 1.25;
  options.y_scale = 1.1;
  options.object_position = LXW_OBJECT_MOVE_DONT_SIZE;
  const auto row = static_cast<lxw_row_t>(3 + place / 2 * 18);
  const auto column = static_cast<lxw_col_t>(place % 2 == 0 ? 1 : 11);
  if (worksheet_insert_chart_opt(charts.handle(), row, column, chart, &options) != LXW_NO_ERROR) {
    throw Error(ErrorCode::io, "cannot place a chart on sheet " + charts.name());
  }
}

std::vector<HistoryChart> charts_for(const std::vector<std::string>& names, bool has_objective) {
  std::vector<HistoryChart> out;
  if (has_objective) out.push_back({"Objective", "General", {{1, "Objective"}}});
  for (const Group& group : groups) {
    HistoryChart chart{group.title, group.number_format, {}};
    for (std::size_t index = 0; index < names.size(); ++index) {
      if (group_of(names[index]) == &group) chart.lines.emplace_back(static_cast<int>(index) + 2, names[index]);
    }
    if (!chart.lines.empty()) out.push_back(std::move(chart));
  }
  HistoryChart others{"Other parameters", "General", {}};
  for (std::size_t index = 0; index < names.size(); ++index) {
    if (group_of(names[index]) == nullptr) others.lines.emplace_back(static_cast<int>(index) + 2, names[index]);
  }
  constexpr std::size_t most_lines = 24;  // more than that is no picture any longer; the table has them all
  if (others.lines.size() > most_lines) others.lines.resize(most_lines);
  if (!others.lines.empty()) out.push_back(std::move(others));
  return out;
}

void write_rows(ExcelSheet& data, const Json& values, const Json& steps, const std::vector<std::string>& names) {
  const std::size_t rows = std::max(values.size(), steps.size());
  for (std::size_t index = 0; index < rows; ++index) {
    data.integer(0, static_cast<std::int64_t>(index) + 1);
    if (index < values.size()) data.put(1, values.at(index));
    if (index < steps.size() && !steps.at(index).is_object()) {
      data.put(2 + static_cast<int>(names.size()), steps.at(index));
    } else if (index < steps.size()) {
      for (std::size_t column = 0; column < names.size(); ++column) {
        const Json* value = steps.at(index).find(names[column]);
        if (value != nullptr) data.put(static_cast<int>(column) + 2, *value, number_style(names[column]));
      }
    }
    data.next_row();
  }
}

}  // namespace

void write_histories(ExcelBook& book, ExcelSheet& charts, ExcelSheet& data, const Json& results) {
  const Json& values = results.at("objective_history");
  const Json& steps = results.at("parameter_history");
  const std::vector<std::string> names = names_in(steps);
  std::vector<std::string> titles{"#Iteration", "#Objective"};
  for (const std::string& name : names) titles.push_back("#" + readable(name));
  if (titles.size() > LXW_COL_MAX) {
    throw Error(ErrorCode::invalid_argument, "results.parameter_history names " + std::to_string(names.size()) +
                                                 " parameters; a sheet has 16,384 columns");
  }
  data.header(titles, 1);
  const std::size_t rows = std::max(values.size(), steps.size());
  write_rows(data, values, steps, names);
  charts.text(0, "Histories", Style::title);
  charts.height(28);
  charts.next_row();
  if (rows < 2) {
    charts.text(0, rows == 0 ? "The run holds no history." : "The history has one iteration: see sheet History data.",
                Style::subtitle);
    return;
  }
  charts.text(0, std::to_string(rows) + " iterations. The numbers stand on sheet History data.", Style::subtitle);
  const auto last = static_cast<std::uint32_t>(std::min(rows, book.limits().rows - 1));
  int place = 0;
  std::vector<HistoryChart> wanted = charts_for(names, !values.empty());
  for (HistoryChart& chart : wanted) {
    for (const auto& [column, name] : chart.lines) {
      for (const Json& value : (column == 1 ? values : steps).as_array()) {
        chart.see(column == 1 ? &value : value.find(name));
      }
    }
    insert_chart(book, charts, data, chart, place++, last);
  }
}

void write_sensitivity(ExcelBook& book, ExcelSheet& sheet, const Json& results) {
  const Json& sensitivity = results.at("sensitivity_analysis");
  std::vector<std::pair<std::string, double>> ranked;
  for (const auto& [name, value] : sensitivity.as_object()) {
    if (value.is_number() && std::isfinite(value.as_real())) ranked.emplace_back(name, value.as_real());
  }
  const bool all_numbers = ranked.size() == sensitivity.size() && !ranked.empty();
  if (!all_numbers) {
    write_blocks(sheet, "Sensitivity", sensitivity, Style::number);
    write_blocks(sheet, "Parameter correlations", results.at("parameter_correlations"), Style::number);
    return;
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second); });
  write_section(sheet, "Sensitivity, strongest first");
  sheet.table_header(0, {"Parameter", "#Sensitivity"});
  sheet.next_row();
  const std::uint32_t first = sheet.row();
  for (const auto& [name, value] : ranked) {
    sheet.text(0, readable(name), Style::line);
    sheet.number(1, value);
    sheet.next_row();
  }
  const std::uint32_t last = sheet.row() - 1;
  constexpr std::uint32_t below_the_chart = 18;
  sheet.skip_to(below_the_chart);
  write_blocks(sheet, "Parameter correlations", results.at("parameter_correlations"), Style::number);
  if (sheet.continued()) return;
  lxw_chart* chart = new_chart(book, LXW_CHART_BAR, "Sensitivity");
  lxw_chart_series* series = chart_add_series(chart, nullptr, nullptr);
  chart_series_set_categories(series, sheet.name().c_str(), first, 0, last, 0);
  chart_series_set_values(series, sheet.name().c_str(), first, 1, last, 1);
  lxw_chart_fill fill{};
  fill.color = colors[0];
  chart_series_set_fill(series, &fill);
  look(chart->x_axis, "");
  look(chart->y_axis, "");
  chart_axis_set_reverse(chart->y_axis);  // of a bar chart, the axis of the bars: the strongest on top
  chart_axis_major_gridlines_set_visible(chart->y_axis, LXW_FALSE);
  chart_axis_set_label_position(chart->y_axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
  chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
  const auto column = static_cast<lxw_col_t>(3);
  lxw_chart_options options{};
  options.x_scale = 1.2;
  if (worksheet_insert_chart_opt(sheet.handle(), 1, column, chart, &options) != LXW_NO_ERROR) {
    throw Error(ErrorCode::io, "cannot place a chart on sheet " + sheet.name());
  }
}

}  // namespace planwise::exchange
