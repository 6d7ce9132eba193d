#include "exchange/excel_book.h"

#include <sys/statvfs.h>

#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr lxw_color_t ink = 0x1F2937, navy = 0x1F3A5F, muted = 0x6B7280, wash = 0xF3F4F6, input = 0xFEF9C3;

void check(lxw_error error, const std::string& doing) {
  if (error == LXW_NO_ERROR) return;
  throw Error(error == LXW_ERROR_MEMORY_MALLOC_FAILED ? ErrorCode::internal : ErrorCode::io,
              "cannot " + doing + ": " + lxw_strerror(error));
}

const char* number_format(Style style) {
  switch (style) {
    case Style::number:
    case Style::input_number:
      return "#,##0.0000##";
    case Style::tile_value:
      return "#,##0.####";
    case Style::total_number:
      return "#,##0.0000";
    case Style::integer:
    case Style::total_integer:
      return "#,##0";
    case Style::money:
    case Style::total_money:
    case Style::input_money:
      return "#,##0.00";
    case Style::percent:
    case Style::total_percent:
    case Style::input_percent:
      return "0.00%";
    case Style::percent_change:
      return "+0.00%;-0.00%;0.00%";
    case Style::number_change:
      return "+#,##0.0000##;-#,##0.0000##;0";
    case Style::money_change:
      return "+#,##0.00;-#,##0.00;0.00";
    case Style::integer_change:
      return "+#,##0;-#,##0;0";
    case Style::factor:
      return "0.0000";
    case Style::digits:
      return "0";
    case Style::scientific:
      return "0.####E+00";
    case Style::time:
      return "yyyy-mm-dd hh:mm:ss";
    default:
      return nullptr;
  }
}

void shape_text(lxw_format* format, Style style) {
  switch (style) {
    case Style::text:
      format_set_text_wrap(format);
      break;
    case Style::code:
      format_set_text_wrap(format), format_set_font_name(format, "Consolas"), format_set_font_size(format, 9);
      break;
    case Style::title:
      format_set_font_size(format, 18), format_set_bold(format), format_set_font_color(format, navy);
      break;
    case Style::subtitle:
      format_set_font_color(format, muted);
      break;
    case Style::section:
      format_set_font_size(format, 12), format_set_bold(format), format_set_font_color(format, navy);
      break;
    case Style::header:
    case Style::number_header:
      format_set_bold(format), format_set_font_color(format, LXW_COLOR_WHITE), format_set_bg_color(format, navy);
      format_set_text_wrap(format), format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
      break;
    case Style::label:
      format_set_font_color(format, muted);
      break;
    case Style::caption:
      format_set_bold(format);
      break;
    case Style::note:
      format_set_font_color(format, muted), format_set_text_wrap(format);
      break;
    case Style::figure:
      format_set_text_wrap(format);
      break;
    case Style::tile_label:
      format_set_font_color(format, muted), format_set_font_size(format, 9), format_set_bg_color(format, wash);
      break;
    case Style::tile_value:
      format_set_bold(format), format_set_font_size(format, 16), format_set_font_color(format, navy);
      format_set_bg_color(format, wash), format_set_align(format, LXW_ALIGN_LEFT);
      break;
    case Style::input_number:
    case Style::input_money:
    case Style::input_percent:
      format_set_bg_color(format, input), format_set_border(format, LXW_BORDER_HAIR),
          format_set_border_color(format, muted);
      break;
    case Style::link:
      format_set_font_color(format, 0x1D4ED8), format_set_underline(format, LXW_UNDERLINE_SINGLE);
      break;
    case Style::digits:
    case Style::flag:
    case Style::time:
      format_set_align(format, LXW_ALIGN_LEFT);
      break;
    default:
      break;
  }
  if (style >= Style::total_label && style <= Style::total_percent) {
    format_set_bold(format);
    format_set_top(format, LXW_BORDER_THIN);
    format_set_top_color(format, navy);
  }
}

bool is_number_column(Style style) {
  return style == Style::number_header || style == Style::figure ||
         (style >= Style::number && style <= Style::input_percent) ||
         (style > Style::total_label && style <= Style::total_percent);
}

lxw_format* make_format(lxw_workbook* workbook, Style style, Place place) {
  lxw_format* format = workbook_add_format(workbook);
  if (format == nullptr) throw Error(ErrorCode::internal, "out of memory for an Excel format");
  format_set_font_name(format, "Calibri");
  format_set_font_size(format, 10);
  format_set_font_color(format, ink);
  if (style != Style::header && style != Style::number_header) format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
  if (const char* number = number_format(style)) format_set_num_format(format, number);
  shape_text(format, style);
  if (place == Place::beside_name) {
    format_set_align(format, LXW_ALIGN_LEFT);
  } else if (is_number_column(style)) {
    format_set_align(format, LXW_ALIGN_RIGHT);
    format_set_indent(format, 1);  // so that text in the next column does not touch the digits
  }
  return format;
}

}  // namespace

PlainLocale::PlainLocale()
    : plain_(::newlocale(LC_ALL_MASK, "C", nullptr)), before_(plain_ != nullptr ? ::uselocale(plain_) : nullptr) {}

PlainLocale::~PlainLocale() {
  if (before_ != nullptr) ::uselocale(before_);
  if (plain_ != nullptr) ::freelocale(plain_);
}

