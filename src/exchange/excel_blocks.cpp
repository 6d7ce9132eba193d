#include "exchange/excel_blocks.h"

#include <algorithm>
#include <vector>

namespace planwise::exchange {
namespace {

constexpr std::size_t widest_table = 40;

bool is_container(const Json& value) { return value.is_array() || value.is_object(); }

bool is_record(const Json& value) {
  if (!value.is_object() || value.empty() || value.size() > widest_table) return false;
  return std::none_of(value.as_object().begin(), value.as_object().end(),
                      [](const Json::Member& member) { return is_container(member.second) && !member.second.empty(); });
}

/// The columns of a table of records, in the order in which they first occur; empty when they are no table.
std::vector<std::string> table_columns(const std::vector<const Json*>& records) {
  std::vector<std::string> columns;
  for (const Json* record : records) {
    if (!is_record(*record)) return {};
    for (const auto& [name, value] : record->as_object()) {
      if (std::find(columns.begin(), columns.end(), name) != columns.end()) continue;
      if (columns.size() == widest_table) return {};
      columns.push_back(name);
    }
  }
  return columns;
}

/// Walks a value of any shape; the headings of what nests are paths below the first one.
class Blocks {
 public:
  Blocks(ExcelSheet& sheet, std::optional<Style> numbers) : sheet_(sheet), numbers_(numbers) {}

  /// `name` is the value's own, which says how numbers in a list of it look.
  void write(const std::string& heading, const std::string& name, const Json& value) {
    if (!is_container(value) || value.empty()) {
      write_section(sheet_, heading);
      return write_value(sheet_, "Value", value, style_of(name));
    }
    if (write_as_table(heading, value)) return;
    bool headed = false;
    for (std::size_t index = 0; index < value.size(); ++index) {
      const auto [key, member] = entry(value, index);
      if (is_container(member) && !member.empty()) continue;
      if (!headed) write_section(sheet_, heading);
      headed = true;
      write_value(sheet_, readable(key), member, style_of(value.is_array() ? name : key));
    }
    for (std::size_t index = 0; index < value.size(); ++index) {
      const auto [key, member] = entry(value, index);
      if (!is_container(member) || member.empty()) continue;
      write(heading + " > " + readable(key), key, member);
    }
  }

 private:
  static std::pair<std::string, const Json&> entry(const Json& value, std::size_t index) {
    if (value.is_array()) return {std::to_string(index + 1), value.at(index)};
    return {value.as_object()[index].first, value.as_object()[index].second};
  }

  [[nodiscard]] Style style_of(std::string_view name) const { return numbers_ ? *numbers_ : number_style(name); }

  bool write_as_table(const std::string& heading, const Json& value) {
    std::vector<const Json*> records;
    for (std::size_t index = 0; index < value.size(); ++index) records.push_back(&entry(value, index).second);
    const std::vector<std::string> columns = table_columns(records);
    if (columns.empty()) return false;
    write_section(sheet_, heading);
    std::vector<std::string> titles{value.is_object() ? "Name" : "Number"};
    for (const std::string& column : columns) titles.push_back(title_of(column, records));
    sheet_.table_header(0, titles);
    sheet_.next_row();
    for (std::size_t index = 0; index < records.size(); ++index) {
      if (value.is_object())
        sheet_.text(0, readable(value.as_object()[index].first), Style::line);
      else
        sheet_.integer(0, static_cast<std::int64_t>(index) + 1, Style::digits);
      for (std::size_t column = 0; column < columns.size(); ++column) {
        const Json* cell = records[index]->find(columns[column]);
        if (cell != nullptr) sheet_.put(static_cast<int>(column) + 1, *cell, style_of(columns[column]));
      }
      sheet_.next_row();
    }
    return true;
  }

  std::string title_of(const std::string& column, const std::vector<const Json*>& records) const {
    const bool of_numbers =
        style_of(column) != Style::digits && std::any_of(records.begin(), records.end(), [&](const Json* record) {
          const Json* cell = record->find(column);
          return cell != nullptr && cell->is_number();
        });
    return (of_numbers ? "#" : "") + readable(column);
  }

  ExcelSheet& sheet_;
  std::optional<Style> numbers_;
};

}  // namespace

void write_section(ExcelSheet& sheet, const std::string& heading) {
  if (sheet.row() > 0) sheet.next_row();
  sheet.text(0, heading, Style::section);
  sheet.height(20);
  sheet.next_row();
}

void write_value(ExcelSheet& sheet, std::string_view name, const Json& value, Style number) {
  sheet.text(0, name, Style::label);
  sheet.place(Place::beside_name);
  if (value.is_array() && value.empty())
    sheet.text(1, "(empty list)", Style::label);
  else if (value.is_object() && value.empty())
    sheet.text(1, "(no entries)", Style::label);
  else if (value.is_null())
    sheet.text(1, "(none)", Style::label);
  else
    sheet.put(1, value, number);
  sheet.place(Place::table);
  sheet.next_row();
}

void write_blocks(ExcelSheet& sheet, const std::string& heading, const Json& value, std::optional<Style> numbers) {
  Blocks(sheet, numbers).write(heading, "", value);
}

std::string readable(std::string_view name) {
  std::string out(name);
  const bool plain = std::all_of(name.begin(), name.end(), [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '_';
  });
  if (!plain || name.empty() || name.front() == '_') return out;
  std::replace(out.begin(), out.end(), '_', ' ');
  if (out.front() >= 'a' && out.front() <= 'z') out.front() = static_cast<char>(out.front() - 'a' + 'A');
  if (out.starts_with("Cola")) out.replace(0, 4, "COLA");
  return out;
}

Style number_style(std::string_view name) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (name == "new_hire_salary_adjustment") return Style::factor;
  if (name == "year" || name.ends_with("years") || name.ends_with("_year") || has("seed")) return Style::digits;
  const bool rate = has("_rate") || has("merit_rate") || has("promotion_probability") || has("promotion_raise");
  if (rate || name == "growth" || has("_share")) return Style::percent;
  if (has("compensation") || has("cost") || has("salary") || has("payroll")) return Style::money;
  return Style::number;
}

}  // namespace planwise::exchange
