#include "table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace planwise::cli {

namespace {

/// One code point and how many bytes it takes; broken text is taken byte by byte.
std::pair<char32_t, std::size_t> code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (length > text.size()) return {U'?', 1};
  char32_t value = length == 1 ? byte(0) : byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) value = (value << 6U) | (byte(i) & 0x3FU);
  return {value, length};
}

std::size_t width_of(char32_t c) {
  if (c == 0 || (c >= 0x300 && c <= 0x36F) || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F)) return 0;  // combining
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

/// Control characters must not reach a terminal.
std::string one_line(std::string_view text) {
  std::string line;
  for (char c : text) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  return line;
}

std::size_t terminal_width() {
  struct winsize size {};
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 80;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [c, length] = code_point(text);
    width += width_of(c);
    text.remove_prefix(length);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::string kept;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto [c, length] = code_point(text);
    if (used + width_of(c) + 1 > width) break;
    used += width_of(c);
    kept += text.substr(0, length);
    text.remove_prefix(length);
  }
  return kept + "…";
}

bool colored(const Globals& globals) {
  const char* no_color = std::getenv("NO_COLOR");
  return !globals.no_color && (no_color == nullptr || *no_color == '\0') && ::isatty(STDOUT_FILENO) != 0;
}
std::string bold(const std::string& text, const Globals& globals) { return colored(globals) ? "\033[1m" + text + "\033[0m" : text; }
std::string faint(const std::string& text, const Globals& globals) { return colored(globals) ? "\033[2m" + text + "\033[0m" : text; }

std::string TextTable::render(const Globals& globals) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(one_line(row[i])));
  }
  constexpr std::size_t gap = 2;
  constexpr std::size_t narrowest = 8;
  if (const std::size_t room = terminal_width(); room > 0) {
    std::vector<std::size_t> order(columns_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return columns_[a].keep < columns_[b].keep; });
    std::size_t total = gap * (columns_.size() - 1);
    for (std::size_t width : widths) total += width;
    for (std::size_t i : order) {
      if (total <= room || columns_[i].keep >= 9) break;
      const std::size_t least = std::min(widths[i], std::max(narrowest, display_width(columns_[i].title)));
      const std::size_t cut = std::min(total - room, widths[i] - least);
      widths[i] -= cut;
      total -= cut;
    }
  }
  std::string text;
  const auto add_line = [&](const std::vector<std::string>& cells, bool header) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = shortened(one_line(cells[i]), widths[i]);
      const std::string padding(widths[i] - display_width(cell), ' ');
      line += columns_[i].align == Align::right ? padding + cell : cell + padding;
      if (i + 1 < columns_.size()) line += std::string(gap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += (header ? bold(line, globals) : line) + "\n";
  };
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  add_line(titles, true);
  std::string rule;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    for (std::size_t j = 0; j < widths[i]; ++j) rule += "─";
    if (i + 1 < widths.size()) rule += "  ";
  }
  text += faint(rule, globals) + "\n";
  for (const auto& row : rows_) add_line(row, false);
  return text;
}

std::string shown_number(double value) {
  if (!std::isfinite(value)) return real_text(value);
  const double magnitude = std::fabs(value);
  if (value == std::floor(value) && magnitude < 1e15) return magnitude >= 10'000 ? fmt::format("{:.0f}", value) : fmt::format("{:.1f}", value);
  if (magnitude >= 1e-4 && magnitude < 1e9) {
    std::string text = magnitude >= 1000 ? fmt::format("{:.2f}", value) : fmt::format("{:.6g}", value);
    return text;
  }
  return fmt::format("{:.6g}", value);
}

std::string shown(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.as_boolean() ? "yes" : "no";
  if (value.is_real()) return shown_number(value.as_real());
  if (value.is_string()) {
    const std::string& text = value.as_string();
    // Times are shown to the second.
    if (text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.back() == 'Z') return text.substr(0, 10) + " " + text.substr(11, 8);
    return text;
  }
  if (value.is_array()) {
    std::string text;
    for (const Json& element : value.as_array()) text += (text.empty() ? "" : ", ") + (element.is_string() ? element.as_string() : element.dump());
    return text;
  }
  return value.dump();
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    if (cells[i].find_first_of(",\"\r\n") == std::string::npos) {
      line += cells[i];
      continue;
    }
    line += '"';
    for (char c : cells[i]) {
      line += c;
      if (c == '"') line += c;
    }
    line += '"';
  }
  return line;
}

Json without_ssn(Json value) {
  if (value.is_object()) {
    value.erase("employee_ssn");
    for (auto& [key, member] : value.as_object()) member = without_ssn(std::move(member));
  } else if (value.is_array()) {
    for (Json& element : value.as_array()) element = without_ssn(std::move(element));
  }
  return value;
}

void print_json(const Json& value, const Globals& globals) {
  fmt::print("{}\n", value.dump(globals.output == Output::jsonl ? JsonStyle::compact : JsonStyle::pretty));
}

namespace {

Json member(const Json& object, const std::string& name) {
  const Json* value = object.find(name);
  return value == nullptr ? Json() : *value;
}

std::string csv_text(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.as_string();
  return value.dump();
}

}  // namespace

void print_objects(const std::vector<Json>& objects, const std::vector<std::string>& columns, const std::vector<Column>& usual,
                   const Globals& globals) {
  std::vector<Column> chosen = usual;
  if (!columns.empty()) {
    chosen.clear();
    for (const std::string& name : columns) {
      const auto known = std::find_if(usual.begin(), usual.end(), [&](const Column& column) { return column.name == name; });
      if (known != usual.end()) {
        chosen.push_back(*known);
        continue;
      }
      if (!objects.empty() && objects.front().find(name) == nullptr) {
        std::string allowed;
        for (const auto& [key, value] : objects.front().as_object()) allowed += (allowed.empty() ? "" : ", ") + key;
        throw Error(ErrorCode::invalid_argument, fmt::format("there is no column '{}'; there are {}", name, allowed));
      }
      chosen.push_back({name, name, Align::left, 5});
    }
  }
  switch (globals.output) {
    case Output::json: {
      Json array = Json::array();
      for (const Json& object : objects) array.push_back(object);
      print_json(array, globals);
      break;
    }
    case Output::jsonl:
      for (const Json& object : objects) {
        if (columns.empty()) {
          fmt::print("{}\n", object.dump());
          continue;
        }
        Json slim = Json::object();
        for (const std::string& name : columns) slim.set(name, member(object, name));
        fmt::print("{}\n", slim.dump());
      }
      break;
    case Output::csv: {
      std::vector<std::string> names;
      if (columns.empty() && !objects.empty()) {
        for (const auto& [key, value] : objects.front().as_object()) names.push_back(key);
      } else {
        for (const Column& column : chosen) names.push_back(column.name);
      }
      fmt::print("{}\r\n", csv_line(names));
      for (const Json& object : objects) {
        std::vector<std::string> cells;
        for (const std::string& name : names) cells.push_back(csv_text(member(object, name)));
        fmt::print("{}\r\n", csv_line(cells));
      }
      break;
    }
    case Output::table: {
      TextTable table(chosen);
      for (const Json& object : objects) {
        std::vector<std::string> cells;
        for (const Column& column : chosen) cells.push_back(shown(member(object, column.name)));
        table.add(std::move(cells));
      }
      fmt::print("{}", table.render(globals));
      break;
    }
  }
}

}  // namespace planwise::cli
