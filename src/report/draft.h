/// \file
/// A report being written: what all sections read, and what was found missing. Internal to report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/facts.h"
#include "report/few_people.h"
#include "report/model.h"
#include "report/reading.h"

namespace planwise::report {

class Draft {
 public:
  explicit Draft(const ReportFacts& given);

  const ReportFacts& facts;
  const Run& run;
  std::vector<YearRow> years;
  std::vector<LeverRow> levers;
  std::vector<ConditionRow> conditions;
  std::optional<SensitivityReading> sensitivity;
  std::vector<EnsembleRow> ensembles;
  std::optional<ChangeRisk> change;  ///< Absent when the run does not hold both sets of levers.
  int target_year = 0;               ///< Whose figures decide; 0: none is known.
  std::string kind;                  ///< Of the study: "optimize", "pareto" and the like; empty: none is stored.
  std::vector<bool> hidden_levels;   ///< From level 1; empty: nothing is known of the people of levels.
  bool few_above_cap = false;        ///< Figures without people above the pay cap stay out.

  /// False for studies that look at given levers: nothing changes, and no conditions or bounds are decided about.
  [[nodiscard]] bool decides() const noexcept { return kind != "uncertainty" && kind != "sensitivity"; }
  /// The study is stored and has no conditions.
  [[nodiscard]] bool without_conditions() const;

  /// Says that something is not stored with the run, and remembers it for the list at the end.
  [[nodiscard]] Text lacking(const std::string& what, const std::string& path);
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& missing() const noexcept { return missing_; }
  /// A setting of the study that the run keeps.
  [[nodiscard]] Found study(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] std::string study_text(std::initializer_list<std::string_view> keys) const;
  /// A term of the objective; none that would give the pay of a few people away.
  [[nodiscard]] Found term(std::string_view name) const;
  /// The year that decides; nullptr when there are no figures of it.
  [[nodiscard]] const YearRow* target() const;
  [[nodiscard]] bool synthetic() const;
  /// The plan keeps all stored conditions; absent when none is stored.
  [[nodiscard]] std::optional<bool> feasible() const;

 private:
  std::vector<std::pair<std::string, std::string>> missing_;
};

/// A figure under the start's levers, under the plan's, and the difference; cells without a value say so.
[[nodiscard]] std::vector<Cell> compared_cells(const Found& before, const Found& after, Unit unit);
[[nodiscard]] Cell number_cell(const Found& found, Unit unit);
[[nodiscard]] Cell absent_cell();
/// A number and its text.
[[nodiscard]] Cell figure_cell(double value, Unit unit, std::string source = {});
/// With the sign; of percent the relative change.
[[nodiscard]] Cell change_cell(double value, Unit unit, std::string source = {});
/// A difference: of fractions in points.
[[nodiscard]] Cell difference_cell(double value, Unit unit, std::string source = {});
/// The plan and the start under one figure, a row a year; nothing when the run has the figure for no year.
void add_year_table(Section& section, Draft& draft, const std::string& caption, const std::string& note,
                    std::initializer_list<std::string_view> names, Unit unit);
[[nodiscard]] bool has_figure(const Draft& draft, std::initializer_list<std::string_view> names);
/// Everything in an object as rows of name and value, nested names joined.
[[nodiscard]] Table flat_table(const std::string& caption, const Json& value, const std::string& path);
/// A list of texts or values, one a row; at most 30, and how many more there are.
[[nodiscard]] Table list_table(const std::string& caption, const Json& list, const std::string& path);
/// Amounts of a column in the same scale: millions when one of them reaches a million; changes and totals apart.
void align_money(Table& table, std::size_t column);

// One function a section, in the order of the report.
[[nodiscard]] Section summary_section(Draft& draft);
[[nodiscard]] Section decision_section(Draft& draft);
[[nodiscard]] Section lever_section(Draft& draft);
[[nodiscard]] Section bounds_section(Draft& draft);
[[nodiscard]] Section cost_section(Draft& draft);
[[nodiscard]] Section people_section(Draft& draft);
[[nodiscard]] Section equity_section(Draft& draft);
[[nodiscard]] Section condition_section(Draft& draft);
[[nodiscard]] Section front_section(Draft& draft);
[[nodiscard]] Section sensitivity_section(Draft& draft);
[[nodiscard]] Section uncertainty_section(Draft& draft);
[[nodiscard]] Section risk_section(Draft& draft);
[[nodiscard]] Section search_section(Draft& draft);
[[nodiscard]] Section changes_section(Draft& draft);
[[nodiscard]] Section advice_section(Draft& draft);
[[nodiscard]] Section method_section(Draft& draft);
[[nodiscard]] Section origin_section(Draft& draft);
[[nodiscard]] Section missing_section(Draft& draft);
/// The recommendations alone, the most pressing first.
[[nodiscard]] std::vector<Advice> advice_of(Draft& draft);
/// The sections of the short edition.
[[nodiscard]] std::vector<Section> board_sections(Draft& draft);

// Parts that both editions use.
[[nodiscard]] Tiles key_figures(Draft& draft);
[[nodiscard]] std::vector<Text> findings(Draft& draft);
[[nodiscard]] Table condition_table(Draft& draft);
[[nodiscard]] Unit unit_of_condition(const ConditionRow& row);
[[nodiscard]] std::string lever_text(const LeverRow& row, double value);
/// Of what a report is: "a compensation decision", "an uncertainty study over 8 seeds".
[[nodiscard]] std::string subject_text(const Draft& draft);
/// What a study that decides no lever is, in a sentence or two; its figures; and what tuning and a front came to.
[[nodiscard]] Text study_sentence(const Draft& draft);
[[nodiscard]] Tiles study_figures(const Draft& draft);
/// Of `value` in its rows: the figure's own where effects are changes of it.
[[nodiscard]] Unit unit_of_effect(const SensitivityReading& reading);
[[nodiscard]] Tile growth_tile(const Draft& draft);
[[nodiscard]] Tile front_tile(const Draft& draft);
[[nodiscard]] Tile lever_risk_tile(const Draft& draft);
[[nodiscard]] std::optional<Text> risk_difference(const Draft& draft);
[[nodiscard]] std::optional<Chart> history_chart(const Draft& draft);
[[nodiscard]] std::optional<Chart> cost_chart(Draft& draft);
[[nodiscard]] std::optional<Chart> bridge_chart(Draft& draft);
[[nodiscard]] std::optional<Chart> band_chart(const Draft& draft);
/// One lever at a time at its bounds, where the run keeps that.
void add_tornado(Section& section, const Draft& draft);
[[nodiscard]] std::optional<Chart> sensitivity_chart(Draft& draft, std::size_t most);
[[nodiscard]] std::string reproduce_command(const Draft& draft);

}  // namespace planwise::report
