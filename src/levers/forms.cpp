#include "levers/forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/json_text.h"
#include "levers/numbers.h"
#include "planwise/error.h"

namespace planwise {
namespace levers {
namespace {

std::optional<int> level_from(std::string_view key) {
  int level = 0;
  const auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), level);
  if (failure != std::errc{} || end != key.data() + key.size()) return std::nullopt;
  return level;
}

bool has_level(const Lever& lever, int level) { return std::ranges::find(lever.levels, level) != lever.levels.end(); }

/// One group of the tuning form.
void take_group(const LeverSchema& schema, std::size_t index, const Json& group, Values& values,
                std::vector<std::string>& notes) {
  const Lever& lever = schema.levers()[index];
  if (!group.is_object()) {
    const double value = required_number(lever.parameter_name, group);
    for (const int level : lever.levels) values[{index, level}] = value;
    return;
  }
  Values given;
  for (const auto& [key, entry] : group.as_object()) {
    const std::string path = fmt::format("{}.{}", lever.parameter_name, core::as_utf8(key));
    const double value = required_number(path, entry);
    const auto level = level_from(key);
    if (!level || !has_level(lever, *level)) {
      notes.push_back(fmt::format("{} has no level {}: left out", lever.parameter_name, core::excerpt(key)));
    } else if (const auto [known, added] = given.emplace(Place{index, *level}, value);
               !added && known->second != value) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{} is given twice, as {} and {}; allowed is one value a level", path,
                              real_text(known->second), real_text(value)));
    }
  }
  // Earlier programs kept a lever for all levels under level 1 alone.
  if (!lever.by_level && lever.levels.size() > 1 && given.size() == 1 &&
      given.begin()->first.second == lever.levels.front()) {
    notes.push_back(fmt::format("{} is given for level {} alone: taken for all levels", lever.parameter_name,
                                lever.levels.front()));
    for (const int level : lever.levels) given[{index, level}] = given.begin()->second;
  }
  values.merge(given);
}

/// Flat names that stand beside groups. The same lever and level in both forms has one value.
void add_flat_names(const LeverSchema& schema, const Json& mixed, Values& values) {
  Json flat = Json::object();
  for (const auto& [name, entry] : mixed.as_object()) {
    if (!entry.is_object() && schema.find(name)) flat.set(name, entry);
  }
  std::vector<std::string> unknown;
  for (const auto& [place, value] : values_of_flat(schema, flat, unknown)) {
    if (const auto [known, added] = values.emplace(place, value); !added && known->second != value) {
      const Lever& lever = schema.levers()[place.first];
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("{}.{} is given twice, as {} and, by its flat name, as {}; allowed is one value a level",
                              lever.parameter_name, place.second, real_text(known->second), real_text(value)));
    }
  }
}

Values values_of_tuning(const LeverSchema& schema, const Json& tuning, std::vector<std::string>& notes) {
  require_object(tuning, "levers in tuning form");
  Values values;
  if (tuning.is_null()) return values;
  for (const auto& [name, group] : tuning.as_object()) {
    const Lever* lever = schema.find_parameter(name);
    if (!group.is_object() && schema.find(name)) continue;  // a flat name beside groups
    if (lever == nullptr) {
      notes.push_back(fmt::format("{} is no group of levers: left out", core::excerpt(name)));
      continue;
    }
    take_group(schema, static_cast<std::size_t>(lever - schema.levers().data()), group, values, notes);
  }
  add_flat_names(schema, tuning, values);
  return values;
}

}  // namespace

Values values_of_flat(const LeverSchema& schema, const Json& flat, std::vector<std::string>& unknown) {
  require_object(flat, "levers");
  Values values, at_level;
  if (flat.is_null()) return values;
  for (const auto& [name, entry] : flat.as_object()) {
    const auto place = schema.find(name);
    if (!place) {
      unknown.push_back(name);
      continue;
    }
    const double value = required_number(name, entry);
    const auto index = static_cast<std::size_t>(place->lever - schema.levers().data());
    if (place->level) {
      at_level[{index, *place->level}] = value;
    } else {
      for (const int level : place->lever->levels) values[{index, level}] = value;
    }
  }
  at_level.merge(values);  // a name of one level goes before the name of all
  return at_level;
}

Values values_of(const LeverSchema& schema, const Json& set, std::vector<std::string>& notes) {
  if (is_tuning_form(set)) return values_of_tuning(schema, set, notes);
  std::vector<std::string> unknown;
  Values values = values_of_flat(schema, set, unknown);
  for (const std::string& name : unknown) notes.push_back(fmt::format("{} is no lever: left out", core::excerpt(name)));
  return values;
}

Json flat_of(const LeverSchema& schema, const Values& values) {
  Json flat = Json::object();
  for (std::size_t i = 0; i < schema.levers().size(); ++i) {
    const Lever& lever = schema.levers()[i];
    std::vector<std::pair<int, double>> given;
    for (const int level : lever.levels) {
      if (const auto found = values.find({i, level}); found != values.end()) given.emplace_back(level, found->second);
    }
    const bool same = given.size() == lever.levels.size() && std::ranges::all_of(given, [&](const auto& entry) {
                        return entry.second == given.front().second;
                      });
    if (!lever.by_level && same) {
      flat.set(lever.name, given.front().second);
      continue;
    }
    for (const auto& [level, value] : given) flat.set(flat_name(lever, level), value);
  }
  return flat;
}

}  // namespace levers

bool is_tuning_form(const Json& set) noexcept {
  if (!set.is_object()) return false;
  return std::ranges::any_of(set.as_object(), [](const Json::Member& member) { return member.second.is_object(); });
}

ConvertedLevers to_tuning_form(const LeverSchema& schema, const Json& flat) {
  ConvertedLevers result{Json::object(), {}};
  std::vector<std::string> unknown;
  const levers::Values values = levers::values_of_flat(schema, flat, unknown);
  for (const std::string& name : unknown)
    result.notes.push_back(fmt::format("{} is no lever: left out", core::excerpt(name)));
  for (std::size_t i = 0; i < schema.levers().size(); ++i) {
    Json group = Json::object();
    for (const int level : schema.levers()[i].levels) {
      if (const auto found = values.find({i, level}); found != values.end())
        group.set(std::to_string(level), found->second);
    }
    result.levers.set(schema.levers()[i].parameter_name, std::move(group));
  }
  return result;
}

ConvertedLevers from_tuning_form(const LeverSchema& schema, const Json& tuning) {
  ConvertedLevers result;
  result.levers = levers::flat_of(schema, levers::values_of_tuning(schema, tuning, result.notes));
  return result;
}

}  // namespace planwise
