// From a report's blocks to the headings, paragraphs and tables of a sheet.
#include "manager/report_page.h"

#include <fmt/format.h>

#include "report/markdown.h"
#include "report/numbers.h"

namespace planwise::manager {

namespace {

using exchange::ExcelPage;

ExcelPage::Shown shown_as(report::Unit unit) {
  switch (unit) {
    case report::Unit::money:
      return ExcelPage::Shown::money;
    case report::Unit::percent:
      return ExcelPage::Shown::percent;
    case report::Unit::count:
      return ExcelPage::Shown::count;
    case report::Unit::number:
      break;
  }
  return ExcelPage::Shown::number;
}

std::string listed(const std::vector<std::string>& sources) {
  std::string out;
  for (const std::string& source : sources) out += (out.empty() ? "" : ", ") + source;
  return out;
}

class PageBuilder {
 public:
  explicit PageBuilder(ExcelPage& page) : page_(page) {}

  void operator()(const report::Text& text) {
    std::string line = report::mark_of(text.tone) + text.text;
    if (!text.sources.empty()) line += fmt::format(" ({})", listed(text.sources));
    page_.parts.emplace_back(ExcelPage::Paragraph{std::move(line)});
  }
  void operator()(const report::Table& table) {
    if (table.rows.empty()) return;
    ExcelPage::Table out{table.caption, {}, {}, table.note};
    for (const report::Column& column : table.columns) out.columns.push_back({column.title, column.numbers});
    for (const auto& row : table.rows) {
      std::vector<ExcelPage::Cell> cells;
      for (const report::Cell& cell : row) {
        cells.push_back({cell.text});
        if (!cell.figure) continue;
        cells.back().value = cell.figure->value;
        cells.back().shown = shown_as(cell.figure->unit);
        cells.back().change = cell.figure->change;
      }
      out.rows.push_back(std::move(cells));
    }
    if (const auto sources = report::sources_of(table); !sources.empty())
      out.note += fmt::format("{}Rests on {}.", out.note.empty() ? "" : " ", listed(sources));
    page_.parts.emplace_back(std::move(out));
  }
  void operator()(const report::Tiles& tiles) {
    report::Table table{"", {{"Figure"}, {"Value", true}, {"Remark"}}, {}, ""};
    for (const report::Tile& tile : tiles.tiles)
      table.rows.push_back({{tile.label, {}}, {tile.value, tile.source, tile.tone}, {tile.detail, {}}});
    (*this)(table);
  }
  void operator()(const report::AdviceList& list) {
    int number = 0;
    for (const report::Advice& advice : list.items) {
      std::string line = fmt::format("{}. {}{}", ++number, report::mark_of(advice.tone), advice.text);
      if (!advice.figure.empty()) line += fmt::format(" Rests on: {}", advice.figure);
      if (!advice.source.empty()) line += fmt::format(" ({})", advice.source);
      page_.parts.emplace_back(ExcelPage::Paragraph{std::move(line)});
    }
  }
  void operator()(const report::Code& code) { page_.parts.emplace_back(ExcelPage::Paragraph{code.text, true}); }
  void operator()(const report::Chart& chart) {
    report::Table table = report::table_of(chart);
    if (table.caption.empty()) table.caption = chart.title;
    (*this)(table);
  }

 private:
  ExcelPage& page_;
};

}  // namespace

ExcelPage page_of(const report::EvidenceReport& report) {
  ExcelPage page;
  page.title = report.title;
  page.subtitle = report.subtitle;
  page.facts = report.facts;
  PageBuilder builder(page);
  for (const report::Section& section : report.sections) {
    page.parts.emplace_back(ExcelPage::Heading{section.title});
    for (const report::Block& block : section.blocks) std::visit(builder, block);
  }
  page.parts.emplace_back(ExcelPage::Heading{"Of this report"});
  page.parts.emplace_back(ExcelPage::Paragraph{report.footer});
  return page;
}

}  // namespace planwise::manager
