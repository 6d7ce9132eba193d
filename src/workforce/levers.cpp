#include "workforce/levers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "planwise/error.h"
#include "workforce/parts.h"

namespace planwise::workforce {

namespace {

constexpr std::array<LeverName, 5> names{{
    {"merit_rate", "RAISE", "merit_base", true, &YearLevers::merit_rate, &LeverLocks::merit_rate},
    {"cola_rate", "RAISE", "cola_rate", false, &YearLevers::cola_rate, &LeverLocks::cola_rate},
    {"new_hire_salary_adjustment", "hire", "new_hire_salary_adjustment", false, &YearLevers::new_hire_salary_adjustment,
     &LeverLocks::new_hire_salary_adjustment},
    {"promotion_probability", "PROMOTION", "promotion_probability", true, &YearLevers::promotion_probability,
     &LeverLocks::promotion_probability},
    {"promotion_raise", "PROMOTION", "promotion_raise", true, &YearLevers::promotion_raise,
     &LeverLocks::promotion_raise},
}};

const LeverName* lever_called(std::string_view parameter) {
  const std::string wanted = lower(parameter);
  for (const LeverName& name : names) {
    if (name.parameter == wanted || name.flat == wanted) return &name;
  }
  return nullptr;
}

std::string level_name(const LeverName& lever, std::size_t level_index) {
  return fmt::format("{}_level_{}", lever.flat, level_index + 1);
}

std::string flat_name(const LeverName& lever, std::size_t level_index) {
  return lever.by_level ? level_name(lever, level_index) : std::string(lever.flat);
}

/// A lever for all levels whose levels are equal has its one flat name; levels that differ have names of one level.
void put_flat(const LeverName& lever, const ByLevel<double>& values, const ByLevel<bool>& there, Json& flat) {
  std::optional<double> first;
  bool equal = there[0];
  for (std::size_t index = 0; index < level_count; ++index) {
    if (!there[index]) continue;
    if (!first) first = values[index];
    equal = equal && values[index] == *first;
  }
  if (!lever.by_level && equal) {
    flat.set(std::string(lever.flat), *first);
    return;
  }
  for (std::size_t index = 0; index < level_count; ++index) {
    if (there[index]) flat.set(level_name(lever, index), values[index]);
  }
}

/// One row of a table of levers.
struct LeverRow {
  std::optional<std::int64_t> year, level;
  std::string event_type, parameter;
  std::optional<double> value;
  bool locked = false;
};

const FoundTable* levers_source(const Session& session) {
  return session.first_of({parameters_table().name, levers_table().name, staged_levers_table().name});
}

std::string chosen_scenario(const Session& session, const FoundTable& table, const std::string& wanted) {
  duck::Rows rows = session.connection().query(fmt::format(
      "SELECT DISTINCT coalesce(scenario_id, '') FROM {} ORDER BY 1", normalised(table, parameters_table())));
  std::vector<std::string> there;
  while (rows.next()) there.emplace_back(rows.text(0));
  const auto has = [&](std::string_view name) { return std::find(there.begin(), there.end(), name) != there.end(); };
  if (!wanted.empty()) {
    if (has(wanted)) return wanted;
    throw Error(ErrorCode::not_found,
                fmt::format("{} has no scenario '{}'; it has {}", table.name, wanted, fmt::join(there, ", ")));
  }
  if (there.empty() || has("default")) return "default";
  if (there.size() == 1) return there.front();
  throw Error(ErrorCode::invalid_argument, fmt::format("{} has {} scenarios ({}) and none is 'default': name one",
                                                       table.name, there.size(), fmt::join(there, ", ")));
}

std::vector<LeverRow> lever_rows(const Session& session, const FoundTable& table, const std::string& scenario) {
  duck::Rows rows = session.connection().query(
      fmt::format(
          "SELECT fiscal_year, job_level, coalesce(event_type, ''), coalesce(parameter_name, ''), parameter_value, "
          "coalesce(is_locked, false) FROM {} WHERE coalesce(scenario_id, '') = ? OR scenario_id IS NULL "
          "ORDER BY fiscal_year, parameter_name, job_level, event_type, parameter_value",
          normalised(table, parameters_table())),
      {scenario});
  std::vector<LeverRow> all;
  while (rows.next()) {
    all.push_back({rows.optional_integer(0), rows.optional_integer(1), std::string(rows.text(2)),
                   std::string(rows.text(3)), rows.optional_real(4), rows.boolean(5)});
  }
  return all;
}

/// Puts rows into levers by year and remembers which cells were set.
class LeverTable {
 public:
  explicit LeverTable(EffectiveLevers& levers) : levers_(levers) {}

