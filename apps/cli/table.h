// Tables and records: aligned for a person, coloured only on a terminal and fitted to its width, or as JSON and CSV.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session.h"
#include "terminal_text.h"

namespace planwise::cli {

enum class Align { left, right };

/// How a cell that is too wide is shortened.
enum class Cut {
  end,    ///< "a long descri…"
  begin,  ///< "…optimal_parameters.cola_rate", for paths; at least 44 columns stay.
  id,     ///< To a beginning of at least 8 characters that tells the rows apart, without "…": commands take it. Done
          ///< first.
};

struct Column {
  std::string name;   ///< As in JSON.
  std::string title;  ///< As shown.
  Align align = Align::left;
  /// Columns with a higher number keep their width longer when the terminal is narrow, those with 9 always; those with
  /// 0 and 1 are left out where even their shortest form has no room.
  int keep = 0;
  Cut cut = Cut::end;
};

/// Rows of texts under titles. Whatever a cell holds, it takes one line and does nothing to the terminal.
class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> row);
  [[nodiscard]] std::string render(const Globals& globals) const;

 private:
  [[nodiscard]] std::size_t least_width(std::size_t column, std::size_t full) const;
  /// One a column; 0 for one that is left out.
  [[nodiscard]] std::vector<std::size_t> fitted_widths() const;
  [[nodiscard]] std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                                    const Globals& globals) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

[[nodiscard]] bool colored(const Globals& globals);
[[nodiscard]] std::string bold(const std::string& text, const Globals& globals);
[[nodiscard]] std::string faint(const std::string& text, const Globals& globals);

/// A value for a person: numbers short, null as "-", text as it stands.
[[nodiscard]] std::string shown(const Json& value);
[[nodiscard]] std::string shown_number(double value);

/// One RFC 4180 line without its end, and a value as a field of it: text as it stands, null empty, numbers exact.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);
[[nodiscard]] std::string csv_text(const Json& value);

/// The names of --columns, in order; empty when it was not given.
[[nodiscard]] std::vector<std::string> chosen_columns(const Globals& globals);

/// What a command lists: all members that its objects have, and the columns that a table of them shows.
struct Listing {
  std::vector<std::string> fields;
  std::vector<Column> columns;
};

/// Objects in the chosen form: json an array, jsonl a line each, csv with all fields, table with the usual columns;
/// --columns chooses and orders in every form. Throws invalid_argument for a column that `fields` does not have, unless
/// it holds a dot: such a one (param.cola_rate) the caller has added to the objects.
void print_objects(const std::vector<Json>& objects, const Listing& listing, const Globals& globals);

/// The parts of print_objects, for callers that print page by page: the CSV header, then rows or lines.
void print_csv_header(const Listing& listing, const Globals& globals);
void print_lines(const std::vector<Json>& objects, const Listing& listing, const Globals& globals);
/// The object with the chosen columns only.
[[nodiscard]] Json chosen_members(Json object, const Listing& listing, const Globals& globals);

void print_json(const Json& value, const Globals& globals);
/// The member, or null where there is none.
[[nodiscard]] const Json& member(const Json& object, std::string_view name);

/// The same value without social security numbers, wherever they stand.
[[nodiscard]] Json without_ssn(Json value);

}  // namespace planwise::cli
