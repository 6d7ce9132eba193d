// What changed between two runs, or between two states of one, and between the data they saw.
#include <fmt/format.h>

#include <algorithm>

#include "planwise/compare.h"
#include "report/draft.h"
#include "report/numbers.h"

namespace planwise::report {

namespace {

bool is_long(std::string_view path) {
  for (const std::string_view part :
       {"simulation_data", "results.parameter_history", "results.objective_history", "results.parameter_correlations",
        "results.sensitivity_analysis", "results.risk_assessment", "results.projected_outcomes.levers",
        "results.projected_outcomes.start", "results.projected_outcomes.front", "results.projected_outcomes.notes",
        "results.projected_outcomes.warnings", "results.projected_outcomes.least_violated",
        "results.projected_outcomes.infeasible_because", "results.constraint_violations"}) {
    if (path.starts_with(part)) return true;
  }
  return false;
}

/// Figures by level: of people that may be few in either run.
bool is_by_level(std::string_view path) {
  return path.find("by_level") != std::string_view::npos ||
         (path.starts_with("results.") && !path.starts_with("results.optimal_parameters") &&
          path.find("level_") != std::string_view::npos);
}

std::string last_name(const std::string& path) {
  const std::size_t dot = path.find_last_of('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

bool is_lever(const std::string& path) {
  return path.starts_with("results.optimal_parameters") || path.starts_with("configuration.initial_parameters");
}

Unit unit_at(const std::string& path) {
  if (path.starts_with("results.estimated_cost_impact") && unit_of(last_name(path)) == Unit::number) return Unit::money;
  if (!is_lever(path)) return unit_of(last_name(path));
  return path.find("adjustment") == std::string::npos ? Unit::percent : Unit::number;
}

/// A number that tells of one to four people, in a field that counts those reached.
bool tells_of_few(const ComparedValue& value, const std::string& path) {
  return path.starts_with("results.estimated_employee_impact") && unit_at(path) == Unit::count && !value.missing &&
         is_few(finite(&value.value).value_or(0));
}

Cell value_cell(const ComparedValue& value, const std::string& path) {
  if (value.missing) return {"not there", path, Tone::missing};
  if (tells_of_few(value, path)) return {"< 5", path, Tone::plain};
  const Unit unit = unit_at(path);
  if (const auto number = finite(&value.value); number && is_lever(path) && unit == Unit::percent)
    return {rate_text(*number), path, Tone::plain};
  if (const std::string name = last_name(path); value.value.is_integer() && (name == "year" || name.ends_with("_year")))
    return {std::to_string(value.value.as_integer()), path, Tone::plain};
  return {value_text(value.value, unit), path, Tone::plain};
}

std::string short_id(const std::string& run_id) { return run_id.size() > 12 ? run_id.substr(0, 12) + "…" : run_id; }

/// What the comparison must not list, for either run.
class Withheld {
 public:
  Withheld(const StoredRun& other, const StoredRun& subject) {
    for (const Run* run : {&other.run, &subject.run}) {
      cap_ = cap_ || few_above_cap(*run);
      affected_ = affected_ || level_people(*run).total_affected_tells;
    }
    for (const Run* run : {&other.run, &subject.run}) {
      for (const ConditionRow& row : conditions_of(*run)) {
        if (row.level || (cap_ && is_without_outliers(row.figure))) conditions_.push_back(row.path);
      }
    }
  }
  [[nodiscard]] bool holds(const std::string& path) const {
    return is_by_level(path) || (cap_ && is_without_outliers(path) && path.starts_with("results.")) ||
           (affected_ && path == "results.estimated_employee_impact.employees_affected") ||
           (path.starts_with("results.") && std::any_of(conditions_.begin(), conditions_.end(),
                                                        [&](const std::string& row) { return path.starts_with(row); }));
  }

 private:
  bool cap_ = false, affected_ = false;
  std::vector<std::string> conditions_;
};

Table field_table(const Comparison& comparison, const StoredRun& other, const StoredRun& subject) {
  constexpr std::size_t most = 80;
  const bool same_run = other.run.metadata.run_id == subject.run.metadata.run_id;
  const auto title = [&](const StoredRun& stored) {
    return same_run ? fmt::format("Version {}", stored.version) : short_id(stored.run.metadata.run_id);
  };
  Table table{"Fields that differ",
              {{"Field", false}, {title(other), true}, {title(subject), true}, {"Difference", true}},
              {},
              ""};
  std::size_t left_out = 0, of_few = 0;
  const Withheld withheld(other, subject);
  for (const ComparedField& field : comparison.fields) {
    if (withheld.holds(field.path)) {
      ++of_few;
      continue;
    }
    if (is_long(field.path) || table.rows.size() == most) {
      ++left_out;
      continue;
    }
    const Unit unit = unit_at(field.path);
    const auto& delta = field.values.at(1).delta;
    const bool few = tells_of_few(field.values.at(0), field.path) || tells_of_few(field.values.at(1), field.path);
    table.rows.push_back({{field.path, {}, {}},
                          value_cell(field.values.at(0), field.path),
                          value_cell(field.values.at(1), field.path),
                          delta && !few ? difference_cell(*delta, unit, field.path) : Cell{}});
  }
  table.note = fmt::format("{} fields are the same.", comparison.same_count);
  if (left_out > 0)
    table.note += fmt::format(
        " {} more differ (histories, simulation data, analyses and the like): planwise compare shows them.", left_out);
  if (of_few > 0)
    table.note += fmt::format(" {} more are not listed, for they may tell of fewer than 5 people.", of_few);
  return table;
}

/// Hashes and fingerprints by name, at any depth of the provenance.
void add_data(Section& section, const StoredRun& other, const StoredRun& subject) {
  if (other.provenance.is_null() || subject.provenance.is_null()) {
    section.blocks.emplace_back(
        Text{"Whether both saw the same data cannot be told: the provenance of at least one of them is not stored.",
             {"provenance"},
             Tone::missing});
    return;
  }
  const std::vector<FieldChange> changes = changed_fields(other.provenance, subject.provenance);
  if (changes.empty()) {
    section.blocks.emplace_back(
        Text{"Both saw the same data by fingerprint, with the same program and settings.", {"provenance"}, Tone::good});
    return;
  }
  constexpr std::size_t most = 40;
  Table table{
      "Provenance that differs: data, program, settings", {{"What", false}, {"Before", false}, {"Now", false}}, {}, ""};
  for (std::size_t i = 0; i < std::min(most, changes.size()); ++i) {
    const auto cell = [&](const std::optional<Json>& value) {
      return value ? Cell{value_text(*value), "provenance." + changes[i].path, {}}
                   : Cell{"not there", {}, Tone::missing};
    };
    table.rows.push_back({{changes[i].path, {}, {}}, cell(changes[i].old_value), cell(changes[i].new_value)});
  }
  section.blocks.emplace_back(std::move(table));
}

}  // namespace

Section changes_section(Draft& draft) {
  Section section{"changes", "What changed", {}};
  if (!draft.facts.other) return section;
  const StoredRun& other = *draft.facts.other;
  const StoredRun& subject = draft.facts.subject;
  section.blocks.emplace_back(
      Text{fmt::format("Compared with run {}, version {}, scenario {}, created {}.", other.run.metadata.run_id,
                       other.version, other.run.metadata.scenario_id, to_text(other.run.metadata.created_at)),
           {},
           {}});
  CompareOptions options;
  const Comparison comparison = compare({other.run, subject.run}, options);
  if (comparison.fields.empty())
    section.blocks.emplace_back(Text{"No field differs.", {}, Tone::good});
  else
    section.blocks.emplace_back(field_table(comparison, other, subject));
  add_data(section, other, subject);
  return section;
}

}  // namespace planwise::report
