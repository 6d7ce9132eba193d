// What the commands over a simulation share: opening it, years, money, tables of years.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.h"
#include "planwise/simulation_service.h"
#include "table.h"

namespace planwise::cli {

/// Options that name what is read.
struct SourceFlags {
  std::string census, settings, scenario;
  bool no_cache = false;
};
/// --scenario and --no-cache; with `people` also --census and --settings.
void add_source_options(CLI::App& command, SourceFlags& flags, bool people = false);

/// Throws invalid_argument naming --simulation and PLANWISE_SIMULATION when no simulation is given.
[[nodiscard]] SimulationService open_simulation(const Session& session, const SourceFlags& flags);

/// "2025" or "2025-2029".
struct YearRange {
  int first = 0, last = 0;
};
[[nodiscard]] YearRange years_from(const std::string& text, const std::string& option);
/// Check of options: a year, or two of them.
[[nodiscard]] CLI::Validator year_range();

/// "722,665,432" without decimals; "-" for what is no number.
[[nodiscard]] std::string grouped(double value);
/// "+1,234"; and "722.67" of millions.
[[nodiscard]] std::string signed_grouped(double value);
[[nodiscard]] std::string millions(double value);
[[nodiscard]] double real_member(const Json& object, std::string_view name);

/// Summaries of years: as JSON in the several-years shape, else a row a year.
void print_years(const Json& several, const Globals& globals);
/// One year: as JSON its summary.
void print_year(int year, const Json& summary, const Globals& globals);

/// Levers that were not taken as asked, on stderr, one line a lever and reason.
void say_remarks(const std::vector<PlanRemark>& remarks, const LeverSchema& schema, const Session& session);

/// Members put into a run's simulation data: a new version of a finished run, an update of one that is not. Says what
/// was done.
void attach_to_run(Run run, const Json& members, const std::string& reason, Session& session);

/// Objects as a listing whose fields are those of the first object; `columns` for people.
void print_rows(const std::vector<Json>& rows, std::vector<Column> columns, const Globals& globals);

}  // namespace planwise::cli
