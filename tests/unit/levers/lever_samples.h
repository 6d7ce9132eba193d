// What several tests about levers share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "planwise/error.h"
#include "planwise/levers.h"

namespace planwise::levers {

inline Json set_of(std::string_view text) { return Json::parse(text); }

inline LeverCheck check(std::string_view name, const Json& value) {
  const LeverSchema& schema = LeverSchema::shipped();
  return check_lever(*schema.find(name)->lever, name, value);
}

template <class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code() == ErrorCode::invalid_argument ? error.what() : "other code: " + std::string(error.what());
  }
  return "no error";
}

/// The factors of a kind for a lever ("" for any).
inline std::vector<RiskFactor> factors(const ChangeRisk& risk, std::string_view kind, std::string_view lever = "") {
  std::vector<RiskFactor> result;
  for (const RiskFactor& factor : risk.factors) {
    if (factor.kind == kind && (lever.empty() || factor.lever == lever)) result.push_back(factor);
  }
  return result;
}

}  // namespace planwise::levers
