#include "simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "show.h"

namespace planwise::cli {

void add_source_options(CLI::App& command, SourceFlags& flags, bool people) {
  if (people) {
    command.add_option("--census", flags.census, "Start from the people of this census (CSV or Parquet)")
        ->type_name("FILE")
        ->check(not_empty());
    command.add_option("--settings", flags.settings, "TOML with settings that the database has no table of")
        ->type_name("FILE")
        ->check(not_empty());
  }
  command.add_option("--scenario", flags.scenario, "Whose levers and targets; default `default`, else the only one")
      ->type_name("ID")
      ->check(not_empty());
  command.add_flag("--no-cache", flags.no_cache, "Neither read nor fill the caches");
}

SimulationService open_simulation(const Session& session, const SourceFlags& flags) {
  SimulationServiceOptions options;
  options.source = session.simulation_file();
  options.census = flags.census;
  options.settings_file = flags.settings;
  options.use_cache = !flags.no_cache;
  options.database.scenario_id = flags.scenario;
  options.database.deadline = std::chrono::milliseconds(static_cast<std::int64_t>(session.globals.wait_seconds * 1000));
  if (options.source.empty() && options.census.empty()) {
    throw Error(ErrorCode::invalid_argument,
                "no simulation is given: name its database with --simulation FILE or PLANWISE_SIMULATION, or work in a "
                "folder that has simulation.duckdb");
  }
  return SimulationService(std::move(options));
}

namespace {

std::optional<YearRange> parsed_years(const std::string& text) {
  const auto year = [](std::string_view part) {
    int value = 0;
    const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), value);
    return failure == std::errc{} && end == part.data() + part.size() && value >= 1900 && value <= 2999 ? value : 0;
  };
  const std::string_view all = text;
  const std::size_t dash = all.find('-');
  const YearRange range{year(all.substr(0, dash)), year(dash == std::string::npos ? all : all.substr(dash + 1))};
  if (range.first == 0 || range.last < range.first) return std::nullopt;
  return range;
}

}  // namespace

YearRange years_from(const std::string& text, const std::string& option) {
  if (const auto range = parsed_years(text)) return *range;
  throw Error(ErrorCode::invalid_argument,
              fmt::format("{} '{}' is neither a year nor two such as 2025-2029", option, text));
}

CLI::Validator year_range() {
  return CLI::Validator(
      [](std::string& text) -> std::string {
        return parsed_years(text) ? "" : fmt::format("'{}' is neither a year nor two such as 2025-2029", text);
      },
      "");
}

std::string grouped(double value) {
  if (!std::isfinite(value)) return "-";
  std::string digits = fmt::format("{:.0f}", std::fabs(value));
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return (value < 0 && digits != "0" ? "-" : "") + digits;
}

std::string signed_grouped(double value) { return (value >= 0.5 ? "+" : "") + grouped(value); }
std::string millions(double value) { return std::isfinite(value) ? fmt::format("{:.2f}", value / 1e6) : "-"; }

double real_member(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  return member == nullptr || !member->is_number() ? std::nan("") : member->as_real();
}

namespace {

/// A year's summary as one flat object: what a row of a listing holds.
Json flat_summary(int year, const Json& summary) {
  Json row = Json::object();
  row.set("year", year);
  if (const Json* error = summary.find("error")) row.set("error", *error);
  if (const Json* workforce = summary.find("workforce")) {
    for (const auto& [name, value] : workforce->as_object()) row.set(name, value);
  }
  const Json* events = summary.find("events");
  // Events that could not be read are no 0: the summary then says why.
  if (events != nullptr && events->empty()) {
    const Json* warnings = summary.find("warnings");
    if (warnings != nullptr && warnings->dump().find("fct_yearly_events") != std::string::npos) events = nullptr;
  }
  for (const char* type : {"hire", "RAISE", "promotion", "termination"}) {
    const Json* count = events == nullptr ? nullptr : events->find(type);
    row.set(std::string("events_") + type, count != nullptr ? *count : events == nullptr ? Json() : Json(0));
  }
  return row;
}

std::string change_text(double now, double before) {
  return std::isfinite(now) && std::isfinite(before) && before != 0 ? percent_text(now / before - 1) : "";
}

/// The table that workforce planners read: heads by status, pay, events, and change from the year before.
void print_year_table(const std::vector<Json>& rows, const Globals& globals) {
  TextTable table({{"", "YEAR", Align::left, 9},
                   {"", "ACTIVE", Align::right, 9},
                   {"", "CHANGE", Align::right, 5},
                   {"", "CONTINUING", Align::right, 1},
                   {"", "NEW", Align::right, 1},
                   {"", "LEFT", Align::right, 1},
                   {"", "NEW LEFT", Align::right, 1},
                   {"", "TOTAL (M)", Align::right, 8},
                   {"", "CHANGE", Align::right, 5},
                   {"", "MEAN", Align::right, 6},
                   {"", "W/O OUTLIERS", Align::right, 7},
                   {"", "CHANGE", Align::right, 1},
                   {"", "MEDIAN", Align::right, 6},
                   {"", "HIRES", Align::right, 0},
                   {"", "RAISES", Align::right, 0},
                   {"", "PROMOTIONS", Align::right, 0}});
  const Json nothing = Json::object();
  const Json* before = &nothing;
  for (const Json& row : rows) {
    const auto whole = [&](const char* name) { return grouped(real_member(row, name)); };
    const auto change = [&](const char* name) {
      return change_text(real_member(row, name), real_member(*before, name));
    };
    table.add({row.at("year").dump(), whole("active_headcount"), change("active_headcount"),
               whole("continuing_employees"), whole("new_hires"), whole("experienced_terminations"),
               whole("new_hire_terminations"), millions(real_member(row, "active_compensation")),
               change("active_compensation"), whole("mean_compensation"), whole("mean_compensation_without_outliers"),
               change("mean_compensation_without_outliers"), whole("median_compensation"), whole("events_hire"),
               whole("events_RAISE"), whole("events_promotion")});
    before = &row;
  }
  fmt::print("{}", table.render(globals));
}

void print_flat(const std::vector<Json>& rows, const Globals& globals) {
  if (globals.output == Output::table && globals.columns.empty()) {
    print_year_table(rows, globals);
  } else {
    print_rows(rows, {{"year", "YEAR", Align::left, 9}}, globals);
  }
}

}  // namespace

