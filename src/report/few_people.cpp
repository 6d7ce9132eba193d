#include "report/few_people.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/numbers.h"
#include "report/reading.h"

namespace planwise::report {

namespace {

constexpr std::string_view above_cap = "people are paid above the cap";

/// The number that a note about people above the cap begins with; absent: another note, or no number.
std::optional<double> people_of_note(const std::string& note) {
  if (note.find(above_cap) == std::string::npos) return std::nullopt;
  const std::size_t digits = std::min(note.find_first_not_of("0123456789"), note.size());
  constexpr std::size_t most_digits = 15;
  if (digits == 0 || digits > most_digits) return std::nullopt;
  return static_cast<double>(std::stoll(note.substr(0, digits)));
}

bool few_above_cap_in(const YearFigures& year) {
  std::int64_t within = 0;
  for (const std::int64_t people : year.within_cap_by_level) within += people;
  return is_few(static_cast<double>(year.active_headcount - within));
}

}  // namespace

std::vector<bool> hidden_groups(const std::vector<double>& people) {
  std::vector<bool> hidden(people.size());
  std::size_t groups = 0;
  double sum = 0;
  const auto hide = [&](std::size_t i) {
    hidden[i] = true;
    ++groups;
    sum += people[i];
  };
  for (std::size_t i = 0; i < people.size(); ++i) {
    if (is_few(people[i])) hide(i);
  }
  while (groups > 0 && (groups == 1 || is_few(sum))) {
    std::optional<std::size_t> next;
    for (std::size_t i = 0; i < people.size(); ++i) {
      if (!hidden[i] && people[i] > 0 && (!next || people[i] < people[*next])) next = i;
    }
    if (!next) break;
    hide(*next);
  }
  return hidden;
}

LevelPeople level_people(const Run& run) {
  LevelPeople out;
  const Json* list = run.results.estimated_employee_impact.find("by_level");
  if (list == nullptr || !list->is_array()) return out;
  std::vector<double> active, affected;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& item = list->at(i);
    out.levels.push_back(static_cast<int>(finite(item.find("level")).value_or(static_cast<double>(i + 1))));
    affected.push_back(finite(item.find("affected")).value_or(0));
    active.push_back(finite(item.find("active")).value_or(affected.back()));
  }
  out.hidden = hidden_groups(active);
  double hidden_active = 0, hidden_affected = 0;
  for (std::size_t i = 0; i < active.size(); ++i) {
    if (!out.hidden[i]) continue;
    hidden_active += active[i];
    hidden_affected += affected[i];
  }
  out.total_affected_tells = hidden_affected > 0 && hidden_affected != hidden_active;
  return out;
}

std::vector<bool> hidden_levels_of(const ReportFacts& facts) {
  std::vector<bool> hidden;
  const LevelPeople stored = level_people(facts.subject.run);
  for (std::size_t i = 0; i < stored.levels.size(); ++i) {
    const int level = stored.levels[i];
    if (level < 1 || level > static_cast<int>(level_count)) continue;
    hidden.resize(std::max(hidden.size(), static_cast<std::size_t>(level)));
    hidden[static_cast<std::size_t>(level - 1)] = stored.hidden[i];
  }
  return hidden;
}

bool few_above_cap(const Run& run) {
  const Json* notes = run.results.projected_outcomes.find("notes");
  if (notes == nullptr || !notes->is_array()) return false;
  return std::any_of(notes->as_array().begin(), notes->as_array().end(), [](const Json& note) {
    if (!note.is_string()) return false;
    const std::string text = note.as_string();
    if (text.find(above_cap) == std::string::npos) return false;
    return text.starts_with("fewer than") || is_few(people_of_note(text).value_or(0));
  });
}

bool few_above_cap(const ReportFacts& facts) {
  if (few_above_cap(facts.subject.run)) return true;
  if (!facts.simulated) return false;
  return std::any_of(facts.simulated->years.begin(), facts.simulated->years.end(), [](const SimulatedYear& year) {
    return few_above_cap_in(year.plan) || few_above_cap_in(year.baseline);
  });
}

bool is_without_outliers(std::string_view figure) {
  return figure.find("within_cap") != std::string_view::npos ||
         figure.find("without_outliers") != std::string_view::npos;
}

std::string shown_note(const std::string& note) {
  if (!is_few(people_of_note(note).value_or(0))) return note;
  const std::string rest = note.substr(note.find_first_not_of("0123456789"));
  return fmt::format("fewer than {:.0f}{}", fewest_people, rest.substr(0, rest.find(':')));
}

}  // namespace planwise::report
