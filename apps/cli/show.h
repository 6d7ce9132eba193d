// One run and a comparison of runs, laid out for a person.
#pragma once

#include <optional>

#include "session.h"

namespace planwise::cli {

/// `stored` adds what the store knows of it (version, lock, hash), for the current version.
void print_run(const Run& run, const std::optional<RunSummary>& stored, const Globals& globals);
void print_comparison(const Comparison& comparison, const Globals& globals);

}  // namespace planwise::cli
