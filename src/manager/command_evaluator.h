/// \file
/// An evaluator that is a program: one call an evaluation, JSON in and out. docs/decisions.md has the protocol.
/// Internal to manager.
#pragma once

#include "planwise/decisions.h"

namespace planwise::manager {

/// A function that runs `choice.command` for each request: {"levers", "years", "target_year", "seed", "evaluation"} on
/// stdin, {"cost", "equity", "targets"[, "figures": {name: number}]} on stdout. Throws io for a program that fails,
/// hangs or answers what is no such object (naming what came, with the end of its stderr), after `retries` further
/// tries; cancelled when stop is requested; not_found and denied where it cannot be started.
[[nodiscard]] EvaluatorFunction command_evaluator(const EvaluatorChoice& choice);

}  // namespace planwise::manager
