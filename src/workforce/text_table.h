/// \file
/// Delimited text as a table, read strictly: nothing about it is guessed but the delimiter, and that from the header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace planwise::workforce {

/// Fields are separated by the comma, or by the semicolon or tab where the header has that one alone; a field in double
/// quotes may hold delimiters, ends of lines and doubled quotes. There are no comments. Lines without any character are
/// skipped, everything else is a row.
class TextTable {
 public:
  /// Reads the header. Throws invalid_argument for one that is missing, has a name twice or is no text, unsupported for
  /// compressed bytes; not_found, denied, io.
  explicit TextTable(const std::filesystem::path& file);

  [[nodiscard]] const std::vector<std::string>& header() const noexcept { return header_; }

  /// Calls for every row, numbered from 1 without the header: `row` with as many fields as the header has, `problem`
  /// with what is wrong with one that cannot be told apart into those. Once.
  void read(const std::function<void(std::int64_t number, std::span<const std::string> fields)>& row,
            const std::function<void(std::int64_t number, const std::string& why)>& problem);

 private:
  /// False at the end. `why_` says what is wrong with the record; after a problem the rest of its line is skipped.
  bool next_record();
  void end_field();

  std::filesystem::path file_;
  std::string bytes_;
  std::size_t at_ = 0;
  char delimiter_ = ',';
  std::vector<std::string> header_, fields_;
  std::string why_;
};

}  // namespace planwise::workforce