  void put(const LeverRow& row) {
    const LeverName* lever = lever_called(row.parameter);
    if (lever == nullptr) return;
    const std::string where =
        fmt::format("{}: {} of {}, level {}", levers_.source, row.parameter,
                    row.year ? std::to_string(*row.year) : "no year", row.level ? std::to_string(*row.level) : "all");
    if (!row.year || *row.year < 1900 || *row.year > 2999)
      return note(where + " is left out: years from 1900 to 2999 are allowed");
    if (!row.value || !std::isfinite(*row.value)) return note(where + " has no value and keeps the default");
    const std::int64_t level = row.level.value_or(0);
    if (level < 0 || level > static_cast<std::int64_t>(level_count)) {
      return note(fmt::format("{} is left out: levels from 1 to {} are allowed", where, level_count));
    }
    if (lever->flat == "new_hire_salary_adjustment" && row.event_type != "hire")
      levers_.new_hire_stored_as_hire = false;
    const int year = static_cast<int>(*row.year);
    const std::size_t first = level == 0 ? 0 : static_cast<std::size_t>(level - 1);
    const std::size_t last = level == 0 ? level_count : first + 1;
    for (std::size_t index = first; index < last; ++index) {
      if (!set_.insert({year, lever, index}).second)
        note(where + " stands there more than once; the last value by size is used");
      (levers_.values[year].*lever->values)[index] = *row.value;
      (levers_.locks[year].*lever->locks)[index] = row.locked;
      (levers_.given[year].*lever->locks)[index] = true;
    }
  }

  void note_gaps() {
    for (const auto& [year, values] : levers_.values) {
      for (const LeverName& lever : names) {
        for (std::size_t index = 0; index < level_count; ++index) {
          if (set_.contains({year, &lever, index})) continue;
          note(fmt::format("{} has no {} of {}, level {}: the default {} is used", levers_.source, lever.parameter,
                           year, index + 1, (values.*lever.values)[index]));
        }
      }
    }
  }

  [[nodiscard]] bool has(int year, const LeverName& lever, std::size_t index) const {
    return set_.contains({year, &lever, index});
  }

 private:
  void note(std::string text) { levers_.notes.push_back(std::move(text)); }
  EffectiveLevers& levers_;
  std::set<std::tuple<int, const LeverName*, std::size_t>> set_;
};

}  // namespace

std::span<const LeverName> lever_names() { return names; }

EffectiveLevers read_levers(const Session& session, const std::string& scenario_id) {
  const FoundTable* table = levers_source(session);
  if (table == nullptr) {
    throw Error(
        ErrorCode::not_found,
        "the database has none of int_effective_parameters, comp_levers, stg_comp_levers: no levers can be read");
  }
  EffectiveLevers levers;
  levers.source = table->name;
  levers.scenario_id = chosen_scenario(session, *table, scenario_id);
  LeverTable cells(levers);
  for (const LeverRow& row : lever_rows(session, *table, levers.scenario_id)) cells.put(row);
  if (levers.values.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("{} has no lever of scenario '{}' that can be read{}", table->name, levers.scenario_id,
                            levers.notes.empty() ? "" : ": " + levers.notes.front()));
  }
  cells.note_gaps();
  return levers;
}

