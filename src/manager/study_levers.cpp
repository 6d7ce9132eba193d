#include "manager/study_levers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/near.h"
#include "core/refuse.h"
#include "levers/simulator_levers.h"
#include "planwise/error.h"

namespace planwise::manager {

namespace {

using core::refuse;

std::vector<int> levels_of(const Lever& lever, int level) {
  return level == 0 ? lever.levels : std::vector<int>{level};
}

/// The name of a place: "merit_rate_level_2", "cola_rate".
std::string name_of(const Lever& lever, int level) {
  return level == 0 ? lever.name : fmt::format("{}_level_{}", lever.name, level);
}

ByLevel<bool> LeverLocks::*locks_field(std::string_view parameter) noexcept {
  if (parameter == "merit_base") return &LeverLocks::merit_rate;
  if (parameter == "cola_rate") return &LeverLocks::cola_rate;
  if (parameter == "new_hire_salary_adjustment") return &LeverLocks::new_hire_salary_adjustment;
  if (parameter == "promotion_probability") return &LeverLocks::promotion_probability;
  if (parameter == "promotion_raise") return &LeverLocks::promotion_raise;
  return nullptr;
}

}  // namespace

double LinearForm::at(const std::vector<double>& point) const {
  double sum = constant;
  for (std::size_t i = 0; i < factors.size(); ++i) sum += factors[i] * point[i];
  return sum;
}

StudyLevers::StudyLevers(const LeverSchema& schema, const LeverBase& base, LeverChoice& choice,
                         std::vector<std::string>& notes)
    : schema_(schema), base_(base), ignore_locks_(choice.ignore_locks) {
  set_start(choice.start, notes);
  for (const auto& [name, bounds] : choice.bounds) (void)place_of(name, "levers.bounds: ");
  std::vector<Place> places = searched(choice);
  drop_locked(choice, places, notes);
  for (const Place& place : places) add_variable(choice, place, notes);
  for (const auto& [name, bounds] : choice.bounds) {
    if (!variable_at(place_of(name, "")))
      notes.push_back(fmt::format("the bounds of {} are not looked at: it is not searched", name));
  }
  // With nothing left to search the names asked for stay: an empty list would mean all when it is read again.
  if (!variables_.empty()) choice.search.clear();
  std::map<std::string, LeverBounds> bounds;
  for (const Variable& variable : variables_) {
    choice.search.push_back(variable.name);
    bounds[variable.name] = {variable.lower, variable.upper};
  }
  if (empty_bounds_.empty()) choice.bounds = std::move(bounds);
  choice.start = start_;
  choice.locked = locked_;
}

StudyLevers::Place StudyLevers::place_of(std::string_view name, std::string_view where) const {
  const std::optional<LeverPlace> found = schema_.find(name);
  if (!found) {
    const std::vector<std::string> names = schema_.names();
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    refuse(fmt::format("{}there is no lever '{}'{}; `planwise levers show` lists all", where, name,
                       core::did_you_mean(name, candidates)));
  }
  return {static_cast<std::size_t>(found->lever - schema_.levers().data()), found->level.value_or(0)};
}

void StudyLevers::set_start(const Json& given, std::vector<std::string>& notes) {
  Json flat = given;
  if (is_tuning_form(given)) {
    ConvertedLevers converted = from_tuning_form(schema_, given);
    flat = std::move(converted.levers);
    for (const std::string& note : converted.notes) notes.push_back("levers.start: " + note);
  }
  for (const auto& [name, value] : flat.as_object()) (void)place_of(name, "levers.start: ");
  start_levers_ = to_year_levers(schema_, flat, base_.levers);
  keep_locked_start(notes);
  start_ = from_year_levers(schema_, start_levers_);
  const Json defaults = schema_.defaults();
  for (const std::string& name : schema_.names()) {  // those that the simulator does not know
    const LeverPlace place = *schema_.find(name);
    if (levers::field_of(place.lever->parameter_name) != nullptr) continue;
    start_.set(name, flat.find(name) != nullptr ? *flat.find(name) : defaults.at(name));
  }
  // What the data hold is taken as it is; what the study asks for must be allowed.
  const Json of_data = from_year_levers(schema_, base_.levers);
  Json asked = Json::object();
  for (const auto& [name, value] : flat.as_object()) {
    if (of_data.find(name) == nullptr || !numerically_equal(*of_data.find(name), value)) asked.set(name, value);
  }
  const LeverValidation checked = validate_levers(schema_, asked);
  if (!checked.valid()) refuse(fmt::format("levers.start: {}", fmt::join(checked.errors, "; ")));
}

void StudyLevers::keep_locked_start(std::vector<std::string>& notes) {
  for (std::size_t i = 0; i < schema_.levers().size(); ++i) {
    const Lever& lever = schema_.levers()[i];
    const auto field = levers::field_of(lever.parameter_name);
    if (field == nullptr) continue;
    std::set<std::string> told;  // a lever for all levels once, where its levels agree
    for (const int level : lever.levels) {
      double& value = (start_levers_.*field)[static_cast<std::size_t>(level) - 1];
      const double kept = (base_.levers.*field)[static_cast<std::size_t>(level) - 1];
      if (value == kept || !data_locks({i, level}).first) continue;
      told.insert(fmt::format("{} is locked in the data: it stays {}, {} was asked for",
                              lever.by_level ? name_of(lever, level) : lever.name, real_text(kept), real_text(value)));
      value = kept;
    }
    notes.insert(notes.end(), told.begin(), told.end());
  }
}

double StudyLevers::start_of(Place place) const {
  const Lever& lever = schema_.levers()[place.first];
  const std::vector<int> levels = levels_of(lever, place.second);
  double sum = 0, first = 0;
  bool equal = true;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Json* value = start_.find(name_of(lever, levels[i]));
    if (value == nullptr) value = start_.find(lever.name);
    if (i == 0) first = value->as_real();
    equal = equal && value->as_real() == first;
    sum += value->as_real();
  }
  return equal ? first : sum / static_cast<double>(levels.size());
}

