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

void write_record(ExcelSheet& sheet, const Json& record, const std::vector<std::string>& columns) {
  for (std::size_t index = 0; index < columns.size(); ++index) {
    const Json* value = record.find(columns[index]);
    if (value != nullptr) sheet.put(static_cast<int>(index) + 1, *value, number_style(columns[index]));
  }
  sheet.next_row();
}

void write_columns(ExcelSheet& sheet, const std::string& first, const std::vector<std::string>& columns) {
  std::vector<std::string> titles{first};
  for (const std::string& column : columns) titles.push_back(readable(column));
  sheet.table_header(0, titles);
  sheet.next_row();
}

bool write_as_table(ExcelSheet& sheet, const Json& value) {
  std::vector<const Json*> records;
  if (value.is_object()) {
    for (const auto& [name, member] : value.as_object()) records.push_back(&member);
  } else {
    for (const Json& element : value.as_array()) records.push_back(&element);
  }
  const std::vector<std::string> columns = table_columns(records);
  if (columns.empty()) return false;
  write_columns(sheet, value.is_object() ? "Name" : "Number", columns);
  for (std::size_t index = 0; index < records.size(); ++index) {
    if (value.is_object())
      sheet.text(0, value.as_object()[index].first, Style::line);
    else
      sheet.integer(0, static_cast<std::int64_t>(index) + 1);
    write_record(sheet, *records[index], columns);
  }
  return true;
}

void write_list(ExcelSheet& sheet, const std::string& heading, const Json& list) {
  for (std::size_t index = 0; index < list.size(); ++index) {
    const Json& element = list.at(index);
    const std::string name = std::to_string(index + 1);
    if (is_container(element) && !element.empty())
      write_blocks(sheet, heading + " > " + name, element);
    else
      write_value(sheet, name, element);
  }
}

}  // namespace

void write_section(ExcelSheet& sheet, const std::string& heading) {
  if (sheet.row() > 0) sheet.next_row();
  sheet.text(0, heading, Style::section);
  sheet.height(20);
  sheet.next_row();
}

void write_value(ExcelSheet& sheet, std::string_view name, const Json& value, Style number) {
  sheet.text(0, name, Style::label);
  if (value.is_array() && value.empty())
    sheet.text(1, "(empty list)", Style::label);
  else if (value.is_object() && value.empty())
    sheet.text(1, "(no entries)", Style::label);
  else if (value.is_null())
    sheet.text(1, "(none)", Style::label);
  else
    sheet.put(1, value, number);
  sheet.next_row();
}

void write_blocks(ExcelSheet& sheet, const std::string& heading, const Json& value) {
  write_section(sheet, heading);
  if (!is_container(value) || value.empty()) return write_value(sheet, "Value", value);
  if (write_as_table(sheet, value)) return;
  if (value.is_array()) return write_list(sheet, heading, value);
  for (const auto& [name, member] : value.as_object()) {
    if (!is_container(member) || member.empty()) write_value(sheet, name, member, number_style(name));
  }
  for (const auto& [name, member] : value.as_object()) {
    if (is_container(member) && !member.empty()) write_blocks(sheet, heading + " > " + name, member);
  }
}

std::string readable(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', ' ');
  if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
    out.front() = static_cast<char>(out.front() - 'a' + 'A');
  if (const auto cola = out.find("Cola"); cola != std::string::npos) out.replace(cola, 4, "COLA");
  return out;
}

Style number_style(std::string_view name) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (name == "new_hire_salary_adjustment") return Style::factor;
  const bool rate =
      has("_rate") || has("merit_rate") || has("promotion_probability") || has("promotion_raise") || name == "growth";
  if (rate || has("_share") || has("percent_of")) return Style::percent;
  if (has("compensation") || has("cost") || has("salary") || has("payroll")) return Style::money;
  return Style::number;
}

}  // namespace planwise::exchange
