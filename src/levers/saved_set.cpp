#include <fmt/format.h>

#include <algorithm>

#include "levers/forms.h"
#include "levers/numbers.h"
#include "planwise/error.h"

namespace planwise {
namespace {

using Named = std::vector<std::pair<std::string_view, double>>;

/// Names and values that count for the rules of each lever. The names are those of `flat`.
std::vector<Named> values_by_lever(const LeverSchema& schema, const Json& flat) {
  const std::vector<Lever>& all = schema.levers();
  std::vector<Named> result(all.size());
  if (!flat.is_object()) return result;
  for (const auto& [name, value] : flat.as_object()) {
    const auto number = levers::finite_number(value);
    if (!number) continue;
    if (const auto place = schema.find(name)) {
      result[static_cast<std::size_t>(place->lever - all.data())].emplace_back(name, *number);
      continue;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].by_level && name.find(all[i].name) != std::string::npos) result[i].emplace_back(name, *number);
    }
  }
  return result;
}

/// The flat form of a set in tuning form whose values are not all numbers, with the values as they are.
Json flat_as_it_is(const LeverSchema& schema, const Json& tuning) {
  Json flat = Json::object();
  for (const auto& [name, group] : tuning.as_object()) {
    const Lever* lever = schema.find_parameter(name);
    if (lever == nullptr || !group.is_object()) {
      flat.set(lever == nullptr || lever->by_level ? name : lever->name, group);
      continue;
    }
    for (const auto& [level, value] : group.as_object()) flat.set(lever->name + "_level_" + level, value);
  }
  return flat;
}

Json flat_form(const LeverSchema& schema, const Json& set) {
  if (!is_tuning_form(set)) return set;
  try {
    return from_tuning_form(schema, set).levers;
  } catch (const Error&) {
    return flat_as_it_is(schema, set);
  }
}

/// The factor's text, or nothing when the rule does not hold.
std::optional<std::string> factor(const LeverRule& rule, const Named& values) {
  if (values.empty()) return std::nullopt;
  const auto by_value = [](const auto& entry) { return entry.second; };
  if (rule.test == LeverTest::spread_above) {
    const auto [least, most] = std::ranges::minmax(values, {}, by_value);
    const double spread = most.second - least.second;
    if (!levers::clearly_above(spread, rule.limit)) return std::nullopt;
    return fmt::format("{}: {} to {}", rule.text, levers::number_text(least.second), levers::number_text(most.second));
  }
  std::vector<std::string> hits;
  for (const auto& [name, value] : values) {
    if (levers::holds(rule, value)) hits.push_back(fmt::format("{} {}", name, levers::number_text(value)));
  }
  if (hits.empty()) return std::nullopt;
  return fmt::format("{}: {}", rule.text, fmt::join(hits, ", "));
}

}  // namespace

SavedSetRisk assess_saved_set(const LeverSchema& schema, const Json& set, Timestamp at) {
  const Json flat = flat_form(schema, set);
  const LeverValidation checked = validate_levers(schema, flat);
  const std::vector<Named> values = values_by_lever(schema, flat);
  SavedSetRisk result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (const LeverRule& rule : schema.levers()[i].saved_set) {
      if (auto text = factor(rule, values[i])) result.factors.push_back(std::move(*text));
    }
  }
  if (!result.factors.empty()) result.level = result.factors.size() <= 2 ? RiskLevel::medium : RiskLevel::high;
  result.warning_count = static_cast<std::int64_t>(checked.warnings.size());
  result.assessment_date = at;
  result.parameters_within_bounds = checked.valid();
  return result;
}

Json to_json(const SavedSetRisk& risk) {
  Json factors = Json::array();
  for (const std::string& factor : risk.factors) factors.push_back(factor);
  Json result = Json::object();
  result.set("level", to_text(risk.level));
  result.set("factors", std::move(factors));
  result.set("warning_count", risk.warning_count);
  result.set("assessment_date", to_text(risk.assessment_date));
  result.set("parameters_within_bounds", risk.parameters_within_bounds);
  return result;
}

}  // namespace planwise
