// The short edition: what a board reads, on one to two pages.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

Cell change_cell(const LeverRow& row) {
  if (!row.optimal) return absent_cell();
  std::string text = lever_text(row, *row.optimal);
  if (row.initial && lever_text(row, *row.initial) != text) text = lever_text(row, *row.initial) + " → " + text;
  const bool bound = row.at == LeverRow::At::lower || row.at == LeverRow::At::upper;
  if (bound) text += row.at == LeverRow::At::lower ? " ▾" : " ▴";
  return {text, (row.given ? "configuration.initial_parameters." : "results.optimal_parameters.") + row.name,
          Tone::plain};
}

/// One row a lever, one column a level.
Table compact_levers(const Draft& draft) {
  Table table{"Levers: baseline → plan", {{"Lever", false}}, {}, "▾ ▴ at the lower or upper bound of the search."};
  if (!draft.decides()) {
    table.caption = "Levers that the study looked at";
    table.note.clear();
  }
  std::vector<std::string> titles;
  std::map<std::string, std::map<int, Cell>> cells;
  int levels = 1;
  for (const LeverRow& row : draft.levers) {
    if (std::find(titles.begin(), titles.end(), row.title) == titles.end()) titles.push_back(row.title);
    const int level = row.level.value_or(0);
    levels = std::max(levels, level);
    cells[row.title].insert_or_assign(level, change_cell(row));
  }
  constexpr int most_levels = 8;
  levels = std::min(levels, most_levels);
  for (int level = 1; level <= levels; ++level)
    table.columns.push_back({levels == 1 ? "Value" : fmt::format("Level {}", level), true});
  for (const std::string& title : titles) {
    std::vector<Cell> row{{title, {}, Tone::plain}};
    const auto& by_level = cells.at(title);
    for (int level = 1; level <= levels; ++level) {
      const auto own = by_level.find(level), all = by_level.find(0);
      if (own != by_level.end())
        row.push_back(own->second);
      else if (all != by_level.end() && level == 1)
        row.push_back(all->second);
      else
        row.push_back({all != by_level.end() ? "=" : "", {}, Tone::plain});
    }
    table.rows.push_back(std::move(row));
  }
  constexpr std::size_t most_rows = 12;
  if (table.rows.size() > most_rows) {
    table.note += fmt::format(" {} more levers are in the full edition.", table.rows.size() - most_rows);
    table.rows.resize(most_rows);
  }
  return table;
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

Section decision(Draft& draft) {
  Section section{"decision", draft.decides() ? "Decision" : "Study", {}};
  constexpr std::size_t most_text = 600;
  const Metadata& metadata = draft.run.metadata;
  for (const auto& [text, path] : {std::pair{metadata.description, "metadata.description"},
                                   std::pair{metadata.business_justification, "metadata.business_justification"}}) {
    if (!text.empty()) section.blocks.emplace_back(Text{cut(text, most_text), {path}, {}});
  }
  section.blocks.emplace_back(key_figures(draft));
  std::vector<Text> found = findings(draft);
  constexpr std::size_t most_findings = 4;
  for (std::size_t i = 0; i < std::min(found.size(), most_findings); ++i)
    section.blocks.emplace_back(std::move(found[i]));
  return section;
}

Section recommendations(Draft& draft) {
  Section section{"recommendations", "Recommendations", {}};
  AdviceList list{advice_of(draft)};
  constexpr std::size_t most = 5;
  if (list.items.size() > most) list.items.resize(most);
  if (list.items.empty())
    section.blocks.emplace_back(Text{"No rule of this report applies to the figures that the run holds.", {}, {}});
  else
    section.blocks.emplace_back(std::move(list));
  return section;
}

Section costs(Draft& draft) {
  Section section{"costs", "Cost and conditions", {}};
  if (auto chart = cost_chart(draft))
    section.blocks.emplace_back(std::move(*chart));
  else
    section.blocks.emplace_back(draft.lacking("Costs by year", "results.projected_outcomes.years"));
  if (auto chart = bridge_chart(draft)) section.blocks.emplace_back(std::move(*chart));
  if (draft.without_conditions()) {
    section.blocks.emplace_back(
        Text{"The study has no conditions.", {"configuration.algorithm_config.constraints"}, Tone::plain});
  } else if (draft.conditions.empty()) {
    section.blocks.emplace_back(
        draft.lacking("Values and headroom of the conditions", "results.projected_outcomes.constraints"));
  } else {
    Table table = condition_table(draft);
    constexpr std::size_t most = 8;
    if (table.rows.size() > most) {
      table.note +=
          fmt::format("{}{} more are in the full edition.", table.note.empty() ? "" : " ", table.rows.size() - most);
      table.rows.resize(most);
    }
    section.blocks.emplace_back(std::move(table));
  }
  return section;
}

Section drivers(Draft& draft) {
  Section section{"drivers", "What drives it, and how sure it is", {}};
  constexpr std::size_t most_bars = 6;
  if (auto chart = sensitivity_chart(draft, most_bars))
    section.blocks.emplace_back(std::move(*chart));
  else if (draft.kind != "uncertainty")
    section.blocks.emplace_back(draft.lacking("Sensitivity", "results.sensitivity_analysis"));
  if (draft.kind == "uncertainty") {
    if (auto chart = band_chart(draft)) section.blocks.emplace_back(std::move(*chart));
  }
  if (!draft.decides()) return section;  // the seeds' figures are its key figures
  for (const EnsembleRow& row : draft.ensembles) {
    if (row.figure != "active_compensation" || !row.p10 || !row.p90 || row.group == "compared" ||
        row.group == "difference")
      continue;
    if (row.year && *row.year != draft.target_year) continue;
    std::string text = fmt::format("Pay run-rate{} over the seeds: P10 {}, P50 {}, P90 {}.",
                                   row.year ? fmt::format(" {}", *row.year) : "", money_text(*row.p10),
                                   row.p50 ? money_text(*row.p50) : "–", money_text(*row.p90));
    if (row.chance) text += fmt::format(" Chance of exceeding the budget: {}.", percent_text(*row.chance));
    section.blocks.emplace_back(Text{std::move(text), {row.path}, {}});
    return section;
  }
  section.blocks.emplace_back(
      draft.lacking("Uncertainty over seeds (P10, P50, P90)", "results.projected_outcomes.uncertainty"));
  return section;
}

Section origin(Draft& draft) {
  Section section{"provenance", "Provenance", {}};
  const StoredRun& subject = draft.facts.subject;
  std::string text = fmt::format("Run {}, version {}, content hash {}.", subject.run.metadata.run_id, subject.version,
                                 subject.content_hash);
  if (const std::string command = reproduce_command(draft); !command.empty())
    text += fmt::format(" Made again and compared by: {}.", command);
  section.blocks.emplace_back(Text{std::move(text), {"content_hash"}, {}});
  if (subject.provenance.is_null())
    section.blocks.emplace_back(draft.lacking("Provenance (program version, fingerprint of the data)", "provenance"));
  return section;
}

}  // namespace

std::vector<Section> board_sections(Draft& draft) {
  std::vector<Section> sections{decision(draft)};
  if (draft.decides()) sections.push_back(costs(draft));
  Section levers{"levers", "Levers", {}};
  if (draft.levers.empty())
    levers.blocks.emplace_back(draft.lacking("Levers", "results.optimal_parameters"));
  else
    levers.blocks.emplace_back(compact_levers(draft));
  sections.push_back(std::move(levers));
  if (Section section = drivers(draft); !section.blocks.empty()) sections.push_back(std::move(section));
  sections.push_back(recommendations(draft));
  sections.push_back(origin(draft));
  return sections;
}

}  // namespace planwise::report