void print_years(const Json& several, const Globals& globals) {
  if (globals.output == Output::json) {
    print_json(several, globals);
    return;
  }
  std::vector<Json> rows;
  for (const auto& [year, summary] : several.at("year_summaries").as_object())
    rows.push_back(flat_summary(std::stoi(year), summary));
  print_flat(rows, globals);
}

void print_year(int year, const Json& summary, const Globals& globals) {
  if (globals.output == Output::json) {
    print_json(summary, globals);
    return;
  }
  print_flat({flat_summary(year, summary)}, globals);
  if (globals.output != Output::table || !globals.columns.empty()) return;
  const Json* parameters = summary.find("parameters");
  if (parameters == nullptr || parameters->empty()) return;
  TextTable table({{"", "LEVER", Align::left, 9}, {"", "VALUE", Align::right, 9}});
  for (const auto& [name, value] : parameters->as_object()) table.add({name, shown(value)});
  fmt::print("\n{}", table.render(globals));
}

namespace {

std::string remark_line(const PlanRemark& remark, const std::string& name) {
  const std::string asked = shown_number(remark.asked), kept = shown_number(remark.kept);
  switch (remark.reason) {
    case PlanRemark::Reason::locked:
      return fmt::format("{} of {} is locked: {} stays, {} was asked for (--ignore-locks takes it)", name, remark.year,
                         kept, asked);
    case PlanRemark::Reason::lock_ignored:
      return fmt::format("{} of {} is locked at {}; {} was taken all the same", name, remark.year, kept, asked);
    case PlanRemark::Reason::year_not_simulated:
      return fmt::format("{} = {} is for {}, which is not simulated", name, asked, remark.year);
    case PlanRemark::Reason::unknown:
      return fmt::format("there is no lever '{}'; it is left out", name);
    case PlanRemark::Reason::no_effect:
      return fmt::format("{} has no effect in the simulator", name);
  }
  return name;
}

}  // namespace

void say_remarks(const std::vector<PlanRemark>& remarks, const LeverSchema& schema, const Session& session) {
  std::string before;
  for (const PlanRemark& remark : remarks) {
    // A lever for all levels has a remark a level: one line where they say the same.
    const std::optional<LeverPlace> place = schema.find(remark.name);
    std::string line = remark_line(remark, place && !place->lever->by_level ? place->lever->name : remark.name);
    if (line != before) session.say(line);
    before = std::move(line);
  }
}

void attach_to_run(Run run, const Json& members, const std::string& reason, Session& session) {
  Json data = run.simulation_data.value_or(Json::object());
  if (!data.is_object())
    throw Error(ErrorCode::wrong_state, fmt::format("the simulation data of '{}' are {}, so nothing can be attached",
                                                    run.metadata.run_id, data.kind_name()));
  std::string names;
  for (const auto& [name, value] : members.as_object()) {
    data.set(name, value);
    names += (names.empty() ? "" : ", ") + name;
  }
  run.simulation_data = std::move(data);
  const bool finished = is_finished(run.metadata.status);
  const SaveReceipt receipt =
      finished ? session.manager().revise(std::move(run), reason) : session.manager().save(std::move(run));
  session.say(receipt.outcome == SaveOutcome::unchanged
                  ? fmt::format("{} has these {} already", receipt.run_id, names)
                  : fmt::format("{} version {} has {}", receipt.run_id, receipt.version, names));
}

void print_rows(const std::vector<Json>& rows, std::vector<Column> columns, const Globals& globals) {
  Listing listing;
  for (const Json& row : rows) {
    for (const auto& [name, value] : row.as_object()) {
      if (std::find(listing.fields.begin(), listing.fields.end(), name) == listing.fields.end())
        listing.fields.push_back(name);
    }
  }
  if (rows.empty()) {
    for (const Column& column : columns) listing.fields.push_back(column.name);
  }
  listing.columns = std::move(columns);
  print_objects(rows, listing, globals);
}

}  // namespace planwise::cli
