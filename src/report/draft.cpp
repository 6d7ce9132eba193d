#include "report/draft.h"

#include <fmt/format.h>

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

/// Pay beside a number of one to four people is theirs. New hires are no such number: pay beside them is of all.
bool tells_of_few(const Json& object, const std::string& path) {
  if (path.find("employee_impact") == std::string::npos) return false;
  const auto& members = object.as_object();
  return std::any_of(members.begin(), members.end(), [](const auto& member) {
    return !member.first.starts_with("new_hires") &&
           (unit_of(member.first) == Unit::count || member.first == "active" || member.first == "affected") &&
           is_few(finite(&member.second).value_or(0));
  });
}

void flatten(Table& table, const Json& value, const std::string& name, const std::string& path, int depth) {
  constexpr std::size_t most_rows = 200;
  if (table.rows.size() >= most_rows) return;
  if (value.is_object() && !value.empty() && depth < 6) {
    const bool few = tells_of_few(value, path);
    for (const auto& [key, member] : value.as_object()) {
      if (is_personal(key)) continue;
      const std::string title = name.empty() ? readable(key) : name + ": " + readable(key);
      if (few && member.is_number() && unit_of(key) != Unit::count && key != "year" && key != "level")
        table.rows.push_back({{title, {}, Tone::plain}, {"suppressed", path + "." + key, Tone::missing}});
      else
        flatten(table, member, title, path + "." + key, depth + 1);
    }
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
  const bool of_people = path.find("employee_impact") != std::string::npos;
  const bool count = unit == Unit::count || key == "active" || key == "affected";
  const bool few = of_people && count && is_few(finite(&value).value_or(0));
  const std::optional<double> number = few ? std::nullopt : finite(&value);
  Cell cell{few ? "fewer than 5" : value_text(value, unit), path};
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
  kind = study_text({"kind"});
  target_year = target_of(*this);
  hidden_levels = hidden_levels_of(given);
  few_above_cap = report::few_above_cap(given);
  for (ConditionRow& row : conditions) {
    // Where the people of a level are not known they may be few.
    const auto level = static_cast<std::size_t>(row.level.value_or(0));
    const bool hidden = level > 0 && (level > hidden_levels.size() || hidden_levels[level - 1]);
    if (!hidden && !(few_above_cap && is_without_outliers(row.figure))) continue;
    row.suppressed = row.value || row.headroom || row.violation;
    row.value = row.headroom = row.violation = std::nullopt;
  }
  if (decides()) return;
  change.reset();
  for (LeverRow& row : levers) {
    row.given = true;
    if (!row.optimal) row.optimal = row.initial;
    row.at = LeverRow::At::unknown;
  }
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

bool Draft::without_conditions() const {
  const Found list = study({"constraints"});
  return conditions.empty() && list && list.value->is_array() && list.value->empty() &&
         run.configuration.constraints.empty();
}

Found Draft::term(std::string_view name) const {
  if (few_above_cap && is_without_outliers(name)) return {};
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

void align_money(Table& table, std::size_t column) {
  constexpr double million = 1e6, least = 0.9995e6;
  for (const bool change : {false, true}) {
    double largest = 0;
    const auto each = [&](const auto& take) {
      for (auto& row : table.rows) {
        Cell& cell = row.at(column);
        if (cell.figure && cell.figure->unit == Unit::money && cell.figure->change == change &&
            std::isfinite(cell.figure->value))
          take(cell, cell.figure->value);
      }
    };
    each([&](Cell&, double value) { largest = std::max(largest, std::abs(value)); });
    if (largest < least) continue;
    each([&](Cell& cell, double value) {
      if (value == 0 || std::abs(value) >= least) return;
      const double shown = std::abs(value) < 0.005 * million ? 0 : value;
      cell.text = fmt::format("{}{:.2f} M", change && shown > 0 ? "+" : "", shown / million);
    });
  }
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
