/// \file
/// Excel files cell by cell over libxlsxwriter: one look, typed cells, nothing cut. Internal to exchange.
#pragma once

#include <xlsxwriter.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/excel_workbook.h"
#include "planwise/json.h"
#include "planwise/time.h"

namespace planwise::exchange {

/// What a cell is, which says how it looks.
enum class Style {
  text,  ///< Wrapped text.
  line,  ///< Text in one line.
  code,  ///< JSON, hashes.
  title,
  subtitle,
  section,
  header,         ///< Of a column of text.
  number_header,  ///< Of a column of numbers.
  label,          ///< Names of values.
  caption,        ///< Above a table.
  note,           ///< Below a table, wrapped.
  figure,         ///< Wrapped text in a column of numbers.
  tile_label,
  tile_value,
  digits,  ///< Numbers that are names: a seed, a year.
  flag,    ///< True or false.
  time,
  number,
  scientific,  ///< What `number` turns to for very small and very large values.
  integer,
  money,
  percent,
  percent_change,
  number_change,
  money_change,
  integer_change,
  factor,
  input_number,  ///< Assumptions that formulas read: meant to be changed.
  input_money,
  input_percent,
  total_label,
  total_number,
  total_integer,
  total_money,
  total_percent,
  link,
  count  ///< No style: how many there are.
};
inline constexpr std::size_t style_count = static_cast<std::size_t>(Style::count);
/// Columns of numbers are right-aligned; a value that stands alone beside its name is left-aligned.
enum class Place { table, beside_name };

enum class Memory { whole, constant };
enum class Gridlines { shown, hidden };

class ExcelSheet;

/// A workbook being written to a temporary file. Not for several threads.
class ExcelBook {
 public:
  /// libxlsxwriter's own temporary files go beside `file`.
  ExcelBook(std::filesystem::path file, Memory memory, const ExcelLimits& limits);
  ~ExcelBook();
  ExcelBook(const ExcelBook&) = delete;
  ExcelBook& operator=(const ExcelBook&) = delete;

  void properties(const std::string& title, const std::string& author, const std::string& comments, Timestamp created);
  /// A sheet with that name (at most 31 characters) and these column widths. Stays valid as long as the book.
  ExcelSheet& add(const std::string& name, std::vector<double> widths, Gridlines gridlines = Gridlines::shown);
  /// Writes the file. Throws io.
  void close();

  [[nodiscard]] lxw_format* format(Style style, Place place = Place::table) const {
    return formats_[static_cast<std::size_t>(style) + (place == Place::table ? 0 : style_count)];
  }
  [[nodiscard]] lxw_workbook* handle() const { return workbook_; }
  [[nodiscard]] const ExcelLimits& limits() const { return limits_; }
  [[nodiscard]] Memory memory() const { return memory_; }

 private:
  friend class ExcelSheet;
  lxw_worksheet* new_worksheet(const std::string& name, const std::vector<double>& widths, Gridlines gridlines);
  /// Puts text that no cell holds on the sheet Long texts; returns what stands in the cell instead.
  std::string long_text(const std::string& sheet, const std::string& cell, const std::string& escaped);
  void need(std::size_t bytes) { estimated_bytes_ += bytes; }
  void check_space() const;

  std::filesystem::path file_;
  std::string folder_;
  Memory memory_;
  ExcelLimits limits_;
  lxw_workbook* workbook_ = nullptr;
  std::vector<lxw_format*> formats_;
  std::deque<ExcelSheet> sheets_;
  ExcelSheet* long_texts_ = nullptr;
  std::int64_t long_text_count_ = 0;
  std::size_t estimated_bytes_ = 0;
};

/// A sheet written row by row, downwards. When its rows are used up it goes on in "<name> (2)", header repeated.
class ExcelSheet {
 public:
  ExcelSheet(ExcelBook& book, std::string name, std::vector<double> widths, Gridlines gridlines);

  /// Writes the header row here and keeps it in sight. `keep_columns` first columns stay in sight too.
  /// A title that begins with '#' is that of a column of numbers (the '#' is not shown).
  void header(const std::vector<std::string>& titles, int keep_columns = 1);
  /// Header cells of a table further down.
  void table_header(int first_column, const std::vector<std::string>& titles);
  /// Whether a filter over the header's columns is offered.
  void offer_filter() { filter_ = true; }

  /// Missing (null) is an empty cell. Numbers take `number`; everything else its own style.
  void put(int column, const Json& value, Style number = Style::number);
  void text(int column, std::string_view text, Style style = Style::text);
  /// Wrapped text over all columns, in one merged cell of the height that it needs.
  void paragraph(std::string_view text, Style style = Style::text);
  void number(int column, double value, Style style = Style::number);
  void integer(int column, std::int64_t value, Style style = Style::integer);
  void boolean(int column, bool value);
  void time(int column, Timestamp value);
  /// `cached` is what the formula gives, shown by programs that do not calculate.
  void formula(int column, const std::string& formula, double cached, Style style);
  /// The same for a formula over other rows: just the value when those stand on an earlier part of the sheet.
  void formula_over_rows(int column, const std::string& formula, double cached, Style style);
  void link(int column, const std::string& sheet);
  /// Where the numbers that follow stand.
  void place(Place place) { place_ = place; }
  void next_row();
  /// Moves down to `row` if that is further down.
  void skip_to(std::uint32_t row);
  void height(double points);

  /// "C7" for a column of the present row, moved by `rows`.
  [[nodiscard]] std::string cell(int column, int rows = 0) const;
  [[nodiscard]] std::uint32_t row() const { return row_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] lxw_worksheet* handle() const { return worksheet_; }
  /// Rows were put on a second sheet, so that formulas and charts over the rows would not see all of them.
  [[nodiscard]] bool continued() const { return part_ > 1; }
  /// Sets what is known at the end only. Called by the book.
  void complete();
  /// False when bytes could not be written.
  [[nodiscard]] bool sound() const;

 private:
  void make_room();
  [[nodiscard]] std::string fitting(int column, std::string_view text);
  void fit_height(double width, std::string_view text, Style style);

  ExcelBook& book_;
  std::string name_;
  std::vector<double> widths_;
  Gridlines gridlines_;
  lxw_worksheet* worksheet_;
  std::vector<std::string> titles_;
  int keep_columns_ = 0;
  Place place_ = Place::table;
  double lines_ = 1;  ///< Of wrapped text in the present row.
  bool filter_ = false;
  std::uint32_t row_ = 0;
  int part_ = 1;
};

/// libxlsxwriter prints numbers by the thread's locale; while this lives, that is "C".
class PlainLocale {
 public:
  PlainLocale();
  ~PlainLocale();
  PlainLocale(const PlainLocale&) = delete;
  PlainLocale& operator=(const PlainLocale&) = delete;

 private:
  locale_t plain_;
  locale_t before_;
};

/// `text` as a cell holds it: what XML cannot carry, and what Excel would take for an escape, written as _xHHHH_.
[[nodiscard]] std::string excel_escaped(std::string_view text);
/// Splits escaped text into parts of at most `limit` UTF-16 units, never within a character or an escape.
[[nodiscard]] std::vector<std::string> excel_parts(const std::string& escaped, std::size_t limit);

}  // namespace planwise::exchange