std::vector<StudyLevers::Place> StudyLevers::searched(const LeverChoice& choice) const {
  std::set<Place> places;
  for (const std::string& name : choice.search.empty() ? schema_.names() : choice.search) {
    const Place place = place_of(name, "levers.search: ");
    if (!places.insert(place).second) refuse(fmt::format("levers.search names {} twice; once is allowed", name));
  }
  for (const Place& place : places) {
    if (place.second != 0 && places.contains({place.first, 0})) {
      const Lever& lever = schema_.levers()[place.first];
      refuse(fmt::format("levers.search names both {} and {}; one of them is allowed", lever.name,
                         name_of(lever, place.second)));
    }
  }
  return {places.begin(), places.end()};
}

bool StudyLevers::locked_in(int year, const Lever& lever, int level) const {
  const auto locks = base_.locks.find(year);
  const auto field = locks_field(lever.parameter_name);
  return !ignore_locks_ && locks != base_.locks.end() && field != nullptr &&
         (locks->second.*field)[static_cast<std::size_t>(level) - 1];
}

std::pair<bool, bool> StudyLevers::data_locks(Place place) const {
  const Lever& lever = schema_.levers()[place.first];
  bool all = true, any = false;
  for (const int year : base_.years) {
    for (const int level : levels_of(lever, place.second)) {
      const bool locked = locked_in(year, lever, level);
      all = all && locked;
      any = any || locked;
    }
  }
  return {all && any, any};
}

void StudyLevers::drop_locked(LeverChoice& choice, std::vector<Place>& places, std::vector<std::string>& notes) {
  std::set<Place> asked;
  for (const std::string& name : choice.locked) {
    const Place place = place_of(name, "levers.locked: ");
    const Lever& lever = schema_.levers()[place.first];
    if (place.second != 0 && std::ranges::find(places, Place{place.first, 0}) != places.end()) {
      refuse(fmt::format(
          "levers.locked names {}, and {} is searched as one value; lock {}, or name the levels that are searched",
          name, lever.name, lever.name));
    }
    asked.insert(place);
  }
  std::set<std::string> kept;
  std::vector<std::string> by_data;
  const auto stays = [&](const Place& place) {
    const std::string name = name_of(schema_.levers()[place.first], place.second);
    if (asked.contains(place) || asked.contains({place.first, 0})) {
      kept.insert(name);
      return true;
    }
    const auto [all, any] = data_locks(place);
    if (all) {
      kept.insert(name);
      by_data.push_back(name);
    } else if (any) {
      notes.push_back(
          fmt::format("{} is locked in the data in some years or levels: the data's values stay there", name));
    }
    return all;
  };
  std::erase_if(places, stays);
  for (const Place& place : asked) kept.insert(name_of(schema_.levers()[place.first], place.second));
  locked_.assign(kept.begin(), kept.end());
  if (!by_data.empty())
    notes.push_back(fmt::format("locked in the data and therefore not searched: {}", fmt::join(by_data, ", ")));
}

LeverBounds StudyLevers::bounds_of(const LeverChoice& choice, Place place) const {
  const Lever& lever = schema_.levers()[place.first];
  const auto given = choice.bounds.find(name_of(lever, place.second));
  if (given != choice.bounds.end()) {
    const LeverBounds& bounds = given->second;
    if (bounds.minimum < lever.hard.minimum || bounds.maximum > lever.hard.maximum) {
      refuse(fmt::format("levers.bounds.{} is [{}, {}]; within [{}, {}] is allowed", given->first,
                         real_text(bounds.minimum), real_text(bounds.maximum), real_text(lever.hard.minimum),
                         real_text(lever.hard.maximum)));
    }
    return bounds;
  }
  const auto level = place.second == 0 ? lever.levels.begin() : std::ranges::find(lever.levels, place.second);
  return lever.search[static_cast<std::size_t>(level - lever.levels.begin())];
}

