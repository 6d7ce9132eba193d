#include <fmt/format.h>

#include "core/json_text.h"
#include "core/near.h"
#include "levers/numbers.h"

namespace planwise {
namespace {

/// Of a value between the hard bounds.
RiskLevel risk_within(const Lever& lever, double value) {
  if (value >= lever.recommended.minimum && value <= lever.recommended.maximum) return RiskLevel::low;
  const double place = (value - lever.hard.minimum) / (lever.hard.maximum - lever.hard.minimum);
  const bool outer = levers::clearly_below(place, 0.1) || levers::clearly_above(place, 0.9);
  return outer ? RiskLevel::high : RiskLevel::medium;
}

void check_bounds(const Lever& lever, double value, LeverCheck& check) {
  const std::string shown = levers::number_text(value);
  const auto say = [&](std::string_view side, double bound, std::string_view which) {
    return fmt::format("value {} {} {}{}", shown, side, which, levers::number_text(bound));
  };
  if (value < lever.hard.minimum) check.errors.push_back(say("below minimum", lever.hard.minimum, ""));
  if (value > lever.hard.maximum) check.errors.push_back(say("above maximum", lever.hard.maximum, ""));
  if (!check.errors.empty()) {
    check.risk = RiskLevel::critical;
    return;
  }
  check.risk = risk_within(lever, value);
  if (value < lever.recommended.minimum)
    check.warnings.push_back(say("below", lever.recommended.minimum, "recommended minimum "));
  if (value > lever.recommended.maximum)
    check.warnings.push_back(say("above", lever.recommended.maximum, "recommended maximum "));
}

}  // namespace

LeverCheck check_lever(const Lever& lever, std::string_view name, const Json& value) {
  LeverCheck check;
  check.name = name;
  check.value = value;
  const auto number = levers::finite_number(value);
  if (!number) {
    check.errors.push_back(fmt::format("value {} is no finite number", levers::value_text(value)));
    check.risk = RiskLevel::critical;
    return check;
  }
  check_bounds(lever, *number, check);
  for (const LeverRule& caution : lever.cautions) {
    if (levers::holds(caution, *number)) {
      check.warnings.push_back(fmt::format("{} {} {}", lever.title, levers::number_text(*number), caution.text));
    }
  }
  return check;
}

LeverValidation validate_levers(const LeverSchema& schema, const Json& set) {
  levers::require_object(set, "levers");
  LeverValidation result;
  if (set.is_null()) return result;
  for (const auto& [name, value] : set.as_object()) {
    const auto place = schema.find(name);
    if (!place) {
      const std::vector<std::string> known = schema.names();
      const std::vector<std::string_view> names(known.begin(), known.end());
      result.warnings.push_back(
          fmt::format("Unknown parameter: {}{}", core::as_utf8(name), core::did_you_mean(name, names)));
      // No lever's, but still no number.
      if (!levers::finite_number(value)) {
        result.risk = RiskLevel::critical;
        result.errors.push_back(
            fmt::format("{}: value {} is no finite number", core::as_utf8(name), levers::value_text(value)));
      }
      continue;
    }
    LeverCheck check = check_lever(*place->lever, name, value);
    // What else is to be said of a value that is an error belongs to the error: all its messages stand together.
    std::vector<std::string>& cautions = check.errors.empty() ? result.warnings : result.errors;
    for (const std::string& text : check.warnings) cautions.push_back(fmt::format("{}: {}", name, text));
    for (const std::string& text : check.errors) result.errors.push_back(fmt::format("{}: {}", name, text));
    result.risk = std::max(result.risk, check.risk);
    result.checks.push_back(std::move(check));
  }
  return result;
}

Json to_json(const LeverValidation& validation) {
  const auto texts = [](const std::vector<std::string>& list) {
    Json result = Json::array();
    for (const std::string& text : list) result.push_back(text);
    return result;
  };
  Json parameters = Json::object();
  for (const LeverCheck& check : validation.checks) {
    Json messages = texts(check.warnings);
    for (const std::string& text : check.errors) messages.push_back(text);
    Json entry = Json::object();
    entry.set("is_valid", check.errors.empty());
    entry.set("messages", std::move(messages));
    entry.set("risk_level", to_text(check.risk));
    entry.set("value", check.value);
    parameters.set(check.name, std::move(entry));
  }
  Json result = Json::object();
  result.set("is_valid", validation.valid());
  result.set("warnings", texts(validation.warnings));
  result.set("errors", texts(validation.errors));
  result.set("parameter_results", std::move(parameters));
  result.set("overall_risk", to_text(validation.risk));
  return result;
}

}  // namespace planwise
