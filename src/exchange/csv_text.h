/// \file
/// RFC 4180 text: cells to lines and back. Internal to exchange.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/hash.h"

namespace planwise::exchange {

/// Missing (nullopt, written as nothing) is not the same as empty text (written as "").
using CsvCell = std::optional<std::string>;
using CsvRow = std::vector<CsvCell>;

/// Bytes of one row that are taken into memory.
inline constexpr std::size_t largest_csv_row = std::size_t{256} * 1024 * 1024;

/// Appends a row with its CRLF. A row of one missing cell is the same line as no row: tables here have more columns.
void append_csv_row(std::string& out, const CsvRow& row);

/// One table being written: counts its rows and hashes its bytes.
class CsvFile {
 public:
  /// Creates the file with mode 0600. Throws io, denied.
  CsvFile(const std::filesystem::path& file, const CsvRow& header);
  ~CsvFile();
  CsvFile(const CsvFile&) = delete;
  CsvFile& operator=(const CsvFile&) = delete;
  void add(const CsvRow& row);
  void close();

  [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }
  /// Of the whole file; after close().
  [[nodiscard]] const std::string& sha256() const noexcept { return sha256_; }

 private:
  void flush();

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::string buffer_;
  std::int64_t rows_ = 0;
  core::Sha256 hash_;
  std::string sha256_;
};

/// Reads rows one by one. Accepts CRLF, LF and no end of line at the end. Errors are invalid_argument and name file and
/// line.
class CsvReader {
 public:
  /// Throws not_found when the file is not there, invalid_argument when its first line is not `header`.
  CsvReader(const std::filesystem::path& file, const std::vector<std::string>& header);

  /// The next row, nullptr at the end. Valid until the following take().
  [[nodiscard]] const CsvRow* peek();
  /// Moves on to the row after.
  void take() noexcept { ready_ = false; }
  /// Value of a column of the present row.
  [[nodiscard]] const CsvCell& cell(std::string_view column);
  /// Refuses the present row, naming file, line, column and cell.
  [[noreturn]] void refuse(std::string_view column, const std::string& expected);

 private:
  bool read_row();
  void read_quoted(std::string& cell);
  [[noreturn]] void fail(const std::string& what) const;

  std::string name_;
  std::ifstream stream_;
  std::vector<std::string> header_;
  CsvRow row_;
  bool ready_ = false;
  bool ended_ = false;
  std::size_t row_bytes_ = 0;
  std::int64_t line_ = 1;      ///< Where the reader stands.
  std::int64_t row_line_ = 1;  ///< Where the present row began.
};

}  // namespace planwise::exchange
