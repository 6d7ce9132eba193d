#include "exchange/audit_table.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "core/files.h"
#include "exchange/csv_text.h"
#include "exchange/excel_book.h"
#include "planwise/error.h"

namespace planwise::exchange {

namespace {

constexpr std::array<std::string_view, 13> columns{"sequence", "time_utc", "user", "session", "source", "action", "run_id",
                                                   "version", "field", "old", "new", "reason", "entry_hash"};

core::Overwrite core_overwrite(Overwrite overwrite) { return overwrite == Overwrite::replace ? core::Overwrite::replace : core::Overwrite::refuse; }

CsvCell side_text(const Json* value) {
  if (value == nullptr) return std::nullopt;
  return value->is_string() ? value->as_string() : value->dump();
}

/// The rows of one entry: one for each changed field, one alone where nothing is named.
std::vector<CsvRow> rows_of(const AuditEntry& entry) {
  CsvRow start{std::to_string(entry.sequence), to_text(entry.recorded_at), entry.actor, entry.session_id, entry.source, entry.action,
               entry.run_id, entry.version ? CsvCell(std::to_string(*entry.version)) : std::nullopt};
  std::vector<CsvRow> rows;
  const auto add = [&](CsvCell field, CsvCell old_value, CsvCell new_value) {
    CsvRow row = start;
    row.push_back(std::move(field));
    row.push_back(std::move(old_value));
    row.push_back(std::move(new_value));
    row.push_back(entry.reason);
    row.emplace_back(entry.entry_hash);
    rows.push_back(std::move(row));
  };
  if (entry.changes.is_object()) {
    for (const auto& [field, sides] : entry.changes.as_object()) add(field, side_text(sides.find("old")), side_text(sides.find("new")));
  }
  if (rows.empty()) add(std::nullopt, std::nullopt, std::nullopt);
  return rows;
}

class AuditCsv final : public AuditTable {
 public:
  AuditCsv(const std::filesystem::path& target, Overwrite overwrite) : file_(target, core_overwrite(overwrite)) {
    CsvRow header;
    for (std::string_view column : columns) header.emplace_back(std::string(column));
    write(header);
  }
  void add(const AuditEntry& entry) override {
    for (const CsvRow& row : rows_of(entry)) {
      write(row);
      ++rows_;
    }
  }
  std::int64_t finish() override {
    file_.commit();
    return rows_;
  }

 private:
  void write(const CsvRow& row) {
    std::string line;
    append_csv_row(line, row);
    file_.write(line);
  }
  core::NewFile file_;
  std::int64_t rows_ = 0;
};

class AuditExcel final : public AuditTable {
 public:
  AuditExcel(const std::filesystem::path& target, Overwrite overwrite, Timestamp exported_at)
      : file_(target, core_overwrite(overwrite)), book_(file_.temporary(), Memory::whole, {}) {
    book_.properties("Audit log", "PlanWise Results", "One row a changed field", exported_at);
    lxw_worksheet* sheet = book_.add("Audit log", {10, 26, 16, 38, 10, 12, 38, 9, 34, 30, 30, 30, 66}).handle();
    sheet_ = sheet;
    for (std::size_t column = 0; column < columns.size(); ++column) {
      worksheet_write_string(sheet_, 0, static_cast<lxw_col_t>(column), std::string(columns[column]).c_str(), book_.format(Style::header));
    }
    worksheet_freeze_panes(sheet_, 1, 0);
  }
  void add(const AuditEntry& entry) override {
    for (const CsvRow& row : rows_of(entry)) {
      ++rows_;
      if (rows_ > 1'048'575) throw Error(ErrorCode::unsupported, "the audit log has more than the 1,048,575 rows that a sheet holds; export it as CSV");
      for (std::size_t column = 0; column < row.size(); ++column) write(column, row[column]);
    }
  }
  std::int64_t finish() override {
    worksheet_autofilter(sheet_, 0, 0, static_cast<lxw_row_t>(rows_), static_cast<lxw_col_t>(columns.size() - 1));
    book_.close();
    file_.commit();
    return rows_;
  }

 private:
  void write(std::size_t column, const CsvCell& cell) {
    if (!cell) return;
    const auto row = static_cast<lxw_row_t>(rows_);
    const auto place = static_cast<lxw_col_t>(column);
    if (column == 0 || column == 7) {
      worksheet_write_number(sheet_, row, place, std::stod(*cell), book_.format(Style::digits));
      return;
    }
    constexpr std::size_t most = 32'000;
    if (cell->size() > most) {
      throw Error(ErrorCode::unsupported, fmt::format("entry {} has a text of {} bytes in {}, more than a cell holds; export it as CSV", rows_, cell->size(), columns[column]));
    }
    worksheet_write_string(sheet_, row, place, cell->c_str(), book_.format(column == 12 ? Style::code : Style::line));
  }
  core::NewFile file_;
  ExcelBook book_;
  lxw_worksheet* sheet_ = nullptr;
  std::int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<AuditTable> audit_csv(const std::filesystem::path& target, Overwrite overwrite) {
  return std::make_unique<AuditCsv>(target, overwrite);
}
std::unique_ptr<AuditTable> audit_excel(const std::filesystem::path& target, Overwrite overwrite, Timestamp exported_at) {
  return std::make_unique<AuditExcel>(target, overwrite, exported_at);
}

}  // namespace planwise::exchange
