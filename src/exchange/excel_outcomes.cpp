#include "exchange/excel_outcomes.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "exchange/excel_blocks.h"

namespace planwise::exchange {
namespace {

struct YearTable {
  std::vector<std::pair<std::string, const Json*>> years;  ///< In the order of time.
  std::vector<std::string> metrics;
  std::vector<std::string> nested;  ///< Metrics that hold more than a value, say by level.
};

bool is_year(std::string_view text) {
  return text.size() == 4 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// nullopt when the value is no {year: {metric: value}}.
std::optional<YearTable> year_table(const Json* summary) {
  if (summary == nullptr || !summary->is_object() || summary->empty()) return std::nullopt;
  YearTable out;
  for (const auto& [year, record] : summary->as_object()) {
    if (!is_year(year) || !record.is_object()) return std::nullopt;
    out.years.emplace_back(year, &record);
    for (const auto& [metric, value] : record.as_object()) {
      if (std::find(out.metrics.begin(), out.metrics.end(), metric) == out.metrics.end()) out.metrics.push_back(metric);
    }
  }
  std::sort(out.years.begin(), out.years.end());
  const auto holds_more = [&](const std::string& metric) {
    return std::any_of(out.years.begin(), out.years.end(), [&](const auto& year) {
      const Json* value = year.second->find(metric);
      return value != nullptr && (value->is_object() || value->is_array());
    });
  };
  std::copy_if(out.metrics.begin(), out.metrics.end(), std::back_inserter(out.nested), holds_more);
  std::erase_if(out.metrics, holds_more);
  constexpr std::size_t most_metrics = 200;
  if (out.metrics.empty() || out.metrics.size() > most_metrics) return std::nullopt;
  return out;
}

/// Amounts of a year that add up over years. Headcounts and averages do not: their sum is no number of people.
bool adds_up(std::string_view metric) {
  const auto has = [&](std::string_view part) { return metric.find(part) != std::string_view::npos; };
  if (has("avg") || has("average") || has("mean") || has("median") || has("rate") || has("percent") || has("headcount"))
    return false;
  return has("total_compensation") || has("cost") || has("hire") || has("termination") || has("promotion") ||
         has("raise") || has("event");
}

std::optional<double> number_at(const YearTable& table, std::size_t year, const std::string& metric) {
  const Json* value = table.years[year].second->find(metric);
  if (value == nullptr || !value->is_number() || !std::isfinite(value->as_real())) return std::nullopt;
  return value->as_real();
}

bool all_integers(const YearTable& table, const std::string& metric) {
  return std::all_of(table.years.begin(), table.years.end(), [&](const auto& year) {
    const Json* value = year.second->find(metric);
    return value == nullptr || value->is_integer();
  });
}

void write_titles(ExcelSheet& sheet, const YearTable& table) {
  std::vector<std::string> titles{"Year"};
  for (const std::string& metric : table.metrics) titles.push_back("#" + readable(metric));
  sheet.table_header(0, titles);
  sheet.height(30);
  sheet.next_row();
}

void write_totals(ExcelSheet& sheet, const YearTable& table) {
  const int rows = static_cast<int>(table.years.size());
  sheet.text(0, "Total", Style::total_label);
  for (std::size_t index = 0; index < table.metrics.size(); ++index) {
    const int column = static_cast<int>(index) + 1;
    const std::string& metric = table.metrics[index];
    double total = 0;
    std::size_t numbers = 0;
    for (std::size_t year = 0; year < table.years.size(); ++year) {
      const auto value = number_at(table, year, metric);
      total += value.value_or(0);
      numbers += value ? 1 : 0;
    }
    if (!adds_up(metric) || numbers == 0) {
      sheet.text(column, "", Style::total_label);
      continue;
    }
    const bool whole = all_integers(table, metric);
    const Style style = whole                                  ? Style::total_integer
                        : number_style(metric) == Style::money ? Style::total_money
                                                               : Style::total_number;
    sheet.formula_over_rows(column, "=SUM(" + sheet.cell(column, -rows) + ":" + sheet.cell(column, -1) + ")", total,
                            style);
  }
  sheet.next_row();
}

/// Growth of each year against the year before; `first_row` is that of the first year's values.
void write_growth(ExcelSheet& sheet, const YearTable& table, std::uint32_t first_row) {
  write_section(sheet, "Growth against the year before");
  write_titles(sheet, table);
  for (std::size_t year = 1; year < table.years.size(); ++year) {
    sheet.integer(0, std::stoi(table.years[year].first), Style::digits);
    for (std::size_t index = 0; index < table.metrics.size(); ++index) {
      const auto before = number_at(table, year - 1, table.metrics[index]);
      const auto after = number_at(table, year, table.metrics[index]);
      if (!before || !after || *before == 0) continue;
      const int column = static_cast<int>(index) + 1;
      const int up = static_cast<int>(first_row + year) - static_cast<int>(sheet.row());
      sheet.formula_over_rows(column, "=" + sheet.cell(column, up) + "/" + sheet.cell(column, up - 1) + "-1",
                              *after / *before - 1, Style::percent_change);
    }
    sheet.next_row();
  }
  const std::size_t last = table.years.size() - 1;
  sheet.text(0, "Whole period", Style::total_label);
  for (std::size_t index = 0; index < table.metrics.size(); ++index) {
    const int column = static_cast<int>(index) + 1;
    const auto first_value = number_at(table, 0, table.metrics[index]);
    const auto last_value = number_at(table, last, table.metrics[index]);
    if (!first_value || !last_value || *first_value == 0) {
      sheet.text(column, "", Style::total_label);
      continue;
    }
    const int up = static_cast<int>(first_row) - static_cast<int>(sheet.row());
    sheet.formula_over_rows(column,
                            "=" + sheet.cell(column, up + static_cast<int>(last)) + "/" + sheet.cell(column, up) + "-1",
                            *last_value / *first_value - 1, Style::total_percent);
  }
  sheet.next_row();
}

}  // namespace

void write_outcomes(ExcelSheet& sheet, const Json& projected_outcomes) {
  const auto table = year_table(projected_outcomes.find("workforce_summary"));
  if (!table) return write_blocks(sheet, "Projected outcomes", projected_outcomes);
  write_section(sheet, "Workforce by year");
  write_titles(sheet, *table);
  const std::uint32_t first_row = sheet.row();
  for (const auto& [year, record] : table->years) {
    sheet.integer(0, std::stoi(year), Style::digits);
    for (std::size_t index = 0; index < table->metrics.size(); ++index) {
      const Json* value = record->find(table->metrics[index]);
      if (value != nullptr) sheet.put(static_cast<int>(index) + 1, *value, number_style(table->metrics[index]));
    }
    sheet.next_row();
  }
  write_totals(sheet, *table);
  if (table->years.size() > 1) write_growth(sheet, *table, first_row);
  for (const std::string& metric : table->nested) {
    Json by_year = Json::object();
    for (const auto& [year, record] : table->years) {
      if (const Json* value = record->find(metric)) by_year.set(year, *value);
    }
    write_blocks(sheet, readable(metric), by_year);
  }
  Json rest = projected_outcomes;
  rest.erase("workforce_summary");
  if (!rest.empty()) write_blocks(sheet, "Other outcomes", rest);
}

}  // namespace planwise::exchange
