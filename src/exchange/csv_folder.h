/// \file
/// CSV exports: a folder of RFC 4180 tables (CRLF, UTF-8, header line) with constant names, one row or more a run.
///
/// Cells. Missing is an empty cell without quotes, empty text is "" with quotes. Numbers are the shortest text that
/// reads back the same: 1 is an integer, 1.0 a real; NaN, Infinity and -Infinity are spelled so. Times are UTC with Z.
/// Text is data as it stands: nothing is put before a leading = + - @, so that no byte is lost; whoever opens the
/// files in a spreadsheet imports such columns as text (or takes the Excel export, whose cells are typed).
/// Columns named json, and the free-form columns of runs.csv, hold JSON text.
///
/// Tables that spread one field over rows (parameter_history.csv ...) are complete unless runs.csv has JSON text in
/// the column of that field's name, which then holds what rows cannot (say, a history that is no list).
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "exchange/run_writer.h"

namespace planwise::exchange {

[[nodiscard]] std::unique_ptr<RunWriter> csv_writer(const std::filesystem::path& target, const ExportContext& context);

/// True for a folder with our manifest.csv and runs.csv.
[[nodiscard]] bool is_our_csv_folder(const std::filesystem::path& folder);

/// Reads a folder of csv_writer(), one run in memory at a time; the files are checked against the manifest first.
/// Throws corrupt for a file that is missing or whose SHA-256 differs, and when a run does not have the hash its row
/// states; invalid_argument for a cell that does not fit, naming file, line and column.
void read_csv_runs(const std::filesystem::path& folder, std::string_view zone, const RunReceiver& receive);

}  // namespace planwise::exchange
