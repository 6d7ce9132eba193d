#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/json_text.h"
#include "exchange/excel_book.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

/// Digits that a cell's number keeps.
constexpr std::int64_t largest_exact_integer = 999'999'999'999'999;
/// Bytes of a cell's XML beside its content, about.
constexpr std::size_t cell_bytes = 60;

lxw_col_t at(int column) { return static_cast<lxw_col_t>(column); }

void check_sheet(lxw_error error, const std::string& sheet) {
  if (error == LXW_NO_ERROR) return;
  throw Error(error == LXW_ERROR_MEMORY_MALLOC_FAILED ? ErrorCode::internal : ErrorCode::io,
              "cannot write sheet " + sheet + ": " + lxw_strerror(error));
}

std::string column_name(int column) {
  std::string out;
  for (int rest = column + 1; rest > 0; rest = (rest - 1) / 26)
    out.insert(out.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return out;
}

}  // namespace

ExcelSheet::ExcelSheet(ExcelBook& book, std::string name, std::vector<double> widths, Gridlines gridlines)
    : book_(book),
      name_(std::move(name)),
      widths_(std::move(widths)),
      gridlines_(gridlines),
      worksheet_(book.new_worksheet(name_, widths_, gridlines)) {}

void ExcelSheet::table_header(int first_column, const std::vector<std::string>& titles) {
  for (std::size_t index = 0; index < titles.size(); ++index) {
    const bool of_numbers = titles[index].starts_with('#');
    text(first_column + static_cast<int>(index), of_numbers ? std::string_view(titles[index]).substr(1) : titles[index],
         of_numbers ? Style::number_header : Style::header);
  }
}

void ExcelSheet::header(const std::vector<std::string>& titles, int keep_columns) {
  titles_ = titles;
  keep_columns_ = keep_columns;
  table_header(0, titles);
  height(30);
  next_row();
  worksheet_freeze_panes(worksheet_, row_, at(keep_columns));
  worksheet_repeat_rows(worksheet_, row_ - 1, row_ - 1);
}

void ExcelSheet::make_room() {
  if (row_ < book_.limits().rows) return;
  complete();
  ++part_;
  row_ = 0;
  worksheet_ = book_.new_worksheet(name_ + " (" + std::to_string(part_) + ")", widths_, gridlines_);
  if (!titles_.empty()) header(std::vector<std::string>(titles_), keep_columns_);
}

void ExcelSheet::next_row() {
  ++row_;
  lines_ = 1;
}

void ExcelSheet::skip_to(std::uint32_t row) {
  if (!continued() && row < book_.limits().rows) row_ = std::max(row_, row);
  lines_ = 1;
}

// Not every program gives rows the height of their wrapped text, so it is written.
void ExcelSheet::fit_height(double width, std::string_view text, Style style) {
  if (style != Style::text && style != Style::code && style != Style::note && style != Style::figure) return;
  constexpr double of_width = 1.0, points_a_line = 13.5, highest = 409;
  double lines = 0;
  std::size_t in_line = 0;
  const auto count = [&] { lines += std::max(1.0, std::ceil(static_cast<double>(in_line) / (width * of_width))); };
  for (const char character : text) {
    if (character == '\n') {
      count();
      in_line = 0;
    } else if ((static_cast<unsigned char>(character) & 0xC0) != 0x80) {
      ++in_line;
    }
  }
  count();
  if (lines <= lines_) return;
  lines_ = lines;
  height(std::min(highest, lines * points_a_line + 1.5));
}

void ExcelSheet::height(double points) {
  make_room();
  check_sheet(worksheet_set_row(worksheet_, row_, points, nullptr), name_);
}

/// The text as a cell holds it; what no cell holds goes elsewhere.
std::string ExcelSheet::fitting(int column, std::string_view text) {
  make_room();
  std::string escaped = excel_escaped(text);
  if (escaped.size() > book_.limits().characters && excel_parts(escaped, book_.limits().characters).size() > 1) {
    escaped = book_.long_text(worksheet_->name, cell(column), escaped);
  }
  book_.need(cell_bytes + escaped.size());
  return escaped;
}

void ExcelSheet::paragraph(std::string_view text, Style style) {
  const std::string escaped = fitting(0, text);
  fit_height(std::accumulate(widths_.begin(), widths_.end(), 0.0), escaped, style);
  check_sheet(worksheet_merge_range(worksheet_, row_, 0, row_, at(static_cast<int>(widths_.size()) - 1),
                                    escaped.c_str(), book_.format(style)),
              name_);
}

