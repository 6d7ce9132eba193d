/// \file
/// Excel exports (.xlsx). One run: sheets About, Report (where one is given), Overview, Objectives, Parameters,
/// Algorithm, Histories (charts), History data, Risk and warnings, Outcomes by year, Sensitivity, Simulation data,
/// Assumptions. Any other number of runs: About and wide or long tables with one row or more a run. Every field of a
/// run stands on some sheet.
///
/// Cells are typed: text stays text whatever it starts with, times are UTC dates, numbers are numbers as far as a cell
/// holds them (16 significant digits, integers of more than 15 digits stand as text, non-finite ones as their names).
/// Totals and changes are formulas whose cached values are ours. What exceeds a sheet's rows goes on in "<sheet> (2)",
/// what exceeds a cell's 32,767 characters on the sheet Long texts, in numbered parts.
/// An Excel export is for people; it is not read back.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "exchange/excel_page.h"
#include "exchange/run_writer.h"

namespace planwise::exchange {

/// Limits of the file format, smaller only in tests.
struct ExcelLimits {
  std::size_t rows = 1'048'576;     ///< A sheet, its header included.
  std::size_t characters = 32'767;  ///< A cell, in UTF-16 units.
};

/// The evidence report of a run that is exported alone; asked for once, when the workbook is finished.
using ReportPage = std::function<ExcelPage(const Run& run, const ExportedRun& facts)>;

/// `report` may be empty: the workbook then has no such sheet.
[[nodiscard]] std::unique_ptr<RunWriter> excel_writer(const std::filesystem::path& target, const ExportContext& context,
                                                      ReportPage report = {}, const ExcelLimits& limits = {});

}  // namespace planwise::exchange
