#include "exchange/csv_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/json_text.h"
#include "planwise/error.h"

namespace planwise::exchange {
namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;

bool needs_quotes(std::string_view cell) {
  return cell.empty() || cell.find_first_of(",\"\r\n") != std::string_view::npos || cell.front() == ' ' ||
         cell.back() == ' ';
}

[[noreturn]] void fail_writing(const std::filesystem::path& file) {
  throw Error(
      errno == EACCES ? ErrorCode::denied : ErrorCode::io,
      "cannot write " + core::as_utf8(file.filename().string()) + ": " + std::generic_category().message(errno));
}

}  // namespace

void append_csv_row(std::string& out, const CsvRow& row) {
  bool first = true;
  for (const CsvCell& cell : row) {
    if (!first) out += ',';
    first = false;
    if (!cell) continue;
    if (!needs_quotes(*cell)) {
      out += *cell;
      continue;
    }
    out += '"';
    for (const char character : *cell) {
      if (character == '"') out += '"';
      out += character;
    }
    out += '"';
  }
  out += "\r\n";
}

CsvFile::CsvFile(const std::filesystem::path& file, const CsvRow& header) : file_(file) {
  descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail_writing(file_);
  append_csv_row(buffer_, header);
}

CsvFile::~CsvFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void CsvFile::add(const CsvRow& row) {
  append_csv_row(buffer_, row);
  ++rows_;
  if (buffer_.size() >= buffer_bytes) flush();
}

void CsvFile::flush() {
  hash_.update(buffer_);
  for (std::size_t written = 0; written < buffer_.size();) {
    const ssize_t count = ::write(descriptor_, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_writing(file_);
    written += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void CsvFile::close() {
  flush();
  sha256_ = hash_.hex();
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) fail_writing(file_);
}

CsvReader::CsvReader(const std::filesystem::path& file, const std::vector<std::string>& header)
    : name_(core::as_utf8(file.filename().string())), stream_(file, std::ios::binary), header_(header) {
  if (!stream_) throw Error(ErrorCode::not_found, "cannot read " + core::as_utf8(file.string()));
  if (stream_.peek() == 0xEF) {  // spreadsheets put a byte order mark before UTF-8
    char mark[3] = {};
    stream_.read(mark, 3);
    if (std::string_view(mark, 3) != "\xEF\xBB\xBF") fail("the header is not UTF-8");
  }
  const bool fits = read_row() && row_.size() == header.size() &&
                    std::equal(row_.begin(), row_.end(), header.begin(),
                               [](const CsvCell& cell, const std::string& name) { return cell && *cell == name; });
  if (!fits) {
    std::string names;
    for (const std::string& name : header) names += (names.empty() ? "" : ",") + name;
    fail("the header is not " + names);
  }
}

void CsvReader::fail(const std::string& what) const {
  throw Error(ErrorCode::invalid_argument, name_ + " line " + std::to_string(row_line_) + ": " + what);
}

void CsvReader::refuse(std::string_view column, const std::string& expected) {
  const CsvCell& found = cell(column);
  fail("column " + std::string(column) + " is " + (found ? core::excerpt(*found) : "missing") + ", expected " +
       expected);
}

const CsvCell& CsvReader::cell(std::string_view column) {
  const auto at = std::find(header_.begin(), header_.end(), column);
  return row_.at(static_cast<std::size_t>(at - header_.begin()));
}

const CsvRow* CsvReader::peek() {
  if (!ready_ && !ended_) {
    ready_ = read_row();
    ended_ = !ready_;
    if (ready_ && row_.size() != header_.size()) {
      fail("found " + std::to_string(row_.size()) + " cells, expected " + std::to_string(header_.size()));
    }
    for (const CsvCell& cell : row_) {
      if (ready_ && cell && !core::is_utf8(*cell)) fail("a cell is not valid UTF-8");
    }
  }
  return ready_ ? &row_ : nullptr;
}

void CsvReader::read_quoted(std::string& cell) {
  while (true) {
    const int character = stream_.get();
    if (character < 0) fail("the end of the file within quotes");
    if (++row_bytes_ > largest_csv_row) fail("the row is longer than " + std::to_string(largest_csv_row) + " bytes");
    if (character == '\n') ++line_;
    if (character != '"') {
      cell += static_cast<char>(character);
    } else if (stream_.peek() == '"') {
      cell += static_cast<char>(stream_.get());
    } else {
      return;
    }
  }
}

bool CsvReader::read_row() {
  row_.clear();
  row_bytes_ = 0;
  row_line_ = line_;
  if (stream_.peek() < 0) return false;
  while (true) {
    CsvCell cell;
    if (stream_.peek() == '"') {
      stream_.get();
      cell.emplace();
      read_quoted(*cell);
      const int after = stream_.peek();
      if (after >= 0 && after != ',' && after != '\r' && after != '\n') fail("text after a closing quote");
    }
    int character = stream_.get();
    while (character >= 0 && character != ',' && character != '\n') {
      if (character == '\r' && stream_.peek() == '\n') {
        stream_.get();
        character = '\n';
        break;
      }
      if (character == '"') fail("a quote in a cell without quotes");
      if (!cell) cell.emplace();
      if (++row_bytes_ > largest_csv_row) fail("the row is longer than " + std::to_string(largest_csv_row) + " bytes");
      *cell += static_cast<char>(character);
      character = stream_.get();
    }
    row_.push_back(std::move(cell));
    if (character == ',') continue;
    if (character == '\n') ++line_;
    return true;
  }
}

}  // namespace planwise::exchange
