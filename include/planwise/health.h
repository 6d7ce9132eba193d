/// \file
/// The state of a store and what surrounds it, each line with cause and remedy.
#pragma once

#include <string>
#include <vector>

#include "planwise/json.h"

namespace planwise {

enum class HealthState { ok, warning, failed };
[[nodiscard]] std::string_view to_text(HealthState state) noexcept;

struct HealthLine {
  std::string component;  ///< "store", "schema", "spool", "lock", "disk", "file system".
  HealthState state = HealthState::ok;
  std::string message;    ///< What is the case.
  std::string remedy;     ///< What to do; empty when ok.
};

struct HealthReport {
  std::vector<HealthLine> lines;
  [[nodiscard]] HealthState worst() const noexcept;
};
[[nodiscard]] Json to_json(const HealthReport& report);

}  // namespace planwise
