#include "table.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

namespace planwise::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 8;
constexpr std::size_t narrowest_path = 44;

/// Words that say at a glance how things stand. Colour is never the only sign: the word stays.
const char* colour_of(std::string_view cell) {
  for (const std::string_view good : {"completed", "ok", "LOW", "current", "holds"}) {
    if (cell == good) return "\033[32m";
  }
  for (const std::string_view middling : {"running", "warning", "MEDIUM", "waiting", "skipped"}) {
    if (cell == middling) return "\033[33m";
  }
  for (const std::string_view bad : {"failed", "HIGH", "CRITICAL", "rejected", "unreadable", "refused"}) {
    if (cell == bad) return "\033[31m";
  }
  return nullptr;
}

}  // namespace

bool colored(const Globals& globals) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return !globals.no_color && (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb") && ::isatty(STDOUT_FILENO) != 0;
}
std::string bold(const std::string& text, const Globals& globals) {
  return colored(globals) ? "\033[1m" + text + "\033[0m" : text;
}
std::string faint(const std::string& text, const Globals& globals) {
  return colored(globals) ? "\033[2m" + text + "\033[0m" : text;
}

void TextTable::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = printable(cell);
  rows_.push_back(std::move(row));
}

std::size_t TextTable::least_width(std::size_t column, std::size_t full) const {
  const Column& c = columns_[column];
  if (c.keep >= 9) return full;
  const std::size_t least = std::max(c.cut == Cut::begin ? narrowest_path : narrowest, display_width(c.title));
  if (c.cut != Cut::id) return std::min(full, least);
  for (std::size_t length = least; length < full; ++length) {
    std::set<std::string> beginnings;
    std::set<std::string_view> whole;
    for (const auto& row : rows_) {
      beginnings.insert(shortened(row[column], length, ""));
      whole.insert(row[column]);
    }
    if (beginnings.size() == whole.size()) return length;
  }
  return full;
}

std::vector<std::size_t> TextTable::fitted_widths() const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  const std::size_t room = terminal_width();
  if (room == 0 || columns_.empty()) return widths;
  std::vector<std::size_t> order(columns_.size());
  std::vector<std::size_t> least(columns_.size());
  std::size_t total = 0;
  std::size_t least_total = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    order[i] = i;
    least[i] = least_width(i, widths[i]);
    total += widths[i] + gap;
    least_total += least[i] + gap;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return columns_[a].keep < columns_[b].keep; });
  for (std::size_t i : order) {  // the last column's gap is never written
    if (least_total <= room + gap || columns_[i].keep > 1) break;
    total -= widths[i] + gap;
    least_total -= least[i] + gap;
    widths[i] = 0;
  }
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return columns_[i].cut == Cut::id; });
  for (std::size_t i : order) {
    if (total <= room + gap) break;
    if (widths[i] == 0) continue;
    const std::size_t cut = std::min(total - room - gap, widths[i] - least[i]);
    widths[i] -= cut;
    total -= cut;
  }
  return widths;
}

std::string TextTable::line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                               const Globals& globals) const {
  std::string line;
  std::size_t blanks = 0;  // owed before the next text; those after the last are never written
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] == 0) continue;
    std::string cell = columns_[i].cut == Cut::begin
                           ? shortened_at_begin(cells[i], widths[i])
                           : shortened(cells[i], widths[i], columns_[i].cut == Cut::id ? "" : "…");
    const std::size_t width = display_width(cell);
    const std::size_t padding = widths[i] - std::min(width, widths[i]);
    if (columns_[i].align == Align::right) blanks += padding;
    if (width > 0) {
      if (const char* colour = colour_of(cell); colour != nullptr && colored(globals)) cell = colour + cell + "\033[0m";
      line += std::string(blanks, ' ') + cell;
      blanks = 0;
    }
    blanks += gap + (columns_[i].align == Align::left ? padding : 0);
  }
  return line;
}

std::string TextTable::render(const Globals& globals) const {
  const std::vector<std::size_t> widths = fitted_widths();
  std::vector<std::string> titles;
  std::string rule;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    if (widths[i] == 0) continue;
    if (!rule.empty()) rule += std::string(gap, ' ');
    for (std::size_t j = 0; j < widths[i]; ++j) rule += "─";
  }
  rule.erase(rule.find_last_not_of(' ') + 1);
  std::string text = bold(line_of(titles, widths, globals), globals) + "\n" + faint(rule, globals) + "\n";
  for (const auto& row : rows_) text += line_of(row, widths, globals) + "\n";
  return text;
}

}  // namespace planwise::cli
