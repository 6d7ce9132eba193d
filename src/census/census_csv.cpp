#include <fmt/format.h>

#include <chrono>
#include <iterator>

#include "core/files.h"
#include "planwise/census.h"

namespace planwise {
namespace {

constexpr std::size_t piece_rows = 4096;

void append_date(std::string& out, std::int32_t date) {
  if (date == Census::no_date) return;
  const std::chrono::year_month_day civil{std::chrono::sys_days(std::chrono::days(date))};
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", static_cast<int>(civil.year()),
                 static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()));
}

/// RFC 4180.
void append_text(std::string& out, const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

void append_row(std::string& out, const Census& census, std::size_t row) {
  append_text(out, census.employee_id[row]);
  out += ",,";  // employee_ssn
  append_date(out, census.birth_date[row]);
  out += ',';
  append_date(out, census.hire_date[row]);
  out += ',';
  append_date(out, census.termination_date[row]);
  out += ',';
  if (const std::int64_t cents = census.gross_cents[row]; cents != Census::no_pay) {
    const std::int64_t size = cents < 0 ? -cents : cents;
    fmt::format_to(std::back_inserter(out), "{}{}.{:02}", cents < 0 ? "-" : "", size / 100, size % 100);
  }
  out += census.active[row] ? ",true\n" : ",false\n";
}

std::string header() { return fmt::format("{}\n", fmt::join(census_columns, ",")); }

}  // namespace

std::string census_csv(const Census& census) {
  std::string out = header();
  for (std::size_t row = 0; row < census.size(); ++row) append_row(out, census, row);
  return out;
}

std::uint64_t write_census_csv(const Census& census, const std::filesystem::path& file, Overwrite overwrite) {
  core::NewFile target(file, overwrite == Overwrite::replace ? core::Overwrite::replace : core::Overwrite::refuse);
  std::string piece = header();
  for (std::size_t row = 0; row < census.size(); ++row) {
    append_row(piece, census, row);
    if (row % piece_rows != piece_rows - 1) continue;
    target.write(piece);
    piece.clear();
  }
  target.write(piece);
  return target.commit();
}

}  // namespace planwise
