// A page of headings, text and tables on a sheet: text over the sheet's width, figures as numbers.
#include "exchange/excel_page.h"

#include <cmath>

#include "exchange/excel_blocks.h"
#include "exchange/excel_layouts.h"

namespace planwise::exchange {
namespace {

Style style_of(const ExcelPage::Cell& cell) {
  switch (cell.shown) {
    case ExcelPage::Shown::money:
      return cell.change ? Style::money_change : Style::money;
    case ExcelPage::Shown::percent:
      return cell.change ? Style::percent_change : Style::percent;
    case ExcelPage::Shown::count:
      if (*cell.value == std::floor(*cell.value)) return cell.change ? Style::integer_change : Style::integer;
      break;
    case ExcelPage::Shown::number:
      break;
  }
  return cell.change ? Style::number_change : Style::number;
}

class PageWriter {
 public:
  explicit PageWriter(ExcelSheet& sheet) : sheet_(sheet) {}

  void operator()(const ExcelPage::Heading& heading) { write_section(sheet_, heading.text); }

  void operator()(const ExcelPage::Paragraph& paragraph) {
    sheet_.paragraph(paragraph.text, paragraph.code ? Style::code : Style::text);
    sheet_.next_row();
  }

  void operator()(const ExcelPage::Table& table) {
    sheet_.next_row();
    if (!table.caption.empty()) {
      sheet_.text(0, table.caption, Style::caption);
      sheet_.next_row();
    }
    std::vector<std::string> titles;
    for (const ExcelPage::Column& column : table.columns) titles.push_back((column.numbers ? "#" : "") + column.title);
    sheet_.table_header(0, titles);
    sheet_.next_row();
    for (const auto& row : table.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) write(static_cast<int>(i), row[i], table.columns.at(i).numbers);
      sheet_.next_row();
    }
    if (!table.note.empty()) {
      sheet_.paragraph(table.note, Style::note);
      sheet_.next_row();
    }
    sheet_.next_row();
  }

 private:
  void write(int column, const ExcelPage::Cell& cell, bool numbers) {
    if (cell.value)
      sheet_.number(column, *cell.value, style_of(cell));
    else if (!cell.text.empty())
      sheet_.text(column, cell.text, numbers ? Style::figure : Style::text);
  }

  ExcelSheet& sheet_;
};

}  // namespace

void write_page(ExcelSheet& sheet, const ExcelPage& page) {
  sheet.text(0, page.title, Style::title);
  sheet.height(28);
  sheet.next_row();
  sheet.text(0, page.subtitle, Style::subtitle);
  sheet.next_row();
  sheet.next_row();
  for (const auto& [name, value] : page.facts) {
    sheet.text(0, name, Style::label);
    sheet.text(1, value, Style::line);
    sheet.next_row();
  }
  worksheet_fit_to_pages(sheet.handle(), 1, 0);  // as many pages as it is long
  PageWriter writer(sheet);
  for (const ExcelPage::Part& part : page.parts) std::visit(writer, part);
}

}  // namespace planwise::exchange
