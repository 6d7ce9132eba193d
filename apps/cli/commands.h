// The commands, one function a group. Each adds its subcommands to the program; help and completion come from there:
// a value's type name says what it may be ("json|csv", FILE, RUN), and the group under which heading help lists it.
#pragma once

#include <CLI/CLI.hpp>

#include "session.h"

namespace planwise::cli {

void add_save_commands(CLI::App& app, Session& session);  // save, revise, annotate
void add_read_commands(CLI::App& app, Session& session);  // list, show, compare, history, diff
void add_list_command(CLI::App& app, Session& session);
void add_analytics_command(CLI::App& app, Session& session);
void add_setup_command(CLI::App& app, Session& session);
void add_state_commands(CLI::App& app, Session& session);     // lock, unlock, delete, archive, unarchive, trash
void add_exchange_commands(CLI::App& app, Session& session);  // export, exports, import, inspect
void add_report_command(CLI::App& app, Session& session);
void add_store_commands(CLI::App& app, Session& session);     // setup, health, verify, sql, store ...
void add_audit_commands(CLI::App& app, Session& session);     // audit log, seal, prove
void add_summary_command(CLI::App& app, Session& session);
void add_simulate_command(CLI::App& app, Session& session);
void add_quality_command(CLI::App& app, Session& session);
void add_bridge_command(CLI::App& app, Session& session);
void add_distribution_command(CLI::App& app, Session& session);
void add_drill_command(CLI::App& app, Session& session);
void add_lever_commands(CLI::App& app, Session& session);   // levers show, check, risk, convert
void add_census_commands(CLI::App& app, Session& session);  // census generate, check
void add_cache_commands(CLI::App& app, Session& session);   // cache stats, clear, warm
void add_optimize_command(CLI::App& app, Session& session);
void add_evaluate_command(CLI::App& app, Session& session);
void add_tune_command(CLI::App& app, Session& session);
void add_pareto_command(CLI::App& app, Session& session);
void add_sensitivity_command(CLI::App& app, Session& session);
void add_uncertainty_command(CLI::App& app, Session& session);
void add_reproduce_command(CLI::App& app, Session& session);
void add_resume_command(CLI::App& app, Session& session);
void add_stop_command(CLI::App& app, Session& session);
void add_completion_command(CLI::App& app, Session& session);

/// Headings of the program's help, in its order.
namespace heading {
inline constexpr const char* runs = "Runs";
inline constexpr const char* decisions = "Decisions";
inline constexpr const char* states = "Corrections and states";
inline constexpr const char* exchange = "In and out";
inline constexpr const char* store = "The store";
inline constexpr const char* workforce = "The workforce";
}  // namespace heading

/// Examples at the end of a command's help, each line a call.
inline void examples(CLI::App& command, const std::string& lines) { command.footer("Examples:\n" + lines); }

/// Options as the callbacks see them: owned by the command's closure.
template <typename Options>
std::shared_ptr<Options> make_options() {
  return std::make_shared<Options>();
}

/// Checks of options' values. Whole numbers are decimal, whatever zeros they begin with: give it to transform().
[[nodiscard]] CLI::Validator whole_number(std::int64_t least);
/// 0 to 18446744073709551615.
[[nodiscard]] CLI::Validator seed_number();
/// As a JSON number, of any size.
[[nodiscard]] Json seed_json(std::uint64_t seed);
/// Seconds of at least `least` and at most a year, where a number without bounds would overflow a clock.
[[nodiscard]] CLI::Validator seconds(double least);
/// Refuses '' and blanks: an unset variable of a script must not look like an option left out.
[[nodiscard]] CLI::Validator not_empty();
/// One of "a|b|c".
[[nodiscard]] CLI::Validator one_of(const std::string& choices);

/// Texts that CLI11 would take for something else are masked before it reads them, and each option gives its values
/// back as they were: "--name=" takes the next argument for its value, and "[a,b]" becomes two.
[[nodiscard]] std::vector<std::string> masked_arguments(int argc, char** argv);
void unmask_values(CLI::App& app);

/// Options whose values are one of a few: type name and check in one.
CLI::Option* add_choice(CLI::App& app, const std::string& names, std::string& value, const std::string& choices,
                        const std::string& help);

/// Help that wraps at the terminal's width, with commands under headings.
void use_help_layout(CLI::App& app);

/// The names nearest to a mistyped command of this group, closest first.
[[nodiscard]] std::vector<std::string> near_commands(const CLI::App& app, const std::string& word);

}  // namespace planwise::cli
