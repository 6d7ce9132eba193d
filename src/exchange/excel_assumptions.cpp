#include "exchange/excel_assumptions.h"

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "exchange/excel_blocks.h"
#include "planwise/simulation.h"

namespace planwise::exchange {
namespace {

std::optional<double> finite_at(const Json* object, std::string_view key) {
  const Json* value = object == nullptr ? nullptr : object->find(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double real = value->as_real();
  return std::isfinite(real) ? std::optional(real) : std::nullopt;
}

const Json* member(const Json* object, std::string_view key) { return object == nullptr ? nullptr : object->find(key); }

/// A cell that formulas read, by its place on the sheet.
struct Input {
  std::string cell;
  double value = 0;
};

void say_missing(ExcelSheet& sheet, const char* what, const char* path) {
  sheet.text(0, what, Style::label);
  sheet.text(1, std::string("not stored with this run (") + path + ")", Style::line);
  sheet.next_row();
}

Input put_input(ExcelSheet& sheet, const std::string& name, double value, Style style, const std::string& remark = {}) {
  sheet.text(0, name, Style::label);
  sheet.number(1, value, style);
  if (!remark.empty()) sheet.text(2, remark, Style::line);
  Input input{sheet.cell(1), value};
  sheet.next_row();
  return input;
}

Input put_formula(ExcelSheet& sheet, const std::string& name, const std::string& formula, double value, Style style) {
  sheet.text(0, name, Style::label);
  sheet.formula_over_rows(1, formula, value, style);
  Input result{sheet.cell(1), value};
  sheet.next_row();
  return result;
}

// --- raises by level
// --------------------------------------------------------------------------------------------------

struct LevelInputs {
  std::int64_t level = 0;
  double people = 0, pay = 0;
  std::optional<double> merit[2], cola[2];  ///< Before and after.
};

/// A lever at a level: its own name, else the one for all levels.
std::optional<double> lever_at(const Json* levers, const std::string& name, std::int64_t level) {
  if (const auto own = finite_at(levers, name + "_level_" + std::to_string(level))) return own;
  return finite_at(levers, name);
}

std::vector<LevelInputs> levels_of(const Json& document) {
  std::vector<LevelInputs> out;
  const Json* list = member(&document.at("results").at("estimated_employee_impact"), "by_level");
  if (list == nullptr || !list->is_array()) return out;
  const Json* before = &document.at("configuration").at("initial_parameters");
  const Json* after = &document.at("results").at("optimal_parameters");
  for (const Json& item : list->as_array()) {
    const auto level = finite_at(&item, "level"), people = finite_at(&item, "active"),
               pay = finite_at(&item, "mean_pay_baseline");
    if (!level || !people || !pay) continue;
    constexpr double fewest_people = 5;  // Pay of fewer is a person's.
    if (*people > 0 && *people < fewest_people) continue;
    LevelInputs row;
    row.level = static_cast<std::int64_t>(*level);
    row.people = *people;
    row.pay = *pay;
    for (int side = 0; side < 2; ++side) {
      row.merit[side] = lever_at(side == 0 ? before : after, "merit_rate", row.level);
      row.cola[side] = lever_at(side == 0 ? before : after, "cola_rate", row.level);
    }
    if (row.merit[0] && row.merit[1] && row.cola[0] && row.cola[1]) out.push_back(row);
  }
  return out;
}

/// Columns: level, people, pay, merit before and after, COLA before and after, cost before and after, difference.
void write_level(ExcelSheet& sheet, const LevelInputs& row, std::array<double, 3>& totals) {
  sheet.integer(0, row.level, Style::digits);
  sheet.number(1, row.people, Style::input_number);
  sheet.number(2, row.pay, Style::input_money);
  double cost[2];
  for (int side = 0; side < 2; ++side) {
    sheet.number(3 + side, *row.merit[side], Style::input_percent);
    sheet.number(5 + side, *row.cola[side], Style::input_percent);
    cost[side] = row.people * row.pay * (*row.merit[side] + *row.cola[side]);
    sheet.formula(
        7 + side,
        "=" + sheet.cell(1) + "*" + sheet.cell(2) + "*(" + sheet.cell(3 + side) + "+" + sheet.cell(5 + side) + ")",
        cost[side], Style::money);
  }
  sheet.formula(9, "=" + sheet.cell(8) + "-" + sheet.cell(7), cost[1] - cost[0], Style::money);
  sheet.next_row();
  totals[0] += cost[0];
  totals[1] += cost[1];
  totals[2] += cost[1] - cost[0];
}

void write_raises(ExcelSheet& sheet, const Json& document, const Input& loading) {
  write_section(sheet, "Merit and COLA by level");
  const std::vector<LevelInputs> levels = levels_of(document);
  if (levels.empty())
    return say_missing(sheet, "Headcount, pay and levers by level", "results.estimated_employee_impact.by_level");
  sheet.table_header(0, {"Level", "#Active people", "#Mean pay, baseline", "#Merit, baseline", "#Merit, plan",
                         "#COLA, baseline", "#COLA, plan", "#Raises, baseline", "#Raises, plan", "#Difference"});
  sheet.next_row();
  std::array<double, 3> totals{};
  for (const LevelInputs& row : levels) write_level(sheet, row, totals);
  const int rows = static_cast<int>(levels.size());
  sheet.text(0, "Total", Style::total_label);
  for (int column = 1; column < 7; ++column) sheet.text(column, "", Style::total_label);
  for (int column = 7; column < 10; ++column) {
    const std::string sum = "=SUM(" + sheet.cell(column, -rows) + ":" + sheet.cell(column, -1) + ")";
    sheet.formula_over_rows(column, sum, totals[static_cast<std::size_t>(column - 7)], Style::total_money);
  }
  sheet.next_row();
  sheet.text(0, "With taxes and benefits", Style::label);
  for (int column = 7; column < 10; ++column) {
    const double total = totals[static_cast<std::size_t>(column - 7)];
    sheet.formula_over_rows(column, "=" + sheet.cell(column, -1) + "*(1+" + loading.cell + ")",
                            total * (1 + loading.value), Style::money);
  }
  sheet.next_row();
  sheet.text(0,
             "People x mean pay x (merit + COLA): the raises of one full year for everybody. The simulation also has "
             "dates, leavers, "
             "hires and promotions; its figures stand under Costs by year.",
             Style::line);
  sheet.next_row();
}

// --- budget, objective, years
// -----------------------------------------------------------------------------------------

void write_budget(ExcelSheet& sheet, const Json& document, const Input& loading) {
  write_section(sheet, "Budget");
  const Json* list = member(&document.at("results").at("projected_outcomes"), "constraints");
  const Json* budget = nullptr;
  if (list != nullptr && list->is_array()) {
    for (const Json& item : list->as_array()) {
      const Json* figure = member(&item, "figure");
      const Json* level = member(&item, "level");
      const bool of_pay = figure != nullptr && figure->is_string() && figure->as_string() == "active_compensation";
      if (of_pay && (level == nullptr || level->is_null()) && finite_at(&item, "maximum") &&
          finite_at(&item, "value") && budget == nullptr)
        budget = &item;
    }
  }
  if (budget == nullptr) return say_missing(sheet, "Budget", "results.projected_outcomes.constraints");
  const Input limit = put_input(sheet, "Budget", *finite_at(budget, "maximum"), Style::input_money);
  const Input plan = put_input(sheet, "Pay run-rate of the plan", *finite_at(budget, "value"), Style::input_money);
  put_formula(sheet, "Headroom", "=" + limit.cell + "-" + plan.cell, limit.value - plan.value, Style::money);
  if (limit.value != 0)
    put_formula(sheet, "Headroom, part of the budget", "=(" + limit.cell + "-" + plan.cell + ")/" + limit.cell,
                (limit.value - plan.value) / limit.value, Style::percent);
  put_formula(sheet, "Pay run-rate with taxes and benefits", "=" + plan.cell + "*(1+" + loading.cell + ")",
              plan.value * (1 + loading.value), Style::money);
}

std::optional<double> weight_of(const Run& run, const std::string& term) {
  const Json* objective = run.configuration.algorithm_config.find("objective");
  if (const auto weight = finite_at(member(objective, "weights"), term)) return weight;
  for (const Objective& each : run.configuration.objectives) {
    if (each.name == term && std::isfinite(each.weight)) return each.weight;
  }
  return std::nullopt;
}

/// The term that the weight is on stands under its own name, or under this one where people above the pay cap are left
/// out.
std::string weighed_name(const Run& run, const Json& breakdown, const std::string& term) {
  const Json* within = member(run.configuration.algorithm_config.find("objective"), "within_pay_cap");
  const bool capped = within != nullptr && within->is_boolean() && within->as_boolean();
  const std::string name = term + "_within_cap";
  return capped && finite_at(&breakdown, name) ? name : term;
}

/// Terms x weights; `suffix` names the normalised ones.
void write_weighted(ExcelSheet& sheet, const Run& run, const Json& breakdown, const std::string& suffix,
                    const char* title) {
  struct Row {
    std::string name;
    double weight, value;
  };
  std::vector<Row> rows;
  for (const auto& [name, value] : breakdown.as_object()) {
    if (name.size() <= suffix.size() || !name.ends_with(suffix)) continue;
    const std::string term = name.substr(0, name.size() - suffix.size());
    const auto weight = weight_of(run, term);
    const std::string shown = suffix.empty() ? weighed_name(run, breakdown, term) : name;
    const auto number = finite_at(&breakdown, shown);
    if (weight && number) rows.push_back({shown, *weight, *number});
  }
  if (rows.empty()) return;
  sheet.table_header(0, {title, "#Weight", "#Term", "#Weight x term"});
  sheet.next_row();
  double sum = 0, weights = 0;
  for (const Row& row : rows) {
    sheet.text(0, readable(row.name));
    sheet.number(1, row.weight, Style::input_number);
    sheet.number(2, row.value, Style::input_number);
    sheet.formula(3, "=" + sheet.cell(1) + "*" + sheet.cell(2), row.weight * row.value, Style::number);
    sheet.next_row();
    sum += row.weight * row.value;
    weights += row.weight;
  }
  const int count = static_cast<int>(rows.size());
  sheet.text(0, "Weighted sum", Style::total_label);
  sheet.text(2, "", Style::total_label);
  for (const int column : {1, 3})
    sheet.formula_over_rows(column, "=SUM(" + sheet.cell(column, -count) + ":" + sheet.cell(column, -1) + ")",
                            column == 1 ? weights : sum, Style::total_number);
  sheet.next_row();
}

void write_objective(ExcelSheet& sheet, const Run& run, const Json& document) {
  write_section(sheet, "Objective");
  const Json& breakdown = document.at("results").at("objective_breakdown");
  if (!breakdown.is_object() || breakdown.empty())
    return say_missing(sheet, "Terms of the objective", "results.objective_breakdown");
  write_weighted(sheet, run, breakdown, "", "As it stands");
  write_weighted(sheet, run, breakdown, "_normalised", "Normalised terms");
  if (run.results.objective_value && std::isfinite(*run.results.objective_value))
    put_input(sheet, "Objective of the run", *run.results.objective_value, Style::number, "as stored, for comparison");
}

void write_years(ExcelSheet& sheet, const Json& document, const Input& loading) {
  write_section(sheet, "Costs by year");
  const Json* years = member(&document.at("results").at("projected_outcomes"), "years");
  bool any = false;
  if (years != nullptr && years->is_object()) {
    for (const auto& [year, figures] : years->as_object()) {
      const Json* pay = member(&figures, "active_compensation");
      const auto before = finite_at(pay, "baseline"), after = finite_at(pay, "best");
      if (!before || !after) continue;
      if (!any) {
        sheet.table_header(0, {"Year", "#Run-rate, baseline", "#Run-rate, plan", "#Difference", "#Relative",
                               "#Plan with taxes and benefits"});
        sheet.next_row();
      }
      any = true;
      sheet.text(0, year, Style::line);
      sheet.number(1, *before, Style::input_money);
      sheet.number(2, *after, Style::input_money);
      sheet.formula(3, "=" + sheet.cell(2) + "-" + sheet.cell(1), *after - *before, Style::money);
      if (*before != 0)
        sheet.formula(4, "=(" + sheet.cell(2) + "-" + sheet.cell(1) + ")/ABS(" + sheet.cell(1) + ")",
                      (*after - *before) / std::abs(*before), Style::percent_change);
      sheet.formula_over_rows(5, "=" + sheet.cell(2) + "*(1+" + loading.cell + ")", *after * (1 + loading.value),
                              Style::money);
      sheet.next_row();
    }
  }
  if (!any) say_missing(sheet, "Costs by year", "results.projected_outcomes.years");
}

}  // namespace

void write_assumptions(ExcelSheet& sheet, const Run& run, const Json& document) {
  write_section(sheet, "Assumptions");
  sheet.text(0, "Yellow cells are inputs, taken from the run; change one and what follows from it recalculates.",
             Style::line);
  sheet.next_row();
  const Input loading = put_input(sheet, "Taxes and benefits on pay", 0, Style::input_percent,
                                  "a part of pay; the run holds none, so 0 is taken");
  write_raises(sheet, document, loading);
  write_budget(sheet, document, loading);
  write_objective(sheet, run, document);
  write_years(sheet, document, loading);
}

}  // namespace planwise::exchange
