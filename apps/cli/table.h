// Tables and records on a terminal: aligned, coloured only there, fitted to its width.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session.h"

namespace planwise::cli {

enum class Align { left, right };

struct Column {
  std::string name;         ///< As in JSON.
  std::string title;        ///< As shown.
  Align align = Align::left;
  int keep = 0;             ///< Columns with a higher number keep their width longer when the terminal is narrow.
};

/// Rows of texts under titles. Cells hold no line breaks (they are shown as spaces).
class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string render(const Globals& globals) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns that a text takes on a terminal.
[[nodiscard]] std::size_t display_width(std::string_view text);
/// At most `width` columns, ending in "…" when shortened.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t width);

[[nodiscard]] bool colored(const Globals& globals);
[[nodiscard]] std::string bold(const std::string& text, const Globals& globals);
[[nodiscard]] std::string faint(const std::string& text, const Globals& globals);

/// A value for a person: numbers short, null as "-", text as it stands.
[[nodiscard]] std::string shown(const Json& value);
[[nodiscard]] std::string shown_number(double value);
/// One RFC 4180 line without its end.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

/// Objects (all with the same members) in the chosen form; `columns` chooses and orders members, empty: `usual`.
void print_objects(const std::vector<Json>& objects, const std::vector<std::string>& columns, const std::vector<Column>& usual,
                   const Globals& globals);
void print_json(const Json& value, const Globals& globals);

/// The same value without social security numbers, wherever they stand.
[[nodiscard]] Json without_ssn(Json value);

}  // namespace planwise::cli
