// Runs side by side: for a person, as JSON, as CSV.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "show.h"
#include "table.h"

namespace planwise::cli {

namespace {

/// What a column of a run is called: the first characters of its id that tell it from the others, at least 8, or
/// "run 1" where that would be long.
std::vector<std::string> short_names(const std::vector<std::string>& ids) {
  constexpr std::size_t longest = 16;
  for (std::size_t length = 8; length <= longest; ++length) {
    std::vector<std::string> names;
    for (const std::string& id : ids) names.push_back(id.substr(0, length));
    if (std::set<std::string>(names.begin(), names.end()).size() == ids.size()) return names;
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ids.size(); ++i) names.push_back(fmt::format("run {}", i + 1));
  return names;
}

void print_csv(const Comparison& comparison) {
  std::vector<std::string> names{"path"};
  for (std::size_t i = 0; i < comparison.run_ids.size(); ++i) {
    names.push_back(comparison.run_ids[i]);
    if (i == comparison.baseline) continue;
    names.push_back(comparison.run_ids[i] + " delta");
    names.push_back(comparison.run_ids[i] + " percent");
  }
  fmt::print("{}\r\n", csv_line(names));
  for (const ComparedField& field : comparison.fields) {
    std::vector<std::string> row{field.path};
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      const ComparedValue& value = field.values[i];
      row.push_back(value.missing ? "" : value.value.is_null() ? "null" : csv_text(value.value));
      if (i == comparison.baseline) continue;
      row.push_back(value.delta ? real_text(*value.delta) : "");
      row.push_back(value.percent ? real_text(*value.percent) : "");
    }
    fmt::print("{}\r\n", csv_line(row));
  }
}

void print_fields(const Comparison& comparison, const std::vector<std::string>& names, const Globals& globals) {
  std::vector<Column> columns{{"path", "FIELD", Align::left, 4, Cut::begin}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({"", names[i] + (i == comparison.baseline ? " *" : ""), Align::right, 5});
    if (i != comparison.baseline) columns.push_back({"", "CHANGE", Align::right, 6});
  }
  constexpr std::size_t widest_value = 40;
  TextTable table(columns);
  for (const ComparedField& field : comparison.fields) {
    std::vector<std::string> row{field.path};
    for (std::size_t i = 0; i < field.values.size(); ++i) {
      const ComparedValue& value = field.values[i];
      row.push_back(value.missing           ? "missing"
                    : value.value.is_null() ? "null"
                                            : shortened(printable(value.value.is_array() ? value.value.dump() : shown(value.value)), widest_value));
      if (i == comparison.baseline) continue;
      row.push_back(value.percent ? percent_text(*value.percent) : value.delta ? signed_number(*value.delta) : "");
    }
    table.add(std::move(row));
  }
  fmt::print("{}", table.render(globals));
}

void print_best(const Comparison& comparison, const std::vector<std::string>& names, const Globals& globals) {
  for (const ComparedObjective& objective : comparison.objectives) {
    if (objective.best) {
      const double value = objective.values[*objective.best].value_or(0);
      fmt::print("{}\n", faint(fmt::format("best {} ({}): {} with {}", printable(objective.name), objective.direction,
                                           printable(names[*objective.best]), shown_number(value)),
                               globals));
    } else if (objective.directions_disagree) {
      fmt::print("{}\n", faint(fmt::format("{}: the runs declare different directions, so none is best",
                                           printable(objective.name)),
                               globals));
    }
  }
}

}  // namespace

void print_comparison(const Comparison& comparison, const Globals& globals) {
  if (globals.output == Output::json || globals.output == Output::jsonl) {
    print_json(without_ssn(to_json(comparison)), globals);
    return;
  }
  if (globals.output == Output::csv) {
    print_csv(comparison);
    return;
  }
  const std::vector<std::string> names = short_names(comparison.run_ids);
  TextTable runs({{"", "RUN", Align::left, 9}, {"", "ID", Align::left, 9}, {"", "SCENARIO", Align::left, 1}});
  for (std::size_t i = 0; i < names.size(); ++i) {
    runs.add({names[i] + (i == comparison.baseline ? " *" : ""), comparison.run_ids[i],
              comparison.scenario_ids[i] + (i == comparison.baseline ? "  (* the baseline)" : "")});
  }
  fmt::print("{}\n", runs.render(globals));
  print_fields(comparison, names, globals);
  if (comparison.fields.empty()) fmt::print("the runs do not differ\n");
  fmt::print("\n");
  print_best(comparison, names, globals);
  if (comparison.same_count > 0)
    fmt::print("{}\n", faint(fmt::format("{} fields are the same; --all shows them", comparison.same_count), globals));
}

}  // namespace planwise::cli
