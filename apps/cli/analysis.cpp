// bridge, distribution, drill: where the pay of a simulation came from, how it is spread, whose it is.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "show.h"
#include "simulation.h"

namespace planwise::cli {

namespace {

// ---- bridge ----

struct BridgePart {
  const char* title;
  double CostBridge::*amount;
  std::int64_t CostBridge::*people;
};
constexpr std::array<BridgePart, 8> bridge_rows{{{"start", &CostBridge::start, &CostBridge::start_count},
                                                 {"leavers", &CostBridge::leavers, &CostBridge::leaver_count},
                                                 {"hires", &CostBridge::hires, &CostBridge::hire_count},
                                                 {"promotions", &CostBridge::promotions, &CostBridge::promotion_count},
                                                 {"merit", &CostBridge::merit, &CostBridge::raise_count},
                                                 {"COLA", &CostBridge::cola, nullptr},
                                                 {"other", &CostBridge::other, nullptr},
                                                 {"end", &CostBridge::end, &CostBridge::end_count}}};

bool is_change(const BridgePart& part) { return part.amount != &CostBridge::start && part.amount != &CostBridge::end; }

void print_one_bridge(const CostBridge& bridge, const Globals& globals) {
  fmt::print("{}\n\n",
             bold(fmt::format("pay of the active, end of {} to end of {}", bridge.from_year, bridge.to_year), globals));
  TextTable table({{"", "PART", Align::left, 9},
                   {"", "AMOUNT", Align::right, 9},
                   {"", "OF START", Align::right, 7},
                   {"", "PEOPLE", Align::right, 5}});
  for (const BridgePart& part : bridge_rows) {
    const double amount = bridge.*part.amount;
    table.add({part.title, is_change(part) ? signed_grouped(amount) : grouped(amount),
               is_change(part) && bridge.start > 0 ? percent_text(amount / bridge.start) : "",
               part.people == nullptr ? "" : grouped(static_cast<double>(bridge.*part.people))});
  }
  fmt::print("{}", table.render(globals));
  if (bridge.promotions_overwritten > 0)
    fmt::print("{}\n", faint(fmt::format("promotions granted {} more, which raises on the pay before took back",
                                         grouped(bridge.promotions_overwritten)),
                             globals));
}

void print_bridges(const std::vector<CostBridge>& bridges, const Globals& globals) {
  TextTable table({{"", "YEARS", Align::left, 9},
                   {"", "START (M)", Align::right, 8},
                   {"", "LEAVERS", Align::right, 7},
                   {"", "HIRES", Align::right, 7},
                   {"", "PROMOTIONS", Align::right, 6},
                   {"", "MERIT", Align::right, 6},
                   {"", "COLA", Align::right, 6},
                   {"", "OTHER", Align::right, 2},
                   {"", "END (M)", Align::right, 8}});
  for (const CostBridge& bridge : bridges) {
    std::vector<std::string> cells{fmt::format("{}-{}", bridge.from_year, bridge.to_year)};
    for (const BridgePart& part : bridge_rows)
      cells.push_back(is_change(part) ? fmt::format("{:+.2f}", bridge.*part.amount / 1e6)
                                      : millions(bridge.*part.amount));
    table.add(std::move(cells));
  }
  fmt::print("{}", table.render(globals));
}

void run_bridge(const SourceFlags& source, int from, const Session& session) {
  const SimulationService service = open_simulation(session, source);
  std::vector<CostBridge> bridges;
  if (from != 0) {
    bridges.push_back(service.database().bridge(from));
  } else {
    for (int year : service.database().years()) {
      try {
        bridges.push_back(service.database().bridge(year - 1));
      } catch (const Error& error) {
        if (error.code() != ErrorCode::not_found) throw;
        session.say(fmt::format("no bridge into {}: {}", year, error.what()));
      }
    }
  }
  const Globals& globals = session.globals;
  if (globals.output == Output::table && globals.columns.empty()) {
    if (from != 0) {
      print_one_bridge(bridges.front(), globals);
    } else {
      print_bridges(bridges, globals);
    }
    return;
  }
  std::vector<Json> rows;
  for (const CostBridge& bridge : bridges) rows.push_back(to_json(bridge));
  if (globals.output == Output::json && from != 0) {
    print_json(rows.front(), globals);
  } else {
    print_rows(rows, {{"from_year", "FROM", Align::left, 9}, {"to_year", "TO", Align::left, 9}}, globals);
  }
}

void add_bridge(CLI::App& app, Session& session) {
  struct Flags {
    SourceFlags source;
    int from = 0;
  };
  CLI::App* bridge = app.add_subcommand("bridge",
                                        "How pay went from one year's end to the next: leavers, hires, promotions, "
                                        "merit, COLA")
                         ->group(heading::workforce);
  auto flags = make_options<Flags>();
  bridge->add_option("--from", flags->from, "From the end of this year to that of the next; default every year")
      ->type_name("YEAR")
      ->transform(whole_number(1900));
  add_source_options(*bridge, flags->source);
  examples(*bridge, "  planwise bridge --simulation simulation.duckdb\n  planwise bridge --from 2025 --output json");
  bridge->callback([flags, &session] { run_bridge(flags->source, flags->from, session); });
}

// ---- distribution ----

struct DistributionFlags {
  SourceFlags source;
  int year = 0;
  std::string by = "none", pay = "current";
  bool everybody = false, ranges = false, compression = false;
  std::int64_t minimum_cell = 5;
};

/// Blanked cells keep their name alone.
Json hidden(const Json& row, std::string_view name) {
  Json blank = Json::object();
  blank.set(name, row.at(name));
  blank.set("suppressed", true);
  return blank;
}

/// Rows whose count may not be shown, blanked; and in what stays, figures about fewer people than that.
void suppress(std::vector<Json>& rows, std::string_view count, std::int64_t minimum,
              const std::vector<std::pair<std::string_view, std::vector<std::string_view>>>& parts) {
  if (minimum == 0) return;
  std::vector<std::int64_t> counts;
  for (const Json& row : rows) counts.push_back(row.at(count).as_integer());
  const std::vector<bool> hide = cells_to_suppress(counts, minimum);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (hide[i]) {
      rows[i] = hidden(rows[i], "level");
      continue;
    }
    for (const auto& [part, figures] : parts) {
      const std::int64_t people = rows[i].at(part).as_integer();
      if (people == 0 || people >= minimum) continue;
      rows[i].set(part, Json());
      for (const std::string_view figure : figures) rows[i].set(figure, Json());
    }
  }
}

/// A cell of a row that may be blanked or have figures blanked.
std::string cell(const Json& row, std::string_view name, const char* format = "") {
  const double value = real_member(row, name);
  if (!std::isfinite(value)) {
    const Json* member = row.find(name);
    return row.find("suppressed") != nullptr || (member != nullptr && member->is_null()) ? "*" : "-";
  }
  return *format == '\0' ? grouped(value) : fmt::format(fmt::runtime(format), value);
}

void tell_suppressed(const std::vector<Json>& rows, std::int64_t minimum, const Globals& globals) {
  for (const Json& row : rows) {
    bool any = row.find("suppressed") != nullptr;
    for (const auto& [name, value] : row.as_object()) any = any || value.is_null();
    if (!any) continue;
    fmt::print("{}\n", faint(fmt::format("* fewer than {} people, or needed to keep such cells hidden; "
                                         "--minimum-cell 0 shows all",
                                         minimum),
                             globals));
    return;
  }
}

void print_ranges(std::vector<Json> rows, const DistributionFlags& flags, const Globals& globals) {
  suppress(rows, "count", flags.minimum_cell,
           {{"below_minimum", {"cost_to_minimum"}}, {"red_circled", {"above_maximum"}}});
  if (globals.output != Output::table || !globals.columns.empty()) {
    print_rows(rows, {{"level", "LEVEL", Align::left, 9}}, globals);
    return;
  }
  TextTable table({{"", "LEVEL", Align::left, 9},
                   {"", "RANGE", Align::right, 5},
                   {"", "PEOPLE", Align::right, 8},
                   {"", "COMPA-RATIO", Align::right, 8},
                   {"", "MEDIAN", Align::right, 4},
                   {"", "PENETRATION", Align::right, 6},
                   {"", "BELOW MIN", Align::right, 6},
                   {"", "COST TO MIN", Align::right, 6},
                   {"", "ABOVE MAX", Align::right, 6},
                   {"", "PAY ABOVE", Align::right, 4}});
  for (const Json& row : rows) {
    const std::string range =
        row.find("minimum") == nullptr ? "*" : cell(row, "minimum") + " - " + cell(row, "maximum");
    table.add({row.at("level").dump(), range, cell(row, "count"), cell(row, "mean_compa_ratio", "{:.3f}"),
               cell(row, "median_compa_ratio", "{:.3f}"), cell(row, "mean_penetration", "{:.3f}"),
               cell(row, "below_minimum"), cell(row, "cost_to_minimum"), cell(row, "red_circled"),
               cell(row, "above_maximum")});
  }
  fmt::print("{}", table.render(globals));
  tell_suppressed(rows, flags.minimum_cell, globals);
}

void print_compression(std::vector<Json> rows, const DistributionFlags& flags, const Globals& globals) {
  suppress(rows, "new_hires", flags.minimum_cell,
           {{"incumbents", {"incumbent_median", "ratio", "inverted", "cost_to_new_hires"}},
            {"inverted", {"cost_to_new_hires"}}});
  if (globals.output != Output::table || !globals.columns.empty()) {
    print_rows(rows, {{"level", "LEVEL", Align::left, 9}}, globals);
    return;
  }
  TextTable table({{"", "LEVEL", Align::left, 9},
                   {"", "NEW HIRES", Align::right, 7},
                   {"", "MEDIAN", Align::right, 5},
                   {"", "INCUMBENTS", Align::right, 7},
                   {"", "MEDIAN", Align::right, 5},
                   {"", "RATIO", Align::right, 8},
                   {"", "PAID LESS", Align::right, 7},
                   {"", "COST TO LIFT", Align::right, 6},
                   {"", "ABOVE NEXT LEVEL", Align::right, 3}});
  for (const Json& row : rows) {
    table.add({row.at("level").dump(), cell(row, "new_hires"), cell(row, "new_hire_median"), cell(row, "incumbents"),
               cell(row, "incumbent_median"), cell(row, "ratio", "{:.3f}"), cell(row, "inverted"),
               cell(row, "cost_to_new_hires"), cell(row, "above_next_level")});
  }
  fmt::print("{}", table.render(globals));
  tell_suppressed(rows, flags.minimum_cell, globals);
}

void print_distribution(std::vector<PayDistribution> cells, const DistributionFlags& flags, const Globals& globals) {
  if (flags.minimum_cell > 0) cells = suppress_small_cells(std::move(cells), flags.minimum_cell);
  std::vector<Json> rows;
  for (const PayDistribution& of : cells) rows.push_back(to_json(of));
  if (globals.output != Output::table || !globals.columns.empty()) {
    print_rows(rows, {{"group", "GROUP", Align::left, 9}}, globals);
    return;
  }
  TextTable table({{"", "GROUP", Align::left, 9},
                   {"", "PEOPLE", Align::right, 8},
                   {"", "MEAN", Align::right, 7},
                   {"", "W/O OUTLIERS", Align::right, 7},
                   {"", "P10", Align::right, 4},
                   {"", "P25", Align::right, 3},
                   {"", "MEDIAN", Align::right, 8},
                   {"", "P75", Align::right, 3},
                   {"", "P90", Align::right, 4},
                   {"", "OUTLIERS", Align::right, 5},
                   {"", "TOTAL (M)", Align::right, 6}});
  for (const Json& row : rows) {
    std::vector<std::string> line{row.at("group").as_string()};
    for (const char* name :
         {"count", "mean", "mean_without_outliers", "p10", "p25", "median", "p75", "p90", "outliers"})
      line.push_back(cell(row, name));
    line.push_back(row.find("suppressed") != nullptr ? "*" : millions(real_member(row, "total")));
    table.add(std::move(line));
  }
  fmt::print("{}", table.render(globals));
  for (const PayDistribution& of : cells) {
    if (!of.suppressed) continue;
    tell_suppressed({hidden(to_json(of), "group")}, flags.minimum_cell, globals);
    return;
  }
}

void run_distribution(const DistributionFlags& flags, const Session& session) {
  const SimulationService service = open_simulation(session, flags.source);
  const SimulationDatabase& database = service.database();
  std::vector<Json> rows;
  if (flags.ranges) {
    for (const LevelPosition& level : database.level_positions(flags.year)) rows.push_back(to_json(level));
    print_ranges(std::move(rows), flags, session.globals);
    return;
  }
  if (flags.compression) {
    for (const LevelCompression& level : database.compression(flags.year)) rows.push_back(to_json(level));
    print_compression(std::move(rows), flags, session.globals);
    return;
  }
  DistributionRequest request;
  request.year = flags.year;
  request.by = flags.by == "level"         ? PayGrouping::level
               : flags.by == "age-band"    ? PayGrouping::age_band
               : flags.by == "tenure-band" ? PayGrouping::tenure_band
               : flags.by == "status"      ? PayGrouping::status
                                           : PayGrouping::none;
  request.pay = flags.pay == "prorated"    ? PayFigure::prorated
                : flags.pay == "full-year" ? PayFigure::full_year_equivalent
                                           : PayFigure::current;
  // Of the active alone, two of the four groups by status would always be empty.
  request.population =
      flags.everybody || request.by == PayGrouping::status ? Population::everybody : Population::active;
  print_distribution(database.distribution(request), flags, session.globals);
}

void add_distribution(CLI::App& app, Session& session) {
  CLI::App* distribution =
      app.add_subcommand("distribution", "How pay is spread: means, medians, percentiles, place in the pay ranges")
          ->group(heading::workforce);
  auto flags = make_options<DistributionFlags>();
  distribution->add_option("--year", flags->year, "The year; the one before the first is the baseline")
      ->required()
      ->type_name("YEAR")
      ->transform(whole_number(1900));
  CLI::Option* by = add_choice(*distribution, "--by", flags->by, "none|level|age-band|tenure-band|status", "In groups");
  CLI::Option* pay =
      add_choice(*distribution, "--pay", flags->pay, "current|prorated|full-year", "Which pay; default current");
  CLI::Option* everybody =
      distribution->add_flag("--everybody", flags->everybody, "Also those who left in the year; by status always");
  CLI::Option* ranges = distribution->add_flag(
      "--ranges", flags->ranges, "Compa-ratio, penetration, who is below or above the range of the level");
  CLI::Option* compression =
      distribution->add_flag("--compression", flags->compression, "New hires against those who were there, by level");
  for (CLI::Option* option : {ranges, compression}) option->excludes(by)->excludes(pay)->excludes(everybody);
  ranges->excludes(compression);
  distribution
      ->add_option("--minimum-cell", flags->minimum_cell,
                   "Groups of fewer people are hidden, and with them others as needed; default 5, 0 shows all")
      ->type_name("N")
      ->transform(whole_number(0));
  add_source_options(*distribution, flags->source);
  examples(*distribution,
           "  planwise distribution --simulation simulation.duckdb --year 2025 --by level\n  planwise distribution "
           "--year 2029 "
           "--by age-band --pay prorated\n  planwise distribution --year 2025 --ranges --output csv");
  distribution->callback([flags, &session] { run_distribution(*flags, session); });
}

// ---- drill ----

struct DrillFlags {
  SourceFlags source;
  std::string status, event;
  DrillRequest request;
  int level = 0;
};

void run_drill(DrillFlags flags, const Session& session) {
  const SimulationService service = open_simulation(session, flags.source);
  DrillRequest& request = flags.request;
  constexpr std::array statuses{"continuous_active", "new_hire_active", "experienced_termination",
                                "new_hire_termination"};
  constexpr std::array events{"hire", "termination", "promotion", "raise"};
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (flags.status == statuses[i]) request.status = static_cast<DetailedStatus>(i);
    if (flags.event == events[i]) request.event = static_cast<EventType>(i);
  }
  if (flags.level != 0) request.level = flags.level;
  const DrillPage page = service.database().drill(request);
  std::vector<Json> rows;
  for (const Json& row : page.rows) rows.push_back(without_ssn(row));
  if (session.globals.output == Output::json) {
    print_json(Json(Json::Object{{"total", page.total}, {"employees", Json(rows)}}), session.globals);
    return;
  }
  if (session.globals.output == Output::table && session.globals.columns.empty()) {
    for (Json& row : rows) {
      std::string events_text;
      for (const Json& event : row.at("events").as_array())
        events_text += fmt::format("{}{} {}", events_text.empty() ? "" : ", ", event.at("event_type").as_string(),
                                   shown(event.at("effective_date")));
      row.set("events", events_text);
      row.set("current_compensation", grouped(real_member(row, "current_compensation")));
    }
  }
  std::vector<Column> columns{
      {"employee_id", "EMPLOYEE", Align::left, 9},   {"detailed_status_code", "STATUS", Align::left, 5},
      {"level_id", "LEVEL", Align::right, 4},        {"current_age", "AGE", Align::right, 1},
      {"current_tenure", "TENURE", Align::right, 1}, {"current_compensation", "PAY", Align::right, 8}};
  if (!request.bridge_part.empty()) columns.push_back({"amount", "AMOUNT", Align::right, 8});
  columns.push_back({"events", "EVENTS", Align::left, 3});
  print_rows(rows, columns, session.globals);
  session.say(fmt::format("{} of {} employees", rows.size(), page.total));
}