void StudyLevers::add_variable(const LeverChoice& choice, Place place, std::vector<std::string>& notes) {
  const Lever& lever = schema_.levers()[place.first];
  Variable variable;
  variable.name = name_of(lever, place.second);
  variable.start = start_of(place);
  const LeverBounds bounds = bounds_of(choice, place);
  variable.lower = bounds.minimum;
  variable.upper = bounds.maximum;
  if (bounds.minimum > bounds.maximum) {
    empty_bounds_.push_back(fmt::format("the bounds of {} hold no value: {} is above {} by {}", variable.name,
                                        real_text(bounds.minimum), real_text(bounds.maximum),
                                        bounds.minimum - bounds.maximum));
    variable.lower = variable.upper = variable.start;
  } else if (variable.start < variable.lower || variable.start > variable.upper) {
    if (variable.start < lever.hard.minimum || variable.start > lever.hard.maximum) {
      refuse(fmt::format("{} starts at {} ({}); {} to {} is allowed", variable.name, real_text(variable.start),
                         base_.source, real_text(lever.hard.minimum), real_text(lever.hard.maximum)));
    }
    variable.lower = std::min(variable.lower, variable.start);
    variable.upper = std::max(variable.upper, variable.start);
    notes.push_back(fmt::format("the bounds of {}, {} to {}, are widened to {} to {}: it starts at {}", variable.name,
                                real_text(bounds.minimum), real_text(bounds.maximum), real_text(variable.lower),
                                real_text(variable.upper), real_text(variable.start)));
  }
  variable.stepped = lever.parameter_name == "promotion_probability";  // moves who is drawn, one person at a time
  const bool levels_differ = place.second == 0 && !lever.by_level && start_.find(lever.name) == nullptr;
  if (levels_differ) {
    notes.push_back(fmt::format("{} differs by level where it starts; the search sets one value, from their mean {}",
                                lever.name, real_text(variable.start)));
  }
  places_.push_back(place);
  variables_.push_back(std::move(variable));
  add_puts(variables_.size() - 1);
}

void StudyLevers::add_puts(std::size_t variable) {
  const Lever& lever = schema_.levers()[places_[variable].first];
  const auto field = levers::field_of(lever.parameter_name);
  if (field == nullptr) return;
  for (const int year : base_.years) {
    for (const int level : levels_of(lever, places_[variable].second)) {
      if (!locked_in(year, lever, level)) puts_.push_back({variable, year, field, static_cast<std::size_t>(level) - 1});
    }
  }
}

void StudyLevers::put_start(std::map<int, YearLevers>& years) const {
  for (const int year : base_.years) {
    YearLevers& levers = years.at(year);
    for (const Lever& lever : schema_.levers()) {
      const auto field = levers::field_of(lever.parameter_name);
      if (field == nullptr) continue;
      for (const int level : lever.levels) {
        const auto index = static_cast<std::size_t>(level) - 1;
        if (!locked_in(year, lever, level)) (levers.*field)[index] = (start_levers_.*field)[index];
      }
    }
  }
}

std::vector<double> StudyLevers::start_point() const {
  std::vector<double> point;
  for (const Variable& variable : variables_) point.push_back(variable.start);
  return point;
}

Json StudyLevers::at(const std::vector<double>& point) const {
  Json levers = start_;
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const Lever& lever = schema_.levers()[places_[i].first];
    if (places_[i].second == 0 && !lever.by_level) {
      for (const int level : lever.levels) levers.erase(name_of(lever, level));
    }
    levers.set(variables_[i].name, point[i]);
  }
  return levers;
}

std::optional<std::size_t> StudyLevers::variable_at(Place place) const {
  const auto found = std::ranges::find(places_, place);
  if (found == places_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - places_.begin());
}

LinearForm StudyLevers::form_of(std::string_view name, std::string_view where) const {
  const Place place = place_of(name, where);
  const std::vector<int> levels = levels_of(schema_.levers()[place.first], place.second);
  LinearForm form;
  form.factors.assign(variables_.size(), 0);
  if (const auto whole = variable_at(place)) {
    form.factors[*whole] = 1;
    return form;
  }
  // A lever for all levels that is searched level by level counts as their mean.
  const double part = 1.0 / static_cast<double>(levels.size());
  for (const int level : levels) {
    auto variable = variable_at({place.first, level});
    if (!variable) variable = variable_at({place.first, 0});
    if (variable) {
      form.factors[*variable] += part;
    } else {
      form.constant += part * start_of({place.first, level});
    }
  }
  return form;
}

}  // namespace planwise::manager
