// distribution: how pay is spread, and how it stands in the pay ranges; small groups are hidden.
#include <fmt/format.h>

#include <cmath>

#include "show.h"
#include "simulation.h"

namespace planwise::cli {

namespace {

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
      const Json& people = rows[i].at(part);
      // A part that an earlier one hid stays hidden.
      if (people.is_null() || people.as_integer() == 0 || people.as_integer() >= minimum) continue;
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
    if (row.find("suppressed") != nullptr) return "*";
    // Of no new hires there is no median, which is nothing hidden.
    const Json* hires = row.find("new_hires");
    const bool nobody = (name == "new_hire_median" || name == "ratio") && hires != nullptr && hires->is_number() &&
                        hires->as_integer() == 0;
    return member != nullptr && member->is_null() && !nobody ? "*" : "-";
  }
  return *format == '\0' ? grouped(value) : fmt::format(fmt::runtime(format), value);
}

void tell_suppressed(const std::vector<Json>& rows, std::int64_t minimum, const Globals& globals) {
  for (const Json& row : rows) {
    bool any = row.find("suppressed") != nullptr;
    for (const auto& [name, value] : row.as_object())
      any = any || (value.is_null() && (row.find("new_hires") == nullptr || cell(row, name) == "*"));
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
  if (const std::vector<int> years = database.years();
      request.pay != PayFigure::current && !years.empty() && request.year < years.front()) {
    session.say(fmt::format("{} is the baseline, which has current pay alone: that is shown, not --pay {}",
                            request.year, flags.pay));
  }
  // Of the active alone, two of the four groups by status would always be empty.
  request.population =
      flags.everybody || request.by == PayGrouping::status ? Population::everybody : Population::active;
  print_distribution(database.distribution(request), flags, session.globals);
}

}  // namespace

void add_distribution_command(CLI::App& app, Session& session) {
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

}  // namespace planwise::cli
