#include "workforce/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/files.h"
#include "core/json_text.h"
#include "planwise/error.h"
#include "workforce/source.h"

namespace planwise::workforce {

namespace {

constexpr std::uint64_t longest_file = std::uint64_t{4} << 30;

std::string_view without_spaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The comma, unless the header has only semicolons or only tabs.
char delimiter_of(std::string_view header) {
  const bool comma = header.find(',') != std::string_view::npos, tab = header.find('\t') != std::string_view::npos,
             semicolon = header.find(';') != std::string_view::npos;
  if (semicolon && !comma && !tab) return ';';
  return tab && !comma && !semicolon ? '\t' : ',';
}

}  // namespace

TextTable::TextTable(const std::filesystem::path& file) : file_(file), bytes_(core::read_file(file, longest_file)) {
  if (bytes_.starts_with("\x1f\x8b") || bytes_.starts_with("\x28\xb5\x2f\xfd"))
    throw Error(ErrorCode::unsupported, fmt::format("'{}' is compressed; unpack it first", file_.string()));
  if (bytes_.starts_with("\xef\xbb\xbf")) at_ = 3;
  const std::size_t start = bytes_.find_first_not_of("\r\n", at_);
  if (start != std::string::npos) {
    const std::size_t end = bytes_.find_first_of("\r\n", start);
    delimiter_ = delimiter_of(std::string_view(bytes_).substr(start, end - start));
  }
  const auto refuse = [&](const std::string& why) {
    throw Error(ErrorCode::invalid_argument, fmt::format("'{}' cannot be read as a table: {}", file_.string(), why));
  };
  if (!next_record()) refuse("it is empty; the first line names the columns");
  if (!why_.empty()) refuse("its header: " + why_);
  for (const std::string& field : fields_) header_.emplace_back(without_spaces(field));
  for (std::size_t i = 0; i < header_.size(); ++i) {
    for (std::size_t other = 0; other < i && !header_[i].empty(); ++other) {
      if (lower(header_[other]) == lower(header_[i]))
        refuse(fmt::format("its header names the column {} twice (fields {} and {})", header_[i], other + 1, i + 1));
    }
  }
}

void TextTable::end_field() {
  if (why_.empty() && !core::is_utf8(fields_.back()))
    why_ = fmt::format("field {} is not UTF-8; save the file as UTF-8", fields_.size());
}

bool TextTable::next_record() {
  at_ = std::min(bytes_.find_first_not_of("\r\n", at_), bytes_.size());
  if (at_ == bytes_.size()) return false;
  fields_.assign(1, "");
  why_.clear();
  const auto ends_line = [&] { return bytes_[at_] == '\n' || bytes_[at_] == '\r'; };
  for (; at_ < bytes_.size() && !ends_line(); ++at_) {
    const char c = bytes_[at_];
    std::string& field = fields_.back();
    if (c == delimiter_) {
      end_field();
      fields_.emplace_back();
    } else if (c != '"') {
      field += c;
    } else if (!field.empty()) {
      why_ = fmt::format(
          "field {} has a double quote inside; a quoted field begins and ends with one, and doubles "
          "those it holds",
          fields_.size());
    } else {
      const std::size_t opened = at_;
      for (++at_; at_ < bytes_.size(); ++at_) {
        if (bytes_[at_] == '"') {
          if (at_ + 1 == bytes_.size() || bytes_[at_ + 1] != '"') break;
          ++at_;
        }
        field += bytes_[at_];
      }
      const bool closed = at_ < bytes_.size();
      const bool followed = closed && at_ + 1 < bytes_.size() && bytes_[at_ + 1] != delimiter_ &&
                            bytes_[at_ + 1] != '\n' && bytes_[at_ + 1] != '\r';
      if (closed && !followed) continue;
      why_ = fmt::format("the double quote that opens field {} is not closed before the next delimiter or end of line",
                         fields_.size());
      at_ = opened;  // The rows after it are read as if there were no quote.
    }
    if (why_.empty()) continue;
    at_ = std::min(bytes_.find_first_of("\r\n", at_), bytes_.size());
    return true;
  }
  end_field();
  return true;
}

void TextTable::read(const std::function<void(std::int64_t, std::span<const std::string>)>& row,
                     const std::function<void(std::int64_t, const std::string&)>& problem) {
  for (std::int64_t number = 1; next_record(); ++number) {
    if (why_.empty() && fields_.size() != header_.size()) {
      why_ = fmt::format("has {} fields, the header {}; a field that holds the delimiter '{}' stands in double quotes",
                         fields_.size(), header_.size(), delimiter_ == '\t' ? "tab" : std::string(1, delimiter_));
    }
    if (why_.empty()) {
      row(number, fields_);
    } else {
      problem(number, why_);
    }
  }
}

}  // namespace planwise::workforce