ExcelBook::ExcelBook(std::filesystem::path file, Memory memory, const ExcelLimits& limits)
    : file_(std::move(file)),
      folder_(file_.parent_path().empty() ? "." : file_.parent_path().string()),
      memory_(memory),
      limits_(limits) {
  lxw_workbook_options options{};
  options.constant_memory = memory == Memory::constant ? LXW_TRUE : LXW_FALSE;
  options.tmpdir = folder_.data();
  options.use_zip64 = LXW_TRUE;
  workbook_ = workbook_new_opt(file_.c_str(), &options);
  if (workbook_ == nullptr) throw Error(ErrorCode::internal, "out of memory for an Excel workbook");
  for (const Place place : {Place::table, Place::beside_name}) {
    for (std::size_t index = 0; index < style_count; ++index) {
      formats_.push_back(make_format(workbook_, static_cast<Style>(index), place));
    }
  }
}

ExcelBook::~ExcelBook() {
  if (workbook_ != nullptr) lxw_workbook_free(workbook_);
}

void ExcelBook::properties(const std::string& title, const std::string& author, const std::string& comments,
                           Timestamp created) {
  constexpr std::size_t longest = 255;
  std::string safe_title = excel_parts(excel_escaped(title), longest).front();
  std::string safe_author = excel_parts(excel_escaped(author), longest).front();
  std::string safe_comments = comments;
  char company[] = "", application[] = "Runs of compensation optimizations";
  lxw_doc_properties properties{};
  properties.title = safe_title.data();
  properties.subject = application;
  properties.author = safe_author.data();
  properties.company = company;
  properties.comments = safe_comments.data();
  // 0 would mean "now".
  const std::int64_t seconds = created.microseconds / 1'000'000;
  properties.created = static_cast<time_t>(seconds == 0 ? 1 : seconds);
  check(workbook_set_properties(workbook_, &properties), "set the properties of the workbook");
}

lxw_worksheet* ExcelBook::new_worksheet(const std::string& name, const std::vector<double>& widths,
                                        Gridlines gridlines) {
  check(workbook_validate_sheet_name(workbook_, name.c_str()), "add sheet " + name);
  lxw_worksheet* worksheet = workbook_add_worksheet(workbook_, name.c_str());
  if (worksheet == nullptr) throw Error(ErrorCode::io, "cannot add sheet " + name + " (disk full?)");
  for (std::size_t column = 0; column < widths.size(); ++column) {
    const auto at = static_cast<lxw_col_t>(column);
    check(worksheet_set_column(worksheet, at, at, widths[column], nullptr), "set a column's width");
  }
  const bool page = gridlines == Gridlines::hidden;
  if (page) worksheet_gridlines(worksheet, LXW_HIDE_ALL_GRIDLINES);
  worksheet_set_landscape(worksheet);
  worksheet_set_paper(worksheet, 9);  // A4
  // A wide table fitted to one page's width could not be read; it is printed over several pages.
  constexpr double widest_page = 330;
  if (std::accumulate(widths.begin(), widths.end(), 0.0) <= widest_page)
    worksheet_fit_to_pages(worksheet, 1, page ? 1 : 0);
  worksheet_set_footer(worksheet, "&L&8&A&R&8&P / &N");
  return worksheet;
}

ExcelSheet& ExcelBook::add(const std::string& name, std::vector<double> widths, Gridlines gridlines) {
  return sheets_.emplace_back(*this, name, std::move(widths), gridlines);
}

std::string ExcelBook::long_text(const std::string& sheet, const std::string& cell, const std::string& escaped) {
  if (long_texts_ == nullptr) {
    long_texts_ = &add("Long texts", {10, 22, 12, 8, 8, 110});
    long_texts_->header({"Number", "Sheet", "Cell", "Part", "Parts", "Text"}, 1);
  }
  const std::int64_t number = ++long_text_count_;
  const std::vector<std::string> parts = excel_parts(escaped, limits_.characters);
  for (std::size_t index = 0; index < parts.size(); ++index) {
    long_texts_->integer(0, number);
    long_texts_->text(1, sheet, Style::line);
    long_texts_->text(2, cell, Style::line);
    long_texts_->integer(3, static_cast<std::int64_t>(index + 1));
    long_texts_->integer(4, static_cast<std::int64_t>(parts.size()));
    const auto column = static_cast<lxw_col_t>(5);
    check(worksheet_write_string(long_texts_->handle(), long_texts_->row(), column, parts[index].c_str(),
                                 format(Style::line)),
          "write a long text");
    need(parts[index].size());
    long_texts_->next_row();
  }
  return "(see sheet Long texts, number " + std::to_string(number) + ": " + std::to_string(parts.size()) + " parts)";
}

// libxlsxwriter does not see a full disk while it puts the sheets together, so room for that is asked for beforehand.
void ExcelBook::check_space() const {
  struct statvfs room {};
  if (::statvfs(folder_.c_str(), &room) != 0) return;
  constexpr std::uint64_t fixed = 1024 * 1024;
  const std::uint64_t free = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
  const std::uint64_t wanted = std::uint64_t{estimated_bytes_} * 3 / 2 + fixed;
  if (free < wanted) {
    throw Error(ErrorCode::io, "the disk of " + core::as_utf8(folder_) + " has " + std::to_string(free) +
                                   " bytes free; the workbook needs about " + std::to_string(wanted));
  }
}

void ExcelBook::close() {
  for (ExcelSheet& sheet : sheets_) sheet.complete();
  for (const ExcelSheet& sheet : sheets_) {
    if (!sheet.sound()) throw Error(ErrorCode::io, "cannot write sheet " + sheet.name() + " (disk full?)");
  }
  check_space();
  lxw_workbook* closing = workbook_;
  workbook_ = nullptr;  // closing frees it, whether it succeeds or not
  check(workbook_close(closing), "write the workbook");
}

}  // namespace planwise::exchange
