// Values and objects as text: for a person, as JSON, as CSV.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "table.h"

namespace planwise::cli {

std::string shown_number(double value) {
  if (!std::isfinite(value)) return real_text(value);
  const double magnitude = std::fabs(value);
  if (value == std::floor(value) && magnitude < 1e15)
    return magnitude >= 10'000 ? fmt::format("{:.0f}", value) : fmt::format("{:.1f}", value);
  if (magnitude >= 1000 && magnitude < 1e12) return fmt::format("{:.2f}", value);
  return fmt::format("{:.6g}", value);
}

std::string shown(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.as_boolean() ? "yes" : "no";
  if (value.is_real()) return shown_number(value.as_real());
  if (value.is_string()) {
    const std::string& text = value.as_string();
    // Times are shown to the second.
    if (text.size() >= 20 && text.size() <= 27 && text[4] == '-' && text[10] == 'T' && text.back() == 'Z')
      return text.substr(0, 10) + " " + text.substr(11, 8);
    return text;
  }
  if (value.is_array()) {
    std::string text;
    for (const Json& element : value.as_array())
      text += (text.empty() ? "" : ", ") + (element.is_string() ? element.as_string() : element.dump());
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

std::string csv_text(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.as_string();
  if (value.is_real() && !std::isfinite(value.as_real()))
    return std::string(std::isnan(value.as_real()) ? "NaN" : value.as_real() > 0 ? "Infinity" : "-Infinity");
  return value.dump();
}

Json without_ssn(Json value) {
  if (value.is_object()) {
    auto& members = value.as_object();
    std::erase_if(members, [](const Json::Member& member) {
      return std::equal(
          member.first.begin(), member.first.end(), std::begin("employee_ssn"), std::end("employee_ssn") - 1,
          [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
    });
    for (auto& [key, member] : members) member = without_ssn(std::move(member));
  } else if (value.is_array()) {
    for (Json& element : value.as_array()) element = without_ssn(std::move(element));
  }
  return value;
}

void print_json(const Json& value, const Globals& globals) {
  fmt::print("{}\n", value.dump(globals.output == Output::jsonl ? JsonStyle::compact : JsonStyle::pretty));
}

const Json& member(const Json& object, std::string_view name) {
  static const Json nothing;
  const Json* value = object.find(name);
  return value == nullptr ? nothing : *value;
}

namespace {

/// What is printed in forms for programs: the chosen columns, else every field.
std::vector<std::string> names_for_programs(const Listing& listing, const Globals& globals) {
  std::vector<std::string> names = chosen_columns(globals);
  if (names.empty()) return listing.fields;
  for (const std::string& name : names) {
    if (name.find('.') != std::string::npos ||
        std::find(listing.fields.begin(), listing.fields.end(), name) != listing.fields.end())
      continue;
    throw Error(ErrorCode::invalid_argument,
                fmt::format("there is no column '{}'; there are {}", name, fmt::join(listing.fields, ", ")));
  }
  return names;
}

std::vector<Column> columns_for_people(const std::vector<Json>& objects, const Listing& listing,
                                       const Globals& globals) {
  if (chosen_columns(globals).empty()) return listing.columns;
  std::vector<Column> columns;
  for (const std::string& name : names_for_programs(listing, globals)) {
    const auto usual = std::find_if(listing.columns.begin(), listing.columns.end(),
                                    [&](const Column& column) { return column.name == name; });
    if (usual != listing.columns.end()) {
      columns.push_back(*usual);
      columns.back().keep = std::max(columns.back().keep, 2);  // one that was asked for is not left out
      continue;
    }
    const bool numbers = std::any_of(objects.begin(), objects.end(),
                                     [&](const Json& object) { return member(object, name).is_number(); });
    columns.push_back({name, name, numbers ? Align::right : Align::left, 5});
  }
  return columns;
}

}  // namespace

std::vector<std::string> chosen_columns(const Globals& globals) {
  std::vector<std::string> names;
  std::string_view rest = globals.columns;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

Json chosen_members(Json object, const Listing& listing, const Globals& globals) {
  if (chosen_columns(globals).empty()) return object;
  Json chosen = Json::object();
  for (const std::string& name : names_for_programs(listing, globals)) chosen.set(name, member(object, name));
  return chosen;
}

void print_csv_header(const Listing& listing, const Globals& globals) {
  fmt::print("{}\r\n", csv_line(names_for_programs(listing, globals)));
}

void print_lines(const std::vector<Json>& objects, const Listing& listing, const Globals& globals) {
  const std::vector<std::string> names = names_for_programs(listing, globals);
  for (const Json& object : objects) {
    if (globals.output == Output::jsonl) {
      fmt::print("{}\n", chosen_members(object, listing, globals).dump());
      continue;
    }
    std::vector<std::string> cells;
    for (const std::string& name : names) cells.push_back(csv_text(member(object, name)));
    fmt::print("{}\r\n", csv_line(cells));
  }
}

void print_objects(const std::vector<Json>& objects, const Listing& listing, const Globals& globals) {
  if (globals.output == Output::json) {
    Json array = Json::array();
    for (const Json& object : objects) array.push_back(chosen_members(object, listing, globals));
    print_json(array, globals);
  } else if (globals.output == Output::table) {
    const std::vector<Column> columns = columns_for_people(objects, listing, globals);
    TextTable table(columns);
    for (const Json& object : objects) {
      std::vector<std::string> cells;
      for (const Column& column : columns) cells.push_back(shown(member(object, column.name)));
      table.add(std::move(cells));
    }
    fmt::print("{}", table.render(globals));
  } else {
    if (globals.output == Output::csv) print_csv_header(listing, globals);
    print_lines(objects, listing, globals);
  }
}

}  // namespace planwise::cli