void ExcelSheet::text(int column, std::string_view text, Style style) {
  const std::string escaped = fitting(column, text);
  const auto index = static_cast<std::size_t>(column);
  fit_height(index < widths_.size() ? widths_[index] : 9, escaped, style);
  // An empty string would be no cell at all; a blank one keeps the look.
  const lxw_error error =
      escaped.empty() ? worksheet_write_blank(worksheet_, row_, at(column), book_.format(style))
                      : worksheet_write_string(worksheet_, row_, at(column), escaped.c_str(), book_.format(style));
  check_sheet(error, name_);
}

void ExcelSheet::number(int column, double value, Style style) {
  if (!std::isfinite(value)) return text(column, core::non_finite_tag(value), style);
  make_room();
  constexpr double smallest = 0.0001, largest = 1e12;
  if (style == Style::number && value != 0 && (std::abs(value) < smallest || std::abs(value) >= largest)) {
    style = Style::scientific;
  }
  book_.need(cell_bytes);
  check_sheet(worksheet_write_number(worksheet_, row_, at(column), value, book_.format(style, place_)), name_);
}

void ExcelSheet::integer(int column, std::int64_t value, Style style) {
  if (value > largest_exact_integer || value < -largest_exact_integer)
    return text(column, std::to_string(value), style);
  number(column, static_cast<double>(value), style);
}

void ExcelSheet::boolean(int column, bool value) {
  make_room();
  book_.need(cell_bytes);
  check_sheet(worksheet_write_boolean(worksheet_, row_, at(column), value ? 1 : 0, book_.format(Style::flag)), name_);
}

void ExcelSheet::time(int column, Timestamp value) {
  // Excel counts days from 1899-12-30 and takes 1900 for a leap year: dates are right from March 1900 on.
  const double serial = static_cast<double>(value.microseconds) / 86'400e6 + 25'569;
  constexpr double first_right = 61, last = 2'958'466;
  if (serial < first_right || serial >= last) return text(column, to_text(value), Style::line);
  number(column, serial, Style::time);
}

void ExcelSheet::put(int column, const Json& value, Style number_style) {
  if (value.is_null()) return;
  if (value.is_boolean()) return boolean(column, value.as_boolean());
  if (value.is_integer()) {
    const bool general = number_style == Style::number || number_style == Style::money;
    return integer(column, value.as_integer(), general ? Style::integer : number_style);
  }
  if (value.is_real()) return number(column, value.as_real(), number_style);
  if (value.is_big_integer()) return text(column, value.as_big_integer().digits, Style::line);
  if (value.is_string()) return text(column, value.as_string());
  text(column, value.dump(), Style::code);
}

void ExcelSheet::formula(int column, const std::string& formula, double cached, Style style) {
  make_room();
  if (!std::isfinite(cached)) return;
  book_.need(cell_bytes + formula.size());
  check_sheet(worksheet_write_formula_num(worksheet_, row_, at(column), formula.c_str(), book_.format(style), cached),
              name_);
}

void ExcelSheet::formula_over_rows(int column, const std::string& text, double cached, Style style) {
  make_room();
  if (continued())
    number(column, cached, style);
  else
    formula(column, text, cached, style);
}

void ExcelSheet::link(int column, const std::string& sheet) {
  make_room();
  const std::string target = "internal:'" + sheet + "'!A1";
  check_sheet(worksheet_write_url_opt(worksheet_, row_, at(column), target.c_str(), book_.format(Style::link),
                                      sheet.c_str(), nullptr),
              name_);
}

std::string ExcelSheet::cell(int column, int rows) const {
  return column_name(column) + std::to_string(static_cast<std::int64_t>(row_) + 1 + rows);
}

void ExcelSheet::complete() {
  if (filter_ && !titles_.empty() && row_ > 1) {
    check_sheet(worksheet_autofilter(worksheet_, 0, 0, row_ - 1, at(static_cast<int>(titles_.size()) - 1)), name_);
  }
  if (!sound()) throw Error(ErrorCode::io, "cannot write sheet " + name_ + " (disk full?)");
}

bool ExcelSheet::sound() const {
  std::FILE* written = worksheet_->optimize_tmpfile;
  return written == nullptr || (std::fflush(written) == 0 && std::ferror(written) == 0);
}

}  // namespace planwise::exchange
