#include "report/draft.h"

#include <algorithm>
#include <cmath>

#include "planwise/error.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

/// The change from the start's levers to the plan's, where the run holds both and every value can be compared.
std::optional<ChangeRisk> change_of(const ReportFacts& facts) {
  const Run& run = facts.subject.run;
  const Json& before = run.configuration.initial_parameters;
  const Json& after = run.results.optimal_parameters;
  if (!before.is_object() || before.empty() || !after.is_object() || after.empty()) return std::nullopt;
  try {
    return assess_change(facts.schema, before, after);
  } catch (const Error&) {
    return std::nullopt;  // a lever without a finite value: the table of levers shows which
  }
}

int target_of(const Draft& draft) {
  for (const auto& found : {draft.study({"simulation", "target_year"}), draft.study({"simulation", "last_year"})}) {
    const auto year = found.number();
    if (year && *year > 0) return static_cast<int>(*year);
  }
  return draft.years.empty() ? 0 : draft.years.back().year;
}

/// Persons are in no report, whatever a run of another origin holds.
bool is_personal(std::string_view key) {
  return key.find("ssn") != std::string_view::npos || key.find("SSN") != std::string_view::npos ||
         key.starts_with("employee_id") || key == "people" || key == "employees_list";
}

void flatten(Table& table, const Json& value, const std::string& name, const std::string& path, int depth) {
  constexpr std::size_t most_rows = 200;
  if (table.rows.size() >= most_rows) return;
  if (value.is_object() && !value.empty() && depth < 6) {
    for (const auto& [key, member] : value.as_object())
      if (!is_personal(key))
        flatten(table, member, name.empty() ? readable(key) : name + ": " + readable(key), path + "." + key, depth + 1);
    return;
  }
  const std::size_t last = path.find_last_of('.');
  const std::string key = last == std::string::npos ? path : path.substr(last + 1);
  Unit unit = unit_of(key);
  // What a run says of costs is money unless its name says otherwise.
  if (unit == Unit::number && path.starts_with("results.estimated_cost_impact")) unit = Unit::money;
  if (key == "year" && value.is_integer()) {
    table.rows.push_back({{name, {}, Tone::plain}, {std::to_string(value.as_integer()), path, Tone::plain}});
    return;
  }
  const std::optional<double> count = unit == Unit::count ? finite(&value) : std::nullopt;
  const bool few = count && *count > 0 && *count < static_cast<double>(fewest_people) &&
                   path.find("employee_impact") != std::string::npos;
  const std::optional<double> number = few ? std::nullopt : finite(&value);
  Cell cell{few ? "fewer than " + std::to_string(fewest_people) : value_text(value, unit), path};
  if (number) cell.figure = Figure{*number, unit, false};
  table.rows.push_back({{name, {}, Tone::plain}, std::move(cell)});
}

}  // namespace

Draft::Draft(const ReportFacts& given)
    : facts(given),
      run(given.subject.run),
      years(years_of(given)),
      levers(levers_of(given)),
      conditions(conditions_of(given.subject.run)),
      sensitivity(sensitivity_of(given.subject.run)),
      ensembles(ensembles_of(given.subject.run)),
      change(change_of(given)) {
  target_year = target_of(*this);
}

Text Draft::lacking(const std::string& what, const std::string& path) {
  const auto known =
      std::find_if(missing_.begin(), missing_.end(), [&](const auto& item) { return item.first == what; });
  if (known == missing_.end()) missing_.emplace_back(what, path);
  return {what + ": not stored with this run.", {path}, Tone::missing};
}

Found Draft::study(std::initializer_list<std::string_view> keys) const {
  return find_at(run.configuration.algorithm_config, "configuration.algorithm_config", keys);
}

std::string Draft::study_text(std::initializer_list<std::string_view> keys) const {
  const Found found = study(keys);
  return found && found.value->is_string() ? found.value->as_string() : std::string();
}

Found Draft::term(std::string_view name) const {
  return find_at(run.results.objective_breakdown, "results.objective_breakdown", {name});
}

const YearRow* Draft::target() const {
  const auto at = std::find_if(years.begin(), years.end(), [&](const YearRow& row) { return row.year == target_year; });
  return at == years.end() ? nullptr : &*at;
}

bool Draft::synthetic() const {
  return run.metadata.use_synthetic_mode.value_or(false) || study_text({"evaluator", "kind"}) == "synthetic";
}

std::optional<bool> Draft::feasible() const {
  std::optional<bool> all;
  for (const ConditionRow& row : conditions) {
    if (row.satisfied) all = all.value_or(true) && *row.satisfied;
  }
  return all;
}

Cell absent_cell() { return {"–", {}, Tone::missing}; }

Cell number_cell(const Found& found, Unit unit) {
  const auto number = found.number();
  if (!number) return absent_cell();
  return figure_cell(*number, unit, found.path);
}

Cell figure_cell(double value, Unit unit, std::string source) {
  return {unit_text(value, unit), std::move(source), Tone::plain, Figure{value, unit, false}};
}

Cell change_cell(double value, Unit unit, std::string source) {
  return {signed_text(value, unit), std::move(source), Tone::plain, Figure{value, unit, true}};
}

Cell difference_cell(double value, Unit unit, std::string source) {
  Cell cell = change_cell(value, unit, std::move(source));
  if (unit == Unit::percent) cell.text = points_text(value);
  return cell;
}

std::vector<Cell> compared_cells(const Found& before, const Found& after, Unit unit) {
  const auto from = before.number(), to = after.number();
  std::vector<Cell> cells{number_cell(before, unit), number_cell(after, unit)};
  if (!from || !to) {
    cells.push_back(absent_cell());
    cells.push_back(absent_cell());
    return cells;
  }
  const double difference = *to - *from;
  cells.push_back(difference_cell(difference, unit));
  cells.push_back(*from == 0 ? absent_cell() : change_cell(difference / std::abs(*from), Unit::percent));
  return cells;
}

Table flat_table(const std::string& caption, const Json& value, const std::string& path) {
  Table table{caption, {{"What", false}, {"Value", true}}, {}, {}};
  flatten(table, value, {}, path, 0);
  return table;
}

Table list_table(const std::string& caption, const Json& list, const std::string& path) {
  constexpr std::size_t most = 30;
  Table table{caption, {{"Text", false}}, {}, {}};
  for (std::size_t i = 0; i < std::min(most, list.size()); ++i)
    table.rows.push_back({{value_text(list.at(i)), path, Tone::plain}});
  if (list.size() > most) table.note = std::to_string(list.size() - most) + " more are in the run.";
  return table;
}

}  // namespace planwise::report
