#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "levers/forms.h"
#include "levers/numbers.h"
#include "levers/simulator_levers.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using levers::Place;
using levers::Values;
using Reason = PlanRemark::Reason;

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

struct Kept {
  double value = 0;
  bool locked = false;
};
using RowsByPlace = std::map<Place, Kept>;

/// The rows of one year that belong to a lever.
RowsByPlace rows_of(const LeverSchema& schema, const std::vector<EffectiveLever>& rows, int year) {
  RowsByPlace result;
  for (const EffectiveLever& row : rows) {
    if (row.year != year) continue;
    const Lever* lever = schema.find_parameter(row.parameter_name);
    if (lever == nullptr || !same_word(lever->event_type, row.event_type)) continue;
    if (std::ranges::find(lever->levels, row.level) == lever->levels.end()) continue;
    const std::string name = fmt::format("{} of level {} in {}", row.parameter_name, row.level, year);
    const double value = levers::required_number(name, Json(row.value));
    const Place place{static_cast<std::size_t>(lever - schema.levers().data()), row.level};
    const auto [known, added] = result.emplace(place, Kept{value, row.locked});
    if (!added && known->second.value != value) {
      throw Error(ErrorCode::invalid_argument, fmt::format("{} is both {} and {}; allowed are the rows of one scenario",
                                                           name, real_text(known->second.value), real_text(value)));
    }
    known->second.locked = known->second.locked || row.locked;
  }
  return result;
}

void put(const LeverSchema& schema, const Values& values, YearLevers& year) {
  for (const auto& [place, value] : values) {
    const auto field = levers::field_of(schema.levers()[place.first].parameter_name);
    if (field != nullptr) (year.*field)[static_cast<std::size_t>(place.second) - 1] = value;
  }
}

/// A plan with its values by place, checked.
struct ReadPlan {
  Values values;
  const LeverPlan* plan = nullptr;
  [[nodiscard]] bool covers(int year) const {
    return plan->years.empty() || std::ranges::find(plan->years, year) != plan->years.end();
  }
};

ReadPlan read_plan(const LeverSchema& schema, const LeverPlan& plan, const std::set<int>& years,
                   PlannedLevers& result) {
  std::vector<std::string> notes;
  ReadPlan read{levers::values_of(schema, plan.levers, notes), &plan};
  for (const std::string& note : notes) result.notes.push_back(note);
  const LeverValidation checked = validate_levers(schema, levers::flat_of(schema, read.values));
  if (!checked.valid()) throw Error(ErrorCode::invalid_argument, fmt::format("{}", fmt::join(checked.errors, "; ")));
  if (plan.levers.is_object() && !is_tuning_form(plan.levers)) {
    for (const auto& [name, value] : plan.levers.as_object()) {
      if (schema.find(name)) continue;
      PlanRemark& remark = result.remarks.emplace_back(PlanRemark{Reason::unknown, 0, 0, name, 0, 0});
      remark.asked = levers::finite_number(value).value_or(0);
    }
  }
  for (const auto& [place, value] : read.values) {
    const Lever& lever = schema.levers()[place.first];
    if (levers::field_of(lever.parameter_name) == nullptr) {
      result.remarks.push_back({Reason::no_effect, 0, place.second, flat_name(lever, place.second), value, 0});
    }
  }
  for (const int year : plan.years) {
    if (years.contains(year)) continue;
    for (const auto& [place, value] : read.values) {
      const std::string name = flat_name(schema.levers()[place.first], place.second);
      result.remarks.push_back({Reason::year_not_simulated, year, place.second, name, value, 0});
    }
  }
  return read;
}

/// Defaults, then what the database has; a note for each lever that it has not at all levels.
Values start_of(const LeverSchema& schema, const RowsByPlace& rows, int year, std::vector<std::string>& notes) {
  Values values;
  for (std::size_t i = 0; i < schema.levers().size(); ++i) {
    const Lever& lever = schema.levers()[i];
    std::vector<int> missing;
    for (std::size_t k = 0; k < lever.levels.size(); ++k) {
      const auto row = rows.find({i, lever.levels[k]});
      values[{i, lever.levels[k]}] = row == rows.end() ? lever.defaults[k] : row->second.value;
      if (row == rows.end()) missing.push_back(lever.levels[k]);
    }
    if (!missing.empty()) {
      notes.push_back(fmt::format("{}: the database has no {} for level {}; the default holds", year,
                                  lever.parameter_name, fmt::join(missing, ", ")));
    }
  }
  return values;
}

}  // namespace

