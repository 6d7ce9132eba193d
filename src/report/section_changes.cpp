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
        "results.projected_outcomes.start", "results.projected_outcomes.front"}) {
    if (path.starts_with(part)) return true;
  }
  return false;
}

std::string last_name(const std::string& path) {
  const std::size_t dot = path.find_last_of('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

Unit unit_at(const std::string& path) {
  if (!path.starts_with("results.optimal_parameters") && !path.starts_with("configuration.initial_parameters"))
    return unit_of(last_name(path));
  return path.find("adjustment") == std::string::npos ? Unit::percent : Unit::number;
}

Cell value_cell(const ComparedValue& value, const std::string& path) {
  if (value.missing) return {"not there", path, Tone::missing};
  return {value_text(value.value, unit_at(path)), path, Tone::plain};
}

std::string short_id(const std::string& run_id) { return run_id.size() > 12 ? run_id.substr(0, 12) + "…" : run_id; }

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
  std::size_t left_out = 0;
  for (const ComparedField& field : comparison.fields) {
    if (is_long(field.path) || table.rows.size() == most) {
      ++left_out;
      continue;
    }
    const Unit unit = unit_at(field.path);
    const auto& delta = field.values.at(1).delta;
    table.rows.push_back({{field.path, {}, {}},
                          value_cell(field.values.at(0), field.path),
                          value_cell(field.values.at(1), field.path),
                          delta ? difference_cell(*delta, unit, field.path) : Cell{}});
  }
  table.note = fmt::format("{} fields are the same.", comparison.same_count);
  if (left_out > 0)
    table.note += fmt::format(
        " {} more differ (histories, simulation data, analyses and the like): planwise compare shows them.", left_out);
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