Json parameters_of_year(const Session& session, const std::string& scenario_id, int year,
                        std::vector<std::string>& warnings) {
  Json parameters = Json::object();
  const FoundTable* table = levers_source(session);
  if (table == nullptr) {
    warnings.push_back(
        "the database has none of int_effective_parameters, comp_levers, stg_comp_levers: no parameters can be told");
    return parameters;
  }
  EffectiveLevers levers;
  levers.source = table->name;
  LeverTable cells(levers);
  levers.scenario_id = chosen_scenario(session, *table, scenario_id);
  for (const LeverRow& row : lever_rows(session, *table, levers.scenario_id)) cells.put(row);
  warnings.insert(warnings.end(), levers.notes.begin(), levers.notes.end());
  for (const LeverName& lever : names) {
    ByLevel<bool> there{};
    bool any = false;
    for (std::size_t index = 0; index < level_count; ++index) any |= there[index] = cells.has(year, lever, index);
    if (any) put_flat(lever, levers.values.at(year).*lever.values, there, parameters);
  }
  if (parameters.empty()) warnings.push_back(fmt::format("{} has no levers of {}", table->name, year));
  return parameters;
}

}  // namespace planwise::workforce

namespace planwise {

using workforce::LeverName;

std::unique_ptr<YearLevers> SimulationDatabase::Parts::levers_of(const workforce::Session& session, int year) const {
  if (workforce::levers_source(session) == nullptr) return nullptr;
  try {
    const EffectiveLevers levers = workforce::read_levers(session, options.scenario_id);
    const auto found = levers.values.find(year);
    return found == levers.values.end() ? nullptr : std::make_unique<YearLevers>(found->second);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) return nullptr;
    throw;
  }
}

Json flat_levers(const YearLevers& levers) {
  Json flat = Json::object();
  for (const LeverName& lever : workforce::lever_names()) {
    ByLevel<bool> there{};
    there.fill(true);
    workforce::put_flat(lever, levers.*lever.values, there, flat);
  }
  return flat;
}

YearLevers levers_from_flat(const Json& values, const YearLevers& base) {
  if (!values.is_object()) {
    throw Error(ErrorCode::invalid_argument,
                fmt::format("levers are an object of names and numbers, not {}", values.kind_name()));
  }
  YearLevers levers = base;
  YearLevers by_level = base;  // names of one level go over those of all
  std::array<ByLevel<bool>, workforce::names.size()> own{};
  for (const auto& [name, value] : values.as_object()) {
    if (!value.is_number() || !std::isfinite(value.as_real())) {
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("lever '{}' is {}; a finite number is allowed", name, value.dump()));
    }
    bool known = false;
    for (std::size_t place = 0; place < own.size(); ++place) {
      const LeverName& lever = workforce::names[place];
      for (std::size_t index = 0; index < level_count; ++index) {
        const bool of_level = name == workforce::level_name(lever, index);
        if (!of_level && name != workforce::flat_name(lever, index)) continue;
        own[place][index] |= of_level;
        YearLevers& target = of_level ? by_level : levers;
        (target.*lever.values)[index] = value.as_real();
        known = true;
      }
    }
    if (!known) {
      throw Error(
          ErrorCode::invalid_argument,
          fmt::format(
              "there is no lever '{}'; allowed are merit_rate_level_1 to _5, cola_rate, new_hire_salary_adjustment, "
              "promotion_probability_level_1 to _5 and promotion_raise_level_1 to _5",
              name));
    }
  }
  for (std::size_t place = 0; place < own.size(); ++place) {
    const auto of_lever = workforce::names[place].values;
    for (std::size_t index = 0; index < level_count; ++index) {
      if (own[place][index]) (levers.*of_lever)[index] = (by_level.*of_lever)[index];
    }
  }
  return levers;
}

std::string flat_lever_name(std::string_view event_type, std::string_view parameter_name, int level) {
  const LeverName* lever = workforce::lever_called(parameter_name);
  if (lever == nullptr || level < 1 || level > static_cast<int>(level_count)) return {};
  if (!event_type.empty() && workforce::lower(event_type) != workforce::lower(lever->event_type)) return {};
  return workforce::flat_name(*lever, static_cast<std::size_t>(level - 1));
}

}  // namespace planwise
