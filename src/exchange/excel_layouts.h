/// \file
/// The two workbooks: one run in full, or a list of runs. Internal to exchange.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "exchange/excel_book.h"
#include "exchange/excel_page.h"
#include "exchange/export_facts.h"

namespace planwise::exchange {

/// Writes the whole workbook of one run to `file`; `report` stands on a sheet of its own.
void write_run_workbook(const std::filesystem::path& file, const Run& run, const RunDocument& written,
                        const ExportContext& context, const std::optional<ExcelPage>& report,
                        const ExcelLimits& limits);

/// A workbook of many runs, one after the other.
class ListWorkbook {
 public:
  ListWorkbook(const std::filesystem::path& file, const ExportContext& context, const ExcelLimits& limits);
  ~ListWorkbook();
  ListWorkbook(const ListWorkbook&) = delete;
  ListWorkbook& operator=(const ListWorkbook&) = delete;
  void add(const Run& run, const RunDocument& written);
  /// Completes the file.
  void close();

 private:
  class Sheets;
  std::unique_ptr<Sheets> sheets_;
};

/// Sheet About, of one run or of a list.
struct AboutSheet {
  std::string title, subtitle;
  std::vector<std::pair<std::string, Json>> facts;          ///< Name and value, times as instants by `times`.
  std::vector<std::pair<std::string, std::string>> sheets;  ///< Name and what it shows.
};
void write_page(ExcelSheet& sheet, const ExcelPage& page);
void write_about(ExcelSheet& sheet, const AboutSheet& about, const ExportContext& context);

}  // namespace planwise::exchange