std::string_view to_text(Reason reason) noexcept {
  constexpr std::string_view names[] = {"locked", "lock_ignored", "year_not_simulated", "unknown", "no_effect"};
  return names[static_cast<std::size_t>(reason)];
}

Json to_json(const PlanRemark& remark) {
  Json result = Json::object();
  result.set("reason", to_text(remark.reason));
  result.set("year", remark.year == 0 ? Json() : Json(remark.year));
  result.set("level", remark.level == 0 ? Json() : Json(remark.level));
  result.set("name", remark.name);
  result.set("asked", remark.asked);
  const bool kept = remark.reason == Reason::locked || remark.reason == Reason::lock_ignored;
  result.set("kept", kept ? Json(remark.kept) : Json());
  return result;
}

Json flat_from_rows(const LeverSchema& schema, const std::vector<EffectiveLever>& rows, int year) {
  Values values;
  for (const auto& [place, kept] : rows_of(schema, rows, year)) values[place] = kept.value;
  return levers::flat_of(schema, values);
}

std::vector<EffectiveLever> rows_from_flat(const LeverSchema& schema, const Json& flat, int year) {
  std::vector<std::string> notes;
  std::vector<EffectiveLever> rows;
  for (const auto& [place, value] : levers::values_of(schema, flat, notes)) {
    const Lever& lever = schema.levers()[place.first];
    rows.push_back({year, place.second, lever.event_type, lever.parameter_name, value, false});
  }
  return rows;
}

YearLevers to_year_levers(const LeverSchema& schema, const Json& flat, const YearLevers& start,
                          std::vector<std::string>* notes) {
  std::vector<std::string> left_out;
  const Values values = levers::values_of(schema, flat, left_out);
  YearLevers result = start;
  put(schema, values, result);
  std::set<std::size_t> without;
  for (const auto& [place, value] : values) {
    const Lever& lever = schema.levers()[place.first];
    if (levers::field_of(lever.parameter_name) == nullptr && without.insert(place.first).second) {
      left_out.push_back(fmt::format("{} has no effect in the simulator", lever.name));
    }
  }
  if (notes != nullptr) notes->insert(notes->end(), left_out.begin(), left_out.end());
  return result;
}

Json from_year_levers(const LeverSchema& schema, const YearLevers& year) {
  Values values;
  for (std::size_t i = 0; i < schema.levers().size(); ++i) {
    const auto field = levers::field_of(schema.levers()[i].parameter_name);
    if (field == nullptr) continue;
    for (const int level : schema.levers()[i].levels) {
      values[{i, level}] = (year.*field)[static_cast<std::size_t>(level) - 1];
    }
  }
  return levers::flat_of(schema, values);
}

PlannedLevers plan_levers(const LeverSchema& schema, const std::vector<EffectiveLever>& rows,
                          const std::vector<int>& years, const std::vector<LeverPlan>& plans, LockRule locks) {
  PlannedLevers result;
  const std::set<int> simulated(years.begin(), years.end());
  std::vector<ReadPlan> read;
  read.reserve(plans.size());
  for (const LeverPlan& plan : plans) read.push_back(read_plan(schema, plan, simulated, result));
  for (const int year : simulated) {
    const RowsByPlace kept = rows_of(schema, rows, year);
    Values values = start_of(schema, kept, year, result.notes);
    Values asked;  // what the last plan that names a place wants there
    for (const ReadPlan& plan : read) {
      if (!plan.covers(year)) continue;
      for (const auto& [place, value] : plan.values) asked[place] = value;
    }
    for (const auto& [place, value] : asked) {
      const Lever& lever = schema.levers()[place.first];
      const auto row = kept.find(place);
      const bool locked = row != kept.end() && row->second.locked && row->second.value != value;
      if (locked) {
        const Reason reason = locks == LockRule::honour ? Reason::locked : Reason::lock_ignored;
        result.remarks.push_back(
            {reason, year, place.second, flat_name(lever, place.second), value, row->second.value});
      }
      if (!locked || locks == LockRule::ignore) values[place] = value;
    }
    put(schema, values, result.years[year]);
  }
  return result;
}

}  // namespace planwise