void add_drill(CLI::App& app, Session& session) {
  CLI::App* drill = app.add_subcommand("drill", "The employees and events behind a figure")->group(heading::workforce);
  auto flags = make_options<DrillFlags>();
  drill->add_option("--year", flags->request.year, "The year")
      ->required()
      ->type_name("YEAR")
      ->transform(whole_number(1900));
  add_choice(*drill, "--status", flags->status,
             "continuous_active|new_hire_active|experienced_termination|new_hire_termination", "Who ended so");
  add_choice(*drill, "--event", flags->event, "hire|termination|promotion|raise", "Who had such an event");
  drill->add_option("--level", flags->level, "Level at the end of the year")
      ->type_name("LEVEL")
      ->transform(whole_number(1));
  add_choice(*drill, "--age-band", flags->request.age_band, "< 25|25-34|35-44|45-54|55-64|65+", "Age");
  add_choice(*drill, "--tenure-band", flags->request.tenure_band, "< 2|2-4|5-9|10-19|20+", "Tenure");
  add_choice(*drill, "--part", flags->request.bridge_part, "leavers|hires|promotions|merit|cola|other",
             "A part of the bridge into the year");
  drill->add_option("--limit", flags->request.limit, "At most so many; default 100")
      ->type_name("N")
      ->transform(whole_number(1));
  drill->add_option("--offset", flags->request.offset, "Leave out the first")
      ->type_name("N")
      ->transform(whole_number(0));
  add_source_options(*drill, flags->source);
  examples(*drill,
           "  planwise drill --simulation simulation.duckdb --year 2025 --event promotion\n  planwise drill --year "
           "2026 --part "
           "hires --level 4 --output csv");
  drill->callback([flags, &session] { run_drill(*flags, session); });
}

}  // namespace

void add_analysis_commands(CLI::App& app, Session& session) {
  add_bridge(app, session);
  add_distribution(app, session);
  add_drill(app, session);
}

}  // namespace planwise::cli
