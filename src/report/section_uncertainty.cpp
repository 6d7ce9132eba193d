// Uncertainty over seeds.
#include <fmt/format.h>

#include <algorithm>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

std::string ensemble_name(const EnsembleRow& row) {
  std::string name = readable(row.figure);
  if (row.group == "compared") name += ", compared with";
  if (row.group == "difference") name += ", difference";
  return name;
}

/// Only the year that decides, unless there are no figures of it.
std::vector<EnsembleRow> shown_ensembles(const Draft& draft) {
  std::vector<EnsembleRow> rows;
  for (const EnsembleRow& row : draft.ensembles) {
    if (!row.year || *row.year == draft.target_year) rows.push_back(row);
  }
  return rows.empty() ? draft.ensembles : rows;
}

Cell chance_cell(const EnsembleRow& row, Unit unit) {
  if (!row.chance) return absent_cell();
  Cell chance{percent_text(*row.chance), row.path + ".chance_above", {}};
  if (row.group == "difference" && row.threshold.value_or(0) == 0)
    chance.text += " above zero";
  else if (row.threshold)
    chance.text += " of " + unit_text(*row.threshold, unit);
  if (row.chance_low && row.chance_high)
    chance.text += fmt::format(" ({} to {})", percent_text(*row.chance_low), percent_text(*row.chance_high));
  return chance;
}

}  // namespace

std::optional<Chart> band_chart(const Draft& draft) {
  Chart chart;
  chart.kind = Chart::Kind::line;
  chart.title = "Pay run-rate over the seeds: P10, P50, P90";
  chart.description = "The middle line is the median over the seeds, the band reaches from P10 to P90.";
  chart.x_title = "Year";
  chart.y_unit = Unit::money;
  Chart::Series middle{"Plan, P50", {}, false};
  for (const EnsembleRow& row : draft.ensembles) {
    if (row.figure != "active_compensation" || !row.year || !(row.group.empty() || row.group == "plan")) continue;
    chart.x.push_back(*row.year);
    middle.values.push_back(row.p50);
    chart.low.push_back(row.p10);
    chart.high.push_back(row.p90);
    if (row.threshold && chart.rules.empty()) chart.rules.push_back({"Budget", *row.threshold});
    chart.source = row.path;
  }
  if (chart.x.size() < 2) return std::nullopt;
  chart.series.push_back(std::move(middle));
  return chart;
}

Section uncertainty_section(Draft& draft) {
  Section section{"uncertainty", "Uncertainty", {}};
  if (draft.ensembles.empty()) {
    section.blocks.emplace_back(
        draft.lacking("Uncertainty over seeds (P10, P50, P90)", "results.projected_outcomes.uncertainty"));
    return section;
  }
  if (auto chart = band_chart(draft)) section.blocks.emplace_back(std::move(*chart));
  Table table{"Over the seeds",
              {{"Figure", false},
               {"Year", true},
               {"P10", true},
               {"P50", true},
               {"P90", true},
               {"Mean", true},
               {"Chance above", true}},
              {},
              "Of a difference: the chance that it is above zero."};
  for (const EnsembleRow& row : shown_ensembles(draft)) {
    const Unit unit = unit_of(row.figure);
    const auto cell = [&](const std::optional<double>& value, const char* key) {
      if (!value) return absent_cell();
      const std::string source = row.path + "." + key;
      return row.group == "difference" ? change_cell(*value, unit, source) : figure_cell(*value, unit, source);
    };
    table.rows.push_back({{ensemble_name(row), {}, {}},
                          {row.year ? std::to_string(*row.year) : "–", {}, {}},
                          cell(row.p10, "p10"),
                          cell(row.p50, "p50"),
                          cell(row.p90, "p90"),
                          cell(row.mean, "mean"),
                          chance_cell(row, unit)});
  }
  section.blocks.emplace_back(std::move(table));
  add_tornado(section, draft);
  return section;
}

}  // namespace planwise::report
