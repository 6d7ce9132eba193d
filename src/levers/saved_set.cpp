#include <fmt/format.h>

#include <algorithm>

#include "levers/forms.h"
#include "levers/numbers.h"

namespace planwise {
namespace {

/// Values by name that count for a lever's rules.
std::vector<std::pair<std::string, double>> values_for(const LeverSchema& schema, const Lever& lever,
                                                       const Json& flat) {
  std::vector<std::pair<std::string, double>> result;
  if (!flat.is_object()) return result;
  for (const auto& [name, value] : flat.as_object()) {
    const auto place = schema.find(name);
    const bool counts = place ? place->lever == &lever : lever.by_level && name.find(lever.name) != std::string::npos;
    const auto number = levers::finite_number(value);
    if (counts && number) result.emplace_back(name, *number);
  }
  return result;
}

/// The factor's text, or nothing when the rule does not hold.
std::optional<std::string> factor(const LeverRule& rule, const std::vector<std::pair<std::string, double>>& values) {
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
  const Json flat = is_tuning_form(set) ? from_tuning_form(schema, set).levers : set;
  const LeverValidation checked = validate_levers(schema, flat);
  SavedSetRisk result;
  for (const Lever& lever : schema.levers()) {
    const auto values = values_for(schema, lever, flat);
    for (const LeverRule& rule : lever.saved_set) {
      if (auto text = factor(rule, values)) result.factors.push_back(std::move(*text));
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
