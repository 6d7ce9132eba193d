// One run and a comparison of runs, laid out for a person.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "session.h"

namespace planwise::cli {

/// Whether print_run knows a section of that name.
[[nodiscard]] bool is_section(std::string_view name);

/// `stored` adds what the store knows of it (version, lock, hash), for the current version. `section` empty: all of
/// them.
void print_run(const Run& run, const std::optional<RunSummary>& stored, std::string_view section,
               const Globals& globals);
/// Where the run comes from, member by member; nothing for null.
void print_provenance(const Json& provenance, const Globals& globals);
void print_comparison(const Comparison& comparison, const Globals& globals);

/// "+0.005", and a fraction as "+12.50 %".
[[nodiscard]] std::string signed_number(double value);
[[nodiscard]] std::string percent_text(double fraction);

}  // namespace planwise::cli
